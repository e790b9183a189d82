"""A training whose process dies, whenever that is, ends as if it had never died."""

import sys

import pytest
from job_fixtures import ROOT, TINY, ended, of_type, start, training_job, wait_for
from phantom_fixtures import write_phantoms
from training_fixtures import SHAPE, settings

from semigda.jobs.run import run_job

sys.path.insert(0, str(ROOT / "benchmarks"))
import kill_training  # noqa: E402

# In the child: the process is gone, without any clean-up, when it comes to this for the nth time.

pytestmark = pytest.mark.slow

DIE = """
import os
import {module} as place
original, calls = place.{name}, iter(range(10**6))
def dying(*arguments, **options):
    if next(calls) == {number}:
        {before}
        os._exit(9)
    return original(*arguments, **options)
place.{name} = dying
"""
MOMENTS = {
    "reading": ("semigda.training.train", "load_slices", 1),
    "saving the autoencoder": ("semigda.models.base", "write_atomically", 0),
    "saving": ("torch", "save", 7, "arguments[1].write(b'half')"),
    "validating": ("semigda.training.validate", "label_slices", 4),
    "measuring": ("semigda.training.validate", "label_slices", 8),
    "packing": ("semigda.models.package", "sha256_of", 0),
    "moving the package": ("semigda_core.files.atomic", "_swap", 0),
    "noting the end": ("semigda.training.packing", "Finished.write", 0),
    "clearing up": ("semigda.training.checkpoint", "remove_checkpoint", 0),
    "telling": ("semigda_core.jobs.folder", "JobFolder.finish", 0),
}


def test_death_at_every_kind_of_moment(tmp_path):
    cases = write_phantoms(tmp_path / "data", 2, 2, 2, shape=SHAPE)
    whole = training_job(cases, tmp_path / "whole")
    assert run_job(whole) == 0
    torn = training_job(cases, tmp_path / "torn", checkpoint_minutes=0.0)
    for moment, (module, name, number, *before) in MOMENTS.items():
        code = DIE.format(module=module, name=name, number=number, before=(before or ["pass"])[0])
        assert ended(start(torn, code=code))[0] == 9, moment
        assert torn.is_stale() and torn.result() is None, moment
    trained = len(of_type(torn, "losses"))
    assert run_job(torn) == 0 and not (torn.path / ".reserve").exists()
    assert len(of_type(torn, "losses")) == trained  # all was there already
    check_same(kill_training.differences(tmp_path, whole, torn))


def test_death_while_pausing(tmp_path):
    cases = write_phantoms(tmp_path / "data", 2, 2, 2, shape=SHAPE)
    job = training_job(cases, tmp_path)
    die = DIE.format(
        module="semigda_core.jobs.folder", name="JobFolder.pause", number=0, before="pass"
    )
    process = start(job, code=die)
    wait_for(lambda: job.state()["progress"] > 0.1, process)
    job.request("pause")
    assert ended(process)[0] == 9
    assert job.state()["state"] == "pausing" and job.is_stale()
    assert run_job(job) == 0 and job.state()["state"] == "done"


def check_same(found: dict) -> None:
    assert found["losses"]["equal"] and found["losses"]["compared"] >= 5
    assert found["validation"]["equal"] and found["validation"]["compared"] == TINY["validations"]
    assert found["weights"]["largest_difference"] == 0
    assert found["held_out_dice"]["largest_difference"] == 0
    assert found["left_over"] == []


def test_three_kills_at_random_moments(tmp_path, monkeypatch):
    """The short form of ``benchmarks/kill_training.py``."""
    monkeypatch.setattr(kill_training, "start", start)
    cases = write_phantoms(tmp_path / "data", 2, 2, 2, shape=SHAPE)
    values = settings(cases, tmp_path, **TINY | {"steps": 40})
    # Later by less than a fast computer needs for the rest of the training.
    report = kill_training.compare(tmp_path, values, kills=3, seed=0, later=0.08)
    assert len(report["moments"]) == 3
    check_same(report)
