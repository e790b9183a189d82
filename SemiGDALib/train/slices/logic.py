"""What SemiGDATrain's Logic offers for labels on some slices only.

All of it is about the label that is open (``editLabel``). Slices are those of the image's own grid,
counted from 0. Errors are raised as SemiGDAError; without an open label: "bad-input".
"""

from __future__ import annotations

from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError


class SlicesLogic:
    """A part of SemiGDATrainLogic."""

    labelling = None  # SemiGDALib.train.labelling.open_label.Labelling

    def slices(self):
        """The open label's :class:`SemiGDALib.train.slices.slice_label.SliceLabel`."""
        if self.labelling is None or not self.labelling.isAlive():
            raise SemiGDAError(
                "bad-input",
                _("No label is open."),
                action=_("Open a case in Segment Editor first."),
            )
        return self.labelling.slices

    def finishedSlices(self):
        """Which slices are finished, a FinishedSlices; None: the whole volume is labelled."""
        return self.slices().finished

    def setWholeVolume(self, whole=True):
        """Whether the whole volume is labelled, or only the slices that are marked."""
        self.slices().marks.setWhole(whole)

    def markSlice(self):
        """The slice in the view in use is finished; returns its index."""
        return self.slices().mark()

    def unmarkSlice(self):
        """It is not finished; returns its index."""
        return self.slices().unmark()

    def markSlices(self, first, last):
        """All slices from ``first`` to ``last`` are finished."""
        self.slices().markRange(first, last)

    def markBetween(self):
        """All slices from the first to the last drawn one are finished."""
        self.slices().markBetween()

    def unmarkAllSlices(self):
        """No slice is finished."""
        self.slices().unmarkAll()

    def proposeSlices(self, count=None, first=None, last=None):
        """Evenly spaced slices to draw, over the structure's extent by default; their indices."""
        return self.slices().propose(count, first, last)

    def nextSlice(self, step=1):
        """Go to the next proposed or finished slice, or with -1 back; its index, or None."""
        return self.slices().go(step)

    def addIgnoredRegion(self):
        """The id of a segment for what nobody can label; it is made if there is none."""
        from SemiGDALib.train.slices.ignored import addIgnored

        return addIgnored(self.slices().segmentationNode)
