"""Reading a catalogue of models, from a server or a file."""

from __future__ import annotations

from semigda.models.transfer import Transfer, address, broken
from semigda.progress import UNWATCHED
from semigda_core.errors import SemiGDAError
from semigda_core.models.catalogue import MAX_BYTES, Entry, parse_catalogue


def read_catalogue(source: str) -> list[Entry]:
    """The entries of the catalogue at a file's path or URL; their addresses are whole.

    Raises:
        SemiGDAError: "bad-input" if it cannot be read or is wrong.
    """
    data = b""
    opened = Transfer(address(source), 0, UNWATCHED)
    try:
        for block in opened:
            data += block
            if len(data) > MAX_BYTES:
                raise SemiGDAError("bad-input", "The catalogue is too large.")
    finally:
        opened.close()
    if opened.head.size is not None and len(data) < opened.head.size:
        raise broken()
    return parse_catalogue(data)
