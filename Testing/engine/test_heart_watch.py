"""When held-out cases are measured, and what is told, in numbers."""

import json
import math

import torch
from heart_watching import COLOURS, Case, Copier, Heard, held_out, watch


def test_validations_are_spread_over_the_stage_and_none_is_made_twice(tmp_path):
    made = watch(Heard(tmp_path), held_out(2))
    due = [step for step in range(101) if made.is_due(step)]
    assert due == [25, 50, 75]  # three between begin and end, neither of them
    made.measure(50, Copier())
    assert [step for step in range(101) if made.is_due(step)] == [25, 75]
    assert not any(watch(Heard(tmp_path), []).is_due(step) for step in range(101))
    assert not any(watch(Heard(tmp_path), held_out(1), validations=0).is_due(s) for s in range(101))


def test_some_cases_are_measured_evenly_chosen(tmp_path):
    val = held_out(5)
    assert watch(Heard(tmp_path), val).some == [val[0], val[2]]
    assert watch(Heard(tmp_path), val, validation_cases=9).some == val
    assert watch(Heard(tmp_path), val, validation_cases=0).some == []


def test_a_validation_is_told_with_its_dice_and_a_lost_class_once(tmp_path):
    job = Heard(tmp_path)
    made = watch(job, held_out(3))
    made.measure(25, Copier())
    told = job.of("validation")[0]
    dice = {"body": 1.0, "head": 0.0}
    assert (told["step"], told["cases"], told["dice"]["vae"]) == (25, 2, dice)
    assert made.history == [told] and job.of("stuck") == []  # too early to say
    made.measure(31, Copier(both=True))
    (stuck,) = job.of("stuck")
    assert stuck["step"] == 31 and stuck["classes"] == ["head"] and stuck["causes"]
    assert made.stuck == ["head"]
    made.measure(75, Copier(both=True))
    assert len(job.of("stuck")) == 1
    # It is part of the checkpoint.
    again = watch(Heard(tmp_path), held_out(3))
    again.restore(json.loads(json.dumps(made.state())))
    assert again.history == made.history and again.stuck == ["head"]


def test_a_class_that_no_measured_case_holds_is_not_called_lost(tmp_path):
    job = Heard(tmp_path)
    val = [Case([[1, 1, 0, 0]], [[1, 1, 0, 0]])]
    made = watch(job, val)
    made.measure(50, Copier(both=True))
    assert job.of("stuck") == []


def test_the_first_and_the_last_finite_loss_are_kept(tmp_path):
    made = watch(Heard(tmp_path), held_out(1))
    for value in (4.0, math.nan, 3.0, 2.0):
        made.saw({"total": value, "other": 9.0})
    assert made.losses == [4.0, 2.0]


def test_held_out_slices_are_shown_where_their_labels_are(tmp_path):
    rows = [[0, 0, 0, 0], [1, 1, 0, 0], [2, 0, 0, 0], [0, 0, 0, 0]]
    made = watch(Heard(tmp_path), [Case(rows, rows)])
    images, truth = made._shown["held-out"]
    assert truth.flatten().tolist() == [2, 0, 0, 0]  # the second of the two with foreground
    assert torch.equal(images, COLOURS[truth.long()].permute(0, 3, 1, 2))
    network = Copier().train()
    (drawn,) = made.sheets(network).values()  # nothing is unlabelled
    assert drawn.shape[2] == 3 and network.training and all(network.evaluated)


def test_dice_is_told_in_four_digits_and_not_of_a_class_that_is_nowhere(tmp_path):
    made = watch(Heard(tmp_path), [Case([[1, 1, 0, 0]], [[1, 0, 0, 0]])])
    assert made.dice(Copier(), made.some)["vae"] == {"body": 0.6667, "head": None}
    made = watch(Heard(tmp_path), [Case([[1, 1, 2, 0]], [[1, 0, 0, 0]])])
    assert made.dice(Copier(), made.some)["vae"] == {"body": 0.6667, "head": 0.0}
