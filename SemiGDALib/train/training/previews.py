"""Pictures of a training over time: what the network makes of some slices."""

from __future__ import annotations

import html

import qt
from slicer.i18n import tr as _

from SemiGDALib.texts import legend

HEIGHT = 400  # at most; a sheet has several rows
KINDS = {
    "held-out": (_("Held-out cases"), _("image, your label, prediction")),
    "unlabeled": (_("Pseudo labels on unlabelled cases"), _("image, drawn by each branch")),
    "autoencoder": (_("Autoencoder"), _("image, reconstruction, mask, reconstructed mask")),
}
# The first look has no branches; it shows where it is in doubt.
LOOK = {"unlabeled": _("image, prediction, doubt (bright)")}
STAGES = {"pretrain": _("seeing"), "align": _("aligning"), "segment": _("segmenting")}


class PreviewView:
    """Binds the pictures' widgets to a history; the slider at its right end follows the newest."""

    def __init__(self, ui):
        self._ui = ui
        self._history = None
        self._labels: list = []
        self._kinds: list[str] = []
        self._chosen = False  # the user chose a kind; before, the most telling one is shown
        self._follow = True  # the newest picture
        ui.previewFrame.visible = False
        ui.previewComboBox.connect("activated(int)", self._onKind)
        ui.previewSlider.connect("valueChanged(int)", self._onSlider)

    def show(self, history, labels) -> None:
        """Show a :class:`history.TrainingHistory`; labels give the colours."""
        if self._history is not history:
            self._history, self._chosen, self._kinds = history, False, []
            self._follow = True
        self._labels = labels
        kinds = [kind for kind, shown in history.previews.items() if shown]
        self._ui.previewFrame.visible = bool(kinds)
        if not kinds:
            return
        combo, kind = self._ui.previewComboBox, self._kind()
        if kinds != self._kinds:
            combo.clear()
            for one in kinds:
                combo.addItem(KINDS[one][0] if one in KINDS else one)
            self._kinds = kinds
        if kind not in kinds or not self._chosen:
            kind = kinds[0]
        combo.currentIndex = kinds.index(kind)
        self._showNewest()

    def _kind(self) -> str:
        index = self._ui.previewComboBox.currentIndex
        return self._kinds[index] if 0 <= index < len(self._kinds) else ""

    def _onKind(self) -> None:
        self._chosen = True
        self._follow = True
        self._showNewest()

    def _onSlider(self, value) -> None:
        self._follow = value == self._ui.previewSlider.maximum
        self._draw()

    def _showNewest(self) -> None:
        """Unless the user looks at an older one."""
        slider = self._ui.previewSlider
        last = len(self._history.previews[self._kind()]) - 1
        wasBlocked = slider.blockSignals(True)
        slider.maximum = last
        if self._follow:
            slider.value = last
        slider.blockSignals(wasBlocked)
        slider.enabled = last > 0
        self._draw()

    def _draw(self) -> None:
        ui, shown = self._ui, self._history.previews.get(self._kind(), [])
        if not shown:
            return
        one = shown[min(ui.previewSlider.value, len(shown) - 1)]
        pixmap = qt.QPixmap(str(one.picture))
        if pixmap.isNull():
            ui.previewLabel.text = _("The picture cannot be read.")
        else:
            width = max(260, ui.previewFrame.width)
            size = qt.QSize(width, HEIGHT)
            ui.previewLabel.setPixmap(
                pixmap.scaled(size, qt.Qt.KeepAspectRatio, qt.Qt.SmoothTransformation)
            )
        columns = KINDS.get(self._kind(), ("", ""))[1]
        if one.stage == "look":
            when = _("First look, after {seconds:.0f} s").format(seconds=self._history.look)
            columns = LOOK.get(self._kind(), columns)
        else:
            when = _("{stage}, step {step}").format(stage=STAGES[one.stage], step=one.step)
        colours = "&nbsp; ".join(legend(label.name, label.color) for label in self._labels)
        text = _("From left to right: {columns} ({when})").format(columns=columns, when=when)
        ui.previewNoteLabel.text = f"{html.escape(text)}<br>{colours}"
