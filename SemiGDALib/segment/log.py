"""The panel's log, and the report that *Copy report* makes of it."""

from __future__ import annotations

import time

import slicer
from slicer.i18n import tr as _

from SemiGDALib.translation.sentences import translated


class Log:
    """Lines with their time of day.

    Args:
        panel: the :class:`SemiGDALib.segment.panel.SegmentPanel` whose run and choices the report
            tells.
    """

    def __init__(self, panel):
        self._panel = panel
        self._text = panel.ui.logText
        self._phase = ""
        panel.ui.copyReportButton.connect("clicked(bool)", self.onCopyReport)

    def write(self, text: str) -> None:
        """Add a line."""
        self._text.appendPlainText(f"{time.strftime('%H:%M:%S')}  {text}")

    def phase(self, message: str) -> None:
        """Add a line when a run begins with something else, not for every slice."""
        phase = message.strip("0123456789. ").partition(" ")[0]
        if phase != self._phase:
            self._phase = phase
            self.write(translated(message))

    def addRun(self) -> None:
        """Add what the last run has written."""
        from SemiGDALib.segment import report

        run = self._panel.logic.run
        if run is not None and run.log.strip():
            self._text.appendPlainText(report.withoutFolders(run.log.strip()))

    def report(self) -> str:
        """What *Copy report* copies."""
        from SemiGDALib.jobs.worker import Worker
        from SemiGDALib.segment import report

        panel = self._panel
        run, result, model = panel.logic.run, panel.logic.result, panel.choices.model()
        volume = panel.parameters.inputVolume if panel.parameters is not None else None
        digest = (model.card.weights_sha256 or "")[:12] if model and model.card else ""
        return report.report(
            run.options.to_dict() if run is not None else {},
            f"{model.name} {digest}" if model else "-",
            report.imageFacts(volume),
            panel.problems.last,
            result.report if result else {},
            f"{self._text.toPlainText()}\n{Worker.of('segment').errorOutput()}",
        )

    def onCopyReport(self) -> None:
        """Put the report on the clipboard."""
        slicer.app.clipboard().setText(self.report())
        if not self._panel.logic.isRunning():
            self._panel.say(_("The report is on the clipboard."))
