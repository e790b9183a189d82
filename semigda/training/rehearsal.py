"""A rehearsal: at most two minutes of a training's own parts, measured on this computer.

It loads the cases, takes a few steps of every stage, measures Dice of one held-out case, writes one
checkpoint, and leaves nothing behind but its figures.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import fields, replace
from math import prod
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from torch import Tensor, nn

from semigda.data.cases import Case
from semigda.data.unlabelled import finished_of
from semigda.distributed import ALONE
from semigda.inference.device import choose_device, finish, free_cache
from semigda.inference.usage import forget_peak, free_memory, peak_memory
from semigda.models.base import load_base
from semigda.models.package import load_network
from semigda.networks.semigda import SemiGDA
from semigda.prepared.making import processes
from semigda.prepared.store import Store
from semigda.progress import UNWATCHED, Progress
from semigda.training.batch import Batch, Rows
from semigda.training.checkpoint import save_checkpoint
from semigda.training.dataset import CaseSlices, case_slices, check_finished
from semigda.training.gradients import Gradients, check_precision, limited_threads
from semigda.training.loop import Training, fit
from semigda.training.preflight import cases_of
from semigda.training.pretrain import begin
from semigda.training.stage import Stage
from semigda.training.unet import UNetTraining, new_unet
from semigda.training.validate import validate
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import temporary_folder
from semigda_core.jobs.failures import classify
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.network_config import NetworkConfig
from semigda_core.models.preprocessing import MULTIPLE, Preprocessing
from semigda_core.project.training.budget import overhead_of

LOAD_SECONDS = 50.0  # then a sample of the cases must do
STAGE_SECONDS = 8.0
MOST_STEPS = 20  # of a stage
GPU_TOO_SMALL = "The graphics card has too little free memory for these settings."
MEMORY_RESERVE = 0.85  # of the computer's free memory


class _Timed:
    """Times the steps of a stage, and ends it once it has timed enough."""

    def __init__(self, progress: Progress, device: torch.device):
        self.progress, self.device, self.times = progress, device, [time.perf_counter()]

    def ends(self) -> bool:
        self.progress.check()
        return len(self.times) > 1 and self.times[-1] - self.times[0] > STAGE_SECONDS

    def after_step(self, *_: Any) -> None:
        finish(self.device)
        self.times.append(time.perf_counter())


class _Undivided(Gradients):
    """Divides no step: a training does, but a smaller batch that fits is the better choice."""

    def divide(self, batch: Rows) -> None:
        raise SemiGDAError("out-of-memory" if self.device.type == "cpu" else "out-of-gpu-memory")


def _step_seconds(times: Sequence[float]) -> float:
    """Of a typical step; the first one, a warm-up, counts only if there is no other."""
    steps = [after - before for before, after in zip(times, times[1:], strict=False)]
    steps = sorted(steps[1:] or steps)
    return steps[len(steps) // 2]


def rehearse(
    settings: TrainSettings,
    folder: Path,
    progress: Progress = UNWATCHED,
) -> dict[str, Any]:
    """Rehearse a training; tell what it costs and whether it fits into memory.

    Args:
        folder: for a checkpoint that is deleted again.

    Returns:
        ``seconds_per_step`` of "pretrain" (None where there is none), "align", "supervised",
        "semi" (None without unlabelled cases) and "unet"; ``load_seconds`` of all cases,
        in every training, and ``prepare_seconds`` of those that are not prepared yet, once
        (``prepare_all_seconds`` of all); ``overhead_pixels`` of a step (``budget.overhead_of``),
        if slices can be smaller; ``prepared_bytes`` on the disk of all, and ``unprepared_bytes``
        of those; ``validate_seconds`` of one; ``save_seconds``; ``memory_bytes``,
        ``gpu_memory_bytes`` (None on the CPU) and ``checkpoint_bytes``; ``cases``, how many;
        ``device``; ``fits``, ``reason`` and ``offers``, settings that fit.

    Raises:
        SemiGDAError: "bad-input", "no-labels", "cancelled", "device-unavailable", "disk-full".
    """
    with limited_threads(settings.threads):
        return _Rehearsal(settings, folder, progress).run()


class _Rehearsal:
    def __init__(self, settings: TrainSettings, folder: Path, progress: Progress):
        self.settings, self.folder, self.progress = settings, folder, progress
        self.device = choose_device(settings.device)
        check_precision(self.device, settings.precision)
        self.cases = cases_of(settings)
        self.store = Store.of_job(folder, Preprocessing.from_dict(settings.preprocessing))

    def run(self) -> dict[str, Any]:
        forget_peak()
        # What this process holds already is not free, but will be the training's.
        free, began_with = free_memory(), peak_memory()
        facts: dict[str, Any] = {"cases": len(self.cases)}
        slices, cost = self._load()
        facts |= cost | {"fits": True, "reason": "", "offers": {}}
        settings = self.settings
        while True:  # down a ladder, where a graphics card is too small
            try:
                facts |= self._measure(replace(settings, **facts["offers"]), slices)
                break
            except (RuntimeError, SemiGDAError) as error:
                if classify(error).error_class != "out-of-gpu-memory":
                    raise
                facts |= {"fits": False, "reason": GPU_TOO_SMALL, "offers": self._rung(facts)}
            gc.collect()
            free_cache()
        facts |= {"memory_bytes": peak_memory(), "device": self.device.type}
        if facts["fits"] and free is not None:
            self._check_memory(facts, MEMORY_RESERVE * free + began_with)
        self.store.leave()
        return facts

    def _rung(self, facts: dict[str, Any]) -> dict[str, Any]:
        """The next smaller batch, and after the smallest the processor."""
        tried = replace(self.settings, **facts["offers"])
        labeled = tried.labeled_batch // 2
        if labeled:
            return {"labeled_batch": labeled, "unlabeled_batch": max(1, tried.unlabeled_batch // 2)}
        self.device = torch.device("cpu")
        return {"device": "cpu"}

    def _check_memory(self, facts: dict[str, Any], limit: float) -> None:
        """Slices on a coarser grid need less, by the square of their side."""
        if facts["memory_bytes"] <= limit:
            return
        factor = (limit / facts["memory_bytes"]) ** 0.5
        wanted, free = facts["memory_bytes"] / 1e9, limit / 1e9
        facts["fits"] = False
        facts["reason"] = f"The training needs {wanted:.1f} GB of memory, and {free:.1f} are free."
        facts["offers"] = {"preprocessing": smaller_grid(self.settings.preprocessing, factor)}

    # Measuring

    def _load(self) -> tuple[list[tuple[Case, CaseSlices]], dict[str, Any]]:
        """Slices of the cases, and what all of them cost: seconds of every training to load them,
        seconds, once, to prepare those that are not prepared yet, and all; bytes of all, and of
        these."""
        loaded: list[tuple[Case, CaseSlices]] = []
        new: list[CaseSlices] = []  # that were prepared here
        start, making = time.perf_counter(), 0.0
        ordered, kinds = _in_turn(self.cases)
        for case in ordered:
            self.progress.at(0.4 * len(loaded) / len(self.cases), "Rehearsal: reading the images.")
            begun, found = time.perf_counter(), self.store.find(case) is not None
            slices = case_slices(case, self.store, self.settings.num_classes)
            loaded.append((case, slices))
            if not found:
                new.append(slices)
                making += time.perf_counter() - begun
            if len(loaded) >= kinds and time.perf_counter() - start > LOAD_SECONDS:
                break
        seconds = time.perf_counter() - start - making
        self.store.settle()
        count, factor = len(self.cases), len(self.cases) / len(loaded)
        left = sum(self.store.find(case) is None for case in self.cases)
        each = making / max(1, len(new)) / processes(count)
        return loaded, {
            "load_seconds": factor * seconds,
            "prepare_seconds": left * each,
            "prepare_all_seconds": count * each,
            "prepared_bytes": round(factor * sum(slices.nbytes for _, slices in loaded)),
            "unprepared_bytes": round(left * mean(s.nbytes for s in new)) if new else 0,
        }

    def _measure(
        self, settings: TrainSettings, loaded: list[tuple[Case, CaseSlices]]
    ) -> dict[str, Any]:
        """Seconds and bytes of each part."""
        on_gpu = self.device.type == "cuda"
        if on_gpu:
            torch.cuda.reset_peak_memory_stats(self.device)
        of_role = {
            role: [slices for case, slices in loaded if case.role == role]
            for role in ("labeled", "unlabeled", "val")
        }
        check_finished(of_role["labeled"])
        of_role["val"] = [case for case in of_role["val"] if case.drawn]
        # Every step of its kind: each stage is as long, and stage 2 is supervised or is not.
        settings = replace(settings, steps=MOST_STEPS, align_steps=MOST_STEPS)
        seconds: dict[str, float | None] = {"pretrain": None, "semi": None}
        if settings.base is None and settings.pretrain_steps:
            seconds["pretrain"] = self._pretrain(settings, of_role)
        network = self._network(settings).with_branches(settings.branches)
        network = network.to(self.device).train()
        training = Training(settings, of_role, network, self._gradients(network))
        self.progress.at(0.55, "Rehearsal: aligning latents.")
        seconds["align"] = self._time(training.align(), training.gradients)
        self.progress.at(0.7, "Rehearsal: learning to segment.")
        training.settings = replace(settings, supervised_share=1.0)
        step = seconds["supervised"] = self._time(training.segment(), training.gradients)
        training.settings = replace(settings, supervised_share=0.0)
        stage = training.segment()
        if training.unlabeled is not None:
            step = seconds["semi"] = self._time(stage, training.gradients)
        overhead = self._overhead(training, stage, step)
        seconds["unet"] = self._unet(settings, training)
        self.progress.at(0.85, "Rehearsal: measuring a held-out case.")
        start = time.perf_counter()
        judged = (of_role["val"] or of_role["labeled"])[:1]
        validate(training.teacher, training.palette, judged, self.progress)
        facts: dict[str, Any] = {"seconds_per_step": _rounded(seconds), **overhead}
        facts["validate_seconds"] = round(time.perf_counter() - start, 4)
        facts |= self._save(training, stage)
        facts["gpu_memory_bytes"] = torch.cuda.max_memory_reserved(self.device) if on_gpu else None
        return facts

    def _pretrain(self, settings: TrainSettings, of_role: dict[str, list[CaseSlices]]) -> float:
        self.progress.at(0.4, "Rehearsal: learning to draw.")
        seen = [*of_role["labeled"], *of_role["unlabeled"]]
        pretraining = replace(settings, pretrain_steps=MOST_STEPS).pretraining(settings.out)
        _, gradients, stage = begin(pretraining, seen, self.device, self._gradients)
        return self._time(stage, gradients)

    def _overhead(self, training: Training, stage: Stage, seconds: float) -> dict[str, float]:
        """``overhead_pixels``, by steps of slices of about half the side, where a step of whole
        ones takes ``seconds``; nothing where slices cannot be smaller."""
        grid = training.settings.preprocessing
        size, small = grid["size"], smaller_grid(grid, 0.5)["size"]
        if small == size:
            return {}
        # What they show does not matter, and drawing them anew would take as long as large ones.
        batches = [_cropped(stage.draw(step), *small) for step in range(2)]
        again = replace(stage, draw=lambda step: batches[step % 2], done=0)
        share = self._time(again, training.gradients) / seconds
        return {"overhead_pixels": round(overhead_of(prod(small), share, prod(size)))}

    def _unet(self, settings: TrainSettings, training: Training) -> float:
        unet = UNetTraining(
            settings,
            new_unet(settings),
            MOST_STEPS,
            training.labeled,
            self.device,
            self.progress,
            full=training.unlabeled is not None,
        )
        return self._time(unet.stage, unet.gradients)

    def _network(self, settings: TrainSettings) -> SemiGDA:
        torch.manual_seed(settings.seed)
        if settings.base is None:
            return SemiGDA(NetworkConfig.from_dict(settings.network))
        if Path(settings.base).is_dir():
            return load_network(settings.base)[0].requires_grad_(True)
        return load_base(settings.base)

    def _gradients(self, network: nn.Module) -> Gradients:
        return _Undivided(network, self.device, ALONE, self.progress)

    def _time(self, stage: Stage, gradients: Gradients) -> float:
        """Seconds of a step, as in the training."""
        timed = _Timed(self.progress, self.device)
        fit(stage, gradients, timed)
        return _step_seconds(timed.times)

    def _save(self, training: Training, stage: Stage) -> dict[str, Any]:
        self.progress.at(0.95, "Rehearsal: writing a checkpoint.")
        networks = {"network": training.network, "teacher": training.teacher}
        state = {name: network.state_dict() for name, network in networks.items()}
        # Not in the job's: nobody runs a killed rehearsal again, whose checkpoint would stay.
        with temporary_folder(self.store.folder) as folder:
            path, start = folder / "checkpoint.pt", time.perf_counter()
            save_checkpoint(path, state | stage.state())
            seconds = time.perf_counter() - start
            return {"save_seconds": round(seconds, 4), "checkpoint_bytes": path.stat().st_size}


def _cropped(batch: Batch, rows: int, columns: int) -> Batch:
    """A corner of every image, and of what belongs to it at any resolution."""
    height, width = batch.images.shape[2:]
    maps = {one.name: getattr(batch, one.name) for one in fields(batch)}
    maps = {name: map_ for name, map_ in maps.items() if isinstance(map_, Tensor) and map_.ndim > 2}
    return replace(
        batch,
        **{
            name: map_[..., : map_.shape[-2] * rows // height, : map_.shape[-1] * columns // width]
            for name, map_ in maps.items()
        },
    )


def smaller_grid(preprocessing: dict[str, Any], factor: float) -> dict[str, Any]:
    """The preprocessing with slices of the same field and about ``factor`` of their side."""
    size, spacing = preprocessing["size"], list(preprocessing["spacing"])
    small = [max(2 * MULTIPLE, int(n * factor) // MULTIPLE * MULTIPLE) for n in size]
    for axis in (0, 1):
        if spacing[1 + axis] is not None:
            spacing[1 + axis] = round(spacing[1 + axis] * size[axis] / small[axis], 4)
    return {**preprocessing, "size": small, "spacing": spacing}


def _rounded(seconds: dict[str, float | None]) -> dict[str, float | None]:
    return {key: value and round(value, 5) for key, value in seconds.items()}


def _in_turn(cases: Sequence[Case]) -> tuple[list[Case], int]:
    """The cases, one of every kind first, so that a sample holds what the stages need; and the
    number of kinds."""
    first = {_kind(case): case for case in reversed(cases)}
    sample = list(first.values())
    return [*sample, *(case for case in cases if case not in sample)], len(sample)


def _kind(case: Case) -> tuple[str, bool | None]:
    """A case's role and, of a labelled one, whether some slices are finished, so that the others
    are unlabelled; None: all are."""
    if case.role != "labeled" or case.label is None:
        return case.role, None
    finished = finished_of(case.label, case.label_slices)
    return case.role, None if finished is None else len(finished) > 0
