"""Shows a row of several volumes in the views: its volume, with the result."""

from __future__ import annotations

import os
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.files.stamps import stamp
from semigda_core.labels.segments import ENDING
from SemiGDALib import nodes
from SemiGDALib.widgets import actionButton

STAMP = "SemiGDA.FileStamp"  # of the file that a node was loaded from


class ShowButton:
    """The button below the table, which a double click on a row stands for.

    Args:
        panel: the :class:`SemiGDALib.segment.panel.SegmentPanel`.
        section: the :class:`SemiGDALib.segment.several.section.SeveralSection`, with its table.
    """

    def __init__(self, panel, section):
        self._panel, self._section = panel, section
        table = section.table.widget
        self.button = actionButton(
            _("Show"),
            lambda: self.show(table.currentRow()),
            _(
                "Show the selected volume and its result in the views; a file is loaded. A double "
                "click on its row does the same."
            ),
            "severalShowButton",
        )
        self.button.enabled = False
        table.connect("cellDoubleClicked(int,int)", lambda row, _column: self.show(row))
        table.connect("itemSelectionChanged()", self._onSelection)

    def _onSelection(self) -> None:
        self.button.enabled = bool(self._section.table.widget.selectedItems())

    def show(self, place: int) -> None:
        """Show the row at a place of the table."""
        parameters, rows = self._panel.parameters, self._section.rows
        if parameters is None or not 0 <= place < len(rows):
            return
        try:
            show(parameters, rows[place], self._section.resultsFolder())
        except SemiGDAError as error:
            self._panel.showError(error)


def show(parameters, row, folder) -> None:
    """Make a row's volume the input, with its result beside it, and show both.

    Args:
        parameters: the module's parameter node.
        row: a :class:`SemiGDALib.segment.several.rows.Row`; files are loaded, once.
        folder: of the results of files.

    Raises:
        SemiGDAError: "bad-input" if it is not there any more, or Slicer cannot load it.
    """
    if row.image is not None:
        volume, result = _ofFile(row, folder)
    else:
        volume = row.presentVolume()
        result = next(iter(nodes.resultsOf(volume.GetID())), None)
    parameters.inputVolume, parameters.resultSegmentation = volume, result
    if result is not None:
        result.CreateDefaultDisplayNodes()
        result.GetDisplayNode().SetVisibility(True)
    slicer.util.setSliceViewerLayers(background=volume, fit=True)


def _ofFile(row, folder) -> tuple:
    """An image file's volume, and its result's segmentation or None."""
    if os.path.isdir(row.image):  # Slicer's database keeps its patient and study
        raise SemiGDAError(
            "bad-input",
            _("The image is a DICOM series."),
            action=_("Load it in the DICOM module."),
        )
    volume = _loaded(row.image, "vtkMRMLScalarVolumeNode")
    file = folder / f"{row.name}{ENDING}" if folder is not None else None
    if file is None or not os.path.isfile(file):
        return volume, None
    result = _loaded(file, "vtkMRMLSegmentationNode")
    # With it, another input hides the result, as it does those of the scene.
    result.SetNodeReferenceID(nodes.INPUT_REFERENCE, volume.GetID())
    return volume, result


def _loaded(file, kind: str):
    """The node that a file was loaded as, unless it has been written again since; the node of
    before, which may have been edited, is then hidden."""
    isResult, now = file.name.endswith(ENDING), stamp(file)
    for node in slicer.util.getNodesByClass(kind):
        storage = node.GetStorageNode()
        if storage is not None and Path(storage.GetFileName() or "") == file:
            seen = node.GetAttribute(STAMP)
            if seen == now or (seen is None and not isResult):  # the user has loaded the image
                return node
            node.SetDisplayVisibility(False)
    load = slicer.util.loadSegmentation if isResult else slicer.util.loadVolume
    try:
        node = load(str(file), {} if isResult else {"show": False})
    except RuntimeError as error:
        raise SemiGDAError(
            "bad-input",
            _("Slicer could not load this file."),
            action=_("Load it with Add Data, which says why."),
        ) from error
    node.SetAttribute(STAMP, now)
    return node
