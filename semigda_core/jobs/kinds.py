"""The kinds of jobs; ``semigda/jobs/kinds.py`` has what each of them does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of job.

    Attributes:
        name: as in ``job.json``.
        resumes: whether it resumes from a checkpoint; other kinds start over. Under ``torchrun``
            all processes share it; other kinds run in the first process alone.
        worker: which of Slicer's workers takes it, see ``SemiGDALib/jobs/worker.py``; None if it
            has its own process, or only a command starts it.
    """

    name: str
    resumes: bool = False
    worker: str | None = None


KINDS = {
    kind.name: kind
    for kind in (
        Kind("segment", worker="segment"),
        # Its results are files, and what is finished stays: another job goes on from there.
        Kind("cohort", worker="segment"),
        Kind("train", resumes=True),
        # Not beside a ranking: it measures the computer.
        Kind("rehearse", worker="study"),
        Kind("pretrain", resumes=True),
        Kind("evaluate"),
        # It takes seconds and follows every change, so it must not wait for a ranking of hundreds
        # of cases.
        Kind("check", worker="check"),
        Kind("rank", worker="study"),
        # These wait for a network or a slow drive, and nothing else should have to.
        Kind("download", worker="library"),
        Kind("relocate", worker="library"),
    )
}
