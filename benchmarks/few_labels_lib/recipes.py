"""The methods of the study, and the single changes to SemiGDA that the ablation compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from few_labels_lib.sets import DataSet
from semigda.networks.unet import WIDTH
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.network_config import NetworkConfig
from semigda_core.project.training.presets import VARIED

# Share of a SemiGDA run's optimiser steps for stage 1; the rest is stage 2.
ALIGN = 0.1
# What a training has by default: slices a step, and steps of both stages.
OWN_BATCH, OWN_STEPS = 16, 4400


@dataclass(frozen=True)
class Recipe:
    """How to train; everything else is ``TrainSettings``' default.

    Attributes:
        name: method, or ``<method>.<variant>``.
        network: "unet", "unet-features" (a U-Net on general image features) or "semigda".
        unlabeled: "none", "mean-teacher", "copy-paste" or "unimatch"; for SemiGDA its own way, if
            any.
        labeled: share of the batch that is labelled, if unlabelled slices are drawn.
        pretrain, align: shares of the steps for the autoencoder and for stage 1 (SemiGDA).
        base: whose images the autoencoder learns from: "own" or "all-sets".
        scale: of the working slices' sides; None: ``DataSet.features_scale``.
        width: channels of a U-Net at full resolution.
        own: with the default steps of a training instead of the study's: OWN_STEPS of
            OWN_BATCH slices, as large as ``DataSet.own_scale`` says if ``scale`` is a number.
        changes: to ``TrainSettings``.
        config: changes to ``NetworkConfig.compact()``.
        augmentation: changes to the set's.
        levels: of the general image features: those that reach the network.
    """

    name: str
    network: str
    unlabeled: str = "none"
    labeled: float = 0.75
    pretrain: float = 0.0
    align: float = 0.0
    base: str = "own"
    scale: float | None = 1.0
    width: int = WIDTH // 2
    own: bool = False
    changes: Mapping = field(default_factory=dict)
    config: Mapping = field(default_factory=dict)
    augmentation: Mapping = field(default_factory=dict)
    levels: Sequence[int] = range(5)

    @property
    def title(self) -> str:
        return TITLES.get(self.name, self.name)

    def steps(self, one: DataSet) -> int:
        """Optimiser steps by default, all stages together."""
        return OWN_STEPS if self.own else one.steps

    def fit(self, one: DataSet) -> DataSet:
        """The set with the slices that this recipe works on, and their number a step."""
        batch = OWN_BATCH if self.own else one.batch
        scale = one.own_scale if self.own else self.scale
        if self.scale is None:
            scale = one.features_scale
        return replace(one, batch=batch, preprocessing=one.scaled(scale))

    def settings(
        self, one: DataSet, seed: int, steps: int, folder: Path, device: str, threads: int
    ) -> TrainSettings:
        """Settings of stage 1 and 2 for a run in ``folder``; pre-training has its own steps.

        All stages together take ``steps``. A step has as many slices with a gradient as
        :meth:`fit` says, whatever the method; if none of them is unlabelled, all are labelled.
        """
        one = self.fit(one)
        semi = self.unlabeled != "none"
        labeled = round(one.batch * self.labeled) if semi else one.batch
        pretrain, align = round(steps * self.pretrain), round(steps * self.align)
        config = {**NetworkConfig.compact().to_dict(), **self.config}
        if self.config:
            config["name"] = "custom"
        values = {
            "cases": str(folder / "cases.json"),
            "out": str(folder / "model"),
            "work": str(folder),
            "card": one.model_card(f"{one.name.replace('_', '-')}-few-labels"),
            "network": config,
            "preprocessing": one.preprocessing,
            "pretrain_steps": pretrain,
            "align_steps": align,
            "steps": steps - pretrain - align,
            "labeled_batch": labeled,
            "unlabeled_batch": max(1, one.batch - labeled),
            "augmentation": replace(one.augment(), **self.augmentation),
            "precision": "float32",
            "checkpoint_minutes": 60.0,
            "seed": seed,
            "device": device,
            "threads": threads,
        }
        if not semi:
            values["unlabeled_weight"] = 0.0
        return TrainSettings(**{**values, **self.changes})


_MEAN_TEACHER = {"unlabeled_weight": 1.0, "supervised_share": 0.0, "mix_share": 0.0}
METHODS = {
    recipe.name: recipe
    for recipe in (
        Recipe("unet", "unet"),
        Recipe("unet-mean-teacher", "unet", "mean-teacher", changes=_MEAN_TEACHER),
        Recipe("unet-copy-paste", "unet", "copy-paste"),
        Recipe("semigda-supervised", "semigda", align=ALIGN),
        Recipe("semigda", "semigda", "copy-paste", align=ALIGN),
    )
}
# A U-Net with SemiGDA's pre-trained encoder, in each way of using unlabelled slices.
FEATURE_UNETS = {
    recipe.name: recipe
    for recipe in (
        Recipe("unet-features", "unet-features", scale=None),
        Recipe(
            "unet-features-mean-teacher",
            "unet-features",
            "mean-teacher",
            scale=None,
            changes=_MEAN_TEACHER,
        ),
        Recipe("unet-features-copy-paste", "unet-features", "copy-paste", scale=None),
        Recipe("unet-features-unimatch", "unet-features", "unimatch", scale=None),
    )
}
# Shown in the tables of the sets it was run on; not part of the study's means.
BESIDE = {"unet-full-width": Recipe("unet-full-width", "unet", width=WIDTH)}
# Compared at the same CPU seconds: all that begin with the same pre-trained encoder.
OURS = "semigda.one-branch"
FAIR = (*FEATURE_UNETS, "semigda-supervised.one-branch", OURS, "semigda.features")
ALL = {**METHODS, **FEATURE_UNETS, **BESIDE}
TITLES = {
    "unet-full-width": "U-Net, labelled only, full width",
    "unet-features": "U-Net with the same features, labelled only",
    "unet-features-mean-teacher": "U-Net with the same features, mean teacher",
    "unet-features-copy-paste": "U-Net with the same features, bidirectional copy-paste",
    "unet-features-unimatch": "U-Net with the same features, UniMatch",
    "unet": "U-Net, labelled only",
    "unet-mean-teacher": "U-Net, mean teacher",
    "unet-copy-paste": "U-Net, bidirectional copy-paste",
    "semigda-supervised": "SemiGDA, labelled only",
    "semigda": "SemiGDA, semi-supervised",
    "semigda-supervised.features": "SemiGDA with features, both branches, labelled only",
    "semigda.features": "SemiGDA with features, both branches, semi-supervised",
    "semigda-supervised.one-branch": "SemiGDA with features, one branch, labelled only",
    "semigda.one-branch": "SemiGDA with features, one branch, semi-supervised",
}

OWN = "own-budget"
_ONE_BRANCH: dict = {
    "scale": None,
    "config": {"features": "efficientnet-lite0"},
    "changes": {"branches": ("cnn",)},
}


def _one_branch(**changes: object) -> dict:
    return {**_ONE_BRANCH, "changes": {**_ONE_BRANCH["changes"], **changes}}


_RATES = {"frozen": 0.0, "slow": 0.03, "fast": 0.3, "full-rate": 1.0}
# What a training starts from, and how fast that learns; each is compared with OURS.
STARTS = {
    "from-nothing": {"scale": None, "changes": {"branches": ("cnn",)}},
    **{
        f"features-{name}": _one_branch(features_learning_rate=rate)
        for name, rate in _RATES.items()
    },
    "features-fine": {**_ONE_BRANCH, "levels": (0, 1)},
    "features-coarse": {**_ONE_BRANCH, "levels": (2, 3, 4)},
}
# What each variant asks is said in :data:`QUESTIONS`.
VARIANTS: dict[str, dict] = {
    "no-dam": {"align": 0.0},
    "long-dam": {"align": 0.25},
    "dam-gaussian": {"changes": {"align_variance": True}},
    "pretraining": {"pretrain": 0.1},
    "only-pretraining": {"pretrain": 0.1, "align": 0.0},
    "all-sets": {"pretrain": 0.1, "base": "all-sets"},
    "frozen-encoder": {"pretrain": 0.1, "changes": {"frozen": "encoder"}},
    "frozen-autoencoder": {"pretrain": 0.1, "changes": {"frozen": "autoencoder"}},
    "no-mix": {"changes": {"mix_share": 0.0}},
    "half-mix": {"changes": {"mix_share": 0.5}},
    "no-ema": {"changes": {"ema_decay": 0.0}},
    "fast-ema": {"changes": {"ema_decay": 0.99}},
    "no-noise": {"changes": {"noise_share": 0.0}},
    "cross-teaching": {"changes": {"pseudo_labels": "cross"}},
    "long-ramp": {"changes": {"ramp_share": 1.0}},
    "half-weight": {"changes": {"unlabeled_weight": 0.5}},
    "late": {"changes": {"supervised_share": 0.5}},
    "half-labelled": {"labeled": 0.5},
    "all-foreground": {"changes": {"foreground_share": 1.0}},
    "any-slice": {"changes": {"foreground_share": 0.0}},
    "small": {"scale": 0.75},
    "large": {"scale": 1.5},
    "lower-rate": {"changes": {"learning_rate": 1e-3}},
    "higher-rate": {"changes": {"learning_rate": 4e-3}},
    "strided": {"config": {"downsample": "strided"}},
    "wide": {"config": {"channels": [32, 48, 96, 128]}},
    "light-mapper": {"config": {"mapper_channels": [16, 24, 32, 32]}},
    "narrow-latent": {"config": {"latent_channels": 4}},
    "deeper": {"config": {"channels": [16, 24, 48, 64, 96], "cnn_blocks": [1, 1, 1, 2]}},
    "features": {"scale": None, "config": {"features": "efficientnet-lite0"}},
    "one-branch": _ONE_BRANCH,
    "one-branch-no-mix": _one_branch(mix_share=0.0),
    "one-branch-half-mix": _one_branch(mix_share=0.5),
    "one-branch-half-weight": _one_branch(unlabeled_weight=0.5),
    "one-branch-half-labelled": {**_ONE_BRANCH, "labeled": 0.5},
    "one-branch-more-labelled": {**_ONE_BRANCH, "labeled": 0.875},
    "features-varied": {
        "scale": None,
        "config": {"features": "efficientnet-lite0"},
        "augmentation": VARIED,
    },
    "one-branch-quick": {**_ONE_BRANCH, "scale": 2.0},
    "one-branch-quick-varied": {**_ONE_BRANCH, "scale": 2.0, "augmentation": VARIED},
    **STARTS,
    OWN: {"own": True},
}
QUESTIONS = {
    "no-dam": "No stage 1 (latent alignment)",
    "long-dam": "More of stage 1",
    "dam-gaussian": "2-Wasserstein distance of the posteriors instead of MSE of their means",
    "pretraining": "A tenth of the steps for the autoencoder, on the images and masks at hand",
    "only-pretraining": "A tenth of the steps for the autoencoder instead of stage 1",
    "all-sets": "Pre-training on the images and masks of all sets",
    "frozen-encoder": "Pre-training, then only its decoder goes on learning",
    "frozen-autoencoder": "Pre-training, then frozen as published",
    "no-mix": "No copy-paste",
    "half-mix": "Every other unlabelled image mixed",
    "no-ema": "The live network teaches, and its last weights are scored",
    "fast-ema": "A teacher that averages half as long",
    "no-noise": "The mean of the image's posterior, never a draw",
    "cross-teaching": "Each branch taught by the teacher's other one, not by the mean of both",
    "long-ramp": "Full unlabelled weight only at the end, when the learning rate is zero",
    "half-weight": "Unlabelled weight 0.5",
    "late": "Unlabelled images after half of stage 2",
    "half-labelled": "Half of the batch labelled",
    "all-foreground": "Every labelled slice with foreground",
    "any-slice": "Labelled slices drawn evenly",
    "small": "Three quarters of the pixels a side",
    "large": "One and a half times the pixels a side",
    "lower-rate": "Learning rate 1e-3",
    "higher-rate": "Learning rate 4e-3",
    "strided": "Strided convolutions, as published, instead of max-pooling",
    "wide": "Twice the channels",
    "light-mapper": "Half the mapper's channels",
    "narrow-latent": "A latent of 4 channels, as the published one",
    "deeper": "One more level, as deep as the U-Net",
    "features": "General image features in the second encoder, larger slices",
    "one-branch": "The same, and that encoder's branch alone",
    "one-branch-no-mix": "The same, no copy-paste",
    "one-branch-half-mix": "The same, every other unlabelled image mixed",
    "one-branch-half-weight": "The same, unlabelled weight 0.5",
    "one-branch-half-labelled": "The same, half of the batch labelled",
    "one-branch-more-labelled": "The same, seven eighths of the batch labelled",
    "features-varied": "These features, and pictures stretched, darkened and coarsened",
    "one-branch-quick": "One branch, slices of twice the side",
    "one-branch-quick-varied": "The same, and pictures stretched, darkened and coarsened",
    "from-nothing": "One branch, its encoder convolutional and from random weights",
    "features-frozen": "One branch on general image features that do not learn",
    "features-slow": "They learn at 0.03 of the rate",
    "features-fast": "They learn at 0.3 of the rate",
    "features-full-rate": "They learn as fast as the rest",
    "features-fine": "Only those of 1/2 and 1/4 of the image's size",
    "features-coarse": "Only those of 1/8 to 1/32 of the image's size",
    OWN: "The default number of steps and of slices a step, on larger slices",
}


def recipe(name: str) -> Recipe:
    """The recipe called ``<method>`` or ``<method>.<variant>``.

    Raises:
        KeyError: if there is none.
    """
    method, _, variant = name.partition(".")
    found = ALL[method]
    if not variant:
        return found
    change = dict(VARIANTS[variant])
    changes = {**found.changes, **change.pop("changes", {})}
    if found.network != "semigda" and not set(change) <= {"scale", "labeled", "own"}:
        raise KeyError(name)
    return replace(found, name=name, changes=changes, **change)
