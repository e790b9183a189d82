"""The same label by every door: the same classes at the same points, or one true sentence."""

from __future__ import annotations

import json
import os
import shutil

import nrrd
import numpy as np
import pytest
from label_files import BY_NAME, BY_VALUE, NAMES, PICTURES, VOLUMES, grey, sitk_image
from PIL import Image
from project_fixtures import AFFINE, draw, write_segmentation
from volume_fixtures import write_nrrd

from semigda.check.repairs import repair
from semigda.check.run import check
from semigda.data.cases import read_cases
from semigda.data.labels import by_names, read_classes, read_labels
from semigda.data.smoothed import refuse_smoothed
from semigda.data.volumes import read_volume
from semigda_core.errors import SemiGDAError
from semigda_core.project.project import NewCase, Project
from semigda_core.project.review.inbox import take_edited

IMAGE, LABELS = draw(0)
CORE = (slice(2, 14), slice(3, 17), slice(4, 15))  # what a cropped file holds


def project_with(tmp_path, image):
    project = Project.create(tmp_path / "project")
    project.set_classes(["ball", "core"])
    (case,) = project.add([NewCase(image)]).cases
    return project, case


def classes_at(project, case) -> np.ndarray:
    view = project.read()
    case = view.case(case)
    return read_classes(case.label, read_volume(case.image), view.classes_of(case))


def by_every_door(tmp_path, write, mapping, image, labels):
    """``add``, ``edited`` (the original is then deleted), and without a class."""
    folder = tmp_path / "given"
    folder.mkdir()
    path = write(folder, labels)
    for door in ("add", "edited"):
        project, case = project_with(tmp_path / door, image)
        if door == "add":
            project.set_label(case, path)
        else:
            take_edited(project, case, path)
            shutil.rmtree(folder)
            assert project.folder in project.read().case(case).label.parents
        assert "unmapped-label" in {found.code for found in check(project)}
        project.set_mapping(mapping)
        codes = {found.code for found in check(project)}
        assert not codes & {"unmapped-label", "unreadable-label", "geometry-mismatch"}, codes
        np.testing.assert_array_equal(
            classes_at(project, case), labels.reshape(read_volume(image).shape)
        )


@pytest.fixture
def image(tmp_path):
    write_nrrd(tmp_path / "image.nrrd", IMAGE, AFFINE)
    return tmp_path / "image.nrrd"


@pytest.fixture
def picture(tmp_path):
    Image.fromarray((IMAGE[8] % 251).astype(np.uint8)).save(tmp_path / "image.png")
    return tmp_path / "image.png"


@pytest.mark.parametrize("name", VOLUMES)
def test_label_maps(tmp_path, image, name):
    by_every_door(tmp_path, *VOLUMES[name], image, LABELS)


@pytest.mark.parametrize(("given", "told"), [([0, 1, 3], "value 3,"), ([0, 0.5, 1], "value 0.5,")])
def test_voxels_that_no_segment_has_are_refused(tmp_path, image, given, told):
    """An edited header, or an array that was interpolated under the old one."""
    parts = [
        {"Name": "ball", "LabelValue": 1, "Layer": 0},
        {"Name": "core", "LabelValue": 2, "Layer": 0},
    ]
    layer = np.array(given, np.uint8 if given == [0, 1, 3] else "<f4")[LABELS]
    path = write_segmentation(tmp_path / "l.seg.nrrd", [layer], parts)
    if layer.dtype != np.uint8:
        header = path.read_bytes().replace(b"type: uint8", b"type: float\nendian: little")
        path.write_bytes(header)
    project, case = project_with(tmp_path, image)
    project.set_label(case, path)
    found = next(one for one in check(project) if one.code == "unreadable-label")
    assert told in found.message
    with pytest.raises(SemiGDAError, match=told):
        classes_at(project, case)


@pytest.mark.parametrize("name", PICTURES)
def test_masks_of_pictures(tmp_path, picture, name):
    by_every_door(tmp_path, *PICTURES[name], picture, LABELS[8])


@pytest.mark.parametrize("ending", [".seg.nrrd", ".nrrd", ".seg.nhdr", ".nhdr"])
@pytest.mark.parametrize("cropped", [False, True])
def test_segmentations_are_known_by_their_header(tmp_path, image, ending, cropped):
    """Values in another order than the classes: names alone say what they are."""

    def write(folder, labels):
        array, affine = np.array([0, 2, 1], np.uint8)[labels], AFFINE.copy()
        if cropped:
            array = array[CORE]
            affine[:3, 3] = (AFFINE @ [CORE[2].start, CORE[1].start, CORE[0].start, 1])[:3]
        parts = [
            {"Name": NAMES["core"], "LabelValue": 1, "Layer": 0},
            {"Name": NAMES["ball"].replace("\\", "\\\\"), "LabelValue": 2, "Layer": 0},
        ]
        path = write_segmentation(folder / f"l{ending}", [array], parts, affine)
        if ending.endswith(".nhdr"):
            header, voxels = path.read_bytes().split(b"\n\n", 1)
            path.write_bytes(header + b"\ndata file: l.raw\n")
            (folder / "l.raw").write_bytes(voxels)
        return path

    by_every_door(tmp_path, write, BY_NAME, image, LABELS)


def test_one_mask_in_black_and_white_is_the_one_class(tmp_path, picture):
    mask = (LABELS[8] > 0).astype(np.uint8)
    for write in (grey(".png", (0, 255)), grey(".jpg", (0, 255), quality=95)):
        path = write(tmp_path, mask)
        project, case = project_with(tmp_path / path.suffix, picture)
        project.set_classes(["lesion"])
        project.set_label(case, path)
        np.testing.assert_array_equal(classes_at(project, case)[0], mask)


def test_one_class_among_several_values_is_a_question(tmp_path, image):
    write_nrrd(tmp_path / "l.nrrd", LABELS, AFFINE)
    project, case = project_with(tmp_path, image)
    project.set_classes(["tumour"])
    project.set_label(case, tmp_path / "l.nrrd")
    (found,) = (one for one in check(project) if one.code == "unmapped-label")
    assert "'1', '2'" in found.message
    project.set_mapping({"2": "tumour"})
    (found,) = (one for one in check(project) if one.code == "unmapped-label")
    assert "'1'." in found.message
    project.set_mapping({"1": 0})
    np.testing.assert_array_equal(classes_at(project, case), LABELS == 2)


def refusal(path, like) -> SemiGDAError:
    with pytest.raises(SemiGDAError) as caught:
        read_labels(path, read_volume(like))
    assert caught.value.error_class == "bad-input"
    return caught.value


def test_whole_numbers_that_were_scaled_are_whole(tmp_path, image):
    """255 times 1/255 in NIfTI's 32 bits is no 1, and must not become 0."""
    write_nrrd(tmp_path / "l.nrrd", (LABELS * 0.9999).astype(np.float32), AFFINE)
    np.testing.assert_array_equal(read_labels(tmp_path / "l.nrrd", read_volume(image)), LABELS)
    write_nrrd(tmp_path / "l.nrrd", (LABELS * 0.998).astype(np.float32), AFFINE)
    assert "interpolated" in refusal(tmp_path / "l.nrrd", image).message


@pytest.mark.parametrize("value", [300, -2, 2.0**40, np.nan])
def test_values_that_are_no_label_are_named(tmp_path, image, value):
    labels = LABELS.astype(np.float64)
    labels[4, 5, 6] = value
    write_nrrd(tmp_path / "l.nrrd", labels, AFFINE)
    error = refusal(tmp_path / "l.nrrd", image)
    assert f"0 to 255, such as {labels[4, 5, 6]}." in error.message and "1 to 254" in error.action


def test_a_label_that_was_interpolated_is_refused_with_the_reason(tmp_path, image):
    soft = LABELS.astype(np.float32)
    soft[4, 5, 6] = 0.37
    write_nrrd(tmp_path / "soft.nrrd", soft, AFFINE)
    error = refusal(tmp_path / "soft.nrrd", image)
    assert "such as 0.37: it was interpolated" in error.message
    assert "nearest neighbour" in error.action
    project, case = project_with(tmp_path, image)
    project.set_label(case, tmp_path / "soft.nrrd")
    (found,) = (one for one in check(project) if one.code == "unreadable-label")
    assert "it was interpolated" in found.message
    with pytest.raises(SemiGDAError, match="interpolated"):
        classes_at(project, case)


@pytest.mark.parametrize("values", [(0, 100, 200), (0, 1, 2)])
def test_a_jpeg_mask_in_doubt_is_refused(tmp_path, picture, values):
    path = grey(".jpg", values, quality=60)(tmp_path, LABELS[8])
    if values[2] == 2:
        path.write_bytes(grey(".jpg", (0, 60, 255), quality=60)(tmp_path, LABELS[8]).read_bytes())
    assert "JPEG" in refusal(path, picture).message


def halved(values, path):
    """Drawn twice as large, as by a program that shows a picture smaller than it is."""
    twice = np.array(values, np.uint8)[LABELS[8]].repeat(2, 0).repeat(2, 1)
    drawn = Image.fromarray(np.roll(twice, (1, 1), (0, 1)))
    drawn.resize(LABELS[8].shape[::-1], Image.Resampling.BILINEAR).save(path)


def once_jpeg(values, path):
    grey(".jpg", values, quality=75)(path.parent, LABELS[8])
    Image.open(path.parent / "l.jpg").save(path)


@pytest.mark.parametrize("ending", [".png", ".tif", ".bmp"])
@pytest.mark.parametrize(
    ("spoil", "values"),
    [
        (halved, (0, 255, 255)),
        (halved, (255, 0, 0)),
        (halved, (0, 128, 255)),
        (halved, ((0, 0, 0), (0, 255, 0), (255, 0, 0))),
        (halved, (0, 100, 100)),
        (halved, (40, 0, 0)),
        (once_jpeg, (0, 255, 255)),
    ],
)
def test_a_label_with_grey_edges_is_refused(tmp_path, picture, ending, spoil, values):
    """Its darkest grey is 1, which would be the first class."""
    path = tmp_path / f"l{ending}"
    spoil(values, path)
    like = read_volume(picture)
    for mapping in (None, {"255": 1}):
        with pytest.raises(SemiGDAError, match="greys between its values|coloured"):
            read_classes(path, like, mapping)
    project, case = project_with(tmp_path, picture)
    project.set_label(case, path)
    (found,) = (one for one in check(project) if one.code == "unreadable-label")
    assert "smoothed" in found.message and "128" in found.action


def test_a_large_mask_that_was_a_jpeg_picture_is_refused(tmp_path):
    """Most of its greys are in no step from black to white, but waves beside the edge."""
    away = np.hypot(*np.ogrid[-100:100, -100:100])
    Image.fromarray((away < 60).astype(np.uint8) * 255).save(tmp_path / "l.jpg", quality=95)
    with pytest.raises(SemiGDAError, match="was a JPEG picture"):
        refuse_smoothed(np.array(Image.open(tmp_path / "l.jpg"))[np.newaxis])


def test_a_volumes_label_with_grey_edges_is_refused(tmp_path, image):
    mask = np.pad((LABELS > 0) * np.float32(255), 1)
    soft = sum(np.roll(mask, n, axis) for axis in range(3) for n in (-1, 0, 1)) / 9
    write_nrrd(tmp_path / "l.nrrd", soft[1:-1, 1:-1, 1:-1].astype(np.uint8), AFFINE)
    assert "smoothed" in refusal(tmp_path / "l.nrrd", image).message


@pytest.mark.parametrize("ending", [".png", ".tif"])
def test_a_label_of_16_bits_with_grey_edges_is_told_as_that(tmp_path, picture, ending):
    """Its highest value is no class either, but nothing that the user gave."""
    halved((0, 255, 255), tmp_path / "8.png")
    deep = np.array(Image.open(tmp_path / "8.png")).astype(np.uint16) * 257
    Image.fromarray(deep).save(tmp_path / f"l{ending}")
    assert "smoothed" in refusal(tmp_path / f"l{ending}", picture).message


@pytest.mark.parametrize(
    "kind", ["atlas", "rings", "layers", "edged", "points", "small", "few", "walls"]
)
def test_many_values_are_no_grey_edges(tmp_path, kind):
    plane = np.zeros((64, 64), np.uint8)
    if kind == "atlas":  # 255 parcels of 4 x 4 pixels
        plane = np.arange(256, dtype=np.uint8).reshape(16, 16).repeat(4, 0).repeat(4, 1)
    elif kind == "rings":  # a class in a class in a class
        for n, value in enumerate((50, 100, 150, 200, 250)):
            plane[6 * n : 64 - 6 * n, 6 * n : 64 - 6 * n] = value
    elif kind == "layers":  # one pixel thick, and numbered
        plane[:12] = np.arange(12, dtype=np.uint8)[:, np.newaxis]
    elif kind == "edged":  # what lies around the objects is unknown
        for n in range(5):
            plane[5:30, 12 * n + 1 : 12 * n + 11] = 255
            plane[6:29, 12 * n + 2 : 12 * n + 10] = n + 1
    elif kind == "walls":  # thin ones around two organs, of which one is thick
        for n, value in enumerate((1, 2, 30, 31, 40)):
            plane[10 + n : 40 - n, 10 + n : 40 - n] = value
        plane[45:60, 45:60] = 30
    elif kind == "small":  # beside a large one
        plane[20:40, 20:40] = 250
        plane[25, 19], plane[25:28, 18], plane[25:28, 17] = 200, 150, 100
    elif kind == "few":  # the last slice of a tumour
        plane[20, 20:22], plane[20, 22], plane[21, 20:22], plane[22, 20] = 100, 150, 200, 250
    else:  # landmarks around something
        plane[40:60, 40:60] = 255
        plane[:36:4, ::4] = np.arange(0, 240, 15, dtype=np.uint8)
    refuse_smoothed(plane[np.newaxis])


def test_a_photograph_is_no_label(tmp_path, picture):
    noise = np.random.default_rng(0).integers(0, 255, (*LABELS[8].shape, 3)).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "l.png")
    project, case = project_with(tmp_path, picture)
    project.set_label(case, tmp_path / "l.png")
    (found,) = (one for one in check(project) if one.code == "unreadable-label")
    assert "colours: it is a photograph" in found.message


def test_maps_that_are_no_flags_are_refused(tmp_path, image):
    import SimpleITK as sitk

    maps = [sitk_image(np.full(LABELS.shape, value, np.uint8)) for value in (0, 3)]
    sitk.WriteImage(sitk.JoinSeries(maps), str(tmp_path / "l.nii"))
    project, case = project_with(tmp_path, image)
    project.set_label(case, tmp_path / "l.nii")
    (found,) = (one for one in check(project) if one.code == "unreadable-label")
    assert "not of zeros and ones" in found.message


def test_a_dicom_segmentation_is_told_by_its_header(tmp_path, image):
    (tmp_path / "l.dcm").write_bytes(
        bytes(128) + b"DICM\x02\x00\x02\x00UI\x1e\x001.2.840.10008.5.1.4.1.1.66.4\0" + bytes(200)
    )
    error = refusal(tmp_path / "l.dcm", image)
    assert "DICOM segmentation" in error.message and ".seg.nrrd" in error.action


@pytest.mark.parametrize("drive", [False, True])
def test_voxels_outside_of_the_labels_folder_are_refused(tmp_path, image, monkeypatch, drive):
    """``drive``: on another drive of Windows, to which no relative path leads."""
    write_nrrd(tmp_path / "l.nrrd", LABELS, AFFINE)
    data, header = nrrd.read(str(tmp_path / "l.nrrd"))
    (tmp_path / "elsewhere").mkdir()
    nrrd.write(str(tmp_path / "elsewhere/l.nhdr"), data, header)
    path = tmp_path / "l.nhdr"
    path.write_bytes(
        (tmp_path / "elsewhere/l.nhdr").read_bytes().replace(b"l.raw", b"../outside/l.raw")
    )
    project, case = project_with(tmp_path, image)
    if drive:
        (tmp_path / "elsewhere").rename(tmp_path.parent / "outside")

        def other(*_):
            raise ValueError("path is on mount 'D:', start on mount 'C:'")

        monkeypatch.setattr(os.path, "relpath", other)
    with pytest.raises(SemiGDAError, match="missing or in another folder"):
        take_edited(project, case, path)
    assert not (project.folder / "labels").exists() or not any(
        (project.folder / "labels").iterdir()
    )
    assert project.read().case(case).label is None


def test_a_label_on_another_grid_keeps_its_classes_by_the_repair(tmp_path, image):
    grid = AFFINE.copy()
    grid[:3, 3] += 0.05
    for name, values, mapping in (("nrrd", LABELS, BY_VALUE), ("odd", LABELS * 3, None)):
        write_nrrd(tmp_path / f"{name}.nrrd", values, grid)
        project, case = project_with(tmp_path / name, image)
        project.set_label(case, tmp_path / f"{name}.nrrd")
        project.set_mapping(mapping or {"3": "ball", "6": "core"})
        (found,) = (one for one in check(project) if one.code == "geometry-mismatch")
        repair(project, found)
        np.testing.assert_array_equal(classes_at(project, case), LABELS)


def test_a_case_lists_segmentations_go_by_their_names(tmp_path, image):
    """Without a mapping, too: values in another order than the model's classes mean nothing."""
    parts = [{"Name": name, "LabelValue": n + 1, "Layer": 0} for n, name in enumerate("ab")]
    write_segmentation(tmp_path / "l.nrrd", [LABELS], parts)
    write_nrrd(tmp_path / "plain.nrrd", LABELS, AFFINE)
    rows = [
        {"name": str(n), "image": str(image), "label": str(tmp_path / label), "role": "labeled"}
        for n, label in enumerate(("l.nrrd", "plain.nrrd"))
    ]
    cases = []
    for row in rows:
        (tmp_path / "list.json").write_text(json.dumps([row]))
        cases += read_cases(tmp_path / "list.json")
    named, plain = by_names(cases, ["B", "A"])
    assert named.classes == {"a": 2, "b": 1} and plain.classes is None
    like = read_volume(image)
    swapped = np.array([0, 2, 1], np.uint8)[LABELS]
    np.testing.assert_array_equal(read_classes(named.label, like, named.classes), swapped)
    (unknown, _) = by_names(cases, ["A", "C"])
    with pytest.raises(SemiGDAError, match="belongs to no class"):
        read_classes(unknown.label, like, unknown.classes)
