"""``semigda project ...`` as a user types it, and a training on what it prepared."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from model_fixtures import tiny_package
from project_fixtures import AFFINE, draw, make_project, tree, write_case, write_segmentation
from test_project_results import write_results
from training_fixtures import NETWORK
from trainings_fixtures import ready_project
from volume_fixtures import write_nrrd

from semigda.check.run import check
from semigda.cli import main
from semigda.evaluation.evaluate import evaluate
from semigda.jobs.run import run_job
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.card import ModelCard
from semigda_core.project.cases.caselist import case_rows
from semigda_core.project.check.latest import measured
from semigda_core.project.heldout import choose_heldout
from semigda_core.project.training.plans import Plan, save_plan
from semigda_core.project.training.presets import train_settings


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main(["project", *map(str, arguments)])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_from_an_empty_folder_to_the_split(tmp_path, capsys):
    study, folder = tmp_path / "study", tmp_path / "p"
    for number in range(9):
        write_case(study, number, label=number < 8)
    write_case(study, 9, label=False, image=np.zeros((4, 4, 4), np.int16))  # constant
    with pytest.raises(SystemExit):
        run(capsys, "create", folder, "--modality", "banana")
    assert "invalid choice: 'BANANA'" in capsys.readouterr().err and not folder.exists()
    code, out, _ = run(capsys, "create", folder, "--classes", "ball", "core", "--modality", "mr")
    assert code == 0 and "classes: ball, core" in out and "No held-out cases" in out
    assert "error" not in out  # that it has no cases yet is none
    _, out, _ = run(capsys, "add", folder, study, "--preview")
    assert "DOE_JANE_00_seg.nrrd" in out and not json.loads(
        run(capsys, "cases", folder, "--json")[1]
    )
    outside = tree(study)
    _, out, err = run(capsys, "add", folder, study, "--group-pattern", r"_(\d+)")
    assert "10 cases added (8 labelled), 0 were there" in out and not err
    assert "10 were there" in run(capsys, "add", folder, study)[1]
    code, out, _ = run(capsys, "check", folder)
    assert code == 1 and "values or colours without a class: '1', '2'" in out
    assert run(capsys, "add", folder, study, "--map", "1=ball", "2=core")[0] == 0
    code, out, _ = run(capsys, "check", folder)
    assert (
        code == 1
        and "without a class" not in out
        and "constant" in out
        and "--fix: Take the case out of the project." in out
        and "DOE_JANE_09" in out
    )
    code, out, err = run(capsys, "check", folder, "--fix")
    assert (
        code == 0
        and "9 cases checked, nothing found." in out
        and err.startswith(
            "done: DOE_JANE_09: Take the case out of the project (semigda project undo)"
        )
    )
    code, out, _ = run(capsys, "split", folder)
    assert code == 0 and "2 labelled cases are held out" in out
    code, _, err = run(capsys, "split", folder)
    assert code == 1 and "chosen already" in err and "--change REASON" in err
    held = json.loads(run(capsys, "split", folder, "--change", "test", "--json")[1])
    assert held["version"] == 2 and held["reason"] == "test"
    assert run(capsys, "split", folder, "--cases", "x")[0] == 1
    _, out, _ = run(capsys, "status", folder)
    assert "6 labeled, 1 unlabeled, 2 held-out" in out and "9 of 9 cases" in out
    status = json.loads(run(capsys, "status", folder, "--json")[1])
    assert status["cases"]["held-out"] == 2 and status["findings"] == {"error": 0, "warning": 0}
    _, out, _ = run(capsys, "cases", folder)
    assert len(out.splitlines()) == 9 and "18 x 20 x 16" in out
    cases = json.loads(run(capsys, "cases", folder, "--json")[1])
    assert cases[0]["group"] == "00" and cases[0]["facts"]["label"]["parts"]["2"]["voxels"]
    assert tree(study) == outside


def test_files_segments_and_errors(tmp_path, capsys):
    folder = tmp_path / "p"
    run(capsys, "create", folder, "--classes", "ball", "core")
    case = write_case(tmp_path / "study", 0, label=False)
    labels = np.ones((16, 20, 18), np.uint8)
    parts = [{"Name": "mass", "LabelValue": 1, "Layer": 0}]
    label = write_segmentation(tmp_path / "m.seg.nrrd", [labels], parts)
    code, _, err = run(capsys, "add", folder, case.image, "--labels", label)
    assert code == 0 and "segment without a class: mass" in err
    _, out, err = run(capsys, "add", folder, case.image, "--map", "mass=core", "--json")
    nothing = {"added": [], "labelled": [], "known": 1, "kept": [], "unread": []}
    assert json.loads(out) == nothing and not err
    for wrong, words in (
        (("create", folder), "already holds"),
        (("create", tmp_path / "other", "--classes", "ball", "Ball"), "need different names"),
        (("status", tmp_path / "none"), "cannot be found"),
        (("add", folder, case.image, "--map", "mass"), "SEGMENT=CLASS"),
        (("add", folder, case.image, "--labels", "a", "b"), "one label for each"),
        (("add", folder, tmp_path / "none.nrrd"), "does not exist"),
    ):
        code, _, err = run(capsys, *wrong)
        assert code == 1 and words in err, wrong
    assert not (tmp_path / "other").exists()  # else the right command would be refused, too


def test_a_damaged_label_keeps_out_no_other_case_and_is_named(tmp_path, capsys):
    folder, study = tmp_path / "p", tmp_path / "study"
    run(capsys, "create", folder, "--classes", "mass")
    parts = [{"Name": "mass", "LabelValue": 1, "Layer": 0}]
    for number in range(3):
        case = write_case(study, number, label=False)
        label = case.image.with_name(f"{case.image.stem}.seg.nrrd")
        write_segmentation(label, [np.ones((16, 20, 18), np.uint8)], parts)
    whole = label.read_bytes()
    label.write_bytes(whole.replace(b"LabelValue:=1", b"LabelValue:=x"))
    code, out, _ = run(capsys, "add", folder, study)
    assert code == 0 and "3 cases added" in out
    assert f"label that cannot be read, left out: {label.name}" in out
    roles = [case["role"] for case in json.loads(run(capsys, "cases", folder, "--json")[1])]
    assert roles == ["labeled", "labeled", "unlabeled"]
    assert label.name.encode() not in (folder / "project.json").read_bytes()
    code, _, err = run(capsys, "add", folder, case.image, "--labels", label)
    assert code == 1 and "header is damaged" in err
    label.write_bytes(whole)
    code, out, _ = run(capsys, "add", folder, study)
    assert code == 0 and "1 case of the project has a label now." in out


def test_one_case_is_spoken_of_as_one(tmp_path, capsys):
    folder, study = tmp_path / "p", tmp_path / "study"
    image = write_case(study, 0, label=False).image
    (study / "notes.txt").write_text("MR")
    run(capsys, "create", folder, "--classes", "ball", "core")
    _, out, _ = run(capsys, "add", folder, study)
    assert out.startswith("1 case added (0 labelled), 0 were there.") and "left out: 1 file," in out
    assert "0 cases added (0 labelled), 1 was there." in run(capsys, "add", folder, study)[1]
    assert run(capsys, "status", folder)[1].startswith("p: 1 case\n")
    (tmp_path / "new").mkdir()
    shutil.move(image, tmp_path / "new")
    assert "1 case found in" in run(capsys, "relocate", folder, study, tmp_path / "new")[1]
    (tmp_path / "net").mkdir()
    write_nrrd(tmp_path / "net" / image.name, draw(0)[1], AFFINE)
    told = run(capsys, "add-results", folder, tmp_path / "net", "--program", "Net")[1]
    assert told.startswith("1 case has a result of Net.")


def test_a_map_for_new_labels_does_not_swap_the_earlier_ones(tmp_path, capsys):
    folder, here, there = tmp_path / "p", tmp_path / "here", tmp_path / "there"
    write_case(here, 0), write_case(there, 1)
    run(capsys, "create", folder, "--classes", "ball", "core")
    assert run(capsys, "add", folder, here, "--map", "1=ball", "2=core")[0] == 0
    kept = (folder / "project.json").read_bytes()
    code, _, err = run(capsys, "add", folder, there, "--map", "1=core", "2=ball")
    assert code == 1 and "would change 1" in err and (folder / "project.json").read_bytes() == kept
    assert run(capsys, "add", folder, there, "--map", "1=ball", "2=core", "3=0")[0] == 0
    write_case(here, 2), write_case(there, 3)
    assert run(capsys, "add", folder, here, "--map", "1=core", "2=ball")[0] == 1  # not all of them
    code, out, _ = run(capsys, "map", folder, "1=core", "2=ball")
    mapping = json.loads((folder / "project.json").read_bytes())["mapping"]
    assert code == 0 and mapping == {"1": 2, "2": 1, "3": 0} and "All labels" in out


@pytest.mark.parametrize("action", "create add map check split status cases".split())
def test_every_action_has_its_help(action, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["project", action, "--help"])
    assert ended.value.code == 0 and "--json" in capsys.readouterr().out


def test_a_training_on_the_project(tmp_path):
    """Held-out cases are scored; neither their patient's other images nor any name get through."""
    project = ready_project(tmp_path, labelled=8, unlabelled=3)
    view = project.read()
    project.set_group([view.heldout["cases"][0], view.of_role("unlabeled")[0].id], "DOE JANE")
    short = {"pretrain_steps": 4, "align_steps": 2, "steps": 4, "validations": 1, "threads": 1}
    short |= {"network": NETWORK, "device": "cpu", "labeled_batch": 2, "unlabeled_batch": 2}
    facts = measured(project)
    options = train_settings(project, facts, Plan("quick", advanced=short), "balls")
    job = project.new_job("train", {}, options, files={"cases": case_rows(project.read())})
    outside = tree(tmp_path / "study")
    assert run_job(JobFolder(job.path)) == 0, (job.path / "log.txt").read_text("utf-8")
    card = ModelCard.read(project.folder / "models/balls")
    assert card.training["cases"] == {"labeled": 6, "unlabeled": 2, "val": 2}
    assert card.postprocessing == {"largest_component": True}  # six balls and cores, each in one
    assert project.jobs()[0]["state"] == "done" and project.jobs()[0]["heldout_version"] == 2
    told = (project.folder / "models/balls/card.json").read_text("utf-8")
    for name in ("state.json", "events.jsonl", "result.json", "log.txt"):
        told += (job.path / name).read_text("utf-8")
    assert "DOE" not in told and "study" not in told
    assert tree(tmp_path / "study") == outside


def test_going_on_from_a_model_keeps_its_grid(tmp_path):
    project = make_project(tmp_path, labelled=2)
    check(project)
    model = tiny_package(tmp_path)
    card = ModelCard.read(model)
    values = train_settings(project, measured(project), Plan(base=str(model)), "next")
    assert values["preprocessing"] == card.preprocessing and values["network"] == card.network
    assert values["card"]["base_model"] == card.name and Path(values["base"]) == model


def test_labels_are_evaluated_through_the_mapping(tmp_path):
    """Scores read a held-out label as the training reads its labels."""
    project = make_project(tmp_path, labelled=8)
    for case in project.read().cases[:8]:
        labels = np.fromfile(case.label, np.uint8)[-16 * 20 * 18 :].reshape(16, 20, 18)
        write_nrrd(case.label, labels * 40, np.eye(4))
        write_nrrd(case.image, labels.astype(np.int16) + 1, np.eye(4))
    project.set_mapping({"40": 1, "80": 0})
    check(project)
    choose_heldout(project, measured(project))
    (tmp_path / "list.json").write_text(json.dumps(case_rows(project.read())))
    result = evaluate(tiny_package(tmp_path), tmp_path / "list.json", options=SegmentOptions("cpu"))
    assert [row["truth_voxels"] > 0 for row in result["rows"]] == [True, False] * 2


def test_a_plan_that_does_not_fit_together_is_not_kept(tmp_path, capsys):
    project = ready_project(tmp_path, 8, 1)
    code, _, err = run(capsys, "rehearse", project.folder, "--set", "speed=11")
    assert code == 1 and "speed" in err and not project.read().settings.get("plan")
    save_plan(project, Plan(advanced={"speed": 11}))  # of an older version
    told = ("--set", "speed=null", "--set", "labeled_batch=0.5")
    code, _, err = run(capsys, "rehearse", project.folder, *told)
    assert code == 1 and err and "speed" not in err


def test_what_results_of_labelled_and_of_held_out_cases_are_for(tmp_path, capsys):
    project = make_project(tmp_path, 8, 0)
    check(project)
    choose_heldout(project, measured(project))
    for role, told in (("held-out", "not used"), ("labeled", "only measure the program")):
        numbers = [int(case.image.stem[-2:]) for case in project.read().of_role(role)]
        place = write_results(tmp_path, numbers, role)
        code, out, _ = run(capsys, "add-results", project.folder, place, "--program", "Net")
        assert code == 0 and told in out
