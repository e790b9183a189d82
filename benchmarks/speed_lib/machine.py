"""The computer, separate processes, memory, and storing results."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def processor() -> str:
    """The CPU's name, if the system provides it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def facts(device: str, threads: int) -> dict:
    """What a reader needs to interpret a time."""
    import torch

    from semigda.inference.device import device_name
    from semigda_core.version import __version__

    return {
        "processor": f"{processor()}, {torch.backends.cpu.get_cpu_capability()}",
        "cores": os.cpu_count(),
        "threads": threads,
        "device": device_name(torch.device(device)),
        "versions": {
            "semigda": __version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
        },
    }


def in_own_process(function: Callable, *values: Any) -> Any:
    """``function(*values)`` in a fresh process: memory and imports of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *values).result()


def memory_of(call: Callable[[], object], device: str, before: int) -> int:
    """Largest memory in bytes while ``call`` runs: of the card, or of this process beyond
    ``before`` bytes."""
    import torch

    from semigda.inference.usage import forget_peak, peak_memory

    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
        call()
        return torch.cuda.max_memory_allocated()
    forget_peak()
    call()
    return peak_memory() - before


def held_memory() -> int:
    """Memory of this process now, in bytes (Linux)."""
    from semigda.inference.usage import forget_peak, peak_memory

    forget_peak()
    return peak_memory()


def environment(threads: int, engine: Path = ROOT) -> dict[str, str]:
    """Of a child that runs the ``semigda`` command of a source tree."""
    return {**os.environ, "PYTHONPATH": str(engine), "OMP_NUM_THREADS": str(threads)}


def write(path: Path, parts: dict[str, dict]) -> None:
    """Store the parts, a line each; a reader sees either the old file or the new one."""
    lines = [f"{json.dumps(name)}: {json.dumps(parts[name])}" for name in sorted(parts)]
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".json.part")
    temporary.write_text("{\n " + ",\n ".join(lines) + "\n}\n", encoding="utf-8")
    os.replace(temporary, path)
