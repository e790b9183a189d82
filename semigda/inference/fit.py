"""What a report says about image and model: whether they are of one kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from semigda.data.content import Box
from semigda.data.volumes import Volume
from semigda.inference.likeness import Likeness
from semigda_core.models.card import ModelCard
from semigda_core.models.fit import UNLIKE, mismatch


def fit_of(
    card: ModelCard,
    volume: Volume,
    box: Box | None,
    likeness: Likeness,
    notes: Sequence[str],
) -> dict[str, Any]:
    """Entries of a report: "unlikeness", see :meth:`Likeness.unlikeness`, and all "notes".

    Args:
        box: what of the volume is segmented, (z, y, x); None for all of it.
    """
    told = likeness.unlikeness()
    found = [mismatch(card, volume.facts(box))]
    if told is not None and told > 1:
        found.append(UNLIKE)
    return {
        "unlikeness": None if told is None else round(told, 2),
        "notes": [*notes, *(one for one in found if one)],
    }
