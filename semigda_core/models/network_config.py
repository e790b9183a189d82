"""The sizes of a SemiGDA network, stored with every model."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from semigda_core.files.checked import check_fields, demand, made, ruled, tuples
from semigda_core.files.documents import list_of, number, one_of, text, whole
from semigda_core.models.network_size import fit_features, parameters

# What a training may leave as it is, see SemiGDA.freeze.
FREEZABLE = ("autoencoder", "encoder", "nothing")
BRANCHES = ("vae", "cnn")  # that a network may have; see semigda/networks/semigda.py
# Configurations with a name: each is a method of NetworkConfig.
NAMED = ("compact", "pretrained", "middle", "paper")
# About as many: the paper's network has 170 million, and twice as many still fit into memory.
MAX_PARAMETERS = 400_000_000
_WIDTH, _BLOCKS = whole(1, 4096), whole(1, 64)


def some_branches(value: Any) -> None:
    """A rule: one of the branches, or both in their order."""
    choices = ((BRANCHES[0],), (BRANCHES[1],), BRANCHES)
    listed = ", ".join(json.dumps(one) for one in choices)
    demand(isinstance(value, (list, tuple)) and tuple(value) in choices, f"is none of {listed}")


@dataclass(frozen=True)
class NetworkConfig:
    """Everything that determines a network's tensors, and nothing else.

    The defaults are the *paper* configuration (SemiGDA, arXiv 2604.23274): the Stable-Diffusion-2
    KL-f8 autoencoder, a ResNet of 3/4/6 blocks and the released code's heads and norms.

    Attributes:
        name: for display only.
        channels: feature channels of each resolution level, finest first; every further level
            halves height and width.
        patch: side of the square of pixels that one position of the finest level covers. 2 makes
            every part of the network four times cheaper; masks keep their full size.
        downsample: how both encoders halve height and width: ``"strided"`` convolutions (published)
            or ``"max-pool"``, better with few labels (docs/ablation.md).
        encoder_blocks, decoder_blocks: residual blocks a level in the autoencoder.
        latent_channels: channels of the latent mean.
        latent_scale: factor between the autoencoder's latent and the one the method works with.
        norm_groups: groups of every GroupNorm in autoencoder, adapters and repaired encoder.
        features: of the second encoder: ``"none"`` for a ResNet with random weights, or
            ``"efficientnet-lite0"`` for general image features pre-trained on ImageNet
            (:mod:`semigda.models.features`). These need a ``patch`` of 1 or 2, and at most six or
            five levels.
        cnn_blocks: residual blocks of each stage of the ResNet.
        cnn_norm: ``"batch"`` (released code) or ``"group"``: batch statistics of 2 + 2 images
            would mix labelled, unlabelled and mixed slices.
        cnn_head: ``"released"`` ends in BatchNorm and LeakyReLU, which makes the moments almost
            non-negative; ``"plain"`` ends in a plain convolution.
        mapper_channels: channels of the latent mapper's four stages.
        mapper_groups: groups of the mapper's GroupNorm.
        branches: that the network has; one of them alone lacks the other's parts, but for the
            autoencoder, whose view of images and masks every network keeps.
    """

    name: str = ruled(text(64), "paper")
    channels: tuple[int, ...] = ruled(list_of(_WIDTH, 8, least=2), (128, 256, 512, 512))
    patch: int = ruled(whole(1, 16), 1)
    downsample: str = ruled(one_of("strided", "max-pool"), "strided")
    encoder_blocks: int = ruled(_BLOCKS, 2)
    decoder_blocks: int = ruled(_BLOCKS, 3)
    latent_channels: int = ruled(whole(1, 512), 4)
    latent_scale: float = ruled(number(1e-6, 1e6), 0.18215)
    norm_groups: int = ruled(_WIDTH, 32)
    cnn_blocks: tuple[int, ...] = ruled(list_of(_BLOCKS, 7, least=1), (3, 4, 6))
    cnn_norm: str = ruled(one_of("batch", "group"), "batch")
    cnn_head: str = ruled(one_of("released", "plain"), "released")
    mapper_channels: tuple[int, ...] = ruled(list_of(_WIDTH, 4, least=4), (32, 64, 128, 128))
    mapper_groups: int = ruled(_WIDTH, 16)
    features: str = ruled(one_of("none", "efficientnet-lite0"), "none")
    branches: tuple[str, ...] = ruled(some_branches, BRANCHES)

    def __post_init__(self) -> None:
        tuples(self, "channels", "cnn_blocks", "mapper_channels", "branches")
        check_fields(self)
        for name, groups in (("channels", "norm_groups"), ("mapper_channels", "mapper_groups")):
            fits = not any(width % getattr(self, groups) for width in getattr(self, name))
            demand(fits, f"holds widths that are no multiples of {groups}", name)
        below = len(self.channels) - 1
        demand(
            len(self.cnn_blocks) == below, "needs one number for every level but one", "cnn_blocks"
        )
        fit = not self.has_features or fit_features(self)
        demand(fit, "need a patch of 1 or 2, and no level below 1/32 of the image", "features")
        demand(
            parameters(self) <= MAX_PARAMETERS, "describes a network that is larger than any in use"
        )

    @classmethod
    def paper(cls) -> NetworkConfig:
        """The sizes of the paper and its released weights; for graphics cards."""
        return cls()

    @classmethod
    def compact(cls) -> NetworkConfig:
        """The same structure for CPUs, with the norms and the head repaired, and max-pooling."""
        return cls(
            name="compact",
            patch=2,
            downsample="max-pool",
            channels=(16, 24, 48, 64),
            encoder_blocks=1,
            decoder_blocks=1,
            latent_channels=32,
            norm_groups=8,
            cnn_blocks=(1, 1, 2),
            cnn_norm="group",
            cnn_head="plain",
            mapper_channels=(32, 48, 64, 64),
            mapper_groups=8,
        )

    @classmethod
    def pretrained(cls) -> NetworkConfig:
        """*Compact* with general image features, for few labels."""
        return replace(cls.compact(), name="pretrained", features="efficientnet-lite0")

    @classmethod
    def middle(cls) -> NetworkConfig:
        """Between *pretrained* and *paper*, at full resolution; for graphics cards and patience."""
        return replace(
            cls.pretrained(),
            name="middle",
            patch=1,
            channels=(32, 48, 96, 160, 256),
            decoder_blocks=2,
            cnn_blocks=(1, 1, 1, 2),
            mapper_channels=(64, 96, 128, 128),
        )

    @property
    def has_features(self) -> bool:
        """Whether the second encoder has general image features."""
        return self.features != "none"

    @property
    def use(self) -> str:
        """Of all its branches, as cards call it: "both", or the name of the only one."""
        return "both" if self.branches == BRANCHES else self.branches[0]

    @property
    def downsampling(self) -> int:
        """Image pixels per latent pixel; image height and width are multiples of it."""
        return self.patch * 2 ** (len(self.channels) - 1)

    @property
    def patch_values(self) -> int:
        """Values of the three colours in one position of the finest level."""
        return 3 * self.patch**2

    @property
    def dropout_channels(self) -> int:
        """Channels to which the convolutional encoder's head applies dropout."""
        return 2 * self.latent_channels if self.cnn_head == "released" else self.channels[-1]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON. Without ``features`` and with both ``branches`` these are left
        out, so that earlier versions can read the result."""
        values = asdict(self)
        if not self.has_features:
            del values["features"]
        if self.branches == BRANCHES:
            del values["branches"]
        return {key: list(v) if isinstance(v, tuple) else v for key, v in values.items()}

    @classmethod
    def from_dict(cls, values: Any) -> NetworkConfig:
        """The configuration written by :meth:`to_dict`.

        Raises:
            Wrong: (a ValueError) for unknown fields, or sizes that are too large or do not fit.
        """
        return made(cls, values)
