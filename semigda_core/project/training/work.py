"""What the steps of a training cost, in steps of supervised stage 2, measured on a CPU.

For estimates of time only.
"""

from __future__ import annotations

PRETRAIN_WORK, ALIGN_WORK, SEMI_WORK = 0.5, 0.4, 1.2


def total_work(
    pretrain_steps: int, align_steps: int, steps: int, supervised_share: float, semi: bool
) -> float:
    """The work of a whole training; 0 ``pretrain_steps`` where it starts from a base."""
    unlabeled = (1 - supervised_share) * steps if semi else 0.0
    work = pretrain_steps * PRETRAIN_WORK + align_steps * ALIGN_WORK
    return work + (steps - unlabeled) + unlabeled * SEMI_WORK
