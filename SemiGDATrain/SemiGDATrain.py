"""SemiGDATrain: train a model on your own images, most of which need no label."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import slicer
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
from SemiGDALib.set_up.logic import SetUpLogic  # noqa: E402
from SemiGDALib.train.cases.results_logic import ResultsLogic  # noqa: E402
from SemiGDALib.train.parameters import SemiGDATrainParameterNode  # noqa: E402
from SemiGDALib.train.review.logic import ReviewLogic  # noqa: E402
from SemiGDALib.train.slices.logic import SlicesLogic  # noqa: E402
from SemiGDALib.train.training.logic import TrainingLogic  # noqa: E402


class SemiGDATrain(ScriptedLoadableModule):
    """The module's entry in Slicer."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("SemiGDA Train")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        self.parent.dependencies = ["Segmentations"]
        self.parent.contributors = ["SemiGDA contributors"]
        self.parent.helpText = _(
            "Trains a SemiGDA model (Semi-supervised Generative Dual-distribution Alignment) "
            "on your own images: a few with a label, and as many as you have without. Create "
            "a project, then follow the sentence at the top."
        )
        self.parent.helpText += " " + _(
            'See the <a href="{address}">documentation</a> and its tutorial.'
        ).format(address="https://github.com/SemiGDA/SlicerSemiGDA#readme")
        self.parent.acknowledgementText = _("The method follows SemiGDA, arXiv 2604.23274.")


class SemiGDATrainWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Slicer's side of the panel: its life with the application and the scene.

    What the panel shows and does is in :class:`SemiGDALib.train.panel.TrainPanel`.
    """

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.panel = None

    def setup(self):
        """Called when the user opens the module for the first time."""
        ScriptedLoadableModuleWidget.setup(self)
        from SemiGDALib.train.panel import TrainPanel

        uiWidget = slicer.util.loadUI(self.resourcePath("UI/SemiGDATrain.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        self.logic = SemiGDATrainLogic()
        self.panel = TrainPanel(self.ui, self.logic, self.resourcePath)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEnd)
        self.addObserver(scene, scene.EndImportEvent, self.onSceneEndImport)
        keyboard.prepare(self.parent)
        if self.parent.isEntered:  # after a reload; otherwise Slicer calls enter() next
            self.enter()

    def cleanup(self):
        """Called when the module is reloaded or the application ends."""
        from SemiGDALib.train.labelling import editor_bar

        editor_bar.remove()
        self.removeObservers()
        if self.panel is not None:
            self.panel.exit()
            self.panel.setParameterNode(None)
            self.logic.onProject = lambda: None
            self.logic.jobs.end()
            if self.logic.labelling is not None:  # it goes on in the widget that follows
                self.logic.labelling.slices.close()

    def enter(self):
        """Called each time the user opens this module."""
        self.panel.setParameterNode(self.logic.getParameterNode())
        self.panel.enter()

    def exit(self):
        """Called each time the user leaves for another module; what runs continues."""
        self.panel.exit()
        self.panel.setParameterNode(None)

    def onSceneStartClose(self, _caller, _event):
        """The nodes go away; the project is in its folder and stays open."""
        self.panel.setParameterNode(None)

    def onSceneEnd(self, _caller, _event):
        """A loaded scene brings its project, an empty one keeps the open one."""
        if self.parent.isEntered:
            self.panel.setParameterNode(self.logic.getParameterNode())

    def onSceneEndImport(self, caller, event):
        """It may bring a label that was not finished, too."""
        self.panel.resuming.onScene()
        self.onSceneEnd(caller, event)


class SemiGDATrainLogic(
    TrainingLogic,
    ReviewLogic,
    ResultsLogic,
    SlicesLogic,
    SetUpLogic,
    ScriptedLoadableModuleLogic,
):
    """Everything the panel does, for scripts: no dialogs, errors as ``SemiGDAError``.

    For example::

        logic = SemiGDATrainLogic()
        project = logic.createProject("/data/liver")
        project.set_classes(["liver", "tumour"])
        logic.addFolder("/data/images", "/data/labels")
    """

    def __init__(self):
        from SemiGDALib.jobs.owner import Jobs

        ScriptedLoadableModuleLogic.__init__(self)
        self.project = None  # semigda_core.project.project.Project
        self.labelling = None  # SemiGDALib.train.labelling.open_label.Labelling
        self.onProject = lambda: None  # called when another project is open, or none
        # All that runs in child processes, but trainings.
        self.jobs = Jobs("check", "study", "library")
        self.applyPython()

    def getParameterNode(self):
        """The wrapped parameter node."""
        return SemiGDATrainParameterNode(super().getParameterNode())

    # Projects

    def createProject(self, folder, name=None):
        """Make a project in a folder and open it; returns the Project."""
        from semigda_core.project.project import Project

        self._show(Project.create(folder, name))
        return self.project

    def openProject(self, folder):
        """Open the project in a folder; returns the Project."""
        from semigda_core.project.project import Project

        self._show(Project(folder))
        return self.project

    def closeProject(self):
        """Show none; nothing on the disk changes. A label that is being edited is discarded."""
        self._show(None)

    def _show(self, project):
        self.jobs.cancel("check", "rehearse", "rank", "relocate")
        if self.labelling is None or os.path.isdir(self.labelling.project.folder):
            self.discardLabel()
        else:  # its project was renamed or moved: it goes on where that is opened
            self.labelling.slices.close()
            self.labelling = None
        self.project = project
        self.onProject()

    # Cases

    def addCases(self, cases):
        """Add :class:`semigda_core.project.project.NewCase` objects; returns what was added."""
        return self.project.add(cases)

    def addFolder(self, images, labels=None, groupPattern=None):
        """Add the images of a folder and the labels of the same names."""
        from semigda_core.project.cases.pairing import pair_folder

        return self.project.add(pair_folder(images, labels).cases(groupPattern))

    def addFiles(self, paths):
        """Add image files, with labels among them; labels of images that are there already go to
        those. What is added also has the files that were not taken."""
        from semigda_core.project.cases.pairing import pair_more

        known = [case.image for case in self.project.read().cases]
        cases, others = pair_more(paths, known)
        return replace(self.project.add(cases), left_out=others)

    def addNodes(self, pairs, origin=None, overlaps=None):
        """Add volumes of the scene, each with its label or None.

        A volume or label map that is on the disk as it is in the scene stays there; others, and all
        segmentations, are written into the project's folder.

        Args:
            pairs: of volume node, and segmentation node, label map node or None.
            origin: who made the labels, "human", "edited" or "machine"; None: "machine" for what
                SemiGDA made, else "human".
            overlaps: what becomes of segments that others cover, and which are otherwise refused:
                "smaller" puts smaller ones on top; "anyway" also loses what is covered then.
        """
        from semigda_core.project.project import NewCase
        from SemiGDALib.train import scene_files

        cases = []
        with scene_files.allOrNothing(self.project.folder, overlaps) as store:
            for volume, labelNode in pairs:
                image = store.image(volume)
                made = self._origin(labelNode, origin)
                label = store.label(labelNode, volume, made) if labelNode is not None else None
                cases.append(NewCase(image, label, volume.GetName(), origin=made))
            return self.project.add(cases)

    def setLabel(self, caseId, path, origin=None):
        """Give a case a label file; with None take its label away.

        ``origin``: "human", "edited" or "machine"; None: what the file says, or "human".
        """
        self.project.set_label(caseId, path, origin)

    def setLabelNode(self, caseId, labelNode, origin=None, overlaps=None):
        """Give a case a segmentation or label map of the scene; ``origin`` and ``overlaps`` as in
        addNodes."""
        from SemiGDALib.train import scene_files

        volume = scene_files.drawnOn(labelNode)
        with scene_files.allOrNothing(self.project.folder, overlaps) as store:
            made = self._origin(labelNode, origin)
            path = store.label(labelNode, volume, made)
            self.project.set_label(caseId, path, made)

    def _origin(self, labelNode, origin):
        from SemiGDALib.train import scene_files

        made = labelNode is not None and scene_files.isMachineMade(labelNode)
        # "edited" is said of what a model made; what a person drew stays theirs.
        return origin or "machine" if made or origin == "machine" else "human"

    # Labelling in Segment Editor

    def editLabel(self, caseId, proposal=None):
        """Load a case and open its label in Segment Editor; see saveLabel and discardLabel.

        ``proposal``: a predicted label to begin with, for a case that has none.
        """
        from semigda_core.errors import SemiGDAError
        from SemiGDALib.train.labelling.open_label import Labelling

        if self.labelling is not None and not self.labelling.isAlive():
            self.discardLabel()  # its image or segmentation was deleted
        if self.labelling is not None and self.labelling.caseId != caseId:
            raise SemiGDAError(
                "bad-input",
                _("Another case is being labelled."),
                action=_("Save or discard its label first."),
            )
        if self.labelling is None:
            self.labelling = Labelling(self.project, caseId, proposal)
        self.labelling.show()

    def resumeLabel(self):
        """Go on with a label that was not finished when the scene was saved.

        Returns its :class:`SemiGDALib.train.labelling.open_label.Labelling`; None if a label is
        open, or the scene has no such label.

        Raises:
            SemiGDAError: "bad-input" if none of them is of a case of the open project; they stay as
                they are.
        """
        from SemiGDALib.train.labelling import unfinished
        from SemiGDALib.train.labelling.open_label import Labelling

        if self.labelling is not None and self.labelling.isAlive():
            return None
        begun = unfinished.inScene()
        if begun:
            one = unfinished.ofProject(begun, self.project)
            self.discardLabel()
            self.labelling = Labelling(self.project, one[1].case, begun=one)
            return self.labelling
        return None

    def saveLabel(self, empty=False, overlaps=None):
        """Save the label that is being edited, and take it out of the scene.

        ``empty``: the image truly shows nothing; otherwise a label without a voxel is refused,
        unless slices are marked as finished. ``overlaps``: as in addNodes.
        """
        self.labelling.save(empty, overlaps)
        self.discardLabel()

    def discardLabel(self):
        """Forget the label that is being edited."""
        labelling, self.labelling = self.labelling, None
        if labelling is not None:
            labelling.close()

    # Check

    def check(self, onProgress, onEnded):
        """Look at all cases that changed.

        ``onProgress``: called with (fraction, message). ``onEnded``: called with None, or with a
        SemiGDAError.
        """
        from semigda_core.project.check.latest import new_check
        from SemiGDALib import requirements
        from SemiGDALib.jobs.engine_job import startJob

        requirements.check()
        job = new_check(self.project)
        return startJob(self.jobs, job, onProgress, lambda _none, error: onEnded(error))

    def isChecking(self):
        """Whether a check has not ended yet."""
        return self.jobs.isRunning("check")

    def cancelCheck(self):
        """Stop the running check, if any; what it measured is kept."""
        self.jobs.cancel("check")

    def applyFix(self, finding, onDone):
        """Do a finding's safe repair; ``onDone(SemiGDAError or None)``."""
        from SemiGDALib.train.check import fixes

        fixes.applyFix(self.jobs, self.project, finding, onDone)

    def undoFix(self):
        """Take the last repair back; see :mod:`semigda_core.project.check.repairs`."""
        from semigda_core.project.check.repairs import undo

        return undo(self.project)

    def wantsFeatures(self):
        """Whether the plan starts from general image features."""
        return self.project is not None and self.needsFeatures()

    # Held-out cases

    def chooseHeldout(self):
        """Choose the held-out cases for good; the check must have seen all labels."""
        from semigda_core.project import heldout
        from semigda_core.project.check import latest

        return heldout.choose_heldout(self.project, latest.measured(self.project))

    def changeHeldout(self, reason, caseIds=None):
        """Choose them again, or exactly these; earlier scores become void."""
        from semigda_core.project import heldout
        from semigda_core.project.check import latest

        facts = latest.measured(self.project)
        return heldout.change_heldout(self.project, reason, facts, caseIds)


class SemiGDATrainTest(ScriptedLoadableModuleTest):
    """A self test for *Reload and Test*: a project in a temporary folder."""

    def runTest(self):
        """Run in a cleared scene."""
        slicer.mrmlScene.Clear()
        self.test_Project()

    def test_Project(self):
        """A project is made, found again, and read."""
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            logic = SemiGDATrainLogic()
            logic.createProject(folder, "Phantoms")
            logic.closeProject()
            self.assertEqual(logic.openProject(folder).read().name, "Phantoms")
        self.delayDisplay(_("Test passed."))
