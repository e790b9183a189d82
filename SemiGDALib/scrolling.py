"""What a user must see is brought into view: a module panel is often longer than the screen."""

from __future__ import annotations

import qt

MARGIN = 8  # pixels


def bringIntoView(widget) -> None:
    """Scroll the module panel, if it scrolls, so that the widget is seen."""
    area = widget.parentWidget()
    while area is not None and not area.inherits("QScrollArea"):
        area = area.parentWidget()
    if area is not None:
        # Later: a widget that has just been shown has no place yet.
        qt.QTimer.singleShot(0, lambda: _scroll(area, widget))


def _scroll(area, widget) -> None:
    """All of the widget if it fits, else its top."""
    top = widget.mapTo(area.widget(), qt.QPoint(0, 0)).y()
    area.ensureVisible(0, top + widget.height, 0, MARGIN)
    area.ensureVisible(0, top, 0, MARGIN)
