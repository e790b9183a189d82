"""The mask codec: a label map painted in RGB, and read back as logits.

One autoencoder serves images and masks, so a mask has to be a picture. A binary mask is black and
white, as in SemiGDA (arXiv 2604.23274, sec. 3); with more classes each has its own colour, so that
one decode yields all classes.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor

from semigda_core.models.card import MOST_CLASSES

# Four corners of the colour cube, 2 * sqrt(2) apart: the best places for up to 3 classes.
TETRAHEDRON = ((-1.0, -1.0, -1.0), (1.0, 1.0, -1.0), (1.0, -1.0, 1.0), (-1.0, 1.0, 1.0))
# Logit gap between the two closest colours if one of them is hit exactly: p = 0.9997.
LOGIT_GAP = 8.0


def _colours(count: int) -> Tensor:
    """``count`` colours (count, 3) in [-1, 1], black first, as far apart as a greedy search can
    place them."""
    if count == 2:
        return torch.tensor([[-1.0, -1.0, -1.0], [1.0, 1.0, 1.0]])
    if count <= len(TETRAHEDRON):
        return torch.tensor(TETRAHEDRON[:count])
    # Cubic grids and face-centred ones (every second point of a grid); the best one depends on the
    # count: 8 corners, + the centre for 9, corners + face centres for 10 to 14, ...
    steps = range(2, max(6, round(count ** (1 / 3)) + 2))
    grids = [torch.tensor(list(itertools.product(range(n), repeat=3))) for n in steps]
    grids += [grid[grid.sum(dim=1) % 2 == 0] for grid in grids]
    candidates = [2.0 * grid / grid.max() - 1 for grid in grids if len(grid) >= count]
    searches = [_spread(points, count) for points in candidates]
    return max(searches, key=lambda colours: round(_closest(colours), 5))


def _spread(points: Tensor, count: int) -> Tensor:
    """Starting from the tetrahedron, repeatedly take the point farthest from those taken.

    Many are equally far but for rounding, which decides. A model must meet the colours that it was
    trained with on every computer: so only sums and roots that processors round alike, in a fixed
    order; matrix products and norms of float32 are not among them.
    """
    corners = torch.tensor(TETRAHEDRON)
    x, y, z = points[:, :, None].unbind(1)
    a, b, c = corners.unbind(1)
    squares = (x * x + y * y + z * z) - 2 * (x * a + y * b + z * c) + 3
    nearest = _root(squares.clamp_min(0)).amin(dim=1)
    chosen = list(corners)
    while len(chosen) < count:
        chosen.append(points[nearest.argmax()])
        nearest = torch.minimum(nearest, _lengths(points - chosen[-1]))
    return torch.stack(chosen)


def _lengths(steps: Tensor) -> Tensor:
    """Of vectors (n, 3) float32, (n,); each partial sum is rounded to float32."""
    total = torch.zeros(len(steps))
    for part in steps.double().unbind(1):
        total = (total + part * part).float()
    return _root(total)


def _root(squares: Tensor) -> Tensor:
    return squares.double().sqrt().float()


def _closest(colours: Tensor) -> float:
    """The smallest distance between two of the colours (n, 3)."""
    apart = (_lengths(colours[n + 1 :] - colours[n]) for n in range(len(colours) - 1))
    return min(lengths.min().item() for lengths in apart)


class Palette:
    """Colours of the background (class 0, black) and of ``num_classes`` foreground classes.

    Attributes:
        colours: (K + 1, 3) float32 in [-1, 1].
        temperature: squared colour distance per logit.

    Raises:
        ValueError: if there is no class, or more than a uint8 label map can distinguish beside its
            unlabelled pixels.
    """

    def __init__(self, num_classes: int):
        if not 1 <= num_classes <= MOST_CLASSES:
            raise ValueError(f"a palette holds 1 to {MOST_CLASSES} classes, not {num_classes}")
        self.num_classes = num_classes
        self.colours = _colours(num_classes + 1)
        self._copies: dict[torch.device, Tensor] = {}
        self.temperature = _closest(self.colours) ** 2 / LOGIT_GAP

    def paint(self, labels: Tensor) -> Tensor:
        """Labels (B, H, W), integers 0..K -> picture (B, 3, H, W) in [-1, 1]."""
        return self._on(labels.device)[labels.long()].permute(0, 3, 1, 2)

    def logits(self, rgb: Tensor) -> Tensor:
        """Picture (B, 3, H, W) -> logits (B, K + 1, H, W) = -(distance to the colour)^2 / T.

        The picture is *not* clamped to [-1, 1]: a clamp would take the gradient from every pixel
        that overshoots its colour.
        """
        rgb, colours = rgb.float(), self._on(rgb.device)
        # Channel by channel: exact, float32 even under mixed precision, and small in memory.
        # Views: a list of channels would have to be copied to a graphics card, which waits for it.
        planes = zip(rgb.split(1, dim=1), colours.unbind(1), strict=True)
        red, green, blue = ((one - shade.view(1, -1, 1, 1)).square() for one, shade in planes)
        return red.add_(green).add_(blue).neg_().div_(self.temperature)

    def _on(self, device: torch.device) -> Tensor:
        """The colours on a device, copied once, because a copy waits for the graphics card."""
        if device not in self._copies:
            self._copies[device] = self.colours.to(device)
        return self._copies[device]

    def labels(self, rgb: Tensor) -> Tensor:
        """Picture (B, 3, H, W) -> the nearest colour's label (B, H, W) uint8."""
        return self.logits(rgb).argmax(dim=1).to(torch.uint8)
