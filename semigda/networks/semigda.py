"""The SemiGDA network: two branches from image to mask through one shared decoder.

Branch ``vae``: image -> autoencoder's encoder -> latent mapper -> decoder with its skip adapters.
Branch ``cnn``: image -> second encoder -> the same decoder with the other skip adapters.
If the second encoder brings general image features (``NetworkConfig.features``), ``vae`` uses them
too: the deepest in its mapper, all of them in its adapters.
A network may have one branch alone (``NetworkConfig.branches``). It then lacks the other's parts;
the autoencoder is always whole, for masks are aligned to in its latent space.
(SemiGDA, arXiv 2604.23274: Dual-distribution Alignment Module and Consistency-Driven Skip Adapter.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import nn

from semigda.networks.autoencoder import KLAutoencoder, sample_posterior
from semigda.networks.blocks import ResidualBlock
from semigda.networks.cnn_encoder import FeatureEncoder, second_encoder
from semigda.networks.mapper import LatentMapper
from semigda_core.models.network_config import NetworkConfig


class Encoded(NamedTuple):
    """The output of one of the two encoders for an image; computed once and passed on."""

    moments: torch.Tensor  # (B, 2 z, h, w): mean, then log variance, unscaled
    skips: list[torch.Tensor]  # one per level, full size first


class BranchFeatures(NamedTuple):
    """Input of the decoder for every branch."""

    latents: dict[str, torch.Tensor]  # scaled mask latents (B, z, h, w)
    skips: dict[str, list[list[torch.Tensor]]]  # of each encoder that the branch uses


class SkipAdapters(nn.ModuleList):
    """One residual block a level, which merges the skip features of one encoder (2C -> C) or of
    two (3C -> C) into the decoder.

    A new one lets the decoder's features through unchanged: what the autoencoder's decoder knows
    about masks is kept, and skip features are used as far as they help.
    """

    def __init__(self, config: NetworkConfig, encoders: int = 1):
        blocks = [ResidualBlock((1 + encoders) * c, c, config.norm_groups) for c in config.channels]
        super().__init__(blocks)
        for block in blocks:
            assert isinstance(block.shortcut, nn.Conv2d) and block.shortcut.bias is not None
            nn.init.dirac_(block.shortcut.weight)
            for parameter in (block.shortcut.bias, *block.conv2.parameters()):
                nn.init.zeros_(parameter)

    def forward(self, level: int, h: torch.Tensor, skips: list[torch.Tensor]) -> torch.Tensor:
        """The decoder's (B, C, h, w) and the encoders' of one level, merged to (B, C, h, w)."""
        merged: torch.Tensor = self[level](torch.cat([h, *skips], 1))
        return merged


class SemiGDA(nn.Module):
    """See the module docstring. Images are (B, 3, H, W) in [-1, 1], H and W multiples of
    ``config.downsampling``; masks leave as unclamped RGB with targets in [-1, 1]."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.config = config
        self.autoencoder = KLAutoencoder(config)
        self.branches = config.branches
        if config.has_features or "cnn" in self.branches:
            self.cnn_encoder = second_encoder(config)
        if "vae" in self.branches:
            self.mapper = LatentMapper(config)
        encoders = {"vae": 1 + config.has_features, "cnn": 1}
        self.adapters = nn.ModuleDict({b: SkipAdapters(config, encoders[b]) for b in self.branches})

    def with_branches(self, branches: Sequence[str]) -> SemiGDA:
        """This network, or one with these branches and those of its tensors that they need.

        The parts of a branch that this one lacks are new.
        """
        if tuple(branches) == self.branches:
            return self
        other = SemiGDA(replace(self.config, branches=tuple(branches)))
        kept, own = self.state_dict(), other.state_dict()
        other.load_state_dict({name: kept.get(name, new) for name, new in own.items()})
        return other.train(self.training)

    def freeze(self, part: str = "autoencoder") -> None:
        """Train everything but a part of ``FREEZABLE`` and what no branch uses; an encoder's part
        is also the convolution after it, a decoder's the one before it."""
        self.requires_grad_(True)
        if "vae" not in self.branches:
            self.autoencoder.encoder.requires_grad_(False)
        elif "cnn" not in self.branches and self.config.has_features:
            self.cnn_encoder.head.requires_grad_(False)
        if part in ("encoder", "autoencoder"):
            self.autoencoder.encoder.requires_grad_(False)
            self.autoencoder.quant_conv.requires_grad_(False)
        if part == "autoencoder":
            self.autoencoder.decoder.requires_grad_(False)
            self.autoencoder.post_quant_conv.requires_grad_(False)

    def general_features(self) -> list[nn.Parameter]:
        """The pre-trained parameters, if ``config.features`` names some."""
        if not self.config.has_features:
            return []
        assert isinstance(self.cnn_encoder, FeatureEncoder)
        return list(self.cnn_encoder.features.parameters())

    def image_encoders(self) -> list[nn.Module]:
        """The parts by which each branch finds an image's latent: what stage 1 trains."""
        parts = ("mapper", "cnn_encoder")
        return [getattr(self, name) for name in parts if hasattr(self, name)]

    def encode_image(self, image: torch.Tensor) -> Encoded:
        """The autoencoder's view of an image (B, 3, H, W); no gradients while it is frozen."""
        encoder = self.autoencoder.encoder
        with torch.set_grad_enabled(
            torch.is_grad_enabled() and encoder.conv_in.weight.requires_grad
        ):
            features, skips = encoder(image)
            return Encoded(self.autoencoder.quant_conv(features), skips)

    def encode_second(self, image: torch.Tensor, keep: torch.Tensor | None = None) -> Encoded:
        """The second encoder's view of an image (B, 3, H, W).

        Args:
            keep: see :func:`second_encoder`.
        """
        moments, skips = self.cnn_encoder(image, keep)
        return Encoded(self.autoencoder.quant_conv(moments), skips)

    def features(
        self,
        image: torch.Tensor,
        branches: Sequence[str] | None = None,
        noise: torch.Tensor | None = None,
        keep: torch.Tensor | None = None,
        second: Encoded | None = None,
    ) -> BranchFeatures:
        """Latents and skip features of the branches.

        Args:
            image: (B, 3, H, W).
            branches: which of the network's to compute; by default all.
            noise: (B, z, h, w) standard normal: map this draw of the image's posterior instead of
                its mean (training only).
            keep: see :func:`second_encoder`.
            second: the image's :meth:`encode_second`, if it is already known.
        """
        latents, skips = {}, {}
        branches = branches or self.branches
        if second is None and (self.config.has_features or "cnn" in branches):
            second = self.encode_second(image, keep)
        joined = second if self.config.has_features else None
        if "vae" in branches:
            moments, own = self.encode_image(image)
            if noise is None:
                z = self._mean(moments)
            else:
                z = self.config.latent_scale * sample_posterior(moments, noise)
            latents["vae"] = self.mapper(z, joined.skips[-1] if joined else None)
            skips["vae"] = [own, joined.skips] if joined else [own]
        if second is not None and "cnn" in branches:
            latents["cnn"] = self._mean(second.moments)
            skips["cnn"] = [second.skips]
        return BranchFeatures(latents, skips)

    def decode(self, features: BranchFeatures) -> dict[str, torch.Tensor]:
        """RGB (B, 3, H, W) of every branch; the shared decoder runs once on the joined batch."""
        branches = list(features.latents)
        z = torch.cat([features.latents[b] for b in branches]) / self.config.latent_scale

        def fuse(level: int, h: torch.Tensor) -> torch.Tensor:
            parts = []
            for branch, part in zip(branches, h.chunk(len(branches)), strict=True):
                seen = [skips[level] for skips in features.skips[branch]]
                parts.append(self.adapters[branch](level, part, seen))
            return torch.cat(parts) if len(parts) > 1 else parts[0]

        rgb = self.autoencoder.decode(z, fuse)
        return dict(zip(branches, rgb.chunk(len(branches)), strict=True))

    def forward(
        self, image: torch.Tensor, branches: Sequence[str] | None = None
    ) -> Mapping[str, torch.Tensor]:
        """Image (B, 3, H, W) in [-1, 1] -> {branch: painted mask (B, 3, H, W), unclamped}."""
        return self.decode(self.features(image, branches))

    def _mean(self, moments: torch.Tensor) -> torch.Tensor:
        return self.config.latent_scale * moments[:, : self.config.latent_channels]
