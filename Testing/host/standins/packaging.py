"""Stands for `slicer.packaging` (Slicer 5.12 and later): checks truly, installs nothing.

A test may set `installer` to a function that takes the missing requirements; without one an
installation is an error, for a test that installs packages would not be one.
"""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import slicer
from packaging.requirements import Requirement

installer = None


def load_requirements(path):
    lines = (
        line.split(" #")[0].strip() for line in Path(path).read_text(encoding="utf-8").splitlines()
    )
    return [Requirement(line) for line in lines if line and line[0] not in "#-"]


def _as_list(requirements):
    if isinstance(requirements, (str, Requirement)):
        requirements = [requirements]
    return [Requirement(str(one)) for one in requirements]


def _satisfied(requirement) -> bool:
    if requirement.marker is not None and not requirement.marker.evaluate():
        return True
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return requirement.specifier.contains(version, prereleases=True)


def pip_check(req) -> bool:
    return all(_satisfied(one) for one in _as_list(req))


def pip_ensure(
    requirements,
    constraints=None,
    skip_packages=None,
    prompt_install=True,
    prompt_restart=True,
    requester=None,
    skip_in_testing=True,
    show_progress=True,
):
    missing = [one for one in _as_list(requirements) if not _satisfied(one)]
    if not missing or (skip_in_testing and slicer.app.testingEnabled()):
        return None
    names = ", ".join(str(one) for one in missing)
    if prompt_install and not slicer.util.confirmOkCancelDisplay(f"Install {names}?"):
        raise RuntimeError(f"{requester or 'A module'} was not allowed to install {names}")
    if installer is None:
        raise RuntimeError(f"The test host installs nothing, and {names} is missing")
    installer(missing)
    return None
