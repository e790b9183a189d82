"""*Which slices?* and *Mark a range*."""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from semigda_core.labels.proposed import suggested_count
from SemiGDALib.dialogs import Dialog
from SemiGDALib.train.slices import planes


def askWhich(slices):
    """How many slices to propose, and where: (count, first, last), or None.

    Args:
        slices: the :class:`~SemiGDALib.train.slices.slice_label.SliceLabel`.

    Raises:
        SemiGDAError: "bad-input" as :meth:`SliceLabel.extent`.
    """
    known = slices.extent()
    count = planes.counted(slices.volumeNode, known.axis)
    dialog = Dialog(_("Which slices?"), _("Propose"), 320)
    dialog.say(
        _(
            "Evenly spaced slices do as well as chosen ones. Draw every class on each of them, "
            "mark it as finished, and go to the next."
        )
    )
    said = {
        "drawn": _("Something is drawn on slices {first} to {last}."),
        "predicted": _("A model found something on slices {first} to {last}."),
        "image": _(
            "The image shows something on slices {first} to {last}. Say where the structure "
            "begins and ends, if you know."
        ),
    }[known.source]
    dialog.say(said.format(first=known.first, last=known.last))
    form = qt.QFormLayout()
    dialog.layout.addLayout(form)
    many = _number(
        form,
        _("How many:"),
        _("About a tenth of the slices is a good start."),
        (1, count),
        suggested_count(count),
    )
    first, last = _range(form, count, known.first, known.last)
    _ordered(dialog, first, last)
    return (many.value, first.value, last.value) if dialog.ask(many) else None


def askRange(slices):
    """From which slice to which: (first, last), or None. Raises as :meth:`SliceLabel.axis`."""
    axis = slices.axis()
    count = planes.counted(slices.volumeNode, axis)
    here = min(max(planes.position(slices.view, slices.volumeNode, axis), 0), count - 1)
    marked = [n for n in (slices.finished.indices if slices.finished else ()) if n <= here]
    dialog = Dialog(_("Mark a range"), _("Mark"), 320)
    dialog.say(
        _("Every class is drawn on all of these slices, or is not there. They begin with 0.")
    )
    form = qt.QFormLayout()
    dialog.layout.addLayout(form)
    first, last = _range(form, count, marked[-1] if marked else here, here)
    _ordered(dialog, first, last)
    return (first.value, last.value) if dialog.ask(first) else None


def _range(form, count, first, last):
    tip = _("Slices are counted from 0, as in Slicer's Data Probe.")
    names = ((_("First slice:"), first), (_("Last slice:"), last))
    return [_number(form, name, tip, (0, count - 1), value) for name, value in names]


def _number(form, name, toolTip, limits, value):
    box = qt.QSpinBox()
    box.setRange(*limits)
    box.value = value
    box.toolTip = toolTip
    form.addRow(name, box)
    return box


def _ordered(dialog, first, last) -> None:
    """*OK* is for a first slice that does not come after the last."""

    def look():
        dialog.okButton.enabled = first.value <= last.value

    for box in (first, last):
        box.connect("valueChanged(int)", look)
    look()
