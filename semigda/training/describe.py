"""What the training images were like, for the model's card."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from semigda.data.cases import Case, read_cases
from semigda.data.preprocess import PreparedVolume, prepare
from semigda.data.volumes import read_volume
from semigda.inference.device import choose_device, in_parts
from semigda.inference.likeness import described_encoder, inside_of, levels_of, look_entry, pooled
from semigda.models.package import load_network, rewrite_card
from semigda.networks.semigda import SemiGDA
from semigda.progress import UNWATCHED, Progress
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.card import ModelCard
from semigda_core.models.fit import images_entry
from semigda_core.models.library import find_model
from semigda_core.models.preprocessing import Preprocessing

MOST_IMAGES, MOST_SLICES = 160, 24  # of all, and of one: more tell little that is new
_SLICES_AT_ONCE, _TELL_EVERY = 8, 20


def describe(
    model: str | os.PathLike[str],
    cases: str | os.PathLike[str],
    device: str = "auto",
    progress: Progress = UNWATCHED,
) -> ModelCard:
    """Write into an installed model's card what the images of a case list are like.

    Args:
        model: name in the library, or folder.
        cases: the case list that the model was trained on; ``val`` does not count.

    Raises:
        SemiGDAError: "model-invalid", "cancelled"; "bad-input" if no image could be read.
    """
    folder = find_model(model)
    network, card = load_network(folder, choose_device(device))
    trained = [case for case in read_cases(cases) if case.role != "val"]
    seen_as = Preprocessing.from_dict(card.preprocessing)
    used = SegmentOptions().plan(card)
    card = replace(card, images=training_images(network, seen_as, used, trained, progress))
    if card.images is None:
        raise SemiGDAError("bad-input", "None of the list's training images could be read.")
    rewrite_card(folder, card)
    return card


@torch.inference_mode()
def training_images(
    network: SemiGDA,
    preprocessing: Preprocessing,
    branches: Sequence[str],
    cases: Sequence[Case],
    progress: Progress = UNWATCHED,
) -> dict[str, Any] | None:
    """A card's entry ``images``, from at most :data:`MOST_IMAGES` of the cases, drawn at random.

    Images that cannot be read are left out; None if that is all of them.

    Args:
        branches: that segment by default.
    """
    encoder = described_encoder(network.config, branches)
    facts, vectors, groups = [], [], []
    network.eval()
    drawn = random.Random(0).sample(list(cases), min(MOST_IMAGES, len(cases)))
    for number, case in enumerate(drawn, 1):
        if number % _TELL_EVERY == 1:
            progress.message(f"Looking at training image {number} of {len(drawn)}.")
        progress.check()
        try:
            volume = read_volume(case.image, replace_nonfinite=True, progress=progress)
            seen = prepare(volume, preprocessing)
        except SemiGDAError as error:
            if error.error_class != "bad-input":
                raise
            continue
        facts.append(volume.facts())
        vectors.append(_vector(network, branches, seen, encoder))
        groups.append(case.group or case.name)
    if not facts:
        return None
    look = look_entry(np.stack(vectors), groups, encoder)
    return images_entry(facts) | ({} if look is None else {"look": look})


def _vector(
    network: SemiGDA, branches: Sequence[str], seen: PreparedVolume, encoder: str
) -> np.ndarray:
    """The mean of an image's slices, of at most :data:`MOST_SLICES` of them, evenly spaced."""
    device = next(network.parameters()).device
    inside = inside_of(seen.grid)

    def vectors(some: list[int]) -> Tensor:
        slices = torch.cat([seen.slices(n, n + 1) for n in some])
        levels = levels_of(network.features(slices.to(device), branches), encoder)
        assert levels is not None
        return pooled(levels, inside).cpu()

    numbers = np.linspace(0, seen.count - 1, min(MOST_SLICES, seen.count)).round().astype(int)
    found = in_parts(vectors, numbers.tolist(), _SLICES_AT_ONCE)
    return torch.cat(found).mean(0).double().numpy()
