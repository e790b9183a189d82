"""The end of a training: its summary, and the model package."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from semigda.models.licences import with_base
from semigda.models.package import save_package
from semigda.networks.semigda import SemiGDA
from semigda_core.files.atomic import write_json
from semigda_core.jobs.training import PretrainSettings, TrainSettings
from semigda_core.models.card import Label, ModelCard
from semigda_core.models.features import ATTRIBUTION, BASE
from semigda_core.models.network_config import NetworkConfig

# Settings that say where things are or what the card says elsewhere; all others go into the card.
ELSEWHERE = {"cases", "out", "card", "network", "preprocessing", "base", "work", "threads"}
ELSEWHERE |= {"overwrite"}


def training_summary(
    settings: TrainSettings,
    counts: dict[str, int],
    semi_supervised: bool,
    steps: int,
    dice: dict[str, float | None],
    validations: list[dict],
) -> dict:
    """What the card tells about the training.

    Args:
        counts: cases of each role.
        steps: of stage 2 that were taken; fewer than the settings say where it was stopped.
        dice: of the model on all held-out cases, by class name; None of a class that is nowhere in
            them. Nothing was chosen on them.
        validations: Dice during stage 2, see ``Watch.history``.
    """
    values = settings.to_dict()
    return {
        "cases": counts,
        "semi_supervised": semi_supervised,
        "seed": settings.seed,
        "weights": "average",
        "steps_done": steps,
        "val_dice": dice,
        "validations": {
            "count": len(validations),
            "cases": validations[-1]["cases"] if validations else 0,
        },
        "settings": {f.name: values[f.name] for f in fields(settings) if f.name not in ELSEWHERE},
    }


def card_of(settings: TrainSettings, network: dict, summary: dict) -> ModelCard:
    """The card of a training's model; ``settings.card`` has its words.

    Args:
        network: ``NetworkConfig.to_dict()`` of the model.
    """
    words = {name: word for name, word in settings.card.items() if name != "licence_text"}
    words["labels"] = [Label.from_dict(label) for label in words["labels"]]
    config = NetworkConfig.from_dict(network)
    if config.has_features:
        credited = words.get("attribution") or []
        words["attribution"] = credited if ATTRIBUTION in credited else [*credited, ATTRIBUTION]
        words["base_model"] = words.get("base_model") or BASE
    values: dict[str, Any] = {
        "network": network,
        "branches": config.use,
        "preprocessing": settings.preprocessing,
        "training": summary,
    }
    return ModelCard(**words, **values)


def licence_text(settings: TrainSettings) -> str | None:
    """The text of the model's licence, with that of the model it starts from."""
    own = settings.card.get("licence_text")
    return own if settings.base is None else with_base(own, settings.base)


def write_model(
    settings: TrainSettings,
    network: SemiGDA,
    summary: dict,
    licence: str | None,
    images: dict[str, Any] | None = None,
) -> None:
    """Write the package of a trained network to ``settings.out``.

    Args:
        licence: as of :func:`licence_text` when the training began.
        images: the card's entry about the training images.
    """
    card = card_of(settings, network.config.to_dict(), summary)
    card = replace(card, images=images)
    save_package(settings.out, network, card, licence_text=licence)


class Finished:
    """A note in a training's folder: that it begins to write its result, and that it has done so.

    A job whose process ended between the result and the job's own end, or that holds several
    trainings, finds it when it is run again.

    Args:
        path: of the note.
        settings: of the training.
        made: what is there once the result is: a package's card, or a base.
    """

    def __init__(self, path: Path, settings: TrainSettings | PretrainSettings, made: Path):
        self.path, self.made = path, made
        text = json.dumps(settings.identity(), sort_keys=True)
        self.settings = hashlib.sha256(text.encode()).hexdigest()

    def read(self) -> dict | None:
        """The summary, if this training is finished and its result is there."""
        summary = self._note().get("summary")
        return summary if isinstance(summary, dict) and self.made.exists() else None

    @property
    def begun(self) -> bool:
        """Whether what is at the result's place may be this training's own."""
        return bool(self._note())

    def begin(self) -> None:
        """The result is about to be written."""
        write_json(self.path, {"settings": self.settings})

    def write(self, summary: dict) -> None:
        """The result is written."""
        write_json(self.path, {"settings": self.settings, "summary": summary})

    def _note(self) -> dict:
        try:
            note = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        same = isinstance(note, dict) and note.get("settings") == self.settings
        return note if same else {}
