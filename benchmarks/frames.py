"""All frames of a 4-D image against as many volumes: seconds of each, and memory.

    python benchmarks/frames.py

Frames of 30 x 128 x 128 voxels, blurred noise, in one ``.nii.gz``; beside it the same frames as
files of their own. Both are segmented by ``hippocampus-mr``, in turn, each in a fresh process:
``semigda segment --all-frames`` and ``semigda segment --cases``. The first includes unpacking.
Stored in benchmarks/results/frames.json; docs/sequences.md quotes it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
RESULTS = ROOT / "benchmarks/results/frames.json"
SHAPE = (30, 128, 128)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--counts", type=int, nargs="+", default=[10, 30])
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    found: dict = {"runs": []}
    for count in arguments.counts:
        with tempfile.TemporaryDirectory() as name:
            found["runs"].append(both(Path(name), count))
        print(found["runs"][-1], flush=True)
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    from speed_lib.machine import facts

    found["computer"] = facts("cpu", arguments.threads)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def both(folder: Path, count: int) -> dict:
    """Seconds a frame and a volume, and peak memory of each process in MB."""
    (folder / "volumes").mkdir()
    frames = []
    for number in range(count):
        noise = np.random.default_rng(number).normal(500, 400, SHAPE)
        frame = sitk.SmoothingRecursiveGaussian(sitk.GetImageFromArray(noise), 1.5)
        frames.append(sitk.Cast(frame, sitk.sitkInt16))
        sitk.WriteImage(frames[-1], str(folder / f"volumes/{number:03}.nii.gz"))
    sitk.WriteImage(sitk.JoinSeries(frames), str(folder / "all.nii.gz"))
    of_volume = segment("--cases", folder / "volumes", "-o", folder / "a")
    of_frame = segment(folder / "all.nii.gz", "--all-frames", "-o", folder / "b", "--anyway")
    assert len(list((folder / "b").glob("*.seg.nrrd"))) == count
    return {
        "count": count,
        "volume_s": of_volume[0] / count,
        "frame_s": of_frame[0] / count,
        "volumes_mb": of_volume[1],
        "frames_mb": of_frame[1],
    }


def segment(*words) -> tuple[float, float]:
    """Seconds of the processor, which other programs disturb least, and peak memory in MB."""
    model = ["--model", "hippocampus-mr", "--device", "cpu"]
    command = [sys.executable, "-m", "semigda", "segment", *map(str, words), *model]
    begun = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{command}: {status}")
    print(f"{words[0]}: {time.perf_counter() - begun:.1f} s on the clock", flush=True)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


if __name__ == "__main__":
    main()
