"""Ranking the unlabelled cases of a project: one pass, one case in memory at a time."""

from __future__ import annotations

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
from semigda_core.files.atomic import put_into_place, replace, write_json
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
        scratch: an empty folder on the same disk, where everything is made.

    Returns:
        The numbers of ranked and of unreadable cases.

    Raises:
        SemiGDAError: "cancelled", "disk-full"; the older ranking is then unchanged.
    """
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
                target = scratch / f"{row['id']}{ENDING}"
                write_segmentation(target, done.labels, volume.affine, card, header)
                del done.labels, done.review  # unmaps the files, for Windows
        except SemiGDAError as error:
            if error.error_class not in CASE_ERRORS:
                raise
            unreadable += 1
    if not looks:  # as of a drive that is away: what waits for review is still good
        raise SemiGDAError(
            "bad-input",
            "None of the unlabelled cases could be read.",
            action="Check the cases, then rank again.",
        )
    names = [label.name for label in card.labels]
    images = {row["id"]: row["image"] for row in rows}
    candidates = _ranked(looks, known, names, stamps)
    progress.at(0.98, "Drawing the first cases.")
    colours = {label.name: label.color for label in card.labels}
    files = []
    for found in candidates[:count]:
        label, picture = (scratch / f"{found['case']}{ending}" for ending in (ENDING, ".png"))
        drawn = draw_thumbnail(
            read_volume(images[found["case"]]), label_path=label, colours=colours
        )
        write_png(picture, drawn)
        files += [label, picture]
    ranking = {"schema": RANKING_SCHEMA, "model": card.weights_sha256, "classes": names}
    write_json(scratch / RANKING, {**ranking, "candidates": candidates})
    _put(files, scratch / RANKING, folder)
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


def _put(files: Sequence[Path], ranking: Path, folder: Path) -> None:
    """Replace an older ranking: without its list first, so that none of the new labels is ever
    taken for one of those that the old list tells of."""
    (folder / RANKING).unlink(missing_ok=True)
    for file in files:
        replace(file, folder / file.name)
    put_into_place(ranking, folder / RANKING)
    kept = {file.name for file in files}
    for path in folder.iterdir():
        if path.name.endswith((ENDING, ".png")) and path.name not in kept:
            path.unlink(missing_ok=True)
