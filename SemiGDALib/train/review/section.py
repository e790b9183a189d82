"""Section 7: what to label next, and the inbox of the model's own labels."""

from __future__ import annotations

import html
from collections import Counter

import qt
from slicer.i18n import tr as _

from semigda_core.files.texts import counted
from SemiGDALib.tables import cell, fitHeight, selectedRows, selectRows, setColumns
from SemiGDALib.train.section import Section
from SemiGDALib.translation.sentences import translated
from SemiGDALib.widgets import showProgress

PICTURE, CASE, DOUBT = range(3)
SIDE = 56  # of a thumbnail, pixels
SHOWN = 4  # rows at once


class ReviewSection(Section):
    """Two lists of the newest ranking: worth labelling, and perhaps good enough already."""

    title = _("What to label next")
    file = "Review"
    staysOpen = True

    def __init__(self, ui, context):
        super().__init__(ui, context)
        self._next: list = []
        self._inbox: list = []
        self._filled: dict = {}  # what each row of a table was made of: most stay as they are
        for table in (ui.nextTable, ui.inboxTable):
            _prepare(table)
            table.connect("itemSelectionChanged()", self._showButtons)
        ui.nextTable.connect("cellDoubleClicked(int,int)", self.onLabel)
        ui.inboxTable.connect("cellDoubleClicked(int,int)", self.onFix)
        ui.rankFrame.visible = False
        ui.rankButton.connect("clicked(bool)", self.onRank)
        ui.cancelRankButton.connect("clicked(bool)", self.onCancel)
        ui.labelButton.connect("clicked(bool)", self.onLabel)
        ui.acceptButton.connect("clicked(bool)", self.onAccept)
        ui.fixButton.connect("clicked(bool)", self.onFix)
        ui.rejectButton.connect("clicked(bool)", self.onReject)

    def refresh(self) -> None:
        now, ui = self.context.now, self.ui
        self._next = now.candidates
        self._inbox = now.inbox
        self._fill(ui.nextTable, self._next)
        self._fill(ui.inboxTable, self._inbox)
        for widget in (ui.nextLabel, ui.nextTable, ui.labelButton):
            widget.visible = bool(self._next)
        for widget in (ui.inboxTitleLabel, ui.inboxTable, ui.acceptButton, ui.fixButton):
            widget.visible = bool(self._inbox)
        ui.rejectButton.visible = bool(self._inbox)
        ui.originLabel.text = self._origins()
        self._showRank()
        self._showButtons()

    def summary(self) -> str:
        return _("{count} to review").format(count=len(self._inbox)) if self._inbox else ""

    def nextStep(self) -> str:
        view = self.context.view
        if not self.context.now.versions or not view.of_role("unlabeled"):
            return ""
        if self._next:
            return _("Label some more cases, review the inbox, then train again.")
        return _("Rank the unlabelled cases to label an even choice of them next.")

    # Ranking

    def _showRank(self) -> None:
        ui, logic = self.ui, self.context.logic
        ranking = logic.isRanking()
        ui.rankFrame.visible = ranking
        trained = bool(self.context.now.versions)
        ready = trained and bool(self.context.view.of_role("unlabeled"))
        ui.rankButton.enabled = ready and not ranking
        if not trained:
            text = _(
                "After the first training, the cases are spread out here evenly, to label next."
            )
        elif not self.context.view.of_role("unlabeled"):
            text = _("Every case is labelled. Add images without labels to continue.")
        elif self.context.now.isOutdated:
            text = _(
                "The classes have changed since the last ranking, whose predicted labels do not "
                "fit them. Rank again; unless a class only has another name, train a model with "
                "the present classes first."
            )
        else:
            text = _(
                "The cases are spread evenly over what your images look like. No order that we "
                "tried makes a better model than labelling any cases: choose by what you know "
                "of them."
            )
        ui.rankLabel.text = text

    def onRank(self) -> None:
        """Let the newest model look at every unlabelled case, in the warm worker."""
        logic = self.context.logic
        if self.context.attempt(logic.rank, self._onRanking, self._onRanked) is not None:
            self._onRanking(0.0, _("Starting"))
            self.context.log(_("Ranking the unlabelled cases."))

    def onCancel(self) -> None:
        """Stop; the last ranking stays."""
        self.context.logic.cancelRanking()

    def _onRanking(self, fraction, message) -> None:
        showProgress(self.ui.rankProgressBar, fraction)
        self.ui.rankStateLabel.text = message or _("Starting")

    def _onRanked(self, _candidates, error) -> None:
        self.context.ended(error)

    # Lists

    def _fill(self, table, candidates) -> None:
        chosen = {one.case_id for one in self._chosen(table)}
        wasBlocked = table.blockSignals(True)
        table.setRowCount(len(candidates))
        before, names = self._filled.get(table.name, []), self.context.names
        filled = [(one, names.get(one.case_id, ""), _changed(one.thumbnail)) for one in candidates]
        for row, made in enumerate(filled):
            if row >= len(before) or before[row] != made:
                _fillRow(table, row, *made[:2])
        self._filled[table.name] = filled
        rows = [row for row, one in enumerate(candidates) if one.case_id in chosen]
        selectRows(table, rows or ([0] if candidates else []))
        table.blockSignals(wasBlocked)
        fitHeight(table, SHOWN)

    def _chosen(self, table) -> list:
        items = [table.item(row, PICTURE) for row in selectedRows(table)]
        known = {one.case_id: one for one in (*self._next, *self._inbox)}
        ids = [item.data(qt.Qt.UserRole) for item in items if item is not None]
        return [known[one] for one in ids if one in known]

    def _showButtons(self) -> None:
        ui = self.ui
        ui.labelButton.enabled = len(self._chosen(ui.nextTable)) == 1
        chosen = len(self._chosen(ui.inboxTable))
        ui.acceptButton.enabled = ui.rejectButton.enabled = chosen > 0
        ui.fixButton.enabled = chosen == 1
        several = chosen > 1
        accept, reject = _("Accept {count}"), _("Reject {count}")
        ui.acceptButton.text = accept.format(count=chosen) if several else _("Accept")
        ui.rejectButton.text = reject.format(count=chosen) if several else _("Reject")

    def _origins(self) -> str:
        """Who made the labels that there are."""
        counts = Counter(case.origin for case in self.context.view.cases if case.label)
        words = {
            "human": (_("{count} by hand"),) * 2,
            "edited": (_("1 corrected prediction"), _("{count} corrected predictions")),
            "machine": (_("1 accepted prediction"), _("{count} accepted predictions")),
        }
        made = [counted(counts[key], *words[key]) for key in words if counts[key]]
        return _("Labels so far: {made}.").format(made=html.escape(", ".join(made)) or "0")

    # The user's decisions

    def onLabel(self) -> None:
        """Open the selected case in Segment Editor, empty."""
        for one in self._chosen(self.ui.nextTable)[:1]:
            self.context.attempt(self.context.logic.editLabel, one.case_id)

    def onFix(self) -> None:
        """Open the selected case in Segment Editor, with the model's label."""
        for one in self._chosen(self.ui.inboxTable)[:1]:
            self.context.attempt(self.context.logic.editLabel, one.case_id, one.label)

    def onAccept(self) -> None:
        """Take the selected labels as they are."""
        words = _("Accepted 1 predicted label."), _("Accepted {count} predicted labels.")
        self._decide(self.context.logic.accept, words)

    def onReject(self) -> None:
        """Leave the selected cases unlabelled."""
        words = _("Rejected 1 predicted label."), _("Rejected {count} predicted labels.")
        self._decide(self.context.logic.reject, words)

    def _decide(self, action, done) -> None:
        chosen = [one.case_id for one in self._chosen(self.ui.inboxTable)]

        def decide():
            action(chosen)
            self.context.log(counted(len(chosen), *done))

        self.context.attempt(decide)


def _fillRow(table, row, one, name) -> None:
    table.setRowHeight(row, SIDE + 6)
    reason = translated(one.reason)
    picture = cell("", reason)
    picture.setData(qt.Qt.UserRole, one.case_id)
    if one.thumbnail is not None:
        picture.setIcon(_icon(one.thumbnail))
    about = _("The model is in doubt about {percent:.0f} % of what it found.")
    share = 100 * one.disagreement
    table.setItem(row, PICTURE, picture)
    table.setItem(row, CASE, cell(f"{name}\n{reason}", reason))
    table.setItem(row, DOUBT, cell(f"{share:.0f} %", about.format(percent=share), right=True))


def _changed(path):
    """When a picture was written; None if there is none."""
    try:
        return path.stat().st_mtime_ns if path is not None else None
    except OSError:
        return None


def _icon(path):
    """A picture that keeps its colours in a selected row."""
    icon = qt.QIcon()
    for mode in (qt.QIcon.Normal, qt.QIcon.Selected):
        icon.addPixmap(qt.QPixmap(str(path)), mode)
    return icon


def _prepare(table) -> None:
    setColumns(table, ("", _("Case and reason"), _("Doubt")), [CASE], {PICTURE: SIDE + 12})
    table.iconSize = qt.QSize(SIDE, SIDE)
    table.wordWrap = True
