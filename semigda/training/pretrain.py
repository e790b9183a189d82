"""Pre-training of the autoencoder, whose latent space holds both images and masks.

The paper takes Stable Diffusion's; a compact one learns from the images at hand and from painted
masks: those of the labelled cases, and random ones so that every shape and class can be decoded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from semigda.distributed import ALONE, Ranks, SharedJob, joined
from semigda.inference.device import choose_device
from semigda.method.losses import dice_loss
from semigda.method.palette import Palette
from semigda.models.base import Tensors, is_base, save_base
from semigda.models.features import new_network
from semigda.networks.autoencoder import KLAutoencoder
from semigda.networks.semigda import SemiGDA
from semigda.prepared.making import prepare_all
from semigda.prepared.store import Store
from semigda.progress import Job, Progress
from semigda.training.batch import Pictures, draw_pictures, random_masks
from semigda.training.changed import tell_changed
from semigda.training.checkpoint import Checkpoints, before, fits
from semigda.training.dataset import CaseSlices, SliceSampler, load_slices, step_generator
from semigda.training.gradients import Gradients, autocast, limited_threads
from semigda.training.loop import fit
from semigda.training.losses import Losses, rebuild_losses
from semigda.training.optimizers import adamw
from semigda.training.packing import Finished
from semigda.training.preflight import check_pretraining
from semigda.training.previews import pick_slices, pictures, sheet
from semigda.training.stage import Stage, Watched
from semigda_core.files.targets import check_target
from semigda_core.jobs.training import PretrainSettings
from semigda_core.models.network_config import NetworkConfig
from semigda_core.models.preprocessing import Preprocessing

WEIGHT_DECAY, CLIP = 1e-4, 1.0


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
        progress = Progress(job, settings.steps)
        finished = Finished(folder / "finished.json", settings, out)
        report = ranks.share(finished.read())
        if report is not None:
            progress.skip(progress.total)
            return report
        cases = check_pretraining(settings, begun=finished.begun)
        store = Store.of_job(folder, Preprocessing.from_dict(settings.preprocessing))
        progress.message("Reading the images.")
        prepare_all(store, cases, progress, ranks)
        slices = load_slices(cases, store, settings.num_classes, progress)
        if ranks.first:
            tell_changed(cases, slices, progress)
        progress.start_clock()

        def write(config: NetworkConfig, tensors: Tensors, report: dict) -> None:
            check_target(out, is_base, overwrite=settings.overwrite or finished.begun)
            finished.begin()
            save_base(out, config, tensors)
            finished.write(report)

        report = run_pretraining(
            settings,
            progress,
            slices,
            previews=folder / "previews" if ranks.first else None,
            ranks=ranks,
            checkpoint=_own_checkpoint(folder, settings),
            write=write,
        )
        if ranks.first:
            store.leave()
        return report


def _own_checkpoint(folder: Path, settings: PretrainSettings) -> Path:
    """In the job's folder; a job of an older version has it beside the base."""
    own, old = folder / "checkpoint.pt", checkpoint_of(settings.out)
    return old if old.exists() and not (own.exists() or before(own).exists()) else own


def run_pretraining(
    settings: PretrainSettings,
    progress: Progress,
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
        work: of a step, for the progress.
        previews: folder for pictures; of the first rank only.
        checkpoint: where it lies; by default beside the base, which is then the run's own.
        write: takes the base's network, its tensors and the report; by default they are written
            to ``settings.out``.
    """
    ranks.check_batches(settings.batch_size - settings.masks, settings.masks)
    device = choose_device(settings.device)

    def gradients_of(network: KLAutoencoder) -> Gradients:
        return Gradients(network, device, ranks, progress)

    network, gradients, stage = begin(settings, slices, device, gradients_of)
    checkpoint = checkpoint or checkpoint_of(settings.out)
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    checkpoints = Checkpoints(
        checkpoint, settings, lambda: {"network": network.state_dict()}, ranks
    )
    state = checkpoints.load(progress.warn)

    def restore(state: dict) -> None:
        network.load_state_dict(state["network"])
        stage.restore(state)

    if state is not None and not fits(partial(restore, state), progress.warn):
        network, gradients, stage = begin(settings, slices, device, gradients_of)
    progress.skip(stage.done * work)
    sheets = Shown(network, settings, slices).sheets
    fit(stage, gradients, Watched(stage, progress, checkpoints, lambda _: work, previews, sheets))

    report = finish(network, settings, slices)
    config = replace(network.config, latent_scale=report.pop("latent_scale"))
    tensors = {f"autoencoder.{name}": tensor for name, tensor in network.state_dict().items()}
    if ranks.first:
        if write is None:
            save_base(settings.out, config, tensors)
        else:
            write(config, tensors, report)
    checkpoints.remove()
    ranks.any(False)  # the others read the file next
    progress.event("pretrained", **report)
    return report


def begin(
    settings: PretrainSettings,
    slices: list[CaseSlices],
    device: torch.device,
    gradients_of: Callable[[KLAutoencoder], Gradients],
) -> tuple[KLAutoencoder, Gradients, Stage]:
    """A new autoencoder, which learns to draw images and painted masks."""
    torch.manual_seed(settings.seed)
    network = KLAutoencoder(NetworkConfig.from_dict(settings.network)).to(device)
    gradients = gradients_of(network)
    ranks = gradients.ranks
    ranks.copy_first(network)
    images, masks = _samplers(settings, slices)
    palette = Palette(settings.num_classes)

    def draw(step: int) -> Pictures:
        generator = step_generator(settings.seed, "pretrain", step)
        drawn = draw_pictures(images, masks, settings, network.config, generator)
        return drawn.rows(ranks.rank, ranks.world)

    def losses(step: int, batch: Pictures) -> Losses:
        with autocast(device, settings.precision):
            return rebuild_losses(network, palette, batch, settings.kl_weight, gradients.total)

    optimizer = adamw(network.parameters(), settings.learning_rate, WEIGHT_DECAY)
    stage = Stage("pretrain", settings.steps, draw, losses, optimizer, CLIP)
    return network, gradients, stage


def untrained(settings: PretrainSettings, slices: list[CaseSlices]) -> SemiGDA:
    """A :func:`new_network` whose latents have unit deviation, as a trained one's have."""
    config = NetworkConfig.from_dict(settings.network)
    torch.manual_seed(settings.seed)
    autoencoder = KLAutoencoder(config)
    images, labels = _shown_at_the_end(settings, slices, config)
    with torch.no_grad():
        painted = Palette(settings.num_classes).paint(labels)
        moments = autoencoder.encode(torch.cat([images, painted]))
    torch.manual_seed(settings.seed)
    return new_network(replace(config, latent_scale=latent_scale(moments)))


def _samplers(
    settings: PretrainSettings, slices: list[CaseSlices]
) -> tuple[SliceSampler, SliceSampler]:
    """Of images, and of masks."""
    size = Preprocessing.from_dict(settings.preprocessing).size
    labelled = [case for case in slices if case.foreground]
    images = SliceSampler([case.unlabelled() for case in slices], size)
    return images, SliceSampler(labelled, size, 1.0)


def checkpoint_of(out: str | Path) -> Path:
    """Where the checkpoint of an autoencoder's pre-training lies."""
    return Path(out).with_suffix(".checkpoint")


class Shown:
    """The same slices and masks, redrawn at intervals to show the progress."""

    def __init__(
        self,
        network: KLAutoencoder,
        settings: PretrainSettings,
        slices: list[CaseSlices],
    ):
        palette = Palette(settings.num_classes)
        preprocessing = Preprocessing.from_dict(settings.preprocessing)
        self.network, self.rgb = network, preprocessing.channels == "rgb"
        picked = pick_slices(slices, preprocessing.size, labelled=True)
        if picked is None:
            images = [case.unlabelled() for case in slices]
            unlabelled = pick_slices(images, preprocessing.size, labelled=False)
            assert unlabelled is not None, "a pre-training has at least one case"
            shape = (len(unlabelled[0]), *preprocessing.size)
            generator = torch.Generator().manual_seed(0)
            picked = unlabelled[0], random_masks(shape, palette.num_classes, generator)
        self.images, self.masks = picked[0], palette.paint(picked[1])

    @torch.no_grad()
    def sheets(self) -> dict[str, np.ndarray]:
        """Rows of image, its reconstruction, painted mask, its reconstruction."""
        device = next(self.network.parameters()).device
        moments = self.network.encode(torch.cat([self.images, self.masks]).to(device))
        drawn = self.network.decode(moments.chunk(2, dim=1)[0]).chunk(2)
        columns = [pictures(x, self.rgb) for x in (self.images, drawn[0])]
        return {"autoencoder": sheet(*columns, pictures(self.masks), pictures(drawn[1]))}


def latent_scale(moments: Tensor) -> float:
    """The factor that gives the means of posteriors (B, 2z, h, w) unit deviation."""
    return round(1 / moments.chunk(2, dim=1)[0].std().item(), 4)


@torch.no_grad()
def finish(network: KLAutoencoder, settings: PretrainSettings, slices: list[CaseSlices]) -> dict:
    """What the autoencoder can do, and the factor that gives its latents unit deviation."""
    palette, device = Palette(settings.num_classes), next(network.parameters()).device
    images, labels = (x.to(device) for x in _shown_at_the_end(settings, slices, network.config))
    count = len(images)
    moments = network.encode(torch.cat([images, palette.paint(labels)]))
    rebuilt = network.decode(moments.chunk(2, dim=1)[0])
    hard = F.one_hot(palette.labels(rebuilt[count:]).long(), palette.num_classes + 1)
    return {
        "steps": settings.steps,
        "image_error": round(F.l1_loss(rebuilt[:count], images).item(), 4),
        "mask_dice": round(1 - dice_loss(hard.permute(0, 3, 1, 2).float(), labels).item(), 4),
        "latent_scale": latent_scale(moments),
    }


def _shown_at_the_end(
    settings: PretrainSettings, slices: list[CaseSlices], config: NetworkConfig
) -> tuple[Tensor, Tensor]:
    """Images and the labels of masks, of no step."""
    images, masks = _samplers(settings, slices)
    drawn = draw_pictures(images, masks, settings, config, step_generator(0, "end", 0))
    assert drawn.labels is not None
    return drawn.images, drawn.labels
