"""Pre-training of the autoencoder whose latent space both the image and its mask live in.

The paper takes Stable Diffusion's; a compact one learns from the images at hand and from painted
masks: those of the labelled cases, and random ones so that every shape and class can be decoded.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from semigda.data.augment import change_geometry, change_intensity
from semigda.distributed import ALONE, Ranks, SharedJob, joined
from semigda.inference.device import choose_device
from semigda.method.losses import dice_loss, kl_loss, segmentation_loss
from semigda.method.palette import Palette
from semigda.method.ramps import learning_rate
from semigda.models.base import Tensors, is_base, save_base
from semigda.networks.autoencoder import KLAutoencoder, sample_posterior
from semigda.networks.semigda import SemiGDA
from semigda.training.checkpoint import (
    before,
    load_checkpoint,
    remove_checkpoint,
    save_checkpoint,
)
from semigda.training.dataset import CaseSlices, SliceSampler, load_slices, step_generator
from semigda.training.optimizer import adamw
from semigda.training.packing import Finished
from semigda.training.precision import autocast, limited_threads
from semigda.training.prefetch import ahead, rows
from semigda.training.preflight import check_pretraining
from semigda.training.previews import Previews, pick_slices, pictures, sheet
from semigda.training.reporter import Job, Reporter, nothing_to_keep
from semigda.training.settings import PretrainSettings
from semigda.training.stepper import Stepper
from semigda_core.errors import Paused
from semigda_core.files.targets import check_target
from semigda_core.models.network_config import NetworkConfig
from semigda_core.models.preprocessing import Preprocessing

PALETTE_WEIGHT = 0.1  # of the masks' classes in the loss, beside their colours
RANDOM_MASKS = 0.5  # share of the painted masks that are random shapes
LOG_STEPS = 50


def pretrain(settings: PretrainSettings, job: Job) -> dict:
    """Train an autoencoder and write it to ``settings.out``.

    Returns:
        ``{"steps", "image_error", "mask_dice"}``: mean absolute error of the last images, Dice of
        the last painted masks after a round trip.

    Raises:
        SemiGDAError: "bad-input", "cancelled", "disk-full".
        Paused: the job asked for it; a checkpoint is written.
    """
    folder, out = Path(job.path), Path(settings.out)
    with limited_threads(settings.threads), joined(choose_device(settings.device)) as ranks:
        if ranks.world > 1:
            job = SharedJob(job, ranks)
        reporter = Reporter(job, settings.steps)
        finished = Finished(folder / "finished.json", settings, out)
        report = ranks.share(finished.read())
        if report is not None:
            reporter.skip(reporter.total)
            return report
        cases = check_pretraining(settings, begun=finished.begun)
        preprocessing = Preprocessing.from_dict(settings.preprocessing)
        reporter.message("Reading the images.")
        slices = load_slices(cases, preprocessing, settings.num_classes, reporter.check)
        reporter.start_clock()

        def write(config: NetworkConfig, tensors: Tensors, report: dict) -> None:
            check_target(out, is_base, overwrite=settings.overwrite or finished.begun)
            finished.begin()
            save_base(out, config, tensors)
            finished.write(report)

        return run_pretraining(
            *(settings, reporter, slices),
            previews=folder / "previews" if ranks.first else None,
            ranks=ranks,
            checkpoint=_own_checkpoint(folder, settings),
            write=write,
        )


def _own_checkpoint(folder: Path, settings: PretrainSettings) -> Path:
    """In the job's folder; a job of an older version has it beside the base."""
    own, old = folder / "checkpoint.pt", checkpoint_of(settings.out)
    return old if old.exists() and not (own.exists() or before(own).exists()) else own


class Drawn(NamedTuple):
    """The batch of one step."""

    pictures: Tensor  # (Bi, 3, H, W)
    labels: Tensor  # (Bm, H, W), of the masks to paint
    noise: Tensor  # (Bi + Bm, z, h, w), of the posteriors' draws


def run_pretraining(
    settings: PretrainSettings,
    reporter: Reporter,
    slices: list[CaseSlices],
    work: float = 1.0,
    previews: Path | None = None,
    ranks: Ranks = ALONE,
    *,
    checkpoint: Path | None = None,
    write: Callable[[NetworkConfig, Tensors, dict], object] | None = None,
) -> dict:
    """:func:`pretrain` with its slices, as a part of a longer run.

    Args:
        work: of a step, for the reporter.
        previews: folder for pictures; of the first rank only.
        checkpoint: where it lies; by default beside the base, which is then the run's own.
        write: takes the base's network, its tensors and the report; by default they are written
            to ``settings.out``.
    """
    device = choose_device(settings.device)
    preprocessing = Preprocessing.from_dict(settings.preprocessing)
    palette = Palette(settings.num_classes)
    images, masks = _samplers(settings, slices)

    torch.manual_seed(settings.seed)
    config = NetworkConfig.from_dict(settings.network)
    network = KLAutoencoder(config).to(device)
    ranks.copy_first(network)
    optimizer = adamw(network.parameters(), settings.learning_rate, 1e-4)
    checkpoint = checkpoint or checkpoint_of(settings.out)
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    first = 0
    state = load_checkpoint(checkpoint, settings.same, reporter.warn)
    ranks.any(False)  # all have read it before the first one writes or deletes it
    if state is not None:
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        first = state["step"]
        reporter.skip(first * work)

    def save(next_step: int) -> None:
        state = {"settings": settings.to_dict(), "step": next_step}
        state |= {"network": network.state_dict(), "optimizer": optimizer.state_dict()}
        if ranks.first:
            save_checkpoint(checkpoint, state)

    masks_drawn = mask_count(settings)
    sizes = (settings.batch_size - masks_drawn, masks_drawn)
    stepper = Stepper(network, sizes, device, ranks, reporter)

    def batch_of(step: int) -> Drawn:
        generator = step_generator(settings.seed, "pretrain", step)
        pictures, labels = draw(images, masks, settings, generator)
        size = [side // config.downsampling for side in pictures.shape[2:]]
        shape = (len(pictures) + len(labels), config.latent_channels, *size)
        noise = torch.randn(shape, generator=generator)
        return rows(Drawn(pictures, labels, noise), ranks.rank, ranks.world)

    def losses_of(batch: Drawn) -> dict[str, Tensor]:
        pictures = torch.cat([batch.pictures, palette.paint(batch.labels)])
        with autocast(device, settings.precision):
            moments = network.encode(pictures)
            rebuilt = network.decode(sample_posterior(moments, batch.noise))
        logits = palette.logits(rebuilt[-len(batch.labels) :])
        losses = {
            "rebuild": F.l1_loss(rebuilt.float(), pictures),
            "classes": segmentation_loss(logits, batch.labels, None, stepper.total),
            "kl": kl_loss(moments),
        }
        total = losses["rebuild"] + PALETTE_WEIGHT * losses["classes"]
        return losses | {"total": total + settings.kl_weight * losses["kl"]}

    shown = Shown(network, palette, preprocessing, slices)
    pictures_of = Previews(reporter, previews, "pretrain", shown.sheets)
    saved = time.monotonic()
    for step, batch in enumerate(ahead(batch_of, range(first, settings.steps), device), first):
        if reporter.stop_requested:
            raise nothing_to_keep()
        factor = learning_rate((step + 1) / settings.steps)
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * factor
        losses = stepper.step(batch, losses_of, optimizer, clip=1.0)

        if step == 0 or (step + 1) % LOG_STEPS == 0 or step + 1 == settings.steps:
            values = {name: round(value.item(), 6) for name, value in losses.items()}
            reporter.event("losses", stage="pretrain", step=step + 1, losses=values)
        if time.monotonic() - saved > 60 * settings.checkpoint_minutes:
            save(step + 1)
            saved = time.monotonic()
        pictures_of.after_step(step + 1, last=step + 1 == settings.steps)
        try:
            reporter.advance(work, f"Learning to draw: step {step + 1} of {settings.steps}.")
        except Paused:
            save(step + 1)
            raise

    report = finish(network, palette, draw(images, masks, settings, step_generator(0, "end", 0)))
    report["steps"] = settings.steps
    config = replace(config, latent_scale=report.pop("latent_scale"))
    tensors = {f"autoencoder.{name}": tensor for name, tensor in network.state_dict().items()}
    if ranks.first:
        if write is None:
            save_base(settings.out, config, tensors)
        else:
            write(config, tensors, report)
        remove_checkpoint(checkpoint)
    ranks.any(False)  # the others read the file next
    reporter.event("pretrained", **report)
    return report


def untrained(settings: PretrainSettings, slices: list[CaseSlices]) -> SemiGDA:
    """A network with random weights whose latents have unit deviation, as a trained one's have."""
    config = NetworkConfig.from_dict(settings.network)
    drawn, labels = draw(*_samplers(settings, slices), settings, step_generator(0, "end", 0))
    torch.manual_seed(settings.seed)
    with torch.no_grad():
        painted = Palette(settings.num_classes).paint(labels)
        moments = KLAutoencoder(config).encode(torch.cat([drawn, painted]))
    torch.manual_seed(settings.seed)
    return SemiGDA(replace(config, latent_scale=latent_scale(moments)))


def _samplers(
    settings: PretrainSettings, slices: list[CaseSlices]
) -> tuple[SliceSampler, SliceSampler]:
    """Of images, and of masks."""
    size = Preprocessing.from_dict(settings.preprocessing).size
    labelled = [case for case in slices if case.foreground]
    return SliceSampler(slices, size), SliceSampler(labelled, size, 1.0)


def checkpoint_of(out: str | Path) -> Path:
    """Where the checkpoint of an autoencoder's pre-training lies."""
    return Path(out).with_suffix(".checkpoint")


class Shown:
    """Slices and masks that are drawn again and again, to see how well."""

    def __init__(
        self,
        network: KLAutoencoder,
        palette: Palette,
        preprocessing: Preprocessing,
        slices: list[CaseSlices],
    ):
        self.network, self.rgb = network, preprocessing.channels == "rgb"
        picked = pick_slices(slices, preprocessing.size, labelled=True)
        if picked is None:
            picked = pick_slices(slices, preprocessing.size, labelled=False)
            shape = (len(picked[0]), *preprocessing.size)
            generator = torch.Generator().manual_seed(0)
            picked = picked[0], random_masks(shape, palette.num_classes, generator)
        self.images, self.masks = picked[0], palette.paint(picked[1])

    @torch.no_grad()
    def sheets(self) -> dict[str, np.ndarray]:
        """Image, image drawn again, painted mask, mask drawn again."""
        device = next(self.network.parameters()).device
        moments = self.network.encode(torch.cat([self.images, self.masks]).to(device))
        drawn = self.network.decode(moments.chunk(2, dim=1)[0]).chunk(2)
        columns = [pictures(x, self.rgb) for x in (self.images, drawn[0])]
        return {"autoencoder": sheet(*columns, pictures(self.masks), pictures(drawn[1]))}


def mask_count(settings: PretrainSettings) -> int:
    """Painted masks in a batch; the rest of it is images."""
    return round(settings.batch_size * settings.mask_share)


def draw(
    images: SliceSampler,
    masks: SliceSampler,
    settings: PretrainSettings,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Images (Bi, 3, H, W) and label maps (Bm, H, W) of one step, randomly changed."""
    options = settings.augmentation
    wanted = mask_count(settings)
    pictures, _ = images.draw(settings.batch_size - wanted, generator)
    pictures, _ = change_geometry(pictures, None, options, generator)
    pictures = change_intensity(pictures, options, generator)
    real_count = wanted - round(wanted * RANDOM_MASKS) if masks.cases else 0
    shape = (wanted - real_count, *pictures.shape[2:])
    labels = random_masks(shape, settings.num_classes, generator)
    if real_count:
        moved, real = masks.draw(real_count, generator)
        real = change_geometry(moved, real, options, generator)[1]
        labels = torch.cat([labels, real])
    return pictures, labels


def random_masks(
    shape: tuple[int, int, int], num_classes: int, generator: torch.Generator
) -> Tensor:
    """Label maps (B, H, W) uint8 of smooth random shapes, about half of it background."""
    batch, height, width = shape
    score = torch.randn(batch, num_classes + 1, 5, 5, generator=generator)
    score[:, 0] += 0.8 + 0.4 * num_classes**0.5
    score = F.interpolate(score, (height, width), mode="bicubic", align_corners=False)
    return score.argmax(dim=1).to(torch.uint8)


def latent_scale(moments: Tensor) -> float:
    """The factor that gives the means of posteriors (B, 2z, h, w) unit deviation."""
    return round(1 / moments.chunk(2, dim=1)[0].std().item(), 4)


@torch.no_grad()
def finish(network: KLAutoencoder, palette: Palette, batch: tuple[Tensor, Tensor]) -> dict:
    """What the autoencoder can do, and the factor that gives its latents unit deviation."""
    device = next(network.parameters()).device
    pictures, labels = batch[0].to(device), batch[1].to(device)
    moments = network.encode(torch.cat([pictures, palette.paint(labels)]))
    rebuilt = network.decode(moments.chunk(2, dim=1)[0])
    count = len(pictures)
    hard = F.one_hot(palette.labels(rebuilt[count:]).long(), palette.num_classes + 1)
    return {
        "image_error": round(F.l1_loss(rebuilt[:count], pictures).item(), 4),
        "mask_dice": round(1 - dice_loss(hard.permute(0, 3, 1, 2).float(), labels).item(), 4),
        "latent_scale": latent_scale(moments),
    }
