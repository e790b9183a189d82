"""Held-out cases of a few pixels, a network that copies, and a job that keeps what it is told."""

from pathlib import Path

import torch
from heart_fixtures import Painter, options
from torch import nn

from semigda.method.palette import Palette
from semigda.progress import Progress
from semigda.training.watch import Watch

PALETTE = Palette(2)
# Of two classes: black, yellow (1, 1, -1) and magenta (1, -1, 1).
COLOURS = torch.tensor([[-1.0, -1.0, -1.0], [1.0, 1.0, -1.0], [1.0, -1.0, 1.0]])


class Case:
    """Slices of one row of pixels that show their labels' colours, for a network that copies."""

    def __init__(self, shown, labels=None):
        self.shown = torch.tensor(shown)[:, None]  # (n, 1, w)
        self.labels = None if labels is None else torch.tensor(labels, dtype=torch.uint8)[:, None]
        self.truth = self.labels
        self.planes = self.shown[:, None].float()
        self.foreground, self.drawn = [], list(range(len(shown)))
        if labels is not None:
            self.foreground = [n for n, row in enumerate(labels) if any(row)]

    def __len__(self):
        return len(self.shown)

    def rest(self):
        return None

    def pixels(self, value):
        return [int(n) for row in self.labels if (n := (row == value).sum())]

    def images(self, start, stop):
        return COLOURS[self.shown[start:stop]].permute(0, 3, 1, 2)


class Copier(Painter):
    """The first branch paints what it is shown, the second one so too, or only black."""

    def __init__(self, both: bool = False):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))
        self.both, self.evaluated = both, []

    def forward(self, image, branches=("vae", "cnn")):
        self.evaluated.append(not self.training)
        black = COLOURS[0].view(1, 3, 1, 1).expand_as(image)
        return {"vae": image, "cnn": image if self.both else black}


class Heard:
    """A job that keeps what it is told; ``asked`` holds what is requested of it."""

    def __init__(self, path: Path):
        self.path, self.events, self.asked = path, [], set()

    def event(self, type, **values):
        self.events.append((type, values))

    def update(self, *_, **__):
        pass

    def requested(self, control):
        return control in self.asked

    def of(self, kind):
        return [values for type, values in self.events if type == kind]


def watch(job, val, steps=100, **changes) -> Watch:
    values = {"steps": steps, "validations": 3, "validation_cases": 2, **changes}
    slices = {"labeled": val[:1], "unlabeled": [], "val": val}
    return Watch(options(**values), Progress(job), PALETTE, slices)


def held_out(count):
    return [Case([[1, 1, 0, 0]], [[1, 1, 2, 0]]) for _ in range(count)]
