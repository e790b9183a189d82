"""A tiny network, and settings for trainings that take seconds."""

from __future__ import annotations

from phantom_fixtures import PICTURE_CLASSES, VOLUME_CLASSES

from semigda.data.cases import ROLES, Case
from semigda.prepared.store import Store
from semigda.training.dataset import CaseSlices, load_slices

NETWORK = {
    "name": "tiny",
    "channels": [8, 12, 16],
    "encoder_blocks": 1,
    "decoder_blocks": 1,
    "norm_groups": 4,
    "cnn_blocks": [1, 1],
    "cnn_norm": "group",
    "cnn_head": "plain",
    "mapper_channels": [8, 8, 16, 16],
    "mapper_groups": 4,
}
# The same with general image features, which need four levels from half the size.
FEATURED = NETWORK | {
    "channels": [8, 8, 8, 8],
    "patch": 2,
    "cnn_blocks": [1, 1, 1],
    "features": "efficientnet-lite0",
}
VOLUMES = {
    "channels": "2.5d",
    "slice_axis": "axial",
    "size": [32, 32],
    "spacing": [None, 1.0, 1.0],
    "intensity": {"rule": "mr-percentile", "low": 0.5, "high": 99.5},
}
PICTURES = {
    "channels": "rgb",
    "slice_axis": "acquisition",
    "size": [32, 32],
    "spacing": [None, None, None],
    "intensity": {"rule": "8-bit"},
}
SHAPE = (12, 32, 32)  # of the phantoms
COLOURS = ([111, 184, 210], [216, 101, 79])


def card(names=VOLUME_CLASSES) -> dict:
    labels = [
        {"value": value, "name": name, "color": COLOURS[value - 1]}
        for value, name in enumerate(names, 1)
    ]
    words = {"name": "phantom", "title": "Phantom", "description": "Drawn.", "modality": "MR"}
    return words | {"labels": labels, "licence": "CC0 1.0"}


def slices_by_role(cases: list[Case], store: Store, classes: int) -> dict[str, list[CaseSlices]]:
    """The prepared slices of a case list."""
    return {
        role: load_slices([case for case in cases if case.role == role], store, classes)
        for role in ROLES
    }


def settings(cases, folder, *, pictures=False, **changes) -> dict:
    """``TrainSettings`` as JSON for phantoms; ``changes`` replace single settings."""
    values = {
        "cases": str(cases),
        "out": str(folder / "phantom"),
        "card": card(PICTURE_CLASSES if pictures else VOLUME_CLASSES),
        "network": NETWORK,
        "preprocessing": PICTURES if pictures else VOLUMES,
        "work": str(folder),
        "pretrain_steps": 40,
        "align_steps": 20,
        "steps": 80,
        "labeled_batch": 4,
        "unlabeled_batch": 4,
        "learning_rate": 4e-3,
        "ema_decay": 0.95,
        "validations": 2,
        "threads": 1,
        "device": "cpu",
        "seed": 0,
    }
    return values | changes
