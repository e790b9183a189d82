"""An image's appearance to an encoder, one vector per case: similar images have near
vectors."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from semigda.data.grid import WorkingGrid
from semigda.data.preprocess import PreparedVolume
from semigda.networks.semigda import SemiGDA

_AT_ONCE = 16


class Features:
    """Means and deviations of the encoder's deepest features over all slices of a case.

    Position in the slice does not count, nor does padding.
    """

    def __init__(self, network: SemiGDA, grid: WorkingGrid):
        self._network = network
        # Without its branch the autoencoder has not learned from images.
        self._encode = network.encode_image
        if "vae" not in network.branches:
            self._encode = network.encode_second
        self._inside = torch.zeros(1, 1, *grid.size)
        grid.crop(self._inside).fill_(1)
        self._sum = torch.zeros(2 * network.config.channels[-1])
        self._count = 0

    @torch.inference_mode()
    def add(self, slices: Tensor) -> None:
        """Add working slices (n, 3, H, W)."""
        device = next(self._network.parameters()).device
        deep = self._encode(slices.to(device)).skips[-1].float()
        inside = F.adaptive_avg_pool2d(self._inside, (deep.shape[-2], deep.shape[-1])).to(device)
        share = inside / inside.sum()
        mean = (deep * share).sum((2, 3))
        spread = ((deep - mean[..., None, None]).square() * share).sum((2, 3)).sqrt()
        self._sum = self._sum + torch.cat([mean, spread], 1).sum(0).cpu()
        self._count += len(slices)

    def vector(self) -> Tensor:
        """(2 C,) float32, C the channels of the deepest level."""
        return self._sum / self._count


def case_features(network: SemiGDA, prepared: PreparedVolume) -> Tensor:
    """:meth:`Features.vector` of an image that is not segmented, on the network's device."""
    features = Features(network.eval(), prepared.grid)
    for start in range(0, prepared.count, _AT_ONCE):
        features.add(prepared.slices(start, min(start + _AT_ONCE, prepared.count)))
    return features.vector()
