"""The number of slices at once: what is chosen from what was measured."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from semigda.data.grid import WorkingGrid
from semigda.inference import batching, device
from semigda.inference.batching import BatchSize, measured
from semigda.inference.likeness import case_features
from semigda.inference.predict import Predictor
from semigda.method.palette import Palette
from semigda.networks.semigda import SemiGDA
from semigda.training.describe import _vector
from semigda.training.validate import label_slices
from semigda_core.models.network_config import NetworkConfig

CPU = torch.device("cpu")


@pytest.fixture
def clock(monkeypatch):
    """A clock that tests turn."""
    turned = SimpleNamespace(now=0.0)
    monkeypatch.setattr(batching, "time", SimpleNamespace(perf_counter=lambda: turned.now))
    return turned


def run(batch: BatchSize, clock, a_slice, slices: int) -> list[int]:
    """The sizes in which ``slices`` are taken; ``a_slice(size, number)`` has the seconds."""
    sizes: list[int] = []
    while slices:
        size = batch.of(slices)
        with batch.timed(size, CPU):
            clock.now += size * a_slice(size, sizes.count(size))
        sizes.append(size)
        slices -= size
    return sizes


def test_the_fastest_size_is_taken(clock):
    seconds = {2: 0.050, 4: 0.060, 8: 0.035, 16: 0.040}
    batch = BatchSize(2, 16)
    sizes = run(batch, clock, lambda size, _: seconds[size], 110)
    assert sizes == [2] * 3 + [4] * 3 + [8] * 3 + [16] * 3 + [8, 8, 4]
    assert batch.now == 8


def test_a_larger_size_must_be_worth_its_memory(clock):
    seconds = {2: 0.050, 4: 0.040, 8: 0.039}
    batch = BatchSize(2, 8)
    run(batch, clock, lambda size, _: seconds[size], 60)
    assert batch.now == 4
    batch = BatchSize(2, 8)
    run(batch, clock, lambda size, _: (seconds | {8: 0.038})[size], 60)
    assert batch.now == 8


def test_the_first_calls_of_a_size_and_disturbed_ones_do_not_count(clock):
    batch = BatchSize(2, 8)
    run(batch, clock, lambda size, number: (0.1 if number == 1 else 1.0) / size, 42)
    assert batch.now == 8


def test_a_batch_stays_short_enough_to_tell_how_far_it_is(clock):
    batch = BatchSize(2, 8)
    run(batch, clock, lambda size, _: 3 / size, 100)  # four would take 6 s, if they gain nothing
    assert batch.now == 2
    batch = BatchSize(2, 8)
    run(batch, clock, lambda size, _: 2.4 / size, 100)
    assert batch.now == 8


def test_few_slices_are_taken_in_powers_of_two():
    batch = BatchSize(8, 8)
    assert [batch.of(left) for left in (16, 8, 7, 4, 3, 1)] == [8, 8, 4, 4, 2, 1]
    assert [BatchSize(5, 5).of(left) for left in (12, 4, 3)] == [5, 4, 2]


def test_what_was_found_stays_with_its_network(clock):
    network, case = nn.Identity(), ("cpu", (8, 8), ("vae",))
    run(measured(network, case, 2, 8), clock, lambda size, _: 0.1 / size, 42)
    assert measured(network, case, 2, 8).now == 8
    assert measured(network, ("cpu", (8, 8), ("vae", "cnn")), 2, 8).now == 2
    assert measured(nn.Identity(), case, 2, 8).now == 2
    assert measured(network, case, 2, 4).now == 4  # less memory than before
    assert measured(network, case, 2, 8).now == 8  # and more again
    known = len(batching._KNOWN)
    del network
    assert len(batching._KNOWN) < known


def test_a_size_that_was_not_allowed_before_is_measured(clock):
    network, case = nn.Identity(), ("cpu", (8, 8), ("vae",))
    assert measured(network, case, 2, 1).now == 1
    sizes = run(measured(network, case, 2, 4), clock, lambda size, _: 0.1 / size, 22)
    assert sizes == [2] * 3 + [4] * 4
    sizes = run(measured(network, case, 2, 16), clock, lambda size, _: 0.1 / size, 88)
    assert sizes == [8] * 3 + [16] * 4


def test_memory_that_was_short_for_one_image_is_used_again_for_the_next(monkeypatch):
    """A warm worker keeps the network, and with it what was measured."""
    torch.manual_seed(0)
    network, room = SemiGDA(NetworkConfig.compact()), 1
    decode = network.decode

    def decoded(features):
        if len(features.latents["vae"]) > room:
            raise MemoryError
        return decode(features)

    monkeypatch.setattr(network, "decode", decoded)

    def predictor() -> Predictor:
        return Predictor(
            network, 2, CPU, branches=("vae", "cnn"), size=(32, 32), crop=lambda planes: planes
        )

    short = predictor()
    first = short.batch_size
    assert len(short(torch.randn(2, 3, 32, 32)).probabilities) == short.batch_size == 1
    assert short.steps
    room = 16
    again = predictor()
    assert len(again(torch.randn(first, 3, 32, 32)).probabilities) == first > 1
    assert not again.steps


def test_what_looks_at_slices_takes_fewer_where_memory_runs_out(monkeypatch):
    """The card's training images, ranking, and validation, without a ladder of their own."""
    torch.manual_seed(0)
    network, room = SemiGDA(NetworkConfig.compact()).eval(), 16
    images = torch.randn(6, 3, 32, 32)
    grid = WorkingGrid((0, 1, 2), (False,) * 3, 6, 32, 32, 6, (32, 32), (32, 32))
    seen = SimpleNamespace(slices=lambda start, stop: images[start:stop], count=6, grid=grid)
    encode, tried = network.encode_image, []

    def encoded(some):
        tried.append(len(some))
        if len(some) > room:
            raise MemoryError
        return encode(some)

    monkeypatch.setattr(network, "encode_image", encoded)

    @torch.inference_mode()
    def looked():
        return [
            torch.tensor(_vector(network, ("vae",), seen, "vae")),
            case_features(network, seen),
            *label_slices(network, Palette(2), images).values(),
        ]

    before, room = looked(), 1
    tried.clear()
    after = looked()
    assert all(torch.allclose(x, y, atol=1e-5) for x, y in zip(before, after, strict=True))
    ones = [1] * 6
    assert tried == [6, 4, 2, *ones, 4, 2, *ones, 6, 3, *ones]
    room = 0
    with pytest.raises(MemoryError):
        looked()


@pytest.mark.parametrize(("side", "limits"), [(112, (2, 8)), (256, (2, 2)), (512, (2, 2))])
def test_on_a_cpu_memory_is_for_no_more_than_two_large_slices(side, limits):
    assert device.batch_limits(CPU, (side, side), 16) == limits


@pytest.mark.parametrize(("name", "index"), [("cuda", None), ("cuda:1", 1)])
def test_on_a_graphics_card_its_free_memory_is_the_limit(name, index, monkeypatch):
    card = torch.device(name)
    a_slice = 4 * 112 * 112 * 16 * 30
    for room, limits in ((1, (1, 1)), (3, (2, 2)), (5, (4, 4)), (100, (4, 16))):
        free = int(room * a_slice / 0.7) + 100

        def told(of, free=free):
            assert of == index, "PyTorch 2.2 refuses a device without an index"
            return free, free

        monkeypatch.setattr(torch.cuda, "mem_get_info", told)
        assert device.batch_limits(card, (112, 112), 16) == limits


def test_memory_that_pytorch_keeps_for_reuse_is_free(monkeypatch):
    """Or each image of many would leave less room for the next."""
    card, a_slice = torch.device("cuda"), int(4 * 112 * 112 * 16 * 30 / 0.7) + 100
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda of: (a_slice, 100 * a_slice))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda of: 40 * a_slice)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda of: 30 * a_slice)
    assert device.batch_limits(card, (112, 112), 16) == (4, 8)


@pytest.mark.parametrize(("capability", "can"), [((7, 5), False), ((8, 0), True), ((9, 0), True)])
def test_bfloat16_is_for_cards_that_convolve_in_it(capability, can, monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda card: capability)
    assert device.computes_bfloat16(torch.device("cuda")) is can
    assert device.computes_bfloat16(CPU) is False


def test_every_size_gives_the_same_values():
    torch.manual_seed(0)
    network = SemiGDA(NetworkConfig.compact())
    slices = torch.randn(13, 3, 32, 32)

    def predicted(size: int) -> torch.Tensor:
        predictor = Predictor(
            network, 2, CPU, branches=("vae", "cnn"), size=(32, 32),
            crop=lambda planes: planes, batch_size=size,
        )  # fmt: skip
        found, left = [], slices
        while len(left):
            found.append(predictor(left).probabilities)
            left = left[len(found[-1]) :]
        return torch.cat(found)

    for one, two in itertools.pairwise([predicted(size) for size in (2, 4, 8)]):
        torch.testing.assert_close(one, two, rtol=0, atol=1e-5)
        assert (one.argmax(1) == two.argmax(1)).float().mean() > 0.9999
