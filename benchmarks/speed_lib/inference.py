"""Inference, the network alone: the engine's way against the reference, slice for slice."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from semigda.inference.predict import Predictor
from semigda.inference.restore import likeliest
from semigda.networks.cost import describe
from semigda.networks.semigda import SemiGDA
from semigda_core.models.network_config import BRANCHES
from speed_lib import reference
from speed_lib.machine import held_memory, in_own_process, memory_of
from speed_lib.networks import CONFIGS, PALETTE, SEED, discs, make_network
from speed_lib.timing import interleaved

WAYS = {"reference": BRANCHES, "ours": BRANCHES, "ours, vae": ("vae",), "ours, cnn": ("cnn",)}


def measure(name: str, device: str, side: int, slices: int, repeats: int, memory: bool) -> dict:
    """Seconds of every way for the same slices, agreement of the masks, and peak memory."""
    network = make_network(name, device)
    images = test_slices(slices, side)
    ways = {way: runner(way, network, images, device) for way in WAYS}
    masks, seconds = interleaved(ways, repeats, device, lambda way: way())
    found = {
        "side": side,
        "slices": slices,
        "seconds": seconds,
        "gflop_a_slice": describe(CONFIGS[name](), side)["gflop"],
        "agreement": agreement(masks["reference"], masks["ours"]),
    }
    if memory:
        found["peak_bytes"] = {
            way: in_own_process(peak, name, way, device, side, slices)
            for way in ("reference", "ours")
        }
    return found


def test_slices(count: int, side: int) -> Tensor:
    return discs(count, side, torch.Generator().manual_seed(SEED + 1))[0]


def runner(way: str, network: SemiGDA, images: Tensor, device: str) -> Callable[[], Tensor]:
    """What makes the masks (n, H, W) uint8 of the images in one of :data:`WAYS`."""
    if way == "reference":
        released = reference.as_released(network)
        return lambda: torch.cat([by_reference(released, x, device) for x in images.split(1)])
    branches, size = WAYS[way], (images.shape[2], images.shape[3])
    predictor = Predictor(
        network, 1, torch.device(device), branches=branches, size=size, crop=lambda x: x
    )
    return lambda: by_predictor(predictor, images)


def by_reference(network: SemiGDA, image: Tensor, device: str) -> Tensor:
    """Mask (1, H, W) on the CPU; the colours are read as ours are."""
    painted = reference.pictures(network, image.to(device))
    mean = sum(PALETTE.logits(rgb).softmax(1) for rgb in painted.values()) / len(painted)
    return likeliest(mean.detach().unbind(1)).cpu()


def by_predictor(predictor: Predictor, images: Tensor) -> Tensor:
    """Masks (n, H, W) on the CPU, in the batches that the engine chooses."""
    masks = []
    while len(images):
        shares = predictor(images).probabilities
        masks.append(likeliest(shares.unbind(1)).cpu())
        images = images[len(shares) :]
    return torch.cat(masks)


def agreement(one: Tensor, two: Tensor) -> dict:
    """Of two masks: Dice, pixels that differ, and how much of the first is foreground."""
    both = int((one & two).sum())
    return {
        "dice": 2 * both / max(1, int(one.sum()) + int(two.sum())),
        "pixels_that_differ": int((one != two).sum()),
        "foreground": round(one.float().mean().item(), 4),
    }


def peak(name: str, way: str, device: str, side: int, slices: int) -> int:
    """Bytes, in a process of its own: weights and all."""
    before = held_memory()
    torch.manual_seed(SEED)
    network = SemiGDA(CONFIGS[name]()).to(device).eval().requires_grad_(False)
    run = runner(way, network, test_slices(slices, side), device)
    del network
    return memory_of(run, device, before)
