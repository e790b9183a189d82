"""A version's training once more, on all labelled cases: the held-out ones, too."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from project_fixtures import draw, write_case, write_segmentation
from trainings_fixtures import ready_project, tiny_plan, train_here, wait_for_end, wait_until

from semigda.check.run import check
from semigda.cli import main
from semigda.jobs.run import run_job
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.jobs.folder import JobFolder
from semigda_core.models.card import ModelCard
from semigda_core.models.library import list_models
from semigda_core.project.check.latest import measured
from semigda_core.project.classes import change_class, new_classes
from semigda_core.project.heldout import change_heldout, choose_heldout
from semigda_core.project.project import NewCase, Project
from semigda_core.project.training import on_all, versions
from semigda_core.project.training.bases import SEEN, find_base, same_classes
from semigda_core.project.training.comparison import read, scores
from semigda_core.project.training.plans import saved_plan

FOUND = {"pretrain_steps": 0, "align_steps": 8, "steps": 60}


def again(project: Project, name: str, monkeypatch) -> JobFolder:
    """The training on all labels, in this process."""
    monkeypatch.setattr(on_all, "launch", lambda job: None)
    job = on_all.start_on_all(project, name)
    assert run_job(job) == 0, job.error()
    return job


@pytest.fixture(scope="module")
def both(tmp_path_factory, library) -> tuple[Project, JobFolder, JobFolder]:
    """A project with the jobs of a version, and of the same on all labels."""
    project = ready_project(tmp_path_factory.mktemp("all"))
    first = train_here(project, tiny_plan(**FOUND))
    first.job["options"]["steps"] -= 1  # as if fitted into the plan's minutes
    del first.job["inputs"]["missing_heldout"]  # as by an earlier version
    write_json(first.path / "job.json", first.job)
    (version,) = versions.versions(project)
    with pytest.MonkeyPatch.context() as patch:
        return project, first, again(project, version.name, patch)


def test_it_learns_as_before_and_from_the_held_out_cases_too(both):
    project, first, job = both
    kept = set(first.job["options"]) - {"out", "card"}
    assert {key: job.job["options"][key] for key in kept} == {
        key: first.job["options"][key] for key in kept
    }
    rows = json.loads((job.path / "cases.json").read_text("utf-8"))
    found = {row["name"]: row["role"] for row in rows}
    held = dict.fromkeys(project.read().held_out, "labeled")
    own = {case.id: case.role for case in project.read().of_role("labeled", "unlabeled")}
    assert len(held) == 2 and found == held | own


def test_it_keeps_the_scores_and_says_of_what_they_are(both):
    project, first, job = both
    assert scores(read(job.path)) == scores(read(first.path))
    new, old = versions.versions(project)
    assert new.name != old.name and new.mean == old.mean and new.wins and new.comparable
    assert new.cases == {"labeled": 8, "unlabeled": 2, "held-out": 2}
    assert new.reason.startswith("It learned from all labelled cases.")
    card, before = ModelCard.read(new.folder), ModelCard.read(old.folder)
    assert card.weights_sha256 != before.weights_sha256 and card.doubt == before.doubt
    assert card.training["val_dice"] == dict(new.dice)
    assert card.training["scores_of"] == (
        "2 held-out cases; nothing was chosen on them; they scored a training like it, and this "
        "model has learned from them"
    )


def segmented_project(folder: Path) -> Project:
    """As ready_project, and the labels name their segments."""
    project = Project.create(folder / "project")
    project.set_classes(["ball", "core"])
    (folder / "study").mkdir()
    for number in range(8):
        image = write_case(folder / "study", number, label=False).image
        segments = [
            {"Name": name, "LabelValue": value, "Layer": 0}
            for value, name in enumerate(("ball", "core"), 1)
        ]
        label = image.with_suffix(".seg.nrrd")
        project.add([NewCase(image, write_segmentation(label, [draw(number)[1]], segments))])
    check(project)
    choose_heldout(project, measured(project))
    return project


def test_a_class_that_is_renamed_keeps_its_scores(tmp_path, library, monkeypatch, capsys):
    project = segmented_project(tmp_path)
    train_here(project, tiny_plan(**FOUND))
    (old,) = versions.versions(project)
    change_class(project, "ball", "sphere")
    job = again(project, old.name, monkeypatch)
    new, old = versions.versions(project)
    assert new.mean == old.mean and list(new.dice) == ["sphere", "core"]
    assert list(new.dice.values()) == list(old.dice.values())
    assert not any("was found in" in event.get("message", "") for event in job.events())
    versions.use(project, new.name)
    change_class(project, "core", "nucleus")
    assert main(["project", "compare", str(project.folder), old.name, new.name, "--json"]) == 0
    both = json.loads(capsys.readouterr().out)
    assert both["all"]["before"] == both["all"]["after"] == new.mean
    assert {row["class"] for row in both["rows"]} == {"sphere", "nucleus"}
    later = train_here(project, tiny_plan(pretrain_steps=1, align_steps=1, steps=2))
    assert read(later.path)["all"]["before"] == new.mean and not read(later.path)["wins"]


def test_a_model_is_compared_whose_class_was_called_otherwise(tmp_path, library):
    project = ready_project(tmp_path, unlabelled=0)
    train_here(project, tiny_plan(**FOUND))
    (first,) = versions.versions(project)
    versions.use(project, first.name)
    change_class(project, "ball", "sphere")
    short = {"align_steps": 1, "steps": 2}
    later = train_here(project, tiny_plan(str(first.folder), **short))
    assert read(later.path)["all"]["before"] == pytest.approx(first.mean, abs=0.002)


@pytest.mark.parametrize(
    ("names", "renamed", "same"),
    [
        ("A c", True, True),
        ("a c", False, False),
        ("b a", True, False),
        ("b c", True, False),
        ("a", True, False),
    ],
)
def test_classes_that_changed_places_are_others(names, renamed, same):
    assert same_classes(new_classes(["a", "b"]), new_classes(names.split()), renamed) is same


def test_no_training_starts_from_it_but_a_later_one_is_compared_with_its_scores(both):
    project, first, _ = both
    new, old = versions.versions(project)[:2]
    with pytest.raises(SemiGDAError, match=SEEN):
        find_base(project, tiny_plan(str(new.folder)))
    versions.use(project, new.name)
    later = train_here(project, tiny_plan(pretrain_steps=1, align_steps=1, steps=2))
    assert "before" not in later.job["inputs"]  # the model itself would be too good
    assert scores(read(later.path), "before") == scores(read(first.path))


def test_by_command_and_the_plan_of_the_next_training_stays(both, monkeypatch, capsys):
    project, *_ = both
    plan, folder = saved_plan(project), str(project.folder)
    version = next(one for one in versions.versions(project) if one.scheme == "split" and one.wins)
    monkeypatch.setattr(on_all, "launch", lambda job: None)
    assert main(["project", "train-on-all", folder, version.name, "--json"]) == 0
    job = JobFolder(json.loads(capsys.readouterr().out)["job"])
    assert saved_plan(project) == plan
    assert main(["project", "train-on-all", folder, version.name]) == 1
    assert "not finished" in capsys.readouterr().err
    with pytest.raises(SemiGDAError, match="not finished"):
        on_all.start_on_all(project, version.name)
    job.fail(SemiGDAError("cancelled"))


def test_what_is_refused(both, monkeypatch):
    project, *_ = both
    known = versions.versions(project)
    found = {one.reason[:20]: one for one in known}
    poor, whole = found["The new model is not"], found["It learned from all "]
    for version, why in ((poor, "not better"), (whole, "all labelled cases already")):
        assert why in on_all.why_not_on_all(version, known)
        with pytest.raises(SemiGDAError, match=why):
            on_all.start_on_all(project, version.name)
    with pytest.raises(SemiGDAError, match="no such version"):
        on_all.start_on_all(project, "none")
    (good,) = (one for one in known if not on_all.why_not_on_all(one, known))
    with project.edit("a base that is gone") as data:
        record = next(job for job in data["jobs"] if job["id"] == good.job)
        plan, record["plan"] = record["plan"], {**record["plan"], "base": "../gone"}
    with pytest.raises(SemiGDAError, match="started from is gone"):
        on_all.start_on_all(project, good.name)
    with project.edit("a base of other classes") as data:
        record = next(job for job in data["jobs"] if job["id"] == good.job)
        other = next(model for model in list_models() if model.bundled)
        record["plan"] = {**plan, "base": str(other.folder)}
    with pytest.raises(SemiGDAError, match="classes are others") as told:
        on_all.start_on_all(project, good.name)
    assert told.value.action == "Train a new one."
    with project.edit("as it was") as data:
        next(job for job in data["jobs"] if job["id"] == good.job)["plan"] = plan
    image = project.read().of_role("held-out")[0].image
    image.rename(image.with_suffix(".away"))
    with pytest.raises(SemiGDAError, match="not where they were, so it could not learn"):
        on_all.start_on_all(project, good.name)
    image.with_suffix(".away").rename(image)
    check(project)
    folder = project.folder / "jobs" / good.job
    folder.rename(folder.with_suffix(".away"))
    with pytest.raises(SemiGDAError, match="not known any more"):
        on_all.start_on_all(project, good.name)
    folder.with_suffix(".away").rename(folder)
    better = [replace(one, mean=1.0) if one.in_use else one for one in known]
    assert "version in use is better" in on_all.why_not_on_all(good, better)
    change_heldout(project, "others", measured(project))
    good = next(one for one in versions.versions(project) if one.scheme == "split" and one.wins)
    with pytest.raises(SemiGDAError, match="have changed"):
        on_all.start_on_all(project, good.name)


@pytest.mark.slow
def test_stopped_early_it_says_so(tmp_path, library, monkeypatch):
    project = ready_project(tmp_path, unlabelled=0)
    train_here(project, tiny_plan(**FOUND))
    job_of = JobFolder(project.jobs()[0]["folder"])
    assert job_of.job["kind"] == "train"
    (version,) = versions.versions(project)
    job = on_all.start_on_all(project, version.name)
    wait_until(lambda: any(e.get("stage") == "segment" for e in job.events()))
    job.request("stop")
    assert wait_for_end(project)["state"] == "done"
    assert versions.versions(project)[0].reason.endswith("stopped early, so it may be worse.")
