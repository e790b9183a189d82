"""The part of SemiGDASegment's panel that repairs requirements and adds models."""

from __future__ import annotations

import qt
import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib.wheels import chooseWheels


class SegmentSetUp:
    """Binds *Repair* and *Add model*; ``panel`` is the :class:`SegmentPanel` around them."""

    def __init__(self, panel):
        self._panel = panel
        self._broken = ()
        panel.ui.addModelButton.connect("clicked(bool)", self.onAddModel)
        panel.ui.repairButton.connect("clicked(bool)", self.onRepair)

    def onRepair(self, _checked=False) -> None:
        """Try packages and device in a child process."""
        panel, button = self._panel, self._panel.ui.repairButton
        button.enabled = False
        button.text = _("Checking...")
        panel.message.hide()
        device = panel.parameters.device if panel.parameters is not None else "auto"
        panel.logic.checkRequirements(device, self._onChecked)

    def _onChecked(self, finding, problem) -> None:
        panel = self._panel
        panel.ui.repairButton.enabled = True
        panel.ui.repairButton.text = _("Repair...")
        versions, optional = (
            ", ".join(f"{name} {version}" for name, version in finding[kind].items()) or "-"
            for kind in ("versions", "optional")
        )
        panel.log(
            _("Requirements: {versions}; only for training: {optional}; device: {device}").format(
                versions=versions, optional=optional, device=finding["device"] or "-"
            )
        )
        self._broken = tuple(finding["broken"])
        if problem is not None:
            panel.showError(problem)
            return
        text = _("All requirements work (PyTorch {version} on {device}).")
        panel.say(text.format(version=finding["versions"]["torch"], device=finding["device"]))

    def onInstall(self, folder=None) -> None:
        """Install what is missing, from a folder of wheels if given; the packages' own dialogs ask
        first."""
        logic = self._panel.logic
        missing = set(logic.missingRequirements())
        broken = [name for name in self._broken if name not in missing]
        try:
            installed = logic.installRequirements(broken, folder)
        except SemiGDAError as error:
            self._panel.showError(error)
            return
        if not installed:
            self._panel.say(_("Nothing was installed. SemiGDA needs these packages to segment."))
            return
        self._broken = ()
        self.onRepair()  # what was installed is tried at once

    def onInstallFromFolder(self) -> None:
        """Install from a folder that the user chooses."""
        folder = chooseWheels()
        if folder:
            self.onInstall(folder)

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
