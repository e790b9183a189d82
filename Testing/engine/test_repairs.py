"""Every repair of the check has a way back, and nothing that was drawn is replaced."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from project_fixtures import (
    AFFINE,
    SHAPE,
    draw,
    make_project,
    nothing_recorded,
    tree,
    write_case,
    write_nrrd,
    write_segmentation,
)

from semigda.check.repairs import repair
from semigda.check.run import check
from semigda.cli import main
from semigda.data.labels import read_classes
from semigda.data.other_grid import resample_classes
from semigda.data.volumes import read_volume
from semigda_core.errors import SemiGDAError
from semigda_core.project.check.latest import measured
from semigda_core.project.check.repairs import RESAMPLE, repairs, undo
from semigda_core.project.heldout import choose_heldout
from semigda_core.project.own_labels import new_label
from semigda_core.project.project import NewCase, Project
from semigda_core.project.results import add_results, newest, result_classes, set_result_mapping


def content(project) -> list[dict]:
    """The cases, without the fingerprint that a check adds."""
    cases = project.read().data["cases"]
    return [{key: case[key] for key in case if key != "voxels"} for case in cases]


def spoil(project, tmp_path):
    """A constant image, a label that cannot be read, an empty one, one on another grid, a copy."""
    grid = AFFINE.copy()
    grid[0, 3] += 0.3
    faults = tmp_path / "faults"
    cases = [
        write_case(faults, 30, image=np.zeros(SHAPE, np.int16)),
        write_case(faults, 31),
        write_case(faults, 32, labels=np.zeros(SHAPE, np.uint8)),
        write_case(faults, 33, label_affine=grid),
        write_case(faults, 34, image=draw(0)[0], label=False),
    ]
    cases[1].label.write_bytes(b"no label")
    ids = project.add(cases).cases
    project.set_group(ids, "one patient")
    return ids


def test_a_label_drawn_in_another_window_meanwhile_is_not_replaced(tmp_path, monkeypatch):
    """Resampling many cases takes minutes."""
    project = make_project(tmp_path)
    case_id = spoil(project, tmp_path)[3]
    (finding,) = [one for one in check(project) if one.code == "geometry-mismatch"]
    drawn = tmp_path / "drawn.nrrd"
    write_nrrd(drawn, draw(33)[1], AFFINE)

    def resampled(*about):
        Project(project.folder).set_label(case_id, drawn)
        return resample_classes(*about)

    monkeypatch.setattr("semigda.check.repairs.resample_classes", resampled)
    repair(project, finding)
    assert project.read().case(case_id).label == drawn
    assert not repairs(project.read())
    assert not list((project.folder / "labels").iterdir())


def test_of_a_repair_that_cannot_be_recorded_nothing_stays(tmp_path):
    project = make_project(tmp_path)
    case_id = spoil(project, tmp_path)[3]
    result = shutil.copy(project.read().case(case_id).label, tmp_path / "result.nrrd")
    add_results(project, [(case_id, result)], "nnU-Net")
    found = [one for one in check(project) if one.fix and one.fix.action in RESAMPLE]
    assert len(found) == 2
    before = tree(project.folder)
    for one in found:
        with nothing_recorded():
            repair(project, one)
    assert tree(project.folder) == before


def test_segments_that_share_voxels_are_not_made_one_map(tmp_path):
    """A lesion in its organ; where both are of one class, nothing is lost."""
    project, grid = make_project(tmp_path), AFFINE.copy()
    grid[0, 3] += 0.3
    labels = draw(30)[1]
    parts = [{"Name": n, "LabelValue": 1, "Layer": k} for k, n in enumerate(("Ball", "Core"))]
    layers = [(labels > 0).astype(np.uint8), (labels > 1).astype(np.uint8)]
    path = write_segmentation(tmp_path / "o.seg.nrrd", layers, parts, grid)
    project.add([NewCase(write_case(tmp_path / "faults", 30).image, path)])
    before = content(project)
    (finding,) = [one for one in check(project) if one.code == "geometry-mismatch"]
    with pytest.raises(SemiGDAError, match="only the later one would be left"):
        repair(project, finding)
    assert content(project) == before and not repairs(project.read())
    project.set_mapping({"Core": "ball"})
    repair(project, finding)
    assert repairs(project.read())


def test_another_programs_segments_that_share_voxels_are_told_and_not_made_one_map(tmp_path):
    """A tumour in its organ: the later segment counts, and the repair would keep it alone."""
    project = make_project(tmp_path)
    case, grid = project.read().of_role("unlabeled")[0], AFFINE.copy()
    grid[0, 3] += 0.3
    truth = draw(4)[1]
    parts = [{"Name": n, "LabelValue": 1, "Layer": k} for k, n in enumerate(("Core", "Ball"))]
    layers = [(truth > 1).astype(np.uint8), (truth > 0).astype(np.uint8)]
    for name, affine in (("same", AFFINE), ("other", grid)):
        path = write_segmentation(tmp_path / f"{name}.seg.nrrd", layers, parts, affine)
        add_results(project, [(case.id, path)], "Net")
        (found,) = (one for one in check(project) if one.case_ids == (case.id,))
        if affine is AFFINE:
            assert found.code == "overlapping-result" and found.severity == "hint"
    assert found.code == "result-on-other-grid"
    with pytest.raises(SemiGDAError, match="only the later one would be left"):
        repair(project, found)
    assert newest(project.read().case(case.id)).path == path
    set_result_mapping(project, "Net", {"Core": "ball"})
    repair(project, found)
    brought = newest(project.read().case(case.id))
    like = read_volume(case.image)
    held = read_classes(brought.path, like, result_classes(project.read(), brought))
    assert set(np.unique(held)) == {0, 1}
    assert not [one for one in check(project) if one.case_ids == (case.id,)]


def test_every_repair_is_undone(tmp_path):
    project = make_project(tmp_path)
    spoil(project, tmp_path)
    outside, before = tree(tmp_path / "faults"), content(project)
    codes = {"unreadable-image", "unreadable-label", "empty-label", "geometry-mismatch"}
    codes |= {"labelled-and-unlabelled"}
    for code in codes:
        finding = next(one for one in check(project) if one.code == code)
        repair(project, finding)
        assert content(project) != before, code
        done = undo(Project(project.folder))  # the project remembers, not the window
        assert done.case_ids == finding.fix.case_ids[-1:] and done.text == finding.fix.text
        assert content(project) == before, code
    assert not repairs(project.read()) and tree(tmp_path / "faults") == outside
    with pytest.raises(SemiGDAError, match="no repair to undo"):
        undo(project)


def test_the_last_one_first_and_never_over_a_change_by_hand(tmp_path):
    project = make_project(tmp_path)
    unreadable, empty = spoil(project, tmp_path)[1:3]
    before = content(project)
    for code in ("unreadable-label", "empty-label"):
        repair(project, next(one for one in check(project) if one.code == code))
    assert [one.case_ids for one in repairs(project.read())] == [(unreadable,), (empty,)]
    project.set_use([empty], "ignored")
    assert undo(project).case_ids == (empty,)
    assert project.read().case(empty).use == "ignored"
    project.set_use([empty], "auto")
    assert undo(project).case_ids == (unreadable,) and content(project) == before


def test_an_image_that_was_added_again_is_not_there_twice(tmp_path):
    project = make_project(tmp_path)
    spoil(project, tmp_path)
    repair(project, next(one for one in check(project) if one.code == "unreadable-image"))
    images = {case["image"] for case in content(project)}
    project.add([NewCase(tmp_path / "faults/DOE_JANE_30.nrrd")])
    undo(project)
    assert len(content(project)) == len(images) + 1


def test_a_repaired_label_of_a_held_out_case_goes_back_with_a_new_version(tmp_path):
    project = make_project(tmp_path, labelled=8)
    check(project)
    case = choose_heldout(project, measured(project))["cases"][0]
    label = project.read().case(case).label
    label.unlink()
    grid = AFFINE.copy()
    grid[0, 3] += 0.3
    write_case(tmp_path / "study", int(label.name[9:11]), label_affine=grid)
    repair(project, next(one for one in check(project) if one.code == "geometry-mismatch"))
    assert project.read().case(case).label.parent == project.folder / "labels"
    version = project.read().heldout["version"]
    undo(project)
    assert project.read().case(case).label == label
    assert project.read().heldout["version"] == version + 1


def test_no_drawn_label_is_replaced(tmp_path):
    project = make_project(tmp_path, labelled=2)
    first = new_label(project, "abc", ".nrrd")
    first.write_bytes(b"drawn")
    assert new_label(project, "abc", ".nrrd").name == "abc-2.nrrd"


def test_from_the_terminal(tmp_path, capsys):
    project = make_project(tmp_path)
    ids = spoil(project, tmp_path)
    before = content(project)
    assert main(["project", "check", str(project.folder), "--fix"]) == 0
    told = capsys.readouterr().err
    for number, words in enumerate(
        (
            "Take the case out of the project",
            "Use the image without its label",
            "Use the image without its label",
            "Bring the label to the image's grid",
            "Take the copies out of the project",
        )
    ):
        assert f"done: DOE_JANE_{30 + number}.nrrd: {words}" in told
    assert told.count("semigda project undo") == 5
    assert main(["project", "undo", str(project.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cases"] == [ids[4]]
    for _ in range(4):
        assert main(["project", "undo", str(project.folder)]) == 0
    assert "undone: DOE_JANE_30.nrrd: Take the case out" in capsys.readouterr().out
    assert content(project) == before
    assert main(["project", "undo", str(project.folder)]) != 0
    assert "There is no repair to undo" in capsys.readouterr().err


def test_one_repair_from_the_terminal(tmp_path):
    project = make_project(tmp_path, 4, 0)
    added = project.add([write_case(tmp_path / "copies", 0, label=False)]).cases[0]
    folder, original = str(project.folder), project.read().cases[0].id
    main(["project", "check", folder])
    repair = ["project", "fix", folder, "labelled-and-unlabelled", original, added]
    assert main(repair) == 0
    assert added not in [case.id for case in project.read().cases]
    assert main(repair) != 0, "it is done already"
