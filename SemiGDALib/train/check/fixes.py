"""The safe repairs that the check offers."""

from __future__ import annotations

from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.project.check.repairs import RESAMPLE, apply_fix
from SemiGDALib.jobs.command import run

LIMIT_MS = 300_000


def applyFix(jobs, project, finding, onDone) -> None:
    """Do what ``finding.fix`` says; ``onDone(SemiGDAError or None)``, perhaps at once.

    Bringing a label or result to its image's grid reads voxels, which a child process does; the
    command belongs to ``jobs``.
    """
    if finding.fix is None or finding.fix.action not in RESAMPLE:
        try:
            apply_fix(project, finding)
        except SemiGDAError as error:
            onDone(error)
        else:
            onDone(None)
        return
    command = ["project", "fix", str(project.folder), finding.code, *finding.case_ids]
    failed = _("The fix did not work.")
    run(jobs, command, lambda _output, error: onDone(error), LIMIT_MS, "bad-input", failed)
