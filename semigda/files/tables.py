"""Tables as CSV files that spreadsheets read rightly. Standard library only."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence

from semigda.files.atomic import write_atomically
from semigda.files.texts import one_line

_FORMULA = ("=", "+", "-", "@")


def write_table(
    path: str | os.PathLike[str], header: Sequence[str], rows: Iterable[Sequence[str]]
) -> bytes:
    """Write a CSV file with commas, whole or not at all; returns what was written.

    It begins with a byte order mark, without which Excel takes UTF-8 for the system's code page
    and shows "Läsion" as "LÃ¤sion". What Excel would compute as a formula, it shows as text.
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(
        [_cell(value) for value in row] for row in (header, *rows)
    )
    data = text.getvalue().encode("utf-8-sig")
    write_atomically(path, lambda file: file.write(data))
    return data


def _cell(value: str) -> str:
    text = one_line(value, 1000)
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
