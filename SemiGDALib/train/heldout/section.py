"""Section 3: the cases that no training sees, so that scores can be trusted."""

from __future__ import annotations

import datetime
import html

import qt
from slicer.i18n import tr as _

from semigda_core.project.heldout import describe
from SemiGDALib.train.heldout.dialog import askChange
from SemiGDALib.train.section import Section
from SemiGDALib.train.slices.words import labelledText, scoredText
from SemiGDALib.translation.sentences import translated

MOST_ROWS = 6


class HeldOutSection(Section):
    """Chosen once, then locked; changed only on purpose."""

    title = _("Held-out cases")
    file = "HeldOut"

    def __init__(self, ui, context):
        Section.__init__(self, ui, context)
        ui.chooseButton.connect("clicked(bool)", self.onChoose)
        ui.changeButton.connect("clicked(bool)", self.onChange)
        ui.heldOutList.connect("itemSelectionChanged()", self._onSelected)
        self._lock = context.icon("Locked")
        self._shown: list[str] = []

    def refresh(self) -> None:
        ui, heldout = self.ui, self.context.view.heldout
        for widget in (ui.changeButton, ui.heldOutList, ui.versionLabel):
            widget.visible = heldout is not None
        ui.chooseButton.visible = heldout is None
        ui.chooseButton.enabled = not self._missing()
        if heldout is None:
            ui.describeLabel.text = _(
                "Some labelled cases are set aside and never trained on: only scores on them "
                "show how good a model is. They are chosen once, by patient, and stay locked "
                "so that scores remain comparable."
            )
            self._sayPartly(self._labelled())
            return
        ui.describeLabel.text = translated(describe(heldout))
        self._sayPartly(map(self.context.view.case, heldout["cases"]))
        ui.versionLabel.text = self._version(heldout)
        self._fill(heldout)

    def _labelled(self):
        return self.context.view.of_role("labeled", "held-out")

    def _sayPartly(self, cases) -> None:
        text = scoredText(cases)
        if text:
            self.ui.describeLabel.text += f" {text}"

    def _missing(self) -> str:
        """What has to be done before cases can be held out."""
        labelled = self._labelled()
        if len({case.patient for case in labelled if case.origin != "machine"}) < 2:
            return _("Label cases of at least two patients.")
        if any(case.id not in self.context.facts for case in labelled):
            return _("Run the check.")
        return ""

    def _fill(self, heldout) -> None:
        view, table = self.context.view, self.ui.heldOutList
        table.blockSignals(True)
        table.clear()
        self._shown = []
        folds = len(heldout["folds"])
        for number, fold in enumerate(heldout["folds"], 1):
            for caseId in fold:
                case = view.case(caseId)
                name = case.name
                turn = _("   (turn {number} of {count})").format(number=number, count=folds)
                item = qt.QListWidgetItem(self._lock, f"{name}{turn if folds > 1 else ''}")
                about = [_("Held out: its label is locked, and it cannot be removed.")]
                if case.finished is not None:
                    about.append(labelledText(case, self.context.measured(caseId, "image")))
                item.setToolTip("\n".join(about))
                table.addItem(item)
                self._shown.append(caseId)
        table.blockSignals(False)
        table.setFixedHeight(table.sizeHintForRow(0) * min(MOST_ROWS, len(self._shown)) + 6)

    def _version(self, heldout) -> str:
        date = datetime.datetime.fromisoformat(heldout["date"]).strftime("%Y-%m-%d %H:%M")
        text = _("Version {version}, since {date}.").format(version=heldout["version"], date=date)
        if heldout["reason"]:
            reason = html.escape(heldout["reason"])
            text += "<br>" + _("Reason: {reason}").format(reason=reason)
            text += "<br><b>" + _("Scores of earlier versions are void.") + "</b>"
        return text

    def summary(self) -> str:
        heldout = self.context.view.heldout
        if heldout is None:
            return ""
        if heldout["scheme"] == "split":
            return _("{count} locked").format(count=len(heldout["cases"]))
        patients = {self.context.view.case(caseId).patient for caseId in heldout["cases"]}
        return _("each of {count} patients in turn").format(count=len(patients))

    def nextStep(self) -> str:
        if self.context.view.heldout is not None:
            return ""
        return self._missing() or _("Choose the held-out cases, once.")

    def _onSelected(self) -> None:
        row = self.ui.heldOutList.currentRow
        if 0 <= row < len(self._shown):
            self.context.selectCases([self._shown[row]])

    def onChoose(self) -> None:
        """Choose them for good."""
        if self.context.attempt(self.context.logic.chooseHeldout) is not None:
            self.context.log(_("Held-out cases were chosen."))

    def onChange(self) -> None:
        """Choose others, with a reason."""
        view, selected = self.context.view, self.context.selectedCases()
        names = ", ".join(view.case(caseId).name for caseId in selected[:4])
        names += " ..." if selected[4:] else ""
        answer = askChange(view.heldout["cases"], selected, names, scoredText(self._labelled()))
        if answer is not None:
            changed = self.context.attempt(self.context.logic.changeHeldout, *answer)
            if changed is not None:
                self.context.log(_("Held-out cases were changed."))
