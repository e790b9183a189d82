"""The same training in one process and shared by two, through the real torchrun."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from job_fixtures import Child, of_type, wait_for
from phantom_fixtures import write_phantoms
from test_machine_labels import with_machine
from training_fixtures import SHAPE, settings

from semigda.data.cases import read_cases
from semigda.distributed import Ranks
from semigda.jobs.run import run_job
from semigda.models.package import load_network
from semigda.training import stage
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder

ROOT = Path(__file__).resolve().parents[2]
# ``semigda``, but for the losses: those of every step are told.
EVERY_STEP = """
import sys
from semigda.cli import main
from semigda.training import stage

stage.LOG_STEPS = 1
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""
# The memory of one of two processes: too little for 8 rows before they exchange anything, and for 4
# rows after it, where the other one is further already.
SMALL_RANK = """
import os

def limited(function, rows):
    def call(moments, *others):
        if os.environ["RANK"] == "1" and len(moments) > rows:
            raise MemoryError
        return function(moments, *others)
    return call

from semigda.training import losses
losses.sample_posterior = limited(losses.sample_posterior, 4)
losses.kl_loss = limited(losses.kl_loss, 2)
"""
SHORT = {"pretrain_steps": 5, "align_steps": 4, "steps": 8, "supervised_share": 0.5}
# AdamW's first steps go by the sign of the gradient, also where that is only rounding: plain
# descent and a small rate keep a difference of rounding as small as it is.
SHORT |= {"optimizer": "sgd", "learning_rate": 0.02, "align_learning_rate": 1e-4}


@pytest.fixture(scope="module")
def volumes(tmp_path_factory):
    return write_phantoms(tmp_path_factory.mktemp("volumes"), 3, 3, 3, shape=SHAPE)


def new_job(cases: Path, folder: Path, **changes) -> JobFolder:
    values = settings(cases, folder, work=None, **SHORT | {"validations": 1} | changes)
    return JobFolder.create(folder / "job", "train", {"cases": values.pop("cases")}, values)


def start(job: JobFolder, before: str = "") -> subprocess.Popen:
    """Run the job in two processes, after a few lines of Python."""
    script = job.path.parent / "every_step.py"
    script.write_text(before + EVERY_STEP)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    return subprocess.Popen(
        [*command, "--nproc-per-node", "2", str(script), "run", str(job.path)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


class Pair:
    """The same with the variables that torchrun sets, but not its own process."""

    def __init__(self, job: JobFolder, before: str = ""):
        with socket.create_server(("127.0.0.1", 0)) as free:
            shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free.getsockname()[1])}
        shared |= {"WORLD_SIZE": "2", "TORCHELASTIC_RUN_ID": "none"}
        self.ranks = [
            Child(before + EVERY_STEP, "run", job.path, RANK=rank, LOCAL_RANK=rank, **shared)
            for rank in "01"
        ]

    @property
    def returncode(self) -> int:
        return max(abs(rank.wait(0)) for rank in self.ranks)

    def poll(self) -> int | None:
        return None if any(rank.poll() is None for rank in self.ranks) else self.returncode

    def communicate(self, timeout: float) -> tuple[str, str]:
        return "".join(rank.communicate(timeout)[0] for rank in self.ranks), ""


def run_alone(job: JobFolder) -> None:
    """In one process, this one, with the losses of every step."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "LOG_STEPS", 1)
        assert run_job(job) == 0, (job.path / "log.txt").read_text("utf-8")


def ended_well(process: subprocess.Popen | Pair, job: JobFolder) -> None:
    told, _ = process.communicate(timeout=120)
    assert process.returncode == 0, told + (job.path / "log.txt").read_text("utf-8")


def losses(job: JobFolder) -> dict[tuple[int, str, int], dict[str, float]]:
    """By the part of the job, the stage and the step."""
    events = [event for event in job.events() if event["type"] == "losses"]
    found = {(e.get("part", {}).get("index", 0), e["stage"], e["step"]): e for e in events}
    assert len(events) == len(found)  # one process tells
    return {key: event["losses"] for key, event in found.items()}


@pytest.fixture(scope="module")
def runs(volumes, tmp_path_factory):
    """The finished jobs of one process and of two."""
    folder = tmp_path_factory.mktemp("runs")
    one, two = (new_job(volumes, folder / name) for name in ("one", "two"))
    run_alone(one)
    ended_well(start(two), two)
    return one, two


def test_two_processes_have_the_losses_of_one_in_every_step(runs):
    one, two = map(losses, runs)
    assert set(one) == set(two) and len(one) == 5 + 4 + 8
    for step, values in one.items():
        assert two[step] == pytest.approx(values, rel=1e-4, abs=1e-5), step


def test_two_processes_believe_another_program_as_one_does(tmp_path):
    """Each measures half of the slices, and both act on all."""
    cases = with_machine(tmp_path / "data", 2, 2, shift=2)
    changes = {"validations": 0, "pretrain_steps": 0, "align_steps": 0}
    one, two = (new_job(cases, tmp_path / name, **changes) for name in ("one", "two"))
    run_alone(one)
    ended_well(Pair(two), two)
    told = [[e["sources"] for e in job.events() if e["type"] == "sources"] for job in (one, two)]
    assert len(told[0]) == len(told[1]) == 5  # of 8 steps, the first half supervised
    for mine, theirs in zip(*told, strict=True):
        assert mine["Roller"] == pytest.approx(theirs["Roller"], abs=2e-3)
    mine, theirs = map(losses, (one, two))
    for step, values in mine.items():
        assert theirs[step] == pytest.approx(values, rel=1e-3, abs=1e-4), step


def test_two_processes_end_with_the_weights_and_the_dice_of_one(runs):
    one, two = (load_network(job.result()["outputs"]["model"]) for job in runs)
    theirs = two[0].state_dict()
    for name, tensor in one[0].state_dict().items():
        assert (tensor - theirs[name]).norm() <= 1e-3 * tensor.norm() + 1e-5, name
    dice = [card.training["val_dice"] for _, card in (one, two)]
    assert dice[0] == pytest.approx(dice[1], abs=0.02)
    for kind in ("validation", "pretrained", "trained"):
        assert len(of_type(runs[1], kind)) == 1
    pictures = [e["file"] for e in of_type(runs[1], "preview")]
    assert pictures and len(pictures) == len(set(pictures))
    assert all((runs[1].path / name).exists() for name in pictures)


def test_batches_that_cannot_be_shared_are_refused():
    with pytest.raises(SemiGDAError, match="3 and 4 cannot be shared by 2") as error:
        Ranks(0, 2).check_batches(3, 4)
    assert error.value.error_class == "bad-input"


@pytest.mark.slow
def test_memory_of_one_rank_and_cancel_count_for_all(volumes, tmp_path):
    job = new_job(volumes, tmp_path, align_steps=4000, checkpoint_minutes=0.0)
    process = Pair(job, SMALL_RANK)
    wait_for(lambda: any(stage == "align" for _, stage, _ in losses(job)), process)
    job.request("cancel")
    process.communicate(timeout=60)
    warnings = [event["message"] for event in job.events() if event["type"] == "warning"]
    assert ["in 2 parts" in warnings[0], "in 4 parts" in warnings[1]] == [True, True]
    assert process.returncode != 0 and job.state()["state"] == "cancelled"
    assert torch.load(job.path / "checkpoint.pt", weights_only=True)["stage"] == "align"


@pytest.mark.slow
def test_a_supervised_plan_pauses_and_goes_on_with_the_losses_of_one_process(volumes, tmp_path):
    known = [
        {"name": case.name, "image": str(case.image), "label": str(case.label), "role": "labeled"}
        for case in read_cases(volumes)
        if case.role == "labeled"
    ]
    fold = [known[0] | {"role": "val"}, *known[1:]]
    (tmp_path / "folds.json").write_text(json.dumps([fold]))
    (tmp_path / "cases.json").write_text(json.dumps(known))
    inputs = {name: str(tmp_path / f"{name}.json") for name in ("cases", "folds")}
    changes = {"pretrain_steps": 2, "align_steps": 2, "steps": 4, "validations": 0}
    jobs = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        options = settings("", folder, work=None, **SHORT | changes)
        options.pop("cases")
        jobs.append(JobFolder.create(folder / "job", "train", inputs, options))
    run_alone(jobs[0])

    job = jobs[1]

    def trained() -> list[str]:
        return [e["part"]["kind"] for e in job.events() if e["type"] == "trained"]

    process = Pair(job)
    wait_for(lambda: trained() == ["fold"], process)
    job.request("pause")
    ended_well(process, job)
    assert job.state()["state"] == "paused"
    ended_well(Pair(job), job)
    assert job.state()["state"] == "done" and trained() == ["fold", "final"]
    expected, found = map(losses, jobs)
    assert set(expected) == set(found) and len(found) == 2 * (2 + 2 + 4)
    for step, values in expected.items():
        assert found[step] == pytest.approx(values, rel=1e-4, abs=1e-5), step
    compared = json.loads((job.path / "comparison.json").read_text("utf-8"))
    assert compared["scheme"] == "leave-one-out" and compared["heldout_cases"] == 1


@pytest.mark.slow
def test_stop_of_two_processes_keeps_what_both_have_learned(volumes, tmp_path):
    job = new_job(volumes, tmp_path, steps=4000, validations=200)
    process = Pair(job)
    wait_for(lambda: of_type(job, "validation"), process)
    job.request("stop")
    ended_well(process, job)
    report = job.result()["report"]
    assert job.state()["state"] == "done" and 0 < report["steps_done"] < 4000
    network, card = load_network(job.result()["outputs"]["model"])
    assert card.training["weights"] == report["weights"]
    assert all(bool(tensor.isfinite().all()) for tensor in network.state_dict().values())


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's limit of a file's size")
@pytest.mark.slow
def test_a_full_disk_of_the_first_process_pauses_both(volumes, tmp_path):
    job = new_job(volumes, tmp_path, pretrain_steps=0, checkpoint_minutes=0.0)
    limit = "import os, resource\nif os.environ['RANK'] == '0':\n"
    limit += "    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, -1))\n"
    process = start(job, limit)
    process.communicate(timeout=120)  # neither waits for the other
    assert process.returncode != 0
    assert job.state()["state"] == "paused" and job.state()["reason"]["class"] == "disk-full"
    run_alone(job)  # one process goes on where two were
    assert job.state()["state"] == "done"
