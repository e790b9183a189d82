"""SemiGDASegment's panel: binds widgets to the parameter node and to the module's Logic."""

from __future__ import annotations

from functools import cached_property

import vtk
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib import keyboard, nodes, texts
from SemiGDALib.message_area import MessageArea
from SemiGDALib.scrolling import bringIntoView
from SemiGDALib.segment import views
from SemiGDALib.segment.choices import Choices
from SemiGDALib.segment.fit import FitQuestion
from SemiGDALib.segment.frames.row import FramesRow, extremes
from SemiGDALib.segment.log import Log
from SemiGDALib.segment.output import OutputQuestion
from SemiGDALib.segment.parameters import chosenOptions
from SemiGDALib.segment.problems import Problems
from SemiGDALib.segment.region import RegionRow
from SemiGDALib.set_up.closed import ClosedSetUp
from SemiGDALib.widgets import ClosedSection, collapsible, notTwice, showProgress


class SegmentPanel:
    """Everything in the panel but its life cycle, which is the module widget's."""

    def __init__(self, ui, logic):
        self.ui = ui
        self.logic = logic
        self.parameters = None
        self._guiTag = None
        self._observerTag = None
        self._input = None  # the volume whose results are shown
        self._shown = None  # the segmentation whose result is shown
        self.message = MessageArea(ui)
        self.choices, self.log, self.problems = Choices(self), Log(self), Problems(self)
        self.showError = self.problems.show
        self._fit, self._output = FitQuestion(self.message, self.segment), OutputQuestion(self)
        self.frames = FramesRow(ui.inputsCollapsibleButton.layout(), self._onAllFrames)
        layout = self._layout = ui.segmentButton.parentWidget().layout()
        ui.modelsButton.connect("clicked(bool)", lambda: self.library.open())
        self._setUp = ClosedSetUp(
            logic, layout, self.message, self.showError, self.say, self._device
        )
        about = _("Segment many volumes one after another with the model above.")
        button = collapsible("severalCollapsibleButton", _("Several volumes"), about)
        layout.insertWidget(layout.indexOf(ui.advancedCollapsibleButton), button)
        self._several = ClosedSection(button, self._makeSeveral)
        self._region = RegionRow(self)
        ui.progressArea.visible = ui.hiddenLabel.visible = False
        ui.resultCollapsibleButton.visible = False
        ui.segmentButton.connect("clicked(bool)", notTwice(self.onSegmentOrCancel))

    # What an opening does not show is made, and imported, when it is first asked for.

    @cached_property
    def library(self):
        """The :class:`SemiGDALib.segment.library.section.LibrarySection`."""
        from SemiGDALib.segment.library.section import LibrarySection

        place = self._layout.indexOf(self.ui.inputsCollapsibleButton) + 1
        return self._prepared(LibrarySection(self, self._layout, place))

    @cached_property
    def export(self):
        """The :class:`SemiGDALib.segment.dicom.ExportButton` below a result."""
        from SemiGDALib.segment.dicom import ExportButton

        return ExportButton(self)

    @cached_property
    def sending(self):
        """The :class:`SemiGDALib.segment.sending.SendButton` below it."""
        from SemiGDALib.segment.sending import SendButton

        return SendButton(self)

    @cached_property
    def _result(self):
        from SemiGDALib.segment.result_view import ResultView

        return self._prepared(ResultView(self.ui, self.export, self.sending))

    def _prepared(self, part):
        """The same, when Tab goes through it as well."""
        keyboard.prepare(self._layout.parentWidget())
        return part

    @property
    def setUp(self):
        """The :class:`SemiGDALib.set_up.section.SetUpSection`."""
        return self._setUp.section

    @property
    def several(self):
        """The :class:`SemiGDALib.segment.several.section.SeveralSection`."""
        return self._several.section

    def _makeSeveral(self, button):
        from SemiGDALib.segment.several.section import SeveralSection

        return SeveralSection(self, button)

    def refreshSeveral(self, later: bool = False) -> None:
        """Look again what there is to segment, if anybody looks; ``later``: after all new nodes."""
        if self._several.isMade:
            self.several.onNewNode() if later else self.several.refresh()

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
            parameters.model = self.choices.proposedModel()
        self._guiTag = parameters.connectGui(self.ui)
        self._observerTag = parameters.AddObserver(
            vtk.vtkCommand.ModifiedEvent, lambda _caller, _event: self._update()
        )
        self._update()
        self._showResult(parameters.resultSegmentation)

    def close(self) -> None:
        """The widget goes: nothing of the scene is watched any more."""
        self.setParameterNode(None)
        if self._shown is not None:
            self._result.unfollow()

    def proposeInput(self) -> None:
        """Choose the first image of the scene, where none is chosen."""
        if self.parameters is not None and not self.parameters.inputVolume:
            self.parameters.inputVolume = nodes.firstImage()

    def forget(self, node) -> None:
        """A node is being deleted: nothing may be done with another one in its place."""
        parameters = self.parameters or self.logic.getParameterNode()
        if parameters.inputVolume is node:
            parameters.inputVolume = None  # which is seen: there is nothing to click then
        elif parameters.roi is node:
            parameters.roi = None
            self._sayDeleted(
                _("The region of interest was deleted."),
                _("From now on the whole volume is segmented; or choose another region."),
            )
        elif parameters.outputSegmentation is node:
            parameters.outputSegmentation = None
            self._sayDeleted(
                _("The output segmentation was deleted."),
                _("From now on every run makes a new one; or choose another output."),
            )

    def _sayDeleted(self, sentence, instead) -> None:
        self.message.question(sentence, instead, "", None, _("Close"))

    def clear(self) -> None:
        """The scene closes: what was said of it goes with it."""
        self.message.hide()
        self.ui.progressArea.visible = False
        self.problems.last = self._input = None
        self._fit.forget()
        self._output.forget()
        if self._several.isMade:
            self.several.clear()

    def enter(self) -> None:
        """The module comes into view: things outside of the scene may have changed."""
        self.refreshModels()
        self._setUp.refresh()
        self.setParameterNode(self.logic.getParameterNode())
        self.refreshSeveral()

    def refreshModels(self) -> None:
        """Read the library again."""
        self.choices.refreshModels()
        self._update()

    def _onAllFrames(self, allFrames) -> None:
        if self.parameters is not None:
            self.parameters.allFrames = allFrames

    def _update(self) -> None:
        """Show the parameter node's choices, and whether they can be run."""
        parameters = self.parameters
        if parameters is None:
            return
        self._fit.follow(parameters.inputVolume, parameters.roi, parameters.model)
        self._output.follow(parameters.inputVolume, parameters.outputSegmentation)
        self.problems.follow(parameters.inputVolume)
        self.choices.show()
        self.frames.show(parameters.inputVolume, parameters.allFrames)
        self._region.update()
        self._updateButton()
        self._showInput()
        if not self.logic.isRunning() and parameters.resultSegmentation is not self._shown:
            self._showResult(parameters.resultSegmentation)  # deleted, or of a loaded scene

    def _showResult(self, segmentationNode) -> None:
        """Show its result; None: no result."""
        if segmentationNode is not self._shown or segmentationNode is not None:
            self._shown = segmentationNode
            self._result.show(segmentationNode)

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

    def _updateButton(self) -> None:
        button = self.ui.segmentButton
        if self.logic.isRunning():
            return
        button.text = _("Segment")
        volume = self.parameters.inputVolume if self.parameters is not None else None
        model = self.choices.model()
        usable = model is not None and model.problem is None
        idle = not self.logic.isRunningSeveral()
        button.enabled = bool(volume and volume.GetImageData() and usable and idle)
        if button.enabled:
            button.toolTip = _("Segment the input volume.")
        else:
            button.toolTip = _("Choose an input volume that holds an image, and a model.")

    # Running

    def onSegmentOrCancel(self) -> None:
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
            self._askToHarden(nodes.Held(volume))
            return
        model = self.choices.model()
        card = model.card if model is not None else None
        if self._fit.asks(card, volume, parameters.roi, parameters.model):
            return
        if self._output.asks(volume, parameters.outputSegmentation):
            return
        self.message.hide()
        self.ui.progressArea.visible = False
        self.problems.last = None
        self._showResult(None)  # an old result must not be mistaken for the new one
        held = nodes.Held(volume)
        try:
            self.logic.start(
                volume,
                parameters.model,
                parameters.outputSegmentation,
                onProgress=self._onProgress,
                onFinished=self._onFinished,
                onError=lambda error: self._onError(error, held.node),
                allFrames=self.frames.frames is not None and parameters.allFrames,
                roi=parameters.roi,
                **chosenOptions(parameters),
            )
        except SemiGDAError as error:
            self._showResult(parameters.resultSegmentation)
            self.problems.showOfRun(error, volume)
            return
        if self.logic.isRunning():
            self._showRunning()

    def _showRunning(self) -> None:
        from SemiGDALib.jobs.worker import Worker

        self.log.write(_("Segmenting with {model}.").format(model=self.parameters.model))
        self.ui.segmentButton.text = _("Cancel")
        self.ui.segmentButton.toolTip = _("Stop; the scene is left unchanged.")
        self.ui.progressArea.visible = True
        self.ui.progressBar.visible = True
        self._onProgress(0.0, Worker.of("segment").phase or _("Starting"), None)

    def _askToHarden(self, held) -> None:
        self.message.question(
            _("The input volume is under a non-linear transform."),
            _(
                "Harden the transform? The volume's voxels are resampled in this scene; "
                "files on disk are not changed."
            ),
            _("Yes, harden and segment"),
            lambda: self.hardenAndSegment(held.node),
            _("No"),
        )

    def hardenAndSegment(self, volume) -> None:
        """The yes to the question about a volume's non-linear transform; it may be gone by now, or
        not be the input any more."""
        if volume is not None:
            volume.HardenTransform()
            if volume is self.parameters.inputVolume:
                self.segment()

    def _onProgress(self, fraction, message, secondsLeft) -> None:
        showProgress(self.ui.progressBar, fraction)
        self.ui.phaseLabel.text = texts.progress(message, secondsLeft)
        self.log.phase(message)

    def _onFinished(self, result) -> None:
        self._ended()
        seconds = result.report.get("seconds", {}).get("total", 0.0)
        self.log.write(_("Done: {seconds:.1f} s of computing.").format(seconds=seconds))
        # Not bound to any while another module is in view; the result is kept all the same.
        parameters = self.parameters or self.logic.getParameterNode()
        parameters.resultSegmentation = result.segmentationNode
        views.hideOtherReviewMaps(result.segmentationNode)
        self._showResult(result.segmentationNode)
        if views.inputVolumeOf(result.segmentationNode) is not parameters.inputVolume:
            self._input = None  # another one was chosen meanwhile, on which it must not lie
            self._update()
        if result.frames:
            self.say(extremes(result.frames))
        bringIntoView(self.ui.resultCollapsibleButton)

    def _onError(self, error, volume) -> None:
        self._ended()
        if self.parameters is not None:
            self._showResult(self.parameters.resultSegmentation)
        self.problems.showOfRun(error, volume)

    def _device(self) -> str:
        return self.parameters.device if self.parameters is not None else "auto"

    def _ended(self) -> None:
        self.ui.progressArea.visible = False
        self.log.addRun()
        self._updateButton()

    def say(self, text) -> None:
        """A line below the button, where progress is shown otherwise."""
        self.ui.progressArea.visible = True
        self.ui.progressBar.visible = False
        self.ui.phaseLabel.text = text
