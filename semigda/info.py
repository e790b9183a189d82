"""The content of ``semigda info``: versions, devices, model folders, and the cost of the
networks."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from typing import Any

import torch

from semigda import graphics
from semigda.networks.cost import describe
from semigda_core.models import features
from semigda_core.models.library import list_models
from semigda_core.models.network_config import NAMED, NetworkConfig
from semigda_core.version import __version__

PACKAGES = ("torch", "numpy", "SimpleITK", "safetensors", features.PACKAGE)


def collect(size: int = 224) -> dict[str, Any]:
    """The facts as plain values; FLOP are counted for one ``size`` x ``size`` slice."""
    found = graphics.facts()
    problem = graphics.problem(found)
    return {
        "semigda": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": {name: _version(name) for name in PACKAGES},
        "devices": _devices(found),
        "graphics": found,
        "graphics_problem": f"{problem.message} {problem.action}" if problem is not None else None,
        "cpu_cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "models": [model.name for model in list_models() if model.problem is None],
        "slice_size": size,
        "networks": {name: describe(getattr(NetworkConfig, name)(), size) for name in NAMED},
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _devices(found: dict[str, Any]) -> dict[str, str]:
    devices = {"cpu": platform.processor() or platform.machine()}
    for index, card in enumerate(found["cards"]):
        capability = ".".join(map(str, card["capability"] or ["?"]))
        memory = f"{card['memory_gib']} GiB, compute capability {capability}"
        devices[f"cuda:{index}"] = f"{card['name']}, {memory}"
    if torch.backends.mps.is_available():
        devices["mps"] = "Apple GPU"
    return devices


def table(facts: dict[str, Any]) -> str:
    """The facts for a terminal."""
    packages = ", ".join(
        f"{name} {version or 'not installed'}" for name, version in facts["packages"].items()
    )
    devices = "; ".join(f"{name} ({text})" for name, text in facts["devices"].items())
    found = facts["graphics"]
    lines = [
        f"SemiGDA {facts['semigda']}, Python {facts['python']}, {facts['system']}",
        packages,
        f"devices: {devices}; {facts['cpu_cores']} cores, {facts['threads']} threads in use",
        f"graphics: driver {found['driver'] or '-'}, CUDA {found['cuda'] or '-'}, PyTorch made for "
        f"{' '.join(found['architectures']) or '-'}",
        *([facts["graphics_problem"]] if facts["graphics_problem"] else []),
        f"models:  {', '.join(facts['models']) or 'none installed'}",
        "",
    ]
    networks = facts["networks"]
    header = f"{'parameters':<22}" + "".join(f"{name:>16}" for name in networks)
    lines.append(header)
    parts = next(iter(networks.values()))["parameters"]
    for part in parts:
        counts = (cost["parameters"][part] for cost in networks.values())
        lines.append(f"  {part:<20}" + "".join(f"{count:>16,}" for count in counts))
    size = facts["slice_size"]
    lines.append(f"GFLOP a {size} x {size} slice (2 per multiply-add)")
    for branches in next(iter(networks.values()))["gflop"]:
        costs = (cost["gflop"][branches] for cost in networks.values())
        lines.append(f"  {branches:<20}" + "".join(f"{cost:>16,.1f}" for cost in costs))
    return "\n".join(lines)
