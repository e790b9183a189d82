"""*Change...*: which cases are held out from now on, and why."""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from SemiGDALib.dialogs import Dialog, lineEdit


def askChange(present, selected, names, partly=""):
    """Ask for a reason and for the new held-out cases.

    Args:
        present: ids of the cases that are held out now.
        selected: ids of the cases selected in the list.
        names: their names, for the user's eyes.
        partly: how labels on some slices only are scored; empty if there are none.

    Returns:
        (reason, case ids or None to draw by chance); None if the user changes their mind.
    """
    dialog = Dialog(_("Change the held-out cases"), _("Change"))
    dialog.say(
        _(
            "Scores are comparable only between models scored on the same cases. After a "
            "change, earlier scores are void: they stay visible, but are no longer compared."
        )
    )
    if partly:
        dialog.say(partly)
    keep = qt.QRadioButton(_("The same cases: a label or a class was corrected"))
    keep.name = "keepButton"
    keep.toolTip = _("Lock the same cases again, with their present labels.")
    chance = qt.QRadioButton(_("Other cases, drawn at random"))
    chance.name = "chanceButton"
    chance.toolTip = _("Drawn again at random, with some of every kind of case.")
    exactly = qt.QRadioButton(_("The selected cases: {names}").format(names=names or _("none")))
    exactly.name = "selectedButton"
    exactly.toolTip = _("Exactly the cases selected in the list of cases.")
    exactly.enabled = bool(selected)
    for button in (keep, chance, exactly):
        dialog.layout.addWidget(button)
    keep.checked = True
    dialog.say(_("Why? The reason is kept in the project's history."))
    reason = lineEdit("reasonEdit", _("One sentence for whoever reads the scores later."))
    dialog.layout.addWidget(reason)
    dialog.require(reason)
    if not dialog.ask(reason):
        return None
    cases = list(present) if keep.checked else None if chance.checked else list(selected)
    return str(reason.text).strip(), cases
