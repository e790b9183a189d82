"""The table of job kinds, and what each does."""

from __future__ import annotations

from semigda.jobs.kinds import WAYS
from semigda_core.jobs.kinds import KINDS


def test_every_kind_has_a_way_and_every_way_a_kind():
    assert list(WAYS) == list(KINDS)


def test_only_trainings_go_on_from_a_checkpoint():
    assert {name for name, kind in KINDS.items() if kind.resumes} == {"train", "pretrain"}
