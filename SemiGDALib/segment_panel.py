"""SemiGDASegment's panel: binds widgets to the parameter node and to the module's Logic."""

from __future__ import annotations

import time

import qt
import slicer
import vtk
from slicer.i18n import tr as _

from semigda.errors import SemiGDAError
from SemiGDALib import nodes, texts
from SemiGDALib.message_area import MessageArea
from SemiGDALib.process import Worker
from SemiGDALib.result_view import ResultView


class SegmentPanel:
    """Everything in the panel but its life cycle, which is the module widget's."""

    def __init__(self, ui, logic):
        self.ui = ui
        self.logic = logic
        self._parameters = None
        self._guiTag = None
        self._observerTag = None
        self._models = []
        self._lastError: SemiGDAError | None = None
        self._broken = ()
        self._phase = ""
        self._showing = False  # widgets are being set from the parameter node
        self._message = MessageArea(ui)
        self._result = ResultView(ui)
        self._combos = {
            "model": ui.modelComboBox,
            "device": ui.deviceComboBox,
            "branches": ui.branchesComboBox,
        }
        self._fillCombos()
        ui.progressArea.visible = False
        ui.resultCollapsibleButton.visible = False
        for name, combo in self._combos.items():
            # The user's choice only: filling or restoring a list must not overwrite parameters.
            combo.connect("activated(int)", lambda _index, name=name: self._onChosen(name))
        ui.segmentButton.connect("clicked(bool)", self.onSegmentOrCancel)
        ui.addModelButton.connect("clicked(bool)", self.onAddModel)
        ui.repairButton.connect("clicked(bool)", self.onRepair)
        ui.copyReportButton.connect("clicked(bool)", self.onCopyReport)
        self.refreshModels()

    def _fillCombos(self) -> None:
        devices = (
            (_("Automatic"), "auto"),
            (_("Graphics card (CUDA)"), "cuda"),
            (_("Apple graphics (MPS)"), "mps"),
            (_("CPU"), "cpu"),
        )
        branches = (
            (_("As the model recommends"), "card"),
            (_("Both, averaged"), "both"),
            (_("Autoencoder branch"), "vae"),
            (_("Convolutional branch"), "cnn"),
        )
        for combo, choices in (
            (self.ui.deviceComboBox, devices),
            (self.ui.branchesComboBox, branches),
        ):
            for text, value in choices:
                combo.addItem(text, value)

    # Parameter node

    def setParameterNode(self, parameters) -> None:
        """Bind to a parameter node, or with None to none."""
        if self._parameters is not None:
            self._parameters.disconnectGui(self._guiTag)
            self._parameters.RemoveObserver(self._observerTag)
        self._parameters = parameters
        if parameters is None:
            return
        if not parameters.inputVolume:
            parameters.inputVolume = nodes.firstImage()
        if not parameters.model:
            usable = [model.name for model in self._models if model.problem is None]
            parameters.model = usable[0] if usable else ""
        self._guiTag = parameters.connectGui(self.ui)
        self._observerTag = parameters.AddObserver(
            vtk.vtkCommand.ModifiedEvent, lambda _caller, _event: self._update()
        )
        self._update()
        self._result.show(parameters.resultSegmentation)

    def refreshModels(self) -> None:
        """Read the library again."""
        self._models = self.logic.models()
        combo = self.ui.modelComboBox
        combo.clear()
        for model in self._models:
            title = model.card.title if model.card else model.name
            combo.addItem(_("{name} (damaged)").format(name=title) if model.problem else title)
            combo.setItemData(combo.count - 1, model.name)
        self._update()

    def _model(self):
        name = self._parameters.model if self._parameters is not None else ""
        return next((model for model in self._models if model.name == name), None)

    def _onChosen(self, name) -> None:
        if self._parameters is not None and not self._showing:
            combo = self._combos[name]
            self._parameters.setValue(name, combo.itemData(combo.currentIndex))

    def _update(self) -> None:
        """Show the parameter node's choices, and whether they can be run."""
        parameters = self._parameters
        if parameters is None or self._showing:
            return
        self._showing = True
        for name, combo in self._combos.items():
            combo.currentIndex = combo.findData(parameters.getValue(name))
        self._showing = False
        model = self._model()
        if model is not None:
            self.ui.modelCardLabel.text = texts.cardSummary(model)
        elif parameters.model:
            text = _("The model '{name}' is not installed here.")
            self.ui.modelCardLabel.text = text.format(name=parameters.model)
        else:
            self.ui.modelCardLabel.text = _("No model is installed. Add one in Advanced.")
        self._updateButton(model)
        if not self.logic.isRunning() and parameters.resultSegmentation is not self._result.node:
            self._result.show(parameters.resultSegmentation)  # deleted, or of a loaded scene

    def _updateButton(self, model) -> None:
        button = self.ui.segmentButton
        if self.logic.isRunning():
            return
        button.text = _("Segment")
        volume = self._parameters.inputVolume if self._parameters is not None else None
        usable = model is not None and model.problem is None
        button.enabled = bool(volume and volume.GetImageData() and usable)
        if button.enabled:
            button.toolTip = _("Segment the input volume.")
        else:
            button.toolTip = _("Choose an input volume that holds an image, and a model.")

    # Running

    def onSegmentOrCancel(self, _checked=False) -> None:
        """The one big button."""
        if self.logic.isRunning():
            self.ui.segmentButton.enabled = False
            self.ui.segmentButton.text = _("Cancelling...")
            self.ui.phaseLabel.text = _("Cancelling...")
            self.logic.cancel()
        else:
            self.segment()

    def segment(self) -> None:
        """Start with the parameter node's choices; asks first about a non-linear transform."""
        parameters = self._parameters
        volume = parameters.inputVolume
        if volume is not None and nodes.isUnderNonlinearTransform(volume):
            self._message.question(
                _("The input volume is under a non-linear transform."),
                _(
                    "Shall the transform be hardened into the volume? Its voxels are resampled in "
                    "this scene; files on disk stay as they are."
                ),
                _("Yes, harden and segment"),
                self.hardenAndSegment,
                _("No"),
            )
            return
        self._message.hide()
        self.ui.progressArea.visible = False
        self._lastError = None
        self._result.show(None)  # an old result must not be taken for the new one
        try:
            self.logic.start(
                volume,
                parameters.model,
                parameters.outputSegmentation,
                device=parameters.device,
                branches=parameters.branches,
                review=parameters.review,
                replaceInvalid=parameters.replaceInvalid,
                onProgress=self._onProgress,
                onFinished=self._onFinished,
                onError=self._onError,
            )
        except SemiGDAError as error:
            self._result.show(parameters.resultSegmentation)
            self._tell(error)
            return
        if self.logic.isRunning():
            self._log(_("Segmenting with {model}.").format(model=parameters.model))
            self.ui.segmentButton.text = _("Cancel")
            self.ui.segmentButton.toolTip = _("Stop; the scene stays as it was.")
            self.ui.progressArea.visible = True
            self.ui.progressBar.visible = True
            self._onProgress(0.0, _("Starting"), None)

    def hardenAndSegment(self) -> None:
        """The yes to the question about a non-linear transform."""
        self._parameters.inputVolume.HardenTransform()
        self.segment()

    def _onProgress(self, fraction, message, secondsLeft) -> None:
        # Nothing is known of the first seconds, when the process starts: a bar without an end.
        self.ui.progressBar.maximum = 100 if fraction > 0 else 0
        self.ui.progressBar.value = int(100 * fraction)
        left = texts.timeLeft(secondsLeft)
        self.ui.phaseLabel.text = f"{message}, {left}" if left else message
        phase = message.strip("0123456789. ").partition(" ")[0]
        if phase != self._phase:  # not a line for every slice
            self._phase = phase
            self._log(message)

    def _onFinished(self, result) -> None:
        self._ended()
        seconds = sum(result.report.get("seconds", {}).values())
        self._log(_("Done: {seconds:.1f} s of computing.").format(seconds=seconds))
        # Not bound to any while another module is in view; the result is kept all the same.
        parameters = self._parameters or self.logic.getParameterNode()
        parameters.resultSegmentation = result.segmentationNode
        self._result.show(result.segmentationNode)

    def _onError(self, error) -> None:
        self._ended()
        if self._parameters is not None:
            self._result.show(self._parameters.resultSegmentation)
        self._tell(error)

    def _tell(self, error) -> None:
        """Show an error with the button that mends it."""
        self._lastError = error
        self._log(f"{error.error_class}: {error.message} {error.detail}".strip())
        if error.error_class == "cancelled":
            self._say(_("Cancelled. The scene is as it was."))
            return
        actionText, action = "", None
        if error.error_class == "import-error":
            actionText, action = _("Install..."), self.onInstall
        elif error.error_class in ("device-unavailable", "out-of-gpu-memory"):
            actionText, action = _("Use the CPU"), self._useCpu
        elif error.error_class in ("worker-died", "internal"):
            actionText, action = _("Copy report"), self.onCopyReport
        elif error.error_class == "bad-input" and self._canReplaceInvalid():
            actionText, action = _("Replace and segment"), self._replaceInvalid
        self._message.error(error, actionText, action, _("Close"))

    def _ended(self) -> None:
        self.ui.progressArea.visible = False
        run = self.logic.run
        if run is not None and run.log.strip():
            self.ui.logText.appendPlainText(texts.withoutFolders(run.log.strip()))
        self._updateButton(self._model())

    def _say(self, text) -> None:
        """A line below the button, where progress is told otherwise."""
        self.ui.progressArea.visible = True
        self.ui.progressBar.visible = False
        self.ui.phaseLabel.text = text

    def _canReplaceInvalid(self) -> bool:
        parameters = self._parameters
        return (
            parameters is not None
            and not parameters.replaceInvalid
            and nodes.hasInvalidVoxels(parameters.inputVolume)
        )

    def _replaceInvalid(self) -> None:
        self._parameters.replaceInvalid = True
        self.segment()

    def _useCpu(self) -> None:
        self._parameters.device = "cpu"
        self.segment()

    # Requirements and models

    def onRepair(self, _checked=False) -> None:
        """Try packages and device in a child process."""
        self.ui.repairButton.enabled = False
        self.ui.repairButton.text = _("Checking...")
        self._message.hide()
        device = self._parameters.device if self._parameters is not None else "auto"
        self.logic.checkRequirements(device, self._onChecked)

    def _onChecked(self, finding, problem) -> None:
        self.ui.repairButton.enabled = True
        self.ui.repairButton.text = _("Repair...")
        versions = ", ".join(f"{name} {version}" for name, version in finding["versions"].items())
        self._log(
            _("Requirements: {versions}; device: {device}").format(
                versions=versions or "-", device=finding["device"] or "-"
            )
        )
        self._broken = tuple(finding["broken"])
        if problem is not None:
            self._tell(problem)
            return
        text = _("All requirements work (PyTorch {version} on {device}).")
        self._say(text.format(version=finding["versions"]["torch"], device=finding["device"]))

    def onInstall(self) -> None:
        """Install what is missing; the packages' own dialogs ask first."""
        missing = set(self.logic.missingRequirements())
        broken = [name for name in self._broken if name not in missing]
        try:
            installed = self.logic.installRequirements(broken)
        except SemiGDAError as error:
            self._tell(error)
            return
        if installed:
            self._broken = ()
            self.onRepair()  # what was installed is tried at once

    def onAddModel(self, _checked=False) -> None:
        """Choose a package and install it."""
        path = chooseModelFile()
        if path:
            self.addModel(path)

    def addModel(self, path) -> None:
        """Install a package; the list is read again when it is there."""
        self.ui.addModelButton.enabled = False
        self._message.hide()
        self.logic.addModel(path, self._onModelAdded)

    def _onModelAdded(self, problem) -> None:
        self.ui.addModelButton.enabled = True
        if problem is not None:
            self._tell(problem)
            return
        self._log(_("A model was added."))
        self.refreshModels()

    # Log

    def _log(self, text) -> None:
        self.ui.logText.appendPlainText(f"{time.strftime('%H:%M:%S')}  {text}")

    def report(self) -> str:
        """What *Copy report* copies."""
        parameters, run = self._parameters, self.logic.run
        settings = run.settings.engineOptions() if run is not None else {}
        volume = parameters.inputVolume if parameters is not None else None
        model = self._model()
        digest = (model.card.weights_sha256 or "")[:12] if model and model.card else ""
        return texts.report(
            settings,
            f"{model.name} {digest}" if model else "-",
            texts.imageFacts(volume),
            self._lastError,
            self.logic.result.report if self.logic.result else {},
            f"{self.ui.logText.toPlainText()}\n{Worker.shared().errorOutput()}",
        )

    def onCopyReport(self, _checked=False) -> None:
        """Put the report on the clipboard."""
        slicer.app.clipboard().setText(self.report())
        if not self.logic.isRunning():
            self._say(_("The report is on the clipboard."))


def chooseModelFile() -> str:
    """Ask for a model package; empty if the user changes their mind."""
    chosen = qt.QFileDialog.getOpenFileName(
        slicer.util.mainWindow(), _("Add model"), "", _("Model packages (*.zip card.json)")
    )
    # PythonQt gives the path, Qt's other bindings the path and the filter.
    return chosen if isinstance(chosen, str) else chosen[0]
