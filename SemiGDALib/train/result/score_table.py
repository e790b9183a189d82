"""A table of Dice before and after, per held-out case and class, and over all cases.

With a column for the plain U-Net that was trained beside the model, if one was.
"""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from SemiGDALib.tables import ROW, cell, fitHeight, setColumns
from SemiGDALib.texts import GREEN, RED, ink
from SemiGDALib.translation.sentences import translated

CASE, CLASS, BEFORE, AFTER, DIFFERENCE, UNET = range(6)
NOTICEABLE = 0.02  # a smaller difference is not coloured: it means nothing for one case
NONE = "–"


class ScoreTable:
    """Fills a QTableWidget."""

    def __init__(self, table):
        self._table = table
        scores = (_("Before"), _("Now"), _("Difference"), _("U-Net"))
        setColumns(table, (_("Held-out case"), _("Class"), *scores), [CASE])
        table.setTextElideMode(qt.Qt.ElideMiddle)  # what a case is scored on stands at its end
        table.setWordWrap(False)
        table.verticalHeader().defaultSectionSize = ROW

    def show(self, rows, names, classes=None, overall=None, beside=None) -> None:
        """Rows of case, class, before, after; names of cases by id.

        ``classes`` (by name) and ``overall``: means with their difference's interval, which come
        first. ``beside``: the comparison's "unet".
        """
        table = self._table
        if beside is not None:
            own = {(row["case"], row["class"]): row["unet"] for row in beside["rows"]}
            rows = [row | {"unet": own.get((row["case"], row["class"]))} for row in rows]
            means_of = {name: values["unet"] for name, values in beside["classes"].items()}
            classes = {n: v | {"unet": means_of.get(n)} for n, v in (classes or {}).items()}
            overall = overall and overall | {"unet": beside["all"]["unet"]}
        means = [(_("All cases"), name, values) for name, values in (classes or {}).items()]
        if overall is not None and len(means) != 1:
            means.insert(0, (_("All cases"), _("all classes"), overall))
        table.setRowCount(len(means) + len(rows))
        alone = all(row["before"] is None for row in rows)  # the first model
        table.setColumnHidden(BEFORE, alone)
        table.setColumnHidden(DIFFERENCE, alone)
        table.setColumnHidden(UNET, beside is None)
        for number, (case, name, values) in enumerate(means):
            self._fill(number, case, name, values, bold=True)
        for number, row in enumerate(rows, len(means)):
            name = names.get(row["case"], _("(removed case)"))
            if row.get("scored_on"):  # a partly labelled case
                name = f"{name} ({translated(row['scored_on'])})"
            self._fill(number, name, row["class"], row)
        fitHeight(table)

    def _fill(self, row, case, name, values, bold=False) -> None:
        before, after = values["before"], values["after"]
        difference = values.get("difference")
        if difference is None and before is not None and after is not None:
            difference = after - before
        text = NONE if difference is None else f"{difference:+.3f}"
        if values.get("low") is not None:
            text += f" ({values['low']:+.3f} to {values['high']:+.3f})"
        unet = _dice(values["unet"]) if "unet" in values else ""
        texts = (case, name, _dice(before), _dice(after), text, unet)
        for column, one in enumerate(texts):
            item = cell(one, right=column >= BEFORE)
            if bold:
                font = item.font()
                font.setBold(True)
                item.setFont(font)
            if column == DIFFERENCE and difference is not None and abs(difference) >= NOTICEABLE:
                item.setForeground(qt.QBrush(qt.QColor(ink(GREEN if difference > 0 else RED))))
            self._table.setItem(row, column, item)


def _dice(value) -> str:
    return NONE if value is None else f"{value:.3f}"
