"""A segmentation that was made by itself, as a case of a cohort's folder."""

from __future__ import annotations

import time
from pathlib import Path

from semigda.data.segnrrd import write_segmentation
from semigda.data.thumbnails import write_png
from semigda.data.volumes import Volume
from semigda.inference.cohort_folder import CohortFolder, check_name, how
from semigda.inference.contact_sheet import draw
from semigda.inference.segment import Segmentation, provenance
from semigda.progress import UNWATCHED, Progress
from semigda_core.files.atomic import temporary_folder
from semigda_core.files.stamps import stamp
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.card import ModelCard


class CohortCase:
    """One image's place in the folder; an earlier result there is replaced unless it was edited.

    The table and the contact sheet are made by :class:`~semigda.inference.cohort.Cohort`.

    Args:
        folder: the cohort's.
        name: the case's.
        image: the file that is segmented.

    Raises:
        SemiGDAError: "bad-input" if the name cannot be a file's, the result was edited, or the
            folder is not new, empty or a cohort's.
    """

    def __init__(
        self, folder: Path, name: str, image: Path, options: SegmentOptions, card: ModelCard
    ):
        check_name(name)
        self._folder, self._name, self._image, self._card = CohortFolder(folder), name, image, card
        self._how = how(card, options)
        self._folder.check([image])
        self._folder.check_unedited(name)
        self._folder.open(card.weights_sha256)
        self._seen = stamp(image)

    def write(
        self, volume: Volume, done: Segmentation, begun: float, progress: Progress = UNWATCHED
    ) -> None:
        """Write the result, its picture and its report.

        Args:
            begun: when work on the image began, by :func:`time.perf_counter`.
        """
        header = provenance(self._card, done.report)
        with temporary_folder(self._folder.path) as folder:
            packed, picture = folder / "labels", folder / "picture"
            write_segmentation(packed, done.labels, volume.affine, self._card, header, progress)
            write_png(picture, draw(volume, done.labels, self._card))
            self._folder.put(self._name, packed, picture)
        report = {**done.report, "segments": done.segments, "spots": done.spots}
        total = round(time.perf_counter() - begun, 3)
        report["seconds"] = {**done.report["seconds"], "total": total}
        self._folder.finish(self._name, self._image, self._seen, self._how, report)
