"""Files as an archive leaves them, of one size and one time, and what may happen to them then."""

from __future__ import annotations

import os
import time
from pathlib import Path

import SimpleITK as sitk

_UNPACKED_NS = 1_600_000_000 * 10**9


def unpacked(*paths: Path) -> None:
    """Give NRRD files one size, by storing them raw, and one time."""
    for path in paths:
        sitk.WriteImage(sitk.ReadImage(str(path)), str(path), useCompression=False)
        os.utime(path, ns=(_UNPACKED_NS, _UNPACKED_NS))
    assert len({path.stat().st_size for path in paths}) == 1


def swap(first: Path, second: Path) -> None:
    """Let two files swap their names."""
    time.sleep(0.02)  # the system's clock has steps of some milliseconds
    before = [path.stat() for path in (first, second)]
    aside = first.rename(first.with_name("aside"))
    second.rename(first)
    aside.rename(second)
    for path, state in zip((second, first), before, strict=True):
        assert path.stat().st_mtime_ns == state.st_mtime_ns
