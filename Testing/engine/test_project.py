"""The project on disk: what it keeps, two writers, a kill, and what it refuses."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from project_fixtures import draw, make_project, tree, write_case, write_segmentation

from semigda.cli import main
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.project import store
from semigda_core.project.project import NewCase, Project

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path)


def names(project):
    return [case.name for case in project.read().cases]


def test_a_project_opens_as_it_was(project, tmp_path):
    view = Project(project.folder).read()
    assert [label.name for label in view.classes] == ["ball", "core"]
    assert [case.role for case in view.cases] == ["labeled"] * 4 + ["unlabeled"] * 2
    first = view.cases[0]
    assert first.image == tmp_path / "study/DOE_JANE_00.nrrd" and first.origin == "human"
    assert len({case.id for case in view.cases}) == 6 and "DOE" not in first.id
    done = ["created", "classes set", "mapping set", "cases added"]
    assert [entry["what"] for entry in view.data["history"]] == done
    assert (project.folder / "jobs").is_dir() and (project.folder / "models").is_dir()


def test_images_in_the_project_move_with_it(project, tmp_path):
    inside = write_case(project.folder / "images", 9)
    project.add([inside])
    shutil.move(project.folder, tmp_path / "elsewhere")
    case = Project(tmp_path / "elsewhere").read().cases[-1]
    assert case.image == tmp_path / "elsewhere/images/DOE_JANE_09.nrrd"
    assert case.image.exists() and case.label.exists()


def test_an_image_is_added_once_and_may_get_its_label_later(project, tmp_path, monkeypatch):
    label = tmp_path / "study/DOE_JANE_00_seg.nrrd"
    monkeypatch.chdir(tmp_path)
    added = project.add(
        [NewCase("study/DOE_JANE_00.nrrd"), NewCase("study/DOE_JANE_04.nrrd", label)]
    )
    assert added.cases == [] and len(added.labelled) == 1 and added.known == 1
    assert project.read().cases[4].role == "labeled"
    before = tree(project.folder)
    with pytest.raises(SemiGDAError, match="Image 2 of those to add does not exist"):
        project.add([write_case(tmp_path / "study", 20), NewCase("nowhere.nrrd")])
    assert tree(project.folder) == before


def test_a_label_that_is_given_is_used_and_one_that_is_not_taken_is_told(project, tmp_path, capsys):
    first, second = (case.id for case in project.read().cases[:2])
    project.set_use([first, second], "unlabeled")  # as the check offers where one cannot be read
    project.set_label(first, tmp_path / "study/DOE_JANE_01_seg.nrrd")
    project.set_label(second, None)
    better = tmp_path / "better"
    better.mkdir()
    for number in (1, 2):
        shutil.copy(tmp_path / f"study/DOE_JANE_{number:02d}_seg.nrrd", better)
    images = [str(tmp_path / f"study/DOE_JANE_{number:02d}.nrrd") for number in (1, 2)]
    labels = [str(better / f"DOE_JANE_{number:02d}_seg.nrrd") for number in (1, 2)]
    assert main(["project", "add", str(project.folder), *images, "--labels", *labels]) == 0
    assert "1 case keeps its label: another was not taken." in capsys.readouterr().out
    assert [case.role for case in project.read().cases[:3]] == ["labeled"] * 3
    assert [case.label.parent.name for case in project.read().cases[1:3]] == ["better", "study"]


def test_changes_of_cases(project, tmp_path):
    ids = [case.id for case in project.read().cases]
    project.set_use(ids[:1], "unlabeled")
    project.set_use(ids[1:2], "ignored")
    project.set_label(ids[2], None)
    project.set_label(ids[4], tmp_path / "study/DOE_JANE_00_seg.nrrd", "machine")
    project.set_group(ids[:2], "Doe")
    project.rename(ids[5], "the last")
    project.remove(ids[3:4])
    cases = project.read().cases
    assert [c.role for c in cases] == ["unlabeled", "ignored", "unlabeled", "labeled", "unlabeled"]
    assert cases[0].patient == cases[1].patient == "Doe" and cases[2].patient == ids[2]
    assert cases[3].origin == "machine" and cases[4].name == "the last"
    assert (tmp_path / "study/DOE_JANE_03.nrrd").exists()
    for wrong in (
        lambda: project.remove([ids[3]]),
        lambda: project.set_use(ids[:1], "test"),
        lambda: project.set_label(ids[0], tmp_path / "none.nrrd"),
        lambda: project.set_label(ids[0], cases[3].label, "robot"),
        lambda: project.read().case(ids[3]),
    ):
        with pytest.raises(SemiGDAError) as caught:
            wrong()
        assert caught.value.error_class == "bad-input"


def test_classes_are_checked(project):
    for wrong in (["a", "A"], ["a", " "], [str(n) for n in range(17)], [{"color": [1, 2, 3]}]):
        with pytest.raises(SemiGDAError):
            project.set_classes(wrong)
    code = {"scheme": "SCT", "code": "1", "meaning": "x"}
    given = {"name": "liver", "color": [1, 2, 3], "terminology": {"category": code, "type": code}}
    project.set_classes([given, "spleen"])
    first, second = project.read().classes
    assert first.color == (1, 2, 3) and first.terminology["type"]["code"] == "1"
    assert second.value == 2 and second.color != first.color
    with pytest.raises(SemiGDAError):
        project.set_mapping({"x": "kidney"})
    with pytest.raises(SemiGDAError):
        project.set_mapping({"x": 3})


def test_reading_segments_names_needs_no_voxels(project, tmp_path):
    image, labels = draw(0)
    parts = [{"Name": "Bäll", "LabelValue": 1, "Layer": 0}]
    path = write_segmentation(tmp_path / "a.seg.nrrd", [labels], parts)
    case = project.read().cases[4]
    project.set_label(case.id, path)
    assert project.read().cases[4].segments == ("Bäll",)
    assert project.read().unmapped() == {"Bäll": [case.id]}
    project.set_mapping({"Bäll": "ball"})
    assert project.read().unmapped() == {}
    project.set_mapping({"Bäll": None})
    assert project.read().unmapped()


# Files


def test_what_is_no_project_is_refused(tmp_path):
    with pytest.raises(SemiGDAError, match="cannot be found"):
        Project(tmp_path / "nowhere")
    with pytest.raises(SemiGDAError, match="no training project"):
        Project(tmp_path)
    project = Project.create(tmp_path / "p")
    with pytest.raises(SemiGDAError, match="already holds"):
        Project.create(tmp_path / "p")
    path = project.folder / "project.json"
    text = path.read_text("utf-8")
    for schema in ('"2"', "2", "true", "null"):
        path.write_text(text.replace('"schema": 1', f'"schema": {schema}'))
        with pytest.raises(SemiGDAError, match="another version"):
            Project(project.folder)
        with pytest.raises(SemiGDAError, match="another version"):
            project.set_settings(modality="MR")
    path.write_text(text[:50])
    with pytest.raises(SemiGDAError, match="not valid JSON"):
        Project(project.folder)


def test_a_change_that_fails_leaves_nothing(project):
    before = project.read()
    with pytest.raises(ZeroDivisionError), project.edit("broken") as data:
        data["cases"].clear()
        _ = 1 / 0
    assert project.read().data == before.data
    project.set_use([before.cases[0].id], "auto")  # as it is already
    assert project.read().revision == before.revision


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in another way")
def test_who_may_read_the_project_stays(project):
    file = project.folder / "project.json"
    file.chmod(0o600)  # it holds patients' names
    project.set_settings(modality="MR")
    assert file.stat().st_mode & 0o777 == 0o600


def test_two_views_lose_nothing_of_each_other(tmp_path):
    """Threads with projects of their own, and a process beside them, all adding at once."""
    folder = Project.create(tmp_path / "p").folder
    code = (
        "import sys; from semigda_core.project.project import Project\n"
        "for n in range(15): Project(sys.argv[1]).set_settings(**{f'process{n}': n})"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], env={**os.environ, "PYTHONPATH": str(ROOT)}
    )

    def work(name):
        mine = Project(folder)
        for number in range(15):
            mine.set_settings(**{f"{name}{number}": number})

    threads = [threading.Thread(target=work, args=(name,)) for name in ("left", "right")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert child.wait(30) == 0
    view = Project(folder).read()
    assert len(view.settings) == 45 and view.revision == 46


def test_a_reader_never_sees_half_and_a_kill_leaves_it_whole(tmp_path):
    project = make_project(tmp_path, 2, 1)
    code = (
        "import sys; from semigda_core.project.project import Project\n"
        "project = Project(sys.argv[1])\n"
        "print('ready', flush=True)\n"
        "for n in range(10**9): project.set_settings(note='x' * (n % 50_000), n=n)"
    )
    rng = random.Random(0)
    for _ in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", code, str(project.folder)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        )
        assert child.stdout.readline().strip() == b"ready"
        end = time.monotonic() + rng.uniform(0.02, 0.2)
        while time.monotonic() < end:
            assert len(project.read().cases) == 3
        child.kill()
        child.communicate()
        view = Project(project.folder).read()
        assert len(view.cases) == 3 and len(view.settings.get("note", "")) < 50_000
        project.set_settings(after="kill")  # the dead one's lock is gone
    left = {path.name for path in project.folder.iterdir() if path.is_file()}
    assert left == {"project.json", ".project.lock"}


# Jobs


def test_jobs_are_kept_with_their_state(project):
    job = project.new_job("check", {"facts": "f"}, {"a": 1}, files={"cases": [1]}, note="n")
    assert json.loads(Path(job.job["inputs"]["cases"]).read_text("utf-8")) == [1]
    assert job.path.parent == project.folder / "jobs"
    (record,) = project.jobs()
    assert record["kind"] == "check" and record["state"] == "queued" and record["note"] == "n"
    assert not record["comparable"] and record["heldout_version"] is None
    job.update("running", 0.5, message="Half.")
    JobFolder(job.path).finish({}, {})
    assert project.jobs()[0]["state"] == "done"
    shutil.rmtree(job.path)
    assert project.jobs()[0]["state"] == "lost"


def test_a_job_whose_folder_is_in_use_is_forgotten_the_next_time(project, monkeypatch):
    """As on Windows, while its log is open somewhere."""
    jobs = [project.new_job("check", {}) for _ in range(3)]
    for job in jobs:
        job.fail(SemiGDAError("cancelled"))

    def refused(folder):
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr("semigda_core.project.project.remove_folder", refused)
        project.forget_jobs("check")
    assert len(project.jobs()) == 3
    project.forget_jobs("check")
    assert [job["id"] for job in project.jobs()] == [jobs[-1].path.name]
    assert list((project.folder / "jobs").iterdir()) == [jobs[-1].path]


def test_a_job_that_the_project_cannot_record_leaves_nothing(project, monkeypatch):
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.0)
    with store.locked(project.folder), pytest.raises(SemiGDAError, match="by another program"):
        project.new_job("check", {"facts": "f"}, files={"cases": [1]})
    assert not list((project.folder / "jobs").iterdir())
