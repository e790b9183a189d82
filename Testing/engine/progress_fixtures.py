"""Somebody who hears a progress, and may ask for an end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from semigda.progress import Progress


class Listener:
    """A job that keeps what it is told: ``told`` the shares and messages, ``events`` the rest.

    Args:
        cancel: asked at every check, with this listener, whether the task shall end.
    """

    path = Path()

    def __init__(self, cancel: Callable[[Listener], bool] = lambda listener: False):
        self.cancel, self.asked = cancel, 0
        self.told: list[tuple[float | None, str]] = []
        self.events: list[dict[str, Any]] = []

    def update(self, state=None, progress=None, seconds_left=None, message=None) -> None:
        self.told.append((progress, message))

    def event(self, type: str, **values: Any) -> None:
        self.events.append({"type": type, **values})

    def requested(self, control: str) -> bool:
        if control != "cancel":
            return False
        self.asked += 1
        return self.cancel(self)

    @property
    def progress(self) -> Progress:
        """One that this hears."""
        return Progress(self)
