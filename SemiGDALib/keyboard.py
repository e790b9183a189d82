"""What those who do not use a mouse, or do not see the screen, need of a panel or dialog."""

from __future__ import annotations

import qt

_FIELDS = ("QComboBox", "QLineEdit", "QSpinBox", "QDoubleSpinBox", "QSlider", "QPlainTextEdit")
_FIELDS += ("QTableWidget", "QListWidget", "QTreeWidget", "ctkPathLineEdit", "ctkSliderWidget")
_FIELDS += ("qMRMLNodeComboBox",)


def prepare(widget) -> None:
    """Tab goes through ``widget`` as the eye does, and what has no text of its own has a name.

    Widgets are created in another order than they stand in the panel, which Tab would follow; and
    a screen reader knows a field by its name, not by the label beside it.
    """
    before = None
    for one in _inOrder(widget.layout(), ""):
        if before is not None:
            qt.QWidget.setTabOrder(before, one)
        before = one


def _inOrder(layout, label: str):
    """Everything in a layout that Tab stops at, named on the way. ``label``: what stands before."""
    for index in range(layout.count()):
        item = layout.itemAt(index)
        inner, widget = item.layout(), item.widget()
        if inner is not None:
            yield from _inOrder(inner, label)
        if widget is None:
            continue
        if widget.className() == "QLabel":
            label = widget.text
        elif not widget.accessibleName and widget.className() in _FIELDS:
            widget.accessibleName = label.rstrip(":") if label.endswith(":") else widget.toolTip
        if int(widget.focusPolicy) & 1:  # Qt.TabFocus
            yield widget
        if widget.layout() is not None:
            yield from _inOrder(widget.layout(), label)
