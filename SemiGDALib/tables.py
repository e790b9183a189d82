"""What tables in panels and dialogs share."""

from __future__ import annotations

import qt

from semigda_core.files.texts import one_line

ROW = 22  # height of a line of text, pixels
MOST_ROWS = 12  # shown at once; then the table scrolls


def makeTable(name: str, headers, toolTip: str, widest=(0,), rows: int = 0):
    """A table that is read; headers and ``widest`` are as in :func:`setColumns`."""
    table = qt.QTableWidget(rows, len(headers))
    table.name = name
    table.toolTip = toolTip
    table.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
    table.setSelectionBehavior(qt.QAbstractItemView.SelectRows)
    setColumns(table, headers, widest)
    return table


def setColumns(table, headers, widest, widths=()) -> None:
    """Name the columns of a table and share its width among them.

    ``widest``: the columns that take the room. ``widths``: pixels of others, by column; the rest
    are as wide as their texts.
    """
    table.setColumnCount(len(headers))
    table.setHorizontalHeaderLabels(list(headers))
    table.verticalHeader().visible = False
    header, kind = table.horizontalHeader(), qt.QHeaderView
    header.setHighlightSections(False)
    for column in range(len(headers)):
        if column in widths:
            table.setColumnWidth(column, widths[column])
        else:
            mode = kind.Stretch if column in widest else kind.ResizeToContents
            header.setSectionResizeMode(column, mode)


def fill(table, rows) -> None:
    """Plain texts, a row each; what is in a file's name breaks no line."""
    table.setRowCount(len(rows))
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            table.setItem(row, column, cell(one_line(text)))


def cell(text: str, toolTip: str = "", editable: bool = False, right: bool = False):
    """A table's cell. One that may be edited is so on request only: the table's own triggers."""
    item = qt.QTableWidgetItem(text)
    item.setToolTip(toolTip or text)
    if not editable:
        item.setFlags(qt.Qt.ItemIsSelectable | qt.Qt.ItemIsEnabled)
    if right:
        item.setTextAlignment(qt.Qt.AlignRight | qt.Qt.AlignVCenter)
    return item


def selectRows(table, rows) -> None:
    """Select exactly these rows; ``selectRow`` would add, replace or toggle, as the mode is."""
    table.clearSelection()
    model, kind = table.selectionModel(), qt.QItemSelectionModel
    for row in rows:
        # The last one tells it for all: whoever listens looks at the whole selection.
        table.blockSignals(row != rows[-1])
        model.select(table.model().index(row, 0), kind.Select | kind.Rows)


def selectedRows(table) -> list[int]:
    """The selected rows from top to bottom."""
    return sorted({index.row() for index in table.selectionModel().selectedRows()})


def fitHeight(table, most: int = MOST_ROWS) -> None:
    """As high as its rows, up to ``most``: a short table that scrolls is a nuisance."""
    rows = sum(table.rowHeight(row) for row in range(min(most, table.rowCount)))
    header = table.horizontalHeader()
    height = header.height if not header.isHidden() else 0
    table.setFixedHeight(height + rows + 2 * table.frameWidth + 2)
