"""Whole trainings with other programs' results: what they gain, and that they cannot harm."""

from __future__ import annotations

import json

import pytest
import torch
from test_machine_labels import with_machine
from training_fixtures import settings

from semigda.models.package import load_network
from semigda.training.train import train
from semigda_core.errors import Paused
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.training import TrainSettings

FAST = {"pretrain_steps": 0, "align_steps": 0, "steps": 60, "validations": 0}
FAST |= {"labeled_batch": 2, "unlabeled_batch": 4}


def trained(path, folder, **changes):
    job = JobFolder.create(folder / "job", "train", {"cases": str(path)})
    values = settings(path, folder, work=None, **FAST | changes)
    return job, values, train(TrainSettings.from_dict(values), job)


def without_results(path):
    """The same list in the same order, without what any program made."""
    rows = [
        {key: value for key, value in row.items() if not key.startswith("machine")}
        for row in json.loads(path.read_text())
    ]
    bare = path.with_name("bare.json")
    bare.write_text(json.dumps(rows))
    return bare


def weights_of(values):
    return load_network(values["out"])[0].state_dict()


def losses_of(job):
    return [(e["step"], e["losses"]) for e in job.events() if e["type"] == "losses"]


def test_a_training_learns_from_a_good_program_what_few_labels_cannot_teach(tmp_path):
    path = with_machine(tmp_path / "data", 2, 8, 4, shift=0)
    job, _, summary = trained(path, tmp_path / "with")
    without = trained(without_results(path), tmp_path / "without")[2]
    mean = [sum(s["val_dice"].values()) / 2 for s in (summary, without)]
    assert mean[0] > mean[1] + 0.01
    assert "sources" not in without
    told = summary["sources"]["Roller"]
    assert (told["cases"], told["measured"], told["dice"]) == (8, 2, 1.0)
    assert told["taught"] > 0.5
    events = [event for event in job.events() if event["type"] == "sources"]
    assert [event["step"] for event in events] == list(range(12, 60, 4))
    assert summary["cases"] == {"labeled": 2, "unlabeled": 8, "val": 4}  # never counted as labels


@pytest.mark.parametrize("poor, branches", [("measured", ["vae", "cnn"]), ("unmeasured", ["cnn"])])
def test_a_program_that_is_never_believed_leaves_the_training_as_it_is_to_the_last_bit(
    tmp_path, poor, branches
):
    """Some cases have no result, one is labelled in part, and both stages see unlabelled ones."""
    path = with_machine(tmp_path / "data", 4, 4, 2, shift=7, labeled=poor == "measured")
    rows = json.loads(path.read_text())
    rows[0]["label_slices"] = "2: 0-5"
    rows[5] = {key: value for key, value in rows[5].items() if not key.startswith("machine")}
    path.write_text(json.dumps(rows))
    long = {"steps": 30, "align_steps": 4, "validations": 2, "branches": branches}
    job, values, summary = trained(path, tmp_path / "with", **long)
    assert summary["sources"]["Roller"]["taught"] == 0.0
    measurements = [event for event in job.events() if event["type"] == "sources"]
    assert [event["step"] for event in measurements] == [6, *range(8, 29, 2)]
    bare_job, bare, _ = trained(without_results(path), tmp_path / "without", **long)
    first, second = weights_of(values), weights_of(bare)
    assert all(torch.equal(first[name], second[name]) for name in first) and len(first) > 50
    assert losses_of(job) == losses_of(bare_job)


def test_results_of_held_out_cases_would_be_refused_and_no_path_is_told(tmp_path):
    path = with_machine(tmp_path / "data", 2, 2, 1)
    job, values, _ = trained(path, tmp_path / "run", steps=12)
    told = (job.path / "events.jsonl").read_text("utf-8")
    told += (tmp_path / "run" / "phantom" / "card.json").read_text("utf-8")
    assert "Roller" in told and "roller_" not in told and str(tmp_path) not in told


def test_a_paused_training_believes_what_it_believed(tmp_path):
    """Paused between two measurements, it ends with the same weights, bit for bit."""
    path = with_machine(tmp_path / "data", 2, 3, shift=0)
    _, whole, summary = trained(path, tmp_path / "whole")
    assert summary["sources"]["Roller"]["taught"] > 0
    job = JobFolder.create(tmp_path / "torn" / "job", "train", {"cases": str(path)})
    values = settings(path, tmp_path / "torn", work=None, **FAST)
    wanted = TrainSettings.from_dict(values)

    class Pausing(JobFolder):
        asked = 0

        def requested(self, control):
            Pausing.asked += control == "pause"
            return control == "pause" and Pausing.asked == 23

    with pytest.raises(Paused):
        train(wanted, Pausing(job.path))
    assert train(wanted, job)["sources"] == summary["sources"]
    first, second = weights_of(whole), weights_of(values)
    assert all(torch.equal(first[name], second[name]) for name in first)
    resumed = [e["step"] for e in job.events() if e["type"] == "sources"]
    assert resumed == list(range(12, 60, 4))
