"""Section 6: whether the new model is better, and the versions made so far."""

from __future__ import annotations

import html

import qt
import slicer
from slicer.i18n import tr as _

from semigda_core.files.texts import counted
from semigda_core.project.training.comparison import partly
from semigda_core.project.training.on_all import why_not_on_all
from SemiGDALib.dialogs import chooseZip
from SemiGDALib.tables import ROW, cell, fitHeight, selectedRows, selectRows, setColumns
from SemiGDALib.texts import AMBER, FAIR, GREEN, amber, asHtml, coloured, ink
from SemiGDALib.train.result.score_table import ScoreTable
from SemiGDALib.train.section import Section
from SemiGDALib.translation.sentences import translated
from SemiGDALib.widgets import openFile

TITLE, DATE, CASES, DICE, IN_USE = range(5)


class ResultSection(Section):
    """Shows the selected version; a new one is selected when its training ends."""

    title = _("Result and versions")
    file = "Result"
    staysOpen = True

    def __init__(self, ui, context):
        super().__init__(ui, context)
        self._versions: list = []
        self._scores = ScoreTable(ui.scoreTable)
        self._compared: tuple | None = None  # names of two versions whose scores are shown
        self._filling = False
        table = ui.versionsTable
        headers = (_("Version"), _("Date"), _("Cases"), _("Dice"), _("In use"))
        setColumns(table, headers, [TITLE])
        table.setWordWrap(False)
        table.verticalHeader().defaultSectionSize = ROW
        table.connect("itemSelectionChanged()", self._onSelected)
        table.connect("cellChanged(int,int)", self._onEdited)
        ui.busyLabel.visible = False
        ui.useButton.connect("clicked(bool)", self.onUse)
        ui.reportButton.connect("clicked(bool)", self.onReport)
        ui.compareButton.connect("clicked(bool)", self.onCompare)
        ui.rollBackButton.connect("clicked(bool)", self.onRollBack)
        ui.renameButton.connect("clicked(bool)", self.onRename)
        ui.exportButton.connect("clicked(bool)", self.onExport)
        ui.onAllButton.connect("clicked(bool)", self.onTrainOnAll)
        ui.deleteButton.connect("clicked(bool)", self.onDelete)

    def refresh(self) -> None:
        selected = [version.name for version in self._selected()]
        newest = self._versions[0].name if self._versions else None
        self._versions = self.context.now.versions
        names = [version.name for version in self._versions]
        kept = [name for name in selected if name in names]
        if not kept or (names and names[0] != newest):
            kept, self._compared = names[:1], None
        self._fillVersions(kept)
        self._showSelected()

    def summary(self) -> str:
        used = next((version for version in self._versions if version.installed), None)
        if used is not None:
            return _("{name} is in use").format(name=used.title)
        if not self._versions:
            return ""
        one, more = _("1 version"), _("{count} versions")
        return one if len(self._versions) == 1 else more.format(count=len(self._versions))

    def nextStep(self) -> str:
        newest = self._versions[0] if self._versions else None
        if newest is None or not newest.wins or not newest.comparable or newest.installed:
            return ""
        if newest.before is None:
            return _("Use the new model in SemiGDA Segment: it finds every class.")
        return _("Use the new model in SemiGDA Segment: it is better on the held-out cases.")

    # Showing

    def _fillVersions(self, selected) -> None:
        table = self.ui.versionsTable
        self._filling = True
        table.setRowCount(len(self._versions))
        for row, version in enumerate(self._versions):
            counts = version.cases
            cases = f"{counts['labeled']} + {counts['unlabeled']}"
            score = "–" if version.mean is None else f"{version.mean:.3f}"
            texts = (
                version.title,
                version.date[:10],
                cases,
                score,
                "✓" if version.installed else "",
            )
            for column, text in enumerate(texts):
                item = cell(text, self._about(version, column), editable=column == TITLE)
                if column == DICE and not version.comparable:
                    item.setForeground(qt.QBrush(qt.QColor(ink(AMBER))))
                table.setItem(row, column, item)
        selectRows(table, [n for n, one in enumerate(self._versions) if one.name in selected])
        fitHeight(table)
        self._filling = False

    @staticmethod
    def _about(version, column) -> str:
        if column == CASES:
            return _("Labelled + unlabelled cases it learned from; {count} held out.").format(
                count=version.cases["held-out"]
            )
        if column == DICE and not version.comparable:
            return _("Scored on different held-out cases: not comparable.")
        if column == DICE and version.low is not None:
            return _("Mean Dice on held-out cases; 95 % interval {low:.3f} to {high:.3f}.").format(
                low=version.low, high=version.high
            )
        if column == TITLE:
            return _("Started from: {base}").format(base=translated(version.base) or "–")
        return version.date[:16].replace("T", " ")

    def _selected(self) -> list:
        return [self._versions[row] for row in selectedRows(self.ui.versionsTable)]

    def _onSelected(self) -> None:
        if not self._filling:
            self._compared = None
            self._showSelected()

    def _showSelected(self) -> None:
        ui, selected = self.ui, self._selected()
        one = selected[0] if len(selected) == 1 else None
        ofOne = (ui.renameButton, ui.exportButton, ui.reportButton)
        ofSome = (
            ui.useButton,
            ui.deleteButton,
            ui.compareButton,
            ui.rollBackButton,
            ui.onAllButton,
        )
        for widget in (ui.versionsLabel, ui.versionsTable, *ofOne, *ofSome):
            widget.visible = bool(self._versions)
        ui.compareButton.enabled = len(selected) == 2
        ui.rollBackButton.enabled = len(self.context.view.data.get("used", [])) > 1
        for button in ofOne:
            button.enabled = one is not None
        ui.deleteButton.enabled = one is not None and not one.in_use
        offered = one is not None and (one.wins or one.in_use)
        ui.useButton.enabled = offered and not one.installed
        ui.onAllButton.toolTip = self._aboutOnAll(one)
        ui.onAllButton.enabled = one is not None and why_not_on_all(one, self._versions) is None
        ui.useButton.toolTip, ui.deleteButton.toolTip = self._aboutUse(one), self._aboutDelete(one)
        ui.verdictLabel.text = self._verdict(one, len(selected))
        if self._compared is None:
            self._showScores(one)

    @staticmethod
    def _aboutUse(version) -> str:
        if version is None:
            return _("Select one version.")
        if version.installed:
            return _("This version is in use already.")
        if not version.wins and not version.in_use:
            return _("Not offered: it is not better on the held-out cases. {reason}").format(
                reason=translated(version.reason)
            )
        return _("Install this version for SemiGDA Segment.")

    def _aboutOnAll(self, version) -> str:
        if version is None:
            return _("Select one version.")
        if reason := why_not_on_all(version, self._versions):
            return translated(reason)
        return _(
            "Train once more as this version was, in as much time, and learn from the held-out "
            "cases, too. With few labels the model may get better. It keeps the scores of this "
            "version, and no later training can start from it."
        )

    @staticmethod
    def _aboutDelete(version) -> str:
        if version is None:
            return _("Select one version.")
        if version.in_use:
            return _("This version is in use: use another one first.")
        return _(
            "Delete the files of the selected version; its scores stay in the project's history."
        )

    def _verdict(self, version, count) -> str:
        if not self._versions:
            return _("No training has finished yet. Its result will appear here.")
        if version is None:
            return _("Select one version to see its scores, or two to compare.") if count else ""
        reason = asHtml(version.reason)
        if version.installed:
            head = _("✓ In use in SemiGDA Segment.")
        elif version.wins:
            head = _("✓ The new model is better.") if version.before else _("✓ Ready to use.")
        else:
            head = _("The new model is not better, so it is not offered to SemiGDA Segment.")
        head = coloured(f"<b>{html.escape(head)}</b>", GREEN if version.wins else AMBER)
        lines = [head, reason]
        if not version.wins:
            lines.append(html.escape(self._advice(version)))
        elif version.mean < FAIR:
            text = _(
                "Its Dice of {dice:.2f} is low: expect to correct much of its output. More "
                "labels and longer training help."
            )
            text = html.escape(text.format(dice=version.mean))
            lines.append(amber(text))
        return "<br>".join(lines)

    def _advice(self, version) -> str:
        """What would help most."""
        known = {name: dice for name, dice in version.dice.items() if dice is not None}
        text = _("More labels help most. See 'What to label next' below")
        if not known:
            return text + "."
        worst = min(known, key=known.get)
        return _("{text}, and look for cases that show '{name}': its Dice is {dice:.2f}.").format(
            text=text, name=worst, dice=known[worst]
        )

    def _showScores(self, version) -> None:
        ui = self.ui
        compared = self.context.logic.comparison(version.job) if version is not None else None
        ui.scoreTable.visible = ui.tableLabel.visible = compared is not None
        if compared is None:
            return
        beside = compared.get("unet")
        self._scores.show(
            compared["rows"], self.context.names, compared["classes"], compared["all"], beside
        )
        words = _("Dice on 1 held-out case"), _("Dice on {count} held-out cases")
        if compared["scheme"] == "leave-one-out":
            words = (
                _("Dice on 1 case, scored by a training that had not seen it"),
                _("Dice on {count} cases, each scored by a training that had not seen it"),
            )
        what = counted(compared["heldout_cases"], *words)
        if compared["all"]["low"] is not None:
            what += _("; in brackets the 95 % interval of the difference")
        what += _(": overlap with your label, 1 is perfect.")
        low, high = compared["all"]["after_low"], compared["all"]["after_high"]
        if low is not None:
            text = _("On more cases like these, expect a mean of {low:.2f} to {high:.2f}.")
            what += " " + text.format(low=low, high=high)
        if some := len(partly(compared["rows"])):
            text = _("Labelled in part, and scored on that part alone: {count}.")
            what += " " + text.format(count=some)
        if beside is not None:
            what = f"{html.escape(what)}<br>{asHtml(beside['reason'])}"
        ui.tableLabel.text = what

    # The user's actions

    def onUse(self) -> None:
        """Install the selected version, and open SemiGDASegment with it."""
        (version,) = self._selected()
        self._busy(_("Installing {name}...").format(name=version.title))
        self.context.attempt(self.context.logic.useVersion, version.name, self._onInstalled)

    def _onInstalled(self, output, error) -> None:
        self._onDone(output, error)
        if error is None:
            self.context.attempt(self.context.logic.openSegment)

    def onRollBack(self) -> None:
        """Back to the version of before."""
        self._busy(_("Going back to the previous version..."))
        self.context.attempt(self.context.logic.rollBack, self._onDone)

    def onExport(self) -> None:
        """Write the selected version as one file."""
        (version,) = self._selected()
        path = chooseZip(_("Export version"), version.name)
        if path:
            self._busy(_("Exporting {name}...").format(name=version.title))
            self.context.attempt(self.context.logic.exportVersion, version.name, path, self._onDone)

    def onReport(self) -> None:
        """Make the page and open it in the browser."""
        (version,) = self._selected()
        path = self.context.attempt(self.context.logic.report, version.job)
        if path is not None:
            openFile(path)

    def _busy(self, text) -> None:
        self.ui.busyLabel.text = text
        self.ui.busyLabel.visible = True
        self.context.log(text)

    def _onDone(self, _output, error) -> None:
        self.ui.busyLabel.visible = False
        self.context.ended(error)

    def onCompare(self) -> None:
        """Two versions side by side, the older one first."""
        newer, older = self._selected()
        rows = self.context.attempt(self.context.logic.compareVersions, older.name, newer.name)
        if rows is None:
            return
        self._compared = (older.name, newer.name)
        self.ui.scoreTable.visible = self.ui.tableLabel.visible = True
        self._scores.show(rows, self.context.names)
        text = _("Before: {older}. Now: {newer}.").format(older=older.title, newer=newer.title)
        self.ui.tableLabel.text = text

    def onRename(self) -> None:
        """Edit the title in the table."""
        row = self._versions.index(self._selected()[0])
        self.ui.versionsTable.editItem(self.ui.versionsTable.item(row, TITLE))

    def _onEdited(self, row, column) -> None:
        if self._filling or column != TITLE:
            return
        title = self.ui.versionsTable.item(row, TITLE).text().strip()
        version = self._versions[row]
        if title != version.title:
            self.context.attempt(self.context.logic.renameVersion, version.name, title)

    def onTrainOnAll(self) -> None:
        """Start the training of the selected version again, on all labelled cases."""
        (version,) = self._selected()
        if self.context.attempt(self.context.logic.startOnAll, version.name) is not None:
            self.context.log(_("Training started."))

    def onDelete(self) -> None:
        """Delete the selected version, after asking."""
        (version,) = self._selected()
        question = _("Delete the files of '{name}'? Its scores stay in the project's history.")
        if slicer.util.confirmOkCancelDisplay(question.format(name=version.title)):
            self.context.attempt(self.context.logic.deleteVersion, version.name)
