"""The environment of child processes."""

from __future__ import annotations

import os

import qt

from semigda_core.jobs import interpreter


def engineEnvironment(python=None) -> qt.QProcessEnvironment:
    """The environment of a child that can import the engine.

    ``python``: a :class:`semigda_core.jobs.interpreter.Interpreter` rather than the one in use.
    """
    python = python or interpreter.chosen()
    own = python is None
    environment = qt.QProcessEnvironment.systemEnvironment() if own else qt.QProcessEnvironment()
    for name, value in interpreter.environment(python).items():
        # What is there already stays as it is: it may have bytes that are no text.
        if not own or os.environ.get(name) != value:
            environment.insert(name, value)
    environment.insert("PYTHONUNBUFFERED", "1")
    return environment
