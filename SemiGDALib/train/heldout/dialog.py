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

    def choice(name, text, toolTip):
        button = qt.QRadioButton(text)
        button.name, button.toolTip = name, toolTip
        dialog.layout.addWidget(button)
        return button

    about = _("Lock the same cases again, with their present labels.")
    keep = choice("keepButton", _("The same cases: a label or a class was corrected"), about)
    keep.checked = True
    about = _("Drawn again at random, with some of every kind of case.")
    chance = choice("chanceButton", _("Other cases, drawn at random"), about)
    about = _("Exactly the cases selected in the list of cases.")
    text = _("The selected cases: {names}").format(names=names or _("none"))
    choice("selectedButton", text, about).enabled = bool(selected)
    dialog.say(_("Why? The reason is kept in the project's history."))
    reason = lineEdit("reasonEdit", _("One sentence for whoever reads the scores later."))
    dialog.layout.addWidget(reason)
    dialog.require(reason)
    if not dialog.ask(reason):
        return None
    cases = list(present) if keep.checked else None if chance.checked else list(selected)
    return str(reason.text).strip(), cases
