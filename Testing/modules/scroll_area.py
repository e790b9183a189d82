"""A panel that scrolls, as Slicer's module panel does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def scrolled(panel, inside, height: int) -> Iterator:
    """The panel's content in a scroll area of that height, which is given."""
    import qt

    content, layout = inside.parentWidget(), panel.parent.layout()
    area = qt.QScrollArea()
    area.widgetResizable = True
    area.setWidget(content)
    area.resize(380, height)
    area.show()
    try:
        yield area
    finally:
        layout.addWidget(area.takeWidget())
