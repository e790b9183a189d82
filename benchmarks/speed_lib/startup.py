"""The time before anything is computed: imports, and from a click to the first slices."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from semigda_core.jobs.folder import JobFolder
from speed_lib.machine import environment
from speed_lib.volume import write_image, write_model

COMMANDS = {
    "python alone": ["-c", "pass"],
    "semigda --help": ["-m", "semigda", "--help"],
    "import torch": ["-c", "import torch"],
    "import of all that segmenting needs": ["-c", "import semigda.jobs.kinds"],
}
SHAPE, WORKING = (512, 512, 60), 224


def measure(device: str, threads: int, repeats: int) -> dict:
    """Seconds of every command, and of a cold and a warm worker's first slices."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(repeats + 1):
        for name, command in COMMANDS.items():
            begin = time.perf_counter()
            subprocess.run([sys.executable, *command], env=environment(threads), check=True,
                           stdout=subprocess.DEVNULL)  # fmt: skip
            if turn:  # the first one reads from the disk
                seconds[name].append(time.perf_counter() - begin)
    clicks: dict[str, list[float]] = {"cold": [], "warm": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_image(folder / "image.nrrd", SHAPE)
        write_model(folder / "model", WORKING, 2)
        for turn in range(repeats):
            for kind, value in zip(clicks, two_clicks(folder, turn, device, threads), strict=True):
                clicks[kind].append(value)
    return {"seconds": seconds, "click_seconds": clicks, "shape": SHAPE}


def two_clicks(folder: Path, turn: int, device: str, threads: int) -> tuple[float, float]:
    """Seconds from a click until the first slices are segmented: a first click, which starts the
    worker, and the next one."""
    begin = time.perf_counter()
    worker = subprocess.Popen(
        [sys.executable, "-m", "semigda", "worker"], env=environment(threads),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    cold = click(worker, folder / f"{turn}-cold", begin, device)
    warm = click(worker, folder / f"{turn}-warm", time.perf_counter(), device)
    worker.stdin.close()
    worker.wait()
    return cold, warm


def click(worker: subprocess.Popen, place: Path, begin: float, device: str) -> float:
    """Give the worker a job as the module does, and wait for its first slices, then its end."""
    source = place.parent
    job = JobFolder.create(
        place,
        "segment",
        {"volume": str(source / "image.nrrd")},
        {"device": device},
        str(source / "model"),
    )
    print(job.path, file=worker.stdin, flush=True)
    while not job.state()["progress"]:
        time.sleep(0.005)
        if worker.poll() is not None or job.error() is not None:
            raise SystemExit(f"the worker could not segment: {job.error()}")
    seconds = time.perf_counter() - begin
    while not worker.stdout.readline().startswith("finished"):
        pass
    return seconds
