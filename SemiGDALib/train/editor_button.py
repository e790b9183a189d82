"""The way back from Segment Editor, shown there while a label of a case is edited."""

from __future__ import annotations

import qt
import slicer
from slicer.i18n import tr as _

_button = None


def show() -> None:
    """Put the button on top of Segment Editor's panel, once."""
    global _button
    if _button is not None:
        return
    editor = slicer.modules.segmenteditor.widgetRepresentation().self()
    _button = qt.QPushButton(_("Back to SemiGDA Train"))
    _button.name = "backToSemiGDATrainButton"
    _button.toolTip = _("Save or discard the label there, then continue with the next case.")
    _button.connect("clicked(bool)", lambda _on=False: slicer.util.selectModule("SemiGDATrain"))
    editor.layout.insertWidget(0, _button)


def remove() -> None:
    """Take the button away, if it is there."""
    global _button
    if _button is not None:
        _button.hide()
        _button.deleteLater()
        _button = None
