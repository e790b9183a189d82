"""A target that does what a product must not do, to see that the harness tells of it."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

from Testing.fuzzing.target import Made, Target, Wrong

DEEDS = ("nothing", "touch", "make", "die", "internal", "steer", "voxels")


def _make(rng: random.Random, folder: Path) -> Made:
    (folder / "a.txt").write_text("a")
    return {"deed": rng.choice(DEEDS)}


def _read(folder: Path, made: Made) -> None:
    from semigda_core.errors import SemiGDAError

    deed, user = made["deed"], folder.parent / "canary"
    if deed == "touch":
        (user / "scan.nii").write_text("the work of seconds")
    elif deed == "make":
        (user / "new.txt").touch()
    elif deed == "die":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif deed == "internal":
        raise KeyError("dims")
    elif deed == "steer":
        raise SemiGDAError("bad-input", "\x1b[2J")
    elif deed == "voxels":
        raise Wrong("wrong-voxels", "One.")


TARGETS = {"self-test": Target(_make, _read, 1)}
