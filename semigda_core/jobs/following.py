"""A job as seen by the other processes of ``torchrun``: only the first one writes its files."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from semigda_core.jobs.folder import JobFolder


def follows() -> bool:
    """Whether this process belongs to ``torchrun`` and is not the first."""
    return "TORCHELASTIC_RUN_ID" in os.environ and int(os.environ.get("RANK", "0")) > 0


class FollowedJob(JobFolder):
    """A job run by the first process, which reports its state and passes on its requests.

    Waits until that process has made the folder; if it cannot, torchrun ends this one.
    """

    def __init__(self, path: str | os.PathLike[str]):
        while not (Path(path) / "job.json").exists():
            time.sleep(0.1)
        super().__init__(path)

    def update(self, *arguments: Any, **values: Any) -> None:
        pass

    def event(self, *arguments: Any, **values: Any) -> None:
        pass

    def requested(self, control: str) -> bool:
        return False
