"""Two trainings never share a graphics card by accident: the user has one lock for each card.

Trainings may share the processor: the system divides its time, and both merely take longer.
Segment takes no lock, so it keeps working while a training runs. Importing this imports torch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from semigda_core.errors import Paused, SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.locks import locked
from semigda_core.models.library import user_folder

SECONDS_BETWEEN_TRIES = 0.5
WAITS = "Waits until the graphics card is free."


def lock_file(device: torch.device) -> Path | None:
    """The lock file of a graphics card, in the user's data folder; the processor has none."""
    name = device.type
    if name == "cpu":
        return None
    if device.type == "cuda" and torch.cuda.is_available():
        # A card's number changes with CUDA_VISIBLE_DEVICES; torch 2.2 does not know its UUID.
        properties = torch.cuda.get_device_properties(device)
        name = f"cuda-{getattr(properties, 'uuid', torch.cuda.current_device())}"
    folder = user_folder().parent / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.lock"


@contextlib.contextmanager
def alone_on(cards: Sequence[Path], job: JobFolder) -> Iterator[None]:
    """Hold graphics cards for a training; the job is "queued" while another training has one.

    Args:
        cards: their lock files.

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

    with contextlib.ExitStack() as held:
        for path in sorted(set(cards)):  # in one order, so that no two wait for each other
            held.enter_context(locked(path, waiting, SECONDS_BETWEEN_TRIES))
        if cards:
            job.update("running", message="Starting.")
        yield


@contextlib.contextmanager
def alone_now(device: torch.device) -> Iterator[None]:
    """Hold a device for a rehearsal, whose measurements beside a training would be wrong.

    Raises:
        SemiGDAError: "device-unavailable" while a training has it.
    """

    def busy() -> None:
        raise SemiGDAError(
            "device-unavailable",
            "A training is using the graphics card.",
            action="Rehearse after its end, or choose the CPU.",
        )

    card = lock_file(device)
    with locked(card, busy) if card else contextlib.nullcontext():
        yield
