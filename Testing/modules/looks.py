"""Whether a text of a panel is cut."""

from __future__ import annotations

import re


def cut(widget) -> list[str]:
    """Texts that do not fit where they stand."""
    import qt

    found = []
    for one in widget.findChildren(qt.QWidget):
        if not one.visible or one.visibleRegion().isEmpty():
            continue  # in a section that is folded
        button = isinstance(one, (qt.QPushButton, qt.QCheckBox, qt.QRadioButton))
        line = isinstance(one, qt.QLabel) and not one.wordWrap and one.text
        if (button or line) and one.sizeHint().width() > one.width:
            found.append(f"{one.objectName}: {one.text}")
        if isinstance(one, qt.QLabel) and one.wordWrap and one.text:
            words = re.sub(r"<[^>]*>", " ", one.text).split()
            widest = max(map(one.fontMetrics().horizontalAdvance, words), default=0)
            if widest > one.width or one.heightForWidth(one.width) > one.height:
                found.append(f"{one.objectName}: {one.text}")
        if isinstance(one, qt.QTableWidget):
            for column in range(one.columnCount):
                head = one.horizontalHeaderItem(column)
                text = head.text() if head and not one.isColumnHidden(column) else ""
                if one.fontMetrics().horizontalAdvance(text) > one.columnWidth(column):
                    found.append(f"{one.objectName}: {text} in {one.columnWidth(column)}")
    return found
