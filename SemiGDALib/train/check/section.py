"""Section 2: what is wrong with the cases, and what to do."""

from __future__ import annotations

from functools import partial

import qt
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError, plain_errors
from semigda_core.files.stamps import stamp
from semigda_core.files.texts import counted
from semigda_core.project.check.repairs import repairs
from SemiGDALib import timers
from SemiGDALib.tables import cell, selectedRows, setColumns
from SemiGDALib.train.cases.table import COLOURS, SIGNS, WHOLE_PROJECT, severityWord
from SemiGDALib.train.section import Section
from SemiGDALib.translation.sentences import translated
from SemiGDALib.widgets import actionButton, notTwice, showProgress

SEVERITY, TEXT, FIX = range(3)
NAMES = 3  # of a finding's cases are shown
AUTOMATIC_MS = 800  # after a change: several that come together make one check
LONGEST = 320  # pixels of the table


class CheckSection(Section):
    """The findings of the data doctor. A check starts by itself when cases changed."""

    title = _("Check")
    file = "Check"

    def __init__(self, ui, context):
        Section.__init__(self, ui, context)
        self._tried: set = set()  # cases, as they were, that a check was started for
        self._fixing = False
        self._shown: list = []
        table = ui.findingsTable
        setColumns(table, ("", "", ""), [TEXT], {SEVERITY: 24, FIX: 56})
        table.horizontalHeader().visible = False
        table.connect("itemSelectionChanged()", self._onSelected)
        ui.checkButton.connect("clicked(bool)", notTwice(self.onCheckOrCancel))
        ui.undoButton.connect("clicked(bool)", self.onUndo)
        ui.progressBar.visible = False
        self._automatic = timers.once(AUTOMATIC_MS, self._onAutomatic)

    # Showing

    def refresh(self) -> None:
        self._fill()
        self._update()
        if self._unchecked() and not self.context.logic.isChecking():
            self._automatic.start()

    def exit(self) -> None:
        self._automatic.stop()

    def _unchecked(self) -> list:
        facts, cases = self.context.facts, self.context.view.cases
        return [case for case in cases if case.id not in facts and case.role != "missing"]

    def _update(self) -> None:
        ui, checking = self.ui, self.context.logic.isChecking()
        ui.checkButton.text = _("Cancel") if checking else _("Check")
        ui.checkButton.enabled = bool(self.context.view.cases) and not self._fixing
        done = repairs(self.context.view)
        ui.undoButton.visible = bool(done)
        ui.undoButton.enabled = not checking and not self._fixing
        if done:
            names, what = self._names(done[-1].case_ids), translated(done[-1].text)
            ui.undoButton.toolTip = _("Undo this: {what}.").format(
                what=f"{names}: {what}" if names else what
            )
        ui.progressBar.visible = checking
        if not checking:
            ui.statusLabel.text = self._status()

    def _status(self) -> str:
        cases, waiting = len(self.context.view.cases), len(self._unchecked())
        if self._fixing:
            return _("Fixing...")
        if not cases:
            return _("There are no cases yet.")
        if waiting:
            return _("Cases not checked yet: {count} of {all}.").format(count=waiting, all=cases)
        words = _("1 case checked."), _("{count} cases checked.")
        if not self.context.findings:
            words = _("1 case checked, nothing found."), _("{count} cases checked, nothing found.")
        return counted(cases, *words)

    def summary(self) -> str:
        if not self.context.view.cases:
            return ""
        if self._unchecked():
            return _("not checked")
        counts = [
            (self._count("error"), _("1 error"), _("{count} errors")),
            (self._count("warning"), _("1 warning"), _("{count} warnings")),
        ]
        texts = [one if n == 1 else many.format(count=n) for n, one, many in counts if n]
        return ", ".join(texts) or _("no problems")

    def nextStep(self) -> str:
        if self.context.view.cases and self._unchecked():
            if self.context.logic.isChecking():
                return _("Wait until the cases are checked.")
            return _("Run the check.")
        errors = self._count("error")
        if errors:
            return _("Fix the errors that the check found: training needs cases without errors.")
        return "" if self.context.view.cases else _("Run the check.")

    def _count(self, severity) -> int:
        return sum(finding.severity == severity for finding in self.context.findings)

    def _fill(self) -> None:
        table, findings = self.ui.findingsTable, self.context.findings
        table.visible = bool(findings)
        table.blockSignals(True)
        table.clearSelection()
        self._shown = list(findings)
        table.setRowCount(len(findings))
        for row, finding in enumerate(findings):
            word = severityWord(finding.severity)
            severity = cell(SIGNS[finding.severity], word)
            severity.setForeground(qt.QBrush(qt.QColor(COLOURS[finding.severity])))
            table.setItem(row, SEVERITY, severity)
            names = "" if finding.code in WHOLE_PROJECT else self._names(finding.case_ids)
            message, action = translated(finding.message), translated(finding.action)
            text = f"{names}: {message}" if names else message
            table.setItem(row, TEXT, cell(f"{text}\n{action}"))
            table.setCellWidget(row, FIX, self._fixButton(finding))
        table.setColumnHidden(FIX, not any(finding.fix for finding in findings))
        table.blockSignals(False)
        self._fit()

    def _fit(self) -> None:
        table = self.ui.findingsTable
        table.resizeRowsToContents()
        rows = range(table.rowCount)
        for row in rows:
            table.setRowHeight(row, table.rowHeight(row) + 6)
        table.setFixedHeight(min(LONGEST, sum(table.rowHeight(row) for row in rows) + 4))

    def _names(self, caseIds) -> str:
        known = self.context.names
        names = [known[caseId] for caseId in caseIds if caseId in known]
        more = _(" and {count} more").format(count=len(names) - NAMES) if names[NAMES:] else ""
        return ", ".join(names[:NAMES]) + more

    def _fixButton(self, finding):
        holder = qt.QWidget()
        if finding.fix is None:
            return holder
        layout = qt.QVBoxLayout(holder)
        layout.setContentsMargins(2, 2, 2, 2)
        about = f"{translated(finding.fix.text)}."
        button = actionButton(_("Fix"), partial(self.onFix, finding), about, "fixButton")
        button.enabled = not self._fixing and not self.context.logic.isChecking()
        layout.addWidget(button)
        return holder

    def _onSelected(self) -> None:
        for row in selectedRows(self.ui.findingsTable)[:1]:
            self.context.selectCases(self._shown[row].case_ids)

    # Checking

    def onCheckOrCancel(self) -> None:
        """The one button."""
        if self.context.logic.isChecking():
            self.ui.statusLabel.text = _("Cancelling...")
            self.context.logic.cancelCheck()
        else:
            self.context.message.hide()
            self.check()

    def _onAutomatic(self) -> None:
        """A check after a change; never of the same cases again, whatever came of the first."""
        if self.context.view is None or self.context.logic.isChecking() or self._fixing:
            return
        if set(self._stamps()) - self._tried:
            self.check()

    def _stamps(self) -> list:
        return [(case.id, stamp(case.image, case.label)) for case in self._unchecked()]

    def check(self) -> None:
        """Start a check."""
        self._tried |= set(self._stamps())
        try:
            with plain_errors():
                self.context.logic.check(self._onProgress, self._onEnded)
        except SemiGDAError as error:
            self.context.showError(error)
            return
        showProgress(self.ui.progressBar, 0)
        self.ui.statusLabel.text = _("Checking the cases...")
        self.context.changed()

    def _onProgress(self, fraction, message) -> None:
        showProgress(self.ui.progressBar, fraction)
        if message:
            self.ui.statusLabel.text = message

    def _onEnded(self, error) -> None:
        self.context.ended(error, _("The cases were checked."))

    def onFix(self, finding) -> None:
        """Do a safe repair; files of the user stay as they are."""
        self.context.message.hide()
        self._fixing = True
        self._update()
        # Later: the button that was clicked must not be deleted by its own click.
        done = partial(self._onFixed, finding)
        qt.QTimer.singleShot(0, lambda: self.context.logic.applyFix(finding, done))

    def onUndo(self) -> None:
        "Undo the last fix."
        self._tried.clear()  # cases that come back are looked at again
        done = self.context.attempt(self.context.logic.undoFix)
        if done is not None:
            self.context.log(_("Undone: {what}.").format(what=translated(done.text)))

    def _onFixed(self, finding, error) -> None:
        self._fixing = False
        self.context.ended(error, f"{translated(finding.fix.text)}.")
