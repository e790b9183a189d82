"""Which slices of an open label are finished, which ones are proposed, and going to them."""

from __future__ import annotations

from dataclasses import dataclass

from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import FinishedSlices
from semigda_core.labels.proposed import evenly_spaced, suggested_count
from SemiGDALib import nodes
from SemiGDALib.train.slices import extent, planes
from SemiGDALib.train.slices.marks import SliceMarks
from SemiGDALib.train.slices.view_in_use import ViewInUse


@dataclass(frozen=True)
class Extent:
    """Where the structure lies: slices ``first`` to ``last`` along ``axis``.

    ``source``: "drawn", "predicted", or "image" if only the image is known.
    """

    axis: int
    first: int
    last: int
    source: str


class SliceLabel:
    """The slices of one label that is open in Segment Editor.

    Slices are those of the image's own grid, counted from 0. A view shows one of them if it is
    parallel to them.

    Args:
        finished: what is known so far; None: the whole volume.
        predicted: function of an axis that gives the slices on which a model found something.

    Attributes:
        onChanged: called without arguments when anything here, or the view in use, changes.
        proposed: the slices to draw, see :meth:`propose`.
    """

    def __init__(self, volumeNode, segmentationNode, finished, predicted):
        self._volume, self._segmentation = map(nodes.Held, (volumeNode, segmentationNode))
        self._predicted = predicted
        self.onChanged = lambda: None
        self.proposed = FinishedSlices(2)
        self.marks = SliceMarks(segmentationNode, finished, self._changed)
        self._view = ViewInUse(self._changed)

    def close(self) -> None:
        """Watch the scene no longer."""
        self.onChanged = lambda: None
        self.marks.close()
        self._view.close()

    def _changed(self) -> None:
        self.onChanged()

    @property
    def volumeNode(self):
        return self._volume.node

    @property
    def segmentationNode(self):
        return self._segmentation.node

    @property
    def finished(self) -> FinishedSlices | None:
        """The finished slices; None: the whole volume is labelled."""
        return self.marks.finished

    def hasSlices(self) -> bool:
        """Whether the image is more than a picture."""
        return min(self.volumeNode.GetImageData().GetDimensions()) > 1

    def count(self) -> int:
        """How many slices the image has in the direction of those that are counted. Raises as
        :meth:`axis`."""
        return planes.counted(self.volumeNode, self.axis())

    # Marking

    @property
    def view(self):
        """The slice node of the view in use."""
        return self._view.node

    def shown(self) -> tuple[int, int]:
        """Axis and index of the slice in the view in use.

        Raises:
            SemiGDAError: "bad-input" as :func:`planes.shownIn`.
        """
        return planes.shownIn(self.view, self.volumeNode)

    def isShownFinished(self) -> bool:
        """Whether the slice in the view in use is marked. Raises as :meth:`shown`."""
        axis, index = self.shown()
        found = self.finished
        return found is not None and found.axis == axis and index in found

    def mark(self) -> int:
        """The slice in the view in use is finished; returns its index. Raises as :meth:`shown`."""
        axis, index = self.shown()
        self.marks.mark(axis, [index])
        return index

    def unmark(self) -> int:
        """It is not. Raises as :meth:`shown`."""
        axis, index = self.shown()
        if self.isShownFinished():
            self.marks.unmark([index])
        return index

    def markRange(self, first: int, last: int) -> None:
        """All slices from ``first`` to ``last`` are finished.

        Raises:
            SemiGDAError: "bad-input" for slices that are not there.
        """
        axis = self.axis()
        self._check(axis, first, last)
        self.marks.mark(axis, range(first, last + 1))

    def _check(self, axis: int, first: int, last: int) -> None:
        """Raise "bad-input" unless the image has the slices from ``first`` to ``last``."""
        count = planes.counted(self.volumeNode, axis)
        if not 0 <= first <= last < count:
            raise SemiGDAError(
                "bad-input",
                _("There are no such slices."),
                action=_("Slices go from 0 to {last}.").format(last=count - 1),
            )

    def markBetween(self) -> None:
        """All slices between the first and the last drawn one are finished.

        Raises:
            SemiGDAError: "bad-input" if nothing is drawn.
        """
        drawn = self.drawn(self.axis())
        if not drawn:
            raise SemiGDAError(
                "bad-input", _("Nothing is drawn yet."), action=_("Draw a class on a slice first.")
            )
        self.markRange(drawn[0], drawn[-1])

    def unmarkAll(self) -> None:
        """No slice is finished."""
        if self.finished is not None:
            self.marks.unmark(self.finished.indices)

    def axis(self) -> int:
        """Along which slices are counted: that of the marked ones, or of the view in use.

        Raises:
            SemiGDAError: "bad-input" as :meth:`shown`.
        """
        if self.finished:
            return self.finished.axis
        found = planes.axisOf(self.view, self.volumeNode)
        return self.shown()[0] if found is None else found

    def drawn(self, axis: int) -> list[int]:
        """The slices on which a class is drawn."""
        return extent.drawn(self.segmentationNode, self.volumeNode, axis)

    def notFinished(self) -> FinishedSlices | None:
        """Drawn slices that are not marked, and therefore do not count; None if all do."""
        found = self.finished
        drawn = [] if found is None else self.drawn(found.axis)
        return FinishedSlices(found.axis, drawn).without(found.indices) if drawn else None

    # Which slices?

    def extent(self) -> Extent:
        """Where the structure lies, as far as it is known. Raises as :meth:`axis`."""
        axis = self.axis()
        found, source = self.drawn(axis), "drawn"
        if len(found) < 2:
            found, source = self._predicted(axis), "predicted"
        if len(found) < 2:
            found, source = extent.filled(self.volumeNode, axis), "image"
        return Extent(axis, found[0], found[-1], source)

    def propose(self, count=None, first=None, last=None) -> tuple[int, ...]:
        """Evenly spaced slices to draw, and go to the first of them.

        Args:
            count: how many, at least 1; None: about a tenth of the image's slices, at least 3.
            first, last: where; None: over the :meth:`extent`.

        Raises:
            SemiGDAError: "bad-input" as :meth:`axis`, and for slices that are not there.
        """
        axis = self.axis()
        if first is None or last is None:
            known = self.extent()
            first = known.first if first is None else first
            last = known.last if last is None else last
        self._check(axis, first, last)
        if count is None:
            count = suggested_count(planes.counted(self.volumeNode, axis))
        found = evenly_spaced(first, last, max(count, 1))
        self.proposed = FinishedSlices(axis, found)
        if self.finished is None:
            self.marks.setWhole(False)
        planes.showSlice(self.volumeNode, axis, found[0])
        self._changed()
        return found

    # Going from one to the next

    def stops(self) -> FinishedSlices:
        """The slices that *Next* stops at: proposed and finished ones."""
        marked = self.finished
        if not marked or marked.axis != self.proposed.axis:
            return marked if marked and not self.proposed else self.proposed
        return self.proposed.including(marked.indices)

    def neighbour(self, step: int) -> int | None:
        """The next stop in direction ``step``, 1 or -1; None if there is none."""
        stops = self.stops()
        here = self._indexAlong(stops.axis)
        if step > 0:
            return next((n for n in stops.indices if here is None or n > here), None)
        return next((n for n in reversed(stops.indices) if here is None or n < here), None)

    def go(self, step: int) -> int | None:
        """Move the slice views to the next stop, and return it.

        Raises:
            SemiGDAError: "bad-input" if no view shows such slices.
        """
        index = self.neighbour(step)
        if index is not None and not planes.showSlice(self.volumeNode, self.stops().axis, index):
            raise SemiGDAError(
                "bad-input",
                _("No view is parallel to these slices."),
                action=_("Click Turn views."),
            )
        return index

    def _indexAlong(self, axis: int) -> int | None:
        """Where the views are: the view in use before others."""
        for view in (self.view, *planes.views()):
            if planes.axisOf(view, self.volumeNode) == axis:
                return planes.position(view, self.volumeNode, axis)
        return None

    def turnViews(self) -> None:
        """Turn the slice views to the image's own slices."""
        planes.turnViews(self.volumeNode)
        self._changed()
