"""`slicer.modules.segmenteditor`: knows which nodes it was given; nothing can be drawn with it."""

from __future__ import annotations

from PySide6 import QtWidgets


class _Editor:
    """The qMRMLSegmentEditorWidget of the module, as far as other modules hand it nodes."""

    def __init__(self):
        self._segmentation = self._source = None
        self._segment = ""

    def setSegmentationNode(self, node):
        self._segmentation = node
        self._source = None  # Slicer takes the segmentation's own reference, or none

    def segmentationNode(self):
        return self._segmentation

    def setCurrentSegmentID(self, identifier):
        self._segment = identifier

    def currentSegmentID(self):
        return self._segment

    def setSourceVolumeNode(self, node):
        self._source = node

    def sourceVolumeNode(self):
        return self._source


class _Widget:
    def __init__(self):
        self.editor = _Editor()
        self.parent = QtWidgets.QWidget()
        self.layout = QtWidgets.QVBoxLayout(self.parent)
        self.layout.addStretch(1)  # where Slicer's own widgets are

    def self(self):
        return self


class SegmentEditorModule:
    name, title = "SegmentEditor", "Segment Editor"

    def __init__(self):
        self._widget = _Widget()

    def widgetRepresentation(self):
        return self._widget
