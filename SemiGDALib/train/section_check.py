"""Section 2: what is wrong with the cases, and what to do."""

from __future__ import annotations

from slicer.i18n import tr as _

from SemiGDALib.train.section import Section


class CheckSection(Section):
    """The findings of the data doctor."""

    title = _("Check")
    file = "Check"

    def refresh(self) -> None:
        count = len(self.context.findings)
        self.ui.statusLabel.text = _("{count} findings.").format(count=count)
