"""The number of parameters of a network, computed before anything is built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semigda_core.models.network_config import NetworkConfig

# EfficientNet-Lite0's: channels at 1/2 to 1/32 of the image's size, and all of its learned numbers.
_FEATURES = (16, 24, 40, 112, 320)
_FEATURE_PARAMETERS = 2_939_120


def parameters(sizes: NetworkConfig) -> int:
    """The number of parameters of the whole network."""
    joined, total = sizes.has_features, _autoencoder(sizes)
    if joined or "cnn" in sizes.branches:
        total += _feature_encoder(sizes) if joined else _cnn_encoder(sizes)
    if "cnn" in sizes.branches:
        total += sum(_residual(2 * c, c) for c in sizes.channels)
    if "vae" in sizes.branches:
        total += _mapper(sizes) + sum(_residual((2 + joined) * c, c) for c in sizes.channels)
    return total


def _conv(inputs: int, outputs: int, side: int = 3, bias: bool = True) -> int:
    return inputs * outputs * side * side + bias * outputs


def _norm(channels: int) -> int:
    return 2 * channels


def _shortcut(inputs: int, outputs: int, bias: bool) -> int:
    return _conv(inputs, outputs, 1, bias) if inputs != outputs else 0


def _residual(inputs: int, outputs: int) -> int:
    convolutions = _conv(inputs, outputs) + _conv(outputs, outputs)
    return _norm(inputs) + _norm(outputs) + convolutions + _shortcut(inputs, outputs, True)


def _attention(channels: int) -> int:
    return _norm(channels) + 4 * _conv(channels, channels, 1)


def _levels(channels: Sequence[int], before: Sequence[int], blocks: int) -> int:
    return sum(
        _residual(previous, width) + (blocks - 1) * _residual(width, width)
        for previous, width in zip(before, channels, strict=True)
    )


def _autoencoder(sizes: NetworkConfig) -> int:
    channels, z, pixels = sizes.channels, sizes.latent_channels, 3 * sizes.patch**2
    top = channels[-1]
    middle = 2 * _residual(top, top) + _attention(top)
    strided = sizes.downsample == "strided"
    encoder = _conv(pixels, channels[0]) + middle + _norm(top) + _conv(top, 2 * z)
    encoder += _levels(channels, (channels[0], *channels[:-1]), sizes.encoder_blocks)
    encoder += strided * sum(_conv(c, c) for c in channels[:-1])
    decoder = _conv(z, top) + middle + _norm(channels[0]) + _conv(channels[0], pixels)
    decoder += _levels(channels, (*channels[1:], top), sizes.decoder_blocks)
    decoder += sum(_conv(c, c) for c in channels[1:])
    return encoder + decoder + _conv(2 * z, 2 * z, 1) + _conv(z, z, 1)


def fit_features(sizes: NetworkConfig) -> bool:
    """Whether general image features, of 1/2 to 1/32 of the image's size, reach every level but
    one of full size."""
    return sizes.patch in (1, 2) and len(sizes.channels) <= len(_FEATURES) + 2 - sizes.patch


def projected(sizes: NetworkConfig) -> list[int]:
    """The channels of the level that each of the general image features reaches."""
    last = len(sizes.channels) - 1
    return [sizes.channels[min(n + 2 - sizes.patch, last)] for n in range(len(_FEATURES))]


def _feature_encoder(sizes: NetworkConfig) -> int:
    outputs, first = projected(sizes), sizes.channels[0]
    projections = (_norm(c) + _conv(c, o, 1) for c, o in zip(_FEATURES, outputs, strict=True))
    stem = _conv(3, first) + _norm(first) if sizes.patch == 1 else 0
    return _FEATURE_PARAMETERS + stem + sum(projections) + _head(sizes)


def _cnn_encoder(sizes: NetworkConfig) -> int:
    channels, strided = sizes.channels, sizes.downsample == "strided"
    total = _conv(3 * sizes.patch**2, channels[0]) + _norm(channels[0])
    for inputs, width, count in zip(channels[:-1], channels[1:], sizes.cnn_blocks, strict=True):
        inner = _conv(width, width, bias=False) + 2 * _norm(width)
        total += _conv(inputs, width, bias=False) + inner
        if strided or inputs != width:
            total += _conv(inputs, width, 1, False) + _norm(width)
        total += (count - 1) * (_conv(width, width, bias=False) + inner)
    return total + _head(sizes)


def _head(sizes: NetworkConfig) -> int:
    top, moments = sizes.channels[-1], 2 * sizes.latent_channels
    if sizes.cnn_head == "released":
        return _conv(top, moments) + _conv(moments, moments) + 2 * _norm(moments)
    return _conv(top, top) + _norm(top) + _conv(top, moments)


def _mapper(sizes: NetworkConfig) -> int:
    z, (c1, c2, c3, c4) = sizes.latent_channels, sizes.mapper_channels
    down = ((c1, c1), (c1, c2), (c2, c3), (c3, c4))
    up = ((c4 + c3, c3), (c3 + c2, c2), (c2 + c1, c1), (c1 + c1, c1))
    blocks = sum(_mapper_block(*widths) for widths in (*down, *up))
    joint = sizes.has_features * _conv(sizes.channels[-1], z, 1)
    return _conv(z, c1) + blocks + _norm(c1) + _conv(c1, z, bias=False) + joint


def _mapper_block(inputs: int, outputs: int) -> int:
    convolutions = _conv(inputs, outputs) + _conv(outputs, outputs)
    slopes = 2  # of the two PReLU
    shortcut = _shortcut(inputs, outputs, False)
    return _norm(inputs) + _norm(outputs) + slopes + convolutions + shortcut + _attention(outputs)
