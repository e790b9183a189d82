"""What a training learns from, and that nothing of it hangs on the cases that score it.

Real trainings of two steps: small enough to be made a dozen times.
"""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
import torch
from model_fixtures import TINY
from phantom_fixtures import write_phantoms
from training_fixtures import VOLUMES, settings

from semigda.data.cases import read_cases
from semigda.models.package import load_network
from semigda.training import plan
from semigda.training import train as trainings
from semigda.training.plan import train_plan
from semigda.training.train import train
from semigda_core.errors import Paused, SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.card import ModelCard

SHAPE = (3, 16, 16)
SHORT = {
    "pretrain_steps": 0,
    "align_steps": 1,
    "steps": 2,
    "validations": 1,
    "labeled_batch": 2,
    "unlabeled_batch": 2,
    "network": TINY.to_dict(),
    "preprocessing": {**VOLUMES, "size": [16, 16]},
}


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """Rows of three labelled cases and an unlabelled one."""
    folder = tmp_path_factory.mktemp("cases")
    read = read_cases(write_phantoms(folder, 3, 1, 0, shape=SHAPE))
    rows = []
    for number, case in enumerate(read):
        row = {"name": f"c{number}", "image": str(case.image), "role": case.role, "group": "g"}
        row["group"] += str(number)
        if case.label:
            row |= {"label": str(case.label), "classes": {"1": 1, "2": 2}}
        rows.append(row)
    return rows


def held_out(rows, name):
    return [row | {"role": "val"} if row["name"] == name else row for row in rows]


def listed(rows, file: Path) -> Path:
    file.write_text(json.dumps(rows), encoding="utf-8")
    return file


def weights(folder) -> str:
    return hashlib.sha256((Path(folder) / "weights.safetensors").read_bytes()).hexdigest()


def test_the_model_is_the_running_average_with_both_branches_whatever_scores_it(
    cases, tmp_path, monkeypatch
):
    """Other held-out cases, or none, give the same weights to the byte: none chooses."""
    made, real = [], trainings.Training.segment

    def segment(self):
        made.append(self)
        return real(self)

    monkeypatch.setattr(trainings.Training, "segment", segment)
    train_rows, found = cases[:2] + cases[3:], set()
    val = cases[2] | {"role": "val"}
    wrong = val | {"label": cases[1]["label"]}  # of another case
    for number, extra in enumerate(([], [val], [wrong])):
        folder = tmp_path / str(number)
        folder.mkdir()
        file = listed(train_rows + extra, folder / "cases.json")
        values = settings(file, folder, **SHORT)
        summary = train(TrainSettings.from_dict(values))
        card = ModelCard.read(Path(values["out"]))
        assert card.branches == "both" and summary["weights"] == "average"
        assert summary["cases"] == {"labeled": 2, "unlabeled": 1, "val": len(extra)}
        network, _ = load_network(values["out"])
        written = network.state_dict()  # as float16
        average, last = made[-1].teacher.half().state_dict(), made[-1].network.half().state_dict()
        assert all((average[name] == w).all() for name, w in written.items())
        assert not all((last[name] == w).all() for name, w in written.items())
        found.add(weights(values["out"]))
    assert len(found) == 1


@pytest.fixture(scope="module")
def folded(cases, tmp_path_factory):
    """A training whose three patients are held out in turn, done."""
    folder = tmp_path_factory.mktemp("plan")
    folds = [held_out(cases, f"c{number}") for number in range(3)]
    inputs = {
        "cases": str(listed(cases, folder / "cases.json")),
        "folds": str(listed(folds, folder / "folds.json")),
        "missing_heldout": 0,
    }
    values = settings("", folder, **SHORT, work=None)
    del values["cases"]
    job = JobFolder.create(folder / "job", "train", inputs, values)
    return job, train_plan(job), Path(values["out"])


def test_each_fold_learns_from_the_others_and_scores_the_one_it_has_not_seen(folded):
    job, (outputs, summary), out = folded
    for number in range(3):
        rows = json.loads((job.path / "folds" / str(number) / "cases.json").read_text())
        scores = json.loads((job.path / "folds" / str(number) / "scores.json").read_text())
        held = [row["name"] for row in rows if row["role"] == "val"]
        assert held == list(scores) == [f"c{number}"] and set(scores[held[0]]) == {"body", "head"}
    trained = [event for event in job.events() if event["type"] == "trained"]
    assert [event["part"]["kind"] for event in trained] == ["fold"] * 3 + ["final"]
    assert [event["part"]["index"] for event in trained] == [0, 1, 2, 3]
    fold, final = trained[0]["cases"], trained[3]["cases"]
    assert fold == {"labeled": 2, "unlabeled": 1, "val": 1}
    assert final == {"labeled": 3, "unlabeled": 1, "val": 0}
    card = ModelCard.read(out)
    assert card.training["cases"]["val"] == 3
    assert card.training["scores_of"].startswith("cross-validation in 3 turns")
    comparison = json.loads((job.path / "comparison.json").read_text())
    assert {row["case"] for row in comparison["rows"]} == {"c0", "c1", "c2"}
    assert comparison["scheme"] == "leave-one-out" and comparison["missing"] == 0
    told = card.training["heldout_dice"]
    assert told == {name: one["after"] for name, one in comparison["classes"].items()}
    assert summary == card.training and outputs["comparison"] == "comparison.json"
    files = sorted((job.path / "folds").glob("*/outcomes.json"))
    patients = [patient for file in files for patient in json.loads(file.read_text())]
    assert len(files) == 3 and len(patients) == 3
    for row in card.doubt["classes"]:
        assert row["patients"] == sum(
            any(one["value"] == row["value"] for one in patient) for patient in patients
        )


def test_a_model_compared_on_some_cases_still_tells_its_dice_on_all(folded, tmp_path):
    """An earlier training was stopped in its turns; of two cases, that are of one patient."""
    done, _, out = folded
    shutil.copytree(done.path, tmp_path / "job")
    before = listed({"c1": {"body": 0.5, "head": 0.5}}, tmp_path / "before.json")
    folds = json.loads(Path(done.job["inputs"]["folds"]).read_text("utf-8"))
    grouped = [
        [row | {"group": "g" if row["name"] in ("c0", "c1") else "h"} for row in fold]
        for fold in folds
    ]
    job = json.loads((tmp_path / "job" / "job.json").read_text())
    job["inputs"]["before_scores"] = str(before)
    job["inputs"]["folds"] = str(listed(grouped, tmp_path / "folds.json"))
    listed(job, tmp_path / "job" / "job.json")
    train_plan(JobFolder(tmp_path / "job"))
    compared = json.loads((tmp_path / "job" / "comparison.json").read_text())
    dice = [row["after"] for row in compared["rows"] if row["class"] == "body"]
    body = compared["classes"]["body"]
    assert len(dice) == 3 and body["before"] == 0.5 and body["after"] == dice[1]
    assert body["own"] == pytest.approx(sum(dice) / 3, abs=1e-4)
    assert ModelCard.read(out).training["heldout_dice"]["body"] == body["own"]
    assert body["after_low"] is None  # two patients
    alone = json.loads((done.path / "comparison.json").read_text())
    assert alone["classes"]["body"]["after_low"] is not None


def test_a_folds_model_is_that_of_a_training_on_its_own_list(folded, tmp_path):
    """Its scores are of the model that the other patients gave, to the last digit."""
    job, *_ = folded
    inputs = {"cases": str(job.path / "folds" / "1" / "cases.json")}
    (tmp_path / "none.json").write_text("[]")
    inputs["folds"] = str(tmp_path / "none.json")
    values = settings("", tmp_path, **SHORT, work=None)
    del values["cases"]
    alone = JobFolder.create(tmp_path / "job", "train", inputs, values)
    train_plan(alone)
    found = json.loads((alone.path / "scores.json").read_text())
    assert found == json.loads((job.path / "folds" / "1" / "scores.json").read_text())
    card = ModelCard.read(Path(values["out"]))
    assert card.training["scores_of"] == "1 held-out case; nothing was chosen on it"


def plan_of(folder: Path, rows, folds=(), **inputs) -> tuple[JobFolder, Path]:
    """A training job that is not begun, and where its model goes."""
    folder.mkdir(exist_ok=True)
    inputs |= {
        "cases": str(listed(rows, folder / "cases.json")),
        "folds": str(listed(list(folds), folder / "folds.json")),
    }
    values = settings("", folder, **SHORT, work=None)
    del values["cases"]
    return JobFolder.create(folder / "job", "train", inputs, values), Path(values["out"])


def trained(job: JobFolder) -> list[str]:
    return [event["part"]["kind"] for event in job.events() if event["type"] == "trained"]


def test_the_model_before_is_scored_on_the_same_cases_once(cases, folded, tmp_path):
    *_, before = folded
    job, _ = plan_of(tmp_path / "a", held_out(cases, "c2"), before=str(before), missing_heldout=2)
    train_plan(job)
    kept, found = (json.loads((job.path / f"{n}.json").read_text()) for n in ("before", "scores"))
    assert list(kept) == list(found) == ["c2"]
    compared = json.loads((job.path / "comparison.json").read_text())
    row = compared["rows"][0]
    assert (row["before"], row["after"]) == (kept["c2"]["body"], found["c2"]["body"])
    assert compared["scheme"] == "split" and compared["missing"] == 2
    card = ModelCard.read(tmp_path / "a" / "phantom")
    told = "1 held-out case (2 more were not there); nothing was chosen on it"
    assert card.training["scores_of"] == told
    # Run again after a kill: what was trained and scored stands.
    (job.path / "before.json").write_text('{"c2": {"body": 0.25, "head": 0.5}}')
    train_plan(job)
    assert trained(job) == ["final"]
    row = json.loads((job.path / "comparison.json").read_text())["rows"][0]
    assert row["before"] == 0.25
    # No Dice tells of what was found where nothing is drawn.
    (job.path / "scores.json").write_text('{"c2": {"body": 0.5, "head": null}}')
    one = {"certainty": 0.5, "dice": 0.0, "predicted": 9, "whole": True}
    found = [[one | {"value": 1, "truth": 9}, one | {"value": 2, "truth": 0}]]
    (job.path / "outcomes.json").write_text(json.dumps(found))
    train_plan(job)
    told = [event["message"] for event in job.events() if event["type"] == "warning"]
    assert told[-1].startswith("The class 'head' was found in the one held-out case that has none")


def test_folds_are_compared_with_given_scores_or_the_model_before(
    cases, folded, tmp_path, monkeypatch
):
    *_, before = folded
    told, real = [], JobFolder.update

    def update(self, state=None, progress=None, *others, **named):
        told.append(progress)
        return real(self, state, progress, *others, **named)

    monkeypatch.setattr(JobFolder, "update", update)
    given = listed({"c0": {"body": 0.5, "head": 0.25}}, tmp_path / "given.json")
    folds = [held_out(cases, "c0")]
    job, _ = plan_of(tmp_path / "a", cases, folds, before_scores=str(given), before=str(before))
    train_plan(job)
    row = json.loads((job.path / "comparison.json").read_text())["rows"][0]
    assert row["before"] == 0.5 and not (job.path / "before.json").exists()
    # A fold and the last training share .95 of the progress, the scores have the rest.
    parts = [value for value in told if value is not None]
    assert parts == sorted(parts) and parts[-1] == pytest.approx(0.95)
    assert any(value == pytest.approx(0.475) for value in parts) and parts[0] < 0.475
    job, _ = plan_of(tmp_path / "b", cases, folds, before=str(before))
    train_plan(job)
    assert list(json.loads((job.path / "before.json").read_text())) == ["c0"]
    # A fold's model and its checkpoints are gone, its scores are kept.
    left = {path.name for path in (job.path / "folds" / "0").iterdir()}
    assert {"scores.json", "cases.json"} <= left and "model" not in left
    assert not any(name.endswith((".safetensors", ".pt")) for name in left)


def test_a_stop_in_the_folds_goes_on_to_the_model(cases, tmp_path):
    folds = [held_out(cases, f"c{number}") for number in range(2)]
    job, out = plan_of(tmp_path / "a", cases, folds)
    job.request("stop")
    train_plan(job)
    assert trained(job) == ["final"] and not job.requested("stop")
    card = ModelCard.read(out)
    assert card.training["scores_of"] == "nothing: it was stopped before a patient was scored"
    assert card.training["steps_done"] == 2  # the stop was the folds' alone
    (told,) = [e["message"] for e in job.events() if e["type"] == "warning"]
    assert told == "Stopped: the remaining patients are not scored."
    train_plan(job)  # again: still stopped
    assert trained(job) == ["final"]


def test_a_card_too_small_for_the_unet_leaves_the_model(cases, tmp_path, monkeypatch):
    def too_large(*_):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(plan, "train_beside", too_large)
    job, out = plan_of(tmp_path / "a", held_out(cases, "c0"), compare_unet=True)
    train_plan(job)
    said = [event["message"] for event in job.events() if event["type"] == "warning"]
    assert any("no U-Net" in one and "too little free memory" in one for one in said)
    assert ModelCard.read(out).training["heldout_dice"]


def test_the_unet_of_a_fold_has_not_seen_the_patient_either(cases, tmp_path, monkeypatch):
    learned = []

    def too_large(settings, *_):
        learned.extend(case.name for case in read_cases(settings.cases) if case.role == "labeled")
        raise torch.cuda.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(plan, "train_beside", too_large)
    job, _ = plan_of(tmp_path / "a", cases, [held_out(cases, "c1")], compare_unet=True)
    train_plan(job)
    assert learned == ["c0", "c2"]


@pytest.mark.parametrize("control", ["cancel", "pause"])
def test_a_cancel_or_a_pause_ends_the_plan(cases, tmp_path, control):
    job, out = plan_of(tmp_path / "a", cases, [held_out(cases, "c0")])
    job.request(control)
    with pytest.raises(Paused if control == "pause" else SemiGDAError):
        train_plan(job)
    assert not out.exists() and trained(job) == []


def test_a_fold_that_fails_ends_the_plan_and_was_not_stopped(cases, tmp_path, monkeypatch):
    def too_large(*_):
        raise SemiGDAError("out-of-memory")

    monkeypatch.setattr(plan, "train", too_large)
    job, out = plan_of(tmp_path / "a", cases, [held_out(cases, "c0")])
    with pytest.raises(SemiGDAError) as caught:
        train_plan(job)
    assert caught.value.error_class == "out-of-memory" and not out.exists()
    assert not (job.path / "folds" / plan.STOPPED).exists()


def test_a_fold_that_was_stopped_half_way_is_not_scored(cases, tmp_path, monkeypatch):
    real = JobFolder.event

    def event(self, type, **values):
        if values.get("stage") == "segment" and type == "losses" and not trained(self):
            self.request("stop")
        return real(self, type, **values)

    monkeypatch.setattr(JobFolder, "event", event)
    job, out = plan_of(tmp_path / "a", cases, [held_out(cases, f"c{n}") for n in range(2)])
    train_plan(job)
    assert trained(job) == ["fold", "final"]
    (fold,) = [e for e in job.events() if e["type"] == "trained" and e["part"]["kind"] == "fold"]
    assert fold["steps_done"] == 1 and not list((job.path / "folds").glob("*/scores.json"))
    assert ModelCard.read(out).training["scores_of"].startswith("nothing: it was stopped")
