"""Checkpoints that are damaged: known before they are used, and the one before takes over."""

from __future__ import annotations

import os

import pytest
import torch
from job_fixtures import of_type, training_job
from phantom_fixtures import write_phantoms
from training_fixtures import SHAPE

from semigda.jobs.run import run_job
from semigda.models.package import load_network
from semigda.training import loop
from semigda.training.checkpoint import (
    before,
    load_checkpoint,
    remove_checkpoint,
    save_checkpoint,
)
from semigda_core.errors import SemiGDAError
from semigda_core.files import atomic
from semigda_core.jobs.folder import JobFolder

FELL_BACK = "The last checkpoint is damaged; the training continues from the one before."


def state(step: int) -> dict:
    generator = torch.Generator().manual_seed(step)
    tensors = {"a": torch.randn(50, 40, generator=generator), "b": torch.arange(3)}
    return {"settings": {"seed": 0}, "step": step, "network": tensors}


def load(path, told=None) -> dict | None:
    told = [] if told is None else told
    return load_checkpoint(path, lambda settings: settings == {"seed": 0}, told.append)


@pytest.fixture
def path(tmp_path):
    save_checkpoint(tmp_path / "checkpoint.pt", state(1))
    save_checkpoint(tmp_path / "checkpoint.pt", state(2))
    return tmp_path / "checkpoint.pt"


def flipped(data: bytes, place: int) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 0x10
    return bytes(changed)


def damages(data: bytes) -> dict[str, bytes]:
    found = {"empty": b"", "one byte": data[:1], "text": b"not a checkpoint\n" * 40}
    found |= {f"cut by {n}": data[:-n] for n in (1, 20, 51, 53, 80, len(data) // 2)}
    places = [*range(0, len(data), len(data) // 40), len(data) - 60, len(data) - 10]
    return found | {f"byte {n}": flipped(data, n) for n in places}


def test_two_are_kept_and_every_damage_falls_back_to_the_one_before(path):
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name, before(path).name]
    whole = path.read_bytes()
    assert load(path)["step"] == 2
    for kind, data in damages(whole).items():
        path.write_bytes(data)
        told = []
        found = load(path, told)
        assert found["step"] == 1 and told == [FELL_BACK], kind
        assert torch.equal(found["network"]["a"], state(1)["network"]["a"]), kind


def test_a_cut_to_what_torch_wrote_is_whole_nevertheless(path):
    path.write_bytes(path.read_bytes()[:-52])
    assert load(path)["step"] == 2


def test_a_damaged_one_never_takes_the_place_of_a_good_one(path):
    path.write_bytes(b"")
    save_checkpoint(path, state(3))
    assert load(path)["step"] == 3
    path.write_bytes(b"")
    assert load(path)["step"] == 1


def test_with_both_damaged_one_sentence_says_what_to_do(path):
    for one in (path, before(path)):
        one.write_bytes(flipped(one.read_bytes(), 500))
    with pytest.raises(SemiGDAError) as caught:
        load(path)
    assert caught.value.error_class == "bad-input" and "are damaged" in caught.value.message
    assert caught.value.action == "Start the training anew, and check the disk."


def test_a_checkpoint_of_an_older_version_is_read_unless_it_is_damaged(tmp_path):
    path = tmp_path / "checkpoint.pt"
    torch.save(state(4), path)
    assert load(path)["step"] == 4
    data = path.read_bytes()
    middle = data.index(state(4)["network"]["a"].numpy().tobytes()[:16]) + 400
    for damaged in (b"", data[:-1], data[: len(data) // 2], flipped(data, middle)):
        path.write_bytes(damaged)
        with pytest.raises(SemiGDAError, match="are damaged"):
            load(path)
    path.write_bytes(data)
    save_checkpoint(path, state(5))
    path.unlink()
    assert load(path)["step"] == 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the children are forks")
def test_a_kill_at_any_moment_of_a_save_leaves_a_whole_one(path):
    steps = []
    for number in range(3):
        save_checkpoint(path, state(2))
        child = os.fork()
        if child == 0:
            count = iter(range(number))
            real = os.replace

            def dying(source, target, count=count, real=real):
                if next(count, None) is None:
                    os._exit(9)
                real(source, target)

            os.replace = dying
            save_checkpoint(path, state(3))
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == (9 if number < 2 else 0)
        told = []
        steps.append(load(path, told)["step"])
        assert told == []
        atomic.clear_leftovers(path.parent)
        assert {p.name for p in path.parent.iterdir()} <= {path.name, before(path).name}
    assert steps == [2, 2, 3]


def test_nothing_is_left_of_either(path):
    path.with_name("checkpoint.pt.new").touch()  # of an older version
    remove_checkpoint(path)
    assert list(path.parent.iterdir()) == []


SHORT = {"align_steps": 2, "steps": 6, "validations": 1}


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    return write_phantoms(tmp_path_factory.mktemp("data"), 2, 2, 1, shape=SHAPE)


@pytest.fixture(scope="module")
def whole(cases, tmp_path_factory):
    """A training that is done."""
    job = training_job(cases, tmp_path_factory.mktemp("whole"), pretrain_steps=0, **SHORT)
    assert run_job(job) == 0
    return job


@pytest.fixture
def torn(cases, tmp_path, monkeypatch):
    """The same, cancelled in the middle."""
    job = training_job(cases, tmp_path, pretrain_steps=0, checkpoint_minutes=0.0, **SHORT)
    cancelled_in_the_middle(job, monkeypatch)
    return job


def test_a_training_goes_on_from_the_one_before_and_ends_the_same(whole, torn):
    path = torn.path / "checkpoint.pt"
    path.write_bytes(flipped(path.read_bytes(), path.stat().st_size // 2))
    assert run_job(torn) == 0
    assert [event["message"] for event in of_type(torn, "warning")] == [FELL_BACK]
    assert same_model(torn, whole)
    assert not list(torn.path.glob("*checkpoint*"))


def test_a_damaged_autoencoder_of_its_own_is_trained_again(cases, tmp_path, monkeypatch):
    whole = training_job(cases, tmp_path / "whole", pretrain_steps=3, **SHORT)
    assert run_job(whole) == 0
    torn = training_job(cases, tmp_path / "torn", pretrain_steps=3, checkpoint_minutes=0.0, **SHORT)
    cancelled_in_the_middle(torn, monkeypatch)
    (base,) = torn.path.glob("autoencoder-*.safetensors")
    base.write_bytes(flipped(base.read_bytes(), base.stat().st_size - 5))
    assert run_job(torn) == 0
    (warning,) = of_type(torn, "warning")
    assert warning["message"] == "The training's autoencoder is damaged; it is trained again."
    assert same_model(torn, whole)


def cancelled_in_the_middle(job: JobFolder, monkeypatch) -> None:
    """Run it into stage 2, with two checkpoints behind it."""
    original, count = loop.segment_losses, iter(range(100))

    def cancelling(*arguments):
        if next(count) == 4:
            job.request("cancel")
        return original(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "segment_losses", cancelling)
        assert run_job(job) == 1


def same_model(first: JobFolder, second: JobFolder) -> bool:
    models = (job.result()["outputs"]["model"] for job in (first, second))
    ours, theirs = (load_network(model)[0].state_dict() for model in models)
    return all(torch.equal(ours[name], theirs[name]) for name in theirs)


@pytest.mark.parametrize("stage", ["align", "segment"])
def test_a_checkpoint_of_another_version_that_does_not_fit_starts_again(whole, torn, stage):
    """It is whole and of the same settings, but its network is another one: not an error."""
    path = torn.path / "checkpoint.pt"
    content = load_checkpoint(path, lambda settings: True)
    content["stage"] = stage
    content["network"] = dict(list(content["network"].items())[1:])
    save_checkpoint(path, content)
    assert run_job(torn) == 0
    (warning,) = of_type(torn, "warning")
    assert "of another version" in warning["message"] and "starts again" in warning["message"]
    assert same_model(torn, whole)
