"""The end of a training: its summary, and the model package."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path

from semigda.models.card import CARD_FILE, Label, ModelCard
from semigda.models.package import save_package
from semigda.networks.semigda import SemiGDA
from semigda.training.checkpoint import write_atomically
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
    steps: dict[str, int],
    validations: list[dict],
) -> dict:
    """What the card tells about the training.

    ``val_dice`` is the highest of ``candidates`` values on the very cases it was chosen on, and
    ``best`` weights are moreover those of the best of ``validations``: it is a little too high.

    Args:
        counts: cases of each role.
        weights: ``average``, ``last`` or ``best``, those the package holds.
        branches: recommended use of the network.
        table: Dice on val: weights, then use, then class name.
        steps: of stage 2 that each of the weights have behind them.
        validations: Dice during stage 2, see ``Watch.history``.
    """
    values = settings.to_dict()
    return {
        "cases": counts,
        "semi_supervised": semi_supervised,
        "seed": settings.seed,
        "weights": weights,
        "weights_step": steps[weights],
        "steps_done": steps["last"],
        "val_dice": table.get(weights, {}).get(branches, {}),
        "val_dice_all": table,
        "chosen_on": "val" if table and settings.choose_on_val else "nothing",
        "candidates": sum(map(len, table.values())),
        "validations": {
            "count": len(validations),
            "cases": validations[-1]["cases"] if validations else 0,
        },
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


class Finished:
    """The note a finished training leaves in place of its checkpoint.

    A job whose process ended between the package and the job's own end, or that holds several
    trainings, finds it when it is run again.
    """

    def __init__(self, path: Path, settings: TrainSettings):
        self.path, self.card = path, Path(settings.out) / CARD_FILE
        text = json.dumps(settings.to_dict(), sort_keys=True)
        self.settings = hashlib.sha256(text.encode()).hexdigest()

    def read(self) -> dict | None:
        """The summary, if this training is finished and its package is there."""
        try:
            note = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        same = note["settings"] == self.settings and self.card.exists()
        return note["summary"] if same else None

    def write(self, summary: dict) -> None:
        """Leave it."""
        note = json.dumps({"settings": self.settings, "summary": summary}, indent=1)
        write_atomically(self.path, lambda file: file.write(note.encode()))
