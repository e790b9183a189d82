"""Checks of DICOM files."""

from __future__ import annotations

from pathlib import Path


def check_dicom(path: Path) -> int:
    return path.stat().st_size * 16
