"""The settings of a training run: dataclasses that are also JSON."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import Any

from semigda.data.augment import Augmentation
from semigda.inference.device import DEVICES
from semigda.networks.semigda import FREEZABLE
from semigda_core.errors import SemiGDAError
from semigda_core.files.checked import as_rule, check_fields, demand, made, rule_of, ruled
from semigda_core.files.documents import Wrong, flag, maybe, number, one_of, path, text, whole
from semigda_core.files.texts import one_line
from semigda_core.labels.sides import sided
from semigda_core.models.card import ModelCard
from semigda_core.models.network_config import NetworkConfig
from semigda_core.models.preprocessing import Preprocessing

PRECISIONS = ("auto", "float32", "bfloat16")
# Where things lie is no part of what is computed; of inputs the name stays, so that a project that
# was moved goes on.
_PLACES, _INPUTS = ("out", "work", "overwrite"), ("cases", "base")
_GONE = ("choose_on_val",)  # of older versions, whose trainings are still read
_STEPS, _BATCH, _SHARE, _RATE = whole(0, 10**8), whole(1, 4096), number(0, 1), number(1e-9, 10)
_WORDS = rule_of(
    ModelCard,
    without=(
        *("network", "preprocessing", "branches", "training"),
        *("engine_version", "weights_sha256"),
    ),
)


def _words(value: Any) -> None:
    """The words of a card, and the text of its licence."""
    demand(isinstance(value, dict), "is not an object")
    text(100_000, lines=True)(value.get("licence_text") or "")
    _WORDS({name: word for name, word in value.items() if name != "licence_text"})


def _augmentation(value: Any) -> None:
    if not isinstance(value, Augmentation):
        made(Augmentation, value)


class JsonSettings:
    """Settings that are checked, ``to_dict`` and ``from_dict``: a dataclass of ruled fields."""

    def __post_init__(self) -> None:
        check_fields(self)

    def to_dict(self) -> dict:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict):
        """The settings written by :meth:`to_dict`.

        Raises:
            SemiGDAError: "bad-input" naming a missing or unknown setting, or a wrong value.
        """
        values = {name: value for name, value in values.items() if name not in _GONE}
        unknown = set(values) - {one.name for one in fields(cls)}
        if unknown:
            raise SemiGDAError("bad-input", f"Unknown training settings: {_list(unknown)}.")
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
                action="Correct that setting, or leave it out.",
            ) from None

    def identity(self) -> dict:
        """What decides about the computation, wherever its files lie."""
        values = {name: value for name, value in self.to_dict().items() if name not in _PLACES}
        for name in _INPUTS:
            if values.get(name) is not None:
                values[name] = re.split(r"[\\/]", values[name].rstrip("\\/"))[-1]
        return values

    def same(self, values: dict) -> bool:
        """Whether settings that were stored, perhaps by an older version, are these."""
        try:
            return type(self).from_dict(values).identity() == self.identity()
        except SemiGDAError:
            return False


def _may_mirror(values: dict) -> bool:
    """Whether no class may be one side of the body, where nobody said what to do."""
    card = values.get("card")
    labels = card.get("labels") if isinstance(card, dict) else None
    names = [label["name"] for label in labels or () if isinstance(label, dict)]
    return not sided(name for name in names if isinstance(name, str))


def _list(names: set[str]) -> str:
    return one_line(", ".join(sorted(map(str, names))))


@dataclass(frozen=True)
class PretrainSettings(JsonSettings):
    """Pre-training of a compact autoencoder on images and painted masks.

    Attributes:
        cases: the case list; images of the roles labeled and unlabeled, masks of labeled.
        out: the ``.safetensors`` file to write.
        network: ``NetworkConfig.to_dict()``.
        preprocessing: ``Preprocessing.to_dict()``.
        num_classes: foreground classes of the palette.
        steps, batch_size, learning_rate: AdamW, one cycle of :func:`ramps.learning_rate`.
        mask_share: share of the batch that is painted masks.
        kl_weight: of the posterior's KL divergence, small so that detail survives.
        seed: of the first weights, the data order and every random change.
        checkpoint_minutes: time between checkpoints.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        precision: ``auto`` (half on CUDA, else float32), ``float32`` or ``bfloat16``.
        threads: CPU threads, 0 leaves the default.
        overwrite: replace a base that is there at the start.
    """

    cases: str = ruled(path())
    out: str = ruled(path())
    network: dict = ruled(as_rule(NetworkConfig.from_dict))
    preprocessing: dict = ruled(as_rule(Preprocessing.from_dict))
    num_classes: int = ruled(whole(1, 255))
    steps: int = ruled(whole(1, 10**8), 1500)
    batch_size: int = ruled(whole(2, 4096), 16)
    learning_rate: float = ruled(_RATE, 2e-3)
    mask_share: float = ruled(_SHARE, 0.5)
    kl_weight: float = ruled(number(0, 1000), 1e-4)
    checkpoint_minutes: float = ruled(number(0, 10_000), 5.0)
    seed: int = ruled(whole(0, 2**63 - 1), 0)
    device: str = ruled(one_of(*DEVICES), "auto")
    precision: str = ruled(one_of(*PRECISIONS), "auto")
    threads: int = ruled(whole(0, 1024), 0)
    augmentation: Augmentation = ruled(_augmentation, factory=Augmentation)
    overwrite: bool = ruled(flag(), False)

    def __post_init__(self) -> None:
        super().__post_init__()
        both = 1 <= self.masks < self.batch_size
        demand(both, "leaves a batch without images, or without masks", "mask_share")

    @property
    def masks(self) -> int:
        """Painted masks in a batch; the rest of it is images."""
        return round(self.batch_size * self.mask_share)


@dataclass(frozen=True)
class TrainSettings(JsonSettings):
    """Both stages of a training and the model package they end in.

    Attributes:
        cases: the case list with the roles labeled, unlabeled and val.
        out: folder of the model package to write.
        card: the card's words: name, title, description, modality, labels, licence, attribution,
            and optionally postprocessing.
        network, preprocessing: as in :class:`PretrainSettings`.
        base: a base file from ``pretrain`` or ``import-official``, or the folder of a model package
            to fine-tune (then ``network`` is the base's). Without one the network starts from
            random weights, after ``pretrain_steps``.
        work: folder for checkpoints and previews; the job's own folder by default.
        pretrain_steps: of the autoencoder, where there is no base. On the images at hand alone they
            gain nothing that as many steps of stage 2 do not.
        align_steps: of stage 1, latent alignment (DAM).
        steps: of stage 2, segmentation (CDSA).
        labeled_batch, unlabeled_batch: slices a step. With half of them unlabelled, labelled ones
            were learned worse than unlabelled ones made up for.
        foreground_share: share of the labelled slices that are drawn to hold foreground.
        optimizer: ``adamw`` or ``sgd`` (momentum 0.9), for stage 2.
        learning_rate, weight_decay: peak of the one cycle, and decay, in stage 2.
        align_learning_rate: AdamW in stage 1.
        features_learning_rate: share of both stages' rate at which general image features learn
            (``NetworkConfig.features``); 0 freezes them.
        align_variance: also align the variance of the convolutional branch's posterior.
        frozen: what stage 2 does not train, of :data:`FREEZABLE`. The published prior is an
            autoencoder trained at web scale; a compact one that saw little data is not worth
            freezing.
        unlabeled_weight: largest weight of the unlabelled loss; 0 is supervised training with the
            same network, steps and seeds.
        supervised_share: share of stage 2 before the unlabelled loss starts.
        ramp_share: share of the rest until it has its full weight; where that is only at the end,
            the learning rate has fallen to nothing before the pseudo labels count.
        pseudo_labels: ``cross`` (each branch learns from the teacher's other branch) or ``mean``
            (both from the teacher's mean probability: a good branch is not taught by a poor one).
        mix_share: share of the unlabelled images that get or give a box of a labelled one.
        box_side: side of that box, as a share of the image's side.
        noise_share: how often the image latent is a draw of its posterior.
        ema_decay: of the teacher's weights, a step.
        clip: largest norm of the gradient.
        validations: how often Dice on val is measured during stage 2.
        validation_cases: how many val cases that takes (all at the end).
        checkpoint_minutes: time between checkpoints.
        overwrite: replace a model that is there at the start.
    """

    cases: str = ruled(path())
    out: str = ruled(path())
    card: dict = ruled(_words)
    network: dict = ruled(as_rule(NetworkConfig.from_dict))
    preprocessing: dict = ruled(as_rule(Preprocessing.from_dict))
    base: str | None = ruled(maybe(path()), None)
    work: str | None = ruled(maybe(path()), None)
    pretrain_steps: int = ruled(_STEPS, 0)
    align_steps: int = ruled(_STEPS, 400)
    steps: int = ruled(whole(1, 10**8), 4000)
    labeled_batch: int = ruled(_BATCH, 12)
    unlabeled_batch: int = ruled(_BATCH, 4)
    foreground_share: float = ruled(_SHARE, 0.7)
    optimizer: str = ruled(one_of("adamw", "sgd"), "adamw")
    learning_rate: float = ruled(_RATE, 2e-3)
    weight_decay: float = ruled(number(0, 10), 1e-2)
    align_learning_rate: float = ruled(_RATE, 2e-3)
    features_learning_rate: float = ruled(_SHARE, 0.1)
    align_variance: bool = ruled(flag(), False)
    frozen: str = ruled(one_of(*FREEZABLE), "nothing")
    unlabeled_weight: float = ruled(_SHARE, 1.0)
    supervised_share: float = ruled(_SHARE, 0.2)
    ramp_share: float = ruled(number(1e-6, 1), 0.3)
    pseudo_labels: str = ruled(one_of("cross", "mean"), "mean")
    mix_share: float = ruled(_SHARE, 1.0)
    box_side: float = ruled(_SHARE, 0.6)
    noise_share: float = ruled(_SHARE, 0.5)
    ema_decay: float = ruled(_SHARE, 0.995)
    clip: float = ruled(number(1e-6, 1e6), 1.0)
    validations: int = ruled(whole(0, 10_000), 6)
    validation_cases: int = ruled(whole(0, 100_000), 12)
    checkpoint_minutes: float = ruled(number(0, 10_000), 5.0)
    seed: int = ruled(whole(0, 2**63 - 1), 0)
    device: str = ruled(one_of(*DEVICES), "auto")
    precision: str = ruled(one_of(*PRECISIONS), "auto")
    threads: int = ruled(whole(0, 1024), 0)
    augmentation: Augmentation = ruled(_augmentation, factory=Augmentation)
    overwrite: bool = ruled(flag(), False)

    def __post_init__(self) -> None:
        super().__post_init__()
        learned = self.frozen == "nothing" or self.base is not None or self.pretrain_steps > 0
        demand(learned, "keeps random weights: give a base or pretrain_steps", "frozen")

    @property
    def num_classes(self) -> int:
        """Foreground classes."""
        return len(self.card["labels"])

    def pretraining(self, out: str) -> PretrainSettings:
        """The pre-training that comes first where there is no base."""
        shared = ("cases", "network", "preprocessing", "num_classes", "seed", "device")
        shared += ("precision", "threads", "augmentation", "checkpoint_minutes")
        values = {name: getattr(self, name) for name in shared}
        steps = max(1, self.pretrain_steps)  # without any, the rest of these settings counts
        return PretrainSettings(out=out, steps=steps, **values)
