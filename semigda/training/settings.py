"""The settings of a training run: dataclasses that are also JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields

from semigda.data.augment import Augmentation
from semigda.data.sides import sided
from semigda.errors import SemiGDAError
from semigda.networks.semigda import FREEZABLE

PRECISIONS = ("auto", "float32", "bfloat16")


class JsonSettings:
    """``to_dict`` and ``from_dict`` of a settings dataclass."""

    precision: str

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision is {', '.join(PRECISIONS)}")

    def to_dict(self) -> dict:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict):
        """The settings written by :meth:`to_dict`.

        Raises:
            SemiGDAError: "bad-input" naming a missing or unknown setting, or a wrong value.
        """
        unknown = set(values) - {f.name for f in fields(cls)}
        if unknown:
            raise SemiGDAError("bad-input", f"Unknown training settings: {_list(unknown)}.")
        values = dict(values)
        try:
            given = values.get("augmentation", {})
            if isinstance(given, dict):
                values["augmentation"] = Augmentation(**{"mirror": _may_mirror(values), **given})
            return cls(**values)
        except (TypeError, ValueError) as error:
            raise SemiGDAError(
                "bad-input", "The training settings do not fit together.", detail=str(error)
            ) from error


def _may_mirror(values: dict) -> bool:
    """Whether no class may be one side of the body, where nobody said what to do."""
    card = values.get("card")
    labels = card.get("labels") if isinstance(card, dict) else None
    names = [label["name"] for label in labels or () if isinstance(label, dict)]
    return not sided(name for name in names if isinstance(name, str))


def _list(names: set[str]) -> str:
    return ", ".join(sorted(map(str, names)))


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
    """

    cases: str
    out: str
    network: dict
    preprocessing: dict
    num_classes: int
    steps: int = 1500
    batch_size: int = 16
    learning_rate: float = 2e-3
    mask_share: float = 0.5
    kl_weight: float = 1e-4
    checkpoint_minutes: float = 5.0
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    threads: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)


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
        choose_on_val: take the weights and branches that are best on val; else the averaged weights
            and both branches, so that val has no part in the model.
        checkpoint_minutes: time between checkpoints.
    """

    cases: str
    out: str
    card: dict
    network: dict
    preprocessing: dict
    base: str | None = None
    work: str | None = None
    pretrain_steps: int = 0
    align_steps: int = 400
    steps: int = 4000
    labeled_batch: int = 12
    unlabeled_batch: int = 4
    foreground_share: float = 0.7
    optimizer: str = "adamw"
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    align_learning_rate: float = 2e-3
    align_variance: bool = False
    frozen: str = "nothing"
    unlabeled_weight: float = 1.0
    supervised_share: float = 0.2
    ramp_share: float = 0.3
    pseudo_labels: str = "mean"
    mix_share: float = 1.0
    box_side: float = 0.6
    noise_share: float = 0.5
    ema_decay: float = 0.995
    clip: float = 1.0
    validations: int = 6
    validation_cases: int = 12
    choose_on_val: bool = True
    checkpoint_minutes: float = 5.0
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    threads: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.optimizer not in ("adamw", "sgd"):
            raise ValueError("optimizer is adamw or sgd")
        if self.frozen not in FREEZABLE:
            raise ValueError(f"frozen is {', '.join(FREEZABLE)}")
        if self.frozen != "nothing" and self.base is None and self.pretrain_steps == 0:
            raise ValueError("random weights cannot stay frozen: give a base or pretrain_steps")
        if self.pseudo_labels not in ("cross", "mean"):
            raise ValueError("pseudo_labels is cross or mean")
        if not 0 < self.ramp_share <= 1:
            raise ValueError("ramp_share lies above 0 and at most at 1")
        if not 0 <= self.unlabeled_weight <= 1:
            raise ValueError("unlabeled_weight lies between 0 and 1")

    @property
    def num_classes(self) -> int:
        """Foreground classes."""
        return len(self.card["labels"])

    def pretraining(self, out: str) -> PretrainSettings:
        """The pre-training that comes first where there is no base."""
        shared = ("cases", "network", "preprocessing", "num_classes", "seed", "device")
        shared += ("precision", "threads", "augmentation", "checkpoint_minutes")
        values = {name: getattr(self, name) for name in shared}
        return PretrainSettings(out=out, steps=self.pretrain_steps, **values)
