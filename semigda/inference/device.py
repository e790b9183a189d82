"""Choosing the device to compute on, and the number of slices at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import torch

from semigda import graphics
from semigda.memory import give_memory_back
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.failures import classify
from semigda_core.jobs.segmenting import DEVICES

T = TypeVar("T")

# Working memory of one slice, in feature maps of the finest level: 15 to 28 were measured on a
# CPU for the compact network in batches of 16 to 1 (both branches, 224 x 224), 19 to 24 for the
# paper's. Not measured on a graphics card: if this is too little there, the memory ladder steps
# down.
_MAPS_PER_SLICE = 30
_CPU_MEMORY = 1 << 28  # bytes; a larger batch of larger slices gains nothing
# More were never faster: on 2 cores, compact, 224 x 224, both branches, a slice takes 47 ms of
# processor time in batches of 2, 38 of 4, 34 of 8, 35 of 16.
_LARGEST_BATCH = {"cpu": 8, "mps": 8, "cuda": 16}
_FIRST_BATCH = {"cpu": 2, "mps": 4, "cuda": 4}


def choose_device(name: str = "auto") -> torch.device:
    """The device of that name; "auto" takes a graphics card if there is one that PyTorch can use.

    Raises:
        SemiGDAError: "device-unavailable" if a device requested by name does not exist or cannot
            be used, "bad-input" if the name is unknown.
    """
    if name not in DEVICES:
        raise SemiGDAError("bad-input", f"The device must be one of {', '.join(DEVICES)}.")
    there: dict[str, Callable[[], bool]] = {
        "cuda": lambda: torch.cuda.is_available() and _misfit() is None,
        "mps": torch.backends.mps.is_available,
        "cpu": lambda: True,
    }
    if name == "auto":
        return torch.device(next(device for device in ("cuda", "mps", "cpu") if there[device]()))
    if not there[name]():
        if name == "cuda" and torch.cuda.is_available() and (misfit := _misfit()) is not None:
            raise misfit
        what = {"cuda": "NVIDIA graphics card (CUDA)", "mps": "Apple graphics processor (MPS)"}
        raise SemiGDAError(
            "device-unavailable",
            f"No {what[name]} can be used by PyTorch on this computer.",
            detail=f"torch {torch.__version__}",
        )
    return torch.device(name)


def _misfit() -> SemiGDAError | None:
    """Why PyTorch cannot compute on the first card, although it calls it available."""
    properties = torch.cuda.get_device_properties(0)
    capability = (properties.major, properties.minor)
    return graphics.misfit(properties.name, capability, torch.cuda.get_arch_list())


def device_name(device: torch.device) -> str:
    """The device in words, for the report."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def batch_limits(device: torch.device, size: tuple[int, int], width: int) -> tuple[int, int]:
    """Slices to compute at once in the beginning, and at most: powers of two.

    Args:
        size: (H, W) of the network's finest level.
        width: its feature channels there.
    """
    first, largest = _FIRST_BATCH[device.type], _LARGEST_BATCH[device.type]
    per_slice = 4 * size[0] * size[1] * width * _MAPS_PER_SLICE
    if device.type == "cuda":
        # By number (None is the current card): PyTorch 2.2 takes no device without one.
        free, _ = torch.cuda.mem_get_info(device.index)
        # What PyTorch keeps of earlier images, it uses again.
        free += torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        fit = max(1, int(0.7 * free / per_slice))
    else:  # the free memory of a computer says little; what worked in the beginning stays allowed
        fit = max(first, _CPU_MEMORY // per_slice)
    largest = min(largest, 1 << (fit.bit_length() - 1))
    return min(first, largest), largest


def computes_bfloat16(device: torch.device) -> bool:
    """Whether convolutions take bfloat16 there. torch.cuda.is_bf16_supported() says so of older
    cards too, which can only store it."""
    return device.type == "cuda" and torch.cuda.get_device_capability(device)[0] >= 8


def layout(device: torch.device) -> torch.memory_format:
    """How images and kernels lie in memory there.

    Channels last takes a sixth less time on CPUs. On MPS, older versions of PyTorch change such
    tensors wrongly in place, and nothing says so: AdamW's own among them (pytorch#118115).
    """
    return torch.contiguous_format if device.type == "mps" else torch.channels_last


def finish(device: torch.device) -> None:
    """Wait until a graphics card has done what it was told to."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, the computer's or a graphics card's."""
    return classify(error).error_class in ("out-of-memory", "out-of-gpu-memory")


def in_parts(
    compute: Callable[[Any], T], slices: Sequence[Any] | torch.Tensor, most: int
) -> list[T]:
    """``compute`` of some slices after others: at most ``most`` at once, and from where memory runs
    out on, half as many.

    Args:
        slices: a tensor (n, ...), or numbers of slices.

    Raises:
        MemoryError, RuntimeError: if one slice is too much; see :func:`out_of_memory`.
    """
    found: list[T] = []
    done = 0
    while done < len(slices):
        try:
            found.append(compute(slices[done : done + most]))
            done += most
            continue
        except (MemoryError, RuntimeError) as error:
            if most == 1 or not out_of_memory(error):
                raise
        # Outside the except block: the exception keeps the frames and so their tensors.
        free_cache()
        most //= 2
    return found


def free_cache() -> None:
    """Give back the memory that is kept for reuse, the computer's and the graphics card's."""
    give_memory_back()  # oneDNN cannot use what the allocator keeps
    torch.cuda.empty_cache()  # does nothing where CUDA is not in use
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()
