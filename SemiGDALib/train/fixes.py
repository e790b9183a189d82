"""The safe repairs that the check offers."""

from __future__ import annotations

from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.project.check.repairs import apply_fix
from SemiGDALib.command import EngineCommand

LIMIT_MS = 300_000


def applyFix(project, finding, onDone) -> None:
    """Do what ``finding.fix`` says; ``onDone(SemiGDAError or None)``, perhaps at once.

    Bringing a label to its image's grid reads voxels, which a child process does.
    """
    if finding.fix is None or finding.fix.action != "resample-label":
        try:
            apply_fix(project, finding)
        except SemiGDAError as error:
            onDone(error)
        else:
            onDone(None)
        return

    def finished(exitCode, _output, errors):
        if exitCode == 0:
            onDone(None)
            return
        # The command says what is wrong in one line and what to do in the next.
        sentence, action, *detail = [*errors.splitlines(), "", ""]
        onDone(
            SemiGDAError(
                "bad-input",
                sentence.removeprefix("semigda: ") or _("The repair did not work."),
                action=action or None,
                detail=" ".join(detail).strip(),
            )
        )

    command = ["-m", "semigda", "project", "fix", str(project.folder), finding.code]
    EngineCommand([*command, *finding.case_ids], finished, LIMIT_MS)
