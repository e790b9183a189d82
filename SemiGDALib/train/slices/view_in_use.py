"""The slice view that the user works in."""

from __future__ import annotations

import slicer
import vtk

from SemiGDALib.train.slices import planes


class ViewInUse:
    """The view that the mouse was in last; the first of the layout before it was in any.

    Args:
        onChanged: called without arguments when it is another view, or shows another slice.
    """

    def __init__(self, onChanged):
        self._onChanged = onChanged
        self._id = None
        self._observed: list = []
        crosshair = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
        if crosshair is not None:
            self._observe(crosshair, crosshair.CursorPositionModifiedEvent, self._onCursor)
        for node in planes.views():
            self._observe(node, vtk.vtkCommand.ModifiedEvent, self._onMoved)

    @property
    def node(self):
        """Its slice node."""
        found = planes.views()
        return next((node for node in found if node.GetID() == self._id), found[0])

    def close(self) -> None:
        """Watch the views no longer."""
        for node, tag in self._observed:
            node.RemoveObserver(tag)
        self._observed = []

    def _observe(self, node, event, slot) -> None:
        self._observed.append((node, node.AddObserver(event, slot)))

    def _onCursor(self, crosshair, _event) -> None:
        view = crosshair.GetCursorPositionXYZ([0.0, 0.0, 0.0])
        if view is not None and view.GetID() != self._id:
            self._id = view.GetID()
            self._onChanged()

    def _onMoved(self, view, _event) -> None:
        if view is self.node:
            self._onChanged()
