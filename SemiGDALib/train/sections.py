"""The numbered sections of the training panel."""

from __future__ import annotations

import qt
import slicer

from SemiGDALib.train.base.section import BaseSection
from SemiGDALib.train.cases.section import CasesSection
from SemiGDALib.train.check.section import CheckSection
from SemiGDALib.train.heldout.section import HeldOutSection
from SemiGDALib.train.result.section import ResultSection
from SemiGDALib.train.review.section import ReviewSection
from SemiGDALib.train.training.section import TrainingSection
from SemiGDALib.widgets import collapsible

# In the order of the work. A new section is one class, one .ui file and one entry here.
SECTIONS = (
    CasesSection,
    CheckSection,
    HeldOutSection,
    BaseSection,
    TrainingSection,
    ResultSection,
    ReviewSection,
)


def makeSections(layout, context) -> tuple[dict, dict]:
    """All of them by their ``file``, and their collapsible buttons, which go into ``layout``."""
    sections, buttons = {}, {}
    for number, kind in enumerate(SECTIONS, 1):
        button = collapsible(f"{kind.file}CollapsibleButton", f"{number} {kind.title}", "")
        inside = qt.QVBoxLayout(button)
        inside.setContentsMargins(4, 4, 4, 4)
        widget = slicer.util.loadUI(context.resourcePath(f"UI/{kind.file}.ui"))
        inside.addWidget(widget)
        layout.addWidget(button)
        buttons[kind.file] = button
        sections[kind.file] = kind(slicer.util.childWidgetVariables(widget), context)
    return sections, buttons
