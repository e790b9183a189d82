"""Which class a segment of a label is."""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from semigda_core.labels.finished import IGNORED
from SemiGDALib.dialogs import Dialog
from SemiGDALib.tables import cell, makeTable
from SemiGDALib.train.cases.mapping import NEW, guess


def askMapping(names, classes, cases: int, program=None):
    """Ask for the class of every name.

    Args:
        names: {segment name or label value: ids of the cases that have it}.
        classes: the project's classes (:class:`semigda_core.models.card.Label`).
        cases: how many cases there are that may have them.
        program: the name of another program that made them; None: they are in the labels.

    Returns:
        {name: class value, 0 to leave it out, IGNORED for unlabelled voxels, "new" for a class of
        its own, None for later}; None if the user changes their mind.
    """
    dialog = Dialog(_("What are these segments?"), _("Use these classes"), width=560)
    text, header = (
        _(
            "Some segments in the labels have no class in this project yet. Spellings may "
            "differ between cases: give segments that mean the same thing the same class."
        ),
        _("In the labels"),
    )
    if program is not None:
        header = _("In the results")
        text = _(
            "Which classes are these segments of {program}? What you leave out does not teach; "
            "a class that it never finds is left to the labels."
        ).format(program=program)
    dialog.say(text)
    headers = (header, _("Cases"), _("Class"))
    about = _("Choose the class of every segment.")
    table = makeTable("namesTable", headers, about, (0, 2), len(names))
    table.minimumHeight = 200
    dialog.layout.addWidget(table)
    combos = {}
    for row, (name, ids) in enumerate(names.items()):
        table.setItem(
            row, 0, cell(_("value {name}").format(name=name) if name.isdecimal() else name)
        )
        table.setItem(row, 1, cell(_("{count} of {all}").format(count=len(ids), all=cases)))
        combos[name] = _combo(name, classes, None if program is None else 0)
        table.setCellWidget(row, 2, combos[name])
    if not dialog.ask(next(iter(combos.values()), table)):
        return None
    return {name: combo.itemData(combo.currentIndex) for name, combo in combos.items()}


def _combo(name, classes, otherwise):
    """``otherwise``: what is chosen where the name tells no class."""
    combo = qt.QComboBox()
    combo.toolTip = _("The class of this segment; or leave it out of the training.")
    combo.addItem(_("Decide later"), None)
    for label in classes:
        combo.addItem(label.name, label.value)
    combo.addItem(_("New class '{name}'").format(name=name), NEW)
    combo.addItem(_("Leave it out"), 0)
    if otherwise is None:  # a person's labels, in which it may be marked
        combo.addItem(_("Unlabelled: no class, and not background"), IGNORED)
    wanted = guess(name, classes)
    wanted = otherwise if wanted is None else wanted
    for index in range(combo.count):
        if combo.itemData(index) == wanted and wanted is not None:
            combo.setCurrentIndex(index)
    return combo
