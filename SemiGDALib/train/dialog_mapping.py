"""Which class a segment of a label is."""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from SemiGDALib.dialogs import Dialog, cell, makeTable
from SemiGDALib.train.mapping import NEW, guess


def askMapping(names, classes, cases: int):
    """Ask for the class of every name.

    Args:
        names: {segment name or label value: ids of the cases that have it}.
        classes: the project's classes (:class:`semigda_core.models.card.Label`).
        cases: how many labelled cases there are.

    Returns:
        {name: class value, 0 to leave it out, "new" for a class of its own, None for later}; None
        if the user changes their mind.
    """
    dialog = Dialog(_("What are these segments?"), _("Use these classes"), width=560)
    dialog.say(
        _(
            "Some segments in the labels have no class in this project yet. Spellings may "
            "differ between cases: give segments that mean the same thing the same class."
        )
    )
    headers = (_("In the labels"), _("Cases"), _("Class"))
    table = makeTable("namesTable", headers, _("Choose the class of every segment."), len(names))
    table.horizontalHeader().setSectionResizeMode(2, qt.QHeaderView.Stretch)
    table.minimumHeight = 200
    dialog.layout.addWidget(table)
    combos = {}
    for row, (name, ids) in enumerate(names.items()):
        table.setItem(
            row, 0, cell(_("value {name}").format(name=name) if name.isdecimal() else name)
        )
        table.setItem(row, 1, cell(_("{count} of {all}").format(count=len(ids), all=cases)))
        combos[name] = _combo(name, classes)
        table.setCellWidget(row, 2, combos[name])
    if not dialog.ask(next(iter(combos.values()), table)):
        return None
    return {name: combo.itemData(combo.currentIndex) for name, combo in combos.items()}


def _combo(name, classes):
    combo = qt.QComboBox()
    combo.toolTip = _("The class of this segment; or leave it out of the training.")
    combo.addItem(_("Decide later"), None)
    for label in classes:
        combo.addItem(label.name, label.value)
    combo.addItem(_("New class '{name}'").format(name=name), NEW)
    combo.addItem(_("Leave it out"), 0)
    wanted = guess(name, classes)
    for index in range(combo.count):
        if combo.itemData(index) == wanted and wanted is not None:
            combo.setCurrentIndex(index)
    return combo
