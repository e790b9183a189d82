"""What SemiGDATrain's Logic offers for other programs' results, without dialogs.

Thin over :mod:`semigda_core.project.results`; errors are raised as SemiGDAError.
"""

from __future__ import annotations


class ResultsLogic:
    """A part of SemiGDATrainLogic."""

    project = None

    def matchResults(self, paths):
        """Whose results the files, or those of folders, are: see
        ``result_folders.match_results``."""
        from semigda_core.project.cases.result_folders import match_results

        return match_results(self.project.read(), paths)

    def addResults(self, pairs, program):
        """Give cases the results of a program; ``pairs`` as :meth:`matchResults` finds them.

        Returns the ids of these cases.
        """
        from semigda_core.project.results import add_results

        return add_results(self.project, pairs, program)

    def setResultMapping(self, program, mapping):
        """Say which class each segment or value of a program is: a value or name, 0 for none."""
        from semigda_core.project.results import set_result_mapping

        set_result_mapping(self.project, program, mapping)

    def removeResults(self, program=None, caseIds=None):
        """Take results away, of one program or all, of these cases or all; returns how many."""
        from semigda_core.project.results import remove_results

        return remove_results(self.project, program, caseIds)
