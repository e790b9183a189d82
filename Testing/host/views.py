"""Pictures of the scene without a display: slice views and a 3-D view, drawn by Slicer's own
displayable managers into an off-screen window (EGL; Mesa's software renderer will do).
"""

from __future__ import annotations

from pathlib import Path

import slicer
import vtk

_SLICE_MANAGERS = (
    "vtkMRMLSegmentationsDisplayableManager2D",
    "vtkMRMLModelSliceDisplayableManager",
    "vtkMRMLMarkupsDisplayableManager",
    "vtkMRMLCrosshairDisplayableManager",
    "vtkMRMLOrientationMarkerDisplayableManager",
    "vtkMRMLRulerDisplayableManager",
)
_THREE_D_MANAGERS = (
    "vtkMRMLCameraDisplayableManager",
    "vtkMRMLViewDisplayableManager",
    "vtkMRMLModelDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager3D",
    "vtkMRMLMarkupsDisplayableManager",
    "vtkMRMLOrientationMarkerDisplayableManager",
)


def _registered(factory, names):
    factory.SetMRMLApplicationLogic(slicer.app.applicationLogic())
    for name in names:
        if not factory.IsDisplayableManagerRegistered(name):
            factory.RegisterDisplayableManager(name)
    return factory


def _window(size):
    renderer = vtk.vtkRenderer()
    window = vtk.vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetSize(*size)
    window.SetMultiSamples(0)
    window.AddRenderer(renderer)
    interactor = vtk.vtkRenderWindowInteractor()
    interactor.SetRenderWindow(window)
    return window, renderer, interactor


def _save(window, path):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    window.Render()
    grab = vtk.vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.ReadFrontBufferOff()
    writer = vtk.vtkPNGWriter()
    writer.SetFileName(str(path))
    writer.SetInputConnection(grab.GetOutputPort())
    writer.Write()
    return path


def slice_view(path, name="Red", size=(500, 500), center_ras=None, fit=True):
    """Draws the slice view `name` ("Red", "Green", "Yellow") with all that is shown in it."""
    logic = slicer.app.layoutManager().sliceWidget(name).sliceLogic()
    node = logic.GetSliceNode()
    logic.ResizeSliceNode(*size)
    if fit:
        logic.FitSliceToBackground()
    if center_ras is not None:
        node.JumpSliceByOffsetting(*center_ras)
    node.SetOrientationMarkerType(slicer.vtkMRMLSliceNode.OrientationMarkerTypeAxes)
    node.SetRulerType(slicer.vtkMRMLSliceNode.RulerTypeThin)

    window, renderer, interactor = _window(size)
    image = vtk.vtkImageMapper()
    image.SetColorWindow(255)
    image.SetColorLevel(127.5)
    image.SetInputConnection(logic.GetImageDataConnection())
    actor = vtk.vtkActor2D()
    actor.SetMapper(image)
    actor.GetProperty().SetDisplayLocationToBackground()
    if logic.GetImageDataConnection() is not None:
        renderer.AddViewProp(actor)
    factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
    group = _registered(factory, _SLICE_MANAGERS).InstantiateDisplayableManagers(renderer)
    group.SetMRMLDisplayableNode(node)
    _save(window, path)
    group.SetMRMLDisplayableNode(None)
    interactor.SetRenderWindow(None)
    return Path(path)


def three_d_view(path, size=(600, 500), view_from=(0.4, 1.0, 0.35)):
    """Draws closed surfaces, models and markups; `view_from` is the camera's side in RAS."""
    scene = slicer.mrmlScene
    node = scene.GetSingletonNode("1", "vtkMRMLViewNode")
    if node is None:
        node = slicer.vtkMRMLViewNode()
        node.SetSingletonTag("1")
        node.SetLayoutName("1")
        node = scene.AddNode(node)
    node.SetBoxVisible(False)
    node.SetAxisLabelsVisible(False)
    node.SetOrientationMarkerType(slicer.vtkMRMLViewNode.OrientationMarkerTypeAxes)

    window, renderer, interactor = _window(size)
    factory = slicer.vtkMRMLThreeDViewDisplayableManagerFactory.GetInstance()
    group = _registered(factory, _THREE_D_MANAGERS).InstantiateDisplayableManagers(renderer)
    group.SetMRMLDisplayableNode(node)
    renderer.ResetCamera()
    camera = renderer.GetActiveCamera()
    focus, distance = camera.GetFocalPoint(), camera.GetDistance()
    length = sum(one * one for one in view_from) ** 0.5
    camera.SetPosition(*(f + distance * v / length for f, v in zip(focus, view_from, strict=True)))
    camera.SetViewUp(0, 0, 1)
    renderer.ResetCamera()
    renderer.ResetCameraClippingRange()
    _save(window, path)
    group.SetMRMLDisplayableNode(None)
    interactor.SetRenderWindow(None)
    return Path(path)
