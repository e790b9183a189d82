"""The end of a training: its summary, and the model package."""

from __future__ import annotations

from dataclasses import fields

from semigda.models.card import Label, ModelCard
from semigda.models.package import save_package
from semigda.networks.semigda import SemiGDA
from semigda.training.settings import TrainSettings

# Settings that say where things are or what the card says elsewhere; all others go into the card.
ELSEWHERE = {"cases", "out", "card", "network", "preprocessing", "base", "work", "threads"}


def training_summary(
    settings: TrainSettings,
    counts: dict[str, int],
    semi_supervised: bool,
    weights: str,
    branches: str,
    table: dict[str, dict[str, dict[str, float]]],
) -> dict:
    """What the card tells about the training.

    Args:
        counts: cases of each role.
        weights: ``average`` or ``last``, those the package holds.
        branches: recommended use of the network.
        table: Dice on val: weights, then use, then class name.
    """
    values = settings.to_dict()
    return {
        "cases": counts,
        "semi_supervised": semi_supervised,
        "seed": settings.seed,
        "weights": weights,
        "val_dice": table.get(weights, {}).get(branches, {}),
        "val_dice_all": table,
        "chosen_on": "val" if table and settings.choose_on_val else "nothing",
        "settings": {f.name: values[f.name] for f in fields(settings) if f.name not in ELSEWHERE},
    }


def write_model(settings: TrainSettings, network: SemiGDA, branches: str, summary: dict) -> None:
    """Write the package of a trained network to ``settings.out``."""
    words = dict(settings.card)
    licence_text = words.pop("licence_text", None)
    words["labels"] = [Label.from_dict(label) for label in words["labels"]]
    card = ModelCard(
        **words,
        network=network.config.to_dict(),
        preprocessing=settings.preprocessing,
        branches=branches,
        training=summary,
    )
    save_package(settings.out, network, card, licence_text=licence_text)
