"""A contact sheet: one picture with a small one of every volume."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semigda.data.png import read_png
from semigda.data.thumbnails import draw_slice, fullest, shown_way, write_png
from semigda.data.volumes import Volume
from semigda_core.models.card import ModelCard

SIZE = 160  # pixels of one volume's picture
MOST_COLUMNS = 10
_GAP, _LINE = 6, 11  # pixels between pictures, and for the name below each
_LETTER = 6  # pixels of a letter with its gap
_PAPER, _INK = 24, 220

# Five columns of seven pixels, the lowest bit at the top.
_LETTERS = (
    "0:3E5149453E 1:00427F4000 2:4261514946 3:2141454B31 4:1814127F10 5:2745454539 6:3C4A494930 "
    "7:0171090503 8:3649494936 9:064949291E A:7E1111117E B:7F49494936 C:3E41414122 D:7F4141221C "
    "E:7F49494941 F:7F09090901 G:3E4149497A H:7F0808087F I:00417F4100 J:2040413F01 K:7F08142241 "
    "L:7F40404040 M:7F020C027F N:7F0408107F O:3E4141413E P:7F09090906 Q:3E4151215E R:7F09192946 "
    "S:4649494931 T:01017F0101 U:3F4040403F V:1F2040201F W:3F4038403F X:6314081463 Y:0708700807 "
    "Z:6151494543 -:0808080808 _:4040404040 .:0060600000 +:08083E0808 ?:0201510906 #:147F147F14"
)
_FONT = {
    glyph[0]: np.array([list(f"{column:07b}"[::-1]) for column in bytes.fromhex(glyph[2:])], int).T
    for glyph in _LETTERS.split(" ")
}


def draw(volume: Volume, labels: np.ndarray, card: ModelCard) -> np.ndarray:
    """One volume's picture, uint8 (SIZE, SIZE, 3): the slice with most of the masks, or the middle
    one without any, and the outlines of the masks in the colours of the model.

    Args:
        labels: (z, y, x) on the volume's grid.
    """
    colours = {label.name: label.color for label in card.labels}
    view = shown_way(volume, labels)
    number = fullest(volume, np.count_nonzero(view, axis=(1, 2)))
    parts = ((label.name, view[number] == label.value) for label in card.labels)
    return draw_slice(volume, number, parts, SIZE, colours)


def write_sheet(path: Path, pictures: Sequence[tuple[str, Path]]) -> None:
    """Write the PNG of all pictures that can be read, with the number and name of each below it.

    Args:
        pictures: a name and the PNG of :func:`draw` for each volume, in the order of their numbers.
    """
    tiles = [
        (f"{number} {name}", picture)
        for number, (name, file) in enumerate(pictures, 1)
        if (picture := _read(file)) is not None
    ]
    columns = max(1, min(MOST_COLUMNS, math.ceil(math.sqrt(len(tiles)))))
    rows = max(1, math.ceil(len(tiles) / columns))
    high, wide = SIZE + _LINE + _GAP, SIZE + _GAP
    sheet = np.full((rows * high + _GAP, columns * wide + _GAP, 3), _PAPER, np.uint8)
    for place, (name, picture) in enumerate(tiles):
        top, left = _GAP + place // columns * high, _GAP + place % columns * wide
        sheet[top : top + SIZE, left : left + SIZE] = picture
        _write(sheet[top + SIZE + 3 :, left:], name)
    write_png(path, sheet)


def _read(file: Path) -> np.ndarray | None:
    # ITK fails on some names that a folder may have.
    try:
        return read_png(file.read_bytes(), SIZE, SIZE)
    except OSError:
        return None


def _write(canvas: np.ndarray, text: str) -> None:
    """One line at the upper left; what is too long loses its middle."""
    most = SIZE // _LETTER
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    if len(plain) > most:
        plain = f"{plain[: most // 2 - 1]}..{plain[len(plain) - most + most // 2 + 1 :]}"
    for place, letter in enumerate(plain):
        if letter == " ":
            continue
        left = place * _LETTER
        canvas[:7, left : left + 5][_FONT.get(letter, _FONT["?"]) > 0] = _INK
