"""The running average: which way it moves, how fast, and what it shares."""

import pytest
import torch
from torch import nn

from semigda.method.teacher import make_teacher, update_teacher


def network(value: float) -> nn.Module:
    """A weight and a bias of this value, and running statistics."""
    made = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1))
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.fill_(value)
    return made


@pytest.mark.parametrize(
    ("step", "decay", "expected"),
    [
        (10_000, 0.9, 0.9 * 1 + 0.1 * 3),
        (10_000, 0.99, 0.99 * 1 + 0.01 * 3),
        (0, 0.9, 0.1 * 1 + 0.9 * 3),  # at most (1 + 0) / (10 + 0)
        (8, 0.9, 0.5 * 1 + 0.5 * 3),  # at most 9 / 18
    ],
)
def test_the_average_keeps_its_decay_of_itself(step, decay, expected):
    teacher, learner = network(1.0), network(3.0)
    update_teacher(teacher, learner, step, decay)
    assert [p.item() for p in teacher.parameters()] == pytest.approx([expected] * 4)
    assert [p.item() for p in learner.parameters()] == [3.0] * 4


def test_running_statistics_are_taken_as_they_are():
    teacher, learner = network(1.0), network(3.0)
    learner[1].running_mean.fill_(7.0)
    update_teacher(teacher, learner, 0, 0.9)
    assert teacher[1].running_mean.item() == 7


def test_a_teacher_is_a_copy_in_evaluation_that_learns_nothing_by_itself():
    learner = network(3.0).train()
    learner[0].weight.requires_grad_(False)
    teacher = make_teacher(learner)
    assert not teacher.training and learner.training
    assert not any(p.requires_grad for p in teacher.parameters())
    assert learner[0].bias.requires_grad
    assert teacher[0].weight is learner[0].weight  # frozen: shared
    assert teacher[0].bias is not learner[0].bias
    assert teacher[1].running_mean is not learner[1].running_mean
    update_teacher(teacher, learner, 0, 0.9)
    assert teacher[0].weight.item() == 3 and teacher[0].bias.item() == pytest.approx(3)
