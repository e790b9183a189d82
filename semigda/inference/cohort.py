"""Segmenting many images with one model; a run can be stopped and resumed at any time."""

from __future__ import annotations

import os
import traceback
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from semigda.distributed import ALONE, Ranks, joined
from semigda.inference import cohort_folder
from semigda.inference.cohort_folder import CHANGED, EDITED, KEPT, OTHER_MODEL, UNKNOWN
from semigda.inference.device import choose_device
from semigda.inference.segment import plain_errors, segment_file
from semigda.models.package import load_network
from semigda_core.errors import SemiGDAError
from semigda_core.files.documents import has_controls
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.library import find_model

# Errors that would recur with the next case; any other is the case's own.
_ALL_CASES = ("model-invalid", "device-unavailable", "disk-full", "cancelled", "import-error")
_ILLEGAL = '<>:"/\\|?*'  # in Windows' file names


@dataclass
class Done:
    """The outcome of a cohort.

    Attributes:
        segmented, there: numbers of cases segmented now, and of those that existed.
        failures: (name, error as a dictionary) of the others.
        edited: names of cases whose result the user has changed; they are kept.
        unknown: number of results of an earlier version, which did not record their origin.
        table_kept: where a table that the user had changed was moved to, if any.
    """

    segmented: int
    there: int
    failures: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    unknown: int = 0
    table_kept: Path | None = None


class Cohort:
    """Images by name, and the folder for their results.

    Every case gets ``NAME.seg.nrrd`` and then ``NAME.json``, its report. A case with both is
    finished, and kept as long as its image, the model and the options are the same. ``summary.csv``
    is made from the reports.

    Args:
        images: names and image files or folders of DICOM series.
        out: the folder; made if missing.
        inputs: other input files, such as the case list.

    Attributes:
        summary: the table's file.

    Raises:
        SemiGDAError: "bad-input" if two names give the same file, or a name cannot be a file's; if
            the folder contains an input, or anything that is not part of a cohort.
    """

    def __init__(
        self,
        images: Sequence[tuple[str, Path]],
        out: str | os.PathLike[str],
        inputs: Sequence[Path] = (),
    ):
        self.images = list(images)
        self.folder = cohort_folder.CohortFolder(Path(out))
        self.summary = self.folder.summary
        seen: dict[str, str] = {}
        for name, _ in self.images:
            if not _can_be_a_file(name):
                raise SemiGDAError(
                    "bad-input",
                    f"The name '{name}' cannot be a file's name.",
                    action="Give the case another name in the list.",
                )
            # Some file systems do not distinguish upper and lower case, or a letter with its accent
            # and the two in a row.
            other = seen.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
            if other is not name:
                raise SemiGDAError(
                    "bad-input",
                    f"Two cases would be written to the same file {name}.seg.nrrd.",
                    action="Give each case a name of its own in a case list.",
                )
        self.folder.check([*inputs, *(image for _, image in self.images)])

    def segment(
        self,
        model: str | os.PathLike[str],
        options: SegmentOptions | None = None,
        tell: Callable[[str], None] = lambda text: None,
        overwrite: bool = False,
    ) -> Done:
        """Segment the cases that are unfinished or have changed; under torchrun each rank takes its
        share.

        A result that the user has edited is never replaced.

        Args:
            model: name or folder of an installed model.
            tell: called before each case with a line that names it.
            overwrite: whether to replace results of another model.

        Raises:
            SemiGDAError: what would recur with every case, such as "model-invalid" or "disk-full";
                "bad-input" if the folder has segmentations of another model.
        """
        options = options or SegmentOptions()
        place = find_model(model)
        self.folder.check([place])
        with joined(choose_device(options.device)) as ranks, plain_errors():
            return self._segment(load_network(place, "cpu"), options, tell, ranks, overwrite)

    def _segment(
        self,
        model: tuple,
        options: SegmentOptions,
        tell: Callable[[str], None],
        ranks: Ranks = ALONE,
        overwrite: bool = False,
    ) -> Done:
        sha256, how = model[1].weights_sha256, cohort_folder.how(model[1], options)
        states, failures = self._states(sha256, how)
        if OTHER_MODEL in states.values() and not overwrite:
            raise SemiGDAError(
                "bad-input",
                "The folder holds segmentations that another model made.",
                action="Choose another folder for this model, or replace them (--overwrite).",
            )
        todo = [name for name, state in states.items() if state in (None, *CHANGED)]
        ranks.any(False)  # all have checked before the first of them writes
        if ranks.first:
            self.folder.open(sha256)
            tell(_plan(len(self.images), len(todo), states))
        ranks.any(False)
        failures = failures if ranks.first else []
        paths = dict(self.images)
        for name in todo[ranks.rank :: ranks.world]:
            tell(name)
            error = self._segment_one(name, paths[name], model, options, how)
            if error is not None:
                failures.append((name, error.to_dict()))
        # The ranks wait for each other here: torchrun ends all of them if one ends with an error.
        failures = sum(ranks.gather(failures), [])
        done = Done(
            len(states.keys() - dict(failures).keys() & set(todo)),
            sum(state in (KEPT, EDITED, UNKNOWN) for state in states.values()),
            failures,
            [name for name, state in states.items() if state == EDITED],
            sum(state == UNKNOWN for state in states.values()),
        )
        if ranks.first:
            done.table_kept = self.folder.write_summary([name for name, _ in self.images])
        return done

    def _states(
        self, sha256: str | None, how: dict
    ) -> tuple[dict[str, str | None], list[tuple[str, dict[str, str]]]]:
        """The state of each case, and the cases whose state is unknown."""
        states: dict[str, str | None] = {}
        failures = []
        for name, image in self.images:
            try:
                with plain_errors():
                    states[name] = self.folder.state(name, image, sha256, how)
            except SemiGDAError as error:
                failures.append((name, error.to_dict()))
        return states, failures

    def _segment_one(
        self, name: str, image: Path, model: tuple, options: SegmentOptions, how: dict
    ) -> SemiGDAError | None:
        """The case's files, or the reason why there are none."""
        try:
            seen = self.folder.begin(name, image)
            target = self.folder.result(name)
            report = segment_file(image, model, target, options=options, overwrite=True)
            with plain_errors():
                self.folder.finish(name, image, seen, how, report)
        except SemiGDAError as error:
            if error.error_class in _ALL_CASES:
                raise
            return error
        except Exception as error:  # of one broken file in a thousand; the log says where
            traceback.print_exc()
            return SemiGDAError("internal", detail=type(error).__name__)
        return None


def _can_be_a_file(name: str) -> bool:
    # Halves of surrogates stand for bytes that are not UTF-8, which a file's name may contain.
    letters = "".join(c for c in name if not 0xDC80 <= ord(c) <= 0xDCFF)
    return (
        bool(name)
        and name.strip(". ") == name
        and not set(name) & set(_ILLEGAL)
        and (not has_controls(letters))
    )


def _plan(count: int, todo: int, states: dict[str, str | None]) -> str:
    told = f"{todo} of {count} cases to segment"
    for state, what in zip(CHANGED, ("image", "options", "model"), strict=True):
        again = sum(found == state for found in states.values())
        if again:
            told += f", {again} of them again because the {what} changed"
    return f"{told}."
