"""Segmenting a whole volume by this engine and by that of an earlier commit, in turn."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from speed_lib.machine import ROOT
from speed_lib.volume import segment

COMMIT = "4938409"  # batches of two, and freed memory given back


def measure(shape: tuple[int, int, int], device: str, threads: int, repeats: int) -> dict:
    """Pairs of runs; each begins with the other engine."""
    with trees(COMMIT) as engines:
        pairs = []
        for repeat in range(repeats):
            order = list(engines)[:: -1 if repeat % 2 else 1]
            runs = {
                which: segment(shape, 224, 2, device, threads, engines[which]) for which in order
            }
            pairs.append(runs)
    return {"shape": shape, "commit": COMMIT, "pairs": pairs}


@contextmanager
def trees(commit: str) -> Iterator[dict[str, Path]]:
    """The source trees "before", of a commit, and "now"."""
    with tempfile.TemporaryDirectory() as name:
        before = Path(name) / "before"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--detach", "-f", before, commit], check=True)
        try:
            yield {"before": before, "now": ROOT}
        finally:
            subprocess.run([*git, "remove", "--force", before], check=True)
