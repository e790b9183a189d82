"""The editor of the project's classes: colour, name, and in how many labels each is."""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from semigda_core.project.classes import add_class, change_class, remove_class
from SemiGDALib import dialogs
from SemiGDALib.tables import cell, selectedRows, setColumns

COLOUR, NAME, CASES = range(3)


class ClassList:
    """Binds the widgets ``classesTable``, ``addClassButton`` and ``removeClassButton``."""

    def __init__(self, ui, context):
        self.ui = ui
        self.context = context
        self._showing = False
        table = ui.classesTable
        setColumns(table, ("", _("Class"), _("Labels")), [NAME], {COLOUR: 28, CASES: 60})
        table.connect("itemChanged(QTableWidgetItem*)", self._onRenamed)
        table.connect("cellDoubleClicked(int,int)", self._onDoubleClicked)
        table.connect("itemSelectionChanged()", self._updateButtons)
        ui.addClassButton.connect("clicked(bool)", self.onAdd)
        ui.removeClassButton.connect("clicked(bool)", self.onRemove)

    def refresh(self) -> None:
        """Show the classes of the project."""
        view, table = self.context.view, self.ui.classesTable
        row = self._row()
        counts = self._counts()
        self._showing = True
        table.setRowCount(len(view.classes))
        for n, label in enumerate(view.classes):
            colour = cell("", _("Double-click to choose another colour."))
            colour.setBackground(qt.QBrush(qt.QColor(*label.color)))
            table.setItem(n, COLOUR, colour)
            about = _("Double-click to rename; labels are not changed.")
            name = cell(label.name, about, editable=True)
            table.setItem(n, NAME, name)
            count = counts.get(label.value)
            text = "–" if count is None else str(count)
            cases = cell(text, _("Checked labels that contain this class."))
            table.setItem(n, CASES, cases)
        if 0 <= row < len(view.classes):
            table.selectRow(row)
        self._showing = False
        height = table.horizontalHeader().height + 24 * min(max(len(view.classes), 1), 5) + 6
        table.setFixedHeight(height)
        for n in range(len(view.classes)):
            table.setRowHeight(n, 24)
        self._updateButtons()

    def _counts(self) -> dict[int, int]:
        """In how many checked labels each class is; nothing before a first check."""
        view, counts = self.context.view, {}
        for case in view.cases:
            parts = self.context.measured(case.id, "label").get("parts")
            if parts is not None:
                counts = counts or {one.value: 0 for one in view.classes}
                known = view.classes_of(case)
                values = {known.get(key) for key, part in parts.items() if part["voxels"]}
                for value in values & set(counts):
                    counts[value] += 1
        return counts

    def _row(self) -> int:
        return next(iter(selectedRows(self.ui.classesTable)), -1)

    def _nameOf(self, row) -> str:
        """By which the project is asked: another window may have renumbered its classes."""
        return self.context.view.classes[row].name

    def _updateButtons(self) -> None:
        self.ui.removeClassButton.enabled = self._row() >= 0

    def onAdd(self) -> None:
        """Ask for a name and append a class."""
        question = _("What should be segmented, such as liver or tumour?")
        # What the labels contain is the likeliest answer; a value without a name is none.
        known = [key for key in self.context.view.unmapped() if not key.isdecimal()]
        offered = known[0] if known else ""
        name = dialogs.askText(_("Add a class"), question, _("Add"), offered)
        if name:
            self.context.attempt(add_class, self.context.project, name)

    def onRemove(self) -> None:
        """Take the selected class off the list."""
        if self._row() >= 0:
            name = self._nameOf(self._row())
            self.context.attempt(remove_class, self.context.project, name)

    def _onRenamed(self, item) -> None:
        if not self._showing and item.column() == NAME:
            old, name = self._nameOf(item.row()), item.text().strip() or None
            # Later: the table must not be refilled while it reports a change in it.
            qt.QTimer.singleShot(0, lambda: self._rename(old, name))

    def _rename(self, old, name) -> None:
        self.context.attempt(change_class, self.context.project, old, name)

    def _onDoubleClicked(self, row, column) -> None:
        if column == COLOUR:
            name = self._nameOf(row)
            colour = dialogs.chooseColour(self.context.view.classes[row].color)
            if colour is not None:
                self.context.attempt(change_class, self.context.project, name, None, colour)
