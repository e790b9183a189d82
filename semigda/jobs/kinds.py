"""What each kind of job does: from its inputs and options to ``(outputs, report)``.

Importing this imports torch.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from semigda.data.volumes import read_volume
from semigda.errors import SemiGDAError
from semigda.evaluation.evaluate import evaluate, table
from semigda.inference.segment import SegmentOptions, segment_volume
from semigda.jobs.arrays import doubtful_spots, save_array
from semigda.jobs.folder import JobFolder
from semigda.models.card import WEIGHTS_FILE, ModelCard, terminology_entry
from semigda.models.library import find_model
from semigda.models.package import load_network
from semigda.networks.semigda import SemiGDA
from semigda.training.loop import train
from semigda.training.pretrain import pretrain
from semigda.training.settings import PretrainSettings, TrainSettings

Ending = tuple[dict[str, Any], dict[str, Any]]


class ModelCache:
    """The last model used stays loaded: checking and reading it again takes longer than a slice."""

    def __init__(self) -> None:
        self._key: tuple | None = None
        self._model: tuple[SemiGDA, ModelCard] | None = None

    def get(self, name_or_folder: str) -> tuple[SemiGDA, ModelCard]:
        """The network and card, loaded again only if the package changed."""
        folder = find_model(name_or_folder)
        key = (folder, *(_stamp(folder / name) for name in (WEIGHTS_FILE, "card.json")))
        if self._model is None or key != self._key:
            self._model = None  # before the next one needs the memory
            self._model = load_network(folder)
            self._key = key
        return self._model


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None  # load_network says what is missing
    return status.st_mtime_ns, status.st_size


def segment(job: JobFolder, models: ModelCache) -> Ending:
    """Segment ``inputs["volume"]``; arrays on the input's own grid, in its stored order."""
    options = dict(job.job["options"])
    names = {"labels": "labels.npy", "review": "review.npy", **options.pop("outputs", {})}
    options = segment_options(options)
    watch = _Watch(job)
    job.update(message="Loading the model.")
    start = time.perf_counter()
    network, card = models.get(_required(job.job["model"], "model"))
    load_seconds = time.perf_counter() - start
    volume = read_volume(
        _required(job.job["inputs"].get("volume"), "volume"),
        frame=options.frame,
        replace_nonfinite=options.replace_nonfinite,
    )
    done = segment_volume(network, card, volume, options, watch.progress, watch.cancelled)
    outputs: dict[str, Any] = {"labels": names["labels"], "review": None, "spots": []}
    save_array(job.path / names["labels"], done.labels)
    if done.review is not None:
        outputs["review"] = names["review"]
        save_array(job.path / names["review"], done.review)
        outputs["spots"] = doubtful_spots(done.review)
    by_value = {label.value: label for label in card.labels}
    outputs["segments"] = [
        {
            **found,
            "color": list(by_value[found["value"]].color),
            "terminology_entry": terminology_entry(by_value[found["value"]]),
        }
        for found in done.segments
    ]
    outputs["model"] = {"name": card.name, "title": card.title, "sha256": card.weights_sha256}
    return outputs, {**done.report, "load_seconds": round(load_seconds, 3)}


def train_job(job: JobFolder, models: ModelCache) -> Ending:
    """Train with ``options`` as settings on the case list ``inputs["cases"]``."""
    settings = TrainSettings.from_dict({**job.job["options"], **job.job["inputs"]})
    return {"model": settings.out}, train(settings, job)


def pretrain_job(job: JobFolder, models: ModelCache) -> Ending:
    """Pre-train an autoencoder with ``options`` as settings on ``inputs["cases"]``."""
    settings = PretrainSettings.from_dict({**job.job["options"], **job.job["inputs"]})
    return {"autoencoder": settings.out}, pretrain(settings, job)


def evaluate_job(job: JobFolder, models: ModelCache) -> Ending:
    """Evaluate a model on ``inputs["cases"]``; the tables are written into the job's folder."""
    options = dict(job.job["options"])
    split = options.pop("split", "val")
    watch = _Watch(job)
    result = evaluate(
        _required(job.job["model"], "model"),
        _required(job.job["inputs"].get("cases"), "case list"),
        split,
        job.path,
        segment_options(options),
        watch.progress,
        watch.cancelled,
    )
    print(table(result))  # to log.txt
    outputs = {"csv": "evaluation.csv", "json": "evaluation.json", "summary": result["summary"]}
    return outputs, {"cases_failed": len(result["failures"]), "seconds": result["seconds"]}


KINDS: dict[str, Callable[[JobFolder, ModelCache], Ending]] = {
    "segment": segment,
    "train": train_job,
    "pretrain": pretrain_job,
    "evaluate": evaluate_job,
}


def segment_options(values: dict[str, Any]) -> SegmentOptions:
    """The options of a job or a command line; an unknown one is "bad-input"."""
    unknown = sorted(set(values) - {f.name for f in fields(SegmentOptions)})
    if unknown:
        raise SemiGDAError("bad-input", f"Unknown options: {', '.join(unknown)}.")
    return SegmentOptions(**values)


def _required(value: Any, what: str) -> Any:
    if not value:
        raise SemiGDAError("bad-input", f"The job names no {what}.")
    return value


class _Watch:
    """Progress into the job's state, the time left from the share done, and the cancel request."""

    def __init__(self, job: JobFolder):
        self.job = job
        self.start = time.monotonic()
        self.cancelled = lambda: job.requested("cancel")

    def progress(self, fraction: float, message: str) -> None:
        passed = time.monotonic() - self.start
        left = passed / fraction * (1 - fraction) if fraction > 0.02 else None
        self.job.update(progress=fraction, seconds_left=left, message=message)
