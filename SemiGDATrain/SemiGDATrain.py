"""SemiGDATrain: train a model on your own images, most of which need no label."""

import sys
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

# Installed, the packages lie beside this file; in the source tree, beside this file's folder.
_packages = Path(__file__).resolve().parent
if not (_packages / "SemiGDALib").is_dir():
    _packages = _packages.parent
if str(_packages) not in sys.path:
    sys.path.append(str(_packages))

from SemiGDALib.train.parameters import SemiGDATrainParameterNode  # noqa: E402


class SemiGDATrain(ScriptedLoadableModule):
    """The module's entry in Slicer."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("SemiGDA Train")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        self.parent.dependencies = ["Segmentations"]
        self.parent.contributors = ["SemiGDA contributors"]
        self.parent.helpText = _(
            "Trains a SemiGDA model (Semi-supervised Generative Dual-distribution Alignment) on "
            "your own images: a few with a label, and as many as you have without. Make a project, "
            "then follow the sentence at its top."
        )
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

        uiWidget = self._loadUI("SemiGDATrain")
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        self.logic = SemiGDATrainLogic()
        self.panel = TrainPanel(self.ui, self.logic, self._loadUI)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEnd)
        self.addObserver(scene, scene.EndImportEvent, self.onSceneEnd)
        self.panel.setParameterNode(self.logic.getParameterNode())

    def _loadUI(self, name):
        return slicer.util.loadUI(self.resourcePath(f"UI/{name}.ui"))

    def cleanup(self):
        """Called when the module is reloaded or the application ends."""
        self.removeObservers()
        if self.panel is not None:
            self.panel.exit()
            self.panel.setParameterNode(None)
            self.logic.cancelCheck()

    def enter(self):
        """Called each time the user opens this module."""
        self.panel.setParameterNode(self.logic.getParameterNode())
        self.panel.enter()

    def exit(self):
        """Called each time the user leaves for another module; what runs goes on."""
        self.panel.exit()
        self.panel.setParameterNode(None)

    def onSceneStartClose(self, _caller, _event):
        """The nodes go away; the project is in its folder and stays open."""
        self.panel.setParameterNode(None)

    def onSceneEnd(self, _caller, _event):
        """A loaded scene brings its project, an empty one keeps the open one."""
        if self.parent.isEntered:
            self.panel.setParameterNode(self.logic.getParameterNode())


class SemiGDATrainLogic(ScriptedLoadableModuleLogic):
    """Everything the panel does, for scripts: no dialogs, errors as ``SemiGDAError``.

    For example::

        logic = SemiGDATrainLogic()
        project = logic.createProject("/data/liver")
        logic.setClasses(["liver", "tumour"])
        logic.addFolder("/data/images", "/data/labels")
    """

    def __init__(self):
        ScriptedLoadableModuleLogic.__init__(self)
        self.project = None  # semigda.project.project.Project

    def getParameterNode(self):
        """The wrapped parameter node."""
        return SemiGDATrainParameterNode(super().getParameterNode())

    # Projects

    def createProject(self, folder, name=None):
        """Make a project in a folder and open it; returns the Project."""
        from semigda.project.project import Project

        self.project = Project.create(folder, name)
        return self.project

    def openProject(self, folder):
        """Open the project in a folder; returns the Project."""
        from semigda.project.project import Project

        self.project = Project(folder)
        return self.project

    def closeProject(self):
        """Show none; nothing on the disk changes."""
        self.project = None

    # Check

    def cancelCheck(self):
        """Stop the running check, if any."""


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
