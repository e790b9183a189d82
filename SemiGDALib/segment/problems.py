"""What the panel does about an error: its sentence, and the button that fixes it."""

from __future__ import annotations

from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib import nodes
from SemiGDALib.translation.sentences import translated


class Problems:
    """Shows errors in the panel's message area.

    Args:
        panel: the :class:`SemiGDALib.segment.panel.SegmentPanel`.

    Attributes:
        last: the last error since *Segment* was clicked, for the report.
    """

    def __init__(self, panel):
        self._panel = panel
        self.last: SemiGDAError | None = None

    def show(self, error: SemiGDAError, actionText: str = "", action=None) -> None:
        """Show an error with the button that fixes it."""
        panel, self.last = self._panel, error
        message = translated(error.message)
        panel.log.write(f"{error.error_class}: {message} {error.detail}".strip())
        if error.error_class == "cancelled":
            panel.say(_("Cancelled. The scene is unchanged."))
            return
        if action is None:
            actionText, action = panel.setUp.remedy(error) or self._remedy(error)
        panel.message.error(error, actionText, action, _("Close"))

    def _remedy(self, error: SemiGDAError) -> tuple:
        if error.error_class in ("device-unavailable", "out-of-gpu-memory"):
            return _("Use the CPU"), self._useCpu
        if error.error_class in ("worker-died", "internal"):
            return _("Copy report"), self._panel.log.onCopyReport
        if error.error_class == "bad-input" and self._canReplaceInvalid():
            return _("Replace and segment"), self._replaceInvalid
        return "", None

    def _canReplaceInvalid(self) -> bool:
        parameters = self._panel.parameters
        return (
            parameters is not None
            and not parameters.replaceInvalid
            and nodes.hasInvalidVoxels(parameters.inputVolume)
        )

    def _replaceInvalid(self) -> None:
        self._panel.parameters.replaceInvalid = True
        self._panel.segment()

    def _useCpu(self) -> None:
        self._panel.parameters.device = "cpu"
        self._panel.segment()
