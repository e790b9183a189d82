"""A cohort's folder: who made it, and what every result was made from.

``cohort.json`` marks the folder as ours; ``NAME.seg.nrrd`` is a result, and ``NAME.json`` its
report, whose "made" says what it was made from; ``pictures/NAME.png`` is its place on the contact
sheet. Nothing else in the folder is ever written but the table and the sheet.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semigda.inference.contact_sheet import write_sheet
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import (
    PREFIX,
    clear_leftovers,
    put_into_place,
    replace,
    write_json,
)
from semigda_core.files.contents import digest_of
from semigda_core.files.documents import (
    check,
    maybe,
    one_of,
    read_document,
    record,
    text,
)
from semigda_core.files.names import is_file_name, same_file
from semigda_core.files.stamps import place_of, stamp
from semigda_core.files.tables import begins_with, write_table
from semigda_core.files.targets import check_target
from semigda_core.jobs.locks import locked
from semigda_core.jobs.segmenting import VOXEL_RULES, SegmentOptions
from semigda_core.labels.made import COHORT, PICTURES, SHEET, is_own_image, read_report
from semigda_core.labels.segments import ENDING
from semigda_core.version import __version__

if TYPE_CHECKING:
    from semigda_core.models.card import ModelCard

SUMMARY, LOCK = "summary.csv", ".cohort.lock"
_FIRST_COLUMNS = ("case", "class", "ml", "agreement", "seconds")  # of earlier versions
_SECOND_COLUMNS = (*_FIRST_COLUMNS, "unlikeness", "notes")
COLUMNS = (*_SECOND_COLUMNS, "grade", "ml_low", "ml_high")
_SCHEMA = 1
_LOCK_SECONDS = 5.0  # a scene's volume is put into its place in less
_FOLDER = record(
    {"schema": one_of(_SCHEMA), "made_by": one_of("SemiGDA"), "model": maybe(text(64))},
    {"engine": text(100), "summary": text(64), "sheet": text(64)},
    others=True,
)
# Earlier versions also said which branches they had compared.
_HOW = record({"card": text(64), "branches": text(20)}, {"computed": text(20), **VOXEL_RULES})
_MADE = record(
    {"how": _HOW, "stamp": text(64), "image": text(64), "result": text(64)},
    {"place": text(64)},  # of the image; earlier versions recorded none
)
_SYSTEM = ("thumbs.db", "desktop.ini")  # as are names that begin with a dot

# The states of a finished case; an unfinished one has None.
KEPT, EDITED, UNKNOWN = "kept", "edited", "unknown"
OTHER_IMAGE, OTHER_OPTIONS = "image", "options"
OTHER_MODEL, OTHER_PLACE = "model", "place"
CHANGED = (OTHER_IMAGE, OTHER_OPTIONS, OTHER_MODEL, OTHER_PLACE)


class CohortFolder:
    """The folder for the results of a cohort."""

    def __init__(self, path: Path):
        self.path = path
        self.summary, self.sheet = path / SUMMARY, path / SHEET
        self._seen = ("", "")  # stamp and digest of an image: the next frame has the same

    def result(self, name: str) -> Path:
        return self.path / f"{name}{ENDING}"

    def picture(self, name: str) -> Path:
        """The case's place on the contact sheet."""
        return self.path / PICTURES / f"{name}.png"

    def report_file(self, name: str) -> Path:
        return self.path / f"{name}.json"

    # Whose it is

    def check(self, inputs: Iterable[Path]) -> None:
        """Raise "bad-input" if the folder contains an input, or is not new, empty or ours."""
        check_target(self.path, self._is_ours, overwrite=True, inputs=inputs)

    def _is_ours(self, path: Path) -> bool:
        if not path.is_dir():
            return False
        if self._says() is not None:
            return True
        # Folders of earlier versions have no mark; they must contain results alone.
        try:
            names = [file.name for file in path.iterdir() if not _is_systems(file.name)]
        except OSError:
            return False
        return all(self._is_own_file(name) for name in names)

    def _is_own_file(self, name: str) -> bool:
        if name.endswith(ENDING):
            return is_own_image(self.path / name)
        if name == SUMMARY:
            return _is_table(self.path / name)
        return name.endswith(".json") and read_report(self.path / name) is not None

    def _says(self) -> dict[str, Any] | None:
        try:
            return read_document(self.path / COHORT, _FOLDER, "The cohort's file")
        except (OSError, SemiGDAError):
            return None

    def open(self, model: str | None) -> None:
        """Make the folder, mark it as ours, and remove what killed runs left."""
        self.path.mkdir(parents=True, exist_ok=True)
        clear_leftovers(self.path)
        says = self._says() or {}
        if says.get("model", "") != model:
            self._say({**says, "model": model})

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Make the folder and hold it while it is written to.

        Raises:
            SemiGDAError: "bad-input" while another process writes there.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + _LOCK_SECONDS

        def waiting() -> None:
            if time.monotonic() > deadline:
                raise SemiGDAError(
                    "bad-input",
                    "Another run is writing into the folder for the results.",
                    action="Wait until it has ended, or choose another folder.",
                )

        with locked(self.path / LOCK, waiting, 0.1):
            yield

    def _say(self, values: dict[str, Any]) -> None:
        about = {"schema": _SCHEMA, "made_by": "SemiGDA", "engine": __version__}
        write_json(self.path / COHORT, values | about)

    # The cases

    def report(self, name: str) -> dict[str, Any] | None:
        """The report of a finished case; None if it is not finished."""
        report = read_report(self.report_file(name))
        return report if report and self.result(name).exists() else None

    def state(self, name: str, image: Path, model: str | None, how: dict[str, Any]) -> str | None:
        """The state of a finished case: as made, edited by the user, or made from something else,
        such as an image of that name in another folder.

        Args:
            model: the hash of the model's weights.
            how: see :func:`how`.

        Raises:
            SemiGDAError: "bad-input" if somebody else's file has a name that would be written.
        """
        self._check_files(name)
        report = self.report(name)
        if report is None:
            return None
        made = _made(report)
        if self._is_edited(name, made):
            return EDITED
        if report["model"]["sha256"] != model or (made and made["how"]["card"] != how["card"]):
            return OTHER_MODEL
        if made is None:  # by an earlier version
            return UNKNOWN
        if made["how"] != how:
            return OTHER_OPTIONS
        if _is_same(image, made):
            return KEPT
        return OTHER_IMAGE if made.get("place") == place_of(image) else OTHER_PLACE

    def _is_edited(self, name: str, made: dict[str, Any] | None) -> bool:
        """``made``: what the report says; None of an earlier version's."""
        result = self.result(name)
        return not (is_own_image(result) if made is None else digest_of(result) == made["result"])

    def _check_files(self, name: str) -> None:
        report, result = self.report_file(name), self.result(name)
        foreign = report.exists() and read_report(report) is None
        # A case with a report was checked when that was written, and may have been edited since.
        if foreign or (result.exists() and not report.exists() and not is_own_image(result)):
            raise SemiGDAError(
                "bad-input",
                "A file has the name of this case's result, and SemiGDA did not make it.",
                action="Move it away, or choose another folder.",
            )

    def check_unedited(self, name: str) -> None:
        """Raise "bad-input" if the case's result is the user's by now, so that it must stay."""
        self._check_files(name)
        report = self.report(name)
        if report is not None and self._is_edited(name, _made(report)):
            raise SemiGDAError(
                "bad-input",
                "The result in the output folder was edited, so it is left as it is.",
                action="Move it away, or choose another folder.",
                detail=EDITED,
            )

    def forget(self, name: str) -> None:
        """Count a case as unfinished; errors as :meth:`check_unedited`."""
        self.check_unedited(name)
        self.report_file(name).unlink(missing_ok=True)
        self.picture(name).unlink(missing_ok=True)

    def put(self, name: str, result: Path, picture: Path, image: Path, seen: str) -> None:
        """Put a whole result and its picture, on the same disk, into their places; the case is
        unfinished until :meth:`finish`. Who edits the earlier result while the image is segmented
        keeps it: errors as :meth:`check_unedited` and :meth:`finish`."""
        _check_unchanged(image, seen)
        self.forget(name)
        put_into_place(result, self.result(name))
        self.picture(name).parent.mkdir(exist_ok=True)
        replace(picture, self.picture(name))

    def finish(
        self, name: str, image: Path, seen: str, how: dict[str, Any], report: dict[str, Any]
    ) -> str:
        """Write a case's report, after its result, whose digest is returned.

        Args:
            seen: the image's stamp before it was read.

        Raises:
            SemiGDAError: "bad-input" if the image has changed since then.
        """
        if self._seen[0] != seen:
            self._seen = (seen, digest_of(image))
        image_digest = self._seen[1]
        _check_unchanged(image, seen)
        result = digest_of(self.result(name))
        made = {"how": how, "stamp": seen, "image": image_digest, "result": result}
        made["place"] = place_of(image)
        write_json(self.report_file(name), {**report, "made": made})
        return result

    # What is made of all cases

    def write_summary(self, names: Sequence[str]) -> Path | None:
        """Write the table of the cases' reports and their contact sheet, first of these cases, then
        of what else the folder has; returns the new path of an older table that the user had
        changed."""
        says = self._says() or {}
        known = says.get("summary")  # earlier versions recorded none
        ours = _is_table(self.summary) if known is None else None
        aside = self._set_aside(self.summary, known, ours)
        rows, pictures = [], []
        for name in (*names, *self._others(names)):
            report = self.report(name)
            pictures.append((name, self.picture(name)))
            if report is None:
                continue
            for found in report["segments"]:
                numbers = (found["ml"], found["agreement"], report["seconds"]["total"])
                cells = ("" if number is None else f"{number:.4f}" for number in numbers)
                unlike = report.get("unlikeness")  # earlier versions did not look
                fit = ("" if unlike is None else f"{unlike:.2f}", " ".join(report.get("notes", ())))
                low_high = found.get("range_ml") or (None, None)
                ends = ("" if end is None else f"{end:.4f}" for end in low_high)
                rows.append((name, found["name"], *cells, *fit, found.get("grade") or "", *ends))
        write_table(self.summary, COLUMNS, rows)
        self._set_aside(self.sheet, says.get("sheet"))
        write_sheet(self.sheet, pictures)
        self._say({**says, "summary": digest_of(self.summary), "sheet": digest_of(self.sheet)})
        return aside

    def _others(self, names: Sequence[str]) -> list[str]:
        """The other finished cases."""
        listed = {same_file(name) for name in names}
        found = sorted(path.name.removesuffix(ENDING) for path in self.path.glob(f"*{ENDING}"))
        return [one for one in found if same_file(one) not in listed and self.report(one)]

    def _set_aside(self, path: Path, known: str | None, ours: bool | None = None) -> Path | None:
        """Keep a file that is not the one written here under another name, which is returned.

        Args:
            known: the digest of the one written here.
            ours: whether it is that one, if this is known otherwise.
        """
        if not path.exists() or (digest_of(path) == known if ours is None else ours):
            return None
        aside = _free(path)
        replace(path, aside)
        return aside


def check_name(name: str) -> None:
    """Raise "bad-input" if a case's files cannot have this name, or it is the folder's own."""
    if not is_file_name(name) or same_file(f"{name}.json") == COHORT:
        raise SemiGDAError(
            "bad-input",
            f"The name '{name}' cannot be that of a result.",
            action="Rename the image, or give the case another name in a case list.",
        )


def how(card: ModelCard, options: SegmentOptions) -> dict[str, Any]:
    """What a result depends on besides its image and the weights: the rest of the model, and the
    options that change the voxels or the table."""
    branches = options.plan(card)
    says = card.to_dict()
    rules = [says[key] for key in ("labels", "preprocessing", "postprocessing")]
    text = json.dumps(rules, sort_keys=True).encode()
    return {
        "card": hashlib.blake2b(text, digest_size=8).hexdigest(),
        "branches": "+".join(branches),
        **options.of_voxels(),
    }


def _is_table(path: Path) -> bool:
    return any(begins_with(path, columns) for columns in (COLUMNS, _SECOND_COLUMNS, _FIRST_COLUMNS))


def _check_unchanged(image: Path, seen: str) -> None:
    if stamp(image) != seen:
        raise SemiGDAError(
            "bad-input",
            "The image was changed while it was segmented.",
            action="Segment it again when the image is complete.",
        )


def _made(report: dict[str, Any]) -> dict[str, Any] | None:
    made: Any = report.get("made")
    try:
        check(made, _MADE, "The report")
    except SemiGDAError:
        return None
    known = {name: value for name, value in made["how"].items() if name != "computed"}
    # An earlier version without an option behaved like its default.
    return {**made, "how": {**SegmentOptions().of_voxels(), **known}}


def _is_same(image: Path, made: dict[str, Any]) -> bool:
    """An image that was only moved or touched counts as the same."""
    if stamp(image) == made["stamp"]:
        return True
    try:
        return digest_of(image) == made["image"]
    except OSError:
        return True  # it no longer exists: its result is kept


def _is_systems(name: str) -> bool:
    return name.startswith((".", PREFIX)) or name.lower() in _SYSTEM


def _free(path: Path) -> Path:
    number = 1
    while (free := path.with_name(f"{path.stem}-edited-{number}{path.suffix}")).exists():
        number += 1
    return free
