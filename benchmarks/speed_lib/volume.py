"""`semigda segment` of a whole volume in a fresh process: its own report, from file to file."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nrrd
import numpy as np
import torch

from semigda.data.preprocess import Preprocessing
from semigda.models.package import save_package
from semigda.networks.semigda import SemiGDA
from semigda_core.models.card import Label, ModelCard
from speed_lib.machine import ROOT, environment
from speed_lib.networks import CONFIGS, SEED

SPACING = (0.8, 0.8, 1.0)  # mm
PARTS = ("start", "load", "preprocess", "network", "resample", "write", "total")


def segment(
    shape: tuple[int, int, int],
    side: int,
    classes: int,
    device: str,
    threads: int,
    engine: Path = ROOT,
    batch: int | None = None,
    roi: str | None = None,
) -> dict:
    """Seconds of every part and of the processor, peak memory, batch, and a hash of the labels.

    Args:
        shape: (columns, rows, slices) of the image.
        side: of a working slice, in pixels.
        classes: foreground classes of the model.
        engine: the source tree that computes.
        batch: slices at once; by default the engine chooses.
        roi: a region of interest, as the command takes it.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_image(folder / "image.nrrd", shape)
        write_model(folder / "model", side, classes)
        command = [sys.executable, "-m", "semigda", "segment", folder / "image.nrrd"]
        command += ["--model", folder / "model", "-o", folder / "out.seg.nrrd", "--device", device]
        command += ["--review", folder / "review.nrrd", "--report", folder / "report.json"]
        command += ["--batch-size", str(batch)] if batch else []
        command += ["--roi", roi] if roi else []
        used = _processor_seconds()
        done = subprocess.run(
            command, env=environment(threads, engine), cwd=engine, capture_output=True, text=True
        )
        used = _processor_seconds() - used
        if done.returncode:
            raise SystemExit(done.stderr)
        report = json.loads((folder / "report.json").read_text("utf-8"))
        labels = nrrd.read(str(folder / "out.seg.nrrd"))[0].tobytes()
    return {
        "processor_seconds": round(used, 2),
        "labels": hashlib.sha256(labels).hexdigest()[:16],
        "seconds": {part: report["seconds"][part] for part in PARTS},
        "peak_bytes": report["peak_memory_bytes"],
        "batch": report["batch_size"],
    }


def _processor_seconds() -> float:
    """Of the processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def write_image(path: Path, shape: tuple[int, int, int]) -> None:
    """An int16 volume of smooth waves and noise, uncompressed."""
    columns, rows, slices = shape
    rng = np.random.default_rng(SEED)
    voxels = np.empty((slices, rows, columns), np.int16)
    y, x = np.ogrid[:rows, :columns]
    for z in range(slices):
        waves = np.sin(x / 37 + z / 50) + np.cos(y / 29 - z / 41)
        voxels[z] = 200 * waves + rng.integers(-50, 50, (rows, columns))
    header = {
        "space": "left-posterior-superior",
        "space directions": np.diag(SPACING),
        "space origin": np.zeros(3),
        "encoding": "raw",
    }
    nrrd.write(str(path), voxels, header, index_order="C")


def write_model(path: Path, side: int, classes: int) -> None:
    """A compact model of random weights, which cost what taught ones do."""
    torch.manual_seed(SEED)
    config = CONFIGS["compact"]()
    intensity = {"rule": "ct-window", "low": -500.0, "high": 500.0}
    preprocessing = Preprocessing(size=(side, side), intensity=intensity).to_dict()
    del preprocessing["crop"]  # earlier engines do not know it
    labels = [Label(n, f"class {n}", (15 * n, 255 - 15 * n, 99)) for n in range(1, classes + 1)]
    card = ModelCard("benchmark", "Benchmark", "Random weights", "CT", labels, config.to_dict(),
                     preprocessing, licence="none")  # fmt: skip
    save_package(path, SemiGDA(config), card)
