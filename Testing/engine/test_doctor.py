"""The data doctor: every finding by a fault planted in real files, and what its fix does."""

from __future__ import annotations

import json
import os
import shutil
import time

import numpy as np
import pytest
import SimpleITK as sitk
from progress_fixtures import Listener
from project_fixtures import (
    AFFINE,
    SHAPE,
    draw,
    make_project,
    tree,
    write_case,
    write_segmentation,
)
from test_worker import Worker
from volume_fixtures import write_nrrd

from semigda.check.repairs import repair
from semigda.check.run import check
from semigda.data.labels import read_classes
from semigda.data.volumes import read_volume
from semigda.jobs.run import run_job
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.project.check.findings import Finding
from semigda_core.project.check.latest import findings, measured, new_check
from semigda_core.project.heldout import choose_heldout
from semigda_core.project.project import NewCase, Project
from semigda_core.project.results import add_results


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path)


def plant(project, tmp_path, number=30, **fault) -> str:
    """Add a case with a fault; its id."""
    return project.add([write_case(tmp_path / "faults", number, **fault)]).cases[0]


def found(project, code, case_id=None) -> Finding:
    """The one finding of a kind (that is about a case), among all others."""
    fitting = [f for f in check(project) if f.code == code]
    fitting = [f for f in fitting if case_id is None or case_id in f.case_ids]
    assert len(fitting) == 1, fitting
    finding = fitting[0]
    assert finding.message.endswith(".") and finding.action.endswith(".")
    assert "DOE" not in finding.message + finding.action
    assert finding.to_dict()["code"] == code
    return finding


def codes(project) -> list[str]:
    return [finding.code for finding in check(project)]


def test_a_sound_project_has_no_findings(project):
    assert check(project) == []


def test_unreadable_image(project, tmp_path):
    case = plant(project, tmp_path)
    (tmp_path / "faults/DOE_JANE_30.nrrd").write_bytes(b"NRRD0004\nnothing")
    finding = found(project, "unreadable-image", case)
    assert finding.severity == "error"
    repair(project, finding)
    assert codes(project) == [] and len(project.read().cases) == 6


def test_image_that_went_away(project, tmp_path):
    case = plant(project, tmp_path, label=False)
    (tmp_path / "faults/DOE_JANE_30.nrrd").unlink()
    finding = found(project, "missing-files", case)
    assert finding.severity == "warning" and finding.fix is None


def test_image_with_values_that_are_no_numbers(project, tmp_path):
    image = draw(30)[0].astype(np.float32)
    image[3, 3, 3] = np.nan
    case = plant(project, tmp_path, image=image)
    assert "not a number" in found(project, "unreadable-image", case).message


def test_unreadable_label(project, tmp_path):
    case = plant(project, tmp_path)
    (tmp_path / "faults/DOE_JANE_30_seg.nrrd").write_bytes(b"no label")
    finding = found(project, "unreadable-label", case)
    repair(project, finding)
    assert codes(project) == [] and project.read().case(case).role == "unlabeled"


def test_label_on_another_grid_is_brought_to_the_image(project, tmp_path):
    """Half the spacing, axes turned, an origin between voxels: the same place in the body."""
    labels = draw(30)[1]
    fine = labels.repeat(2, 0).repeat(2, 1).repeat(2, 2)[::-1]
    grid = AFFINE.copy()
    grid[:3, :3] /= 2
    grid[:3, 3] -= AFFINE[:3, :3] @ [0.25, 0.25, 0.25]
    grid[:3, 3] += (fine.shape[0] - 1) * grid[:3, 2]
    grid[:3, 2] *= -1
    case = plant(project, tmp_path, labels=fine, label_affine=grid)
    outside = tree(tmp_path / "faults")
    finding = found(project, "geometry-mismatch", case)
    repair(project, finding)
    fixed = project.read().case(case)
    assert project.folder in fixed.label.parents and fixed.origin == "human"
    image = read_volume(fixed.image)
    classes = project.read().classes_of(fixed)
    np.testing.assert_array_equal(read_classes(fixed.label, image, classes), labels)
    assert codes(project) == [] and tree(tmp_path / "faults") == outside


def test_resampling_keeps_the_mapping(project, tmp_path):
    """What is written holds classes, so the project's mapping must not be applied again."""
    project.set_mapping({"1": "core", "2": 0})
    grid = AFFINE.copy()
    grid[0, 3] += 0.3
    case = plant(project, tmp_path, label_affine=grid)
    repair(project, found(project, "geometry-mismatch", case))
    fixed = project.read().case(case)
    mapped = project.read().classes_of(fixed)
    labels = read_classes(fixed.label, read_volume(fixed.image), mapped)
    np.testing.assert_array_equal(labels, np.where(draw(30)[1] == 1, 2, 0))


@pytest.mark.parametrize("shift, words", [(500.0, "lies outside"), (9.0, "% of the label lie")])
def test_label_outside_the_image(project, tmp_path, shift, words):
    grid = AFFINE.copy()
    grid[0, 3] += shift
    case = plant(project, tmp_path, label_affine=grid)
    finding = found(project, "label-outside", case)
    assert words in finding.message and finding.fix.action == "use-unlabeled"


def test_empty_label(project, tmp_path):
    case = plant(project, tmp_path, labels=np.zeros(SHAPE, np.uint8))
    finding = found(project, "empty-label", case)
    repair(project, finding)
    assert project.read().case(case).role == "unlabeled" and codes(project) == []


def test_label_with_values_that_belong_to_no_class(project, tmp_path):
    labels = draw(30)[1]
    labels[0, 0, 0] = 7
    case = plant(project, tmp_path, labels=labels)
    assert "'7'" in found(project, "unmapped-label", case).message
    project.set_mapping({"7": 0})
    assert findings(project) == []  # the label need not be read again


def test_segments_that_overlap(project, tmp_path):
    labels = draw(30)[1]
    parts = [{"Name": n, "LabelValue": 1, "Layer": k} for k, n in enumerate(("Ball", "Core"))]
    layers = [(labels > 0).astype(np.uint8), (labels > 1).astype(np.uint8)]
    path = write_segmentation(tmp_path / "o.seg.nrrd", layers, parts)
    case = project.add([NewCase(write_case(tmp_path / "faults", 30).image, path)]).cases[0]
    assert f"{layers[1].sum()} voxels" in found(project, "overlapping-segments", case).message


def test_a_segment_that_others_hide(project, tmp_path):
    """A lesion before its organ in the file; not where the organ has no class, or the same."""
    labels = draw(30)[1]
    parts = [{"Name": n, "LabelValue": 1, "Layer": k} for k, n in enumerate(("Core", "Ball"))]
    layers = [(labels > 1).astype(np.uint8), (labels > 0).astype(np.uint8)]
    path = write_segmentation(tmp_path / "o.seg.nrrd", layers, parts)
    case = project.add([NewCase(write_case(tmp_path / "faults", 30).image, path)]).cases[0]
    finding = found(project, "hidden-segment", case)
    assert finding.message.endswith("'Core'.") and "overlapping-segments" not in codes(project)
    for mapping in ({"Ball": 0}, {"Ball": "core"}):
        project.set_mapping(mapping)
        assert "hidden-segment" not in codes(project)
        assert "overlapping-segments" in codes(project)


def test_copies_of_an_image(project, tmp_path):
    """The same voxels in another file type, order and number format are the same image."""
    image = draw(5)[0]
    turned = AFFINE.copy()
    turned[:3, 3] += (SHAPE[0] - 1) * turned[:3, 2]
    turned[:3, 2] *= -1
    case = plant(
        project, tmp_path, label=False, image=image[::-1].astype(np.float32), affine=turned
    )
    finding = found(project, "duplicate-image", case)
    assert finding.severity == "warning"
    repair(project, finding)
    assert len(project.read().cases) == 6 and codes(project) == []


def test_image_labelled_and_unlabelled(project, tmp_path):
    case = plant(project, tmp_path, label=False, image=draw(0)[0])
    finding = found(project, "labelled-and-unlabelled", case)
    assert finding.fix.case_ids == (case,)  # the labelled one stays
    repair(project, finding)
    assert codes(project) == []


def test_copy_of_a_held_out_image(tmp_path):
    project = make_project(tmp_path, labelled=8, unlabelled=1)
    assert check(project) == []
    held = choose_heldout(project, measured(project))["cases"]
    number = [case.id for case in project.read().cases].index(held[0])
    case = plant(project, tmp_path, label=False, image=draw(number)[0])
    finding = found(project, "held-out-twice", case)
    assert finding.severity == "warning" and finding.fix.case_ids == (case,)
    assert project.read().case(case).role == "aside"  # and so no training sees it


@pytest.mark.parametrize("role", ["labeled", "unlabeled"])
def test_a_held_out_file_that_now_holds_a_training_image(tmp_path, role):
    project = make_project(tmp_path, labelled=8, unlabelled=1)
    check(project)
    choose_heldout(project, measured(project))
    view = project.read()
    held, other = view.of_role("held-out")[0], view.of_role(role)[0]
    shutil.copyfile(other.image, held.image)
    finding = found(project, "held-out-copy", held.id)
    assert finding.severity == "error" and finding.fix.case_ids == (other.id,)


def test_an_empty_result_is_no_copy_of_an_empty_label(project, tmp_path):
    case = project.read().cases[0]
    for path in (case.label, tmp_path / "result.nrrd"):
        write_nrrd(path, np.zeros(SHAPE, np.uint8), AFFINE)
    add_results(project, [(case.id, tmp_path / "result.nrrd")], "Net")
    assert "result-is-label" not in codes(project)


def test_left_and_right_swapped(project, tmp_path):
    case = plant(project, tmp_path, label=False, image=draw(1)[0][:, :, ::-1].copy())
    finding = found(project, "mirrored-copy", case)
    assert len(finding.case_ids) == 2 and finding.fix is None
    other = plant(project, tmp_path, 31, label=False, affine=AFFINE * [[-1], [1], [1], [1]])
    write_nrrd(tmp_path / "faults/DOE_JANE_31.nrrd", draw(2)[0], AFFINE * [[-1], [1], [1], [1]])
    found(project, "mirrored-copy", other)  # by a wrong direction in the header


def test_one_label_for_two_patients(project, tmp_path):
    """As where a column of a table was filled down, or sequences of a patient are taken for two."""
    first = project.read().cases[0]
    other = write_case(tmp_path / "other", 30, label=False).image
    (second,) = project.add([NewCase(other, first.label)]).cases
    (found,) = (finding for finding in check(project) if finding.code == "same-label")
    assert found.case_ids == (first.id, second) and found.severity == "warning"
    project.set_group([first.id, second], "one patient")
    assert "same-label" not in {finding.code for finding in findings(project)}


def test_colour_among_grey(project, tmp_path):
    colours = np.random.default_rng(0).integers(0, 255, (20, 20, 3), np.uint8)
    sitk.WriteImage(sitk.GetImageFromArray(colours, isVector=True), str(tmp_path / "c.png"))
    case = project.add([NewCase(tmp_path / "c.png")]).cases[0]
    assert found(project, "odd-kind").case_ids == (case,)


def test_odd_spacing(project, tmp_path):
    case = plant(project, tmp_path, label=False, affine=AFFINE @ np.diag([1, 1, 5, 1]))
    assert "7.5 x 1 x 1 mm" in found(project, "odd-spacing", case).message


def test_odd_intensity(project, tmp_path):
    case = plant(project, tmp_path, label=False, image=draw(30)[0].astype(np.float32) / 255)
    assert found(project, "odd-intensity", case).severity == "warning"


def test_ct_without_its_offset(tmp_path):
    project = Project.create(tmp_path / "ct")
    for number in range(5):
        image = draw(number)[0] * 10 - (0 if number == 4 else 1024)
        image[0] = image.min()
        image[0, 0] -= 1000 if number < 4 else 0
        plant(project, tmp_path, number, label=False, image=image)
    assert found(project, "odd-intensity").case_ids == (project.read().cases[4].id,)


def test_several_scales_are_one_hint(project, tmp_path):
    for number in range(30, 36):
        image = draw(number)[0].astype(np.float32) * 1000
        plant(project, tmp_path, number, label=False, image=image)
    assert found(project, "odd-intensity").severity == "hint"


def test_class_with_too_few_slices_and_class_that_is_nowhere(project, tmp_path):
    project.set_classes(["ball", "core", "shell", "gap"])
    project.set_mapping({"3": "shell"})
    labels = draw(30)[1]
    labels[3, 2, :3] = 3
    plant(project, tmp_path, labels=labels)
    assert "'shell' is in only 1 slice" in found(project, "few-slices").message
    missing = found(project, "class-missing")
    assert "'gap'" in missing.message and missing.severity == "error"


def test_too_few_cases(tmp_path):
    project = Project.create(tmp_path / "p")
    assert {"no-classes", "few-cases", "no-unlabelled"} == set(codes(project))
    project.set_classes(["ball", "core"])
    plant(project, tmp_path, 0)
    assert "1 case is labelled" in found(project, "few-cases").message
    plant(project, tmp_path, 1)
    assert found(project, "few-cases").severity == "warning"
    assert found(project, "no-unlabelled").severity == "hint"


def test_held_out_label_that_was_edited_in_place(tmp_path):
    project = make_project(tmp_path, labelled=8)
    check(project)
    case = project.read().case(choose_heldout(project, measured(project))["cases"][0])
    labels = draw(99)[1]
    write_nrrd(case.label, labels, AFFINE)
    assert found(project, "held-out-changed").case_ids == (case.id,)
    project.set_label(case.id, case.label, "edited")  # on purpose: a new version, locked again
    assert codes(project) == [] and project.read().heldout["version"] == 2
    assert case.id in project.read().heldout["labels"]


# How it works


def test_only_what_changed_is_looked_at_again(project, tmp_path):
    listener = Listener()
    seen = listener.told
    check(project, listener.progress)
    assert len(seen) == 6 and seen[3] == (0.5, "Looking at case 4 of 6.")
    seen.clear()
    plant(project, tmp_path)
    os.utime(tmp_path / "study/DOE_JANE_02.nrrd", (1, 1))
    assert len(measured(project)) == 5
    check(project, listener.progress)
    assert len(seen) == 2
    (project.folder / "facts.json").write_text("{")  # it may be lost
    assert len(measured(project)) == 0 and check(project) == []


def test_a_cancelled_check_keeps_what_it_measured(project):
    listener = Listener(cancel=lambda heard: heard.asked > 3 * SHAPE[0])
    with pytest.raises(SemiGDAError) as caught:
        check(project, listener.progress)
    assert caught.value.error_class == "cancelled"
    assert 0 < len(measured(project)) < 6
    assert check(project) == []


def test_nothing_is_written_outside_and_no_name_gets_out(project, tmp_path):
    """As Slicer does it: a job in the worker, findings read afterwards."""
    plant(project, tmp_path, labels=np.zeros(SHAPE, np.uint8))
    outside = tree(tmp_path / "study") | tree(tmp_path / "faults")
    job = new_check(project)
    started = time.monotonic()
    worker = Worker()
    assert [worker.line(), worker.line()] == ["loading", "ready"]
    worker.run(job.path)
    assert worker.close() == 0 and time.monotonic() - started < 30
    done = JobFolder(job.path)
    assert done.state()["state"] == "done", (job.path / "log.txt").read_text("utf-8")
    assert done.result()["outputs"] == {"cases": 7} and done.result()["report"]["unreadable"] == 0
    assert [finding.code for finding in findings(project)] == ["empty-label"]
    told = "".join(
        (job.path / name).read_text("utf-8")
        for name in ("state.json", "result.json", "log.txt", "events.jsonl")
        if (job.path / name).exists()
    )
    told += json.dumps([finding.to_dict() for finding in findings(project)])
    assert "DOE" not in told and str(tmp_path) not in told
    assert "DOE" not in (project.folder / "facts.json").read_text("utf-8")
    assert tree(tmp_path / "study") | tree(tmp_path / "faults") == outside


def test_a_fix_for_a_case_that_is_gone(project, tmp_path):
    case = plant(project, tmp_path, labels=np.zeros(SHAPE, np.uint8))
    finding = found(project, "empty-label", case)
    project.remove([case])
    with pytest.raises(SemiGDAError, match="no such case"):
        repair(project, finding)
    plain = Finding("x", "hint", (), "x.", "Do it.")
    with pytest.raises(SemiGDAError, match="repaired"):
        repair(project, plain)


def test_checks_do_not_pile_up(tmp_path):
    """Every change of the cases makes a check; the newest ended one stays for who reads it."""
    project = make_project(tmp_path)
    history = len(project.read().data["history"])
    for _ in range(4):
        assert run_job(new_check(project)) == 0
    jobs = project.jobs()
    assert len(jobs) == 2 and {job["state"] for job in jobs} == {"done"}
    assert len(list((project.folder / "jobs").iterdir())) == 2
    assert len(project.read().data["history"]) == history + 2
