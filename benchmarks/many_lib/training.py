"""A whole training on many volumes, and the next one in the same project: memory and seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from speed_lib.machine import environment

STEPS = 10
POLL_S = 0.1


def trainings(cases: Path, threads: int) -> dict:
    """Two jobs of one project, with the same settings; the images of the second one are gone but
    for their names, sizes and times.

    Returns:
        seconds of both; MB of all their processes together at the highest, without pages of
        files; MB of the images; how many files of slices the second one made anew, which are
        named after what they were made from.
    """
    folder = cases.parent / "project"
    folder.mkdir()
    (folder / "project.json").write_text("{}", "utf-8")
    settings = folder / "settings.json"
    settings.write_text(json.dumps(_settings(cases)), "utf-8")
    images = [cases.parent / one["image"] for one in json.loads(cases.read_text("utf-8"))]
    made: list[set[str]] = []
    result: dict = {"images_mb": sum(image.stat().st_size for image in images) / 1e6}
    for name in ("first", "second"):
        job = folder / "jobs" / name
        command = [sys.executable, "-m", "semigda", "train", "--settings", str(settings)]
        command += ["--job", str(job), "--out", str(folder / name), "--threads", str(threads)]
        begun = time.perf_counter()
        result[f"{name}_mb"] = _watched(command, threads, folder / f"{name}.txt")
        result[f"{name}_s"] = time.perf_counter() - begun
        made.append({path.name for path in (folder / "prepared").glob("*.npy")})
        for image in images:
            _empty(image)
    return {**result, "made_anew": len(made[1] - made[0])}


def _settings(cases: Path) -> dict:
    labels = [{"value": n, "name": f"class {n}", "color": [99, 9 * n, 9]} for n in (1, 2)]
    card = {"name": "many", "title": "Many", "description": "Drawn.", "modality": "MR",
            "labels": labels, "licence": "CC0 1.0"}  # fmt: skip
    grid = {"channels": "2.5d", "slice_axis": "axial", "size": [96, 96],
            "spacing": [None, 1.0, 1.0], "intensity": {"rule": "mr-percentile", "low": 0.5,
                                                       "high": 99.5}}  # fmt: skip
    return {"cases": str(cases), "card": card, "preprocessing": grid, "steps": STEPS,
            "align_steps": STEPS, "labeled_batch": 6, "unlabeled_batch": 2, "validations": 0,
            "supervised_share": 0.0}  # fmt: skip


def _watched(command: list[str], threads: int, log: Path) -> float:
    """MB of the process and all that it starts, at the highest."""
    highest = 0.0
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(command, env=environment(threads), stdout=file, stderr=file)
        while process.poll() is None:
            highest = max(highest, sum(map(_own_memory, _with_children(process.pid))))
            time.sleep(POLL_S)
    if process.returncode:
        raise SystemExit(log.read_text("utf-8"))
    return highest


def _with_children(pid: int) -> list[int]:
    """A process and all that come from it (Linux)."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    except OSError:
        return []
    return [pid, *(one for child in text.split() for one in _with_children(int(child)))]


def _own_memory(pid: int) -> float:
    """MB that no file stands behind, and shared memory."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return (
        sum(int(one.split()[1]) for one in lines if one.startswith(("RssAnon:", "RssShmem:"))) / 1e3
    )


def _empty(path: Path) -> None:
    """Zeros of the same size and time: whoever reads it finds another image."""
    state = path.stat()
    os.truncate(path, 0)
    os.truncate(path, state.st_size)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
