"""What SemiGDATrain's Logic offers for reviewing: ranking, the inbox of pseudo labels, reports.

As in :mod:`SemiGDALib.train.training_logic`.
"""

from __future__ import annotations

from pathlib import Path

from SemiGDALib import requirements
from SemiGDALib.train.engine_job import EngineJob


class ReviewLogic:
    """A part of SemiGDATrainLogic."""

    project = None
    ranking: EngineJob | None = None  # the last one started

    def rank(self, onProgress=None, onDone=None):
        """Segment and rank all unlabelled cases with the newest model.

        ``onProgress``: called with (fraction, message). ``onDone``: called with the candidates and
        None, or with None and a SemiGDAError.
        """
        from semigda_core.project.review.candidates import new_ranking

        requirements.check()
        job = new_ranking(self.project)

        def ended(_outputs, error):
            if onDone is not None:
                onDone(self.candidates() if error is None else None, error)

        self.ranking = EngineJob(job, onProgress or (lambda fraction, message: None), ended)
        return self.ranking

    def cancelRanking(self):
        """Stop the ranking, if one runs."""
        if self.ranking is not None:
            self.ranking.cancel()

    def candidates(self):
        """What to label next, best first; see :mod:`semigda_core.project.review.candidates`."""
        from semigda_core.project.review.candidates import candidates

        return candidates(self.project)

    def inbox(self):
        """Pseudo labels that were neither accepted nor rejected."""
        from semigda_core.project.review.inbox import pending

        return pending(self.project)

    def accept(self, caseIds):
        """Take pseudo labels as labels, of origin "machine"."""
        from semigda_core.project.review.inbox import accept

        accept(self.project, list(caseIds))

    def reject(self, caseIds):
        """Leave cases unlabelled, and propose these labels no more."""
        from semigda_core.project.review.inbox import reject

        reject(self.project, list(caseIds))

    def takeEdited(self, caseId, path):
        """Take a corrected pseudo label, of origin "edited"."""
        from semigda_core.project.review.inbox import take_edited

        take_edited(self.project, caseId, Path(path))
