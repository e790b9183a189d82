"""What each kind of job does: from its inputs and options to ``(outputs, report)``.

Importing this imports torch.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from semigda.check.relocate import relocate
from semigda.check.run import update_facts
from semigda.data.cases import read_images
from semigda.data.volumes import told_by_header
from semigda.evaluation.evaluate import evaluate, table
from semigda.inference.cohort import Cohort
from semigda.inference.cohort_case import CohortCase
from semigda.inference.device import choose_device
from semigda.inference.device_lock import alone_now
from semigda.inference.segment import WRITING, read_input, segment_volume
from semigda.inference.usage import Clock
from semigda.models.download import download_model
from semigda.models.package import load_network
from semigda.networks.semigda import SemiGDA
from semigda.progress import Progress
from semigda.ranking.run import DEFAULT_COUNT, rank_cases
from semigda.training.plan import train_plan
from semigda.training.pretrain import pretrain
from semigda.training.rehearsal import rehearse
from semigda.training.train import train
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import temporary_folder
from semigda_core.files.documents import check, flag, list_of, maybe, record, text, whole, words
from semigda_core.files.stamps import stamp
from semigda_core.jobs import schema
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.jobs.training import PretrainSettings, TrainSettings
from semigda_core.models.card import CARD_FILE, WEIGHTS_FILE, ModelCard, terminology_entry
from semigda_core.models.catalogue import Entry
from semigda_core.models.library import find_model
from semigda_core.project.project import Project
from semigda_core.project.training.planning import to_rehearse

LABELS, REVIEW = "labels.npy", "review.npy"
_RANK_OPTIONS = record({"count": whole(0, 1_000_000)})
_COHORT_OPTIONS = record({"overwrite": flag(), "again": flag()})
_ONLY = maybe(list_of(whole(0, 1_000_000)))
_DOWNLOAD_OPTIONS = record({}, {"overwrite": flag()})
_SPLIT = text(100)

Ending = tuple[dict[str, Any], dict[str, Any]]


class ModelCache:
    """Keeps the last model loaded: checking and reading it again takes longer than a slice."""

    def __init__(self) -> None:
        self._key: tuple | None = None
        self._model: tuple[SemiGDA, ModelCard] | None = None

    def get(self, name_or_folder: str) -> tuple[SemiGDA, ModelCard]:
        """The network and card, loaded again only if the package changed."""
        folder = find_model(name_or_folder)
        key = folder, stamp(folder / WEIGHTS_FILE, folder / CARD_FILE)
        if self._model is None or key != self._key:
            self._model = None  # before the next one needs the memory
            self._model = load_network(folder)
            self._key = key
        return self._model


def segment(job: JobFolder, models: ModelCache) -> Ending:
    """Segment ``inputs["volume"]`` into ``labels.npy`` and ``review.npy`` in the job's folder.

    Both are uint8 (z, y, x) on the input's own grid in its stored order, so that the owner of the
    voxels that the input was written from can put them back without any geometry.

    With ``inputs["source"]``, the file that the owner has the volume from, the report's notes also
    say what its header leaves open.

    With ``inputs["out"]`` the result also becomes the case ``inputs["name"]`` of a cohort's folder;
    with ``inputs["overwrite"]`` in the place of another image's or model's. The output "kept" is
    the digest of its file there.
    """
    # From the click on, so that waiting for the process to start is counted as well.
    seconds, begun = {"start": max(0.0, time.time() - job.job["created"])}, time.perf_counter()
    options = SegmentOptions.of(job.job["options"])
    progress = Progress(job)
    clock = Clock("load", "write")
    job.update(message="Loading the model and the image.")
    with clock("load"):
        network, card = models.get(_required(job.job["model"], "model"))
        image = _path(job.job["inputs"], "volume", "volume")
        volume = read_input(image, options, progress)
        if "source" in job.job["inputs"]:
            volume = told_by_header(volume, _path(job.job["inputs"], "source", "source"))
    case = _cohort_case(job.job["inputs"], image, options, card)
    try:
        done = segment_volume(network, card, volume, options, progress, store=job.path)
    except BaseException:
        for name in (LABELS, REVIEW):  # half-written
            (job.path / name).unlink(missing_ok=True)
        raise
    kept = None
    if case is not None:
        progress.at(WRITING, "Writing the result")
        with clock("write"):
            kept = case.write(volume, done, begun, progress)
    outputs = {
        "labels": LABELS,
        "review": REVIEW if options.review else None,
        "segments": _dressed(done.segments, card),
        "spots": done.spots,
        "kept": kept,
        "model": {"name": card.name, "title": card.title, "sha256": card.weights_sha256},
    }
    with clock("write"):
        del done.labels, done.review  # unmaps the files, which writes them to disk
    seconds |= {"load": clock.seconds["load"], **done.report["seconds"]}
    # The worker's own: all but the start.
    seconds |= {"write": clock.seconds["write"], "total": time.perf_counter() - begun}
    seconds = {phase: round(value, 3) for phase, value in seconds.items()}
    return outputs, {**done.report, "seconds": seconds}


def _cohort_case(
    inputs: dict[str, Any], image: Path, options: SegmentOptions, card: ModelCard
) -> CohortCase | None:
    if not inputs.get("out"):
        return None
    out = _path(inputs, "out", "folder for its results")
    name = _required(inputs.get("name"), "name")
    check(name, text(255), "The job's name")
    return CohortCase(out, name, image, options, card, bool(inputs.get("overwrite")))


def _dressed(segments: list[dict[str, Any]], card: ModelCard) -> list[dict[str, Any]]:
    """Segments with their colours and terminology."""
    labels = {label.value: label for label in card.labels}
    return [
        {
            **found,
            "color": list(labels[found["value"]].color),
            "terminology_entry": terminology_entry(labels[found["value"]]),
        }
        for found in segments
    ]


def cohort(job: JobFolder, models: ModelCache) -> Ending:
    """Segment the images of the list ``inputs["cases"]`` into the folder ``inputs["out"]``.

    An event "case" tells each one's place in the list, its state and why it failed. With
    ``inputs["only"]``, places in the list, the others are left as they are.
    """
    inputs, options = job.job["inputs"], dict(job.job["options"])
    how = {name: options.pop(name, False) for name in ("overwrite", "again")}
    check(how, _COHORT_OPTIONS, "The options")
    check(inputs.get("only"), _ONLY, "The job's images")
    images = read_images(_path(inputs, "cases", "case list"))
    places = {name: place for place, (name, _) in enumerate(images)}
    only = inputs.get("only")
    progress = Progress(job)
    job.update(message="Loading the model.")

    def ended(name: str, state: str, error: SemiGDAError | None) -> None:
        problem = None if error is None else error.to_dict()
        job.event("case", index=places[name], state=state, error=problem)

    done = Cohort(images, _path(inputs, "out", "folder for its results")).segment(
        _required(job.job["model"], "model"),
        SegmentOptions.of(options),
        **how,
        only=None if only is None else {name for name, n in places.items() if n in only},
        progress=progress,
        ended=ended,
        load=lambda place: models.get(str(place)),
    )
    outputs = {"segmented": done.segmented, "there": done.there, "failed": len(done.failures)}
    return outputs, {"seconds": round(progress.seconds, 3)}


def train_job(job: JobFolder, models: ModelCache) -> Ending:
    """Train with ``options`` as settings on the case list ``inputs["cases"]``.

    A project's training also names ``folds`` and is a whole plan: see :func:`train_plan`.
    """
    if "folds" in job.job["inputs"]:
        return train_plan(job)
    settings = TrainSettings.from_dict({**job.job["options"], **job.job["inputs"]})
    return {"model": settings.out}, train(settings, job)


def rehearse_job(job: JobFolder, models: ModelCache) -> Ending:
    """Measure in at most two minutes what a training with these inputs and options will take."""
    device = choose_device(job.job["options"].get("device", "auto"))
    options, for_card = to_rehearse(job.job, device.type)
    options.pop("share_device", None)
    cases = str(_path(job.job["inputs"], "cases", "case list"))
    settings = TrainSettings.from_dict({**options, "cases": cases})
    progress = Progress(job)
    with alone_now(device):
        facts = rehearse(settings, job.path, progress)
    facts["for_card"] = for_card
    return {"rehearsal": facts}, {"seconds": round(progress.seconds, 3)}


def pretrain_job(job: JobFolder, models: ModelCache) -> Ending:
    """Pre-train an autoencoder with ``options`` as settings on ``inputs["cases"]``."""
    settings = PretrainSettings.from_dict({**job.job["options"], **job.job["inputs"]})
    return {"autoencoder": settings.out}, pretrain(settings, job)


def evaluate_job(job: JobFolder, models: ModelCache) -> Ending:
    """Evaluate a model on ``inputs["cases"]``; the tables are written into the job's folder."""
    options = dict(job.job["options"])
    split = options.pop("split", "val")
    check(split, _SPLIT, "The split")
    progress = Progress(job)
    result = evaluate(
        _required(job.job["model"], "model"),
        _path(job.job["inputs"], "cases", "case list"),
        split,
        job.path,
        SegmentOptions.of(options),
        progress,
        overwrite=True,  # of an earlier attempt in the job's own folder
    )
    print(table(result))  # to log.txt
    outputs = {"csv": "evaluation.csv", "json": "evaluation.json", "summary": result["summary"]}
    return outputs, {"cases_failed": len(result["failures"]), "seconds": result["seconds"]}


def check_job(job: JobFolder, models: ModelCache) -> Ending:
    """Measure the cases listed in the file ``inputs["cases"]`` into the file ``inputs["facts"]``,
    and draw them into the folder ``inputs["thumbnails"]`` if it is given.

    Findings follow from facts and project: ``semigda_core.project.check.rules``.
    """
    inputs = job.job["inputs"]
    cases = schema.read(_path(inputs, "cases", "case list"), schema.CASES, "The case list")
    target = _path(inputs, "facts", "file for facts")
    progress = Progress(job)
    pictures = _path(inputs, "thumbnails", "folder") if inputs.get("thumbnails") else None
    facts = update_facts(cases, target, progress, pictures)
    bad = sum("error" in (fact["image"] or {}) for fact in facts.values())
    seconds = round(progress.seconds, 3)
    return {"cases": len(facts)}, {"unreadable": bad, "seconds": seconds}


def rank_job(job: JobFolder, models: ModelCache) -> Ending:
    """Rank the unlabelled cases of the file ``inputs["cases"]`` by what their labels would teach.

    ``ranking.json``, and predicted labels and pictures of the first ``options["count"]``, go into
    the folder ``inputs["folder"]``, see :func:`semigda.ranking.run.rank_cases`. The model's classes
    have the names ``inputs["classes"]`` there, if they are given.
    """
    inputs, options = job.job["inputs"], dict(job.job["options"])
    count = options.pop("count", DEFAULT_COUNT)
    check({"count": count}, _RANK_OPTIONS, "The options")
    cases = _path(inputs, "cases", "case list")
    rows = schema.read(cases, schema.RANKED_CASES, "The case list")
    folder = _path(inputs, "folder", "folder for its results")
    progress = Progress(job)
    job.update(message="Loading the model.")
    network, card = models.get(_required(job.job["model"], "model"))
    names = inputs.get("classes", [label.name for label in card.labels])
    check(names, list_of(words(), len(card.labels), least=len(card.labels)), "The job's classes")
    pairs = zip(card.labels, names, strict=True)
    card = replace(card, labels=[replace(label, name=name) for label, name in pairs])
    ready = SegmentOptions.of(options)
    folder.mkdir(exist_ok=True)
    # Where the next ranking removes what a killed one left.
    with temporary_folder(folder) as scratch:
        ranked, unreadable = rank_cases(
            network, card, rows, folder, count, ready, scratch, progress
        )
    seconds = round(progress.seconds, 3)
    return {"cases": ranked}, {"unreadable": unreadable, "seconds": seconds}


def download_job(job: JobFolder, models: ModelCache) -> Ending:
    """Install ``inputs["entry"]`` of the catalogue ``inputs["catalogue"]`` into the folder
    ``inputs["library"]``; its user has agreed to size and licence."""
    inputs, options = job.job["inputs"], job.job["options"]
    check(options, _DOWNLOAD_OPTIONS, "The options")
    catalogue = _required(inputs.get("catalogue"), "catalogue")
    check(catalogue, text(4096), "The job's catalogue")
    entry = Entry.from_dict(_required(inputs.get("entry"), "model"))
    library = _path(inputs, "library", "folder for models")
    progress = Progress(job)
    folder = download_model(entry, catalogue, library, progress=progress, **options)
    return {"model": folder.name}, {"seconds": round(progress.seconds, 3)}


def relocate_job(job: JobFolder, models: ModelCache) -> Ending:
    """Find the files of the project in the folder ``inputs["project"]`` that were in the folder
    ``inputs["old"]`` again in ``inputs["new"]``."""
    inputs = job.job["inputs"]
    old = _required(inputs.get("old"), "old folder")
    check(old, schema.PATH, "The job's old folder")  # perhaps of another system
    project = Project(_path(inputs, "project", "project"))
    progress = Progress(job)
    done = relocate(project, old, _path(inputs, "new", "new folder"), progress)
    return asdict(done), {"seconds": round(progress.seconds, 3)}


# Of each kind in semigda_core/jobs/kinds.py.
WAYS: dict[str, Callable[[JobFolder, ModelCache], Ending]] = {
    "segment": segment,
    "cohort": cohort,
    "train": train_job,
    "rehearse": rehearse_job,
    "pretrain": pretrain_job,
    "evaluate": evaluate_job,
    "check": check_job,
    "rank": rank_job,
    "download": download_job,
    "relocate": relocate_job,
}


def _path(inputs: dict[str, Any], key: str, what: str) -> Path:
    value = _required(inputs.get(key), what)
    check(value, schema.PATH, f"The job's {what}")
    return Path(value)


def _required(value: Any, what: str) -> Any:
    if not value:
        raise SemiGDAError("bad-input", f"The job names no {what}.")
    return value
