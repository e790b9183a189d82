"""Segmenting many images with one model, to be stopped and gone on with at any time."""

from __future__ import annotations

import csv
import io
import json
import os
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from semigda.distributed import ALONE, Ranks, joined
from semigda.errors import SemiGDAError
from semigda.inference.device import choose_device
from semigda.inference.segment import SegmentOptions, segment_file
from semigda.models.library import find_model
from semigda.models.package import load_network

COLUMNS = ("case", "class", "ml", "agreement", "seconds")
# What the next case would meet as well; any other error is the case's own.
_ALL_CASES = ("model-invalid", "device-unavailable", "disk-full", "cancelled", "import-error")
_ILLEGAL = '<>:"/\\|?*'  # in Windows' file names


@dataclass(frozen=True)
class Done:
    """What came of a cohort: how many cases were segmented now, how many were there, and the
    (name, error as a dictionary) of the others."""

    segmented: int
    there: int
    failures: list[tuple[str, dict[str, str]]]


class Cohort:
    """Images by name, and the folder that takes what comes of them.

    For every case that is ``NAME.seg.nrrd`` and then ``NAME.json``, the report: a case with both is
    finished and left alone. ``summary.csv`` is made of the reports.

    Args:
        images: names and image files or folders of DICOM series.
        out: the folder; made where it is missing.

    Attributes:
        summary: the table's file.

    Raises:
        SemiGDAError: "bad-input" if two names are one file's, or a name cannot be a file's.
    """

    def __init__(self, images: Sequence[tuple[str, Path]], out: str | os.PathLike[str]):
        self.images = list(images)
        self.folder = Path(out)
        self.summary = self.folder / "summary.csv"
        seen: dict[str, str] = {}
        for name, _ in self.images:
            if name.strip(". ") != name or not name or any(c in _ILLEGAL or c < " " for c in name):
                raise SemiGDAError(
                    "bad-input",
                    f"The name '{name}' cannot be a file's name.",
                    action="Give the case another name in the list.",
                )
            # Some file systems see no difference between small and capital letters.
            other = seen.setdefault(name.casefold(), name)
            if other is not name:
                raise SemiGDAError(
                    "bad-input",
                    f"Two cases would be written to the same file {name}.seg.nrrd.",
                    action="Give each case a name of its own in a case list.",
                )

    def segment(
        self,
        model: str | os.PathLike[str],
        options: SegmentOptions | None = None,
        tell: Callable[[str], None] = lambda text: None,
    ) -> Done:
        """Segment the cases that are not finished; under torchrun each rank its share of them.

        Args:
            model: name or folder of an installed model.
            tell: called with a line before each case; it names the case.

        Raises:
            SemiGDAError: what every case would meet, such as "model-invalid" or "disk-full";
                "bad-input" if the folder holds segmentations of another model.
        """
        options = options or SegmentOptions()
        self.folder.mkdir(parents=True, exist_ok=True)
        with joined(choose_device(options.device)) as ranks:
            return self._segment(load_network(find_model(model), "cpu"), options, tell, ranks)

    def _segment(
        self,
        model: tuple,
        options: SegmentOptions,
        tell: Callable[[str], None],
        ranks: Ranks = ALONE,
    ) -> Done:
        todo = [name for name, _ in self.images if self._report(name) is None]
        self._check_model(model[1].weights_sha256)
        ranks.any(False)  # all have looked before the first of them writes
        if ranks.first:
            tell(f"{len(todo)} of {len(self.images)} cases to segment.")
        failures = []
        paths = dict(self.images)
        for name in todo[ranks.rank :: ranks.world]:
            tell(name)
            error = self._segment_one(name, paths[name], model, options)
            if error is not None:
                failures.append((name, error.to_dict()))
        # The ranks wait here for each other: torchrun ends all of them if one ends with an error.
        failures = sum(ranks.gather(failures), [])
        if ranks.first:
            self._write_summary()
        there = len(self.images) - len(todo)
        return Done(len(todo) - len(failures), there, failures)

    def _segment_one(
        self, name: str, image: Path, model: tuple, options: SegmentOptions
    ) -> SemiGDAError | None:
        """The case's files, or why there are none."""
        try:
            report = segment_file(image, model, self.folder / f"{name}.seg.nrrd", options=options)
        except SemiGDAError as error:
            if error.error_class in _ALL_CASES:
                raise
            return error
        except Exception as error:  # of one broken file in a thousand; the log says where
            traceback.print_exc()
            return SemiGDAError("internal", detail=type(error).__name__)
        _write(self.folder / f"{name}.json", json.dumps(report, indent=1) + "\n")
        return None

    def _report(self, name: str) -> dict | None:
        """The report of a finished case."""
        try:
            text = (self.folder / f"{name}.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return json.loads(text) if (self.folder / f"{name}.seg.nrrd").exists() else None

    def _check_model(self, sha256: str | None) -> None:
        reports = [report for name, _ in self.images if (report := self._report(name))]
        if any(report["model"]["sha256"] != sha256 for report in reports):
            raise SemiGDAError(
                "bad-input",
                "The folder holds segmentations that another model made.",
                action="Choose another folder for this model.",
            )

    def _write_summary(self) -> None:
        table = io.StringIO(newline="")
        writer = csv.writer(table)
        writer.writerow(COLUMNS)
        for name, _ in self.images:
            report = self._report(name)
            for found in report["segments"] if report else ():
                numbers = (found["ml"], found["agreement"], report["seconds"]["total"])
                told = ("" if number is None else f"{number:.4f}" for number in numbers)
                writer.writerow([name, found["name"], *told])
        _write(self.summary, table.getvalue())


def _write(path: Path, text: str) -> None:
    """Readers see the file as it was before, or whole."""
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        temporary.write_text(text, encoding="utf-8", newline="")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
