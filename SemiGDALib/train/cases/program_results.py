"""*Add results of another program*: of unlabelled cases to learn from, of labelled ones to measure
it by."""

from __future__ import annotations

from slicer.i18n import tr as _

from semigda_core.files.texts import counted
from semigda_core.project.results import unmapped_results
from SemiGDALib.train.cases.mapping import withNewClasses
from SemiGDALib.train.cases.mapping_dialog import askMapping
from SemiGDALib.train.cases.results_dialog import ResultsDialog


class ProgramResults:
    """Two buttons of the section of cases: add results, and say which class their segments are."""

    def __init__(self, ui, context):
        self.ui, self.context = ui, context
        ui.resultsButton.connect("clicked(bool)", self.onAdd)
        ui.resultMappingButton.connect("clicked(bool)", self.onMapping)

    def refresh(self) -> None:
        self.ui.resultsButton.enabled = bool(self.context.view.cases)
        waiting = unmapped_results(self.context.view, self.context.facts)
        count = sum(len(segments) for segments in waiting.values())
        self.ui.resultMappingButton.visible = bool(count)
        text = _("A segment of another program has no class...")
        if count > 1:
            text = _("{count} segments of other programs have no class...")
        self.ui.resultMappingButton.text = text.format(count=count)

    def onAdd(self) -> None:
        """Choose the results, and name the program."""
        dialog = ResultsDialog(self.context.logic)
        if not dialog.ask():
            return
        added = self.context.attempt(self.context.logic.addResults, dialog.pairs, dialog.program)
        if added is not None:
            words = (
                _("1 case has a result of {program}."),
                _("{count} cases have a result of {program}."),
            )
            self.context.log(counted(len(added), *words, program=dialog.program))

    def onMapping(self) -> None:
        """Ask which class each segment is, a program after the other."""
        view = self.context.view
        for program, names in unmapped_results(view, self.context.facts).items():
            cases = sum(any(one.source == program for one in case.results) for case in view.cases)
            classes = self.context.view.classes
            choices = askMapping(names, classes, cases, program)
            if choices is None:
                return
            self.context.attempt(self._map, program, choices, classes)

    def _map(self, program, choices, classes) -> None:
        mapping = withNewClasses(self.context.project, choices, classes)
        self.context.logic.setResultMapping(program, mapping)

    def remove(self, caseIds) -> None:
        """Take the results of these cases away."""
        self.context.attempt(self.context.logic.removeResults, None, caseIds)
