"""Both stages' steps composed as in the released code, for one class.

Gradients run through all of the autoencoder though only mapper, convolutional encoder and adapters
learn. An image is encoded once for its latent and once more for its skip features. Branches
and the labelled, unlabelled and mixed images are computed one after the other. Pseudo labels come
from the live network and are made on the host, which keeps the largest component of each slice.
"""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
import torch
import torch.nn.functional as F
from torch import Tensor

from semigda.method.mixing import paste
from semigda.networks.semigda import SemiGDA
from semigda.training.batch import Batch
from speed_lib.networks import PALETTE
from speed_lib.reference import as_released, decode, mean_of

WEIGHT = 0.3  # of the unlabelled part; the time does not depend on it


class ReferenceTraining:
    """A network that learns as released; every method is one optimiser step."""

    def __init__(self, network: SemiGDA):
        self.network = as_released(network).train()
        mapper, cnn = self.network.mapper.parameters(), self.network.cnn_encoder.parameters()
        self.align_optimizers = [
            torch.optim.AdamW(mapper, 2e-3),
            torch.optim.SGD(cnn, 0.01, momentum=0.9, weight_decay=1e-4),
        ]
        learned = [self.network.adapters, self.network.mapper, self.network.cnn_encoder]
        parameters = [p for part in learned for p in part.parameters()]
        self.segment_optimizers = [torch.optim.SGD(parameters, 0.01, momentum=0.9)]

    def align(self, batch: Batch) -> float:
        """Stage 1: labelled images, then unlabelled ones."""
        target = self._encode(PALETTE.paint(batch.labels))
        vae, cnn = self._latents(batch.images)
        loss = F.mse_loss(vae, target) + F.mse_loss(cnn, target)
        vae, cnn = self._latents(batch.weak)
        loss = loss + WEIGHT * (F.mse_loss(vae, cnn.detach()) + F.mse_loss(cnn, vae.detach()))
        return self._learn(loss, self.align_optimizers)

    def segment(self, batch: Batch, mixed: bool) -> float:
        """Stage 2: labelled and unlabelled images; ``mixed``, as after a third of the run, both
        are pasted into each other as well and seen again."""
        truth = batch.labels.float()
        vae, cnn = self._masks(batch.images)
        loss = dice(vae, truth) + dice(cnn, truth)
        vae, cnn = self._masks(batch.weak)
        guesses = pseudo(vae), pseudo(cnn)
        loss = loss + WEIGHT * (dice(vae, guesses[1]) + dice(cnn, guesses[0]))
        if mixed:
            for box in (batch.pasted, ~batch.pasted):
                vae, cnn = self._masks(paste(batch.images, batch.weak, box))
                by_vae, by_cnn = (paste(truth, guess, box) for guess in guesses)
                loss = loss + WEIGHT * (dice(vae, by_cnn) + dice(cnn, by_vae))
        return self._learn(loss, self.segment_optimizers)

    def _encode(self, image: Tensor) -> Tensor:
        return mean_of(self.network, self.network.autoencoder.encode(image))

    def _latents(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Scaled latents of both branches."""
        vae = self.network.mapper(self._encode(image))
        moments = self.network.autoencoder.quant_conv(self.network.cnn_encoder(image)[0])
        return vae, mean_of(self.network, moments)

    def _masks(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Clamped masks (B, H, W) in [0, 1] of both branches, each decoded apart."""
        network = self.network
        latent = network.mapper(self._encode(image))
        vae = decode(network, "vae", latent, network.autoencoder.encoder(image)[1])
        moments, skips = network.cnn_encoder(image)
        latent = mean_of(network, network.autoencoder.quant_conv(moments))
        cnn = decode(network, "cnn", latent, skips)
        return grey(vae), grey(cnn)

    def _learn(self, loss: Tensor, optimizers: list[torch.optim.Optimizer]) -> float:
        self.network.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        return loss.item()


def grey(rgb: Tensor) -> Tensor:
    """Painted mask (B, 3, H, W) -> (B, H, W) in [0, 1]."""
    return ((rgb.mean(dim=1) + 1) / 2).clamp(0, 1)


def dice(mask: Tensor, target: Tensor) -> Tensor:
    """One minus the Dice of two masks (B, H, W)."""
    return 1 - (2 * (mask * target).sum() + 1) / (mask.sum() + target.sum() + 1)


def pseudo(mask: Tensor) -> Tensor:
    """Largest component of mask^10 >= 0.5 in each slice; (B, H, W), computed on the host."""
    hard = (mask.detach().pow(10) >= 0.5).cpu().numpy().astype(np.uint8)
    parts = [
        sitk.RelabelComponent(sitk.ConnectedComponent(sitk.GetImageFromArray(x))) for x in hard
    ]
    largest = np.stack([sitk.GetArrayFromImage(part) == 1 for part in parts])
    return torch.from_numpy(largest).float().to(mask.device)
