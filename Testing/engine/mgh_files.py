"""Files of FreeSurfer, written by what its documentation says."""

from __future__ import annotations

import struct

import numpy as np

TYPES = {np.uint8: 0, np.int32: 1, np.float32: 3, np.int16: 4}
SPACING = (0.8, 1.1, 2.5)
# FreeSurfer's own "conformed" volumes are coronal: x runs to the left, y down, z to the front.
CORONAL = ((-1, 0, 0), (0, 0, -1), (0, 1, 0))
MIDDLE = (3.5, -12.25, 40.0)


def voxels(dtype=np.int16, shape=(4, 5, 6)) -> np.ndarray:
    return (np.arange(np.prod(shape)).reshape(shape) % 200).astype(dtype)


def mgh(array: np.ndarray, *, axes=CORONAL, said=1, tail=b"", **changes) -> bytes:
    """A file's bytes; ``changes``: of ``version``, ``sizes``, ``kind`` or ``spacing``."""
    frames = array.reshape((-1, *array.shape[-3:]))
    sizes = changes.get("sizes", (*array.shape[:-4:-1], len(frames)))
    kind = changes.get("kind", TYPES[array.dtype.type])
    numbers = [*changes.get("spacing", SPACING), *np.ravel(axes), *MIDDLE]
    start = struct.pack(">7ih15f", changes.get("version", 1), *sizes, kind, 0, said, *numbers)
    data = array.astype(array.dtype.newbyteorder(">")).tobytes()
    return start.ljust(284, b"\0") + data + tail
