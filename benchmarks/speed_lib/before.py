"""Segmenting a whole volume by this engine and by that of an earlier commit, in turn."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from speed_lib.machine import ROOT
from speed_lib.volume import segment

COMMIT = "4938409"  # batches of two, and freed memory given back


def measure(shape: tuple[int, int, int], device: str, threads: int, repeats: int) -> dict:
    """Pairs of runs; each begins with the other engine."""
    with tempfile.TemporaryDirectory() as name:
        before = Path(name) / "before"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--detach", "-f", before, COMMIT], check=True)
        try:
            pairs = []
            for repeat in range(repeats):
                engines = {"before": before, "now": ROOT}
                order = list(engines)[:: -1 if repeat % 2 else 1]
                runs = {
                    which: segment(shape, 224, 2, device, threads, engines[which])
                    for which in order
                }
                pairs.append(runs)
        finally:
            subprocess.run([*git, "remove", "--force", before], check=True)
    return {"shape": shape, "commit": COMMIT, "pairs": pairs}
