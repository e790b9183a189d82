"""SemiGDASegment's panel: binds widgets to the parameter node and to the module's Logic."""

from __future__ import annotations

import time

import slicer
import vtk
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib import nodes, texts
from SemiGDALib.jobs.worker import Worker
from SemiGDALib.message_area import MessageArea
from SemiGDALib.scrolling import bringIntoView
from SemiGDALib.segment import card_text, report, views
from SemiGDALib.segment.dicom import ExportButton
from SemiGDALib.segment.fit import FitQuestion
from SemiGDALib.segment.frames.row import FramesRow, extremes
from SemiGDALib.segment.library.section import LibrarySection
from SemiGDALib.segment.parameters import chosenOptions
from SemiGDALib.segment.region import RegionRow
from SemiGDALib.segment.result_view import ResultView
from SemiGDALib.segment.sending import SendButton
from SemiGDALib.segment.several.section import SeveralSection
from SemiGDALib.set_up.section import SetUpSection

LAST_MODEL = "SemiGDA/LastModel"  # in the user's settings: a new scene begins with it


class SegmentPanel:
    """Everything in the panel but its life cycle, which is the module widget's."""

    def __init__(self, ui, logic):
        self.ui = ui
        self.logic = logic
        self.parameters = None
        self._guiTag = None
        self._observerTag = None
        self._models = []
        self._lastError: SemiGDAError | None = None
        self._input = None  # the volume whose results are shown
        self._phase = ""
        self._showing = False  # widgets are being set from the parameter node
        self.message = MessageArea(ui)
        self._fit = FitQuestion(self.message, self.segment)
        self.export = ExportButton(ui, logic.exportDicomSeg, self.say, self.showError)
        self.sending = SendButton(ui, logic.sendToProject, self.message, self.say)
        self._result = ResultView(ui, self.export, self.sending)
        self.frames = FramesRow(ui.inputsCollapsibleButton.layout(), self._onAllFrames)
        layout = ui.segmentButton.parentWidget().layout()
        place = layout.indexOf(ui.inputsCollapsibleButton) + 1
        self.library = LibrarySection(self, ui.modelsButton, layout, place)
        self.setUp = SetUpSection(
            logic, layout, self.message, self.showError, self.say, self._device
        )
        self.several = SeveralSection(self, layout, ui.advancedCollapsibleButton)
        self._region = RegionRow(self)
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
        ui.copyReportButton.connect("clicked(bool)", self.onCopyReport)
        self._aboutCard = ui.modelCardLabel.toolTip
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
        if self.parameters is not None:
            self.parameters.disconnectGui(self._guiTag)
            self.parameters.RemoveObserver(self._observerTag)
        self.parameters = parameters
        if parameters is None:
            return
        self.proposeInput()
        if not parameters.model:
            usable = [model.name for model in self._models if model.problem is None]
            last = str(slicer.app.userSettings().value(LAST_MODEL) or "")
            parameters.model = last if last in usable else usable[0] if usable else ""
        self._guiTag = parameters.connectGui(self.ui)
        self._observerTag = parameters.AddObserver(
            vtk.vtkCommand.ModifiedEvent, lambda _caller, _event: self._update()
        )
        self._update()
        self._result.show(parameters.resultSegmentation)

    def proposeInput(self) -> None:
        """Choose the first image of the scene, where none is chosen."""
        if self.parameters is not None and not self.parameters.inputVolume:
            self.parameters.inputVolume = nodes.firstImage()

    def clear(self) -> None:
        """The scene closes: what was said of it goes with it."""
        self.message.hide()
        self.ui.progressArea.visible = False
        self._lastError = self._input = None
        self._fit.forget()
        self.several.clear()

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
        name = self.parameters.model if self.parameters is not None else ""
        return next((model for model in self._models if model.name == name), None)

    def _onChosen(self, name) -> None:
        if self.parameters is not None and not self._showing:
            combo = self._combos[name]
            value = combo.itemData(combo.currentIndex)
            self.parameters.setValue(name, value)
            if name == "model":
                slicer.app.userSettings().setValue(LAST_MODEL, value)

    def _onAllFrames(self, allFrames) -> None:
        if self.parameters is not None:
            self.parameters.allFrames = allFrames

    def _update(self) -> None:
        """Show the parameter node's choices, and whether they can be run."""
        parameters = self.parameters
        if parameters is None or self._showing:
            return
        self._showing = True
        for name, combo in self._combos.items():
            combo.currentIndex = combo.findData(parameters.getValue(name))
        self._showing = False
        model = self._model()
        if model is not None:
            self.ui.modelCardLabel.text = card_text.cardSummary(model)
            self.ui.modelCardLabel.toolTip = card_text.cardCredits(model) or self._aboutCard
        elif parameters.model:
            text = _("The model '{name}' is not installed here.")
            self.ui.modelCardLabel.text = text.format(name=parameters.model)
        else:
            self.ui.modelCardLabel.text = _("No model is installed. Add one under Models.")
        self.frames.show(parameters.inputVolume, parameters.allFrames)
        self._region.update()
        self._updateButton(model)
        self._showInput()
        if not self.logic.isRunning() and parameters.resultSegmentation is not self._result.node:
            self._result.show(parameters.resultSegmentation)  # deleted, or of a loaded scene

    def _showInput(self) -> None:
        """Hide the results of other volumes when another one is chosen."""
        shown = (self.parameters.inputVolume, self.parameters.hideOthers)
        if shown == self._input or shown[0] is None:
            return
        self._input = shown
        views.removeMarker()
        hidden = views.hideOtherResults(*shown)
        self.ui.hiddenLabel.visible = bool(hidden)
        self.ui.hiddenLabel.text = _("Hidden: {names}").format(names=", ".join(hidden))

    def _updateButton(self, model) -> None:
        button = self.ui.segmentButton
        if self.logic.isRunning():
            return
        button.text = _("Segment")
        volume = self.parameters.inputVolume if self.parameters is not None else None
        usable = model is not None and model.problem is None
        idle = not self.logic.isRunningSeveral()
        button.enabled = bool(volume and volume.GetImageData() and usable and idle)
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
        parameters = self.parameters
        volume = parameters.inputVolume
        if volume is not None and nodes.isUnderNonlinearTransform(volume):
            self.message.question(
                _("The input volume is under a non-linear transform."),
                _(
                    "Harden the transform? The volume's voxels are resampled in this scene; "
                    "files on disk are not changed."
                ),
                _("Yes, harden and segment"),
                self.hardenAndSegment,
                _("No"),
            )
            return
        model = self._model()
        card = model.card if model is not None else None
        if self._fit.asks(card, volume, parameters.roi, parameters.model):
            return
        self.message.hide()
        self.ui.progressArea.visible = False
        self._lastError = None
        self._result.show(None)  # an old result must not be mistaken for the new one
        try:
            self.logic.start(
                volume,
                parameters.model,
                parameters.outputSegmentation,
                onProgress=self._onProgress,
                onFinished=self._onFinished,
                onError=self._onError,
                allFrames=self.frames.frames is not None and parameters.allFrames,
                roi=parameters.roi,
                **chosenOptions(parameters),
            )
        except SemiGDAError as error:
            self._result.show(parameters.resultSegmentation)
            self.showError(error)
            return
        if self.logic.isRunning():
            self.log(_("Segmenting with {model}.").format(model=parameters.model))
            self.ui.segmentButton.text = _("Cancel")
            self.ui.segmentButton.toolTip = _("Stop; the scene is left unchanged.")
            self.ui.progressArea.visible = True
            self.ui.progressBar.visible = True
            self._onProgress(0.0, Worker.of("segment").phase or _("Starting"), None)

    def hardenAndSegment(self) -> None:
        """The yes to the question about a non-linear transform."""
        self.parameters.inputVolume.HardenTransform()
        self.segment()

    def _onProgress(self, fraction, message, secondsLeft) -> None:
        # Nothing is known of the first seconds, when the process starts: a bar without an end.
        self.ui.progressBar.maximum = 100 if fraction > 0 else 0
        self.ui.progressBar.value = int(100 * fraction)
        self.ui.phaseLabel.text = texts.progress(message, secondsLeft)
        phase = message.strip("0123456789. ").partition(" ")[0]
        if phase != self._phase:  # not a line for every slice
            self._phase = phase
            self.log(message)

    def _onFinished(self, result) -> None:
        self._ended()
        seconds = sum(result.report.get("seconds", {}).values())
        self.log(_("Done: {seconds:.1f} s of computing.").format(seconds=seconds))
        # Not bound to any while another module is in view; the result is kept all the same.
        parameters = self.parameters or self.logic.getParameterNode()
        parameters.resultSegmentation = result.segmentationNode
        self._result.show(result.segmentationNode)
        if result.frames:
            self.say(extremes(result.frames))
        bringIntoView(self.ui.resultCollapsibleButton)

    def _onError(self, error) -> None:
        self._ended()
        if self.parameters is not None:
            self._result.show(self.parameters.resultSegmentation)
        self.showError(error)

    def _device(self) -> str:
        return self.parameters.device if self.parameters is not None else "auto"

    def showError(self, error, actionText="", action=None) -> None:
        """Show an error with the button that fixes it."""
        self._lastError = error
        self.log(f"{error.error_class}: {error.message} {error.detail}".strip())
        if error.error_class == "cancelled":
            self.say(_("Cancelled. The scene is unchanged."))
            return
        if action is None:
            actionText, action = self.setUp.remedy(error) or self._remedy(error)
        self.message.error(error, actionText, action, _("Close"))

    def _remedy(self, error):
        if error.error_class in ("device-unavailable", "out-of-gpu-memory"):
            return _("Use the CPU"), self._useCpu
        if error.error_class in ("worker-died", "internal"):
            return _("Copy report"), self.onCopyReport
        if error.error_class == "bad-input" and self._canReplaceInvalid():
            return _("Replace and segment"), self._replaceInvalid
        return "", None

    def _ended(self) -> None:
        self.ui.progressArea.visible = False
        run = self.logic.run
        if run is not None and run.log.strip():
            self.ui.logText.appendPlainText(report.withoutFolders(run.log.strip()))
        self._updateButton(self._model())

    def say(self, text) -> None:
        """A line below the button, where progress is shown otherwise."""
        self.ui.progressArea.visible = True
        self.ui.progressBar.visible = False
        self.ui.phaseLabel.text = text

    def _canReplaceInvalid(self) -> bool:
        parameters = self.parameters
        return (
            parameters is not None
            and not parameters.replaceInvalid
            and nodes.hasInvalidVoxels(parameters.inputVolume)
        )

    def _replaceInvalid(self) -> None:
        self.parameters.replaceInvalid = True
        self.segment()

    def _useCpu(self) -> None:
        self.parameters.device = "cpu"
        self.segment()

    # Log

    def log(self, text) -> None:
        self.ui.logText.appendPlainText(f"{time.strftime('%H:%M:%S')}  {text}")

    def report(self) -> str:
        """What *Copy report* copies."""
        parameters, run = self.parameters, self.logic.run
        settings = run.options.to_dict() if run is not None else {}
        volume = parameters.inputVolume if parameters is not None else None
        model = self._model()
        errorOutput = Worker.of("segment").errorOutput()
        digest = (model.card.weights_sha256 or "")[:12] if model and model.card else ""
        return report.report(
            settings,
            f"{model.name} {digest}" if model else "-",
            report.imageFacts(volume),
            self._lastError,
            self.logic.result.report if self.logic.result else {},
            f"{self.ui.logText.toPlainText()}\n{errorOutput}",
        )

    def onCopyReport(self, _checked=False) -> None:
        """Put the report on the clipboard."""
        slicer.app.clipboard().setText(self.report())
        if not self.logic.isRunning():
            self.say(_("The report is on the clipboard."))
