"""Packages of general image features that are not the real one; needs no torch."""

from __future__ import annotations

from pathlib import Path

from semigda_core.models.features import MODULE

FILE = Path("models", "efficientnet-lite0-57934424.pth")


def package_of(folder: Path, content: bytes | None) -> Path:
    """A package of the same name with another file or none, whose code must not run."""
    path = folder / MODULE / FILE
    path.parent.mkdir(parents=True)
    (folder / MODULE / "__init__.py").write_text("raise AssertionError('this code ran')\n")
    if content is not None:
        path.write_bytes(content)
    return folder
