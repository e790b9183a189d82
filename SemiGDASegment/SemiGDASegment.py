"""SemiGDASegment: segment a volume with a SemiGDA model, and see where the result is doubtful."""

import sys
from pathlib import Path

import slicer
import vtk
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

try:
    import SemiGDALib  # noqa: F401  Slicer has put its folder on the path
except ModuleNotFoundError:  # the source tree: the packages lie beside this module's folder
    sys.path.append(str(Path(__file__).resolve().parents[1]))

from SemiGDALib import keyboard  # noqa: E402
from SemiGDALib.segment.library.logic import LibraryLogic  # noqa: E402
from SemiGDALib.segment.several.logic import SeveralLogic  # noqa: E402
from SemiGDALib.set_up.logic import SetUpLogic  # noqa: E402


class SemiGDASegment(ScriptedLoadableModule):
    """The module's entry in Slicer."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("SemiGDA Segment")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        self.parent.dependencies = ["Segmentations"]
        self.parent.contributors = ["SemiGDA contributors"]
        self.parent.helpText = _(
            "Segments a volume with a SemiGDA model (Semi-supervised Generative Dual-distribution "
            "Alignment) and shows where the model is in doubt. "
            "Choose a volume and a model, then click Segment."
        )
        self.parent.helpText += " " + _(
            'See the <a href="{address}">documentation</a> and its tutorial.'
        ).format(address="https://github.com/SemiGDA/SlicerSemiGDA#readme")
        self.parent.acknowledgementText = _("The method follows SemiGDA, arXiv 2604.23274.")
        slicer.app.connect("startupCompleted()", self.registerSampleData)

    def registerSampleData(self):
        """One image for each starter model in *Sample Data*."""
        from SemiGDALib import sample_data

        sample_data.register(Path(__file__).parent / "Resources" / "Thumbnails")


class SemiGDASegmentWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Slicer's side of the panel: its life with the application and the scene.

    What the panel shows and does is in :class:`SemiGDALib.segment.panel.SegmentPanel`.
    """

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.panel = None

    def setup(self):
        """Called when the user opens the module for the first time."""
        ScriptedLoadableModuleWidget.setup(self)
        from SemiGDALib.segment.panel import SegmentPanel

        uiWidget = slicer.util.loadUI(self.resourcePath("UI/SemiGDASegment.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = SemiGDASegmentLogic()
        self.panel = SegmentPanel(self.ui, self.logic)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(scene, scene.EndImportEvent, self.onSceneEndImport)
        self.addObserver(scene, scene.NodeAddedEvent, self.onNodeAdded)
        self.addObserver(scene, scene.NodeAboutToBeRemovedEvent, self.onNodeLeaves)
        keyboard.prepare(self.parent)
        if self.parent.isEntered:  # after a reload; otherwise Slicer calls enter() next
            self.enter()

    def cleanup(self):
        """Called when the module is reloaded or the application ends."""
        self.removeObservers()
        if self.panel is not None:
            self.panel.close()
            self.logic.jobs.end()

    def enter(self):
        """Called each time the user opens this module."""
        self.panel.enter()

    def exit(self):
        """Called each time the user leaves for another module; a run continues."""
        self.panel.setParameterNode(None)

    def onSceneStartClose(self, _caller, _event):
        """The nodes go away: a run has nothing left to write to."""
        self.logic.cancel()
        self.panel.clear()
        self.panel.setParameterNode(None)

    def onSceneEndClose(self, _caller, _event):
        """A fresh parameter node for a fresh scene, if the module is in view."""
        if self.parent.isEntered:
            self.panel.setParameterNode(self.logic.getParameterNode())

    def onNodeAdded(self, _caller, _event):
        """A first volume is loaded while the panel is open."""
        import qt

        if self.parent.isEntered and not slicer.mrmlScene.IsBatchProcessing():
            # Later: the node gets its name and its attributes only now.
            qt.QTimer.singleShot(0, self.panel.proposeInput)
            self.panel.refreshSeveral(later=True)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def onNodeLeaves(self, _caller, _event, node):
        """Before Slicer's selectors hear of it, which would take another node without a word."""
        if not slicer.mrmlScene.IsClosing():
            self.panel.forget(node)

    def onSceneEndImport(self, _caller, _event):
        """A loaded scene brings its own choices."""
        if self.parent.isEntered:
            self.panel.setParameterNode(self.logic.getParameterNode())


class SemiGDASegmentLogic(SetUpLogic, SeveralLogic, LibraryLogic, ScriptedLoadableModuleLogic):
    """Everything the panel does, for scripts: no dialogs, errors as ``SemiGDAError``.

    For example::

        logic = SemiGDASegmentLogic()
        segmentationNode = logic.segment(volumeNode, "hippocampus-mr")
        for segment in logic.result.segments:
            print(segment["name"], segment["ml"], segment["agreement"])
    """

    def __init__(self):
        from SemiGDALib.jobs.owner import Jobs

        ScriptedLoadableModuleLogic.__init__(self)
        self.run = None  # the last one started
        self.jobs = Jobs("segment", "library")  # all that runs in child processes
        self.applyPython()
        self.applyLibrary()

    def getParameterNode(self):
        """The wrapped parameter node."""
        from SemiGDALib.segment.parameters import SemiGDASegmentParameterNode

        return SemiGDASegmentParameterNode(super().getParameterNode())

    # Segmenting

    def start(
        self,
        volumeNode,
        model,
        segmentationNode=None,
        onProgress=None,
        onFinished=None,
        onError=None,
        allFrames=False,
        roi=None,
        **options,
    ):
        """Start segmenting and return at once.

        Args:
            volumeNode: scalar or vector volume, under no or a linear transform.
            model: name of a model in the library, or its folder.
            segmentationNode: gets the segments beside those it has; None makes a new one.
            onProgress: called with (fraction, message, seconds left or None).
            onFinished: called with a :class:`SemiGDALib.segment.run.SegmentResult`.
            onError: called with a SemiGDAError, also (class "cancelled") after a cancel.
            allFrames: segment every frame of the sequence that ``volumeNode`` shows one of (or is)
                into a sequence of segmentations in the same browser.
            roi: a vtkMRMLMarkupsROINode, also turned; only what lies inside is segmented.
            options: ``device``, ``branches``, ``review`` and ``replaceInvalid``, see
                :class:`semigda_core.jobs.segmenting.SegmentOptions`.

        Returns:
            The :class:`SemiGDALib.segment.run.SegmentRun`.

        Raises:
            SemiGDAError: for an input that cannot be used, missing requirements, or a run that
                has not ended yet.
        """
        from SemiGDALib.segment.frames.run import FramesRun
        from SemiGDALib.segment.frames.scene import checkedFrames
        from SemiGDALib.segment.parameters import optionsOf
        from SemiGDALib.segment.region import regionIn
        from SemiGDALib.segment.run import SegmentRun

        self.checkIdle()
        if roi is not None:
            placed = checkedFrames(volumeNode).placed if allFrames else volumeNode
            options["roi"] = regionIn(roi, placed)
        chosen = optionsOf(options)
        self.run = (FramesRun if allFrames else SegmentRun)(
            volumeNode, model, segmentationNode, chosen, onProgress, onFinished, onError
        )
        return self.jobs.add(self.run)

    def segment(self, volumeNode, model, segmentationNode=None, **options):
        """Segment and return the segmentation node; Qt events are processed meanwhile.

        Takes what :meth:`start` takes; numbers and review map are in :attr:`result`.

        Raises:
            SemiGDAError: whatever went wrong; the scene is then as it was.
        """
        run = self.start(volumeNode, model, segmentationNode, **options)
        try:
            run.wait()
        finally:
            run.cancel()  # a script's Ctrl+C; nothing if the run has ended
        if run.error is not None:
            raise run.error
        return run.result.segmentationNode

    def mismatch(self, volumeNode, model, roi=None):
        """Sentences saying how a volume is no image for a model; empty if nothing speaks against.

        :meth:`segment` goes on all the same, and says it in the result's notes.
        """
        from semigda_core.models.card import ModelCard
        from semigda_core.models.library import find_model
        from SemiGDALib.segment import fit
        from SemiGDALib.segment.frames.scene import framesOf

        frames = framesOf(volumeNode)  # it may be a sequence, as in start
        image = frames.placed if frames is not None else volumeNode
        return fit.mismatch(ModelCard.read(find_model(model)), image, roi)

    def cancel(self):
        """Ask the running segmentation to stop; it does within 2 s."""
        if self.run is not None:
            self.run.cancel()

    def placeRegion(self, volumeNode):
        """A new ROI in the middle of a volume, to be moved and passed to :meth:`segment`."""
        from SemiGDALib.segment.region import placeOn

        return placeOn(volumeNode)

    def isRunning(self):
        """Whether a segmentation started here has not ended yet."""
        return self.run is not None and self.run.active

    @property
    def result(self):
        """The last run's :class:`SemiGDALib.segment.run.SegmentResult`, or None."""
        return self.run.result if self.run is not None else None

    # Looking at results

    def showReviewMap(self, segmentationNode, show=True):
        """Lay the review map of a result over the image in all slice views, or take it away."""
        from SemiGDALib.segment import views

        views.showReviewMap(segmentationNode, show)

    def spots(self, segmentationNode):
        """The doubtful places of a result, most doubtful first."""
        from SemiGDALib.segment import views

        return views.spotsOf(segmentationNode)

    def jumpToSpot(self, segmentationNode, index):
        """Centre the slice views on a doubtful place; returns it in RAS (mm)."""
        from SemiGDALib.segment import views

        return views.jumpToSpot(segmentationNode, index)

    def show3D(self, segmentationNode, show=True):
        """Make and show the segments' surfaces, or remove them."""
        from SemiGDALib.segment import views

        views.show3D(segmentationNode, show)

    def exportDicomSeg(self, segmentationNode, folder):
        """Write a result as DICOM SEG into a folder, by Slicer's exporter; returns the files."""
        from SemiGDALib.segment import dicom

        return dicom.export(segmentationNode, folder)

    def sendToProject(self, segmentationNode, folder, replace=False, whole=False, overlaps=None):
        """Make a corrected result a labelled case of the training project in a folder.

        Returns a :class:`semigda_core.project.cases.sending.Sent`; ``replace``: the case may have
        another label, whose file stays; ``whole``: the result was made in a region, and is right
        outside of it, too, where the image otherwise stays unlabelled; ``overlaps``: what becomes
        of segments that others cover, and which are otherwise refused: "smaller" puts smaller ones
        on top; "anyway" also loses what is covered then.
        """
        from SemiGDALib.segment.sending import sendTo

        return sendTo(segmentationNode, folder, replace, whole, overlaps)


class SemiGDASegmentTest(ScriptedLoadableModuleTest):
    """A self test for *Reload and Test*: segments a drawn phantom with the first model."""

    def runTest(self):
        """Run in a cleared scene."""
        slicer.mrmlScene.Clear()
        self.test_SegmentPhantom()

    def test_SegmentPhantom(self):
        """The result has the volume's geometry and its provenance."""
        import numpy as np

        from SemiGDALib import provenance

        logic = SemiGDASegmentLogic()
        models = [m for m in logic.models() if m.problem is None]
        if not models or logic.missingRequirements():
            self.delayDisplay(_("Skipped: no model is installed, or requirements are missing."))
            return
        z, y, x = np.mgrid[:24, :64, :64]
        ball = (z - 12) ** 2 * 4 + (y - 32) ** 2 + (x - 32) ** 2 < 400
        voxels = (100 + 400 * ball).astype(np.int16)
        volumeNode = slicer.util.addVolumeFromArray(voxels, name="Phantom")
        segmentationNode = logic.segment(volumeNode, models[0].name, device="cpu")
        self.assertEqual(provenance.ofNode(segmentationNode)["Model"], models[0].name)
        role = segmentationNode.GetReferenceImageGeometryReferenceRole()
        self.assertEqual(segmentationNode.GetNodeReference(role).GetID(), volumeNode.GetID())
        self.delayDisplay(_("Test passed."))
