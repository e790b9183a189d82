"""The table of several volumes: state, sizes and certainty of each."""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from semigda_core.models.fit import UNLIKE, tells_mismatch
from SemiGDALib.segment import sizes
from SemiGDALib.segment.certainty import certainty, shortRange, volumeRange
from SemiGDALib.segment.several.rows import (
    DONE,
    EDITED,
    FAILED,
    LEFT_OUT,
    OUTSIDE,
    RUNNING,
    WAITING,
)
from SemiGDALib.tables import cell, setColumns
from SemiGDALib.texts import RED, errorText, ink
from SemiGDALib.translation.sentences import translated

VOLUME, STATE, FOUND = range(3)
UNBROKEN = "\u00a0"
LONGEST = 36  # letters of a name, which takes three lines; the tool tip has all
MOST_LINES = 4  # of classes in a row; the tool tip has all
HEIGHT, ROW_HEIGHT, NAME_WIDTH = 320, 80, 84  # pixels; it does not jump during a run


def stateWord(state: str) -> str:
    return {
        WAITING: "",
        RUNNING: _("running"),
        DONE: _("done"),
        EDITED: _("edited"),
        FAILED: _("failed"),
        OUTSIDE: _("outside"),
        LEFT_OUT: _("left out"),
    }[state]


class SeveralTable:
    """Shows rows in a QTableWidget, which it makes."""

    def __init__(self):
        self.widget = table = qt.QTableWidget()
        table.name = "severalTable"
        headers = (_("Volume"), _("State"), _("Found, certainty"))
        setColumns(table, headers, [FOUND], {VOLUME: NAME_WIDTH})
        table.verticalHeader().visible = True  # the rows' numbers
        table.toolTip = _(
            "What became of each volume: the size of each structure, and how much of it the model "
            "expects to be right (0 to 1), with a word and a range as in a single result. A failed "
            "one says why; the others are not affected."
        )
        table.setTextElideMode(qt.Qt.ElideMiddle)  # names often differ at their ends only
        table.setWordWrap(True)
        table.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
        table.setSelectionBehavior(qt.QAbstractItemView.SelectRows)
        table.setVerticalScrollMode(qt.QAbstractItemView.ScrollPerPixel)

    def fill(self, rows) -> None:
        """Show all rows, numbered as on the contact sheet."""
        self.widget.setRowCount(len(rows))
        self.widget.setFixedHeight(min(HEIGHT, max(2, len(rows)) * ROW_HEIGHT))
        for place, row in enumerate(rows):
            self.show(place, row)

    def show(self, place: int, row) -> None:
        """Show one row anew."""
        name = row.name
        if len(name) > LONGEST:
            name = f"{name[: LONGEST // 2]}…{name[-LONGEST // 2 :]}"
        self._set(place, VOLUME, name, row.name)
        state = self._set(place, STATE, stateWord(row.state))
        if row.state == FAILED:
            state.setForeground(qt.QBrush(qt.QColor(ink(RED))))
            self._set(place, FOUND, " ".join((errorText(row.error), *row.notes)))
        elif row.state == OUTSIDE:
            self._set(place, FOUND, _("Outside the region"), translated(row.error.message))
        else:
            notes = [translated(note) for note in row.notes]
            shown = [_short(row.segments)] if row.segments else []
            if tells_mismatch(row.notes):
                shown.append(_("Not this model's kind of image"))
            if UNLIKE in row.notes:
                shown.append(_("Unlike the training images"))
            about = [*_lines(row.segments, volumeRange), *notes, *_meanings(row.segments)]
            self._set(place, FOUND, "\n".join(shown), "\n".join(about))
        self.widget.resizeRowToContents(place)

    def _set(self, place: int, column: int, text: str, toolTip: str = ""):
        item = cell(text, toolTip)
        self.widget.setItem(place, column, item)
        return item

    def follow(self, place: int) -> None:
        """Scroll to a row."""
        self.widget.scrollToItem(self.widget.item(place, VOLUME))


def _found(segment: dict) -> str:
    """A size, and a certainty with its word, are not torn apart where the column ends."""
    size = sizes.text(segment).replace(" ", UNBROKEN)
    text = f"{segment['name']} {size}"
    if segment.get("agreement") is None:
        return text
    sure = certainty(segment)[0].replace(" ", UNBROKEN)
    return f"{text}{UNBROKEN}· {sure}"


def _lines(segments: list[dict], rangeOf) -> list[str]:
    """One for each class; two with its range, as ``rangeOf`` says it, where it has one."""
    pairs = [(_found(one), rangeOf(one)) for one in segments]
    return [line for pair in pairs for line in pair if line]


def _meanings(segments: list[dict]) -> list[str]:
    """What the words mean, each once."""
    meanings = [certainty(one)[2] for one in segments if one.get("agreement") is not None]
    return list(dict.fromkeys(meanings))


def _short(segments: list[dict]) -> str:
    """Ranges as well if all of them fit in."""
    lines = _lines(segments, shortRange)
    if len(lines) > MOST_LINES:
        lines = [_found(one) for one in segments]
    return "\n".join([*lines[: MOST_LINES - 1], "…"] if len(lines) > MOST_LINES else lines)
