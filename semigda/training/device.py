"""Where and how exactly a training computes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from semigda.errors import SemiGDAError


def choose_device(name: str) -> torch.device:
    """``auto`` (CUDA, else MPS, else CPU) or a named device.

    Raises:
        SemiGDAError: "device-unavailable".
    """
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        name = next(device for device, usable in available.items() if usable)
    if not available.get(name.split(":")[0], False):
        raise SemiGDAError("device-unavailable")
    return torch.device(name)


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """Mixed precision: ``auto`` is bfloat16 where CUDA computes in it natively, else float32."""
    if precision == "auto":
        native = device.type == "cuda" and torch.cuda.get_device_capability(device)[0] >= 8
        precision = "bfloat16" if native else "float32"
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16")


@contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """Use so many CPU threads inside; 0 leaves the default."""
    before = torch.get_num_threads()
    if threads > 0:
        torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
