"""`slicer.app`: a QApplication with the parts of Slicer's application that modules ask for."""

from __future__ import annotations

import os

import slicer
import vtk
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import Property, Signal

from .io_manager import CoreIOManager

VERSION = "5.12.3"


class ModuleManager(QtCore.QObject):
    """Knows the scripted modules that the host has loaded."""

    strict_attributes = True
    moduleAboutToBeUnloaded = Signal(str)
    moduleLoaded = Signal(str)

    def __init__(self, modules):
        super().__init__()
        self._modules = modules

    def module(self, name):
        return getattr(self._modules, name.lower(), None)

    def isModuleLoaded(self, name):
        return self.module(name) is not None

    def factoryManager(self):
        return self

    def loadedModuleNames(self):
        return [one.name for one in vars(self._modules).values() if hasattr(one, "name")]


class SliceWidget:
    """`layoutManager().sliceWidget("Red")`: the logic is real, the view is drawn on demand."""

    def __init__(self, logic):
        self._logic = logic

    def sliceLogic(self):
        return self._logic

    def mrmlSliceNode(self):
        return self._logic.GetSliceNode()

    def fitSliceToBackground(self):
        self._logic.FitSliceToBackground()


class ThreeDView:
    """`layoutManager().threeDWidget(0).threeDView()`: a camera that sees the segmentations.

    Nothing is drawn; the host draws when a picture is asked. The camera begins far away, as it may
    after another scene.
    """

    def __init__(self):
        self._renderer = vtk.vtkRenderer()
        self._window = vtk.vtkRenderWindow()
        self._window.AddRenderer(self._renderer)
        self.camera().SetPosition(0.0, 5000.0, 0.0)
        self.camera().SetViewUp(0.0, 0.0, 1.0)

    def renderWindow(self):
        return self._window

    def camera(self):
        """The host's own: a vtkCamera."""
        return self._renderer.GetActiveCamera()

    def resetFocalPoint(self):
        """Looks at the middle of what there is, from as far away as before."""
        camera, bounds = self.camera(), _surface_bounds()
        middle = [(low + high) / 2 for low, high in zip(bounds[::2], bounds[1::2], strict=True)]
        offset = [a - b for a, b in zip(middle, camera.GetFocalPoint(), strict=True)]
        camera.SetPosition(*(a + b for a, b in zip(camera.GetPosition(), offset, strict=True)))
        camera.SetFocalPoint(*middle)

    def resetCamera(self):
        self._renderer.ResetCamera(_surface_bounds())

    def forceRender(self):
        pass


def _surface_bounds():
    box = vtk.vtkBoundingBox()
    for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        bounds = [0.0] * 6
        node.GetRASBounds(bounds)
        box.AddBounds(bounds)
    bounds = [0.0] * 6
    box.GetBounds(bounds)
    return bounds


class ThreeDWidget:
    def __init__(self):
        self._view = ThreeDView()

    def threeDView(self):
        return self._view


class PlotView:
    """`layoutManager().plotWidget(0).plotView()`: axes stay as they are until `fitToContent()`."""

    def __init__(self, node):
        self._node = node
        self.lastX = None  # the host's own: the right end of the x axis

    def fitToContent(self):
        chart = self._node.GetPlotChartNode()
        ends = [0.0]
        for number in range(chart.GetNumberOfPlotSeriesNodes()):
            series = chart.GetNthPlotSeriesNode(number)
            column = series.GetTableNode().GetTable().GetColumnByName(series.GetXColumnName())
            ends += [x for n in range(column.GetNumberOfValues()) if (x := column.GetValue(n)) == x]
        self.lastX = max(ends)


class PlotWidget:
    def __init__(self, node):
        self._node, self._view = node, PlotView(node)

    def mrmlPlotViewNode(self):
        return self._node

    def plotView(self):
        return self._view


_ORIENTATIONS = {"Red": "Axial", "Green": "Coronal", "Yellow": "Sagittal"}


class LayoutManager(QtCore.QObject):
    """Three slice views and one 3-D view, all with real MRML nodes."""

    strict_attributes = True
    layoutChanged = Signal(int)

    def __init__(self, host):
        super().__init__()
        self._logics = {}
        self._three_d = ThreeDWidget()
        self._plots = {}
        self._collection = collection = vtk.vtkCollection()
        slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(host.scene)
        for name in _ORIENTATIONS:
            logic = slicer.vtkMRMLSliceLogic()
            logic.SetMRMLApplicationLogic(host.application_logic)
            logic.SetMRMLScene(host.scene)
            logic.AddSliceNode(name)
            self._logics[name] = logic
            collection.AddItem(logic)
        host.application_logic.SetSliceLogics(collection)
        self._layout = slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalView
        self._arrange()
        # Closing a scene resets the slice nodes; in Slicer the layout turns them back.
        host.scene.AddObserver(slicer.vtkMRMLScene.EndCloseEvent, self._arrange)

    def _arrange(self, *_arguments):
        for name, logic in self._logics.items():
            logic.GetSliceNode().SetOrientation(_ORIENTATIONS[name])
            logic.ResizeSliceNode(400, 400)

    def sliceViewNames(self):
        return list(self._logics)

    def sliceWidget(self, name):
        return SliceWidget(self._logics[name]) if name in self._logics else None

    def mrmlSliceLogics(self):
        return self._collection

    def resetSliceViews(self):
        for logic in self._logics.values():
            logic.FitSliceToAll()

    def resetThreeDViews(self):
        pass

    def _set_layout(self, layout):
        self._layout = int(layout)
        self.layoutChanged.emit(self._layout)

    def setLayout(self, layout):
        self._set_layout(layout)

    def _plot_nodes(self):
        return slicer.util.getNodesByClass("vtkMRMLPlotViewNode")

    plotViewCount = Property(int, lambda self: len(self._plot_nodes()))

    def plotWidget(self, index):
        node = self._plot_nodes()[index]
        return self._plots.setdefault(node.GetID(), PlotWidget(node))

    threeDViewCount = Property(int, lambda self: 1)
    layout = Property(int, lambda self: self._layout, _set_layout)

    def threeDWidget(self, index):
        return self._three_d if index == 0 else None


class qSlicerApplication(QtWidgets.QApplication):
    strict_attributes = True
    signatures = {"mrmlSceneChanged(vtkMRMLScene*)": None}
    mrmlSceneChanged = Signal(object)
    startupCompleted = Signal()

    def __init__(self, arguments, host, settings_folder):
        QtCore.QSettings.setDefaultFormat(QtCore.QSettings.Format.IniFormat)
        for scope in (QtCore.QSettings.Scope.UserScope, QtCore.QSettings.Scope.SystemScope):
            QtCore.QSettings.setPath(QtCore.QSettings.Format.IniFormat, scope, str(settings_folder))
        super().__init__(arguments)
        self.setOrganizationName("NA-MIC")
        self.setApplicationName("Slicer")
        self.setApplicationVersion(VERSION)
        self.setStyle("Fusion")
        self.setQuitOnLastWindowClosed(False)
        font = QtGui.QFont("DejaVu Sans")
        font.setPointSize(10)
        self.setFont(font)
        self._host = host
        self._io = CoreIOManager(host)
        self._modules = ModuleManager(host.modules)
        self._layout = LayoutManager(host)
        self._testing = True
        self._window = None

    # What Slicer has as functions

    def applicationLogic(self):
        return self._host.application_logic

    def mrmlScene(self):
        return self._host.scene

    def coreIOManager(self):
        return self._io

    def ioManager(self):
        return self._io

    def moduleManager(self):
        return self._modules

    def layoutManager(self):
        return self._layout

    def moduleLogic(self, name):
        return self._modules.module(name).logic()

    def mainWindow(self):
        return self._window

    def settings(self):
        return QtCore.QSettings()

    userSettings = revisionUserSettings = settings

    def testingEnabled(self):
        return self._testing

    def setTestingEnabled(self, enabled):
        """The host's own: False lets message boxes appear, so that a test can press them."""
        self._testing = bool(enabled)

    def startupEnvironment(self):
        environment = QtCore.QProcessEnvironment()
        for name, value in os.environ.items():
            environment.insert(name, value)
        return environment

    def pauseRender(self):
        self._host.application_logic.PauseRender()

    def resumeRender(self):
        self._host.application_logic.ResumeRender()

    def setRenderPaused(self, paused):
        self.pauseRender() if paused else self.resumeRender()

    def moduleDocumentationUrl(self, name):
        return f"https://slicer.readthedocs.io/en/latest/user_guide/modules/{name.lower()}.html"

    def translate(self, _context, text):
        return text

    # What Slicer has as properties

    temporaryPath = Property(str, lambda self: str(self._host.temporary))
    slicerHome = Property(str, lambda self: str(self._host.temporary.parent))
    slicerSharePath = Property(str, lambda self: "share")
    majorVersion = Property(int, lambda self: int(VERSION.split(".")[0]))
    minorVersion = Property(int, lambda self: int(VERSION.split(".")[1]))
    os = Property(str, lambda self: "linux")
    platform = Property(str, lambda self: "linux-amd64")
    revision = Property(str, lambda self: "0")
    repositoryRevision = Property(str, lambda self: "0")
    extensionsInstallPath = Property(str, lambda self: str(self._host.temporary))
    documentationBaseUrl = Property(str, lambda self: "https://slicer.readthedocs.io/en/latest/")
