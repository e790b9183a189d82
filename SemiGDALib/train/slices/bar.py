"""The frame in Segment Editor with which slices are marked as finished."""

from __future__ import annotations

import html

import qt
import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib import keyboard
from SemiGDALib.texts import amber, errorText
from SemiGDALib.train.slices import dialogs, ignored, planes
from SemiGDALib.train.slices.words import finishedText, numbers
from SemiGDALib.widgets import actionButton, addEntry, addLabel, onClick, rowOf

MARK, NEXT, PREVIOUS = "Shift+M", "Shift+N", "Shift+B"


class SlicesBar:
    """Marks, proposals and ignored regions of one label.

    Args:
        labelling: the :class:`SemiGDALib.train.labelling.open_label.Labelling`.
    """

    def __init__(self, labelling):
        self._labelling, self._slices = labelling, labelling.slices
        self._problem = ""
        slices = self._slices
        self._mark, self._unmark = self._doing(slices.mark), self._doing(slices.unmark)
        self._next, self._previous = self._doing(slices.go, 1), self._doing(slices.go, -1)
        self._makeWidgets()
        keys = {MARK: self._mark, NEXT: self._next, PREVIOUS: self._previous}
        self._shortcuts = [self._shortcut(key, slot) for key, slot in keys.items()]
        keyboard.prepare(self.widget)
        self._slices.onChanged = self.refresh
        self.refresh()

    def close(self) -> None:
        """To be called before the widget goes."""
        self._slices.onChanged = lambda: None
        for shortcut in self._shortcuts:
            shortcut.setParent(None)
            shortcut.deleteLater()

    # Widgets

    def _makeWidgets(self) -> None:
        self.widget = qt.QFrame()
        self.widget.name = "semigdaSlicesFrame"
        self.widget.setFrameShape(qt.QFrame.StyledPanel)
        lines = qt.QVBoxLayout(self.widget)
        lines.setContentsMargins(6, 6, 6, 6)
        self.wholeButton = qt.QRadioButton(_("The whole volume is labelled"))
        self.wholeButton.toolTip = _("Where nothing is drawn, there is nothing.")
        self.partlyButton = qt.QRadioButton(_("These slices are finished"))
        self.partlyButton.toolTip = _(
            "Only on marked slices is every class drawn. All others count as unlabelled, "
            "whatever is drawn there."
        )
        for button, whole in ((self.wholeButton, True), (self.partlyButton, False)):
            onClick(button, self._doing(self._slices.marks.setWhole, whole))
            lines.addWidget(button)
        self.partlyFrame = qt.QWidget()
        lines.addWidget(self.partlyFrame)
        inner = qt.QVBoxLayout(self.partlyFrame)
        inner.setContentsMargins(18, 0, 0, 0)
        self._addMarking(inner)
        self._addGoing(inner)
        about = _("Turn the slice views to the image's own slices.")
        self.turnButton = actionButton(_("Turn views"), self._doing(self._slices.turnViews), about)
        about = _("Propose a few evenly spaced slices to draw.")
        self.whichButton = actionButton(_("Which slices?..."), self.onWhich, about)
        about = _(
            "Add a segment for a region that nobody can label: it is no class, and its voxels "
            "count as unlabelled."
        )
        self.ignoreButton = actionButton(_("Ignore region"), self.onIgnore, about)
        lines.addWidget(self.turnButton)
        lines.addLayout(rowOf(self.whichButton, self.ignoreButton))
        self.problemLabel = addLabel(lines, _("What is wrong, and what to do."))

    def _addMarking(self, lines) -> None:
        self.finishedLabel = addLabel(lines, _("The slices that are finished."))
        self.shownLabel = addLabel(lines, _("The slice in the view that the mouse was in last."))
        about = _(
            "Every class is drawn on the slice in this view, or is not there: an empty slice "
            "counts as empty. Key: {key}"
        )
        self.markButton = actionButton("", self._mark, about.format(key=MARK))
        about = _("The slice in this view is not finished.")
        self.unmarkButton = actionButton(_("Unmark"), self._unmark, about)
        self.moreButton = qt.QPushButton(_("More"))
        self.moreButton.toolTip = _("Mark or unmark several slices.")
        self._menu = qt.QMenu(self.moreButton)
        between = _("Mark all between the first and the last drawn one")
        addEntry(self._menu, between, self._doing(self._slices.markBetween))
        addEntry(self._menu, _("Mark a range..."), self.onRange)
        addEntry(self._menu, _("Unmark all"), self._doing(self._slices.unmarkAll))
        self.moreButton.setMenu(self._menu)
        lines.addLayout(rowOf(self.markButton, self.unmarkButton, self.moreButton))

    def _addGoing(self, lines) -> None:
        about = _("Back to the proposed or finished slice before this one. Key: {key}")
        about = about.format(key=PREVIOUS)
        self.previousButton = actionButton(_("Previous"), self._previous, about)
        about = _("On to the next proposed or finished slice. Key: {key}").format(key=NEXT)
        self.nextButton = actionButton(_("Next"), self._next, about)
        lines.addLayout(rowOf(self.previousButton, self.nextButton))
        self.proposedLabel = addLabel(lines, _("The slices to draw, evenly spaced."))

    def _shortcut(self, key, slot):
        window = slicer.util.mainWindow() or self.widget
        shortcut = qt.QShortcut(qt.QKeySequence(key), window)
        shortcut.connect("activated()", slot)
        return shortcut

    # Showing

    def refresh(self) -> None:
        """Show the marks, and the slice in the view in use."""
        self.widget.enabled = self._labelling.isAlive()
        if not self.widget.enabled:
            return
        slices, partly = self._slices, self._slices.finished is not None
        self.wholeButton.checked, self.partlyButton.checked = not partly, partly
        for widget in (self.wholeButton, self.partlyButton, self.whichButton):
            widget.visible = slices.hasSlices()
        self.partlyFrame.visible = partly
        turned = planes.axisOf(slices.view, slices.volumeNode) is None
        self.turnButton.visible = turned and slices.hasSlices()
        self.problemLabel.text = amber(html.escape(self._problem))
        self.problemLabel.visible = bool(self._problem)
        if partly:
            self._showSlice(turned)
            self._showStops()

    def _showSlice(self, turned) -> None:
        slices = self._slices
        known = not turned or bool(slices.finished)  # along which slices one counts
        self.finishedLabel.visible = known
        if known:
            self.finishedLabel.text = finishedText(slices.finished, slices.count())
        try:
            _axis, index = slices.shown()
            isFinished = slices.isShownFinished()
        except SemiGDAError as error:
            self.shownLabel.text = errorText(error)
            self.markButton.text = _("Mark slice")
            self.markButton.enabled = self.unmarkButton.enabled = False
            return
        text = _("{view} view: slice {index}, finished.")
        if not isFinished:
            text = _("{view} view: slice {index}, not finished.")
        self.shownLabel.text = text.format(view=slices.view.GetName(), index=index)
        self.markButton.text = _("Mark slice {index}").format(index=index)
        self.markButton.enabled, self.unmarkButton.enabled = not isFinished, isFinished

    def _showStops(self) -> None:
        slices, proposed = self._slices, self._slices.proposed
        self.proposedLabel.visible = bool(proposed)
        self.proposedLabel.text = _("Proposed: {which}").format(which=numbers(proposed))
        self.previousButton.enabled = slices.neighbour(-1) is not None
        self.nextButton.enabled = slices.neighbour(1) is not None

    # What the user does

    def _attempt(self, action, *arguments):
        """What the action returns; its error is shown in the frame."""
        self._problem, result = "", None
        try:
            result = action(*arguments)
        except SemiGDAError as error:
            self._problem = errorText(error)
        self.refresh()
        return result

    def _doing(self, action, *arguments):
        """What a click on a widget calls to do this."""
        return lambda: self._attempt(action, *arguments)

    def onRange(self) -> None:
        """Ask for the first and the last slice."""
        chosen = self._attempt(dialogs.askRange, self._slices)
        if chosen is not None:
            self._attempt(self._slices.markRange, *chosen)

    def onWhich(self) -> None:
        """Ask how many, then propose them."""
        chosen = self._attempt(dialogs.askWhich, self._slices)
        if chosen is not None:
            self._attempt(self._slices.propose, *chosen)

    def onIgnore(self) -> None:
        """A segment for what nobody can label, ready to be drawn."""
        identifier = self._attempt(ignored.addIgnored, self._slices.segmentationNode)
        editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
        editor.setCurrentSegmentID(identifier)
