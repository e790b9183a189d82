"""The bar that says which case is open in Segment Editor, and brings its label home."""

from __future__ import annotations

import html

from slicer.i18n import tr as _

from SemiGDALib.train import covered
from SemiGDALib.train.labelling import editor_bar
from SemiGDALib.train.slices import planes
from SemiGDALib.train.slices.words import finishedText, numbers


class LabellingBar:
    """Binds ``labellingFrame`` and its three buttons."""

    def __init__(self, ui, context):
        self.ui = ui
        self.context = context
        border = "border: 1px solid #0072b2; border-left: 5px solid #0072b2;"
        ui.labellingFrame.setStyleSheet(f"QFrame#labellingFrame {{ {border} }}")
        ui.backToEditorButton.connect("clicked(bool)", self.onBack)
        ui.saveLabelButton.connect("clicked(bool)", self.onSave)
        ui.discardLabelButton.connect("clicked(bool)", self.onDiscard)

    def refresh(self) -> None:
        """Show the bar while a label is being edited."""
        labelling = self.context.logic.labelling
        self.ui.labellingFrame.visible = labelling is not None
        if labelling is None:
            editor_bar.remove()
            return
        name = html.escape(labelling.caseName)
        text = _("<b>Labelling {name}</b>").format(name=name)
        if not labelling.isAlive():
            text += "<br>" + _("Its image or label was removed from the scene.")
        else:
            if labelling.heldOut:
                text += "<br>" + _(
                    "This case is held out: changing its label makes earlier scores void."
                )
            text += "<br>" + _finished(labelling.slices)
        self.ui.labellingLabel.text = text
        self.ui.saveLabelButton.enabled = labelling.isAlive()
        self.ui.backToEditorButton.enabled = labelling.isAlive()

    def onBack(self) -> None:
        """To Segment Editor again."""
        self.context.logic.labelling.show()

    def onSave(self) -> None:
        """Save the label; asks first about an empty one."""
        labelling = self.context.logic.labelling
        empty = self.context.attempt(labelling.isEmpty)
        if not empty:
            if empty is not None:  # else it could not be looked at, which is told
                self._save(labelling)
            return
        self.context.message.question(
            _("The label is empty: nothing is drawn."),
            _("Save it only if the image truly shows none of the classes."),
            _("It shows none: save"),
            lambda: self._save(labelling, empty=True),
            _("Cancel"),
        )

    def _save(self, labelling, empty=False) -> None:
        """If it fails the label stays open."""
        left = labelling.slices.notFinished() if labelling.isAlive() else None

        def save(overlaps):
            if self.context.logic.labelling is not labelling:
                return False  # it was discarded between question and answer
            self.context.logic.saveLabel(empty, overlaps)
            return True

        def tell(saved):
            if saved:
                self.context.log(_("Label saved."))
            if saved and left:
                text = _("Drawn, but not finished, and therefore not used: slices {which}.")
                self.context.log(text.format(which=numbers(left)))

        covered.attempt(self.context, save, tell)

    def onDiscard(self) -> None:
        """Forget what was drawn; asks first, because nothing brings it back."""
        labelling = self.context.logic.labelling
        if not labelling.isChanged():
            self._discard(labelling)
            return
        self.context.message.question(
            _("What you have drawn or marked is not saved."),
            _("Discarded, it cannot be brought back."),
            _("Discard"),
            lambda: self._discard(labelling),
            _("Cancel"),
        )

    def _discard(self, labelling) -> None:
        if self.context.logic.labelling is labelling:  # it may be closed by now
            self.context.attempt(self.context.logic.discardLabel)


def _finished(slices) -> str:
    """Which slices are finished, in words."""
    finished = slices.finished
    count = planes.counted(slices.volumeNode, finished.axis) if finished else 0
    return html.escape(finishedText(finished, count))
