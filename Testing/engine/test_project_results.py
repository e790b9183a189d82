"""Results of other programs in a project: added, mapped, checked, trained on, and no labels."""

from __future__ import annotations

import json
import os
import shutil

import numpy as np
import pytest
from project_fixtures import AFFINE, draw, make_project, write_segmentation
from trainings_fixtures import tiny_plan, train_here
from volume_fixtures import write_nrrd

from semigda.check.relocate import relocate
from semigda.check.repairs import repair
from semigda.check.run import check
from semigda.cli import main
from semigda.data.labels import read_classes
from semigda.data.volumes import read_volume
from semigda_core.errors import SemiGDAError
from semigda_core.models.card import ModelCard
from semigda_core.project.cases.caselist import case_rows
from semigda_core.project.cases.result_folders import match_results
from semigda_core.project.check.latest import findings, measured
from semigda_core.project.check.repairs import undo
from semigda_core.project.classes import change_class, remove_class
from semigda_core.project.heldout import change_heldout, choose_heldout
from semigda_core.project.project import Project
from semigda_core.project.report.report import write_report
from semigda_core.project.results import (
    add_results,
    counts,
    newest,
    remove_results,
    result_classes,
    set_result_mapping,
    unmapped_results,
    unmeasured,
    will_learn,
)
from semigda_core.project.training.planning import plan_training
from semigda_core.project.training.versions import versions


def write_results(tmp_path, numbers, folder="net", **changes):
    """Label maps of a program that calls the ball 7 and its core 9."""
    place = tmp_path / folder
    place.mkdir(exist_ok=True)
    for number in numbers:
        labels = changes.get("labels", np.array([0, 7, 9], np.uint8)[draw(number)[1]])
        write_nrrd(place / f"DOE_JANE_{number:02d}.nrrd", labels, changes.get("affine", AFFINE))
    return place


@pytest.fixture
def project(tmp_path):
    """8 labelled cases and 2 unlabelled ones, with results of all but two labelled ones."""
    made = make_project(tmp_path, 8, 2)
    found = match_results(made.read(), [write_results(tmp_path, range(2, 10))])
    assert len(found.pairs) == 8 and not found.unmatched and found.source is None
    add_results(made, found.pairs, " Total Segmentator ")
    set_result_mapping(made, "Total Segmentator", {"7": "ball", "9": "core"})
    return made


def codes(project):
    return {finding.code for finding in findings(project)}


def test_a_result_is_no_label(project, tmp_path):
    view = project.read()
    assert counts(view) == {"Total Segmentator": 2}
    assert counts(view, "labeled") == {"Total Segmentator": 6}
    assert len(view.of_role("unlabeled")) == 2 and len(view.of_role("labeled")) == 8
    check(project)
    heldout = choose_heldout(project, measured(project))
    labelled = {case.id for case in view.of_role("labeled")}
    assert set(heldout["cases"]) <= labelled
    for case in project.read().of_role("unlabeled"):
        assert case.label is None and case.origin is None
        with pytest.raises(SemiGDAError):  # by hand neither
            change_heldout(project, "on purpose", measured(project), [case.id])
    trusted = project.read().heldout["version"]
    add_results(project, [(heldout["cases"][0], tmp_path / "net/DOE_JANE_02.nrrd")], "Other")
    assert project.read().heldout["version"] == trusted  # scores stay comparable


def test_the_case_list_has_results_of_those_that_train_and_not_of_held_out_ones(project):
    check(project)
    choose_heldout(project, measured(project))
    rows = case_rows(project.read())
    by_role = {role: [row for row in rows if row["role"] == role] for role in ("unlabeled", "val")}
    assert len(by_role["unlabeled"]) == 2 and len(by_role["val"]) == 2
    for row in by_role["unlabeled"]:
        assert row["machine_source"] == "Total Segmentator" and "label" not in row
        assert row["machine_classes"]["7"] == 1 and row["machine_classes"]["9"] == 2
    assert not any(key.startswith("machine") for row in by_role["val"] for key in row)


def test_of_several_programs_the_newest_counts_and_of_one_there_is_one(project, tmp_path):
    case = project.read().of_role("unlabeled")[0]
    other = write_results(tmp_path, [8], "other") / "DOE_JANE_08.nrrd"
    add_results(project, [(case.id, other)], "nnU-Net")
    assert newest(project.read().case(case.id)).source == "nnU-Net"
    assert counts(project.read()) == {"Total Segmentator": 1, "nnU-Net": 1}
    add_results(project, [(case.id, other)], "Total Segmentator")  # again: in place of the first
    view = project.read()
    assert [result.source for result in view.case(case.id).results] == [
        "nnU-Net",
        "Total Segmentator",
    ]
    assert newest(view.case(case.id)).path == other
    assert remove_results(project, "Total Segmentator") == 8
    assert counts(project.read()) == {"nnU-Net": 1}
    assert remove_results(project, case_ids=[case.id]) == 1 and not counts(project.read())


def test_a_name_is_never_a_path_and_a_label_is_no_result(project, tmp_path):
    case = project.read().of_role("labeled")[0]
    for name in ("/home/doe/net", "C:\\net", "", "x" * 65, "a\nb"):
        with pytest.raises(SemiGDAError, match="program's name"):
            add_results(project, [(case.id, tmp_path / "net/DOE_JANE_02.nrrd")], name)
    with pytest.raises(SemiGDAError, match="label already"):
        add_results(project, [(case.id, case.label)], "Net")
    with pytest.raises(SemiGDAError, match="does not exist"):
        add_results(project, [(case.id, tmp_path / "gone.nrrd")], "Net")
    assert not project.read().case(case.id).results


def test_a_program_has_a_mapping_of_its_own_and_names_follow_the_projects(project, tmp_path):
    """The labels' value 1 is the ball; another program's 1 may be the spleen."""
    place = tmp_path / "net/DOE_JANE_08.seg.nrrd"
    layer = draw(8)[1]
    segments = [
        {"Name": name, "LabelValue": n, "Layer": 0} for n, name in enumerate(("Core", "spleen"), 1)
    ]
    write_segmentation(place, [layer], segments)
    case = project.read().of_role("unlabeled")[0]
    add_results(project, [(case.id, place)], "Namer")
    view = project.read()
    plain = newest(view.of_role("unlabeled")[1])
    assert result_classes(view, plain).get("1") is None and result_classes(view, plain)["7"] == 1
    named = newest(view.case(case.id))
    assert result_classes(view, named)["Core"] == 2 and "spleen" not in result_classes(view, named)
    check(project)
    facts = measured(project)
    assert unmapped_results(project.read(), facts) == {"Namer": {"spleen": [case.id]}}
    assert "unmapped-result" in codes(project)
    assert not [f for f in findings(project) if f.severity == "error"]
    set_result_mapping(project, "Namer", {"spleen": 0})
    assert "unmapped-result" not in codes(project)


def test_a_class_keeps_its_results_when_its_name_or_number_changes(project, tmp_path):
    change_class(project, 2, name="centre")
    view = project.read()
    result = newest(view.of_role("unlabeled")[0])
    assert result_classes(view, result)["9"] == 2
    remove_class(project, 1)
    view = project.read()
    assert result_classes(view, result)["9"] == 1 and result_classes(view, result)["7"] == 0


def test_the_check_finds_what_is_wrong_and_its_repairs_are_undone(project, tmp_path):
    first, second = project.read().of_role("unlabeled")
    grid = AFFINE.copy()
    grid[0, 3] += 0.4
    add_results(
        project,
        [(first.id, write_results(tmp_path, [8], "moved", affine=grid) / "DOE_JANE_08.nrrd")],
        "Total Segmentator",
    )
    empty = write_results(tmp_path, [9], "empty", labels=np.zeros(draw(9)[1].shape, np.uint8))
    add_results(project, [(second.id, empty / "DOE_JANE_09.nrrd")], "Total Segmentator")
    found = {finding.code: finding for finding in check(project)}
    assert found["result-on-other-grid"].severity == "error"
    assert found["empty-result"].case_ids == (second.id,)
    repair(project, found["result-on-other-grid"])
    assert "result-on-other-grid" not in {finding.code for finding in check(project)}
    moved = newest(project.read().case(first.id))
    assert moved.in_classes and moved.path.parent == project.folder / "labels"
    like = read_volume(first.image)
    brought = read_classes(moved.path, like, result_classes(project.read(), moved))
    assert set(np.unique(brought)) == {0, 1, 2}
    assert np.mean(brought == draw(8)[1]) > 0.99  # .4 mm is less than half a voxel
    repair(project, found["empty-result"])
    assert not project.read().case(second.id).results
    undo(project)
    assert newest(project.read().case(second.id)).path == empty / "DOE_JANE_09.nrrd"
    (empty / "DOE_JANE_09.nrrd").write_bytes(b"no label")
    assert {f.code for f in check(project)} >= {"unreadable-result"}
    (empty / "DOE_JANE_09.nrrd").unlink()
    assert {f.code for f in check(project)} >= {"missing-results"}


def test_a_program_that_nothing_measures_is_told(project):
    check(project)
    assert "unmeasured-results" not in codes(project)
    labelled = [case.id for case in project.read().of_role("labeled")]
    remove_results(project, None, labelled[1:-1])  # one of them is left
    check(project)
    (found,) = [one for one in findings(project) if one.code == "unmeasured-results"]
    assert "how good the results of Total Segmentator are" in found.message
    told = (
        "Results of Total Segmentator teach nothing yet: to measure it, labelled cases of at least "
        "two patients need one, too."
    )
    assert will_learn(project.read()) == plan_training(project, tiny_plan()).programs == told


def test_labelled_images_of_one_patient_measure_nothing_of_other_patients(project):
    assert not unmeasured(project.read())
    project.set_group([case.id for case in project.read().of_role("labeled")], "one")
    assert unmeasured(project.read()) == ["Total Segmentator"]


def test_what_it_learns_in_words(project):
    assert will_learn(project.read()) == (
        "It also learns from results of Total Segmentator for 2 cases, as long as they are better "
        "than the model."
    )
    remove_results(project, None, [project.read().of_role("unlabeled")[0].id])
    assert will_learn(project.read()) == (
        "It also learns from a result of Total Segmentator for 1 case, if it is better than the "
        "model."
    )
    remove_results(project)
    assert will_learn(project.read()) == ""


def test_the_commands(project, tmp_path, capsys):
    folder = str(project.folder)
    write_results(tmp_path, [8, 9, 77], "late")
    assert main(["project", "add-results", folder, str(tmp_path / "late")]) == 1
    assert "--program" in capsys.readouterr().err
    command = ["project", "add-results", folder, str(tmp_path / "late"), "--program", "Late Net"]
    assert main([*command, "--preview"]) == 0
    assert capsys.readouterr().out.count("unlabeled") == 2 and counts(project.read()) == {
        "Total Segmentator": 2
    }
    before = project.read().data
    assert main([*command, "--map", "7=ball", "9=liver"]) == 1
    assert "a class that does not exist" in capsys.readouterr().err
    images = ["project", "add", folder, str(tmp_path / "late"), "--map", "7=liver"]
    assert main(images) == 1 and project.read().data == before  # a half of it is not done
    capsys.readouterr()
    assert main([*command, "--map", "7=ball", "9=core"]) == 0
    told = capsys.readouterr()
    early = [*command[:3], str(write_results(tmp_path, [7], "early")), *command[4:]]
    assert main([*early, "--map", "7=core"]) == 1 and "would change 2" in capsys.readouterr().err
    assert "Results of Late Net teach nothing yet: to measure it" in told.out
    assert "no case has this name: DOE_JANE_77.nrrd" in told.err
    assert main(["project", "status", folder]) == 0
    assert "Results of Late Net teach nothing yet" in capsys.readouterr().out
    assert main(["project", "cases", folder, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [case["result"]["program"] for case in listed[-2:]] == ["Late Net"] * 2
    assert main(["project", "remove-results", folder, "--program", "Late Net", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"removed": 2}


def test_a_header_tells_the_program(tmp_path):
    project = make_project(tmp_path, 1, 1)
    place = tmp_path / "made"
    place.mkdir()
    tags = "SemiGDA.Model:liver|SemiGDA.ModelTitle:Liver (CT)|"
    segments = [{"Name": "ball", "LabelValue": 1, "Layer": 0, "Tags": tags}]
    write_segmentation(place / "DOE_JANE_01.seg.nrrd", [draw(1)[1]], segments)
    assert match_results(project.read(), [place]).source == "SemiGDA Liver (CT)"


def test_a_moved_project_and_moved_results_are_found(project, tmp_path):
    shutil.move(tmp_path / "net", tmp_path / "elsewhere")
    assert counts(project.read()) == {}
    relocate(project, tmp_path / "net", tmp_path / "elsewhere")
    assert counts(Project(project.folder).read()) == {"Total Segmentator": 2}


@pytest.mark.slow
def test_a_training_of_the_project_says_from_whom_it_learned(project):
    check(project)
    choose_heldout(project, measured(project))
    assert "results of Total Segmentator for 2" in plan_training(project, tiny_plan()).programs
    train_here(project, tiny_plan())
    (version,) = versions(project)
    told = ModelCard.read(version.folder).training
    values = told["sources"]["Total Segmentator"]
    assert values["cases"] == 2 and values["measured"] >= 4 and values["dice"] == 1.0
    assert told["cases"] == {"labeled": 6, "unlabeled": 2, "val": 2}  # none counts as labelled
    page = write_report(project).read_text("utf-8")
    assert "Trained also with results of Total Segmentator for 2 cases." in page
    assert "the Dice of Total Segmentator is 1.000" in page
    job = project.folder / "jobs" / project.jobs()[0]["id"]
    assert "DOE_JANE" not in (job / "events.jsonl").read_text("utf-8")


def organs(tmp_path, folder, values):
    """Results of a program whose label maps hold these values, by the cases' numbers."""
    place = tmp_path / folder
    place.mkdir()
    for number, (ball, core) in values.items():
        labels = np.array([0, ball, core], np.uint8)[draw(number)[1]]
        write_nrrd(place / f"DOE_JANE_{number:02d}.nrrd", labels, AFFINE)
    return place


def test_one_of_several_values_is_not_by_itself_the_only_class(tmp_path):
    """1 is the only class of a mask; it is the spleen of a program that finds a hundred organs,
    also in an image where it finds nothing else."""
    project = make_project(tmp_path, 2, 3)
    project.set_classes(["liver"])
    project.set_mapping({"1": None, "2": None})
    case_of = {case.name: case.id for case in project.read().cases}
    found = match_results(project.read(), [organs(tmp_path, "all", {2: (1, 5), 3: (1, 1)})])
    add_results(project, found.pairs, "Many Organs")
    mask = match_results(project.read(), [organs(tmp_path, "mask", {4: (1, 1)})])
    add_results(project, mask.pairs, "One Organ")
    check(project)
    facts = measured(project)
    project.set_mapping({"1": "liver", "2": 0})
    names = {number: case_of[f"DOE_JANE_{number:02d}.nrrd"] for number in (2, 3, 4)}
    assert unmapped_results(project.read(), facts) == {
        "Many Organs": {"1": [names[2], names[3]], "5": [names[2]]}
    }
    choose_heldout(project, facts)
    rows = case_rows(project.read(), 0, facts)
    taught = {row["name"]: row.get("machine_classes") for row in rows}
    assert taught[names[2]].get("1", 0) == taught[names[3]].get("1", 0) == 0
    assert taught[names[4]]["1"] == 1
    told = {finding.code: finding for finding in findings(project)}
    assert {names[2], names[3]} == set(told["unmapped-result"].case_ids)
    assert "empty-result" not in told  # what it found is not known yet
    set_result_mapping(project, "Many Organs", {"1": 0, "5": "liver"})
    rows = case_rows(project.read(), 0, facts)
    taught = {row["name"]: row.get("machine_classes") for row in rows}
    assert taught[names[2]]["5"] == taught[names[4]]["1"] == 1 and taught[names[2]]["1"] == 0


def test_also_values_on_another_grid_are_asked_about(tmp_path):
    project = make_project(tmp_path, 1, 1)
    project.set_classes(["liver"])
    project.set_mapping({"1": None, "2": None})
    grid = AFFINE.copy()
    grid[0, 3] += 0.4
    place = write_results(tmp_path, [1], "far", affine=grid, labels=draw(1)[1])
    add_results(project, match_results(project.read(), [place]).pairs, "Many Organs")
    found = {finding.code: finding for finding in check(project)}
    assert "'1', '2'" in found["unmapped-result"].message
    repair(project, found["result-on-other-grid"])
    check(project)
    case = project.read().of_role("unlabeled")[0]
    moved = newest(case)
    classes = result_classes(project.read(), moved)
    assert not read_classes(moved.path, read_volume(case.image), classes).any()


def test_a_result_stored_by_number_keeps_its_class(tmp_path):
    """Removing an earlier class would make every later one another."""
    project = make_project(tmp_path, 1, 1)
    grid = AFFINE.copy()
    grid[0, 3] += 0.4
    place = write_results(tmp_path, [1], affine=grid)
    add_results(project, match_results(project.read(), [place]).pairs, "Net")
    set_result_mapping(project, "Net", {"7": "ball", "9": "core"})
    repair(project, {f.code: f for f in check(project)}["result-on-other-grid"])
    case = project.read().of_role("unlabeled")[0]

    def read():
        moved = newest(project.read().case(case.id))
        classes = result_classes(project.read(), moved)
        return read_classes(moved.path, read_volume(case.image), classes)

    before = read()
    assert set(np.unique(before)) == {0, 1, 2}
    remove_class(project, 1)
    # The second class is the first one now, and what was the first is background.
    np.testing.assert_array_equal(read(), np.where(before == 2, 1, 0))
    with pytest.raises(SemiGDAError, match="no such class"):
        remove_class(project, 2)


def test_a_label_is_no_result_under_another_name_either(project, tmp_path):
    """Measured by itself, a program would be right in everything, and believed everywhere."""
    case = project.read().of_role("labeled")[3]
    os.symlink(case.label, tmp_path / "link.nrrd")
    with pytest.raises(SemiGDAError, match="label already"):
        add_results(project, [(case.id, tmp_path / "link.nrrd")], "Net")
    with pytest.raises(SemiGDAError, match="label already"):
        add_results(project, [(case.id, tmp_path / "net/../study" / case.label.name)], "Net")
    check(project)
    assert "result-is-label" not in codes(project)
    copy = shutil.copy(case.label, tmp_path / "net/copy.nrrd")
    add_results(project, [(case.id, copy)], "Total Segmentator")
    found = {finding.code: finding for finding in check(project)}["result-is-label"]
    assert found.severity == "error" and found.case_ids == (case.id,)
    repair(project, found)
    assert "result-is-label" not in {finding.code for finding in check(project)}
    assert newest(project.read().case(case.id)) is None
