"""Segmenting many images with one model; a run can be stopped and resumed at any time."""

from __future__ import annotations

import contextlib
import os
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from semigda.distributed import Ranks, joined
from semigda.inference import cohort_folder
from semigda.inference.cohort_folder import (
    CHANGED,
    EDITED,
    KEPT,
    OTHER_MODEL,
    OTHER_PLACE,
    UNKNOWN,
    check_name,
)
from semigda.inference.device import choose_device
from semigda.inference.segment import Doubt, Read, read_input, segment_file
from semigda.models.package import load_network
from semigda.progress import UNWATCHED, Progress
from semigda_core.errors import SemiGDAError, plain_errors
from semigda_core.files.atomic import temporary_folder
from semigda_core.files.names import same_file
from semigda_core.files.stamps import stamp
from semigda_core.jobs.region import OUTSIDE
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.labels.segments import ENDING
from semigda_core.models.fit import tells_mismatch
from semigda_core.models.library import find_model

# Errors that would recur with the next case; any other is the case's own.
_ALL_CASES = ("model-invalid", "device-unavailable", "disk-full", "cancelled", "import-error")

_WHAT_CHANGED = ("image", "options", "model", "image's folder")

Ended = Callable[[str, str, "SemiGDAError | None"], None]
_End = tuple[str, str, "SemiGDAError | None"]  # a case's name, how it ended, why without a result
SEGMENTED, FAILED = "segmented", "failed"


@dataclass
class Done:
    """The outcome of a cohort.

    Attributes:
        segmented, there: numbers of cases segmented now, and of those that existed.
        failures: (name, error as a dictionary) of those that could not be segmented.
        outside: names of cases that the region of interest does not meet; they have no result.
        other_kind: names of cases, also of earlier runs, that are no images for the model.
        edited: names of cases whose result the user has changed; they are kept.
        unknown: number of results of an earlier version, which did not record their origin.
        table_kept: where a table that the user had changed was moved to, if any.
    """

    segmented: int
    there: int
    failures: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    other_kind: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    unknown: int = 0
    table_kept: Path | None = None


class Cohort:
    """Images by name, and the folder for their results.

    Every case gets ``NAME.seg.nrrd`` and then ``NAME.json``, its report. A case with both is
    finished, and kept as long as its image, the model and the options are the same. ``summary.csv``
    is made from the reports, ``contact-sheet.png`` from a small picture of each.

    Args:
        images: names and image files or folders of DICOM series.
        out: the folder; made if missing.
        inputs: other input files, such as the case list.
        frames: by name, the frame of a case that is one of a 4-D image.
        read: gives a case's image.

    Attributes:
        summary, sheet: the files of the table and the contact sheet.

    Raises:
        SemiGDAError: "bad-input" if two names give the same file, or a name cannot be a file's; if
            the folder contains an input, or anything that is not part of a cohort.
    """

    def __init__(
        self,
        images: Sequence[tuple[str, Path]],
        out: str | os.PathLike[str],
        inputs: Sequence[Path] = (),
        frames: Mapping[str, int] | None = None,
        read: Read = read_input,
    ):
        self.images = list(images)
        self.frames = frames or {}
        self._read = read
        self.folder = cohort_folder.CohortFolder(Path(out))
        self.summary, self.sheet = self.folder.summary, self.folder.sheet
        seen: dict[str, str] = {}
        for name, _ in self.images:
            check_name(name)
            other = seen.setdefault(same_file(name), name)
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
        *,
        again: bool = False,
        only: Collection[str] | None = None,
        progress: Progress = UNWATCHED,
        ended: Ended = lambda name, state, error: None,
        doubt: Doubt | None = None,
        load: Callable[[Path], tuple] = lambda place: load_network(place, "cpu"),
    ) -> Done:
        """Segment the cases that are unfinished or have changed; under torchrun each rank takes its
        share.

        A result that the user has edited is never replaced. What is finished stays when it is
        cancelled, and the table and the contact sheet are of what is there then.

        Args:
            model: name or folder of an installed model.
            tell: called before each case with a line that names it.
            overwrite: whether to replace results of another model, or of images of the same names
                in another folder.
            again: whether to segment finished cases again, too.
            only: names of the cases to segment; the others are left as they are.
            ended: called for each case with its name, its state ("segmented", "failed", "outside"
                of the region, or that of
                :class:`~semigda.inference.cohort_folder.CohortFolder` if it is left), and why it
                has no result.
            doubt: see :func:`semigda.inference.segment.segment_volume`.
            load: gives network and card of a model's folder.

        Raises:
            SemiGDAError: what would recur with every case, such as "model-invalid" or "disk-full";
                "bad-input" if the folder has segmentations of another model or of other images of
                the same names, or another run writes into it.
        """
        options = options or SegmentOptions()
        place = find_model(model)
        self.folder.check([place])
        with joined(choose_device(options.device)) as ranks, plain_errors():
            names = [name for name, _ in self.images if only is None or name in only]
            work = _Work(
                load(place), options, names, overwrite, again, self.frames, doubt, tell, ended
            )
            with self.folder.alone() if ranks.first else contextlib.nullcontext():
                return self._segment(work, ranks, progress)

    def _segment(self, work: _Work, ranks: Ranks, progress: Progress) -> Done:
        sha256 = work.model[1].weights_sha256
        states, unreadable = self._states(work, sha256)
        if not work.overwrite:
            _check_whose(states)
        again = (None, *CHANGED, *((KEPT, UNKNOWN) if work.again else ()))
        todo = [name for name, state in states.items() if state in again]
        ranks.any(False)  # all have checked before the first of them writes
        if ranks.first:
            self.folder.open(sha256)
            work.tell(_plan(len(work.names), len(todo), states))
            for name, state, error in unreadable:
                work.ended(name, state, error)
            for name in states.keys() - set(todo):
                work.ended(name, str(states[name]), None)
        ranks.any(False)
        try:
            ends = self._segment_all(todo[ranks.rank :: ranks.world], work, progress)
        except SemiGDAError as error:
            if error.error_class == "cancelled" and ranks.first:
                self._write_summary()
            raise
        if ranks.first:
            ends = unreadable + ends
        # The ranks wait for each other here: torchrun ends all of them if one ends with an error.
        outcomes = [(name, state, error and error.to_dict()) for name, state, error in ends]
        done = _done(states, len(todo), sum(ranks.gather(outcomes), []))
        if ranks.first:
            reports = ((name, self.folder.report(name) or {}) for name in work.names)
            done.other_kind = [n for n, one in reports if tells_mismatch(one.get("notes", ()))]
            done.table_kept = self._write_summary()
        return done

    def _segment_all(self, names: list[str], work: _Work, progress: Progress) -> list[_End]:
        """Segment these one after another."""
        ends, paths = [], dict(self.images)
        for number, name in enumerate(names):
            work.tell(f"{name} ({number + 1} of {len(names)})")
            message = f"Segmenting image {number + 1} of {len(names)}"
            progress.at(number / len(names), message)
            within = progress.share(1 / len(names), message)
            state, error = self._segment_one(name, paths[name], work, within)
            work.ended(name, state, error)
            ends.append((name, state, error))
        return ends

    def _write_summary(self) -> Path | None:
        return self.folder.write_summary([name for name, _ in self.images])

    def _states(self, work: _Work, sha256: str | None) -> tuple[dict[str, str | None], list[_End]]:
        """The state of each case, and the cases that cannot be read."""
        states: dict[str, str | None] = {}
        unreadable: list[_End] = []
        paths = dict(self.images)
        for name in work.names:
            try:
                with plain_errors():
                    states[name] = self.folder.state(name, paths[name], sha256, work.how(name))
            except SemiGDAError as error:
                unreadable.append((name, FAILED, error))
        return states, unreadable

    def _segment_one(
        self, name: str, image: Path, work: _Work, progress: Progress
    ) -> tuple[str, SemiGDAError | None]:
        """Make the case's files; how it ended, and why there are none."""
        try:
            with plain_errors(), temporary_folder(self.folder.path) as folder:
                self.folder.check_unedited(name)  # by somebody who has looked at it meanwhile
                seen = stamp(image)
                report = segment_file(
                    image,
                    work.model,
                    folder / f"labels{ENDING}",
                    options=work.options_of(name),
                    progress=progress,
                    picture_out=folder / "picture.png",
                    doubt=work.doubt,
                    read=self._read,
                )
                made = folder / f"labels{ENDING}", folder / "picture.png"
                self.folder.put(name, *made, image, seen)
                self.folder.finish(name, image, seen, work.how(name), report)
        except SemiGDAError as error:
            if error.error_class in _ALL_CASES:
                raise
            with contextlib.suppress(SemiGDAError):
                self.folder.forget(name)  # what an earlier image or option gave
            if error.detail == EDITED:
                return EDITED, None
            return OUTSIDE if error.detail == OUTSIDE else FAILED, error
        except Exception as error:  # of one broken file in a thousand; the log says where
            traceback.print_exc()
            return FAILED, SemiGDAError("internal", detail=type(error).__name__)
        return SEGMENTED, None


@dataclass(frozen=True)
class _Work:
    """What to segment, how, and whom to tell; the fields are arguments of Cohort.segment."""

    model: tuple  # network and card
    options: SegmentOptions
    names: list[str]
    overwrite: bool
    again: bool
    frames: Mapping[str, int]
    doubt: Doubt | None
    tell: Callable[[str], None]
    ended: Ended

    def options_of(self, name: str) -> SegmentOptions:
        return replace(self.options, frame=self.frames.get(name, self.options.frame))

    def how(self, name: str) -> dict[str, Any]:
        return cohort_folder.how(self.model[1], self.options_of(name))


def _done(
    states: dict[str, str | None],
    todo: int,
    ends: list[tuple[str, str, dict[str, str] | None]],
) -> Done:
    """From the cases' states before, how many were to be segmented, and how these ended."""

    def ended(as_state: str) -> list[str]:
        return [name for name, state, _ in ends if state == as_state]

    return Done(
        len(ended(SEGMENTED)),
        len(states) - todo + len(ended(EDITED)),
        [(name, error) for name, state, error in ends if error and state == FAILED],
        ended(OUTSIDE),
        edited=ended(EDITED) + [name for name, state in states.items() if state == EDITED],
        unknown=sum(state == UNKNOWN for state in states.values()),
    )


def _check_whose(states: Mapping[str, str | None]) -> None:
    """Raise "bad-input" if results of something else would be replaced."""
    if OTHER_MODEL in states.values():
        raise SemiGDAError(
            "bad-input",
            "The folder holds segmentations that another model made.",
            action="Choose another folder for this model, or replace them (--overwrite).",
            detail=OTHER_MODEL,
        )
    if OTHER_PLACE in states.values():
        raise SemiGDAError(
            "bad-input",
            "The folder holds segmentations of other images of the same names.",
            action="Choose another folder for these images, or replace them (--overwrite).",
            detail=OTHER_PLACE,
        )


def _plan(count: int, todo: int, states: dict[str, str | None]) -> str:
    text = f"{todo} of {count} case{'' if count == 1 else 's'} to segment"
    for state, what in zip(CHANGED, _WHAT_CHANGED, strict=True):
        again = sum(found == state for found in states.values())
        if again:
            text += f", {again} of them again because the {what} changed"
    return f"{text}."
