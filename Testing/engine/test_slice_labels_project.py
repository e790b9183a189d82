"""Partly labelled cases in a project: the check, held-out cases, repairs, scores, command line."""

from __future__ import annotations

import json

import pytest
from project_fixtures import AFFINE, SHAPE, draw, make_project, write_case, write_segmentation
from trainings_fixtures import ready_project, tiny_plan
from volume_fixtures import write_nrrd

from semigda.check.repairs import repair
from semigda.check.run import check
from semigda.cli import main
from semigda.data.labels import read_classes
from semigda.data.volumes import read_volume
from semigda_core.labels.finished import FINISHED_TAG, IGNORE_TAG, IGNORED, FinishedSlices
from semigda_core.labels.segments import tags_text
from semigda_core.project.cases.sending import send
from semigda_core.project.check.facts import labelled_on
from semigda_core.project.check.latest import findings, measured
from semigda_core.project.heldout import choose_heldout
from semigda_core.project.training.estimates import START_SECONDS, total_seconds
from semigda_core.project.training.judging import compare_scores
from semigda_core.project.training.planning import plan_training


def codes(project) -> dict[str, list[tuple]]:
    found: dict[str, list[tuple]] = {}
    for finding in check(project):
        found.setdefault(finding.code, []).append(finding.case_ids)
    return found


def test_the_check_measures_finished_slices_only(tmp_path):
    project = make_project(tmp_path, labelled=3, unlabelled=0)
    assert "no-unlabelled" in codes(project)
    case = project.read().cases[0]
    whole = measured(project)[case.id]["label"]
    project.set_finished(case.id, FinishedSlices(2, (0, 8)))
    assert case.id not in measured(project)  # measured under other marks
    found = codes(project)
    label = measured(project)[case.id]["label"]
    _, labels = draw(0)
    assert label["parts"]["1"]["voxels"] == (labels[8] == 1).sum()
    assert label["parts"]["1"]["slices"] == 1
    assert label["hash"] != whole["hash"]
    assert labelled_on(measured(project)[case.id]) == "2 of 16 slices"
    drawn = int((labels.any(axis=(1, 2))).sum())
    assert label["finished"]["outside"] == drawn - 1
    assert found["not-finished"] == [(case.id,)]
    (told,) = [one.message for one in findings(project) if one.code == "not-finished"]
    assert told.startswith(f"What is drawn on {drawn - 1} slices does not count: they are not")
    project.set_finished(case.id, FinishedSlices(2, tuple(range(1, 8)) + tuple(range(9, 16))))
    check(project)
    (told,) = [one.message for one in findings(project) if one.code == "not-finished"]
    assert told == "What is drawn on one slice does not count: it is not marked as finished."
    # The other slices are unlabelled data.
    assert "no-unlabelled" not in found


def test_slices_that_nobody_marked_are_asked_about(tmp_path):
    project = make_project(tmp_path, labelled=2, unlabelled=1)
    first, second = project.read().cases[:2]
    _, labels = draw(0)
    labels[1::2] = 0  # every other slice is drawn
    write_nrrd(first.label, labels, AFFINE)
    project.set_finished(second.id, FinishedSlices(2, ()))
    found = codes(project)
    assert found["some-slices"] == [(first.id,)]
    assert found["none-finished"] == [(second.id,)]
    project.set_finished(first.id, FinishedSlices(2, tuple(range(0, 16, 2))))
    assert "some-slices" not in codes(project)


def test_held_out_are_whole_cases_where_there_are_enough(tmp_path):
    project = make_project(tmp_path, labelled=12, unlabelled=0)
    partly = [case.id for case in project.read().cases[::2]]
    for case_id in partly:
        project.set_finished(case_id, FinishedSlices(2, (7, 8, 9)))
    check(project)
    heldout = choose_heldout(project, measured(project))
    assert len(heldout["cases"]) == 3 and not set(heldout["cases"]) & set(partly)


def test_a_partly_labelled_held_out_case_is_told(tmp_path):
    project = make_project(tmp_path, labelled=3, unlabelled=0)
    case = project.read().cases[1]
    project.set_finished(case.id, FinishedSlices(2, (7, 8)))
    check(project)
    choose_heldout(project, measured(project))
    (told,) = [f for f in findings(project) if f.code == "held-out-partly"]
    assert told.case_ids == (case.id,) and "2 of 16 slices" in told.message
    assert "held-out-changed" not in {f.code for f in findings(project)}
    project.set_finished(case.id, FinishedSlices(2, (7,)))
    assert project.read().heldout["version"] == 2


def test_the_repair_of_a_grid_keeps_what_is_unlabelled(tmp_path):
    project = make_project(tmp_path, labelled=1, unlabelled=0)
    _, labels = draw(1)
    tags = tags_text([(FINISHED_TAG, "2: 8")])
    segments = [
        {"Name": "ball", "LabelValue": "1", "Layer": "0", "Tags": tags},
        {"Name": "core", "LabelValue": "2", "Layer": "0", "Tags": tags},
    ]
    case = write_case(tmp_path / "study", 1, label=False)
    moved = AFFINE.copy()
    moved[:3, 3] += 0.4
    path = write_segmentation(tmp_path / "drawn.seg.nrrd", [labels], segments, moved)
    (case_id,) = project.add([case]).cases
    project.set_label(case_id, path)
    (finding,) = [f for f in check(project) if f.code == "geometry-mismatch"]
    repair(project, finding)
    case = project.read().case(case_id)
    image = read_volume(case.image)
    assert case.finished == FinishedSlices(2, (8,))
    marks, classes = str(case.finished), project.read().classes_of(case)
    read = read_classes(case.label, image, classes, marks)
    assert (read[8] == 1).any() and (read[:8] == IGNORED).all() and (read[9:] == IGNORED).all()
    assert not {"unmapped-label", "geometry-mismatch"} & set(codes(project))


def test_the_command_line_sets_and_lists_finished_slices(tmp_path, capsys):
    project = make_project(tmp_path, labelled=2, unlabelled=0)
    case = project.read().cases[0]
    folder = str(project.folder)
    assert main(["project", "slices", folder, case.id, "2: 4 7-8"]) == 0
    assert project.read().case(case.id).finished == FinishedSlices(2, (4, 7, 8))
    main(["project", "check", folder])
    capsys.readouterr()
    assert main(["project", "slices", folder]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("2: 4 7-8  labelled on 3 of 16 slices") and second.endswith(" all")
    main(["project", "cases", folder])
    assert "labelled on 3 of 16 slices" in capsys.readouterr().out
    assert main(["project", "slices", folder, case.id, "all", "--json"]) == 0
    row = {"id": case.id, "finished": "all", "labelled_on": ""}
    assert json.loads(capsys.readouterr().out) == [row]
    assert main(["project", "slices", folder, case.id, "2, 4"]) != 0


def test_a_value_is_mapped_to_ignore_on_the_command_line(tmp_path):
    project = make_project(tmp_path, labelled=1, unlabelled=0)
    write_case(tmp_path / "more", 5)
    arguments = ["project", "add", str(project.folder), str(tmp_path / "more")]
    assert main([*arguments, "--map", "3=ignore"]) == 0
    assert project.read().mapping["3"] == IGNORED


@pytest.mark.parametrize("axis, told", [(2, "2 of 16 slices"), (0, "2 of 18 slices")])
def test_other_directions_are_told_by_their_own_number_of_slices(tmp_path, axis, told):
    project = make_project(tmp_path, labelled=1, unlabelled=0)
    case = project.read().cases[0]
    project.set_finished(case.id, FinishedSlices(axis, (7, 8)))
    check(project)
    assert labelled_on(measured(project)[case.id]) == told
    assert SHAPE == (16, 20, 18)


def test_marks_of_slices_that_are_not_there_are_found_and_mended(tmp_path):
    project = make_project(tmp_path, 2, 0)
    case = project.read().cases[0]
    project.set_finished(case.id, FinishedSlices(2, (7, 16)))  # of 16, from 0
    (found,) = [f for f in check(project) if f.case_ids == (case.id,) and f.severity == "error"]
    assert found.message.endswith("the image has 16, counted from 0.")
    main(["project", "slices", str(project.folder), case.id, "2: 7 15"])
    assert not [f for f in check(project) if f.case_ids == (case.id,) and f.severity == "error"]
    assert labelled_on(measured(project)[case.id]) == "2 of 16 slices"


def test_the_command_refuses_slices_that_are_not_there(tmp_path, capsys):
    project = make_project(tmp_path, 1, 0)
    case = project.read().cases[0]
    assert main(["project", "slices", str(project.folder), case.id, "2: 7 16"]) == 1
    assert "the image has 16, counted from 0" in capsys.readouterr().err
    assert project.read().case(case.id).finished is None


def test_a_label_whose_slices_are_marked_is_used(tmp_path):
    project = make_project(tmp_path, 2, 0)
    case = project.read().cases[0]
    project.set_finished(case.id, FinishedSlices(2, (7, 16)))
    (found,) = [f for f in check(project) if f.case_ids == (case.id,) and f.severity == "error"]
    repair(project, found)
    assert project.read().case(case.id).role == "unlabeled"
    project.set_finished(case.id, FinishedSlices(2, (7, 15)))
    assert project.read().case(case.id).role == "labeled"


def test_the_comparison_is_read_with_what_was_scored_in_part(tmp_path):
    from semigda_core.project.training.comparison import partly, read

    result = compare_scores({"a1": {"ball": 0.9}}, None, ["ball"], "split", {})
    result["rows"][0]["scored_on"] = "6 of 110 slices"
    (tmp_path / "comparison.json").write_text(json.dumps(result))
    assert partly(read(tmp_path)["rows"]) == {"a1": "6 of 110 slices"}


def test_a_label_that_is_sent_brings_its_marks_and_ignored_regions(tmp_path):
    project = make_project(tmp_path, labelled=1, unlabelled=1)
    _, labels = draw(1)
    marks = tags_text([(FINISHED_TAG, "2: 7-9")])
    unclear = tags_text([(FINISHED_TAG, "2: 7-9"), (IGNORE_TAG, "1")])
    segments = [
        {"Name": "ball", "LabelValue": "1", "Layer": "0", "Tags": marks},
        {"Name": "unclear", "LabelValue": "2", "Layer": "0", "Tags": unclear},
    ]
    path = write_segmentation(tmp_path / "sent.seg.nrrd", [labels], segments)
    image = project.read().cases[1].image
    sent = send(project, image, path)
    case = project.read().case(sent.case)
    assert case.finished == FinishedSlices(2, (7, 8, 9)) and case.segments == ("ball",)
    assert [one.id for one in project.read().partly_labelled()] == [sent.case]
    check(project)
    assert set(measured(project)[sent.case]["label"]["parts"]) == {"ball"}


def test_the_time_of_a_training_counts_the_other_slices_as_unlabelled(tmp_path):
    """Steps that also learn from unlabelled slices take longer; here only a partly labelled case
    has some."""
    project = ready_project(tmp_path, 8, 0)
    trained, held = (project.read().of_role(role)[0].id for role in ("labeled", "held-out"))
    cost = {"supervised": 1.0, "semi": 3.0, "align": 0.0, "pretrain": 0.0, "unet": 1.0}
    others = ("load_seconds", "validate_seconds", "save_seconds", "prepare_seconds")
    facts = {"seconds_per_step": cost, **dict.fromkeys(others, 0.0)}

    def seconds() -> float:
        plan = plan_training(project, tiny_plan(supervised_share=0.25, pretrain_steps=0))
        assert plan.settings["steps"] == 26
        return total_seconds(plan.settings, facts, plan.work) - START_SECONDS

    assert seconds() == pytest.approx(26)
    project.set_finished(trained, FinishedSlices(2, (7, 9)))
    assert seconds() == pytest.approx(0.25 * 26 + 0.75 * 26 * 3)
    project.set_finished(trained, None)
    project.set_finished(held, FinishedSlices(2, (7, 9)))  # it never trains
    assert seconds() == pytest.approx(26)
