"""Reading and writing the text header of an NRRD file.

Slicer stores the names, values, layers and tags of a segmentation there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from semigda_core.errors import SemiGDAError
from semigda_core.files.texts import one_line

MAGIC = b"NRRD0004"
_MAX_HEADER_BYTES = 4_000_000
_LONGEST = 4000  # characters of a written value; a tag's text takes a few hundred


def read_keys(path: Path) -> dict[str, str]:
    """The custom keys in the header of an NRRD file, whatever the file's name.

    Text is UTF-8, or else taken for Latin-1, so that different names stay different.

    Raises:
        SemiGDAError: "bad-input" if the file cannot be opened.
    """
    try:
        with open(path, "rb") as file:
            if file.read(4) != MAGIC[:4]:
                return {}
            data = file.read(_MAX_HEADER_BYTES)
    except OSError as error:
        raise SemiGDAError("bad-input", "The label file cannot be read.") from error
    lines = re.split(rb"\r?\n\r?\n", data, maxsplit=1)[0]
    try:
        text = lines.decode("utf-8")
    except UnicodeDecodeError:
        text = lines.decode("latin-1")
    found = (re.match(r"([^:]+):=(.*?)\r?$", line) for line in text.split("\n"))
    return {_unescaped(one[1]): _unescaped(one[2]) for one in found if one}


def _unescaped(text: str) -> str:
    return re.sub(r"\\([n\\])", lambda found: "\n" if found[1] == "n" else "\\", text)


def header_bytes(fields: Mapping[str, str], keys: Mapping[str, str]) -> bytes:
    """A header up to its empty line, in UTF-8. Control characters in ``keys`` are dropped."""
    lines: Iterable[str] = (
        *(f"{name}: {value}" for name, value in fields.items()),
        *(f"{key}:={_escaped(value)}" for key, value in keys.items()),
    )
    return b"\n".join([MAGIC, *(line.encode("utf-8") for line in lines), b"", b""])


def _escaped(text: str) -> str:
    return one_line(text, _LONGEST).replace("\\", "\\\\")
