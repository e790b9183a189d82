"""The measurements of speed: the reference computes the same, and the page is made of the JSON."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

from speed_lib import bars, batches, figures, inference, networks, reference, training  # noqa: E402
from speed_lib.growth import line  # noqa: E402
from speed_lib.page import details, page  # noqa: E402
from speed_lib.volume import PARTS  # noqa: E402

FACTS = {
    "command": "python benchmarks/speed.py",
    "seed": 0,
    "repeats": 2,
    "load": [0.0, 0.0],
    "finished": "2026-01-01T00:00:00+00:00",
    "processor": "CPU",
    "cores": 2,
    "threads": 1,
    "device": "cpu",
    "versions": {"torch": torch.__version__},
}


def test_the_reference_paints_the_same(monkeypatch):
    monkeypatch.setattr(networks, "FIT_STEPS", 3)
    network = networks.make_network("compact", "cpu")
    image = inference.test_slices(1, 64)
    with torch.no_grad():
        ours = network(image)
        theirs = reference.pictures(reference.as_released(network), image)
    for branch, rgb in ours.items():
        torch.testing.assert_close(theirs[branch], rgb, rtol=1e-4, atol=1e-4)


@pytest.fixture(scope="module")
def runs():
    networks.FIT_STEPS, before = 3, networks.FIT_STEPS
    told = {
        "inference-compact": inference.measure("compact", "cpu", 64, 3, 2, memory=False),
        "training-compact": training.measure("compact", "cpu", 32, 2, 2, memory=False),
    }
    told["training-compact"]["peak_bytes"] = {
        stage: dict.fromkeys(ways, 2**20) for stage, ways in training.STAGES.items()
    }
    networks.FIT_STEPS = before
    return {f"{part}-cpu": {"part": part, **FACTS, **found} for part, found in told.items()}


@pytest.mark.slow
def test_both_measurements_run(runs):
    agreement = runs["inference-compact-cpu"]["agreement"]
    assert agreement["pixels_that_differ"] == 0 and agreement["dice"] == 1
    work = runs["training-compact-cpu"]["gflop"]
    assert work["stage 1"]["reference"] > work["stage 1"]["ours"]
    assert work["stage 2"]["reference, mixed"] > work["stage 2"]["reference, not mixed"]
    assert work["stage 2"]["ours"] > work["stage 2"]["ours, supervised"]
    for run in runs.values():
        assert all(len(values) == 2 for values in figures.speedups(run).values())


def test_the_page_says_what_was_not_measured(runs):
    text = details(runs)
    assert bars.NOT_MEASURED in text and "## Growth" not in page(runs)
    assert "Masks of both branches, ours and the reference's: Dice 1.000000" in text


def one_run(total: float, resample: float, **changes) -> dict:
    seconds = dict.fromkeys(PARTS, 1.0) | {"total": total, "resample": resample}
    return {"seconds": seconds, "peak_bytes": 100 * 2**20, "batch": 2, "labels": "a",
            "processor_seconds": 2 * total, **changes}  # fmt: skip


def test_pairs_with_an_earlier_commit_become_rows_and_bars():
    pairs = [
        {"before": one_run(30, 4), "now": one_run(15, 2.2, batch=8, peak_bytes=105 * 2**20)},
        {"before": one_run(40, 4), "now": one_run(26, 2.2, batch=4, peak_bytes=105 * 2**20)},
    ]
    run = {"part": "volume-before", **FACTS, "shape": [8, 8, 3], "commit": "abc", "pairs": pairs}
    text = details({"volume-before-cpu": run})
    assert (
        "| total | 35.00 (30.00 to 40.00) | 20.50 (15.00 to 26.00) | 0.57 (0.50 to 0.65) |" in text
    )
    assert "of the seconds of commit 4938409 | 0.57 (0.50 to 0.65); at most 0.6: reached" in text
    assert "resampling alone | 0.55 (0.55 to 0.55); at most 0.5: **missed**" in text
    assert "Peak memory: 100 MB before, 105 MB now." in text
    assert "batches of 4 or 8 were chosen" in text and "are the same to the voxel" in text
    pairs[0]["now"]["labels"] = "b"
    assert "**not the same**" in details({"volume-before-cpu": run})


def test_sizes_of_batches_become_a_table_and_a_bar():
    seconds = {
        f"{name}, {size}": [factor * (1 + 1 / size)] * 2
        for name, factor in (("compact", 1.0), ("pretrained", 1.25))
        for size in batches.SIZES
    }
    run = {"part": "batches", **FACTS, "side": 64, "slices": 10, "seconds": seconds}
    text = details({"batches-cpu": run})
    assert "| 2 | 150.0 (150.0 to 150.0) | 187.5 (187.5 to 187.5) | 1.25 (1.25 to 1.25) |" in text
    assert "a slice, of one of `compact` | 1.25 (1.25 to 1.25); at most 1.3: reached" in text


def test_a_straight_line_is_found():
    start, step, off = line([1, 2, 4], [3, 5, 9])
    assert (start, step, off) == pytest.approx((1, 2, 0))
