"""Two trainings never share a graphics card unasked: a lock of the user's for every card.

On the processor trainings share: the system divides its time, and nothing runs out but patience.
Segment takes no lock, so it keeps working while a training runs. Importing this imports torch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import torch

from semigda.errors import Paused, SemiGDAError
from semigda.jobs.folder import JobFolder
from semigda.jobs.locks import locked
from semigda.models.library import user_folder

SECONDS_BETWEEN_TRIES = 0.5
WAITS = "Waits until the graphics card is free."


def lock_file(device: torch.device) -> Path:
    """The file whose lock stands for a graphics card, in the user's data folder."""
    name = device.type
    if device.type == "cuda" and torch.cuda.is_available():
        # A card's number changes with CUDA_VISIBLE_DEVICES; torch 2.2 does not know its UUID.
        properties = torch.cuda.get_device_properties(device)
        name = f"cuda-{getattr(properties, 'uuid', torch.cuda.current_device())}"
    folder = user_folder().parent / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.lock"


@contextlib.contextmanager
def alone_on(device: torch.device, job: JobFolder, *, shared: bool = False) -> Iterator[None]:
    """Hold a device for a training; the job is "queued" while another training has it.

    Args:
        shared: do not wait, because the user asked for it.

    Raises:
        SemiGDAError: "cancelled" while it waits.
        Paused: while it waits.
    """

    def waiting() -> None:
        job.update("queued", message=WAITS)
        if job.requested("cancel"):
            raise SemiGDAError("cancelled")
        if job.requested("pause"):
            raise Paused

    if shared or device.type == "cpu":
        yield
        return
    with locked(lock_file(device), waiting, SECONDS_BETWEEN_TRIES):
        job.update("running", message="Starting.")
        yield


@contextlib.contextmanager
def alone_now(device: torch.device) -> Iterator[None]:
    """Hold a device for a rehearsal, which would measure nothing true beside a training.

    Raises:
        SemiGDAError: "device-unavailable" while a training has it.
    """

    def busy() -> None:
        raise SemiGDAError(
            "device-unavailable",
            "A training is using the graphics card.",
            action="Rehearse after its end, or choose the CPU.",
        )

    if device.type == "cpu":
        yield
        return
    with locked(lock_file(device), busy):
        yield
