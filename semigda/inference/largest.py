"""Keeping only the largest connected part of every class, in 3-D, if the model card says so."""

from __future__ import annotations

import numpy as np

from semigda.inference.components import Components
from semigda.inference.outputs import SliceStore
from semigda.progress import Progress


def keep_largest(store: SliceStore, depth: int, classes: int, progress: Progress) -> np.ndarray:
    """Erase everything in ``store`` outside its class's largest part.

    Per volume, never per slice: a slice may show two parts of one organ. Of parts of the same size
    the first one stays.

    Args:
        depth: stored slices.
        classes: foreground classes K.
        progress: checked at every slice.

    Returns the erased voxels of every class, (K + 1,) int64.
    """
    erased = np.zeros(classes + 1, np.int64)
    keep = _kept(store, depth, classes, progress)
    if keep.all():
        return erased
    components = Components()
    for z in range(depth):
        progress.check()
        labels = store.slices(z, z + 1)[0]
        lost = ~keep[components.add(labels)]
        if lost.any():
            erased += np.bincount(labels[lost], minlength=classes + 1)
            store.replace(z, np.where(lost, 0, labels)[None])
    return erased


def _kept(store: SliceStore, depth: int, classes: int, progress: Progress) -> np.ndarray:
    """Whether each flat part, by its number, belongs to its class's largest part; bool."""
    components = Components()
    sizes, owners = [np.zeros(1, np.int64)], [np.zeros(1, np.uint8)]
    for z in range(depth):
        progress.check()
        labels = store.slices(z, z + 1)[0]
        before = components.count
        numbers = components.add(labels)
        inside = numbers > 0
        flat = numbers[inside] - before - 1
        sizes.append(np.bincount(flat, minlength=components.count - before))
        owners.append(np.zeros(components.count - before, np.uint8))
        owners[-1][flat] = labels[inside]
    whole, owner = components.wholes(), np.concatenate(owners)
    size = np.bincount(whole, np.concatenate(sizes), minlength=len(whole))
    falling = np.argsort(-size, kind="stable")
    values, first = np.unique(owner[falling], return_index=True)
    best = np.zeros(classes + 1, np.int64)
    best[values] = falling[first]
    return (whole == best[owner]) | (owner == 0)  # some numbers stand for no pixel
