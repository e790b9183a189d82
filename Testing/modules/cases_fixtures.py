"""What tests do with the section of cases."""

from __future__ import annotations

from PySide6 import QtCore
from PySide6.QtTest import QTest


def picture(widget, host, artifacts, name) -> None:
    host.grab(widget, artifacts / f"train-cases-{name}.png")


def section(widget):
    return widget.panel.sections["Cases"]


def ui(widget):
    return section(widget).ui


def texts(widget) -> list[list[str]]:
    table = ui(widget).casesTable
    return [[table.item(r, c).text() for c in range(4)] for r in range(table.rowCount)]


def child(dialog, name):
    import qt

    return next(one for one in dialog.findChildren(qt.QWidget) if one.objectName == name)


def press_enter(dialog) -> None:
    QTest.keyClick(dialog.focusWidget(), QtCore.Qt.Key.Key_Return)


def trigger(widget, button, text) -> None:
    """Choose an entry of a button's menu."""
    actions = button.menu().actions()
    next(action for action in actions if action.text == text).trigger()
