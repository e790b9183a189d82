"""How large a network is, before anything is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semigda_core.models.network_config import NetworkConfig

# EfficientNet-Lite0's: channels at 1/2 to 1/32 of the image's size, and all of its learned numbers.
_FEATURES = (16, 24, 40, 112, 320)
_FEATURE_PARAMETERS = 2_939_120


def parameters(sizes: NetworkConfig) -> int:
    """About how many parameters the whole network has: those of its convolutions of 3 x 3."""
    channels, blocks = sizes.channels, sizes.encoder_blocks + sizes.decoder_blocks
    top, moments, colours = channels[-1], 2 * sizes.latent_channels, 3 * sizes.patch**2
    first, joined = _conv(colours, channels[0]), sizes.has_features
    # Autoencoder: its ends, two blocks in the middle of each half, and its levels.
    total = 2 * first + _conv(top, 2 * moments) + 4 * _block(top)
    total += sum(blocks * _block(width) + 2 * _conv(width, width) for width in channels)
    if "cnn" in sizes.branches or joined:
        total += first + _conv(top, top) + _conv(top, moments)
        levels = zip(channels[1:], sizes.cnn_blocks, strict=True)
        total += _FEATURE_PARAMETERS if joined else sum(n * _block(width) for width, n in levels)
    for branch in sizes.branches:  # skip adapters
        inputs = 2 + (joined and branch == "vae")
        total += sum(_conv(inputs * width, width) + _conv(width, width) for width in channels)
    if "vae" in sizes.branches:  # the latent mapper, down and up
        total += 3 * sum(_block(width) for width in sizes.mapper_channels)
    return total


def _conv(inputs: int, outputs: int) -> int:
    return 9 * inputs * outputs


def _block(width: int) -> int:
    return 2 * _conv(width, width)


def fit_features(sizes: NetworkConfig) -> bool:
    """Whether general image features, of 1/2 to 1/32 of the image's size, reach every level but
    one of full size."""
    return sizes.patch in (1, 2) and len(sizes.channels) <= len(_FEATURES) + 2 - sizes.patch


def projected(sizes: NetworkConfig) -> list[int]:
    """The channels of the level that each of the general image features reaches."""
    last = len(sizes.channels) - 1
    return [sizes.channels[min(n + 2 - sizes.patch, last)] for n in range(len(_FEATURES))]
