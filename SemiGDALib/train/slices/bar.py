"""The frame in Segment Editor with which slices are marked as finished."""

from __future__ import annotations

import html
from functools import partial

import qt
import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib import keyboard
from SemiGDALib.texts import amber
from SemiGDALib.train.slices import dialogs, ignored, planes
from SemiGDALib.train.slices.words import finishedText, numbers
from SemiGDALib.translation.sentences import translated
from SemiGDALib.widgets import addEntry, addLabel, onClick

MARK, NEXT, PREVIOUS = "Shift+M", "Shift+N", "Shift+B"


class SlicesBar:
    """Marks, proposals and ignored regions of one label.

    Args:
        labelling: the :class:`SemiGDALib.train.labelling.Labelling`.
    """

    def __init__(self, labelling):
        self._labelling, self._slices = labelling, labelling.slices
        self._problem = ""
        self._makeWidgets()
        self._shortcuts = [
            self._shortcut(MARK, self.onMark),
            self._shortcut(NEXT, self.onNext),
            self._shortcut(PREVIOUS, self.onPrevious),
        ]
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
            onClick(button, partial(self._setWhole, whole))
            lines.addWidget(button)
        self.partlyFrame = qt.QWidget()
        lines.addWidget(self.partlyFrame)
        inner = qt.QVBoxLayout(self.partlyFrame)
        inner.setContentsMargins(18, 0, 0, 0)
        self.finishedLabel = addLabel(inner, _("The slices that are finished."))
        self.shownLabel = addLabel(inner, _("The slice in the view that the mouse was in last."))
        self.markButton = self._button(
            _(
                "Every class is drawn on the slice in this view, or is not there: an empty slice "
                "counts as empty. Key: {key}"
            ).format(key=MARK),
            self.onMark,
        )
        self.unmarkButton = self._button(
            _("The slice in this view is not finished."), self.onUnmark, _("Unmark")
        )
        self.moreButton = self._button(_("Mark or unmark several slices."), None, _("More"))
        self._row(inner, self.markButton, self.unmarkButton, self.moreButton)
        self._menu = qt.QMenu(self.moreButton)
        for text, slot in (
            (_("Mark all between the first and the last drawn one"), self.onBetween),
            (_("Mark a range..."), self.onRange),
            (_("Unmark all"), self.onUnmarkAll),
        ):
            addEntry(self._menu, text, slot)
        self.moreButton.setMenu(self._menu)
        self.previousButton = self._button(
            _("Back to the proposed or finished slice before this one. Key: {key}").format(
                key=PREVIOUS
            ),
            self.onPrevious,
            _("Previous"),
        )
        self.nextButton = self._button(
            _("On to the next proposed or finished slice. Key: {key}").format(key=NEXT),
            self.onNext,
            _("Next"),
        )
        self.turnButton = self._button(
            _("Turn the slice views to the image's own slices."), self.onTurn, _("Turn views")
        )
        self._row(inner, self.previousButton, self.nextButton)
        self.proposedLabel = addLabel(inner, _("The slices to draw, evenly spaced."))
        self.whichButton = self._button(
            _("Propose a few evenly spaced slices to draw."), self.onWhich, _("Which slices?...")
        )
        self.ignoreButton = self._button(
            _(
                "Add a segment for a region that nobody can label: it is no class, and its voxels "
                "count as unlabelled."
            ),
            self.onIgnore,
            _("Ignore region"),
        )
        lines.addWidget(self.turnButton)
        self._row(lines, self.whichButton, self.ignoreButton)
        self.problemLabel = addLabel(lines, _("What is wrong, and what to do."))

    @staticmethod
    def _button(toolTip, slot, text=""):
        button = qt.QPushButton(text)
        button.toolTip = toolTip
        if slot is not None:
            button.connect("clicked(bool)", slot)
        return button

    @staticmethod
    def _row(layout, *buttons) -> None:
        row = qt.QHBoxLayout()
        for button in buttons:
            row.addWidget(button)
        layout.addLayout(row)

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
            self.shownLabel.text = f"{error.message} {error.action}"
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
            self._problem = f"{translated(error.message)} {translated(error.action)}"
        self.refresh()
        return result

    def _setWhole(self, whole) -> None:
        self._attempt(self._slices.marks.setWhole, whole)

    def onMark(self) -> None:
        """The slice in the view is finished."""
        self._attempt(self._slices.mark)

    def onUnmark(self) -> None:
        """It is not."""
        self._attempt(self._slices.unmark)

    def onBetween(self) -> None:
        """All slices from the first to the last drawn one."""
        self._attempt(self._slices.markBetween)

    def onRange(self) -> None:
        """Ask for the first and the last slice."""
        chosen = self._attempt(dialogs.askRange, self._slices)
        if chosen is not None:
            self._attempt(self._slices.markRange, *chosen)

    def onUnmarkAll(self) -> None:
        """None is finished."""
        self._attempt(self._slices.unmarkAll)

    def onWhich(self) -> None:
        """Ask how many, then propose them."""
        chosen = self._attempt(dialogs.askWhich, self._slices)
        if chosen is not None:
            self._attempt(self._slices.propose, *chosen)

    def onNext(self) -> None:
        """To the next proposed or finished slice."""
        self._attempt(self._slices.go, 1)

    def onPrevious(self) -> None:
        """To the one before."""
        self._attempt(self._slices.go, -1)

    def onTurn(self) -> None:
        """Turn the views."""
        self._attempt(self._slices.turnViews)

    def onIgnore(self) -> None:
        """A segment for what nobody can label, ready to be drawn."""
        identifier = self._attempt(ignored.addIgnored, self._slices.segmentationNode)
        editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
        editor.setCurrentSegmentID(identifier)
