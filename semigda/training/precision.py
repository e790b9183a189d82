"""How exactly, and on how many threads, a training computes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch


def autocast(device: torch.device, precision: str) -> AbstractContextManager:
    """Mixed precision: ``auto`` is bfloat16 where CUDA computes in it natively, else float32."""
    if precision == "auto":
        native = device.type == "cuda" and torch.cuda.get_device_capability(device)[0] >= 8
        precision = "bfloat16" if native else "float32"
    if precision == "float32":
        return nullcontext()
    return torch.autocast(device.type, torch.bfloat16)


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
