"""Dice of held-out slices, in numbers."""

import math

import pytest
import torch
from heart_fixtures import grey
from heart_watching import PALETTE, Case, Copier
from progress_fixtures import Listener

from semigda.distributed import Ranks
from semigda.method.palette import Palette
from semigda.training import validate


def test_labels_of_each_branch_and_of_the_mean_of_both():
    class Three(Copier):
        def forward(self, image, branches=("vae", "cnn")):
            # white at 9/10 and 1/5: .55 is white; at 3/5 and 1/5: .4 is black
            said = {"vae": [9 / 10, 3 / 5], "cnn": [1 / 5, 1 / 5]}
            return {
                b: torch.tensor([grey(p) for p in ps]).view(1, 1, 1, 2).expand(1, 3, 1, 2)
                for b, ps in said.items()
            }

    found = validate.label_slices(Three(), Palette(1), torch.zeros(1, 3, 1, 2))
    assert {use: labels.flatten().tolist() for use, labels in found.items()} == {
        "both": [1, 0],
        "vae": [1, 1],
        "cnn": [0, 0],
    }
    assert all(labels.dtype == torch.uint8 for labels in found.values())


def test_dice_of_a_case_class_by_class():
    predicted, truth = torch.tensor([[1, 1, 2, 0]]), torch.tensor([[1, 2, 2, 0]])
    # class 1: 2 * 1 / (2 + 1); class 2: 2 * 1 / (1 + 2); class 3 is nowhere
    counts = validate.overlap(predicted, truth, 3)
    assert counts.tolist() == [[1, 2, 1, 0], [1, 1, 2, 0], [1, 1, 1, 0]]
    found = validate.class_dice(counts)
    assert found[:2] == pytest.approx([2 / 3, 2 / 3]) and math.isnan(found[2])
    for guess, true, wanted in (([1, 1, 1, 0], [0, 0, 0, 1], 0.0), ([1] * 4, [1, 0, 0, 0], 0.4)):
        counts = validate.overlap(torch.tensor(guess), torch.tensor(true), 1)
        assert validate.class_dice(counts) == [wanted]


def test_means_are_over_the_cases_that_hold_a_class():
    assert validate.mean([0.5, math.nan, 1.0]) == 0.75
    assert validate.mean([math.nan]) == 0.0 and validate.mean([], none=0.5) == 0.5
    cases = [
        Case([[1, 1, 2, 0]], [[1, 2, 2, 0]]),  # 2/3 and 2/3
        Case([[1, 0, 0, 0], [0, 0, 0, 0]], [[1, 0, 0, 0], [1, 0, 0, 0]]),  # 2 / 3, nothing
    ]
    network = Copier().train()
    found = validate.validate(network, PALETTE, cases)
    assert found["vae"] == pytest.approx([2 / 3, 2 / 3]) and found["cnn"] == [0.0, 0.0]
    nowhere = validate.validate(network, PALETTE, [Case([[1, 0]], [[1, 1]])])["vae"]
    assert nowhere[0] == pytest.approx(2 / 3) and math.isnan(nowhere[1])
    assert network.training and all(network.evaluated)
    assert not network.eval().training
    with validate.evaluating(network):
        assert not network.training
    assert not network.training


def test_a_case_goes_through_in_batches_of_about_so_many_pixels(monkeypatch):
    truth = [[n % 3] * 4 for n in range(7)]
    truth[4] = [1, 1, 2, 2]  # where 1 is found
    case = Case([[n % 3] * 4 for n in range(7)], truth)
    monkeypatch.setattr(validate, "PIXELS", 12)  # three slices of four pixels
    network, asked = Copier(), []
    listener = Listener(lambda heard: asked.append(len(network.evaluated)))
    found = validate.case_dice(network, PALETTE, case, listener.progress)
    assert asked == [0, 1, 2]
    assert found["vae"] == [2 * 6 / (8 + 6), 2 * 8 / (8 + 10)]  # each slice counts once
    monkeypatch.setattr(validate, "PIXELS", 1)  # one at least
    asked.clear()
    validate.case_dice(network, PALETTE, case, listener.progress)
    assert len(asked) == 7


class Two(Ranks):
    """One of two ranks; what both found is gathered from a list that the test gives."""

    def __init__(self, rank, other):
        super().__init__(rank, 2)
        self.other = other

    def gather(self, value):
        return [value, self.other] if self.rank == 0 else [self.other, value]


def test_ranks_share_the_cases_and_wait_for_each_other():
    cases = [Case([[1, 1]], [[1, 1]]), Case([[1, 0]] * 3, [[1, 1]] * 3), Case([[0, 1]], [[1, 1]])]
    alone = validate.validate(Copier(), PALETTE, cases)
    assert alone["vae"][0] == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)

    def rows(numbers):
        class Kept(Two):
            def gather(self, value):
                kept.append(value)
                return super().gather(value)

        kept, calls = [], []
        progress = Listener(lambda heard: calls.append(1)).progress
        for rank in (0, 1):
            other = kept[0] if rank else [{use: [0.0, 0.0] for use in alone}] * 2
            found = validate.validate(Copier(), PALETTE, cases, progress, Kept(rank, other))
            calls.append(0)
        assert [len(part) for part in kept] == numbers
        return found, calls

    found, calls = rows([2, 1])
    assert found["vae"] == pytest.approx(alone["vae"], nan_ok=True)
    assert calls == [1, 1, 0, 1, 1, 0]  # as often on each: a batch a turn, all three slices at once
