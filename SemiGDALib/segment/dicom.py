"""*Export as DICOM SEG*, through the exporter that Slicer's own DICOM module has."""

from __future__ import annotations

from pathlib import Path

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError, plain_errors
from SemiGDALib import nodes
from SemiGDALib.dialogs import chooseFolder
from SemiGDALib.texts import errorText
from SemiGDALib.widgets import actionButton

_PLUGIN = "DICOMSegmentationPlugin"


def exporter():
    """The DICOM module's plugin for segmentations; None before Slicer 5.12, which has none."""
    plugins = getattr(slicer.modules, "dicomPlugins", {})
    return plugins[_PLUGIN]() if _PLUGIN in plugins else None


def imageOf(segmentationNode):
    """The volume whose grid the segmentation lies on, if the DICOM module loaded it; else None."""
    role = segmentationNode.GetReferenceImageGeometryReferenceRole()
    volume = segmentationNode.GetNodeReference(role)
    loaded = volume is not None and volume.GetAttribute("DICOM.instanceUIDs")
    return volume if loaded else None


def check(segmentationNode):
    """The exporter.

    Raises:
        SemiGDAError: "bad-input" if the segmentation or this Slicer cannot do it.
    """
    if imageOf(segmentationNode) is None:
        raise SemiGDAError(
            "bad-input",
            _("The image was not loaded from DICOM, and a DICOM SEG must name its series."),
            action=_("Load the series in the DICOM module, and segment it."),
        )
    plugin = exporter()
    if plugin is None:
        raise SemiGDAError(
            "bad-input",
            _("This version of Slicer cannot write DICOM SEG."),
            action=_("Use Slicer 5.12 or later, or install its extension Quantitative Reporting."),
        )
    return plugin


def export(segmentationNode, folder) -> list[Path]:
    """Write the segmentation as a DICOM SEG into ``folder`` and Slicer's DICOM database.

    Segments carry their DICOM codes, and the name of the model as the algorithm.

    Returns the new files.

    Raises:
        SemiGDAError: "bad-input" if the segmentation or this Slicer cannot do it, or if Slicer's
            exporter refuses.
    """
    plugin, folder = check(segmentationNode), Path(folder)
    with plain_errors():
        folder.mkdir(parents=True, exist_ok=True)
        before = set(folder.iterdir())
    item = nodes.subjectHierarchy().GetItemByDataNode(segmentationNode)
    exportables = plugin.examineForExport(item)
    for exportable in exportables:
        exportable.directory = str(folder)
    problem = plugin.export(exportables) if exportables else _("it does not take this one")
    made = sorted(set(folder.iterdir()) - before)
    if problem or not made:
        raise SemiGDAError(
            "bad-input",
            _("Slicer's DICOM exporter could not write this segmentation."),
            action=_("Check that the series is still in Slicer's DICOM database."),
            detail=str(problem or ""),
        )
    return made


class ExportButton:
    """The button below a result of the :class:`SemiGDALib.segment.panel.SegmentPanel`."""

    def __init__(self, panel):
        self.button = actionButton(_("Export as DICOM SEG..."), self._onClicked)
        panel.ui.resultCollapsibleButton.layout().addWidget(self.button)
        self._panel, self._node = panel, None

    def show(self, segmentationNode) -> None:
        """Of the result in view, or None."""
        self._node = segmentationNode
        self.button.enabled = False
        if segmentationNode is None:
            return
        try:
            check(segmentationNode)
        except SemiGDAError as error:
            self.button.toolTip = errorText(error)
        else:
            self.button.enabled = True
            self.button.toolTip = _(
                "Write the segments with their DICOM codes into a file that belongs to the same "
                "study as the image."
            )

    def _onClicked(self) -> None:
        held = nodes.Held(self._node)  # another result may come while the folder is chosen
        folder = chooseFolder(_("Folder for the DICOM SEG"))
        if not folder or held.node is None:
            return
        try:
            made = self._panel.logic.exportDicomSeg(held.node, folder)
        except SemiGDAError as error:
            self._panel.showError(error)
        else:
            self._panel.say(
                _("Exported: {name}").format(name=", ".join(path.name for path in made))
            )
