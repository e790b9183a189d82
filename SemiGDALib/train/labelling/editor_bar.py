"""What Segment Editor's panel gets on top while a label of a case is edited: the way back, and the
slices that are finished."""

from __future__ import annotations

import qt
import slicer
from slicer.i18n import tr as _

from SemiGDALib.train.slices.bar import SlicesBar
from SemiGDALib.widgets import actionButton

_frame = _bar = _labelling = None


def show(labelling) -> None:
    """Put them there for this label, once."""
    global _frame, _bar, _labelling
    if _labelling is labelling:
        return
    remove()
    editor = slicer.modules.segmenteditor.widgetRepresentation().self()
    _labelling, _bar, _frame = labelling, SlicesBar(labelling), qt.QWidget()
    back = actionButton(
        _("Back to SemiGDA Train"),
        lambda: slicer.util.selectModule("SemiGDATrain"),
        _("Save or discard the label there, then continue with the next case."),
        "backToSemiGDATrainButton",
    )
    _frame.setSizePolicy(qt.QSizePolicy.Preferred, qt.QSizePolicy.Maximum)
    lines = qt.QVBoxLayout(_frame)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.addWidget(back)
    lines.addWidget(_bar.widget)
    editor.layout.insertWidget(0, _frame)


def bar() -> SlicesBar | None:
    """The bar of the label that is open, or None."""
    return _bar


def remove() -> None:
    """Take them away, if they are there."""
    global _frame, _bar, _labelling
    if _frame is not None:
        _bar.close()
        _frame.hide()
        _frame.deleteLater()
        _frame = _bar = _labelling = None
