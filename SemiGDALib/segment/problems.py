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
        self._volume, self._again = nodes.Held(None), None  # whose run failed, and runs it again

    def show(self, error: SemiGDAError, actionText: str = "", action=None) -> None:
        """Show an error with the button that fixes it."""
        panel, self.last = self._panel, error
        message = translated(error.message)
        panel.log.write(f"{error.error_class}: {message} {error.detail}".strip())
        if error.error_class == "cancelled":
            panel.say(_("Cancelled. The scene is unchanged."))
            return
        if action is None:
            actionText, action = panel.setUp.remedy(error) or self._report(error)
        panel.message.error(error, actionText, action, _("Close"))

    def _report(self, error: SemiGDAError) -> tuple:
        if error.error_class in ("worker-died", "internal"):
            return _("Copy report"), self._panel.log.onCopyReport
        return "", None

    def showOfRun(self, error: SemiGDAError, volumeNode) -> None:
        """Show an error of a volume's run, with the button that runs it otherwise while that volume
        is the input."""
        parameters = self._parameters()
        text, again = "", None
        if volumeNode is not None and volumeNode is parameters.inputVolume:
            text, again = self._otherwise(error, parameters)
        self._volume, self._again = nodes.Held(volumeNode), again
        self.show(error, text, again)

    def follow(self, volumeNode) -> None:
        """Withdraw an error with such a button when another volume is chosen."""
        if volumeNode is not self._volume.node:
            self._panel.message.withdraw(self._again)

    def onCpu(self, error: SemiGDAError, again) -> tuple:
        """Text and function of the button that calls ``again`` with the CPU as device; of an error
        that is not the device's, an empty text and None."""
        if error.error_class not in ("device-unavailable", "out-of-gpu-memory"):
            return "", None

        def useCpu():
            self._parameters().device = "cpu"
            again()

        return _("Use the CPU"), useCpu

    def _otherwise(self, error: SemiGDAError, parameters) -> tuple:
        replaceable = error.error_class == "bad-input" and not parameters.replaceInvalid
        if replaceable and nodes.hasInvalidVoxels(parameters.inputVolume):
            return _("Replace and segment"), self._replaceInvalid
        return self.onCpu(error, self._panel.segment)

    def _replaceInvalid(self) -> None:
        self._parameters().replaceInvalid = True
        self._panel.segment()

    def _parameters(self):
        """Those of the scene also while another module is in view."""
        return self._panel.parameters or self._panel.logic.getParameterNode()
