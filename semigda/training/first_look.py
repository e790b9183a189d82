"""A training's first look: what a first model finds, told and drawn before stage 1.

It changes nothing of the training: no weight, no random number, no choice.
"""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from semigda.inference.device import out_of_memory
from semigda.inference.interrupt import interruptible
from semigda.networks.cnn_encoder import FeatureEncoder
from semigda.networks.semigda import SemiGDA
from semigda.progress import Progress
from semigda.training.dataset import CaseSlices, without_labels
from semigda.training.first_model import FirstModel, fit_first_model
from semigda.training.previews import (
    overlays,
    pick_slices,
    pictures,
    save_sheet,
    sheet,
)
from semigda.training.stuck import likely_causes
from semigda.training.watch import STUCK_DICE
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.preprocessing import Preprocessing
from semigda_core.project.training.budget import LOOK_STEPS

STAGE = "look"
DONE_FILE = "first-look.json"
NOT_FOUND = "It is not found anywhere on its own labelled cases: look at its labels."

Slices = dict[str, list[CaseSlices]]


def look_first(
    settings: TrainSettings,
    network: SemiGDA,
    slices: Slices,
    progress: Progress,
    folder: Path,
) -> None:
    """Look once for each training, unless it is short or a stop is asked for; say why not.

    Too little memory for it ends nothing but the look.

    Args:
        network: that is to be trained; a copy of its general image features learns here.
        folder: the training's; its ``previews`` get the pictures.

    Raises:
        SemiGDAError: "cancelled"; Paused.
    """
    done = folder / DONE_FILE
    short = settings.align_steps + settings.steps < LOOK_STEPS
    if short or done.exists() or progress.stop_requested:
        return
    encoder = network.cnn_encoder
    if not isinstance(encoder, FeatureEncoder):
        progress.message("No first look: the training does not start from general image features.")
        return
    progress.message("First look: a small model learns from the labelled cases for a minute.")
    try:
        began = time.monotonic()
        model = fit_first_model(encoder.features, slices["labeled"], settings, progress)
        if progress.stop_requested:
            return
        with interruptible(model.network, progress.check):
            event = _say(settings, model, slices, progress, began)
            _draw(settings, model, slices, progress, folder / "previews")
    except (MemoryError, RuntimeError, SemiGDAError) as error:
        if not out_of_memory(error):
            raise
        progress.message("No first look: there is too little free memory for it.")
    else:
        write_json(done, event, durable=False)


def _say(
    settings: TrainSettings, model: FirstModel, slices: Slices, progress: Progress, began: float
) -> dict:
    """Report how well each class is found on the labelled cases, and which are not found.

    Args:
        began: when the look did, by the monotonic clock.

    Returns:
        The event that tells it.
    """
    labeled, names = slices["labeled"], [label["name"] for label in settings.card["labels"]]
    found = dict(zip(names, model.dice(labeled), strict=True))
    event = {
        "seconds": round(time.monotonic() - began, 1),
        "dice": {n: None if math.isnan(d) else round(d, 4) for n, d in found.items()},
    }
    progress.event("first-look", **event)
    for value, (name, dice) in enumerate(found.items(), 1):
        if dice >= STUCK_DICE:
            continue
        # Of the labelled cases alone: this is about them.
        causes = likely_causes(value, settings, {"labeled": labeled, "val": labeled}, [])
        if not math.isnan(dice):
            causes.insert(0, NOT_FOUND)
        progress.event("stuck", classes=[name], step=0, stage=STAGE, causes=causes)
    return event


def _draw(
    settings: TrainSettings, model: FirstModel, slices: Slices, progress: Progress, folder: Path
) -> None:
    """Held-out slices with truth and prediction; unlabelled ones with prediction and doubt."""
    folder.mkdir(parents=True, exist_ok=True)
    preprocessing = Preprocessing.from_dict(settings.preprocessing)
    colours = [(0, 0, 0), *(label["color"] for label in settings.card["labels"])]
    palette = np.array(colours, dtype=np.uint8)
    for kind, cases in (("held-out", slices["val"]), ("unlabeled", without_labels(slices))):
        labelled = kind == "held-out"
        picked = pick_slices(cases, preprocessing.size, labelled)
        if picked is None:
            continue
        images, truth = picked
        chances = model.probabilities(images)
        grey = pictures(images, preprocessing.channels == "rgb")
        found = overlays(grey, chances.argmax(1), palette)
        beside = [overlays(grey, truth, palette), found] if labelled else [found, doubts(chances)]
        save_sheet(progress, folder, STAGE, 0, kind, sheet(grey, *beside))


def doubts(chances: Tensor) -> list[np.ndarray]:
    """Entropy of probabilities (B, K + 1, H, W), black for none to white for the most there can
    be, as (H, W, 3) uint8."""
    entropy = -(chances * chances.clamp_min(1e-9).log()).sum(1) / math.log(chances.shape[1])
    shown = (entropy * 255).clamp(0, 255).to(torch.uint8)
    return list(shown[..., None].expand(-1, -1, -1, 3).numpy())
