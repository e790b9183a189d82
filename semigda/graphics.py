"""NVIDIA graphics cards: what is there, and whether the installed PyTorch can compute on it.

A PyTorch is built for some generations of cards and for drivers from some version on. A card that
is too new or too old for it is reported as available, and fails at the first convolution.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

from semigda_core.errors import SemiGDAError

_ARCHITECTURE = re.compile(r"(sm|compute)_(\d+)(\d)([af]?)")
_SMI_SECONDS = 20  # the driver may have to wake the card


def facts() -> dict[str, Any]:
    """``{"driver", "cuda", "architectures", "cards", "failure"}``, all plain values.

    ``cuda``: the version that PyTorch was built with, None for a build without; ``cards``: a
    dictionary with ``name``, ``memory_gib`` and ``capability`` ([major, minor], None if PyTorch
    cannot tell) for each; ``failure``: why PyTorch reaches none of them.
    """
    driver, cards = _by_driver()
    found: dict[str, Any] = {"driver": driver, "cuda": None, "architectures": [], "failure": None}
    try:
        import torch

        found |= {"cuda": torch.version.cuda, "architectures": torch.cuda.get_arch_list()}
        torch.cuda.init()
        numbers = range(torch.cuda.device_count())
        cards = [_card(torch.cuda.get_device_properties(number)) for number in numbers]
    except Exception as error:  # torch may be broken, without CUDA, or too new for the driver
        found["failure"] = f"{type(error).__name__}: {error}"[:300]
    return found | {"cards": cards}


def _card(properties: Any) -> dict[str, Any]:
    return {
        "name": properties.name,
        "memory_gib": round(properties.total_memory / 2**30, 1),
        "capability": [properties.major, properties.minor],
    }


def _by_driver() -> tuple[str | None, list[dict[str, Any]]]:
    """The driver's version and cards as its own tool tells them, whatever PyTorch is there."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None, []
    try:
        output = subprocess.run(
            [tool, "--query-gpu=driver_version,name,memory.total", "--format=csv,noheader,nounits"],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SMI_SECONDS,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None, []
    rows = [row for line in output.splitlines() if len(row := line.split(", ")) == 3]
    cards = [
        {"name": name, "memory_gib": _gib(memory), "capability": None} for _, name, memory in rows
    ]
    return (rows[0][0] if rows else None), cards


def _gib(megabytes: str) -> float | None:
    return round(int(megabytes) / 1024, 1) if megabytes.strip().isdigit() else None


def fits(capability: tuple[int, int], architectures: list[str]) -> bool:
    """Whether a PyTorch built for ``architectures`` runs on a card of that compute capability.

    Machine code (``sm_86``) runs on its generation from that minor version on, code that the driver
    translates (``compute_90``) on every later card. Other builds, such as AMD's, are not judged.
    """
    known = [found.groups() for one in architectures if (found := _ARCHITECTURE.fullmatch(one))]
    for kind, major, minor, only in known:
        made_for = (int(major), int(minor))
        if only == "a":
            good = capability == made_for
        elif kind == "compute":
            good = capability >= made_for
        else:
            good = capability[0] == made_for[0] and capability >= made_for
        if good:
            return True
    return not known


def problem(found: dict[str, Any]) -> SemiGDAError | None:
    """Why PyTorch cannot use a card that is there, and what to do; None if it can, or none is."""
    if not found["cards"]:
        return None
    name = found["cards"][0]["name"]
    if found["cuda"] is None:
        return _error(
            f"This computer has the graphics card {name}, but its PyTorch computes on the CPU "
            "only.",
            "Install PyTorch again for this card, or go on with the CPU.",
        )
    capability = found["cards"][0]["capability"]
    if capability is None:
        return _error(
            f"PyTorch (CUDA {found['cuda']}) cannot use the graphics card {name} with the driver "
            f"{found['driver']}.",
            "Update the graphics driver and restart the computer; until then, choose the CPU.",
            found["failure"] or "",
        )
    return misfit(name, (capability[0], capability[1]), found["architectures"])


def misfit(name: str, capability: tuple[int, int], architectures: list[str]) -> SemiGDAError | None:
    """An error if a card is too old or too new for a PyTorch built for ``architectures``."""
    if fits(capability, architectures):
        return None
    detail = f"compute capability {capability[0]}.{capability[1]}; {' '.join(architectures)}"
    found = (_ARCHITECTURE.fullmatch(one) for one in architectures)
    oldest = min((int(one[2]), int(one[3])) for one in found if one is not None)
    if capability < oldest:
        return _error(
            f"The graphics card {name} is too old for the installed PyTorch.",
            "Choose the CPU, or an external Python with an older PyTorch.",
            detail,
        )
    return _error(
        f"The graphics card {name} is too new for the installed PyTorch.",
        "Install PyTorch again to get a newer one, or choose an external Python that has it.",
        detail,
    )


def _error(message: str, action: str, detail: str = "") -> SemiGDAError:
    return SemiGDAError("device-unavailable", message, action=action, detail=detail)
