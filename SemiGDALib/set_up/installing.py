"""Installing the Python packages that are missing or damaged into Slicer.

Nothing here runs by itself: a click starts it, on the main thread, where names and sizes were
shown before. PyTorch comes through Slicer's PyTorch extension.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import sys
import sysconfig
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.models import features as general
from SemiGDALib import requirements

# Megabytes that are downloaded, about; wheels of 2026.
_SMALL = {"numpy": 20, "SimpleITK": 55, "safetensors": 1}
_TORCH_FOR_CARDS, _TORCH_FOR_CPU = 3000, 250
_UNPACKED = 2.5  # on the disk for each byte downloaded: the wheel, and what is in it


class PipFailed(SemiGDAError):
    """pip could not install; without a network it can from a folder of wheels."""


class Step(NamedTuple):
    """A package to install: its name, megabytes to download, whether what is there is damaged."""

    name: str
    megabytes: int
    damaged: bool
    run: Callable[[], object]


def steps(broken=(), features: bool = False) -> list[Step]:
    """What :func:`install` would do, the smallest first."""
    absent = requirements.missing()
    found = []
    for name, requirement in requirements.PACKAGES.items():
        size = _SMALL.get(name, 1)
        if name in absent:
            found.append(Step(name, size, False, partial(_pipEnsure, requirement)))
        elif name in broken:
            found.append(Step(name, size, True, partial(_pipAlone, requirement, True)))
    state = general.state() if features else ""
    if state in ("altered", "not installed"):
        again = state == "altered"
        install = partial(_pipAlone, general.REQUIREMENT, again)
        found.append(Step(general.PACKAGE, general.MEGABYTES, again, install))
    if "torch" in absent or "torch" in broken:
        there = "torch" not in absent
        found.append(Step("torch", torchMegabytes(), there, partial(_installTorch, there)))
    return found


def torchMegabytes() -> int:
    """About how much PyTorch is, which the PyTorch extension chooses by the graphics card."""
    card = sys.platform != "darwin" and shutil.which("nvidia-smi") is not None
    return _TORCH_FOR_CARDS if card else _TORCH_FOR_CPU


def sizeText(megabytes: int) -> str:
    """About how much, in words: "1 MB", "3 GB"."""
    if megabytes < 1000:
        return _("{count} MB").format(count=megabytes)
    return _("{count} GB").format(count=f"{megabytes / 1000:.1f}".removesuffix(".0"))


def install(broken=(), features: bool = False, folder=None, onStep=None) -> None:
    """Install what is missing and reinstall what is ``broken``, without asking.

    ``features``: general image features too, if they are missing; ``folder``: of wheels, for a
    computer without a network; ``onStep``: called with (number from 0, count, Step) before each.

    Raises:
        SemiGDAError: "import-error" if the PyTorch extension is missing, "disk-full" if there is
            no room, "bad-input" while another installation runs, "cancelled" if Slicer is closed
            meanwhile: the package that pip is at becomes whole, and no other is begun; PipFailed
            if pip fails.
    """
    with requirements.whileInstalling():
        _install(steps(broken, features), features, folder, onStep)


def _install(todo: list[Step], features: bool, folder, onStep) -> None:
    if any(step.name == "torch" for step in todo):
        _pyTorch()  # before anything is fetched
    _checkRoom(todo)
    window = slicer.util.mainWindow()  # none where Slicer shows none
    wasOpen = window is not None and window.visible
    with _wheelsOf(folder):
        for number, step in enumerate(todo):
            if onStep is not None:
                onStep(number, len(todo), step)
            try:
                step.run()
            except Exception as error:  # pip fails in many ways; its own words go to the log
                raise _failed(step, f"{type(error).__name__}: {error}"[:500]) from error
            if step.name in requirements.missing(features):
                raise _failed(step, "pip ended without an error and without the package")
            # pip lets clicks through, and Slicer cannot end before the one that installs does.
            if wasOpen and not window.visible:
                raise SemiGDAError("cancelled")


def _failed(step: Step, detail: str) -> PipFailed:
    return PipFailed(
        "import-error",
        _("The installation of {name} failed.").format(name=step.name),
        action=_(
            "Check the network connection, restart Slicer and try again. Without a network, "
            "choose a folder with the packages' wheels (.whl files)."
        ),
        detail=detail,
    )


def room(todo: list[Step]) -> tuple[int, int]:
    """Megabytes that steps need on Slicer's disk, and that are free there."""
    needed = _UNPACKED * sum(step.megabytes for step in todo)
    return round(needed), round(shutil.disk_usage(sysconfig.get_path("purelib")).free / 1e6)


def _checkRoom(todo: list[Step]) -> None:
    needed, free = room(todo)
    if free < needed:
        raise SemiGDAError(
            "disk-full",
            _("The packages need about {needed} on Slicer's disk, and {free} are free.").format(
                needed=sizeText(needed), free=sizeText(free)
            ),
        )


@contextlib.contextmanager
def _wheelsOf(folder):
    """pip finds packages in a folder and nowhere else, whoever calls it; None: as usual."""
    settings = {}
    if folder is not None:  # as an address: pip would divide a path at its spaces
        settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": Path(folder).absolute().as_uri()}
        settings["PIP_RETRIES"] = "0"  # what asks an index all the same is told at once
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _pipEnsure(requirement: str) -> None:
    """Install with whatever it needs itself."""
    try:
        from slicer import packaging
    except ImportError:  # Slicer 5.10 and before
        slicer.util.pip_install([requirement])
    else:
        packaging.pip_ensure([requirement], prompt_install=False, requester="SemiGDA")


def _pipAlone(requirement: str, again: bool) -> None:
    """Install without touching dependencies, which belong to Slicer."""
    force = ["--force-reinstall"] if again else []
    slicer.util.pip_install([*force, "--no-deps", requirement])
    importlib.invalidate_caches()


def _pyTorch():
    try:
        import PyTorchUtils
    except ImportError:
        raise SemiGDAError(
            "import-error",
            _("SemiGDA computes with PyTorch, which comes with Slicer's PyTorch extension."),
            action=_(
                "Install the extension 'PyTorch' in the Extensions Manager, restart Slicer, "
                "then set up again."
            ),
        ) from None
    return PyTorchUtils.PyTorchUtilsLogic()


def _installTorch(again: bool) -> None:
    logic = _pyTorch()
    if again:
        logic.uninstallTorch()
    logic.installTorch(askConfirmation=False, torchVersionRequirement=requirements.TORCH)
