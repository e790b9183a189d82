"""Case lists: which images there are, which of them have a label, and what each is for."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from semigda.errors import SemiGDAError

ROLES = ("labeled", "unlabeled", "val")
_FIELDS = {"name", "image", "label", "role", "group", "classes"}


@dataclass(frozen=True)
class Case:
    """One image of a study.

    Attributes:
        name: unique in its list.
        role: "labeled" and "unlabeled" train, "val" is held out for choosing and measuring.
        group: cases of one patient share a group, so that none crosses into "val".
        classes: the class of every segment name or value of the label (0: none), where they are
            not the class values already.
    """

    name: str
    image: Path
    label: Path | None
    role: str
    group: str | None = None
    classes: dict[str, int] | None = None


def read_cases(path) -> list[Case]:
    """Read a case list: a JSON list of objects (or ``{"cases": [...]}``), or a CSV with a header.

    Fields: image, role; optional: name (the image's file name by default), label, group and, in
    JSON, classes. Relative paths are relative to the list file.

    Raises:
        SemiGDAError: "bad-input" naming the row that is wrong.
    """
    path = Path(path)
    rows = _rows(path)
    cases = [_case(row, number, path.parent) for number, row in enumerate(rows, 1)]
    _check_duplicates(cases)
    _check_groups(cases)
    return cases


def read_images(path) -> list[tuple[str, Path]]:
    """Names and images of a case list of any roles, or of one with no roles at all.

    Whether an image exists shows when it is read.

    Raises:
        SemiGDAError: "bad-input" naming the row without an image.
    """
    path = Path(path)
    found = []
    for number, row in enumerate(_rows(path), 1):
        image, name = (str(row.get(field) or "").strip() for field in ("image", "name"))
        if not image:
            raise SemiGDAError("bad-input", f"Case {number} of the list has no image.")
        found.append((name or Path(image).name, path.parent / image))
    return found


def _rows(path: Path) -> list[dict]:
    if not path.is_file():
        raise SemiGDAError("bad-input", "The case list does not exist.")
    try:
        if path.suffix.lower() == ".json":
            rows = json.loads(path.read_text("utf-8-sig"))
            rows = rows.get("cases") if isinstance(rows, dict) else rows
        else:
            with open(path, newline="", encoding="utf-8-sig") as file:
                rows = list(csv.DictReader(file))
    except (ValueError, csv.Error) as error:
        raise SemiGDAError("bad-input", "The case list is not valid JSON or CSV.") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SemiGDAError("bad-input", "The case list must be a list of cases.")
    if not rows:
        raise SemiGDAError("bad-input", "The case list is empty.")
    return rows


def _case(row: dict, number: int, folder: Path) -> Case:
    def wrong(what: str) -> SemiGDAError:
        return SemiGDAError("bad-input", f"Case {number} of the list {what}.")

    unknown = set(row) - _FIELDS
    if unknown:
        raise wrong(f"has the unknown field {sorted(map(str, unknown))[0]!r}")
    text = {}
    row = dict(row)
    classes = row.pop("classes", None)
    if classes is not None and not _is_mapping(classes):
        raise wrong("has classes that are not numbers from 0 to 255 by name")
    for field, value in row.items():
        if value not in (None, "") and not isinstance(value, str):
            raise wrong(f"has a {field} that is not text")
        text[field] = (value or "").strip()
    if not text.get("image"):
        raise wrong("has no image")
    role = text.get("role", "")
    if role not in ROLES:
        raise wrong(f"has the role {role!r}; it must be {', '.join(ROLES[:-1])} or {ROLES[-1]}")
    image = folder / text["image"]
    label = folder / text["label"] if text.get("label") else None
    if role in ("labeled", "val") and label is None:
        raise wrong(f"has the role {role!r} but no label")
    if not image.exists():
        raise wrong("has an image that does not exist")
    if label is not None and not label.exists():
        raise wrong("has a label that does not exist")
    name, group = text.get("name") or image.name, text.get("group") or None
    return Case(name, image, label, role, group, classes)


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
    """A patient who is both trained on and held out would make the held-out figures too good."""
    held_out = {case.group for case in cases if case.role == "val" and case.group}
    for number, case in enumerate(cases, 1):
        if case.role != "val" and case.group in held_out:
            raise SemiGDAError(
                "bad-input",
                f"Case {number} of the list trains, but another case of its group is held out.",
                action="Give all cases of a group to training, or all to val.",
            )
