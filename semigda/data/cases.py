"""Case lists: images, their labels, and the role of each."""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.documents import MAX_BYTES, has_controls, parse_json
from semigda_core.files.tables import NotATable, decoded, read_table
from semigda_core.labels.finished import finished_text, read_finished
from semigda_core.labels.segments import folded_name
from semigda_core.labels.sources import is_source

ROLES = ("labeled", "unlabeled", "val")
# Errors of a single case; any other would recur with every case.
CASE_ERRORS = ("bad-input", "geometry-mismatch", "out-of-memory")
_SPELLED = {"labelled": "labeled", "unlabelled": "unlabeled"}
_FIELDS = {"name", "image", "label", "role", "group", "classes", "label_slices"}
_FIELDS |= {"machine_label", "machine_source", "machine_classes"}
_LONGEST = 4096  # of a path


@dataclass(frozen=True)
class Case:
    """One image of a study.

    Attributes:
        name: unique in its list.
        role: "labeled" and "unlabeled" train, "val" is held out for measuring.
        group: cases of one patient share a group, so that none crosses into "val".
        classes: the class of every segment name or value of the label (0: none, 255: unlabelled),
            unless values are the classes already.
        label_slices: which slices of the label are finished, as
            :func:`semigda_core.labels.finished.finished_text` writes it; None: as its file says.
        machine_label: another program's result, a file or a folder with one for each structure;
            trains where no person labelled, and is measured where one did.
        machine_source: the program's name.
        machine_classes: as ``classes``, of that result; what it leaves out is in no class.
    """

    name: str
    image: Path
    label: Path | None
    role: str
    group: str | None = None
    classes: dict[str, int] | None = None
    label_slices: str | None = None
    machine_label: Path | None = None
    machine_source: str | None = None
    machine_classes: dict[str, int] | None = None


def read_cases(path) -> list[Case]:
    """Read a case list: a JSON list of objects (or ``{"cases": [...]}``), or a CSV with a header,
    as spreadsheets write it.

    Fields: image, role; optional: name (the image's file name by default), label, label_slices
    (the finished ones of a partly labelled case, such as ``2: 3 7 12-15``), group, machine_label
    and machine_source (another program's result, and its name), and, in JSON, classes and
    machine_classes. Relative paths are relative to the list file. Empty rows are skipped.

    Raises:
        SemiGDAError: "bad-input" naming the row that is wrong.
    """
    path = Path(path)
    cases = [_case(row, number, path.parent) for number, row in _rows(path)]
    _check_duplicates(cases)
    _check_groups(cases)
    return cases


def read_images(path) -> list[tuple[str, Path]]:
    """Names and images of a case list with any roles, or none.

    Missing images are noticed when they are read.

    Raises:
        SemiGDAError: "bad-input" naming the row without an image.
    """
    path = Path(path)
    found = []
    for number, row in _rows(path):
        text = _texts(row, number, ("image", "name"))
        if not text["image"]:
            raise _wrong(number, "has no image")
        image = _place(path.parent, text["image"])
        found.append((text["name"] or image.name, image))
    return found


def _rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """The rows of a list that are not empty, with their numbers from 1."""
    if not path.is_file():
        raise SemiGDAError("bad-input", "The case list does not exist.")
    with open(path, "rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SemiGDAError("bad-input", "The case list is too large.")
    text = decoded(data)
    if path.suffix.lower() == ".json":
        rows = parse_json(text, "The case list")
        rows = rows.get("cases") if isinstance(rows, dict) else rows
    else:
        try:
            rows = read_table(text, _FIELDS)
        except NotATable as error:
            raise SemiGDAError(
                "bad-input",
                f"The case list {error}.",
                action="Its first row names the columns: image, role and, where there is one, "
                "label.",
            ) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SemiGDAError("bad-input", "The case list must be a list of cases.")
    found = [(number, row) for number, row in enumerate(rows, 1) if row]
    if not found:
        raise SemiGDAError("bad-input", "The case list is empty.")
    return found


def _wrong(number: int, what: str) -> SemiGDAError:
    return SemiGDAError("bad-input", f"Case {number} of the list {what}.")


def _texts(row: dict[str, Any], number: int, fields: Iterable[str]) -> dict[str, str]:
    """The values of the fields, "" for missing ones."""
    found = {}
    for field in fields:
        value = row.get(field)
        if value is not None and not isinstance(value, str):
            raise _wrong(number, f"has a value of '{field}' that is not text")
        value = (value or "").strip()
        # Halves of surrogates are the bytes of a name that is not UTF-8.
        if has_controls("".join(c for c in value if not 0xDC80 <= ord(c) <= 0xDCFF)):
            raise _wrong(number, f"has control characters in '{field}'")
        if len(value) > _LONGEST:
            raise _wrong(number, f"has more than {_LONGEST} characters in '{field}'")
        found[field] = value
    return found


def _place(folder: Path, name: str) -> Path:
    """The file for a name in a list. Accents may be composed in only one of them, and the name on
    disk may be in the code page that the list was written in."""
    written = [name, *(unicodedata.normalize(form, name) for form in ("NFC", "NFD"))]
    if os.name != "nt":
        for page in ("utf-8", "cp1252", "latin-1"):
            with contextlib.suppress(UnicodeEncodeError):
                written.append(os.fsdecode(name.encode(page, "surrogateescape")))
    places = [folder / one for one in dict.fromkeys(written)]
    return next((place for place in places if _exists(place)), places[0])


def _exists(path: Path) -> bool:
    try:
        os.stat(path)
    except PermissionError:
        return True  # whoever reads it says why it cannot be read
    except (OSError, ValueError):  # also a name that is too long, or that the system cannot write
        return False
    return True


def _case(row: dict[str, Any], number: int, folder: Path) -> Case:
    unknown = sorted(str(field) for field in set(row) - _FIELDS if row[field] not in (None, ""))
    if unknown:
        raise _wrong(number, f"has the unknown field{_quoted(unknown[0])}")
    classes = _mapping(row, number, "classes")
    text = _texts(row, number, sorted(_FIELDS - {"classes", "machine_classes"}))
    if not text["image"]:
        raise _wrong(number, "has no image")
    role = text["role"].casefold()
    role = _SPELLED.get(role, role)
    if role not in ROLES:
        known = f"{', '.join(ROLES[:-1])} or {ROLES[-1]}"
        raise _wrong(number, f"has the role{_quoted(text['role'])}; it must be {known}")
    image = _place(folder, text["image"])
    label = _place(folder, text["label"]) if text["label"] else None
    if role in ("labeled", "val") and label is None:
        raise _wrong(number, f"has the role {role!r} but no label")
    if not _exists(image):
        raise _wrong(number, "has an image that does not exist")
    if label is not None and not _exists(label):
        raise _wrong(number, "has a label that does not exist")
    case = Case(
        text["name"] or image.name,
        image,
        label,
        role,
        text["group"] or None,
        classes,
        _slices(text["label_slices"], number),
    )
    if not text["machine_label"]:
        return case
    return _with_machine(case, row, number, folder, text)


def _slices(text: str, number: int) -> str | None:
    if not text:
        return None
    try:
        return finished_text(read_finished(text))
    except SemiGDAError as error:
        what = "has finished slices that cannot be read"
        raise SemiGDAError(
            "bad-input", f"Case {number} of the list {what}.", action=error.action
        ) from error


def _with_machine(
    case: Case, row: dict[str, Any], number: int, folder: Path, text: dict[str, str]
) -> Case:
    """The case with another program's result."""
    if case.role == "val":
        raise _wrong(number, "is held out: another program's result has no use there")
    if not is_source(text["machine_source"]):
        raise _wrong(number, "has another program's result without that program's name")
    path = _place(folder, text["machine_label"])
    if not _exists(path):
        raise _wrong(number, "has another program's result that does not exist")
    return replace(
        case,
        machine_label=path,
        machine_source=text["machine_source"],
        machine_classes=_mapping(row, number, "machine_classes"),
    )


def _mapping(row: dict[str, Any], number: int, field: str) -> dict[str, int] | None:
    classes = None if row.get(field) == "" else row.get(field)
    if classes is not None and not _is_mapping(classes):
        raise _wrong(number, f"has {field} that are not numbers from 0 to 255 by name")
    return classes


def _quoted(word: str) -> str:
    """A short word as written; anything else may be a patient's name or a path."""
    return f" '{word}'" if re.fullmatch(r"\w{0,20}", word) else ""


def _is_mapping(classes: object) -> bool:
    return isinstance(classes, dict) and all(
        type(value) is int and 0 <= value <= 255 for value in classes.values()
    )


def _check_duplicates(cases: list[Case]) -> None:
    for what in ("name", "image"):
        seen: dict = {}
        for number, case in enumerate(cases, 1):
            value = case.image.resolve() if what == "image" else case.name
            if value in seen:
                raise SemiGDAError(
                    "bad-input",
                    f"Cases {seen[value]} and {number} of the list have the same {what}.",
                )
            seen[value] = number


def _check_groups(cases: list[Case]) -> None:
    """Refuse a patient who is both trained on and held out: held-out scores would be too good."""
    groups = [folded_name(case.group) if case.group else None for case in cases]
    held_out = {g for g, case in zip(groups, cases, strict=True) if case.role == "val" and g}
    for number, (group, case) in enumerate(zip(groups, cases, strict=True), 1):
        if case.role != "val" and group in held_out:
            raise SemiGDAError(
                "bad-input",
                f"Case {number} of the list trains, but another case of its group is held out.",
                action="Give all cases of a group to training, or all to val.",
            )
