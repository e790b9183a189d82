"""Stand-ins whose values can be worked out by hand, for the tests of the method's heart.

With one class the palette is black (-1, -1, -1) and white (1, 1, 1), 12 apart when squared and so
1.5 a logit: a grey g has the logits -2 (g + 1)^2 and -2 (g - 1)^2, 8 g apart, and the probability
of white is sigmoid(8 g).
"""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace

import torch
from torch import Tensor, nn
from training_fixtures import settings

from semigda.networks.semigda import BranchFeatures, Encoded
from semigda_core.jobs.training import TrainSettings


def grey(probability: float) -> float:
    """The grey whose probability of white is this one."""
    return math.log(probability / (1 - probability)) / 8


def images(*values: float) -> Tensor:
    """One image of one pixel of each grey, (n, 3, 1, 1)."""
    return torch.tensor(values).view(-1, 1, 1, 1).expand(-1, 3, 1, 1).clone()


def maps(*values: float) -> Tensor:
    """One map of one pixel of each value, (n, 1, 1)."""
    return torch.tensor(values).view(-1, 1, 1)


class Painter(nn.Module):
    """Paints in each branch what it is shown, times a factor; noise is added to the first branch,
    what dropout keeps is a factor of the second."""

    def __init__(self, vae: float = 1.0, cnn: float = 1.0):
        super().__init__()
        self.factors = {"vae": vae, "cnn": cnn}
        self.config = SimpleNamespace(latent_scale=1.0, latent_channels=1)

    def features(self, image, branches=("vae", "cnn"), noise=None, keep=None):
        latents = {branch: self.factors[branch] * image for branch in branches}
        if noise is not None:
            latents["vae"] = latents["vae"] + noise
        if keep is not None:
            latents["cnn"] = latents["cnn"] * keep
        return BranchFeatures(latents, {})

    def decode(self, features):
        return features.latents

    def forward(self, image, branches=("vae", "cnn")):
        return self.decode(self.features(image, branches))


class Latents(nn.Module):
    """A network of stage 1 whose latents are an image's first channel times one weight a branch.

    Moments are a mean and a constant log-variance; the autoencoder's own mean is the image.
    """

    def __init__(self, vae: float, cnn: float, scale: float, log_variance: float = 0.0):
        super().__init__()
        self.vae, self.cnn = nn.Parameter(torch.tensor(vae)), nn.Parameter(torch.tensor(cnn))
        self.config = SimpleNamespace(latent_scale=scale, latent_channels=1)
        self.log_variance = log_variance

    def encode_image(self, image):
        return Encoded(torch.cat([image[:, :1], torch.zeros_like(image[:, :1])], 1), [])

    def encode_second(self, image, keep=None):
        mean = self.cnn * image[:, :1] * (1 if keep is None else keep)
        return Encoded(torch.cat([mean, torch.full_like(mean, self.log_variance)], 1), [])

    def features(self, image, keep=None, second=None):
        second = second or self.encode_second(image, keep)
        means = {"vae": self.vae * image[:, :1], "cnn": second.moments[:, :1]}
        return BranchFeatures({b: self.config.latent_scale * z for b, z in means.items()}, {})


def options(**changes) -> TrainSettings:
    """Settings of a training that is not begun."""
    return TrainSettings.from_dict(settings("cases.json", Path("work"), **changes))


def total(part: Tensor) -> Tensor:
    """Over the processes: there is one."""
    return part
