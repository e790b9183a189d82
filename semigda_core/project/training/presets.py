"""From a preset and the measured images to the settings of a training.

The result is ``TrainSettings`` as JSON, which the user may view and change before they become a
job's options.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.checked import RULE
from semigda_core.files.documents import Wrong, check, flag, list_of, one_of, record, text, whole
from semigda_core.jobs.training import TrainSettings
from semigda_core.labels.sides import sided
from semigda_core.models.base_file import read_header
from semigda_core.models.card import ModelCard, authored, check_name, inherited
from semigda_core.models.network_config import BRANCHES, NetworkConfig
from semigda_core.models.preprocessing import MULTIPLE
from semigda_core.project.check.facts import in_one_part, label_of
from semigda_core.project.project import Project
from semigda_core.project.records import View, no_classes
from semigda_core.project.training.budget import Sizes
from semigda_core.project.training.plans import Plan


@dataclass(frozen=True)
class Preset:
    """A way to train.

    Attributes:
        about: a sentence for the user.
        minutes: for everything, unless the plan says otherwise; None for no limit.
        featured, plain: for networks with and without general image features.
        settings: what it changes in ``TrainSettings``.
        middle: for the middle-size network, which is then chosen where a graphics card computes.
        varied: whether pictures are also seen as those of other machines, see :data:`VARIED`.
    """

    about: str
    minutes: float | None
    featured: Sizes
    plain: Sizes
    settings: Mapping[str, Any] = field(default_factory=dict)
    middle: Sizes | None = None
    varied: bool = False

    def sizes(self, network: Mapping[str, Any]) -> Sizes:
        """For a network, as of ``NetworkConfig.to_dict``."""
        if self.middle is not None and network == NetworkConfig.middle().to_dict():
            return self.middle
        return self.featured if network.get("features", "none") != "none" else self.plain


_PAPER = Sizes((224,), 2, 2, 4400)
# With general image features large slices pay more than many steps, and within the time that a CPU
# has, the second encoder's branch alone is better than both (docs/ablation.md).
_FEATURED = partial(
    Sizes, labeled_batch=6, unlabeled_batch=2, larger=2, finer=2.0, branches=("cnn",)
)
_STANDARD_SIDES = (256, 224, 192, 160, 128, 96)
# Quick look shows within minutes whether labels and images fit together.
PRESETS = {
    "quick": Preset(
        "About 10 minutes: do labels and images match, and is every class found?",
        10.0,
        _FEATURED((192, 160, 128, 96), steps=440, least=500, most=3000),
        Sizes((96,), 12, 4, steps=275),
        {"validations": 3, "validation_cases": 4, "checkpoint_minutes": 1.0},
    ),
    "standard": Preset(
        "The usual choice: about 45 minutes. A graphics card gets further in that time.",
        45.0,
        _FEATURED(_STANDARD_SIDES, steps=1100, least=1500, most=6000),
        Sizes((160, 128, 96), 12, 4, steps=4400, least=2000, most=8800),
        middle=_FEATURED(_STANDARD_SIDES, steps=1100, least=1500, most=6000, branches=BRANCHES),
        varied=True,
    ),
    "paper": Preset(
        "The full-size network of the paper, on a graphics card: many hours.",
        None,
        _PAPER,
        _PAPER,
        {
            "optimizer": "sgd",
            "learning_rate": 0.01,
            "weight_decay": 1e-4,
            "frozen": "autoencoder",
            "pseudo_labels": "cross",
        },
    ),
}


def preset_of(plan: Plan) -> Preset:
    """The preset of a plan; "bad-input" if there is none of its name."""
    if plan.preset not in PRESETS:
        raise SemiGDAError(
            "bad-input", f"The presets are {', '.join(PRESETS)}.", action="Choose one of them."
        )
    return PRESETS[plan.preset]


# Pictures of other machines are narrower, darker and coarser; in a short training this costs a
# point where they are not (docs/robustness.md).
VARIED = {"stretch": 0.5, "darkness": 0.5, "coarse": 0.15}
ALIGN_SHARE = 1 / 11  # of the steps, for stage 1
PAPER_PASSES = 350  # over the labelled slices, in stage 2
FEWEST_STEPS = 40


def _of_the_project(value: Any) -> None:
    """A project may come from anybody: what is written where does not follow from its plan."""
    raise Wrong("is for the project to choose")


# The user's single settings. Of a network, a preprocessing and an augmentation only what is used
# here: the training checks them as a whole.
_ADVANCED = record(
    {},
    {
        **{one.name: one.metadata[RULE] for one in fields(TrainSettings)},
        "side": whole(16, 4096),
        "slice_axis": one_of("axial", "coronal", "sagittal"),
        "channels": list_of(whole(0, 4096), 16),
        "network": record({}, others=True),
        "preprocessing": record(
            {"size": list_of(whole(MULTIPLE, 4096), 2, least=2)},
            {"channels": text(16), "slice_axis": text(16)},
            others=True,
        ),
        "augmentation": record({}, {"mirror": flag()}, others=True),
        **dict.fromkeys(("cases", "out", "work", "overwrite", "card", "base"), _of_the_project),
    },
    others=True,
)


def train_settings(
    project: Project, facts: Mapping[str, Any], plan: Plan, name: str, *, card: bool = False
) -> dict[str, Any]:
    """Settings of a training into ``models/<name>`` of the project, but for its case list.

    Args:
        facts: what the check measured, by case id.
        card: whether a graphics card computes. The preset may then choose a larger network with
            general image features.

    Raises:
        SemiGDAError: "bad-input" for an unknown preset, no classes or no measured case; for
            "paper" without a base, for impossible channels; "model-invalid" for a
            wrong name or base.
    """
    view = project.read()
    _refuse(view, plan)
    chosen, base, advanced = preset_of(plan), plan.base, dict(plan.advanced)
    check(advanced, _ADVANCED, "The plan", action="Change the setting, or take it back.")
    side, axis = advanced.pop("side", None), advanced.pop("slice_axis", None)
    channels = advanced.pop("channels", None)
    model = ModelCard.read(base) if base and Path(base).is_dir() else None
    if model is not None:
        network = model.network
    elif base:
        network = read_header(Path(base)).network.to_dict()
    elif card and plan.features and chosen.middle is not None and not channels:
        network = NetworkConfig.middle().to_dict()
    else:
        network = _network(plan.features, channels)
    sizes = chosen.sizes(advanced.get("network", network))
    if model is not None:
        preprocessing, branches = model.preprocessing, NetworkConfig.from_dict(network).branches
    else:
        largest = side or sizes.sides[0]
        preprocessing = suggest_preprocessing(view, facts, largest, axis, sizes.finer)
        branches = sizes.branches
    align = max(FEWEST_STEPS, round(ALIGN_SHARE * sizes.steps))
    steps = {"align_steps": align, "steps": round((1 - ALIGN_SHARE) * sizes.steps)}
    if plan.preset == "paper" and plan.minutes is None:
        slices = PAPER_PASSES * _labelled_slices(view, facts)
        steps["steps"] = max(FEWEST_STEPS, slices // sizes.labeled_batch)
    return {
        **steps,
        "labeled_batch": sizes.labeled_batch,
        "unlabeled_batch": sizes.unlabeled_batch,
        "branches": list(branches),
        **chosen.settings,
        "out": str(project.folder / "models" / check_name(name)),
        "card": _card(view, facts, name, model),
        "network": network,
        "preprocessing": preprocessing,
        "base": base,
        # A model to start from shows at once what it finds.
        "first_look": model is None and NetworkConfig.from_dict(network).has_features,
        **advanced,
        "augmentation": {
            **_augmentation(view, preprocessing, chosen.varied),
            **advanced.get("augmentation", {}),
        },
    }


def _refuse(view: View, plan: Plan) -> None:
    """Raise "bad-input" for a plan that cannot be used yet."""
    if not view.classes:
        raise no_classes()
    if plan.preset == "paper" and plan.base is None:
        raise SemiGDAError(
            "bad-input",
            "The full-size network needs a trained autoencoder to start from.",
            action="Choose a base (semigda import-official makes one), or the preset standard.",
        )


def grids(
    project: Project, facts: Mapping[str, Any], plan: Plan, settings: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The working grids that ``settings`` may have, by :func:`train_settings`: largest first.

    A model to start from and the user's own choice leave none.
    """
    own, base = settings["preprocessing"], settings.get("base")
    if {"side", "preprocessing"} & set(plan.advanced) or (base and Path(base).is_dir()):
        return [own]
    view, axis = project.read(), plan.advanced.get("slice_axis")
    found = [own]
    sizes = preset_of(plan).sizes(settings["network"])
    for side in sizes.sides[1:]:
        grid = suggest_preprocessing(view, facts, side, axis, sizes.finer)
        if grid["size"] != found[-1]["size"]:
            found.append(grid)
    return found


def _network(features: bool, channels: Sequence[int] | None) -> dict[str, Any]:
    config = NetworkConfig.pretrained() if features else NetworkConfig.compact()
    try:
        if channels and min(channels) < 1:
            raise ValueError("channels are above 0")
        return (replace(config, channels=tuple(channels)) if channels else config).to_dict()
    except ValueError as error:
        count, groups = len(config.channels), config.norm_groups
        raise SemiGDAError(
            "bad-input",
            f"The branch widths are {count} numbers, each a multiple of {groups}.",
            action="Change them, or leave them empty.",
        ) from error


def suggest_preprocessing(
    view: View,
    facts: Mapping[str, Any],
    side: int,
    slice_axis: str | None = None,
    finer: float = 1.0,
) -> dict[str, Any]:
    """A ``Preprocessing`` that suits the measured images, slices of at most ``side`` pixels.

    Slices smaller than that get pixels up to ``finer`` times as fine as usual. Volumes are cut as
    most of them were acquired, or along ``slice_axis``.

    Raises:
        SemiGDAError: "bad-input" if no image was measured.
    """
    images = _readable(view, facts)
    if not images:
        raise SemiGDAError(
            "bad-input", "No image of the project was checked yet.", action="Run the check."
        )
    kind = Counter(image["picture"] for image in images).most_common(1)[0][0]
    images = [image for image in images if image["picture"] == kind]
    colour = sum(image["channels"] == 3 for image in images) > len(images) / 2
    axis = Counter(image["slice_axis"] for image in images).most_common(1)[0][0]
    if slice_axis and axis != "acquisition":
        axis = slice_axis
    return {
        "channels": "rgb" if colour else "2.5d",
        "slice_axis": axis,
        **_grid(images, axis, side, finer),
        "intensity": _intensity(view, facts, images),
        "crop": True,
    }


def _readable(view: View, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was measured of the images that are used."""
    used = (case.id for case in view.cases if case.role != "ignored" and case.id in facts)
    images = [facts[case_id]["image"] for case_id in used]
    return [image for image in images if "error" not in image]


def _grid(images: list[dict[str, Any]], axis: str, side: int, finer: float) -> dict[str, Any]:
    """Working size and spacing."""
    if axis == "acquisition":  # pictures: fitted into a size of their usual shape
        rows, columns = (statistics.median(image["shape"][n] for image in images) for n in (1, 2))
        longest = max(rows, columns)
        size = [_rounded(min(finer * longest, side) * n / longest) for n in (rows, columns)]
        return {"size": size, "spacing": [None, None, None]}
    # Facts give sizes and steps as (slice, row, column) of an axial view.
    rows, columns = {"axial": (1, 2), "coronal": (0, 2), "sagittal": (0, 1)}[axis]
    steps = [statistics.median(image["spacing"][n] for image in images) for n in (rows, columns)]
    fields = [
        statistics.median(image["spacing"][n] * image["shape"][n] for image in images)
        for n in (rows, columns)
    ]
    step = max(min(steps) / finer, *(field / side for field in fields))
    size = [_rounded(field / step) for field in fields]
    return {"size": size, "spacing": [None, round(step, 4), round(step, 4)]}


def _rounded(pixels: float) -> int:
    """Up to a size that the network can halve; rounded first, so that 96.0001 stays 96."""
    return max(2 * MULTIPLE, MULTIPLE * math.ceil(round(pixels, 2) / MULTIPLE))


def _intensity(
    view: View, facts: Mapping[str, Any], images: list[dict[str, Any]]
) -> dict[str, Any]:
    # Deeper pictures among some of 8 bits are read as these.
    readable = all(image["dtype"] == "uint8" or "white" in image for image in images)
    if readable and any(image["dtype"] == "uint8" for image in images):
        return {"rule": "8-bit"}
    if view.settings.get("modality", guess_modality(images)) != "CT":
        return {"rule": "mr-percentile", "low": 0.5, "high": 99.5}
    # Hounsfield units mean the same in every image: a window around the labelled voxels. Not of
    # held-out cases: nothing is chosen on these.
    labels = [label_of(facts, case.id) for case in view.of_role("labeled")]
    ends = [(label["low"], label["high"]) for label in labels if "low" in label]
    if not ends:
        return {"rule": "ct-window", "low": -160.0, "high": 240.0}  # soft tissue
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    margin = max(100.0, 0.5 * (high - low))  # the surroundings must stay visible
    return {"rule": "ct-window", "low": round(low - margin), "high": round(high + margin)}


def guess_modality(images: list[dict[str, Any]]) -> str:
    """DICOM's word for the modality: what the files say, or what is probable: XC (photographs), US,
    CT or MR."""
    said = {image["modality"] for image in images if image.get("modality")}
    if len(said) == 1:
        return said.pop()
    if all(image["channels"] == 3 for image in images):
        return "XC"
    if all(image["picture"] for image in images):
        return "US"
    return "CT" if statistics.median(image["min"] for image in images) < -500 else "MR"


def _card(
    view: View, facts: Mapping[str, Any], name: str, model: ModelCard | None
) -> dict[str, Any]:
    names = ", ".join(label.name for label in view.classes)
    settings = view.settings
    guess = model.modality if model else guess_modality(_readable(view, facts))
    words = {
        "name": name,
        "title": names[:1].upper() + names[1:],
        "description": f"Segments {names}.",
        "modality": guess,
        "labels": view.data["classes"],
        "postprocessing": {"largest_component": in_one_part(view, facts)},
        "licence": "not stated; not for distribution",
        "attribution": [],
        **{field: settings[field] for field in authored() if settings.get(field)},
    }
    return inherited(words, model) if model else words


def _augmentation(view: View, preprocessing: Mapping[str, Any], varied: bool) -> dict[str, Any]:
    """No mirroring if left and right are classes; photographs have no upright, and their light
    varies; pictures have no spacing that would tell how they are stretched."""
    one_sided = bool(sided(label.name for label in view.classes))
    photograph = preprocessing["channels"] == "rgb"
    colour = 0.25 if photograph else 0.0
    return {
        "mirror": not one_sided,
        "turn_over": photograph and not one_sided,
        "colour": colour,
        **(VARIED if varied and preprocessing["spacing"][1] is None else {}),
    }


def _labelled_slices(view: View, facts: Mapping[str, Any]) -> int:
    shapes = [facts[case.id]["image"] for case in view.of_role("labeled") if case.id in facts]
    return sum(min(image["shape"]) for image in shapes if "shape" in image) or 1
