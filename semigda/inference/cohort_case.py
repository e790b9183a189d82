"""A segmentation that was made by itself, as a case of a cohort's folder."""

from __future__ import annotations

import time
from pathlib import Path

from semigda.data.segnrrd import write_segmentation
from semigda.data.thumbnails import write_png
from semigda.data.volumes import Volume
from semigda.inference.cohort_folder import (
    OTHER_IMAGE,
    OTHER_MODEL,
    OTHER_PLACE,
    CohortFolder,
    check_name,
    how,
)
from semigda.inference.contact_sheet import draw
from semigda.inference.segment import Segmentation, provenance
from semigda.progress import UNWATCHED, Progress
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import temporary_folder
from semigda_core.files.stamps import stamp
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.card import ModelCard

_OTHER_IMAGE = "The output folder has a result of another image of this name."
_OTHERS = {
    OTHER_IMAGE: _OTHER_IMAGE,
    OTHER_PLACE: _OTHER_IMAGE,
    OTHER_MODEL: "The output folder has a result of another model.",
}


class CohortCase:
    """One image's place in the folder; an earlier result of the image there is replaced unless it
    was edited.

    The table and the contact sheet are made by :class:`~semigda.inference.cohort.Cohort`.

    Args:
        folder: the cohort's.
        name: the case's.
        image: the file that is segmented.
        overwrite: whether also to replace the result of another image of that name, such as
            another patient's "T1", or of another model.

    Raises:
        SemiGDAError: "bad-input" if the name cannot be a file's, the result there stays, or the
            folder is not new, empty or a cohort's.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        image: Path,
        options: SegmentOptions,
        card: ModelCard,
        overwrite: bool = False,
    ):
        check_name(name)
        self._folder, self._name, self._image, self._card = CohortFolder(folder), name, image, card
        self._how, self._overwrite = how(card, options), overwrite
        self._folder.check([image])
        self._check()
        self._seen = stamp(image)

    def _check(self) -> None:
        """Raise "bad-input" if the result there stays."""
        self._folder.check_unedited(self._name)
        weights = self._card.weights_sha256
        state = self._folder.state(self._name, self._image, weights, self._how)
        if state in _OTHERS and not self._overwrite:
            raise SemiGDAError(
                "bad-input",
                _OTHERS[state],
                action="Choose another folder, or untick Skip done to replace it.",
            )

    def write(
        self, volume: Volume, done: Segmentation, begun: float, progress: Progress = UNWATCHED
    ) -> str:
        """Write the result, its picture and its report; returns the digest of the result.

        Args:
            begun: when work on the image began, by :func:`time.perf_counter`.
        """
        header = provenance(self._card, done.report)
        self._folder.path.mkdir(parents=True, exist_ok=True)
        with temporary_folder(self._folder.path) as folder:
            packed, picture = folder / "labels", folder / "picture"
            write_segmentation(packed, done.labels, volume.affine, self._card, header, progress)
            write_png(picture, draw(volume, done.labels, self._card))
            report = {**done.report, "segments": done.segments, "spots": done.spots}
            total = round(time.perf_counter() - begun, 3)
            report["seconds"] = {**done.report["seconds"], "total": total}
            with self._folder.alone():
                self._check()  # another scene may have written there meanwhile
                self._folder.open(self._card.weights_sha256)
                self._folder.put(self._name, packed, picture, self._image, self._seen)
                return self._folder.finish(self._name, self._image, self._seen, self._how, report)
