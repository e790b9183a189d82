"""Parts of a class far smaller than its largest one, which few-label models scatter about.

A model's card says whether they are left out: a training says so where every class is one part in
the labels that it learned from (:func:`semigda_core.project.check.facts.in_one_part`).
"""

from __future__ import annotations

import numpy as np

from semigda.data.components import Components
from semigda.inference.outputs import SliceStore
from semigda.progress import Progress

# Of the largest part. Larger ones stay: size does not tell well which of two is meant
# (docs/ablation.md), and a user sees a part too many, but not one that is missing.
SMALL = 0.2
LEFT_OUT = (
    "Parts less than a fifth as large as the largest part of their class were left out. To see "
    "them, choose to keep all parts."
)


def leave_out_small(store: SliceStore, depth: int, classes: int, progress: Progress) -> np.ndarray:
    """Erase the parts in ``store`` that are smaller than ``SMALL`` of their class's largest.

    Per volume, never per slice: a slice may show two parts of one organ.

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
    """Whether each flat part, by its number, belongs to a part that is large enough; bool."""
    components, owners = Components(), [np.zeros(1, np.uint8)]
    for z in range(depth):
        progress.check()
        labels = store.slices(z, z + 1)[0]
        before = components.count
        numbers = components.add(labels)
        inside = numbers > 0
        owners.append(np.zeros(components.count - before, np.uint8))
        owners[-1][numbers[inside] - before - 1] = labels[inside]
    whole, owner = components.wholes(), np.concatenate(owners)
    size = np.bincount(whole, components.sizes(), minlength=len(whole))[whole]
    largest = np.zeros(classes + 1)
    np.maximum.at(largest, owner, size)
    return size >= SMALL * largest[owner]
