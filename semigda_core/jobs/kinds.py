"""The kinds of jobs; what each of them does is in ``semigda/jobs/kinds.py``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of job.

    Attributes:
        name: what ``job.json`` says.
        resumes: it goes on from a checkpoint; the others begin again. Under ``torchrun`` all
            processes share it; of others the first does all.
        worker: which of Slicer's workers takes it, see ``SemiGDALib/jobs/worker.py``; None: it has
            a process of its own, or only a command starts it.
    """

    name: str
    resumes: bool = False
    worker: str | None = None


KINDS = {
    kind.name: kind
    for kind in (
        Kind("segment", worker="segment"),
        Kind("train", resumes=True),
        # Not beside a ranking: it measures the computer.
        Kind("rehearse", worker="study"),
        Kind("pretrain", resumes=True),
        Kind("evaluate"),
        # It takes seconds and follows every change: not behind a ranking of hundreds of cases.
        Kind("check", worker="check"),
        Kind("rank", worker="study"),
    )
}
