"""How to train: the settings of a training and of a pre-training.

They are the same in a job, in a JSON file and on the command line (``semigda train --help`` prints
the meanings below). A project's presets fill them in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, TypeVar

from semigda_core.errors import SemiGDAError
from semigda_core.files.checked import (
    check_fields,
    demand,
    made,
    meaning_of,
    rule_of,
    ruled,
    tuples,
)
from semigda_core.files.documents import Wrong, flag, maybe, number, one_of, path, text, whole
from semigda_core.files.texts import one_line
from semigda_core.jobs.segmenting import DEVICES
from semigda_core.labels.sides import sided
from semigda_core.models.card import MOST_CLASSES, ModelCard
from semigda_core.models.network_config import BRANCHES, FREEZABLE, NetworkConfig, some_branches
from semigda_core.models.preprocessing import Preprocessing

PRECISIONS = ("auto", "float32", "bfloat16")
# Folders and a look do not affect the computation. Inputs keep their names only, so that a training
# in a moved project resumes.
_PLACES, _INPUTS = ("out", "work", "overwrite", "first_look"), ("cases", "base")
_GONE = ("choose_on_val",)  # from older versions, whose settings are still read
_STEPS, _BATCH, _SHARE, _RATE = whole(0, 10**8), whole(1, 4096), number(0, 1), number(1e-9, 10)
_WORDS = rule_of(
    ModelCard,
    without=(
        "network",
        "preprocessing",
        "branches",
        "training",
        "engine_version",
        "weights_sha256",
    ),
)


def _words(value: Any) -> None:
    """The texts of a card, and of its licence."""
    demand(isinstance(value, dict), "is not an object")
    text(100_000, lines=True)(value.get("licence_text") or "")
    _WORDS({name: word for name, word in value.items() if name != "licence_text"})


@dataclass(frozen=True)
class Augmentation:
    """How much a slice may change; every number is the largest change in either direction."""

    mirror: bool = ruled(
        flag(),
        True,
        "flip left and right; off where one side of the body is a class of its own",
    )
    turn_over: bool = ruled(
        flag(), False, "flip top and bottom; right for dermoscopy, wrong for a scan of a patient"
    )
    rotate: float = ruled(number(0, 180), 15.0, "degrees")
    scale: float = ruled(number(0, 3), 0.15, "0.15 means from 1 / 1.15 to 1.15")
    shift: float = ruled(number(0, 1), 0.08, "share of the image's side")
    elastic: float = ruled(
        number(0, 1),
        0.03,
        "share of the image's side that a smooth random field moves pixels by",
    )
    brightness: float = ruled(number(0, 2), 0.15, "added to the image, whose range is [-1, 1]")
    contrast: float = ruled(number(0, 10), 0.25, "0.3 means a factor from 1 / 1.3 to 1.3")
    # The channels of a scan are neighbouring slices and share their light.
    colour: float = ruled(
        number(0, 10),
        0.0,
        "as contrast, of each colour's light by itself; for photographs, whose light differs",
    )
    gamma: float = ruled(number(0, 10), 0.25, "0.3 means an exponent from 1 / 1.3 to 1.3")
    noise: float = ruled(number(0, 2), 0.05, "standard deviation of Gaussian noise")
    blur: float = ruled(
        number(0, 1),
        0.15,
        "share of the images that lose detail (to half the resolution and back)",
    )
    stretch: float = ruled(
        number(0, 3), 0.0, "of height against width: 0.5 means from 1 / 1.5 to 1.5"
    )
    darkness: float = ruled(
        number(0, 0.95),
        0.0,
        "share of their light that half of the images may lose, or as much of it by an exponent",
    )
    coarse: float = ruled(
        number(0, 1),
        0.0,
        "share of the images with pixels up to three times as long, along each side by itself",
    )

    def __post_init__(self) -> None:
        check_fields(self)


def _augmentation(value: Any) -> None:
    if not isinstance(value, Augmentation):
        made(Augmentation, value)


S = TypeVar("S", bound="Settings")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What trainings and pre-trainings have in common, and how settings are read."""

    cases: str = ruled(path(), meaning="case list, JSON or CSV, with the role of every case")
    out: str = ruled(
        path(), meaning="what to write: folder of a model package, or file of an autoencoder"
    )
    network: dict[str, Any] = ruled(NetworkConfig.from_dict, meaning="the network's sizes")
    preprocessing: dict[str, Any] = ruled(
        Preprocessing.from_dict, meaning="how images become slices, as a card says it"
    )
    seed: int = ruled(
        whole(0, 2**63 - 1), 0, "of the first weights, the data order and every random change"
    )
    augmentation: Augmentation = ruled(
        _augmentation, factory=Augmentation, meaning="how much slices are changed"
    )
    checkpoint_minutes: float = ruled(number(0, 10_000), 5.0, "time between checkpoints")
    device: str = ruled(one_of(*DEVICES), "auto", f"one of {', '.join(DEVICES)}")
    precision: str = ruled(
        one_of(*PRECISIONS), "auto", "float32 or bfloat16; auto: bfloat16 on CUDA, else float32"
    )
    threads: int = ruled(whole(0, 1024), 0, "CPU threads; 0 leaves the default")
    overwrite: bool = ruled(flag(), False, "replace a model or base that is there at the start")

    def __post_init__(self) -> None:
        check_fields(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls: type[S], values: dict[str, Any]) -> S:
        """The settings written by :meth:`to_dict`, perhaps of an older version.

        Raises:
            SemiGDAError: "bad-input" naming a missing or unknown setting, or a wrong value.
        """
        values = {name: value for name, value in values.items() if name not in _GONE}
        unknown = set(values) - {one.name for one in fields(cls)}
        if unknown:
            raise SemiGDAError(
                "bad-input",
                f"Unknown training settings: {one_line(', '.join(sorted(map(str, unknown))))}.",
                action="Give or correct that setting.",
            )
        try:
            rule_of(cls)(values)
            given = values.get("augmentation", {})
            if isinstance(given, dict):
                values["augmentation"] = Augmentation(**{"mirror": _may_mirror(values), **given})
            return cls(**values)
        except Wrong as wrong:
            raise SemiGDAError(
                "bad-input",
                f"The settings of the training cannot be used: {wrong}.",
                action="Give or correct that setting.",
            ) from None

    def identity(self) -> dict[str, Any]:
        """What determines the computation, wherever its files are."""
        values = {name: value for name, value in self.to_dict().items() if name not in _PLACES}
        for name in _INPUTS:
            if values.get(name) is not None:
                values[name] = re.split(r"[\\/]", values[name].rstrip("\\/"))[-1]
        return values

    def same(self, values: dict[str, Any]) -> bool:
        """Whether stored settings, perhaps of an older version, equal these."""
        try:
            return type(self).from_dict(values).identity() == self.identity()
        except SemiGDAError:
            return False


@dataclass(frozen=True, kw_only=True)
class PretrainSettings(Settings):
    """Pre-training of a compact autoencoder on images and painted masks.

    Images are those of the roles labeled and unlabeled, masks those of labeled.
    """

    num_classes: int = ruled(whole(1, MOST_CLASSES), meaning="foreground classes of the palette")
    steps: int = ruled(whole(1, 10**8), 1500, "of AdamW, one cycle of the learning rate")
    batch_size: int = ruled(whole(2, 4096), 16, "images and masks a step")
    learning_rate: float = ruled(_RATE, 2e-3, "peak of the cycle")
    mask_share: float = ruled(_SHARE, 0.5, "share of the batch that is painted masks")
    kl_weight: float = ruled(
        number(0, 1000), 1e-4, "of the posterior's KL divergence, small so that detail survives"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        both = 1 <= self.masks < self.batch_size
        demand(both, "leaves a batch without images, or without masks", "mask_share")

    @property
    def masks(self) -> int:
        """The number of painted masks in a batch; the rest are images."""
        return round(self.batch_size * self.mask_share)


@dataclass(frozen=True, kw_only=True)
class TrainSettings(Settings):
    """Both stages of a training and the model package that they make.

    Cases of the roles labeled and unlabeled train, those of val are only measured.
    """

    card: dict[str, Any] = ruled(
        _words,
        meaning="words of the model's card: name, title, description, modality, labels, licence, "
        "attribution, postprocessing",
    )
    base: str | None = ruled(
        maybe(path()),
        None,
        "a base file (from pretrain or import-official), or the folder of a model to fine-tune, "
        "whose network it then is; null: random weights, after pretrain_steps",
    )
    branches: tuple[str, ...] = ruled(
        some_branches,
        BRANCHES,
        "of the network that are trained and that the model has: vae, the autoencoder's, and cnn, "
        "the second encoder's; one alone takes six tenths of the time, but has no second opinion",
    )
    work: str | None = ruled(
        maybe(path()), None, "folder for checkpoints and previews; null: the job's own"
    )
    first_look: bool = ruled(
        flag(),
        False,
        "before stage 1, show within a minute what a small network of its own finds, where there "
        "are general image features to start from; it changes nothing of the training",
    )
    # With few images they gain no more than as many steps of stage 2.
    pretrain_steps: int = ruled(_STEPS, 0, "of the autoencoder, where there is no base")
    align_steps: int = ruled(_STEPS, 400, "of stage 1, latent alignment (DAM)")
    steps: int = ruled(whole(1, 10**8), 4000, "of stage 2, segmentation (CDSA)")
    # With half of the slices unlabelled, labelled ones lost more than unlabelled ones gained.
    labeled_batch: int = ruled(_BATCH, 12, "labelled slices a step")
    unlabeled_batch: int = ruled(_BATCH, 4, "unlabelled slices a step")
    foreground_share: float = ruled(
        _SHARE, 0.7, "share of the labelled slices that are drawn to hold foreground"
    )
    optimizer: str = ruled(
        one_of("adamw", "sgd"), "adamw", "of stage 2: adamw, or sgd with momentum 0.9"
    )
    learning_rate: float = ruled(_RATE, 2e-3, "peak of the one cycle of stage 2")
    weight_decay: float = ruled(number(0, 10), 1e-2, "decay of the weights")
    align_learning_rate: float = ruled(_RATE, 2e-3, "of AdamW in stage 1")
    features_learning_rate: float = ruled(
        _SHARE,
        0.1,
        "share of both stages' rate at which general image features learn (see the network's "
        "features); 0 freezes them",
    )
    align_variance: bool = ruled(
        flag(), False, "align the variance of the convolutional branch's posterior as well"
    )
    # The published prior is an autoencoder trained at web scale; a compact one trained on little
    # data is not worth freezing.
    frozen: str = ruled(
        one_of(*FREEZABLE), "nothing", f"what stage 2 does not train: {', '.join(FREEZABLE)}"
    )
    unlabeled_weight: float = ruled(
        _SHARE, 1.0, "largest weight of the unlabelled loss; 0 is supervised training"
    )
    supervised_share: float = ruled(
        _SHARE, 0.2, "share of stage 2 before the unlabelled loss starts"
    )
    # If the full weight came only at the end, the learning rate would be near zero by then.
    ramp_share: float = ruled(
        number(1e-6, 1), 0.3, "share of the rest until the unlabelled loss has its full weight"
    )
    pseudo_labels: str = ruled(
        one_of("cross", "mean"),
        "mean",
        "cross: each branch learns from the teacher's other branch; mean: both learn from the "
        "teacher's mean probability, so that a good branch is not taught by a poor one",
    )
    mix_share: float = ruled(
        _SHARE, 1.0, "share of the unlabelled images that get or give a box of a labelled one"
    )
    box_side: float = ruled(_SHARE, 0.6, "side of that box, as a share of the image's side")
    noise_share: float = ruled(_SHARE, 0.5, "how often the image latent is a draw of its posterior")
    ema_decay: float = ruled(_SHARE, 0.995, "of the teacher's weights, a step")
    clip: float = ruled(number(1e-6, 1e6), 1.0, "largest norm of the gradient")
    validations: int = ruled(
        whole(0, 10_000), 6, "how often Dice on val is measured during stage 2, for the curve"
    )
    validation_cases: int = ruled(
        whole(0, 100_000), 12, "how many val cases that takes (all at the end)"
    )

    def __post_init__(self) -> None:
        tuples(self, "branches")
        super().__post_init__()
        alone = len(self.branches) == 1
        demand(
            not (alone and self.pseudo_labels == "cross"), "needs both branches", "pseudo_labels"
        )
        second = "cnn" in self.branches or not self.align_variance
        demand(second, "needs the branch cnn", "align_variance")
        learned = self.frozen == "nothing" or self.base is not None or self.pretrain_steps > 0
        demand(learned, "keeps random weights: give a base or pretrain_steps", "frozen")

    @property
    def num_classes(self) -> int:
        """Foreground classes."""
        return len(self.card["labels"])

    def pretraining(self, out: str) -> PretrainSettings:
        """The pre-training that comes first if there is no base."""
        values = {one.name: getattr(self, one.name) for one in fields(Settings)}
        values |= {"out": out, "num_classes": self.num_classes}
        # Zero steps would be refused, but the other settings are still needed.
        return PretrainSettings(**values, steps=max(1, self.pretrain_steps))


def meanings(cls: type) -> Iterator[str]:
    """A line for each setting of a dataclass of this module: its name, meaning and default."""
    for one in fields(cls):
        default = "" if one.default is MISSING else f" (default: {json.dumps(one.default)})"
        yield f"{one.name}: {meaning_of(one)}{default}"
        if one.name == "preprocessing":
            for part in fields(Preprocessing):
                yield f"preprocessing.{part.name}: {meaning_of(part)}"
        if one.name == "augmentation":
            yield from (f"augmentation.{line}" for line in meanings(Augmentation))


def _may_mirror(values: dict[str, Any]) -> bool:
    """The default: mirror unless a class may be one side of the body."""
    card = values.get("card")
    labels = card.get("labels") if isinstance(card, dict) else None
    names = [label["name"] for label in labels or () if isinstance(label, dict)]
    return not sided(name for name in names if isinstance(name, str))
