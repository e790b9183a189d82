"""The study of weak teachers: what its page says of stored runs."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

from weak_teachers_lib.page import differences, page  # noqa: E402


def run(arm, seed, dice, share=None, of=0.5):
    sources = [] if share is None else [{"dice": of, "taught": share, "cases": 2}]
    return {"set": "polyp", "arm": arm, "seed": seed, "dice": dice, "sources": sources}


RUNS = [
    run("without", 0, {"a": 0.5, "b": 0.7}),
    run("without", 1, {"a": 0.6, "b": 0.6}),
    run("poor", 0, {"a": 0.5, "b": 0.68}, 0.0, 0.4),
    run("good", 0, {"a": 0.6, "b": 0.8}, 1.0, 0.9),
    run("good", 1, {"a": 0.6, "b": 0.62}, 0.5, 0.9),
    run("poor", 7, {"a": 0.1, "b": 0.1}, 0.0),  # without its counterpart
]


def test_the_page_compares_each_seed_with_its_own_training_without():
    assert [round(one, 6) for one in differences(RUNS, "poor")] == [-1.0]
    assert [round(one, 6) for one in differences(RUNS, "good")] == [10.0, 1.0]
    text = page(RUNS)
    assert "| of a good teacher | 0.700 | 0.610 |  | +5.5 | 0.90 | 75 % |" in text
    assert "by more than 0.5 points*: missed. The poor teacher changed Dice by -1.0" in text
    assert "*Better where the teacher is good*: kept." in text
