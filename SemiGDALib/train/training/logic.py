"""What SemiGDATrain's Logic offers for trainings: plan, rehearsal, training, versions.

Thin over :mod:`semigda_core.project`. Methods without ``onDone`` take milliseconds; those with it
return at once, and call it with what they say and a SemiGDAError or None. Errors of the other
methods are raised as SemiGDAError. ``self.project`` is the open project.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace

from slicer.i18n import tr as _

from SemiGDALib import requirements
from SemiGDALib.jobs.command import run

COMMAND_LIMIT_MS = 600_000


class TrainingLogic:
    """A part of SemiGDATrainLogic."""

    project = None
    jobs = None  # SemiGDALib.jobs.owner.Jobs

    # What an opening does not need is imported when it is first asked for.

    @property
    def _plans(self):
        from semigda_core.project.training import plans

        return plans

    @property
    def _trainings(self):
        from semigda_core.project.training import trainings

        return trainings

    @property
    def _versions(self):
        from semigda_core.project.training import versions

        return versions

    # Plan

    def plan(self):
        """The :class:`semigda_core.project.training.plans.Plan` of the next training."""
        return self._plans.saved_plan(self.project)

    def setPlan(self, **changes):
        """Change the plan: preset, name, base, features, minutes, advanced, compare_unet. It is
        kept in the project."""
        self._plans.save_plan(self.project, replace(self.plan(), **changes))

    def bases(self):
        """What a training may start from, see :func:`semigda_core.project.training.bases.bases`."""
        from semigda_core.project.training.bases import bases

        return bases(self.project)

    def needsFeatures(self):
        """Whether the plan's training needs the package of general image features."""
        return self._plans.needs_features(self.plan())

    def hasFeatures(self):
        """Whether that package is installed."""
        from semigda_core.models.features import features_file

        return features_file() is not None

    def paperProblem(self, plan):
        """Why the preset "paper" cannot be chosen, in a sentence; None if it can."""
        if plan.base is None:
            return _(
                "Choose a model to start from first: the full-size network is too large for "
                "your images alone."
            )
        # Only what can be seen without torch; the rehearsal measures.
        hints = ("nvidia-smi", "rocm-smi")
        if sys.platform != "darwin" and not any(map(shutil.which, hints)):
            return _("This computer seems to have no graphics card to train on.")
        return None

    # Rehearsal

    def rehearse(self, onProgress=None, onDone=None):
        """Measure time and memory on this computer, in at most 2 minutes.

        ``onProgress``: called with (fraction, message). ``onDone``: called with the measurements
        and None, or with None and a SemiGDAError.
        """
        from SemiGDALib.jobs.engine_job import startJob

        requirements.check(features=self.needsFeatures())
        job = self._trainings.new_rehearsal(self.project, self.plan())
        return startJob(self.jobs, job, onProgress, onDone, lambda outputs: outputs["rehearsal"])

    def isRehearsing(self):
        """Whether a rehearsal has not ended yet."""
        return self.jobs.isRunning("rehearse")

    def cancelRehearsal(self):
        """Stop the rehearsal, if one runs."""
        self.jobs.cancel("rehearse")

    def estimate(self):
        """What the plan will take: :class:`semigda_core.project.training.estimates.Estimate`."""
        return self._trainings.estimate(self.project, self.plan())

    # Training

    def start(self):
        """Start the training by the plan in a process of its own; returns its job folder."""
        requirements.check(features=self.needsFeatures())
        return self._trainings.start(self.project, self.plan())

    def startOnAll(self, name):
        """Train a version once more, on all labelled cases; returns its job folder."""
        from semigda_core.project.training.on_all import start_on_all

        requirements.check(features=self.needsFeatures())
        return start_on_all(self.project, name)

    def training(self):
        """The newest training or None, see ``trainings.current``."""
        return self._trainings.current(self.project)

    def pause(self):
        """Ask the training to save, end its process and wait."""
        self._trainings.pause(self.project)

    def resume(self):
        """Go on with a training that is paused or was interrupted."""
        requirements.check()
        self._trainings.resume(self.project)

    def stop(self):
        """Ask the training to end now with the model so far."""
        self._trainings.stop(self.project)

    def cancel(self):
        """Ask the training to end without a result."""
        self._trainings.cancel(self.project)

    # Versions

    def comparison(self, jobId):
        """How a training did on the held-out cases; None before its end."""
        from semigda_core.project.training import comparison

        return comparison.read(self.project.folder / "jobs" / jobId)

    def versions(self):
        """The models made so far, newest first."""
        return self._versions.versions(self.project)

    def useVersion(self, name, onDone=None):
        """Install a version for SemiGDASegment."""
        return self._command("use", [name], onDone)

    def openSegment(self):
        """Open SemiGDASegment with the project's model chosen."""
        import slicer

        from SemiGDASegment import SemiGDASegmentLogic

        name = self._versions.model_name(self.project.read())
        SemiGDASegmentLogic().getParameterNode().model = name
        slicer.util.selectModule("SemiGDASegment")

    def rollBack(self, onDone=None):
        """Install the version that was in use before."""
        return self._command("rollback", [], onDone)

    def renameVersion(self, name, title):
        """Give a version another title."""
        self._versions.rename(self.project, name, title)

    def exportVersion(self, name, path, onDone=None):
        """Write a version as one file for another computer, in the place of one that is there."""
        arguments = [name, str(path), "--overwrite"]
        return self._command("export", arguments, onDone, os.path.dirname(path))

    def deleteVersion(self, name):
        """Delete a version's files; refused for the one in use."""
        self._versions.delete(self.project, name)

    def compareVersions(self, first, second):
        """Rows with case, class, before (Dice of ``first``) and after (of ``second``)."""
        return self._versions.compare(self.project, first, second)

    def report(self, jobId=None):
        """Write a training's report, one page without names of cases, in the user's language;
        returns its path."""
        from semigda_core.project.report.report import write_report
        from SemiGDALib.translation.sentences import inReport

        return write_report(self.project, jobId, say=inReport)

    # Files that were moved

    def relocate(self, folder, onDone=None, onProgress=None):
        """Find the project's missing files again in a folder and below it.

        ``onDone`` gets an object of lists of case ids: "found"; "wrong", where a file of the name
        is another one, which was not taken; and "missing". ``onProgress``: called with (fraction,
        message).
        """
        from semigda_core.project.cases.moving import new_search
        from SemiGDALib.jobs.engine_job import startJob

        requirements.check()
        job = new_search(self.project, folder)
        return startJob(self.jobs, job, onProgress, onDone, lambda outputs: outputs)

    def isRelocating(self):
        """Whether files are being searched."""
        return self.jobs.isRunning("relocate")

    def cancelRelocating(self):
        """Stop that; what was found is kept."""
        self.jobs.cancel("relocate")

    def _command(self, action, arguments, onDone, folder=None):
        """``semigda project ACTION`` in a child process, for what needs tensors."""
        from SemiGDALib.jobs.engine_job import ignore

        command = ["project", action, str(self.project.folder), *arguments]
        failed = _("The command failed.")
        onDone = onDone or ignore
        return run(self.jobs, command, onDone, COMMAND_LIMIT_MS, "internal", failed, folder)
