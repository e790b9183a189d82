"""The user's settings, which outlive versions, drives and folders, and can be edited by hand."""

from __future__ import annotations

import slicer


def text(key: str) -> str:
    """A text of the settings; empty if there is none, or something that is no text of ours."""
    value = slicer.app.userSettings().value(key)
    return value if isinstance(value, str) and "\0" not in value else ""
