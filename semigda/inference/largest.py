"""Keeping only the largest connected part of every class, in 3-D, where the model card says so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from semigda.inference.components import Components
from semigda.inference.outputs import SliceStore


def keep_largest(
    store: SliceStore, depth: int, classes: int, check: Callable[[], None]
) -> np.ndarray:
    """Erase in ``store`` what is not in its class's largest part.

    Per volume, never per slice: a slice may well show two parts of one organ.

    Args:
        depth: stored slices.
        classes: foreground classes K.
        check: called at every slice; may raise to stop.

    Returns the erased voxels of every class, (K + 1,) int64.
    """
    erased = np.zeros(classes + 1, np.int64)
    found = {value: Components() for value in range(1, classes + 1)}
    for z in range(depth):
        check()
        labels = store.slices(z, z + 1)[0]
        for value, components in found.items():
            components.add(labels == value)
    scattered = [value for value, components in found.items() if len(components.parts()) > 1]
    for z in range(depth if scattered else 0):
        check()
        labels = store.slices(z, z + 1)[0]
        before = np.bincount(labels.ravel(), minlength=classes + 1)
        for value in scattered:
            mask = labels == value
            labels[mask & ~found[value].largest(z, mask)] = 0
        lost = before - np.bincount(labels.ravel(), minlength=classes + 1)
        if lost.any():
            store.replace(z, labels[None])
            erased[1:] += lost[1:]
    return erased
