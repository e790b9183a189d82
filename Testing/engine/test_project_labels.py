"""From label files to what a training learns: segments, grids, mapping, classes."""

from __future__ import annotations

import json
import tracemalloc

import numpy as np
import pytest
import SimpleITK as sitk
from label_files import one_hot, sitk_image
from PIL import Image
from project_fixtures import AFFINE, draw, write_case, write_segmentation
from volume_fixtures import write_nrrd

from semigda.check.run import check
from semigda.data import other_grid
from semigda.data.cases import read_cases
from semigda.data.labels import label_parts, read_classes
from semigda.data.other_grid import resample_classes, share_inside
from semigda.data.preprocess import Preprocessing
from semigda.data.volumes import read_volume
from semigda.prepared.store import Store
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.labels.segments import Segment, read_segments
from semigda_core.project.cases.caselist import case_rows
from semigda_core.project.check.latest import measured
from semigda_core.project.check.rules.classes import swapped_classes
from semigda_core.project.heldout import choose_heldout
from semigda_core.project.project import NewCase, Project

LABELS = draw(0)[1]


@pytest.fixture
def like(tmp_path):
    write_nrrd(tmp_path / "image.nrrd", draw(0)[0], AFFINE)
    return read_volume(tmp_path / "image.nrrd")


# Segments


def test_names_in_utf8_with_any_value(tmp_path, like):
    parts = [
        {"Name": "Läsion \\\\ 1", "LabelValue": 9, "Layer": 0},
        {"ID": "Segment_4", "Name": "心臓", "LabelValue": 4, "Layer": 0},
    ]
    array = np.select([LABELS == 1, LABELS == 2], [4, 9]).astype(np.uint8)
    path = write_segmentation(tmp_path / "a.seg.nrrd", [array], parts)
    assert read_segments(path) == [Segment("Läsion \\ 1", 9, 0), Segment("心臓", 4, 0)]
    labels = read_classes(path, like, {"Läsion \\ 1": 2, "心臓": 1})
    np.testing.assert_array_equal(labels, LABELS)
    np.testing.assert_array_equal(
        read_classes(path, like, {"Läsion \\ 1": 1, "心臓": 0}), LABELS == 2
    )
    with pytest.raises(SemiGDAError, match="belongs to no class"):
        read_classes(path, like, {"心臓": 1})


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("old", [False, True])
def test_overlapping_segments_in_layers(tmp_path, like, count, old):
    """Slicer before 4.11 said neither value nor layer."""
    masks = [(LABELS >= min(n, 2)).astype(np.uint8) for n in range(1, count + 1)]
    parts = [{"Name": f"s{n}", "LabelValue": 1, "Layer": n} for n in range(count)]
    if old:
        parts = [{"Name": part["Name"]} for part in parts]
    path = write_segmentation(tmp_path / "a.seg.nrrd", masks, parts)
    found = dict(label_parts(path, like))
    assert list(found) == [f"s{n}" for n in range(count)]
    for mask, part in zip(masks, found.values(), strict=True):
        np.testing.assert_array_equal(part, mask > 0)
    labels = read_classes(path, like, {f"s{n}": min(n, 1) + 1 for n in range(count)})
    np.testing.assert_array_equal(labels, LABELS)  # the later segment counts


@pytest.mark.parametrize("ending", [".nii.gz", ".mha"])
def test_maps_that_overlap(tmp_path, ending):
    """One for each class, without names."""
    known = {"channel 1": 1, "channel 2": 2}
    path = one_hot(ending)(tmp_path, LABELS)
    assert not other_grid.has_overlaps(path, known)
    both = [(LABELS >= value).astype(np.uint8) for value in (1, 2)]
    if ending == ".mha":
        sitk.WriteImage(sitk_image(np.stack(both, axis=-1)), str(path))
    else:
        sitk.WriteImage(sitk.JoinSeries([sitk_image(one) for one in both]), str(path))
    assert other_grid.has_overlaps(path, known)
    assert not other_grid.has_overlaps(path, {"channel 1": 1, "channel 2": 1})


def test_damaged_headers(tmp_path, like):
    part = [{"Name": "a", "LabelValue": "x"}]
    path = write_segmentation(tmp_path / "a.seg.nrrd", [LABELS], part)
    with pytest.raises(SemiGDAError, match="damaged"):
        read_segments(path)
    path = write_segmentation(path, [LABELS], [{"Name": "a", "LabelValue": 1, "Layer": 3}])
    with pytest.raises(SemiGDAError, match="damaged"):
        list(label_parts(path, like))
    with pytest.raises(SemiGDAError, match="cannot be read"):
        read_segments(tmp_path / "none.seg.nrrd")
    for value, layer in ((1, -1), (0, 0), (-1, 0)):  # 0 would be everything else
        part = {"Name": "a", "LabelValue": value, "Layer": layer}
        path = write_segmentation(path, [LABELS], [part])
        with pytest.raises(SemiGDAError, match="damaged"):
            list(label_parts(path, like))


def test_a_label_map_without_names_goes_by_its_values(tmp_path, like):
    write_nrrd(tmp_path / "l.nrrd", LABELS * 3, AFFINE)
    assert [key for key, _ in label_parts(tmp_path / "l.nrrd", like)] == ["3", "6"]
    labels = read_classes(tmp_path / "l.nrrd", like, {"3": 2, "6": 1})
    np.testing.assert_array_equal(labels, np.select([LABELS == 1, LABELS == 2], [2, 1]))


def test_a_large_label_on_another_grid_is_located_by_some_voxels(tmp_path, like, monkeypatch):
    monkeypatch.setattr(other_grid, "_POINTS", 20_000)
    label = np.ones((60, 120, 150), np.uint8)
    path = tmp_path / "l.nrrd"
    write_nrrd(path, label, AFFINE)
    tracemalloc.start()
    share = share_inside(path, like)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert share == pytest.approx(np.prod(like.shape) / label.size, rel=0.2)
    assert peak < 20 * label.nbytes  # a number for each voxel, and not its three positions


def test_cropped_and_distant_segmentations(tmp_path, like):
    parts = [{"Name": "ball", "LabelValue": 1, "Layer": 0}]
    grid = AFFINE.copy()
    grid[:3, 3] = (AFFINE @ [4, 3, 2, 1])[:3]
    cropped = (LABELS > 0).astype(np.uint8)[2:14, 3:17, 4:15]
    path = write_segmentation(tmp_path / "a.seg.nrrd", [cropped], parts, grid)
    np.testing.assert_array_equal(read_classes(path, like, {"ball": 1}), LABELS > 0)
    grid[:3, 3] += 0.2
    write_segmentation(path, [cropped], parts, grid)
    assert share_inside(path, like) == 1.0
    moved = resample_classes(path, like, {"ball": 1})
    assert (moved == (LABELS > 0)).mean() > 0.95 and moved.sum() > 0.8 * (LABELS > 0).sum()
    with pytest.raises(SemiGDAError, match="belongs to no class"):
        resample_classes(path, like, {})


# What a training learns


def test_a_training_sees_the_classes_of_the_project(tmp_path):
    """Three ways to say the same label: segments, odd values, and the classes' own values."""
    project = Project.create(tmp_path / "p")
    project.set_classes(["Ball", "Core"])
    cases = [write_case(tmp_path / "study", n) for n in range(3)]
    parts = [
        {"Name": "core ", "LabelValue": 1, "Layer": 0},  # like a class's name
        {"Name": "tumour", "LabelValue": 2, "Layer": 0},
        {"Name": "skin", "LabelValue": 3, "Layer": 0},
    ]
    labels = draw(0)[1]
    array = np.select([labels == 2, labels == 1], [1, 2]).astype(np.uint8)
    array[0] = 3
    path = write_segmentation(tmp_path / "study/a.seg.nrrd", [array], parts)
    write_nrrd(cases[1].label, draw(1)[1] * 5, AFFINE)
    ids = project.add([NewCase(cases[0].image, path), *cases[1:]]).cases
    assert project.read().unmapped() == {"tumour": [ids[0]], "skin": [ids[0]]}
    assert {f.code for f in check(project)} >= {"unmapped-label"}
    project.set_mapping({"tumour": "Ball", "skin": 0, "5": 1, "10": 2, "1": 1, "2": 2})
    assert "unmapped-label" not in {finding.code for finding in check(project)}
    choose_heldout(project, measured(project))
    write_json(tmp_path / "list.json", case_rows(project.read()))
    preprocessing = Preprocessing(size=(32, 32), spacing=(None, 1.0, 1.0))
    for number, case in enumerate(read_cases(tmp_path / "list.json")):
        slices = Store(tmp_path / "prepared", preprocessing).get(case)
        planes = slices.labels[:][:, 6:26, 7:25]  # without the padding
        np.testing.assert_array_equal(planes, draw(number)[1])


def test_a_case_lists_classes_are_checked(tmp_path):
    for name in ("i.nrrd", "l.nrrd"):
        (tmp_path / name).touch()
    row = {"image": "i.nrrd", "label": "l.nrrd", "role": "labeled"}
    for wrong in ("Liver=1", {"Liver": "1"}, {"Liver": 300}, {"Liver": True}, []):
        (tmp_path / "l.json").write_text(json.dumps([row | {"classes": wrong}]))
        with pytest.raises(SemiGDAError, match="classes that are not numbers"):
            read_cases(tmp_path / "l.json")


@pytest.mark.parametrize("ending", [".png", ".bmp", ".tif"])
def test_palettes_in_another_order_may_be_other_classes(tmp_path, ending):
    """As of programs that order a palette by what is in the picture."""
    project = Project.create(tmp_path / "project", classes=["ball", "core"])
    black, green, red = (0, 0, 0), (0, 255, 0), (255, 0, 0)
    cases = []
    for number in range(3):
        values, palette = draw(number)[1][8], [black, green, red]
        if number == 1:
            values, palette = np.array([0, 2, 1], np.uint8)[values], [black, red, green]
        image, label = tmp_path / f"{number}.png", tmp_path / f"{number}_mask{ending}"
        Image.fromarray((draw(number)[0][8] % 251).astype(np.uint8)).save(image)
        picture = Image.fromarray(values)
        picture.putpalette(np.ravel(palette).tolist())
        picture.save(label)
        cases.append(NewCase(image, label))
    ids = project.add(cases).cases
    project.set_mapping({"1": "ball", "2": "core"})
    (found,) = (one for one in check(project) if one.code == "other-colours")
    assert found.case_ids == (ids[1],) and "another class" in found.message
    project.set_use([ids[1]], "unlabeled")
    assert "other-colours" not in {one.code for one in check(project)}


def test_classes_with_each_others_sizes_may_be_swapped(tmp_path):
    project = Project.create(tmp_path / "project", classes=["ball", "core", "rim"])
    project.set_mapping({"1": "ball", "2": "core", "3": "rim"})
    sizes = [(900, 90, 100)] * 4 + [(2000, 100, 2500), (90, 900, 950), (800, 0, 70)]
    cases = [write_case(tmp_path / "study", n) for n in range(len(sizes))]
    ids = project.add(cases).cases
    facts = {
        case_id: {"label": {"parts": {str(n): {"voxels": v} for n, v in enumerate(of, 1)}}}
        for case_id, of in zip(ids, sizes, strict=True)
    }
    view = project.read()
    (found,) = swapped_classes(view, view.cases, facts)
    assert found.case_ids == (ids[5],)
    assert found.message.startswith("Here 'core' is larger than 'ball'")
    project.set_use([ids[5]], "unlabeled")
    view = project.read()
    assert not list(swapped_classes(view, view.cases, facts))
    assert not list(swapped_classes(view, view.cases[3:], facts))  # too few to tell
