"""Trains a model of a few thousand weights whose right answer everybody can compute.

    python Testing/modules/bright_model.py FOLDER

Voxels brighter than a third of the image's range are class 1, brighter than two thirds class 2.
It is a real SemiGDA network in a real package, so tests of geometry, units and wiring run the
whole engine and still know the answer. In a process of its own: Slicer's never imports torch.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

from semigda.method.palette import Palette  # noqa: E402
from semigda.models.package import save_package  # noqa: E402
from semigda.networks.semigda import SemiGDA  # noqa: E402
from semigda_core.models.card import Label, ModelCard  # noqa: E402
from semigda_core.models.network_config import NetworkConfig  # noqa: E402

NAME = "bright"
STEPS = 120
CONFIG = NetworkConfig(
    name="tiny",
    channels=(8, 8),
    encoder_blocks=1,
    decoder_blocks=1,
    norm_groups=4,
    cnn_blocks=(1,),
    cnn_norm="group",
    cnn_head="plain",
    mapper_channels=(8, 8, 8, 8),
    mapper_groups=4,
)


def phantoms(count: int, size: int, generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Grey images (n, 1, H, W) in [-1, 1] of random blobs and noise, and their labels (n, H, W)."""
    fine = F.interpolate(
        torch.rand(count, 1, 6, 6, generator=generator), (size, size), mode="bicubic"
    )
    # From nearly all foreground to none: most slices of a volume are mostly background.
    shift = 3 * torch.rand(count, 1, 1, 1, generator=generator)
    levels = torch.tensor([-1.0, 0.0, 1.0])
    labels = (fine * 4 - shift).floor().clamp(0, 2).long()
    image = levels[labels] + 0.1 * torch.randn(labels.shape, generator=generator)
    return image.clamp(-1, 1), labels[:, 0]


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    network, palette = SemiGDA(CONFIG), Palette(2)
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    for step in range(STEPS):
        image, labels = phantoms(4, 32, generator)
        # Neighbouring slices that show something else: the answer is about the middle one.
        found = network(torch.cat([image.roll(1, 0), image, image.roll(2, 0)], 1))
        loss = sum(F.cross_entropy(palette.logits(rgb), labels) for rgb in found.values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0 or step == STEPS - 1:
            print(step, round(loss.item(), 3))

    def codes(value: str, meaning: str) -> dict[str, dict[str, str]]:
        category = {"scheme": "SCT", "code": "123037004", "meaning": "Anatomical Structure"}
        return {"category": category, "type": {"scheme": "SCT", "code": value, "meaning": meaning}}

    card = ModelCard(
        name=NAME,
        title="Bright and brighter (test)",
        description="Finds what is bright. Only for tests of the software.",
        modality="OT",
        labels=[
            Label(1, "bright", (216, 101, 79), codes("91720002", "Body substance")),
            Label(2, "brighter", (128, 174, 128), codes("85756007", "Tissue")),
        ],
        network=CONFIG.to_dict(),
        preprocessing={
            "channels": "2.5d",
            "slice_axis": "acquisition",
            "size": [48, 48],
            "spacing": [None, None, None],
            "intensity": {"rule": "mr-percentile", "low": 0.5, "high": 99.5},
        },
        licence="CC0-1.0",
    )
    save_package(folder / NAME, network.eval(), card)
    # The same weights for colour pictures: three equal channels are what it has seen as slices.
    card.name = card.title = f"{NAME}-rgb"
    card.preprocessing |= {"channels": "rgb", "intensity": {"rule": "8-bit"}}
    save_package(folder / card.name, network, card)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
