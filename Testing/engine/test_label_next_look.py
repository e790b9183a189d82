"""The ways to choose what to label next that the study compares, on points worked out by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import torch

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

from label_next_look import by_doubt, farthest, stratified, typical  # noqa: E402

# A crowd of three, a pair, and a loner; the first one is labelled.
POINTS = torch.tensor([[0.0], [0.1], [0.2], [5.0], [5.1], [-9.0]])
OPEN = torch.tensor([False, True, True, True, True, True])


def test_farthest_takes_the_loner_first_and_typical_the_pair():
    assert farthest(POINTS, [0], 2, OPEN) == [5, 4]
    first, second = typical(POINTS, [0], 2, OPEN)
    assert first in (3, 4) and second == 5
    closed = OPEN.clone()
    closed[3:5] = False
    assert typical(POINTS, [0], 1, closed) == [5]  # only what may be labelled


def test_doubt_takes_the_most_doubtful_that_may_be_labelled():
    doubt = torch.tensor([9.0, 1.0, 3.0, 2.0, 0.0, 0.0])
    assert by_doubt(doubt, 2, OPEN) == [2, 3]


def test_two_thirds_of_the_choices_go_class_by_class():
    # Of the whole slice, of class 1, of class 2: each has a favourite of its own.
    doubt = torch.full((6, 3), 1e-6)
    doubt[1, 1] = doubt[2, 2] = doubt[3, 0] = 1.0
    generator = torch.Generator().manual_seed(0)
    assert stratified(doubt, 3, OPEN, 50.0, generator) == [1, 2, 3]


def test_noise_decides_where_the_doubt_is_not_sharp():
    doubt = torch.ones(6, 2)
    drawn = set()
    for seed in range(40):
        generator = torch.Generator().manual_seed(seed)
        chosen = stratified(doubt, 3, OPEN, 1.0, generator)
        assert len(set(chosen)) == 3 and 0 not in chosen
        drawn.add(tuple(chosen))
    assert len(drawn) > 20
