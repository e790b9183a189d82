"""What SemiGDATrain's Logic offers for reviewing: ranking, the inbox of pseudo labels, reports.

As in :mod:`SemiGDALib.train.training_logic`.
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
        from SemiGDALib import texts
        from SemiGDALib.jobs.engine_job import EngineJob

        requirements.check()
        job = new_ranking(self.project)

        def ended(_result, error):
            if onDone is not None:
                onDone(self.candidates() if error is None else None, error)

        return self.jobs.add(EngineJob(job, texts.progressFor(onProgress), ended))

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
