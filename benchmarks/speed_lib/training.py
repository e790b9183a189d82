"""Training: an optimiser step of both stages, the engine's way against the reference."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import torch

from semigda.distributed import ALONE
from semigda.method.mixing import paste, random_boxes
from semigda.method.teacher import make_teacher, update_teacher
from semigda.networks.cnn_encoder import DROPOUT
from semigda.networks.semigda import SemiGDA
from semigda.progress import Progress
from semigda.training.batch import Batch
from semigda.training.gradients import Gradients, autocast
from semigda.training.losses import align_losses, segment_losses
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.network_config import NetworkConfig
from semigda_core.models.preprocessing import Preprocessing
from speed_lib.machine import held_memory, in_own_process, memory_of
from speed_lib.networks import CONFIGS, PALETTE, SEED, discs
from speed_lib.reference_training import ReferenceTraining
from speed_lib.timing import Way, gflop_of, interleaved

WORDS = {"name": "discs", "title": "Discs", "description": "-", "modality": "XC"}
WORDS |= {"labels": [{"value": 1, "name": "disc", "color": [255, 0, 0]}]}
SETTINGS = TrainSettings(
    cases="cases.json",
    out="model",
    card=WORDS,
    network=NetworkConfig.compact().to_dict(),
    preprocessing=Preprocessing().to_dict(),
)


def measure(name: str, device: str, side: int, rows: int, repeats: int, memory: bool) -> dict:
    """Seconds of a step with ``rows`` labelled and as many unlabelled slices, and peak memory."""
    network = make(name, device)
    batch = make_batch(CONFIGS[name](), rows, side, device)
    found: dict = {"side": side, "rows": [rows, rows], "seconds": {}, "gflop": {}}
    for stage, ways in STAGES.items():
        calls = {way: start(network, batch, device) for way, start in ways.items()}
        counted, found["seconds"][stage] = interleaved(calls, repeats, device, gflop_of)
        found["gflop"][stage] = {way: round(count, 3) for way, count in counted.items()}
    if memory:
        found["peak_bytes"] = {
            stage: {way: in_own_process(peak, name, stage, way, device, side, rows) for way in ways}
            for stage, ways in STAGES.items()
        }
    return found


def make(name: str, device: str) -> SemiGDA:
    torch.manual_seed(SEED)
    return SemiGDA(CONFIGS[name]()).to(device)


def make_batch(config: NetworkConfig, rows: int, side: int, device: str) -> Batch:
    """Labelled discs, unlabelled discs with a box each, latent noise and dropout."""
    generator = torch.Generator().manual_seed(SEED)
    images, labels = discs(2 * rows, side, generator)
    box = random_boxes(rows, side, side, SETTINGS.box_side, generator)
    latent = [side // config.downsampling] * 2
    noise = torch.randn(2 * rows, config.latent_channels, *latent, generator=generator)
    keep = torch.rand(2 * rows, config.dropout_channels, *latent, generator=generator) >= DROPOUT
    mixed = paste(images[:rows], images[rows:], box)
    parts = (images[:rows], labels[:rows], images[rows:], mixed, box, labels[:rows], noise, keep)
    return Batch(*parts).to(torch.device(device))


Start = Callable[[SemiGDA, Batch, str], Way]


def reference(stage: str, **options: bool) -> Start:
    def start(network: SemiGDA, batch: Batch, device: str) -> Way:
        step = getattr(ReferenceTraining(network), stage)
        return lambda: step(batch, **options)

    return start


def ours(stage: str, frozen: str, supervised: bool = False) -> Start:
    """The engine's step, with what stage and settings leave to be taught."""

    def start(network: SemiGDA, batch: Batch, device: str) -> Way:
        network = deepcopy(network).train()
        network.freeze(frozen)
        teacher = make_teacher(network)
        rows = len(batch.images)
        if supervised:
            chance = {"noise": batch.noise[:rows], "keep": batch.keep[:rows]}
            batch = Batch(batch.images, batch.labels, **chance)
        kind = torch.device(device)
        gradients = Gradients(network, kind, ALONE, Progress())

        def losses(part: Batch) -> dict:
            with autocast(kind, "auto"):
                if stage == "align":
                    return align_losses(network, PALETTE, part, 0.5, False)
                return segment_losses(
                    network, teacher, PALETTE, part, 0.5, SETTINGS, gradients.total
                )

        if stage == "align":
            learned = [*network.mapper.parameters(), *network.cnn_encoder.parameters()]
        else:
            learned = [p for p in network.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(learned, SETTINGS.learning_rate)

        def step() -> None:
            gradients.of(batch, losses, learned)
            gradients.clip(learned, SETTINGS.clip)
            optimizer.step()
            if stage == "segment":
                update_teacher(teacher, network, 1, SETTINGS.ema_decay)

        return step

    return start


# What each stage's times are called, and what is done in them.
STAGES: dict[str, dict[str, Start]] = {
    "stage 1": {"reference": reference("align"), "ours": ours("align", "autoencoder")},
    "stage 2": {
        "reference, mixed": reference("segment", mixed=True),
        "ours": ours("segment", "autoencoder"),
        "reference, not mixed": reference("segment", mixed=False),
        "ours, supervised": ours("segment", "autoencoder", supervised=True),
        "ours, whole autoencoder": ours("segment", "nothing"),
    },
}


def peak(name: str, stage: str, way: str, device: str, side: int, rows: int) -> int:
    """Bytes, in a process of its own: weights, gradients, optimiser and all; of the second step."""
    before = held_memory()
    network = make(name, device)
    batch = make_batch(CONFIGS[name](), rows, side, device)
    step = STAGES[stage][way](network, batch, device)
    del network
    step()
    return memory_of(step, device, before)
