"""The section *Set-up* before it is first opened or needed, as both panels have it."""

from __future__ import annotations

from slicer.i18n import tr as _

from SemiGDALib import requirements
from SemiGDALib.widgets import ClosedSection, collapsible


class ClosedSetUp(ClosedSection):
    """A bar, the last in the panel while nothing is missing.

    Args:
        layout: of the panel, from top to bottom; its last item is a spacer.
        about: what else :class:`SemiGDALib.set_up.section.SetUpSection` takes.
    """

    def __init__(self, logic, layout, *about):
        def make(button):
            from SemiGDALib.set_up.section import SetUpSection

            return SetUpSection(button, logic, layout, *about)

        tip = _("The Python packages that SemiGDA computes with.")
        button = collapsible("setUpCollapsibleButton", _("Set-up"), tip)
        layout.insertWidget(layout.count() - 1, button)
        super().__init__(button, make)

    def refresh(self) -> None:
        """Look what is missing, which takes milliseconds, and show it."""
        if self.isMade or requirements.missing():
            self.section.refresh()
