"""A step in parts: the same gradient as in one, walked down to when memory does not suffice."""

import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from phantom_fixtures import write_phantoms
from training_fixtures import SHAPE, settings

from semigda.distributed import ALONE
from semigda.jobs.run import run_job
from semigda.progress import Printed, Progress
from semigda.training import batch as batches
from semigda.training.batch import Rows, ahead
from semigda.training.gradients import Gradients
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder

CPU, CARD = torch.device("cpu"), torch.device("meta")  # not the CPU: what is told of a card


@dataclass(frozen=True, eq=False)
class Pair(Rows):
    """Rows of a first kind, and of a second one that the loss counts by half."""

    FIRST = "x"
    SECOND = ("z",)

    x: torch.Tensor
    y: torch.Tensor  # of both
    z: torch.Tensor | None = None
    nothing: torch.Tensor | None = None


def pair(first=8, second=0) -> Pair:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(first + second, 3, generator=generator)
    y = torch.randint(2, (first + second,), generator=generator)
    return Pair(x[:first], y, x[first:] if second else None)


class Small:
    """A network whose loss, cross-entropy, cannot be computed for more than ``limit`` rows."""

    def __init__(self, limit: int, error: Exception | None = None):
        torch.manual_seed(0)
        self.network = torch.nn.Linear(3, 2)
        self.learned = list(self.network.parameters())
        self.limit, self.error, self.seen = limit, error, []

    def losses(self, batch: Pair) -> dict[str, torch.Tensor]:
        assert batch.nothing is None
        self.seen.append(sum(batch.counts))
        if self.seen[-1] > self.limit:
            raise self.error or torch.cuda.OutOfMemoryError("CUDA out of memory.")
        count, (first, second, _) = len(batch.x), batch.shares
        entropy = torch.nn.functional.cross_entropy
        losses = {"total": torch.zeros(())}
        if count:
            losses["first"] = first * entropy(self.network(batch.x), batch.y[:count])
        if batch.z is not None:
            losses["second"] = second * entropy(self.network(batch.z), batch.y[count:])
        losses["total"] = losses.get("first", 0) + 0.5 * losses.get("second", 0)
        return losses

    def step(self, batch=None, device=CPU) -> tuple[Gradients, dict]:
        gradients = Gradients(self.network, CPU, ALONE, Progress(Printed(Path())))
        gradients.device = device
        return gradients, gradients.of(batch or pair(), self.losses, self.learned)


@pytest.mark.parametrize("error", [None, MemoryError(), RuntimeError("can't allocate memory")])
def test_parts_have_the_gradient_of_the_whole(error, capsys):
    whole, small = Small(8), Small(2, error)
    _, expected = whole.step()
    gradients, losses = small.step()
    assert gradients.parts == 4 and small.seen == [8, 4, 2, 2, 2, 2]
    assert losses["total"].item() == pytest.approx(expected["total"].item(), rel=1e-6)
    for ours, theirs in zip(small.learned, whole.learned, strict=True):
        assert torch.allclose(ours.grad, theirs.grad, atol=1e-7)
    told = capsys.readouterr().out
    assert "now computes in 2 parts" in told and "now computes in 4 parts" in told


@pytest.mark.parametrize("first, second", [(12, 4), (5, 3), (1, 6), (7, 0)])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_any_batch_is_divided_down_to_single_rows(first, second, limit):
    """Whatever the sizes of the two kinds: each loss, and the gradient, is that of the whole."""
    whole, small = Small(99), Small(limit)
    _, expected = whole.step(pair(first, second))
    _, losses = small.step(pair(first, second))
    done = small.seen[len(small.seen) - sum(1 for n in small.seen if n <= limit) :]
    assert sum(done) >= first + second and max(done) <= limit
    assert losses.keys() == expected.keys()
    for name, value in expected.items():
        assert losses[name].item() == pytest.approx(value.item(), rel=1e-5), name
    for ours, theirs in zip(small.learned, whole.learned, strict=True):
        assert torch.allclose(ours.grad, theirs.grad, atol=1e-6)


def test_rows_of_a_part_belong_together():
    batch = pair(5, 3)
    parts = [batch.part(number, 3) for number in range(3)]
    assert [part.counts for part in parts] == [(2, 1), (2, 1), (1, 1)]
    for part in parts:
        for x, y in zip(torch.cat([part.x, part.z]), part.y, strict=True):
            row = (torch.cat([batch.x, batch.z]) == x).all(dim=1).nonzero().item()
            assert batch.y[row] == y
    single = batch.part(6, 8)
    assert single.counts == (0, 1) and single.shares == (0, pytest.approx(1 / 3), 1 / 8)
    assert batch.part(1, 8).z is None and batch.shares == (1, 1, 1)


def test_the_next_step_begins_with_the_parts_that_worked():
    small = Small(4)
    gradients, _ = small.step()
    small.seen.clear()
    gradients.of(pair(), small.losses, small.learned)
    assert small.seen == [4, 4]


@pytest.mark.parametrize(
    "device, error_class", [(CPU, "out-of-memory"), (CARD, "out-of-gpu-memory")]
)
def test_one_row_that_is_too_much_is_the_end(device, error_class):
    with pytest.raises(SemiGDAError) as error:
        Small(0).step(device=device)
    assert error.value.error_class == error_class


def test_other_errors_are_no_lack_of_memory():
    with pytest.raises(RuntimeError, match="shapes"):
        Small(0, RuntimeError("shapes do not fit")).step()


def test_a_gradient_that_is_not_finite_becomes_zero_and_is_counted():
    small = Small(8)
    gradients = Gradients(small.network, CPU, ALONE, Progress())

    def broken(batch):
        return {"total": small.losses(batch)["total"] * torch.inf}

    gradients.of(pair(), broken, small.learned)
    gradients.clip(small.learned, 1.0)
    assert all(not parameter.grad.any() for parameter in small.learned)
    assert (gradients.left_out(), gradients.left_out()) == (1, 0)


def test_a_gradient_is_cut_to_its_largest_norm():
    small = Small(8)
    gradients, _ = small.step()
    before = [parameter.grad.clone() for parameter in small.learned]
    norm = torch.cat([grad.flatten() for grad in before]).norm()
    gradients.clip(small.learned, norm.item() / 2)
    for grad, parameter in zip(before, small.learned, strict=True):
        assert torch.allclose(parameter.grad, grad / 2, atol=1e-5)


def test_a_training_goes_on_in_parts_and_says_so(tmp_path, monkeypatch, caplog):
    """Semi-supervised steps of 5 and 3 rows are too much, single rows are not."""
    cases = write_phantoms(tmp_path, 2, 2, 1, shape=SHAPE)
    steps = {"pretrain_steps": 2, "align_steps": 2, "steps": 6, "validations": 1}
    sizes = {"labeled_batch": 5, "unlabeled_batch": 3}
    values = settings(cases, tmp_path, work=None, **steps, **sizes)
    job = JobFolder.create(tmp_path / "job", "train", {"cases": values.pop("cases")}, values)
    from semigda.training import loop

    real = loop.segment_losses

    def small(network, teacher, palette, batch, *others):
        if batch.whole != (8, 0) and sum(batch.counts) > 1:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 1 GiB.")
        return real(network, teacher, palette, batch, *others)

    monkeypatch.setattr(loop, "segment_losses", small)
    assert run_job(job) == 0
    warnings = [event["message"] for event in job.events() if event["type"] == "warning"]
    told = [text for text in warnings if "memory" in text]
    assert [f"in {n} parts" in text for n, text in zip((2, 4, 8), told, strict=True)] == [True] * 3
    assert "Dice" in told[0] and told[0] in caplog.text
    assert job.state()["state"] == "done"


# Drawing ahead


def numbers(step: int) -> Pair:
    generator = torch.Generator().manual_seed(step)
    return Pair(torch.rand(2, 3, generator=generator), torch.tensor([step, threading.get_ident()]))


@pytest.mark.parametrize(("kind", "alone"), [("cuda", True), ("mps", False), ("cpu", False)])
def test_only_to_cuda_a_batch_travels_by_itself(kind, alone, monkeypatch):
    sent = []

    def to(tensor, device, non_blocking=False):
        sent.append((device.type, non_blocking))
        return tensor

    monkeypatch.setattr(torch.Tensor, "to", to)
    pair(2, 2).to(torch.device(kind))
    assert set(sent) == {(kind, alone)}


@pytest.mark.parametrize("depth", [0, 1, 2, 5])
def test_batches_drawn_ahead_are_the_same(depth, monkeypatch):
    monkeypatch.setattr(batches, "DEPTH", depth)
    torch.manual_seed(7)
    before = torch.get_rng_state()
    drawn = list(ahead(numbers, range(3, 10), CPU))
    assert [batch.y[0].item() for batch in drawn] == list(range(3, 10))
    assert all(torch.equal(b.x, numbers(step).x) for step, b in enumerate(drawn, 3))
    assert len({batch.y[1].item() for batch in drawn} | {threading.get_ident()}) == 2
    assert torch.equal(torch.get_rng_state(), before)


def test_several_threads_draw_for_a_graphics_card(monkeypatch):
    cores, together, drew = 2, threading.Barrier(2, timeout=30), []
    monkeypatch.setattr(torch, "get_num_threads", lambda: cores)

    def draw(step):
        together.wait()  # for a step that another thread draws at the same time
        drew.append(step)
        return numbers(step)

    drawn = [batch.x.shape for batch in ahead(draw, range(8), CARD)]
    assert sorted(drew) == list(range(8)) and len(drawn) == 8
    monkeypatch.setattr(Pair, "to", lambda batch, device: batch)
    cores = 4
    drawn = list(ahead(numbers, range(3, 20), CARD))
    assert [batch.y[0].item() for batch in drawn] == list(range(3, 20))
    assert all(torch.equal(b.x, numbers(step).x) for step, b in enumerate(drawn, 3))


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
