"""What SemiGDATrain's Logic offers for reviewing: ranking, the inbox of pseudo labels, reports.

As in :mod:`SemiGDALib.train.training.logic`.
"""

from __future__ import annotations

from SemiGDALib import requirements


class ReviewLogic:
    """A part of SemiGDATrainLogic."""

    project = None
    jobs = None  # SemiGDALib.jobs.owner.Jobs

    def rank(self, onProgress=None, onDone=None):
        """Segment and rank all unlabelled cases with the newest model.

        ``onProgress``: called with (fraction, message). ``onDone``: called with the candidates and
        None, or with None and a SemiGDAError.
        """
        from semigda_core.project.review.candidates import new_ranking
        from SemiGDALib.jobs.engine_job import startJob

        requirements.check()
        job = new_ranking(self.project)
        return startJob(self.jobs, job, onProgress, onDone, lambda _outputs: self.candidates())

    def isRanking(self):
        """Whether a ranking has not ended yet."""
        return self.jobs.isRunning("rank")

    def cancelRanking(self):
        """Stop the ranking, if one runs."""
        self.jobs.cancel("rank")

    def candidates(self):
        """What to label next, best first; see :mod:`semigda_core.project.review.candidates`."""
        from semigda_core.project.review.candidates import candidates

        return candidates(self.project)

    @property
    def _inbox(self):
        from semigda_core.project.review import inbox

        return inbox

    def inbox(self):
        """Pseudo labels that were neither accepted nor rejected."""
        return self._inbox.pending(self.project)

    def accept(self, caseIds):
        """Take pseudo labels as labels, of origin "machine"."""
        self._inbox.accept(self.project, list(caseIds))

    def reject(self, caseIds):
        """Leave cases unlabelled, and propose these labels no more."""
        self._inbox.reject(self.project, list(caseIds))
