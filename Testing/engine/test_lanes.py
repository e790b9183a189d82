"""Threads side by side: who computes what, with how many cores, and what a slice gets."""

from __future__ import annotations

import threading
import time

import pytest
import torch

from semigda.inference.predict import Predictor
from semigda.lanes import _pool, lanes, side_by_side
from semigda.networks.semigda import SemiGDA
from semigda_core.models.network_config import NetworkConfig

CPU = torch.device("cpu")


@pytest.fixture
def cores():
    """Sets how many threads PyTorch takes."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("count", "slices", "wanted"),
    [(1, 8, 1), (2, 8, 2), (3, 8, 1), (4, 8, 4), (6, 8, 2), (16, 8, 4), (8, 6, 2), (4, 2, 1)],
)
def test_cores_are_shared_evenly_among_threads_with_two_slices_or_more(
    cores, count, slices, wanted
):
    cores(count)
    assert lanes(CPU, slices) == wanted
    assert lanes(torch.device("cuda"), slices) == 1


def test_every_thread_has_its_share_of_the_cores_and_the_caller_keeps_all(cores):
    cores(4)
    meet = threading.Barrier(2, timeout=60)

    def job(number: int) -> tuple[int, int, str]:
        meet.wait()  # both are at work at once
        return number, torch.get_num_threads(), threading.current_thread().name

    made = side_by_side(job, range(4), 2)
    assert [number for number, *_ in made] == [0, 1, 2, 3]
    assert {share for _, share, _ in made} == {2}
    assert threading.current_thread().name not in {name for *_, name in made}
    later: list[int] = []
    thread = threading.Thread(target=lambda: later.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert [torch.get_num_threads(), *later] == [4, 4]


def test_a_thread_keeps_to_its_share_whatever_it_did_before(cores):
    cores(2)
    _pool.cache_clear()
    side_by_side(time.sleep, (0.1, 0.1), 2)  # without PyTorch, which asks at its first operation
    assert side_by_side(lambda _: torch.get_num_threads(), range(2), 2) == [1, 1]


def test_one_job_has_all_cores(cores):
    cores(4)
    assert side_by_side(lambda _: torch.get_num_threads(), [0], 2) == [4]


def test_an_error_waits_for_the_other_jobs(cores):
    cores(2)
    ended = []

    def job(number: int) -> None:
        if number == 0:
            raise ValueError("no")
        time.sleep(0.2)
        ended.append(number)

    with pytest.raises(ValueError, match="no"):
        side_by_side(job, range(3), 2)
    assert sorted(ended) == [1, 2]
    assert torch.get_num_threads() == 2


def predictor(network: SemiGDA, size: int, branches=("vae", "cnn")) -> Predictor:
    return Predictor(
        network, 2, CPU, branches=branches, size=(32, 32),
        crop=lambda planes: planes, batch_size=size,
    )  # fmt: skip


def test_a_slice_gets_the_same_values_in_any_lane(cores):
    torch.manual_seed(0)
    network, slices = SemiGDA(NetworkConfig.compact()), torch.randn(8, 3, 32, 32)
    found = []
    for count in (1, 2, 4):
        cores(count)
        found.append(predictor(network, 8)(slices).probabilities)
    assert torch.equal(found[0], found[1]) and torch.equal(found[0], found[2])


def test_lanes_without_memory_take_fewer_slices(cores, monkeypatch):
    cores(2)
    one, made = predictor(SemiGDA(NetworkConfig.compact()), 8), []

    def painted(images: torch.Tensor, branches: tuple[str, ...]) -> dict[str, torch.Tensor]:
        made.append(len(images))
        if len(images) > 2:
            raise MemoryError
        return dict.fromkeys(branches, images)

    monkeypatch.setattr(one.network, "forward", painted)
    assert len(one(torch.zeros(8, 3, 32, 32)).probabilities) == 4
    assert made == [4, 4, 2, 2] and len(one.steps) == 1


def test_probabilities_are_the_mean_of_the_branches():
    network, slices = SemiGDA(NetworkConfig.compact()), torch.randn(2, 3, 32, 32)
    found = [
        predictor(network, 2, branches)(slices).probabilities
        for branches in (("vae", "cnn"), ("vae",), ("cnn",))
    ]
    torch.testing.assert_close(found[0], (found[1] + found[2]) / 2)
    torch.testing.assert_close(found[0].sum(1), torch.ones(2, 32, 32))
