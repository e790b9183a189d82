"""The section *Several volumes* before it is first opened: a bar, which costs next to nothing."""

from __future__ import annotations

from slicer.i18n import tr as _

from SemiGDALib import keyboard
from SemiGDALib.widgets import collapsible


class ClosedSection:
    """Makes the collapsed bar, and what is in it once it is opened or asked for.

    Args:
        panel: the :class:`SemiGDALib.segment.panel.SegmentPanel`.
        layout: of the panel; the section comes before ``following``.
    """

    def __init__(self, panel, layout, following):
        self._panel, self._layout = panel, layout
        self.section = None  # the SeveralSection, if there is one yet
        about = _("Segment many volumes one after another with the model above.")
        self.button = collapsible("severalCollapsibleButton", _("Several volumes"), about)
        self.button.collapsed = True
        layout.insertWidget(layout.indexOf(following), self.button)
        self.button.connect("contentsCollapsed(bool)", self._onCollapsed)

    def _onCollapsed(self, collapsed: bool) -> None:
        if not collapsed:
            self.filled().refresh()

    def filled(self):
        """The :class:`SemiGDALib.segment.several.section.SeveralSection`."""
        if self.section is None:
            from SemiGDALib.segment.several.section import SeveralSection

            self.section = SeveralSection(self._panel, self.button)
            keyboard.prepare(self._layout.parentWidget())
        return self.section
