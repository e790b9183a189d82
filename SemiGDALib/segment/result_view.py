"""The panel's result section: it shows the result that a segmentation node has."""

from __future__ import annotations

import qt
import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib import provenance
from SemiGDALib.segment import sizes, views
from SemiGDALib.segment.certainty import certainty, volumeRange
from SemiGDALib.segment.editions import Editions
from SemiGDALib.segment.frames.follower import Follower
from SemiGDALib.tables import fitHeight, setColumns
from SemiGDALib.texts import errorText
from SemiGDALib.translation.sentences import translated

COLOUR, NAME, SIZE, CERTAINTY = range(4)
MOST_RANGES = 3  # in the note


class ResultView:
    """Binds the widgets of the result section to a segmentation node.

    Args:
        buttons: below it; each is shown the node whose result is in view, or None.
    """

    def __init__(self, ui, *buttons):
        self._ui = ui
        self._buttons = buttons
        self.node = None
        self._spot = -1
        self._follower = Follower(self._onFrame)
        self._editions = Editions(self._onEdited)
        table = ui.resultTable
        setColumns(table, ("", _("Segment"), _("Size"), _("Certainty")), [NAME])
        table.setTextElideMode(qt.Qt.ElideMiddle)  # "left ... lobe": both ends tell segments apart
        table.setWordWrap(False)  # which would cut at the first space
        table.connect("cellDoubleClicked(int,int)", self._onRowDoubleClicked)
        ui.showReviewCheckBox.connect("toggled(bool)", self._onShowReview)
        ui.nextSpotButton.connect("clicked(bool)", self._onNextSpot)
        ui.show3DButton.connect("toggled(bool)", self._onShow3D)

    def show(self, segmentationNode) -> None:
        """Show a node's result; None, or a node without one, empties the section."""
        if segmentationNode is not self.node:
            views.removeMarker()
            self._spot = -1
        self.node = segmentationNode
        self._follower.follow(segmentationNode)
        self._editions.follow(segmentationNode)
        result = provenance.resultOf(segmentationNode)
        ui = self._ui
        ui.resultCollapsibleButton.visible = result is not None
        for button in self._buttons:
            button.show(segmentationNode if result is not None else None)
        found = result["segments"] if result else []
        segments = [sizes.present(segment, segmentationNode) for segment in found]
        self._fillTable(segments)
        if result is None:
            return
        ui.resultNameLabel.text = ui.resultNameLabel.toolTip = segmentationNode.GetName()
        review = views.reviewMapOf(segmentationNode) is not None
        ui.showReviewCheckBox.enabled = review
        self._setChecked(ui.showReviewCheckBox, review and views.isReviewMapShown(segmentationNode))
        self._setChecked(ui.show3DButton, views.isShown3D(segmentationNode))
        ui.show3DButton.enabled = segmentationNode.GetSegmentation().GetNumberOfSegments() > 0
        spots = views.spotsOf(segmentationNode)
        hasImage = views.inputVolumeOf(segmentationNode) is not None
        ui.nextSpotButton.enabled = bool(spots) and hasImage
        notes = [translated(note) for note in result.get("notes", [])]
        if result.get("frame") is not None:
            notes.insert(0, _("Made of frame {number}.").format(number=result["frame"]))
        notes.append(self._note(segments, review, spots))
        lines = [" ".join(notes), *self._ranges(segments)]
        ui.resultNoteLabel.text = "\n".join(lines)

    def unfollow(self) -> None:
        """Leave the sequence's slider alone, and the editor."""
        self._follower.follow(None)
        self._editions.follow(None)

    def _note(self, segments, review: bool, spots) -> str:
        if not any(segment["id"] for segment in segments):
            return _("The model found none of its structures in this image.")
        if not review:
            return _("No review map was made with this result.")
        if not spots:
            return _("No doubtful spot is large enough to list.")
        return spotsText(len(spots))

    def _ranges(self, segments) -> list[str]:
        """A line for each of a few classes; the tool tips of the sizes have all."""
        said = [(segment["name"], volumeRange(segment)) for segment in segments]
        lines = [f"{name}: {text}" for name, text in said if text]
        return lines if len(lines) <= MOST_RANGES else []

    def _fillTable(self, segments) -> None:
        table = self._ui.resultTable
        table.setRowCount(len(segments))
        for row, segment in enumerate(segments):
            colour = qt.QTableWidgetItem()
            colour.setBackground(qt.QBrush(qt.QColor(*segment["color"])))
            name = qt.QTableWidgetItem(self._currentName(segment))
            name.setToolTip(name.text())  # a long one is cut
            size = qt.QTableWidgetItem(_size(segment))
            size.setTextAlignment(qt.Qt.AlignRight | qt.Qt.AlignVCenter)
            size.setToolTip(volumeRange(segment))
            text, shade, explanation = certainty(segment)
            sure = qt.QTableWidgetItem(text)
            sure.setToolTip(explanation)
            if shade:
                sure.setForeground(qt.QBrush(qt.QColor("white")))
                sure.setBackground(qt.QBrush(qt.QColor(shade)))
            for column, item in enumerate((colour, name, size, sure)):
                table.setItem(row, column, item)
        fitHeight(table, len(segments))

    def _currentName(self, segment) -> str:
        """The segment's name now: it may have got a suffix, or been renamed."""
        found = self._segment(segment["id"])
        return found.GetName() if found is not None else segment["name"]

    def _segment(self, segmentId):
        if self.node is None or not segmentId:
            return None
        return self.node.GetSegmentation().GetSegment(segmentId)

    @staticmethod
    def _setChecked(button, checked: bool) -> None:
        wasBlocked = button.blockSignals(True)
        button.checked = checked
        button.blockSignals(wasBlocked)

    def _onFrame(self) -> None:
        if self.node is not None and self.node.GetScene() is not None:
            views.removeMarker()  # of a spot that the frame before has
            self._spot = -1
            self.show(self.node)

    def _onEdited(self) -> None:
        if self._ui.resultTable.visible:  # otherwise it is shown anew when the panel is entered
            self.show(self.node)

    # The user's actions

    def _onShowReview(self, checked) -> None:
        if self.node is not None:
            views.showReviewMap(self.node, checked)

    def _onNextSpot(self) -> None:
        spots = views.spotsOf(self.node) if self.node is not None else []
        if not spots or views.inputVolumeOf(self.node) is None:
            return
        self._spot = (self._spot + 1) % len(spots)
        try:
            views.jumpToSpot(self.node, self._spot)
        except SemiGDAError as error:
            views.removeMarker()
            self._ui.resultNoteLabel.text = errorText(error)
            return
        number, count = self._spot + 1, len(spots)
        views.markSpot(self.node, self._spot, _("Doubtful spot {number}").format(number=number))
        self._ui.resultNoteLabel.text = _(
            "Doubtful spot {number} of {count}, voxels: {size}"
        ).format(number=number, count=count, size=spots[self._spot]["size_voxels"])

    def _onShow3D(self, checked) -> None:
        if self.node is not None:
            with slicer.util.tryWithErrorDisplay(
                _("The 3D surfaces could not be made."), waitCursor=True
            ):
                views.show3D(self.node, checked)

    def _onRowDoubleClicked(self, row, _column) -> None:
        result = provenance.resultOf(self.node)
        segmentId = result["segments"][row]["id"] if result else None
        if self._segment(segmentId) is not None:
            views.jumpToSegment(self.node, segmentId)


def _size(segment: dict) -> str:
    if segment["id"] is None:
        return _("not found")
    return _("deleted") if segment.get("deleted") else sizes.text(segment)


def spotsText(count: int) -> str:
    """How many places of a result are doubtful."""
    if count == 1:
        return _("1 doubtful spot.")
    return _("{count} doubtful spots, ranked by size and doubt.").format(count=count)
