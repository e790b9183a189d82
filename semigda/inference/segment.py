"""Segmenting a volume: slices through the network, probabilities back to the input grid."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path

import numpy as np
import torch

from semigda.data.preprocess import PreparedVolume, prepare
from semigda.data.region import NOTE, Region
from semigda.data.segnrrd import write_map, write_segmentation
from semigda.data.thumbnails import write_png
from semigda.data.volumes import Volume, read_volume
from semigda.inference.contact_sheet import draw
from semigda.inference.device import choose_device, device_name
from semigda.inference.interrupt import interruptible
from semigda.inference.likeness import Likeness
from semigda.inference.predict import Prediction, Predictor
from semigda.inference.results import Results
from semigda.inference.small_parts import LEFT_OUT, leave_out_small
from semigda.inference.usage import Clock, forget_peak, peak_memory
from semigda.models.package import load_network
from semigda.networks.semigda import SemiGDA
from semigda.networks.unet import UNet
from semigda.progress import UNWATCHED, Progress
from semigda_core.errors import SemiGDAError, plain_errors
from semigda_core.files.atomic import (
    clear_leftovers,
    put_into_place,
    temporary_folder,
    write_json,
)
from semigda_core.files.targets import check_target, same_place
from semigda_core.jobs.region import region_text
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.labels.made import is_own_image, read_report
from semigda_core.labels.segments import ENDING
from semigda_core.models.card import ModelCard
from semigda_core.models.doubt import why_no_range
from semigda_core.models.fit import mismatch
from semigda_core.models.library import find_model
from semigda_core.models.preprocessing import Preprocessing
from semigda_core.version import __version__

_AT_ONCE = 16  # working slices prepared and restored together; the network may take fewer
WRITING = 0.97  # how much is done when only writing is left

Place = str | os.PathLike[str]
Watch = Callable[[torch.Tensor, Prediction], None]
Doubt = Callable[[str], None]
Read = Callable[[Path, SegmentOptions, Progress], Volume]


@dataclass
class Segmentation:
    """The result.

    Attributes:
        labels: uint8 (z, y, x) on the input grid; 0 is background.
        review: uint8 (z, y, x), doubt per voxel, 0 to 100, or ``None``; see
            :mod:`semigda.inference.doubt`.
        segments: per label "value", "name", "voxels", "ml" (``None`` where a voxel has no volume)
            and "agreement", how much of it the model expects to be right, 0 to 1 (``None`` without
            a review; the name is that of an earlier measure), "whole", whether it has a volume, and
            what :func:`semigda_core.models.doubt.told` says of it.
        spots: see :meth:`semigda.inference.spots.SpotFinder.spots`.
        report: versions, device, model, seconds and memory.
        counts: :func:`semigda.inference.doubt.counted` of the working slices, if reviewed.
    """

    labels: np.ndarray
    review: np.ndarray | None
    segments: list[dict]
    spots: list[dict]
    report: dict
    counts: torch.Tensor | None = None


def read_input(path: Place, options: SegmentOptions, progress: Progress = UNWATCHED) -> Volume:
    """The image to segment, see :func:`semigda.data.volumes.read_volume`."""
    return read_volume(
        path,
        frame=options.frame,
        replace_nonfinite=options.replace_nonfinite,
        progress=progress,
    )


def segment_volume(
    network: SemiGDA | UNet,
    card: ModelCard,
    volume: Volume,
    options: SegmentOptions | None = None,
    progress: Progress = UNWATCHED,
    *,
    store: Path | None = None,
    watch: Watch | None = None,
    doubt: Doubt | None = None,
) -> Segmentation:
    """Segment ``volume`` with ``network``, which is moved to the device.

    Args:
        progress: updated, and checked, before every batch.
        store: a folder; results are then the mapped files ``labels.npy`` and ``review.npy`` in it
            and take no memory. Otherwise they are arrays.
        watch: called in order with every batch of working slices (n, 3, H, W) and its prediction,
            for callers that need more than the segmentation.
        doubt: called before the network runs, where the image is not of the model's kind, with
            sentences that say so; it may raise.

    Raises:
        SemiGDAError: "cancelled", "bad-input", "device-unavailable", "out-of-memory", "disk-full",
            "model-invalid".
    """
    options = options or SegmentOptions()
    progress.check()
    forget_peak()
    clock = Clock("preprocess", "network", "resample")
    device = choose_device(options.device)
    with clock("preprocess"):
        region = Region(volume, options.roi) if options.roi else None
        prepared = prepare(volume, preprocessing_of(card), region.box if region else None)
    grid = prepared.grid
    found = mismatch(card, volume.facts(region.box if region else None))
    if found and doubt is not None:
        doubt(found)
    branches = options.plan(card)
    likeness = Likeness(card, grid)
    predictor = Predictor(
        network,
        len(card.labels),
        device,
        branches=branches,
        size=grid.size,
        crop=grid.crop,
        batch_size=options.batch_size,
        look=likeness.see if likeness.known else None,
    )
    results = Results(volume, grid, len(card.labels), options.review, store, region)

    def see(slices: torch.Tensor, done: Prediction) -> None:
        likeness.add(done.looks)
        if watch is not None:
            watch(slices, done)

    with interruptible(network, progress.check):
        _predict_all(prepared, predictor, results, clock, progress, see)
    progress.at(0.95, "Measuring the segments")
    with clock("resample"):
        left_out = ""
        if card.postprocessing.get("largest_component") and not options.all_parts:
            depth, classes = volume.shape[0], len(card.labels)
            erased = leave_out_small(results.labels, depth, classes, progress)
            results.voxels -= erased
            left_out = LEFT_OUT if erased.any() else ""
    report = _report(card, options, volume, prepared, predictor, clock)
    report["steps_down"] += results.steps
    report["unlikeness"], unlike = likeness.verdict()
    like = not found and not unlike
    segments = results.segments(card, volume, like)
    no_range = like and options.review and not volume.two_dimensional and not region
    no_range_note = why_no_range(card.doubt) if no_range else ""
    report["notes"] += [note for note in (found, unlike, left_out, no_range_note) if note]
    return Segmentation(
        results.labels.array(),
        results.review.array() if results.review else None,
        segments,
        results.spots.spots() if results.spots else [],
        report,
        results.counts,
    )


def _predict_all(
    prepared: PreparedVolume,
    predictor: Predictor,
    results: Results,
    clock: Clock,
    progress: Progress,
    see: Watch,
) -> None:
    """Every slice through the network, and its probabilities into the results."""
    at = 0
    for start in range(0, prepared.count, _AT_ONCE):
        with clock("preprocess"):
            slices = prepared.slices(start, min(start + _AT_ONCE, prepared.count))
        done: list[Prediction] = []
        while len(slices):
            share = 0.95 * at / prepared.count
            progress.at(share, f"Segmenting slice {at + 1} of {prepared.count}")
            with clock("network"):
                done.append(predictor(slices))
            taken = len(done[-1].probabilities)
            see(slices[:taken], done[-1])
            slices, at = slices[taken:], at + taken
        with clock("resample"):
            results.add(*(one.probabilities for one in done))
    with clock("resample"):
        results.finish()


def preprocessing_of(card: ModelCard) -> Preprocessing:
    """The preprocessing of the card's model; "model-invalid" if the card's entry is wrong."""
    try:
        return Preprocessing.from_dict(card.preprocessing)
    except (ValueError, TypeError) as error:
        raise SemiGDAError("model-invalid", detail=str(error)) from error


def segment_file(
    path,
    model,
    out,
    review_out=None,
    options: SegmentOptions | None = None,
    progress: Progress = UNWATCHED,
    *,
    report_out=None,
    picture_out: Path | None = None,
    overwrite: bool = False,
    started: float | None = None,
    doubt: Doubt | None = None,
    read: Read = read_input,
) -> dict:
    """Segment the image at ``path`` into ``out``, a ``.seg.nrrd`` file.

    Args:
        model: name or folder of an installed model, or a loaded network with its card.
        review_out: where to write the review map, an ``.nrrd`` file.
        report_out: where to write the report, a JSON file.
        picture_out: where to write a small picture, a PNG file, see
            :func:`semigda.inference.contact_sheet.draw`.
        overwrite: whether to replace earlier results; other files are never replaced.
        started: ``time.perf_counter()`` when the user's command began, for the report.
        doubt: see :func:`segment_volume`.
        read: gives the image at ``path``.

    Returns the report, with "segments" and "spots".

    Raises:
        SemiGDAError: of every class that reading, loading, segmenting and writing raise.
    """
    options = options or SegmentOptions(review=False)
    if review_out is not None:
        options = replace(options, review=True)
    place = None if isinstance(model, tuple) else find_model(model)
    out, review_out, report_out = _targets(out, review_out, report_out, [path, place], overwrite)
    begun = time.perf_counter()
    clock = Clock("load", "write")
    with plain_errors():
        with clock("load"):
            network, card = model if place is None else load_network(place, "cpu")
            volume = read(path, options, progress)
        affine = volume.affine
        # Results are stored beside the output until they are written: same disk, no memory.
        clear_leftovers(out.parent)
        with temporary_folder(out.parent) as folder:
            result = segment_volume(
                network, card, volume, options, progress, store=folder, doubt=doubt
            )
            progress.at(WRITING, "Writing the result")
            if picture_out is not None:
                with clock("write"):
                    write_png(picture_out, draw(volume, result.labels, card))
            del volume, network  # writing needs further memory
            with clock("write"):
                _write(result, affine, card, out, review_out, folder, progress)
            del result.labels, result.review  # unmaps the files, for Windows
    report = result.report
    start = 0.0 if started is None else begun - started
    report["seconds"] = {
        "start": round(start, 3),
        "load": round(clock.seconds["load"], 3),
        **report["seconds"],
        "write": round(clock.seconds["write"], 3),
        "total": round(start + time.perf_counter() - begun, 3),
    }
    report["peak_memory_bytes"] = max(report["peak_memory_bytes"], peak_memory())
    report |= {"segments": result.segments, "spots": result.spots}
    if report_out:
        write_json(report_out, report)
    return report


def _write(
    result: Segmentation,
    affine: np.ndarray,
    card: ModelCard,
    out: Path,
    review_out: Path | None,
    folder: Path,
    progress: Progress,
) -> None:
    """Pack both files in ``folder``, and put them into their places when both are whole."""
    header, packed, review = provenance(card, result.report), folder / "labels", folder / "review"
    write_segmentation(packed, result.labels, affine, card, header, progress)
    if review_out and result.review is not None:
        write_map(review, result.review, affine, header, progress)
    put_into_place(packed, out)
    if review_out:
        put_into_place(review, review_out)


def provenance(card: ModelCard, report: dict) -> dict[str, str]:
    """What made a segmentation, as text pairs to store with it."""
    roi = report["options"]["roi"]
    unlikeness = report.get("unlikeness")
    return {
        "SemiGDA_Engine": report["engine"],
        "SemiGDA_Model": card.name,
        "SemiGDA_ModelSHA256": card.weights_sha256 or "",
        "SemiGDA_Branches": "+".join(report["branches"]),
        "SemiGDA_Device": report["device"],
        "SemiGDA_Date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        **({"SemiGDA_Region": region_text(roi)} if roi else {}),
        **({} if unlikeness is None else {"SemiGDA_Unlikeness": str(unlikeness)}),
    }


def _targets(
    out: Place, review_out: Place | None, report_out: Place | None, inputs: list, overwrite: bool
) -> list[Path | None]:
    """The files to write, if allowed: checked before minutes of computing, not after."""
    checked: list[Path | None] = []
    for path, suffix, is_ours in (
        (out, ENDING, is_own_image),
        (review_out, ".nrrd", is_own_image),
        (report_out, "", lambda file: read_report(file) is not None),
    ):
        if path is None:
            checked.append(None)
            continue
        if not Path(path).name.lower().endswith(suffix):
            raise SemiGDAError(
                "bad-input",
                f"The output file's name must end in {suffix}.",
                action="Give it another name.",
            )
        if not Path(path).parent.is_dir():
            raise SemiGDAError(
                "bad-input",
                "The folder of the output file does not exist.",
                action="Make it first, or choose another.",
            )
        if any(done and same_place(path, done) for done in checked):
            raise SemiGDAError("bad-input", "Two results would be written to the same file.")
        checked.append(check_target(path, is_ours, overwrite=overwrite, inputs=inputs))
    return checked


def _report(
    card: ModelCard,
    options: SegmentOptions,
    volume: Volume,
    prepared: PreparedVolume,
    predictor: Predictor,
    clock: Clock,
) -> dict:
    return {
        "engine": __version__,
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
            "SimpleITK": metadata.version("SimpleITK"),
        },
        "platform": platform.platform(),
        "device": predictor.device.type,
        "device_name": device_name(predictor.device),
        "threads": torch.get_num_threads(),
        "batch_size": predictor.batch_size,
        "branches": list(predictor.branches),
        "model": {"name": card.name, "title": card.title, "sha256": card.weights_sha256},
        "options": asdict(options),
        "input": {"shape": list(volume.shape), "spacing": list(volume.spacing)},
        "working": {"slices": prepared.count, "size": list(prepared.grid.size)},
        "steps_down": [*predictor.steps],
        "notes": [*prepared.notes, *([NOTE] if options.roi else [])],
        "seconds": {phase: round(value, 3) for phase, value in clock.seconds.items()},
        "peak_memory_bytes": peak_memory(),
    }
