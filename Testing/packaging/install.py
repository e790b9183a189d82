"""Installs the extension with CMake, a stub standing for Slicer.

python Testing/packaging/install.py FOLDER
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STUB = Path(__file__).resolve().parent / "stub"
MODULES = Path("lib/Slicer-5.12/qt-scripted-modules")


def install(prefix: Path) -> Path:
    """Installs into `prefix` and gives the folder of the modules in it."""
    with tempfile.TemporaryDirectory() as build:
        _cmake("-S", ROOT, "-B", build, f"-DSlicer_DIR={STUB}")
        _cmake("--install", build, "--prefix", prefix)
    return Path(prefix) / MODULES


def installed_once() -> Path:
    """The installed tree of this test run: from SEMIGDA_INSTALLED, or made now."""
    if "SEMIGDA_INSTALLED" not in os.environ:
        prefix = tempfile.mkdtemp(prefix="semigda-installed-")
        os.environ["SEMIGDA_INSTALLED"] = str(install(Path(prefix)))
    return Path(os.environ["SEMIGDA_INSTALLED"])


def _cmake(*arguments) -> None:
    command = ["cmake", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    print(install(Path(sys.argv[1]).resolve()))
