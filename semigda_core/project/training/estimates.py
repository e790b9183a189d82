"""From a rehearsal's measurements to the cost of a whole training."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from semigda_core.files.documents import (
    allows,
    flag,
    mapping,
    maybe,
    number,
    plain,
    record,
    text,
    whole,
    words,
)
from semigda_core.models.network_config import BRANCHES
from semigda_core.project.training.budget import (
    LOOK_SECONDS,
    LOOK_STEPS,
    OVERHEAD,
    PRETRAIN_WORK,
    Sizes,
    afford,
    relative_cost,
)
from semigda_core.project.training.presets import FEWEST_STEPS

START_SECONDS = 6.0  # until a new process has imported torch
STEPS = ("pretrain_steps", "align_steps", "steps")
_BATCHES = {"labeled_batch", "unlabeled_batch"}
# The old checkpoint beside the new one, and the autoencoder and the package, which are smaller.
CHECKPOINTS_ON_DISK = 3
RESERVE_BYTES = 100_000_000
TOLD_BYTES = 50_000_000  # of prepared slices, from which on the plan tells of them
LATE = 1.25  # times the budget, from which on a plan exceeds its time

_SECONDS, _BYTES = number(0, 1e9), number(0, 1e15)
_MEASURED = record(
    {
        "seconds_per_step": record(
            {
                **dict.fromkeys(("supervised", "align", "unet"), _SECONDS),
                **dict.fromkeys(("semi", "pretrain"), maybe(_SECONDS)),
            },
            others=True,
        ),
        **dict.fromkeys(("load_seconds", "validate_seconds", "save_seconds"), _SECONDS),
        **dict.fromkeys(("prepare_seconds", "prepare_all_seconds"), _SECONDS),
        **dict.fromkeys(("memory_bytes", "checkpoint_bytes"), _BYTES),
        **dict.fromkeys(("prepared_bytes", "unprepared_bytes"), _BYTES),
        "gpu_memory_bytes": maybe(_BYTES),
        "cases": whole(1, 10_000_000),
        "device": text(64),
        "fits": flag(),
        "reason": words(),
        "offers": mapping(text(64), plain(), 100),
    },
    {"overhead_pixels": number(0, 1e9)},  # earlier versions did not measure it
    others=True,
)


def is_measured(facts: Any) -> bool:
    """Whether a value is a rehearsal's result."""
    return allows(_MEASURED, facts)


@dataclass(frozen=True)
class Estimate:
    """What a training will take.

    Attributes:
        seconds: for all trainings of the plan and their scores; None if nothing was measured.
        device: "cpu", "cuda" or "mps"; None if unknown.
        fits: False if a part is known not to fit; ``reason`` then says which.
        offers: settings for ``Plan.advanced`` that will fit; ``minutes`` is the plan's own.
        text: for the user, such as "about 1 h 50 min, 6.2 GB GPU memory".
        plan: how large the slices are and how many steps are taken, in sentences; "" if unknown.
        mirroring: why images are not mirrored, one sentence; "" if they are.
    """

    seconds: float | None = None
    device: str | None = None
    fits: bool = True
    reason: str = ""
    offers: Mapping[str, Any] = field(default_factory=dict)
    text: str = "not measured yet: a rehearsal of at most 2 minutes tells"
    plan: str = ""
    mirroring: str = ""


@dataclass(frozen=True)
class Work:
    """What a plan does, apart from its settings.

    Attributes:
        trainings: folds and the final one.
        scored: held-out cases over all folds.
        compared: whether an earlier model is scored as well.
        semi: whether there are unlabelled cases.
        unet: whether a U-Net is trained beside each training that is scored.
    """

    trainings: int
    scored: int
    compared: bool
    semi: bool
    unet: bool = False

    @property
    def unets(self) -> int:
        """How many U-Nets are trained: one for each fold, or one beside the only training."""
        return max(1, self.trainings - 1) * self.unet


def total_seconds(settings: Mapping[str, Any], measured: Mapping[str, Any], work: Work) -> float:
    """The time of all trainings of a plan, with their scores."""
    steps, other = _seconds(settings, measured, work)
    return steps + other


def fitted(
    settings: Mapping[str, Any],
    measured: Mapping[str, Any],
    work: Work,
    seconds: float,
    kept: Mapping[str, Any],
    grids: Sequence[Mapping[str, Any]],
    sizes: Sizes,
) -> dict[str, Any]:
    """Settings that fill ``seconds``: working grid, slices a step and steps; see :func:`afford`.

    Args:
        measured: with these settings.
        kept: settings that stay as they are.
        grids: that the slices may have, those of ``settings`` first, larger ones before smaller.
    """
    free = [key for key in STEPS if settings.get(key) and key not in kept]
    if not free:
        return {}
    within, _ = _seconds(settings, measured, work)
    most = {**settings, "steps": max(LOOK_STEPS, settings["steps"])}  # with a first look
    _, other = _seconds(settings if "steps" in kept else most, measured, work)
    held, _ = _seconds({**settings, **dict.fromkeys(free, 0)}, measured, work)
    count = sum(settings[key] for key in free)
    index, times, steps = afford(
        (within - held) / count,
        max(0.0, seconds - other - held),
        [pixels_of(grid) for grid in grids],
        replace(sizes, larger=1) if _BATCHES & set(kept) else sizes,
        measured.get("overhead_pixels", OVERHEAD),
    )
    if index:  # what else it takes depends on the size
        smaller = {**settings, "preprocessing": dict(grids[index])}
        rescaled, only = at_size(measured, settings, smaller), [grids[index]]
        changes = fitted(smaller, rescaled, work, seconds, kept, only, sizes)
        return {**changes, "preprocessing": smaller["preprocessing"]}
    found: dict[str, Any] = {
        key: max(FEWEST_STEPS, round(settings[key] * steps / count)) for key in free
    }
    if times > 1:
        found |= {key: times * settings[key] for key in _BATCHES}
    return found


def at_size(
    measured: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Any]:
    """A rehearsal's measurements of settings ``before``, rescaled to the slices of ``after``."""
    new, old = (pixels_of(one["preprocessing"]) for one in (after, before))
    work = relative_cost(new, old, measured.get("overhead_pixels", OVERHEAD))
    batch = after["labeled_batch"] / before["labeled_batch"]
    cost = {
        key: value and value * work * batch for key, value in measured["seconds_per_step"].items()
    }
    judged = measured["validate_seconds"] * work
    rescaled = {**measured, "seconds_per_step": cost, "validate_seconds": judged}
    if new != old:  # none of these is prepared yet
        room = new / old * measured["prepared_bytes"]
        rescaled |= {"prepared_bytes": room, "unprepared_bytes": room}
        rescaled |= {"prepare_seconds": measured["prepare_all_seconds"]}
    return rescaled


def pixels_of(preprocessing: Mapping[str, Any]) -> int:
    """The pixels of a working slice."""
    rows, columns = preprocessing["size"]
    return int(rows * columns)


def _seconds(
    settings: Mapping[str, Any], measured: Mapping[str, Any], work: Work
) -> tuple[float, float]:
    """Seconds within the steps of all trainings, and outside them."""
    cost = measured["seconds_per_step"]
    unlabeled = 0.0
    if work.semi and settings.get("unlabeled_weight", 1.0) > 0:
        unlabeled = (1 - settings.get("supervised_share", 0.2)) * settings["steps"]
    steps = (settings["steps"] - unlabeled) * cost["supervised"]
    steps += unlabeled * (cost["semi"] or cost["supervised"])
    steps += settings["align_steps"] * cost["align"]
    pretrain = settings.get("pretrain_steps", 0) if settings.get("base") is None else 0
    steps += pretrain * (cost["pretrain"] or PRETRAIN_WORK * cost["supervised"])
    steps *= work.trainings
    # The U-Net takes as many steps as all stages together.
    own = settings["steps"] + settings["align_steps"] + pretrain
    steps += work.unets * own * cost["unet"]
    saves: float = own * (work.trainings + work.unets)
    if minutes := settings.get("checkpoint_minutes", 5.0):
        saves = min(saves, steps / (60 * minutes))
    steps += saves * measured["save_seconds"]
    # Within a training: some of the cases several times, all of them at its end; then all once
    # more, on their images' own grids, by each model.
    within = settings.get("validations", 6) * min(
        work.scored, settings.get("validation_cases", 12) * work.trainings
    )
    scores = within + (2 + work.compared + work.unet) * work.scored
    other = START_SECONDS + measured["prepare_seconds"]
    if settings.get("first_look") and settings["align_steps"] + settings["steps"] >= LOOK_STEPS:
        other += LOOK_SECONDS
    other += (work.trainings + work.unets) * measured["load_seconds"]
    return steps, other + scores * measured["validate_seconds"]


def estimate_of(
    settings: Mapping[str, Any],
    measured: Mapping[str, Any],
    work: Work,
    minutes: float | None,
    folder: Path,
    fixed: Sequence[str] = (),
) -> Estimate:
    """The cost of the plan, and whether it fits.

    Args:
        measured: a rehearsal's result.
        minutes: the time it may take; None for no limit.
        folder: on the disk to be written to.
        fixed: settings that the user chose, and on which the time depends.
    """
    seconds = total_seconds(settings, measured, work)
    disk = CHECKPOINTS_ON_DISK * measured["checkpoint_bytes"] + RESERVE_BYTES
    disk += measured["unprepared_bytes"]
    fits, reason, offers = measured["fits"], measured["reason"], dict(measured["offers"])
    free = shutil.disk_usage(folder).free
    if fits and disk > free:
        fits = False
        reason = f"The disk has {_bytes(free)} free, and the training needs {_bytes(disk)}."
    if fits and minutes and seconds > LATE * 60 * minutes:
        fits, offers = False, {"minutes": max(1, math.ceil(seconds / 60))}
        reason = f"Even the shortest training takes {duration(seconds)} on this computer."
        if fixed:
            reason = (
                f"With what the plan fixes ({', '.join(fixed)}), even the shortest training takes "
                f"{duration(seconds)} on this computer."
            )
    gpu = measured["gpu_memory_bytes"]
    memory = f"{_bytes(gpu)} GPU memory" if gpu else f"{_bytes(measured['memory_bytes'])} memory"
    room = measured["prepared_bytes"]
    slices = f", {_bytes(room)} on the disk for prepared slices" if room >= TOLD_BYTES else ""
    return Estimate(
        seconds=round(seconds, 1),
        device=measured["device"],
        fits=fits,
        reason=reason,
        offers=offers,
        text=f"{duration(seconds)}, {memory}{slices}",
    )


def plan_of(
    settings: Mapping[str, Any],
    work: Work,
    sizes: Sizes,
    largest: bool,
    device: str | None = None,
) -> str:
    """What the settings do in their time, in sentences.

    Args:
        largest: whether the slices are as large as the preset would like.
        device: for which the network was chosen, as the torch device's type; None if it was not.
    """
    rows, columns = settings["preprocessing"]["size"]
    count = sum(settings.get(key, 0) for key in STEPS)
    batch = settings["labeled_batch"] + work.semi * settings["unlabeled_batch"]
    sentences = [
        f"Slices of {rows} x {columns} pixels, {count} steps of {batch} "
        f"slice{'' if batch == 1 else 's'}."
    ]
    if work.trainings > 1:
        sentences.append(f"These are {work.trainings} trainings: each patient is held out once.")
    name = settings.get("network", {}).get("name")
    if name == "middle" and device == "cuda":
        sentences.append("The network is the middle size: a graphics card computes.")
    elif name == "pretrained" and device == "cpu":
        sentences.append("The network is the small one: no graphics card computes.")
    if len(settings.get("branches", BRANCHES)) == 1:
        sentences.append(
            "One of the two branches is trained: in this time it learns more than both."
        )
    if not largest:
        sentences.append("Larger slices would leave too few steps in this time.")
    if count < sizes.least:
        sentences.append("That is little: more time makes a better model.")
    return " ".join(sentences)


def duration(seconds: float) -> str:
    """In words, no more exact than an estimate is: "about 1 h 50 min"."""
    if seconds < 50:
        return "less than a minute"
    if seconds < 3570:
        return f"about {round(seconds / 60)} min"
    minutes = 5 * round(seconds / 300)
    hours, rest = divmod(minutes, 60)
    if hours >= 24:
        return f"about {hours / 24:.1f} days"
    return f"about {hours} h {rest} min" if rest else f"about {hours} h"


def _bytes(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 5e7 else f"{count / 1e6:.0f} MB"
