"""A training from its settings to the model package, whatever interrupts it on the way."""

from __future__ import annotations

import json
import zlib
from functools import partial
from pathlib import Path

import torch

from semigda.data.cases import Case
from semigda.distributed import Ranks, SharedJob, joined
from semigda.inference.device import choose_device
from semigda.models.base import load_base
from semigda.models.package import load_network
from semigda.networks.semigda import SemiGDA
from semigda.prepared.making import prepare_all
from semigda.prepared.store import Store
from semigda.progress import UNWATCHED, Job, Part, Printed, Progress
from semigda.training.changed import tell_changed
from semigda.training.checkpoint import Checkpoints, fits, remove_checkpoint
from semigda.training.dataset import (
    CaseSlices,
    check_finished,
    held_out_copies,
    held_out_labels,
    load_slices,
    without_labels,
)
from semigda.training.describe import training_images
from semigda.training.first_look import look_first
from semigda.training.gradients import Gradients, limited_threads
from semigda.training.loop import Training, fit
from semigda.training.overlaps import tell_overlaps
from semigda.training.packing import Finished, licence_text, training_summary, write_model
from semigda.training.preflight import check_training
from semigda.training.pretrain import checkpoint_of, run_pretraining, untrained
from semigda.training.stage import Stage, Watched
from semigda.training.watch import Watch
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import clear_leftovers
from semigda_core.files.targets import check_target
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.card import CARD_FILE
from semigda_core.models.layout import is_package
from semigda_core.models.preprocessing import Preprocessing
from semigda_core.project.cases.pairing import crossed
from semigda_core.project.check.rules.labels import told_crossed
from semigda_core.project.training.budget import ALIGN_WORK, PRETRAIN_WORK, SEMI_WORK

Slices = dict[str, list[CaseSlices]]


def train(settings: TrainSettings, job: Job | None = None, part: Part | None = None) -> dict:
    """Train a model and write its package to ``settings.out``.

    The model is the running average of the network's weights, with all branches that were trained:
    nothing is chosen on the held-out cases, so their Dice is what new cases of the same kind can
    expect.

    A run that was killed or paused continues from its last checkpoint when called again with the
    same settings, and on a CPU ends with the same weights as if it had never stopped. A run that
    had finished before its job was killed is not trained again.

    Args:
        part: where one job holds several trainings; each then has its own ``settings.work``.

    Returns:
        The card's training summary.

    Raises:
        SemiGDAError: "bad-input", "no-labels", "cancelled", "disk-full", "device-unavailable".
        Paused: the job asked for it; a checkpoint is written.
    """
    folder = settings.work or (job.path if job is not None else None)
    if folder is None:
        raise SemiGDAError("bad-input", "The training has no folder for its checkpoints.")
    with limited_threads(settings.threads), joined(choose_device(settings.device)) as ranks:
        if ranks.world > 1 and job is not None:
            job = SharedJob(job, ranks)
        return _Run(settings, job, part, ranks, Path(folder)).run()


class _Run:
    """One training: where it writes, what it has done already, and what it does next."""

    def __init__(
        self,
        settings: TrainSettings,
        job: Job | None,
        part: Part | None,
        ranks: Ranks,
        folder: Path,
    ):
        self.settings, self.job, self.ranks, self.folder = settings, job, ranks, folder
        self.part = part
        self.folder.mkdir(parents=True, exist_ok=True)
        if ranks.first:
            clear_leftovers(self.folder)
        self.previews = self.folder / "previews" if ranks.first else None
        made = Path(settings.out) / CARD_FILE
        self.finished = Finished(self.folder / "finished.json", settings, made)
        self.cases: dict[str, list[Case]] = {role: [] for role in ("labeled", "unlabeled", "val")}
        for case in check_training(settings, begun=self.finished.begun):
            self.cases[case.role].append(case)
        self.licence = licence_text(settings)  # now: the base may be gone when it is needed
        ranks.check_batches(settings.labeled_batch, settings.unlabeled_batch)
        self.progress = Progress(job or Printed(self.folder), part=part)
        self.is_fold = part is not None and part.kind == "fold"
        self.store = Store.of_job(self.folder, Preprocessing.from_dict(settings.preprocessing))

    def run(self) -> dict:
        """Do the whole training and return its summary."""
        summary = self.ranks.share(self.finished.read())
        if summary is not None and self.job is not None:
            self.progress.skip(self.progress.total)
            return summary
        self.slices = self._load()
        semi = self.settings.unlabeled_weight > 0
        self.semi_supervised = semi and bool(without_labels(self.slices))
        self.progress.total = self._work()
        self.progress.start_clock()
        self.checkpoints = Checkpoints(
            self.folder / "checkpoint.pt", self.settings, self._state, self.ranks
        )
        stage = self._begin()
        self._look_first(stage)
        if stage.name == "align":
            self._fit(stage)
            stage = self.training.segment()
        self._fit(stage)
        self.checkpoints.save(stage)  # whatever comes now need not train again
        return self._finish(stage.done)

    def _load(self) -> Slices:
        self.progress.message("Reading the images.")
        count, progress = self.settings.num_classes, self.progress
        # A fold leaves the slices of other folds; the training of all cases tidies up.
        sweeps = self.ranks.first and not self.is_fold
        if sweeps:
            self.store.sweep()
        cases = sum(self.cases.values(), [])
        fresh = [case for case in cases if self.store.find(case) is None]
        prepare_all(self.store, cases, progress, self.ranks)
        slices = {
            role: load_slices(those, self.store, count, progress)
            for role, those in self.cases.items()
        }
        if self.ranks.first:
            tell_changed(cases, sum(slices.values(), []), progress)
        check_finished(slices["labeled"])
        if copies := held_out_copies(slices):
            self.progress.warn(
                f"{copies} of the held-out images {'is' if copies == 1 else 'are'} in the training "
                "a second time: the scores will be too good."
            )
        if others := crossed((case.image, case.label) for case in cases):
            self.progress.warn(told_crossed(len(others)))
        if shared := held_out_labels(slices):
            self.progress.warn(
                f"{shared} of the held-out cases {'has' if shared == 1 else 'have'} the very label "
                "of a case for training: if they are of one patient, the scores will be too good."
            )
        tell_overlaps(cases, fresh, self.progress)
        slices["val"] = [case for case in slices["val"] if case.drawn]  # others have no truth
        if sweeps:
            self.store.sweep(unused=True)
        return slices

    def _look_first(self, stage: Stage) -> None:
        """Of a job's first training, before its first step; several processes would have to wait
        for one."""
        begins = stage.name == "align" and stage.done == 0
        first = self.part is None or self.part.index == 0
        if self.settings.first_look and self.ranks.world == 1 and begins and first:
            network = self.training.network
            look_first(self.settings, network, self.slices, self.progress, self.folder)
            self.progress.start_clock()

    # Beginning, and beginning again

    def _begin(self) -> Stage:
        """Where an earlier process of this training was; else stage 1 of a new one."""
        new = self._new()
        state = self.checkpoints.load(self.progress.warn)
        if state is None:
            return new
        stage = new if state["stage"] == "align" else self.training.segment()
        if not fits(lambda: self._restore(stage, state), self.progress.warn):
            return self._new()
        if stage.name == "segment":
            self.progress.skip(self.settings.align_steps * ALIGN_WORK)
        self.progress.skip(sum(self._cost(stage.name, step) for step in range(stage.done)))
        return stage

    def _restore(self, stage: Stage, state: dict) -> None:
        self.training.network.load_state_dict(state["network"])
        self.training.teacher.load_state_dict(state["teacher"])
        self.watch.restore(state["watch"])
        self.training.sources.restore(state.get("sources", ()))
        stage.restore(state)

    def _new(self) -> Stage:
        """A training from its beginning."""
        settings, ranks = self.settings, self.ranks
        device = choose_device(settings.device)
        torch.manual_seed(settings.seed)
        network = self._network().with_branches(settings.branches).to(device)
        network = ranks.normalised(network).train()
        ranks.copy_first(network)
        gradients = Gradients(network, device, ranks, self.progress)
        self.training = Training(settings, self.slices, network, gradients)
        palette = self.training.palette
        self.watch = Watch(settings, self.progress, palette, self.slices, ranks)
        return self.training.align()

    def _network(self) -> SemiGDA:
        """The network that training starts from."""
        base, settings = self.settings.base, self.settings
        seen = [*self.slices["labeled"], *self.slices["unlabeled"]]
        if base is not None and Path(base).is_dir():
            network, _ = load_network(base)
            return network.requires_grad_(True)
        if base is None and settings.pretrain_steps == 0:
            return untrained(settings.pretraining(settings.out), seen)
        made = self._pretrained(seen) if base is None else base
        torch.manual_seed(settings.seed)
        return load_base(made)

    def _pretrained(self, seen: list[CaseSlices]) -> Path:
        """The base that this training makes for itself."""
        # Named after its settings: a run begun with other ones must not find it.
        identity = self.settings.pretraining(self.settings.out).identity()
        wanted = json.dumps(identity, sort_keys=True)
        base = self.folder / f"autoencoder-{zlib.crc32(wanted.encode()):08x}.safetensors"
        if self._made_before(base):
            if self.ranks.first:
                remove_checkpoint(checkpoint_of(base))  # where a kill came between the two
            self.progress.skip(self.settings.pretrain_steps * PRETRAIN_WORK)
        else:
            pretraining = self.settings.pretraining(str(base))
            run_pretraining(
                pretraining, self.progress, seen, PRETRAIN_WORK, self.previews, self.ranks
            )
        return base

    def _made_before(self, base: Path) -> bool:
        """Whether an earlier process of this training made its autoencoder, and it is whole."""
        if not base.exists():
            return False
        try:
            load_base(base)
        except SemiGDAError:
            self.progress.warn("The training's autoencoder is damaged; it is trained again.")
            return False
        return True

    # Going on

    def _fit(self, stage: Stage) -> None:
        segments = stage.name == "segment"
        shown = self.training.teacher if segments else self.training.network
        around = Watched(
            stage,
            self.progress,
            self.checkpoints,
            partial(self._cost, stage.name),
            self.previews,
            partial(self.watch.sheets, shown),
            self.watch if segments else None,
            shown,
        )
        fit(stage, self.training.gradients, around)

    def _state(self) -> dict:
        training = self.training
        networks = {"network": training.network, "teacher": training.teacher}
        state = {name: network.state_dict() for name, network in networks.items()}
        return state | {"watch": self.watch.state(), "sources": training.sources.state()}

    def _finish(self, steps: int) -> dict:
        """Measure all held-out cases, and write the package of the averaged network."""
        self.progress.message("Measuring all held-out cases.")
        network, held_out = self.training.teacher, self.slices["val"]
        dice = self.watch.dice(network, held_out)["both"] if held_out else {}
        counts = {role: len(cases) for role, cases in self.cases.items()}
        summary = training_summary(
            self.settings, counts, self.semi_supervised, steps, dice, self.watch.history
        )
        if self.training.sources.names:
            summary["sources"] = self.training.sources.report()
        if self.ranks.first:
            # Another one may have come to its place while this one was learned.
            overwrite = self.settings.overwrite or self.finished.begun
            check_target(self.settings.out, is_package, overwrite=overwrite)
            images = self._images(network)
            self.finished.begin()
            write_model(self.settings, network, summary, self.licence, images)
        self.progress.event("trained", **summary)
        if self.ranks.first:
            self.finished.write(summary)
        self.checkpoints.remove()
        if self.ranks.first:
            self.store.leave()
        return summary

    def _images(self, network: SemiGDA) -> dict | None:
        """What the model's card says of the training images."""
        preprocessing = Preprocessing.from_dict(self.settings.preprocessing)
        seen = [*self.cases["labeled"], *self.cases["unlabeled"]]
        # Several processes ask together whether to stop, and only the first one is here.
        progress = self.progress if self.ranks.world == 1 else UNWATCHED
        return training_images(network, preprocessing, network.branches, seen, progress)

    # What it takes

    def _cost(self, stage: str, step: int) -> float:
        if stage == "align":
            return ALIGN_WORK
        warm = step < self.settings.supervised_share * self.settings.steps
        return 1.0 if warm or not self.semi_supervised else SEMI_WORK

    def _work(self) -> float:
        """The whole run's work."""
        settings = self.settings
        work = settings.align_steps * ALIGN_WORK
        work += sum(self._cost("segment", step) for step in range(settings.steps))
        return work + (settings.pretrain_steps * PRETRAIN_WORK if settings.base is None else 0)
