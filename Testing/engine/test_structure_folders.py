"""Results with one file for each structure, as TotalSegmentator writes them by default."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import SimpleITK as sitk
from project_fixtures import AFFINE, draw, make_project
from training_fixtures import VOLUMES
from volume_fixtures import write_nrrd

from semigda.check.repairs import repair
from semigda.check.run import check
from semigda.cli import main
from semigda.data.cases import read_cases
from semigda.data.labels import by_names, read_classes
from semigda.data.other_grid import has_overlaps
from semigda.data.volumes import read_volume
from semigda.prepared.store import Store
from semigda_core.errors import SemiGDAError
from semigda_core.labels.structures import structures
from semigda_core.models.preprocessing import Preprocessing
from semigda_core.project.cases.caselist import case_rows
from semigda_core.project.cases.result_folders import match_results
from semigda_core.project.check.latest import findings, measured
from semigda_core.project.heldout import choose_heldout
from semigda_core.project.project import NewCase
from semigda_core.project.results import (
    add_results,
    counts,
    lacking,
    newest,
    set_result_mapping,
    unmapped_results,
)

GRID = Preprocessing.from_dict(VOLUMES)


def write_structures(folder, number, ending=".nii.gz", affine=AFFINE, **changes):
    """The ball, its core inside it (they overlap) and a spleen, as a program writes them that
    counts in no class of ours. ``changes``: masks by name; None: no such file."""
    labels = draw(number)[1]
    masks = {"ball": labels > 0, "core": labels > 1, "spleen": np.zeros_like(labels)} | changes
    folder.mkdir(parents=True, exist_ok=True)
    for name, mask in masks.items():
        if mask is None:
            continue
        write_nrrd(folder / "made.nrrd", mask.astype(np.uint8), affine)
        sitk.WriteImage(sitk.ReadImage(str(folder / "made.nrrd")), str(folder / f"{name}{ending}"))
        (folder / "made.nrrd").unlink()
    return folder


@pytest.fixture
def project(tmp_path):
    """4 labelled cases and 2 unlabelled ones, with results of all of them in folders."""
    made = make_project(tmp_path, 4, 2)
    for number in range(6):
        folder = write_structures(tmp_path / f"net/DOE_JANE_{number:02d}", number)
        (folder / "statistics.json").write_text("{}")
        sitk.WriteImage(sitk.Image(4, 4, sitk.sitkUInt8), str(folder / "preview_total.png"))
    found = match_results(made.read(), [tmp_path / "net"])
    assert not found.unmatched and not found.doubtful
    add_results(made, found.pairs, "TotalSegmentator")
    return made


def folder_of(tmp_path, number):
    return tmp_path / f"net/DOE_JANE_{number:02d}"


def codes(project):
    return {finding.code: finding for finding in findings(project)}


# Names


def test_each_file_is_a_structure_and_nothing_else_is(tmp_path):
    folder = tmp_path / "case7"
    folder.mkdir()
    for name in ("liver.nii.gz", "Milz.NRRD", "._liver.nii.gz", "statistics.json", "preview.png"):
        (folder / name).write_bytes(b"")
    assert {name: path.name for name, path in structures(folder).items()} == {
        **{"Milz": "Milz.NRRD", "liver": "liver.nii.gz"}
    }
    (folder / "liver.nrrd").write_bytes(b"")  # which of both is the liver?
    assert list(structures(folder)) == ["Milz", "liver.nii.gz", "liver.nrrd"]
    pictures = tmp_path / "case8"
    pictures.mkdir()
    for name in ("disc.png", "cup.png", "photo.jpg"):
        (pictures / name).write_bytes(b"")
    assert list(structures(pictures)) == ["cup", "disc"]


def test_the_cases_name_is_no_part_of_a_structures_name(tmp_path):
    """It may be a patient's, and a mapping of one case would not fit another."""
    for number in (1, 2):
        inside = tmp_path / f"DOE_{number}" / "segmentations"
        inside.mkdir(parents=True)
        for folder in (inside.parent, inside):
            for name in ("liver", "spleen"):
                (folder / f"DOE_{number}_{name}.nii.gz").write_bytes(b"")
            assert list(structures(folder)) == ["liver", "spleen"]


# Whose they are


def test_folders_are_matched_by_the_names_of_images(tmp_path):
    project = make_project(tmp_path, 3, 0)
    ids = [case.id for case in project.read().cases]
    net = tmp_path / "net"
    write_structures(net / "DOE_JANE_00", 0)
    write_structures(net / "DOE_JANE_01" / "segmentations", 1)
    alone = write_structures(net / "DOE_JANE_02", 2, ball=None, core=None, spleen=None)
    write_nrrd(alone / "DOE_JANE_02_seg.nrrd", draw(2)[1], AFFINE)
    write_structures(net / "DOE_JANE_77", 7)
    found = match_results(project.read(), [net])
    assert dict(found.pairs) == {
        ids[0]: net / "DOE_JANE_00",
        ids[1]: net / "DOE_JANE_01" / "segmentations",
        ids[2]: alone / "DOE_JANE_02_seg.nrrd",  # a label map, and no structure called "seg"
    }
    assert found.unmatched == [net / "DOE_JANE_77"] and not found.doubtful
    write_structures(net / "DOE_JANE_01" / "vessels", 1)  # which of both?
    assert match_results(project.read(), [net]).doubtful == [ids[1]]
    one = match_results(project.read(), [net / "DOE_JANE_00"])  # the folder of a single case
    assert one.pairs == [(ids[0], net / "DOE_JANE_00")] and not one.unmatched
    with pytest.raises(SemiGDAError, match="no label files"):
        match_results(project.read(), [project.folder])


def test_folders_are_matched_by_the_folders_of_images_that_have_one_name(tmp_path):
    """As in TotalSegmentator's own data: s0001/ct.nii.gz, s0001/segmentations/liver.nii.gz."""
    project = make_project(tmp_path, 0, 0)
    for number in range(3):
        folder = tmp_path / f"data/s{number}"
        folder.mkdir(parents=True)
        write_nrrd(folder / "ct.nrrd", draw(number)[0], AFFINE)
        write_structures(folder / "segmentations", number)
    images = [tmp_path / f"data/s{number}/ct.nrrd" for number in range(3)]
    project.add([NewCase(image) for image in images])
    ids = [case.id for case in project.read().cases]
    found = match_results(project.read(), [tmp_path / "data"])
    assert found.pairs == [
        (case_id, image.parent / "segmentations")
        for case_id, image in zip(ids, images, strict=True)
    ]
    assert not found.unmatched and not found.doubtful
    one = match_results(project.read(), [tmp_path / "data/s1"])
    assert one.pairs == [found.pairs[1]]
    write_structures(tmp_path / "net/s0", 0)
    write_structures(tmp_path / "other/s0", 0)  # which of both?
    two = match_results(project.read(), [tmp_path / "net", tmp_path / "other"])
    assert two.doubtful == [ids[0]] and not two.pairs and not two.unmatched
    write_structures(tmp_path / "late/s0", 0)
    write_nrrd(tmp_path / "elsewhere.nrrd", draw(4)[0], AFFINE)
    (tmp_path / "again/s0").mkdir(parents=True)
    shutil.move(tmp_path / "elsewhere.nrrd", tmp_path / "again/s0/ct.nrrd")
    project.add([NewCase(tmp_path / "again/s0/ct.nrrd")])  # whose folder is s0 now?
    late = match_results(project.read(), [tmp_path / "late"])
    assert not late.pairs and late.unmatched == [tmp_path / "late/s0"]


def test_a_result_of_the_images_name_comes_before_a_folder_of_its_folders_name(tmp_path):
    project = make_project(tmp_path, 0, 1)  # study/DOE_JANE_00.nrrd
    write_structures(tmp_path / "net/study", 0)
    made = write_structures(tmp_path / "net/DOE_JANE_00", 0)
    found = match_results(project.read(), [tmp_path / "net"])
    assert [path for _, path in found.pairs] == [made]
    assert found.unmatched == [tmp_path / "net/study"] and not found.doubtful


def test_no_image_is_its_own_result(tmp_path):
    project = make_project(tmp_path, 0, 2)
    with pytest.raises(SemiGDAError, match="no label files"):
        match_results(project.read(), [tmp_path / "study"])


# What they say


def test_where_structures_overlap_the_class_further_down_counts(project, tmp_path):
    like = read_volume(tmp_path / "study/DOE_JANE_00.nrrd")
    folder, truth = folder_of(tmp_path, 0), draw(0)[1]
    assert np.array_equal(read_classes(folder, like, {"ball": 1, "core": 2}), truth)
    both = read_classes(folder, like, {"ball": 2, "core": 1, "spleen": 0})
    assert np.array_equal(both, np.where(truth > 0, 2, 0))  # the core lies under the ball
    one = read_classes(folder, like, {"ball": 1, "core": 1}, others=True)
    assert np.array_equal(one, truth > 0)
    check(project)
    found = codes(project)["overlapping-structures"]
    assert found.severity == "hint" and len(found.case_ids) == 6
    set_result_mapping(project, "TotalSegmentator", {"core": "ball"})  # whichever counts
    check(project)
    assert "overlapping-structures" not in codes(project)


def test_overlaps_of_structures_are_seen_whatever_grid_each_lies_on(tmp_path):
    folder, known = write_structures(tmp_path / "a", 0), {"ball": 1, "core": 2, "spleen": 0}
    assert has_overlaps(folder, known)
    assert not has_overlaps(folder, {"ball": 1, "core": 1, "spleen": 3})
    assert not has_overlaps(folder, {"ball": 1, "core": 0})
    write_structures(folder, 0, core=draw(0)[1] == 0)  # all around it
    assert not has_overlaps(folder, known)
    moved = AFFINE.copy()
    moved[0, 3] += 2.4
    write_structures(folder, 0, affine=moved, ball=None, core=draw(0)[1] == 0, spleen=None)
    assert has_overlaps(folder, known)


def test_a_file_that_is_no_mask_or_on_another_grid_or_gone_is_told_by_its_structure(
    project, tmp_path
):
    like = read_volume(tmp_path / "study/DOE_JANE_00.nrrd")
    folder = folder_of(tmp_path, 0)
    known = {"ball": 1, "core": 2}
    write_structures(folder, 0, core=np.asarray(draw(0)[1]))
    with pytest.raises(SemiGDAError, match="'core' holds more than zeros and ones") as raised:
        read_classes(folder, like, known)
    assert raised.value.error_class == "bad-input"
    moved = AFFINE.copy()
    moved[0, 3] += 0.4
    write_structures(folder, 0, affine=moved, ball=None, spleen=None)
    with pytest.raises(SemiGDAError, match="'core' lies on another grid") as raised:
        read_classes(folder, like, known)
    assert raised.value.error_class == "geometry-mismatch"
    assert read_classes(folder, like, {"ball": 1, "core": 0}).any()  # not asked for, not read
    (folder / "core.nii.gz").unlink()
    with pytest.raises(SemiGDAError, match="'core' has no file"):
        read_classes(folder, like, known)


def test_one_structure_on_another_grid_is_found_and_brought_to_the_images(project, tmp_path):
    moved = AFFINE.copy()
    moved[0, 3] += 2.4
    core = np.roll(draw(4)[1] > 1, -2, axis=2)  # nearly where it was, in space
    write_structures(folder_of(tmp_path, 4), 4, affine=moved, ball=None, core=core, spleen=None)
    check(project)
    found = codes(project)["result-on-other-grid"]
    assert "Where its structures overlap, the class that is further down" in found.action
    first = project.read().of_role("unlabeled")[0]
    assert found.case_ids == (first.id,)
    repair(project, found)
    check(project)
    assert "result-on-other-grid" not in codes(project)
    result = newest(project.read().case(first.id))
    like = read_volume(first.image)
    brought = read_classes(result.path, like, {"1": 1, "2": 2})
    assert np.array_equal(brought, draw(4)[1])
    away = AFFINE.copy()
    away[:3, 3] += 500
    write_structures(folder_of(tmp_path, 5), 5, affine=away, ball=None, spleen=None)
    check(project)
    assert "result-outside" in codes(project)


def test_structures_without_a_class_wait_and_are_not_read(project, tmp_path):
    waiting = unmapped_results(project.read(), {})["TotalSegmentator"]
    assert list(waiting) == ["spleen"] and len(waiting["spleen"]) == 6
    (folder_of(tmp_path, 0) / "spleen.nii.gz").write_bytes(b"no label")
    check(project)
    told = codes(project)
    assert "unmapped-result" in told and "unreadable-result" not in told
    set_result_mapping(project, "TotalSegmentator", {"spleen": "core"})
    assert project.read().cases[0].id not in measured(project)  # a file more to be read
    check(project)
    assert "unreadable-result" in codes(project) and "unmapped-result" not in codes(project)
    set_result_mapping(project, "TotalSegmentator", {"spleen": 0})
    check(project)
    assert not {"unreadable-result", "unmapped-result"} & set(codes(project))
    set_result_mapping(project, "TotalSegmentator", {"ball": 0, "core": 0})
    check(project)
    assert "empty-result" not in codes(project)  # nothing was looked for


def test_a_result_that_lacks_a_structure_is_told_and_left_out(project, tmp_path):
    """Its background would teach that nothing is there."""
    first, second = project.read().of_role("unlabeled")
    folder = folder_of(tmp_path, 4)
    (folder / "core.nii.gz").unlink()
    add_results(project, [(first.id, folder)], "TotalSegmentator")
    check(project)
    found = codes(project)["missing-structures"]
    assert found.case_ids == (first.id,) and "'core'" in found.message
    assert lacking(project.read()) == {first.id: ["core"]}
    assert counts(project.read()) == {"TotalSegmentator": 1}
    choose_heldout(project, measured(project))
    rows = {row["name"]: row for row in case_rows(project.read())}
    assert "machine_label" not in rows[first.id]
    assert rows[second.id]["machine_classes"] == {"ball": 1, "core": 2}
    (folder / "spleen.nii.gz").unlink()
    set_result_mapping(project, "TotalSegmentator", {"core": 0})  # nobody asks for it now
    assert lacking(project.read()) == {} and counts(project.read()) == {"TotalSegmentator": 2}


# Prepared, and the command line


def test_prepared_slices_follow_the_files_that_are_used(tmp_path):
    image = tmp_path / "a.nrrd"
    write_nrrd(image, draw(0)[0], AFFINE)
    folder = write_structures(tmp_path / "made" / "a", 0)
    rows = [{"image": str(image), "role": "unlabeled", "machine_source": "Net"}]
    rows[0]["machine_label"] = str(folder)
    (tmp_path / "cases.json").write_text(json.dumps(rows))
    (case,) = by_names(read_cases(tmp_path / "cases.json"), ["Ball", "core"])
    assert case.machine_classes == {"ball": 1, "core": 2, "spleen": 0}
    store = Store(tmp_path / "prepared", GRID)
    pair = store.get(case)
    assert set(np.unique(pair.machine[:].numpy())) == {0, 1, 2}
    (folder / "spleen.nii.gz").unlink()  # has no class
    assert store.find(case).machine.path == pair.machine.path
    shutil.copy(folder / "core.nii.gz", folder / "ball.nii.gz")
    again = store.get(case)
    assert again.machine.path != pair.machine.path and 1 not in again.machine[:]


def test_the_command_says_how_many_structures_and_what_is_missing(project, tmp_path, capsys):
    project.set_classes(["ball", "core", "tumour"])
    (folder_of(tmp_path, 5) / "ball.nii.gz").unlink()
    command = ["project", "add-results", str(project.folder), str(tmp_path / "net")]
    command += ["--program", "TotalSegmentator"]
    assert main([*command, "--preview"]) == 0
    assert "DOE_JANE_04 (3 structures)" in capsys.readouterr().out
    assert main([*command, "--map", "spleen=0"]) == 0
    told = capsys.readouterr()
    assert "It also learns from a result of TotalSegmentator for 1 case, if it is" in told.out
    assert "no structure is the class tumour" in told.err
    assert "left out, as it lacks ball: DOE_JANE_05" in told.err
