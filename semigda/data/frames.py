"""The frames of a 4-D image, one at a time."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np

from semigda.data.volumes import Volume, check_file, checked_affine, checked_values
from semigda.progress import UNWATCHED, Progress
from semigda.reading.errors import no_frames, only_frames
from semigda.reading.process import read_frames
from semigda_core.jobs.segmenting import SegmentOptions


class Frames:
    """A 4-D image. Its file is read and checked once; one frame at a time is in memory.

    Attributes:
        count: how many frames it has.

    Raises:
        SemiGDAError: "bad-input" if it has no fourth dimension, and as
            :func:`semigda.data.volumes.read_volume`.
    """

    def __init__(self, path: Path, progress: Progress = UNWATCHED):
        check_file(path)
        self._file, self._about = read_frames(path, progress)
        self.count: int = self._about["frames"]
        if self._about["picture"] or self.count < 2:
            raise no_frames()

    def read(self, _path: Path, options: SegmentOptions, progress: Progress = UNWATCHED) -> Volume:
        """The frame that the options name, as :func:`semigda.inference.segment.read_input` would
        read it."""
        progress.check()
        frame = options.frame or 0
        if not 0 <= frame < self.count:
            raise only_frames(self.count)
        about = self._about
        # The map goes with the array: closed before, it would hide that memory ran out.
        memory = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        stored = np.frombuffer(memory, about["dtype"]).reshape(about["shape"])
        # A copy: the memory of a map that goes is that of the file, which may be large.
        array = np.array(np.moveaxis(stored, about["axis"], -1)[..., frame])
        del stored, memory
        affine = checked_affine(np.array(about["affine"]))
        array = checked_values(array, options.replace_nonfinite)
        header = {"unit": about["unit"], "unsaid": tuple(about["unsaid"])}
        return Volume(array, affine, layers=self.count, **header)
