"""CSV tables as spreadsheets read and write them."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from collections.abc import Iterable, Sequence

from semigda_core.files.atomic import write_atomically
from semigda_core.files.texts import one_line

_SEPARATORS = ",;\t|"
_FORMULA = ("=", "+", "-", "@")


def write_table(
    path: str | os.PathLike[str], header: Sequence[str], rows: Iterable[Sequence[str]]
) -> bytes:
    """Write a CSV file with commas, whole or not at all; returns what was written.

    It starts with a byte order mark, without which Excel takes UTF-8 for the system's code page and
    shows "Läsion" as "LÃ¤sion". Text that Excel would compute as a formula is escaped.
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(
        [_cell(value) for value in row] for row in (header, *rows)
    )
    data = text.getvalue().encode("utf-8-sig")
    write_atomically(path, lambda file: file.write(data))
    return data


def begins_with(path: str | os.PathLike[str], header: Sequence[str]) -> bool:
    """Whether a file is a table with these columns, as :func:`write_table` writes it."""
    expected = ",".join(header).encode()
    try:
        with open(path, "rb") as file:
            start = file.read(len(codecs.BOM_UTF8) + len(expected) + 1)
    except OSError:
        return False
    return start.removeprefix(codecs.BOM_UTF8)[: len(expected) + 1].rstrip(b"\r\n") == expected


def _cell(value: str) -> str:
    text = one_line(value, 1000)
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


class NotATable(Exception):
    """Text that is not a table; the message says why, read after "The list "."""


def decoded(data: bytes) -> str:
    """The text of a file written by a spreadsheet or an editor: UTF-8 or UTF-16, with or without a
    byte order mark, or else the code page of western Windows."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\0" in data[:4]:  # the first letters are ASCII
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_table(text: str, columns: Iterable[str]) -> list[dict[str, str]]:
    """The rows of a CSV text by its column names, in lower case.

    Commas, semicolons, tabs or bars separate; Excel's first line ``sep=;`` or the line of names
    decides. Rows without values are returned empty, so that they count.

    Args:
        columns: the names that are known.

    Raises:
        NotATable: if it cannot be a table.
    """
    known = set(columns)
    said = re.match(r"\s*\"?sep=(.)\"?[;,\t]*\r?\n", text, re.IGNORECASE)
    if said:
        text = text[said.end() :]
    rows = max(
        (_rows(text, separator) for separator in (said[1] if said else _SEPARATORS)),
        key=lambda rows: len(known.intersection(_names(rows[0]))) if rows else 0,
    )
    if not rows:
        return []
    names = _names(rows[0])
    while names and not names[-1]:
        names.pop()
    if names and not known.intersection(names):
        raise NotATable("does not begin with a row that names its columns")
    twice = {name for name in names if names.count(name) > 1 and name in known}
    if twice:
        raise NotATable(f"has two columns called '{min(twice)}'")
    found = []
    for number, row in enumerate(rows[1:], 1):
        if any(value.strip() for value in row[len(names) :]):
            raise NotATable(f"has more values than columns in its row {number}")
        values = dict(zip(names, map(str.strip, row), strict=False))
        found.append(values if any(values.values()) else {})
    while found and not found[-1]:
        found.pop()
    return found


def _rows(text: str, separator: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise NotATable("cannot be read as a table") from error


def _names(row: Sequence[str]) -> list[str]:
    return [name.strip().casefold() for name in row]
