"""The part of SemiGDASegment's panel that adds models."""

from __future__ import annotations

import qt
import slicer
from slicer.i18n import tr as _


class SegmentSetUp:
    """Binds *Add model*; ``panel`` is the :class:`SegmentPanel` around them."""

    def __init__(self, panel):
        self._panel = panel
        panel.ui.addModelButton.connect("clicked(bool)", self.onAddModel)

    def onAddModel(self, _checked=False) -> None:
        """Choose a package and install it."""
        path = chooseModelFile()
        if path:
            self.addModel(path)

    def addModel(self, path) -> None:
        """Install a package; the list is read again when it is there."""
        self._panel.ui.addModelButton.enabled = False
        self._panel.message.hide()
        self._panel.logic.addModel(path, self._onModelAdded)

    def _onModelAdded(self, problem) -> None:
        self._panel.ui.addModelButton.enabled = True
        if problem is not None:
            self._panel.showError(problem)
            return
        self._panel.log(_("Model added."))
        self._panel.refreshModels()


def chooseModelFile() -> str:
    """Ask for a model package; empty if the user changes their mind."""
    chosen = qt.QFileDialog.getOpenFileName(
        slicer.util.mainWindow(), _("Add model"), "", _("Model packages (*.zip card.json)")
    )
    # PythonQt gives the path, Qt's other bindings the path and the filter.
    return chosen if isinstance(chosen, str) else chosen[0]
