"""Installs the extension with CMake, a stub standing for Slicer.

python Testing/packaging/install.py FOLDER
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
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
    """The installed tree of this test run: from SEMIGDA_INSTALLED, or made now, by one of its
    processes."""
    if "SEMIGDA_INSTALLED" not in os.environ:
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
        prefix = Path(tempfile.gettempdir(), f"semigda-installed-{run}")
        made_once(prefix, lambda: install(prefix))
        os.environ["SEMIGDA_INSTALLED"] = str(prefix / MODULES)
    return Path(os.environ["SEMIGDA_INSTALLED"])


def made_once(folder: Path, make: Callable[[], object]) -> None:
    """Make a folder, unless it is there; other processes that need it wait meanwhile."""
    from semigda_core.jobs.locks import locked

    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.with_name(f"{folder.name}.lock"), lambda: None, seconds=0.1):
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            make()
            (folder / "made").touch()


def _cmake(*arguments) -> None:
    command = ["cmake", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    print(install(Path(sys.argv[1]).resolve()))
