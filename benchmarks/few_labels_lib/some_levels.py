"""General image features of which only some sizes reach the network: the ablation's question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

import torch

from semigda.networks.efficientnet import EfficientNetLite0


@contextmanager
def only_levels(levels: Sequence[int]) -> Iterator[None]:
    """Inside, the features at other levels than these are zeros, in training and scoring.

    Level 0 has half the image's size, 4 a thirty-second. The cost stays that of all levels.
    """
    whole = EfficientNetLite0.forward

    def forward(self: EfficientNetLite0, image: torch.Tensor) -> list[torch.Tensor]:
        features = enumerate(whole(self, image))
        # Not torch.zeros_like: where its input needs no gradient, the GroupNorm that follows ends
        # the process in its backward pass (PyTorch 2.13, CPU, channels last).
        return [f if level in levels else f * 0.0 for level, f in features]

    with patch.object(EfficientNetLite0, "forward", forward):
        yield
