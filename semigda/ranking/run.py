"""Ranking the unlabelled cases of a project: one pass, one case in memory at a time."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from semigda.data.cases import CASE_ERRORS
from semigda.data.preprocess import prepare
from semigda.data.segnrrd import write_segmentation
from semigda.data.thumbnails import draw_thumbnail, write_png
from semigda.data.volumes import read_volume
from semigda.inference.device import choose_device
from semigda.inference.likeness import case_features
from semigda.inference.segment import preprocessing_of, provenance
from semigda.networks.semigda import SemiGDA
from semigda.progress import UNWATCHED, Progress
from semigda.ranking.order import Look, look, rank
from semigda_core.errors import SemiGDAError, plain_errors
from semigda_core.files.atomic import replace, write_json
from semigda_core.files.stamps import stamp
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.labels.segments import ENDING
from semigda_core.models.card import ModelCard
from semigda_core.project.review.candidates import RANKING, RANKING_SCHEMA

DEFAULT_COUNT = 10


def rank_cases(
    network: SemiGDA,
    card: ModelCard,
    rows: Sequence[dict[str, str]],
    folder: Path,
    count: int,
    options: SegmentOptions,
    scratch: Path,
    progress: Progress = UNWATCHED,
) -> tuple[int, int]:
    """Rank the unlabelled ones of ``rows`` (objects with id, image, and role "labeled" or
    "unlabeled") into ``folder``:

    - ``ranking.json``: ``{"schema", "model": weights' hash, "classes": their names, "candidates":
      [...]}``, starting with the one to label first, each with case, rank (from 1), disagreement,
      novelty, reason and stamp
    - ``<id>.seg.nrrd``, ``<id>.png``: predicted label and picture of the first ``count``

    It replaces an older ranking there.

    Args:
        scratch: a folder for temporary files.

    Returns:
        The numbers of ranked and of unreadable cases.

    Raises:
        SemiGDAError: "cancelled"; the older ranking is then unchanged.
    """
    labels = scratch / "labels"
    labels.mkdir(exist_ok=True)
    looks: dict[str, Look] = {}
    known, unreadable, stamps = [], 0, {}
    network.to(choose_device(options.device)).eval()
    # Labelled cases take a twentieth of the time of the others, but count the same here.
    for number, row in enumerate(rows):
        progress.at(0.98 * number / len(rows), f"Looking at case {number + 1} of {len(rows)}.")
        try:
            with plain_errors():
                stamps[row["id"]] = stamp(Path(row["image"]))  # a later change makes it void
                volume = read_volume(row["image"], progress=progress)
                if row["role"] == "labeled":
                    known.append(case_features(network, prepare(volume, preprocessing_of(card))))
                    continue
                done, looks[row["id"]] = look(
                    network, card, volume, options, progress.inside(), store=scratch
                )
                header = provenance(card, done.report)
                target = labels / f"{row['id']}{ENDING}"
                write_segmentation(target, done.labels, volume.affine, card, header)
                del done.labels, done.review  # unmaps the files, for Windows
        except SemiGDAError as error:
            if error.error_class not in CASE_ERRORS:
                raise
            unreadable += 1
    names = [label.name for label in card.labels]
    images = {row["id"]: row["image"] for row in rows}
    candidates = _ranked(looks, known, names, stamps)
    progress.at(0.98, "Drawing the first cases.")
    folder.mkdir(parents=True, exist_ok=True)
    colours = {label.name: label.color for label in card.labels}
    keep = [found["case"] for found in candidates[:count]]
    for case_id in keep:
        label = labels / f"{case_id}{ENDING}"
        volume = read_volume(images[case_id])
        drawn = draw_thumbnail(volume, label_path=label, colours=colours)
        write_png(folder / f"{case_id}.png", drawn)
        replace(label, folder / label.name)
    ranking = {"schema": RANKING_SCHEMA, "model": card.weights_sha256, "classes": names}
    write_json(folder / RANKING, {**ranking, "candidates": candidates})
    _clear(folder, keep, scratch)
    return len(candidates), unreadable


def _ranked(
    looks: dict[str, Look], known: list[Any], names: list[str], stamps: dict[str, str]
) -> list[dict[str, Any]]:
    """The candidates of ``ranking.json``.

    Args:
        names: of the classes.
        stamps: of the images, by case.
    """
    ids = list(looks)
    return [
        {
            "case": ids[found.index],
            "rank": place,
            "disagreement": round(found.disagreement, 4),
            "novelty": round(found.novelty, 4),
            "reason": found.reason,
            "stamp": stamps[ids[found.index]],
        }
        for place, found in enumerate(rank(list(looks.values()), known, names), 1)
    ]


def _clear(folder: Path, keep: list[str], scratch: Path) -> None:
    for path in folder.iterdir():
        name = path.name.removesuffix(ENDING).removesuffix(".png")
        if name != path.name and name not in keep:
            path.unlink(missing_ok=True)
    shutil.rmtree(scratch / "labels", ignore_errors=True)
    for name in ("labels.npy", "review.npy"):
        (scratch / name).unlink(missing_ok=True)
