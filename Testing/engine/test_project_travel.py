"""Projects that travel: copied, renamed, moved; their images moved, gone, or added once more."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from hostile_projects import contents
from project_fixtures import AFFINE, draw, make_project, write_case
from trainings_fixtures import ready_project, tiny_plan, train_here, wait_for_end, wait_until
from volume_fixtures import write_nrrd

from semigda.check.relocate import relocate
from semigda.check.run import check
from semigda.cli import main
from semigda.progress import Progress
from semigda_core.errors import SemiGDAError
from semigda_core.files.moved import moved, parts_under
from semigda_core.jobs.folder import JobFolder
from semigda_core.processes import is_same_process
from semigda_core.project.cases.caselist import case_rows
from semigda_core.project.cases.moving import missing_folder
from semigda_core.project.check.latest import measured
from semigda_core.project.heldout import choose_heldout
from semigda_core.project.project import NewCase, Project
from semigda_core.project.training import plans, trainings, versions
from semigda_core.project.training.comparison import read
from semigda_core.project.training.planning import turns


def roles(project: Project) -> list[str]:
    return [case.role for case in project.read().present().cases]


@pytest.mark.parametrize(
    ("path", "old", "parts"),
    [
        ("/a/b/c.nrrd", "/a", ("b", "c.nrrd")),
        ("/a/b", "/a/b", ()),
        ("/ab/c", "/a", None),
        ("/a/../c", "/a", None),
        ("D:\\Data\\x\\y.nii", "d:\\data", ("x", "y.nii")),
        ("D:/Data/x.nii", "D:\\Data", ("x.nii",)),
        ("\\\\server\\share\\x\\y", "\\\\server\\share\\x", ("y",)),
        ("images/x.nrrd", "/a", None),
        ("/a/x", "a", None),
    ],
)
def test_paths_of_any_system_are_taken_apart(path, old, parts):
    assert parts_under(path, old) == parts
    new = str(Path("/new", *parts)) if parts is not None else path
    assert moved(path, old, "/new") == new


@pytest.mark.slow
def test_the_training_goes_on_in_a_copy_and_leaves_the_old_folder_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "library"))
    project = ready_project(tmp_path)
    job = trainings.start(project, tiny_plan(steps=60))
    wait_until(lambda: any(event.get("stage") == "segment" for event in job.events()))
    owner = job.state()
    trainings.pause(project)
    assert wait_for_end(project)["state"] == "paused"
    # It may still write to its log.
    wait_until(lambda: not is_same_process(owner["pid"], owner["process_start"]))
    before = contents(project.folder)
    shutil.copytree(project.folder, tmp_path / "elsewhere" / "copy")
    copy = Project(tmp_path / "elsewhere" / "copy")
    # The images go with it, to another drive so to say.
    shutil.copytree(tmp_path / "study", tmp_path / "elsewhere" / "study")
    shutil.rmtree(tmp_path / "study")
    done = relocate(copy, tmp_path / "study", tmp_path / "elsewhere" / "study")
    assert len(done.found) == 10 and done.wrong == done.missing == ()
    resumed = len(JobFolder(copy.jobs()[0]["folder"]).events())
    trainings.resume(copy)
    now = wait_for_end(copy)
    assert now["state"] == "done", JobFolder(now["folder"]).error()
    [version] = versions.versions(copy)
    assert version.folder == copy.folder / "models" / version.name
    assert (version.folder / "weights.safetensors").exists() and version.mean is not None
    # It went on, and did not begin anew.
    events = JobFolder(now["folder"]).events()[resumed:]
    told = [event for event in events if event["type"] == "losses"]
    assert told and all(event["stage"] == "segment" and event["step"] > 1 for event in told)
    assert contents(project.folder) == before


def test_a_running_training_seen_from_a_copy_is_gone(tmp_path):
    """Its process works on the other folder, and would never answer here."""
    project = ready_project(tmp_path)
    job = project.new_job("train", {}, {}, files={"cases": [], "folds": []})
    job.update("running")  # this process, which lives
    assert not JobFolder(job.path).is_stale()
    shutil.copytree(project.folder, tmp_path / "copy")
    assert Project(tmp_path / "copy").jobs()[0]["stale"]
    (tmp_path / "link").symlink_to(project.folder)
    assert not Project(tmp_path / "link").jobs()[0]["stale"]


def test_jobs_of_older_versions_find_their_new_place(tmp_path):
    """They did not say where they were made; their case list did."""
    project = ready_project(tmp_path)
    options = {"out": str(project.folder / "models" / "ball-1"), "base": "/opt/base"}
    before = str(project.folder / "models" / "ball-0")
    job = project.new_job("train", {"before": before}, options, files={"cases": [], "folds": []})
    content = json.loads((job.path / "job.json").read_text())
    del content["home"]
    (job.path / "job.json").write_text(json.dumps(content))
    shutil.move(project.folder, tmp_path / "renamed")
    now = JobFolder(tmp_path / "renamed" / "jobs" / job.path.name).job
    assert now["options"] == {"out": str(tmp_path / "renamed/models/ball-1"), "base": "/opt/base"}
    assert now["inputs"]["before"] == str(tmp_path / "renamed/models/ball-0")
    assert Path(now["inputs"]["cases"]).exists()


def test_the_plan_keeps_a_base_that_lies_in_the_project(tmp_path):
    project = make_project(tmp_path, 2, 0)
    base, other = project.folder / "models" / "ball-1", tmp_path / "other"
    for folder in (base, other):
        folder.mkdir(parents=True)
    plans.save_plan(project, plans.Plan(base=str(other)))
    assert plans.saved_plan(project).base == str(other)
    plans.save_plan(project, plans.Plan(base=str(base)))
    shutil.move(project.folder, tmp_path / "renamed")
    now = Project(tmp_path / "renamed")
    assert plans.saved_plan(now).base == str(now.folder / "models" / "ball-1")
    with now.edit("as older versions kept it") as data:
        data["settings"]["plan"]["base"] = str(base)
    assert plans.saved_plan(now).base == str(now.folder / "models" / "ball-1")


@pytest.mark.parametrize("key", ["out", "work"])
def test_a_training_that_would_write_elsewhere_is_not_resumed(tmp_path, key):
    project = ready_project(tmp_path)
    options = {"out": str(project.folder / "models" / "ball-1")} | {key: str(tmp_path / "mine")}
    files = {"cases": case_rows(project.read()), "folds": []}
    project.new_job("train", {}, options, files=files).pause()
    with pytest.raises(SemiGDAError, match="outside its project"):
        trainings.resume(project)
    assert trainings.current(project)["state"] == "paused"


def test_a_job_folder_with_a_link_is_not_resumed(tmp_path):
    project = ready_project(tmp_path)
    job = project.new_job("train", {}, {"out": str(project.folder / "models" / "ball-1")})
    job.pause()
    (tmp_path / "mine.txt").write_text("mine")
    (job.path / "events.jsonl").symlink_to(tmp_path / "mine.txt")
    with pytest.raises(SemiGDAError, match="link to another place"):
        trainings.resume(project)
    assert (tmp_path / "mine.txt").read_text() == "mine"


# Missing files


def test_what_is_missing_is_named_and_the_rest_is_used(tmp_path, capsys):
    project = ready_project(tmp_path)
    held, labelled = (project.read().of_role(role)[0] for role in ("held-out", "labeled"))
    held.image.unlink()
    labelled.label.unlink()
    found = check(project)
    [gone] = [finding for finding in found if finding.code == "missing-files"]
    assert set(gone.case_ids) == {held.id, labelled.id} and gone.severity == "warning"
    assert gone.fix is None and "Files of 2 cases are not where they were" in gone.message
    assert not any(finding.severity == "error" for finding in found)
    rows = case_rows(project.read().present())
    assert {row["name"] for row in rows}.isdisjoint({held.id, labelled.id})
    assert sum(row["role"] == "val" for row in rows) == 1
    assert sum(row["role"] == "labeled" for row in rows) == 5
    # No one of these refuses any more.
    assert main(["project", "check", str(project.folder), "--fix"]) == 0
    assert len(project.read().cases) == 10
    assert main(["project", "split", str(project.folder), "--change", "one is gone"]) == 0
    assert not {held.id, labelled.id} & set(project.read().heldout["cases"])
    capsys.readouterr()
    assert main(["project", "relocate", str(project.folder)]) == 1
    told = capsys.readouterr().out.splitlines()
    assert sorted(told) == sorted(f"missing: {case.name}" for case in (held, labelled))


def test_a_training_leaves_out_what_is_missing_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "library"))
    project = ready_project(tmp_path)
    held, labelled = (project.read().of_role(role)[0] for role in ("held-out", "labeled"))
    held.image.unlink()
    labelled.image.unlink()
    job = train_here(project, tiny_plan())
    warnings = [event for event in job.events() if event["type"] == "warning"]
    assert warnings[0]["message"] == "2 cases are left out: the files are not there."
    compared = read(job.path)
    assert compared["heldout_cases"] == 1 and compared["missing"] == 1
    [version] = versions.versions(project)
    assert dict(version.cases) == {"labeled": 5, "unlabeled": 2, "held-out": 1}
    assert "DOE" not in (job.path / "events.jsonl").read_text()


def test_nothing_is_trained_while_no_held_out_case_is_there(tmp_path):
    project = ready_project(tmp_path)
    for case in project.read().of_role("held-out"):
        case.image.unlink()
    with pytest.raises(SemiGDAError, match="None of the held-out cases is where it was"):
        trainings.start(project, tiny_plan())
    assert trainings.current(project) is None


def test_in_turn_a_missing_patient_is_no_turn(tmp_path):
    project = ready_project(tmp_path, labelled=4)
    project.read().cases[0].image.unlink()
    view = project.read().present()
    assert len(view.heldout["folds"]) == 4 and len(turns(view)) == 3


def test_what_was_measured_of_a_missing_file_is_kept(tmp_path):
    project = ready_project(tmp_path)
    case = project.read().cases[0]
    facts = json.loads((project.folder / "facts.json").read_text())["cases"][case.id]
    drive = case.image.parent
    drive.rename(tmp_path / "unplugged")
    check(project)
    assert json.loads((project.folder / "facts.json").read_text())["cases"][case.id] == facts
    assert case.id not in measured(project)
    (tmp_path / "unplugged").rename(drive)
    assert measured(project)[case.id] == facts


# Found again


def test_files_are_found_at_the_same_place_under_another_folder(tmp_path):
    project = ready_project(tmp_path)
    before = project.read()
    scores = [job["comparable"] for job in before.data["jobs"]], before.heldout["version"]
    (tmp_path / "study").rename(tmp_path / "drive")
    assert missing_folder(project) == str(tmp_path / "study")
    told = []
    heard = SimpleNamespace(
        path=tmp_path, update=lambda *now: told.append(now), requested=lambda control: False
    )
    done = relocate(project, tmp_path / "study", tmp_path / "drive", Progress(heard))
    assert told[-1][3].startswith(f"Comparing files: case {len(told)} of ")
    assert len(done.found) == 10 and done.missing == () and done.wrong == ()
    view = project.read()
    assert {case.image.parent for case in view.cases} == {tmp_path / "drive"}
    assert len(measured(project)) == 10  # known to be untouched: nothing is read again
    assert ([job["comparable"] for job in view.data["jobs"]], view.heldout["version"]) == scores
    assert missing_folder(project) is None


def test_a_label_drawn_in_another_window_meanwhile_stays_the_cases(tmp_path):
    """Comparing files may take an hour."""
    project = ready_project(tmp_path)
    first = project.read().cases[0]
    (tmp_path / "study").rename(tmp_path / "drive")
    drawn = project.folder / "labels" / "drawn.nrrd"
    drawn.parent.mkdir()
    write_nrrd(drawn, draw(99)[1], AFFINE)

    def told(_state, progress, *_about):
        if progress and project.read().case(first.id).label == first.label:
            Project(project.folder).set_label(first.id, drawn)

    heard = SimpleNamespace(path=tmp_path, update=told, requested=lambda control: False)
    relocate(project, tmp_path / "study", tmp_path / "drive", Progress(heard))
    now = project.read().case(first.id)
    assert now.label == drawn and now.image == tmp_path / "drive" / first.image.name
    assert first.id not in measured(project) and len(measured(project)) == 9


def test_names_with_accents_are_found_as_another_system_writes_them(tmp_path):
    """macOS unpacks "é" as two letters, and Windows keeps no case."""
    image, _label = draw(1)
    study = tmp_path / "study"
    study.mkdir()
    write_nrrd(study / "caf\u00e9.nrrd", image, AFFINE)
    project = Project.create(tmp_path / "p", classes=["ball"])
    project.add([NewCase(study / "caf\u00e9.nrrd")])
    check(project)
    drive = tmp_path / "drive"
    drive.mkdir()
    shutil.copyfile(study / "caf\u00e9.nrrd", drive / "CAFE\u0301.nrrd")
    shutil.rmtree(study)
    assert relocate(project, study, drive).missing == ()
    assert project.read().cases[0].image == drive / "CAFE\u0301.nrrd"


def test_files_are_found_elsewhere_by_their_voxels_and_others_are_refused(tmp_path, capsys):
    project = ready_project(tmp_path)
    cases = project.read().cases
    drive = tmp_path / "drive"
    for number, case in enumerate(cases):
        folder = drive / f"patient {number}"
        folder.mkdir(parents=True)
        for path in filter(None, (case.image, case.label)):
            shutil.copyfile(path, folder / path.name)  # with another time
            os.utime(folder / path.name, ns=(0, number))
    shutil.rmtree(tmp_path / "study")
    # One image of the name is another one, one label too.
    wrong, drawn = cases[0], cases[1]
    write_nrrd(drive / "patient 0" / wrong.image.name, draw(99)[0], AFFINE)
    write_nrrd(drive / "patient 1" / drawn.label.name, draw(99)[1], AFFINE)
    before = (project.folder / "project.json").read_text()
    code = main(["project", "relocate", str(project.folder), str(tmp_path / "study"), str(drive)])
    told = capsys.readouterr().out
    assert code == 1 and "8 cases found" in told
    for case in (wrong, drawn):
        assert f"another file of this name, not taken: {case.name}" in told
        assert f"missing: {case.name}" in told
    now = {case.id: case for case in project.read().cases}
    assert now[wrong.id].image == wrong.image and now[drawn.id].label == drawn.label
    assert now[cases[2].id].image == drive / "patient 2" / cases[2].image.name
    assert before != (project.folder / "project.json").read_text()
    assert len(measured(project)) == 8


def test_without_facts_the_voxels_in_the_project_tell(tmp_path):
    project = ready_project(tmp_path)
    (project.folder / "facts.json").unlink()
    (tmp_path / "study").rename(tmp_path / "drive")
    first, second = project.read().cases[:2]
    one, other = (tmp_path / "drive" / case.image.name for case in (first, second))
    shutil.copyfile(one, other)
    done = relocate(project, tmp_path / "study", tmp_path / "drive")
    assert done.wrong == (second.id,) and first.id in done.found


# Held out stays held out


def test_a_held_out_image_that_is_added_again_is_not_trained_on(tmp_path):
    project = ready_project(tmp_path)
    held = project.read().of_role("held-out")[0]
    moved_to = tmp_path / "drive" / "renamed.nrrd"
    moved_to.parent.mkdir()
    held.image.rename(moved_to)  # the first file is gone
    mate = write_case(tmp_path / "drive", 50, label=False)
    added = project.add([NewCase(moved_to), mate])
    copy, other = added.cases
    project.set_group([copy, other], "Doe")
    assert roles(project)[-2:] == ["unlabeled", "unlabeled"]  # nobody has looked at it yet
    with pytest.raises(SemiGDAError, match="not checked"):
        trainings.start(project, tiny_plan())
    check(project)
    # The copy is of the held-out patient, and so is the other image of "Doe".
    assert roles(project)[-2:] == ["aside", "aside"]
    assert {copy, other, held.id}.isdisjoint(
        row["name"] for row in case_rows(project.read().present())
    )
    assert project.read().heldout["version"] == 1


def test_in_turn_a_copy_is_held_out_with_its_patient(tmp_path):
    project = ready_project(tmp_path, labelled=4)
    first = project.read().cases[0]
    shutil.copyfile(first.image, tmp_path / "copy.nrrd")
    [copy] = project.add([NewCase(tmp_path / "copy.nrrd")]).cases
    check(project)
    fold = next(n for n, ids in enumerate(project.read().heldout["folds"]) if first.id in ids)
    names = [row["name"] for row in case_rows(project.read(), fold)]
    assert first.id in names and copy not in names
    other = next(n for n in range(4) if n != fold)
    assert copy in [row["name"] for row in case_rows(project.read(), other)]


def test_equal_images_count_as_one_patient_when_cases_are_chosen(tmp_path):
    project = make_project(tmp_path, 4, 0)
    case = project.read().cases[0]
    shutil.copyfile(case.image, tmp_path / "copy.nrrd")
    shutil.copyfile(case.label, tmp_path / "copy_seg.nrrd")
    [copy] = project.add([NewCase(tmp_path / "copy.nrrd", tmp_path / "copy_seg.nrrd")]).cases
    check(project)
    heldout = choose_heldout(project, measured(project))
    assert len(heldout["folds"]) == 4
    assert [fold for fold in heldout["folds"] if copy in fold] == [sorted([case.id, copy])]
