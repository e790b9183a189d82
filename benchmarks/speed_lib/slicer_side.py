"""What the panel *Segment* costs in Slicer: opening it, a click, many volumes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from speed_lib.before import trees
from speed_lib.machine import ROOT, environment
from speed_lib.volume import write_model

COMMIT = "bed0216"  # before regions, several volumes, frames, the model library and set-up
CHILD = Path(__file__).with_name("in_slicer.py")
WORKING = 96  # pixels of a working slice


def opening(threads: int, repeats: int) -> dict:
    """Pairs of processes, of the commit before and of now; each begins with the other one."""
    with trees(COMMIT) as engines, tempfile.TemporaryDirectory() as name:
        write_model(Path(name) / "models" / "model", WORKING, 2)
        for tree in engines.values():
            _run("opening", tree, Path(name), threads)  # compiles, and reads from the disk
        pairs = []
        for repeat in range(repeats):
            order = list(engines)[:: -1 if repeat % 2 else 1]
            pairs.append({which: _run("opening", engines[which], Path(name), threads)
                          for which in order})  # fmt: skip
    return {"commit": COMMIT, "pairs": pairs}


def several(threads: int, repeats: int) -> dict:
    """Runs over volumes of the scene and over files of a folder."""
    with tempfile.TemporaryDirectory() as name:
        write_model(Path(name) / "models" / "model", WORKING, 2)
        return {"runs": [_run("several", ROOT, Path(name), threads) for _ in range(repeats)]}


def _run(what: str, tree: Path, folder: Path, threads: int) -> dict:
    answer = folder / "answer.json"
    command = [sys.executable, CHILD, what, tree, folder / "models", answer]
    done = subprocess.run(command, env=environment(threads, tree), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(answer.read_text("utf-8"))
