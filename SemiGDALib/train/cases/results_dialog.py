"""*Add results of another program*: where they are, whose they are, and which program made them."""

from __future__ import annotations

import os

import qt
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.files.texts import counted
from semigda_core.labels.segments import read_segments
from semigda_core.labels.sources import is_source
from semigda_core.project.results import ENOUGH, LEARNS, MEASURES
from SemiGDALib.dialogs import Dialog, addFolderRow, lineEdit
from SemiGDALib.tables import fill, makeTable
from SemiGDALib.texts import AMBER, RED, amber, coloured
from SemiGDALib.translation.sentences import translated

SHOWN = 500  # rows of the preview


class ResultsDialog:
    """Asks for a folder of results and shows which case each belongs to.

    After :meth:`ask` returned True, ``pairs`` and ``program`` are what logic.addResults takes.
    """

    def __init__(self, logic):
        self.pairs, self.program = [], ""
        self._logic = logic
        self._cases = {case.id: case for case in logic.project.read().cases}
        self._dialog = Dialog(_("Add results of another program"), _("Add"), width=620)
        self._dialog.say(
            _(
                "What another program made of the images: a file for each, or a folder with a file "
                "for each structure, with the image's name. Results of unlabelled cases teach as "
                "long as they are better than the model. Those of labelled cases tell how good the "
                "program is: without any, it teaches nothing. They never score a model and never "
                "count as labels."
            )
        )
        form = qt.QFormLayout()
        self._dialog.layout.addLayout(form)
        about = _("The folder with the results.")
        self._folder = addFolderRow(form, _("Results:"), "resultsEdit", about)
        self._folder.connect("textChanged(QString)", self._onChanged)
        about = _("The program's name; the model's card and reports show it.")
        self._name = lineEdit("programEdit", about)
        self._name.placeholderText = _("such as  TotalSegmentator")
        self._name.connect("textChanged(QString)", self._update)
        form.addRow(_("Program:"), self._name)
        self._status = self._dialog.say("")
        headers = (_("Case"), _("Used to"), _("Result"))
        about = _("Which case each result belongs to. They are matched by name.")
        self._table = makeTable("resultsTable", headers, about, widest=(0, 2))
        self._table.minimumHeight = 200
        self._dialog.layout.addWidget(self._table)
        self._problem = _("Choose a folder of results.")
        self._update()

    def ask(self) -> bool:
        """Show the window; whether *Add* was clicked."""
        return self._dialog.ask(self._folder)

    def _onChanged(self) -> None:
        """Another folder: look into it."""
        folder = str(self._folder.text).strip()
        self.pairs, found = [], None
        self._problem = _("Choose a folder of results.")
        if folder:
            try:
                found = self._logic.matchResults([folder])
                self.pairs = found.pairs
                self._problem = _("No file has the name of a case's image.")
            except SemiGDAError as error:
                self._problem = translated(error.message)
            except OSError:
                self._problem = _("The folder cannot be read.")
        if found is not None and found.source and not str(self._name.text).strip():
            self._name.text = found.source
        rows = [self._row(caseId, path) for caseId, path in self.pairs]
        if found is not None:
            rows += [("–", _("no case has this name"), path.name) for path in found.unmatched]
            rows += [
                (self._cases[caseId].name, _("several match"), "–") for caseId in found.doubtful
            ]
        fill(self._table, rows[:SHOWN])
        self._update()

    def _row(self, caseId, path):
        uses = {LEARNS: _("teach"), MEASURES: _("measure")}
        case = self._cases[caseId]
        made = path.name
        if os.path.isdir(path):
            count = len(read_segments(path))
            words = _("{name}: 1 structure"), _("{name}: {count} structures")
            made = counted(count, *words, name=path.name)
        return case.name, uses.get(case.role, _("nothing now")), made

    def _update(self) -> None:
        self.program = str(self._name.text).strip()
        named = is_source(self.program)
        self._dialog.okButton.enabled = bool(self.pairs) and named
        if not self.pairs:
            colour = RED if str(self._folder.text).strip() else AMBER
            self._tell(coloured(self._problem, colour))
            return
        cases = [self._cases[caseId] for caseId, _path in self.pairs]
        teach = sum(case.role == LEARNS for case in cases)
        measure = [case.patient for case in cases if case.role == MEASURES]
        text = _(
            "Unlabelled cases to learn from: {count}; labelled ones to measure it: {labelled}."
        )
        wanted = ""
        if not named:
            wanted = _("Name the program: up to 64 letters, no slash.")
        elif teach and len(set(measure)) < ENOUGH:
            wanted = _("Add results for labelled cases too: else these teach nothing.")
        summary = text.format(count=teach, labelled=len(measure))
        self._tell(summary, amber(wanted))

    def _tell(self, first, second="") -> None:
        """Always two lines: the window hardly ever has to grow."""
        self._dialog.tell(self._status, f"{first}<br>{second}&nbsp;")
