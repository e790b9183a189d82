"""What the panel says of a result follows the sequence's slider."""

from __future__ import annotations

import qt
import slicer
import vtk


class Follower:
    """Calls ``onFrame`` when another frame of the followed segmentation is in view."""

    def __init__(self, onFrame):
        self._onFrame = onFrame
        self._browser = self._tag = None
        self._frame = -1

    def follow(self, segmentationNode) -> None:
        """Follow this one, and no other; None, or one that is in no sequence, follows nothing."""
        browser = None
        if segmentationNode is not None:
            logic = slicer.modules.sequences.logic()
            browser = logic.GetFirstBrowserNodeForProxyNode(segmentationNode)
        if browser is self._browser:
            return
        if self._browser is not None:
            self._browser.RemoveObserver(self._tag)
        self._browser = browser
        if browser is not None:
            self._frame = browser.GetSelectedItemNumber()
            self._tag = browser.AddObserver(vtk.vtkCommand.ModifiedEvent, self._onModified)

    def _onModified(self, browser, _event) -> None:
        if browser.GetSelectedItemNumber() != self._frame:
            self._frame = browser.GetSelectedItemNumber()
            qt.QTimer.singleShot(0, self._onFrame)  # later: the proxies are updated by then
