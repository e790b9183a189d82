"""A step in parts: the same gradient as in one, walked down to when memory does not suffice."""

import copy
import threading
from typing import NamedTuple

import pytest
import torch
from phantom_fixtures import write_phantoms
from training_fixtures import SHAPE, settings

from semigda.distributed import ALONE
from semigda.jobs.run import run_job
from semigda.training import prefetch
from semigda.training.prefetch import ahead
from semigda.training.reporter import Reporter
from semigda.training.stepper import Stepper
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder

CPU, CARD = torch.device("cpu"), torch.device("meta")  # not the CPU: what is told of a card


class Pair(NamedTuple):
    x: torch.Tensor
    y: torch.Tensor
    nothing: torch.Tensor | None = None


def pair(rows=8) -> Pair:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(rows, 3, generator=generator)
    return Pair(x, torch.randint(2, (rows,), generator=generator))


class Small:
    """A network whose loss, cross-entropy, cannot be computed for more than ``limit`` rows."""

    def __init__(self, limit: int, error: Exception | None = None):
        torch.manual_seed(0)
        self.network = torch.nn.Linear(3, 2)
        self.optimizer = torch.optim.SGD(self.network.parameters(), 0.1)
        self.limit, self.error, self.seen = limit, error, []

    def losses(self, batch: Pair) -> dict[str, torch.Tensor]:
        assert batch.nothing is None
        self.seen.append(len(batch.x))
        if len(batch.x) > self.limit:
            raise self.error or torch.cuda.OutOfMemoryError("CUDA out of memory.")
        loss = torch.nn.functional.cross_entropy(self.network(batch.x), batch.y)
        return {"entropy": loss, "total": loss}

    def step(self, device=CPU, reporter=None) -> tuple[Stepper, dict]:
        stepper = Stepper(self.network, (8,), CPU, ALONE, reporter or Reporter(None, 1))
        stepper.device = device
        return stepper, stepper.step(pair(), self.losses, self.optimizer, clip=1.0)


@pytest.mark.parametrize("error", [None, MemoryError(), RuntimeError("can't allocate memory")])
def test_parts_have_the_gradient_of_the_whole(error, capsys):
    whole, small = Small(8), Small(2, error)
    _, expected = whole.step()
    stepper, losses = small.step()
    assert stepper.parts == 4 and small.seen == [8, 4, 2, 2, 2, 2]
    assert losses["total"].item() == pytest.approx(expected["total"].item(), rel=1e-6)
    for ours, theirs in zip(small.network.parameters(), whole.network.parameters(), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-7)
        assert torch.allclose(ours.grad, theirs.grad, atol=1e-7)
    told = capsys.readouterr().out
    assert "now computes in 2 parts" in told and "now computes in 4 parts" in told


def test_the_next_step_begins_with_the_parts_that_worked():
    small = Small(4)
    stepper, _ = small.step()
    small.seen.clear()
    stepper.step(pair(), small.losses, small.optimizer, clip=1.0)
    assert small.seen == [4, 4]


@pytest.mark.parametrize(
    "device, error_class", [(CPU, "out-of-memory"), (CARD, "out-of-gpu-memory")]
)
def test_one_row_that_is_too_much_is_the_end(device, error_class):
    with pytest.raises(SemiGDAError) as error:
        Small(0).step(device)
    assert error.value.error_class == error_class


def test_other_errors_are_no_lack_of_memory():
    with pytest.raises(RuntimeError, match="shapes"):
        Small(0, RuntimeError("shapes do not fit")).step()


def test_a_gradient_that_is_not_finite_changes_nothing_and_is_counted():
    small = Small(8)
    before = copy.deepcopy(small.network.state_dict())
    stepper = Stepper(small.network, (8,), CPU, ALONE, Reporter(None, 1))

    def broken(batch):
        return {"total": small.losses(batch)["total"] * torch.inf}

    stepper.step(pair(), broken, small.optimizer, clip=1.0)
    assert all(torch.equal(value, before[name]) for name, value in small.network.named_parameters())
    assert (stepper.left_out(), stepper.left_out()) == (1, 0)


def test_a_training_goes_on_in_parts_and_says_so(tmp_path, monkeypatch, caplog):
    """Semi-supervised steps of 4 and 4 rows are too much, those of 2 and 2 are not."""
    cases = write_phantoms(tmp_path, 2, 2, 1, shape=SHAPE)
    steps = {"pretrain_steps": 2, "align_steps": 2, "steps": 6, "validations": 1}
    values = settings(cases, tmp_path, work=None, **steps)
    job = JobFolder.create(tmp_path / "job", "train", {"cases": values.pop("cases")}, values)
    from semigda.training import loop

    real = loop.segment_losses

    def small(network, teacher, palette, batch, *others):
        if batch.weak is not None and len(batch.images) + len(batch.weak) > 4:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 1 GiB.")
        return real(network, teacher, palette, batch, *others)

    monkeypatch.setattr(loop, "segment_losses", small)
    assert run_job(job) == 0
    warnings = [event["message"] for event in job.events() if event["type"] == "warning"]
    assert [text for text in warnings if "memory" in text] == [warnings[0]]
    assert "each step now computes in 2 parts" in warnings[0] and "Dice" in warnings[0]
    assert warnings[0] in caplog.text
    assert job.state()["state"] == "done"


# Drawing ahead


def numbers(step: int) -> Pair:
    generator = torch.Generator().manual_seed(step)
    return Pair(torch.rand(2, 3, generator=generator), torch.tensor([step, threading.get_ident()]))


@pytest.mark.parametrize("depth", [0, 1, 2, 5])
def test_batches_drawn_ahead_are_the_same(depth, monkeypatch):
    monkeypatch.setattr(prefetch, "DEPTH", depth)
    torch.manual_seed(7)
    before = torch.get_rng_state()
    drawn = list(ahead(numbers, range(3, 10), CPU))
    assert [batch.y[0].item() for batch in drawn] == list(range(3, 10))
    assert all(torch.equal(b.x, numbers(step).x) for step, b in enumerate(drawn, 3))
    assert len({batch.y[1].item() for batch in drawn} | {threading.get_ident()}) == 2
    assert torch.equal(torch.get_rng_state(), before)


def test_an_error_in_drawing_comes_out_and_threads_end():
    def broken(step):
        if step == 2:
            raise SemiGDAError("bad-input")
        return numbers(step)

    threads = threading.active_count()
    with pytest.raises(SemiGDAError):
        list(ahead(broken, range(5), CPU))
    started = ahead(numbers, range(1000), CPU)
    next(started)
    started.close()
    assert threading.active_count() == threads
