"""A project at one moment: many questions, one read of its file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from semigda_core.project.project import Project
from semigda_core.project.records import View


class Reading(Project):
    """A project that reads its file and the states of its jobs once.

    It can stand in for a project. It does not change, unless it is edited itself: then it is read
    again.
    """

    def __init__(self, project: Project):
        self.folder = project.folder
        self._view = super().read()

    def read(self) -> View:
        """The project as it was."""
        return self._view

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs as they were, newest first."""
        return self._jobs

    @cached_property
    def _jobs(self) -> list[dict[str, Any]]:
        return super().jobs()

    @contextlib.contextmanager
    def edit_file(self) -> Iterator[dict[str, Any]]:
        """As of a project."""
        with super().edit_file() as data:
            yield data
        self._view = super().read()
        self.__dict__.pop("_jobs", None)
