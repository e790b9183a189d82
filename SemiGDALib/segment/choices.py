"""The panel's lists: installed models, devices, branches; bound to the parameter node."""

from __future__ import annotations

import slicer
from slicer.i18n import tr as _

from SemiGDALib import settings
from SemiGDALib.segment import card_text
from SemiGDALib.texts import DEVICES

LAST_MODEL = "SemiGDA/LastModel"  # in the user's settings: a new scene begins with it


class Choices:
    """Fills the lists, shows what the parameter node says, and notes there what the user chooses.

    Args:
        panel: the :class:`SemiGDALib.segment.panel.SegmentPanel`, whose parameter node is used.
    """

    def __init__(self, panel):
        self._panel, ui = panel, panel.ui
        self._models = []
        self._showing = False  # widgets are being set from the parameter node
        self._combos = {
            "model": ui.modelComboBox,
            "device": ui.deviceComboBox,
            "branches": ui.branchesComboBox,
        }
        self._aboutCard = ui.modelCardLabel.toolTip
        self._fill()
        for name, combo in self._combos.items():
            # The user's choice only: filling or restoring a list must not overwrite parameters.
            combo.connect("activated(int)", lambda _index, name=name: self._onChosen(name))

    def _fill(self) -> None:
        devices = ((_("Automatic"), "auto"), *DEVICES)
        branches = (
            (_("As the model recommends"), "card"),
            (_("Both, averaged"), "both"),
            (_("Autoencoder branch"), "vae"),
            (_("Convolutional branch"), "cnn"),
        )
        for name, choices in (("device", devices), ("branches", branches)):
            for text, value in choices:
                self._combos[name].addItem(text, value)

    def refreshModels(self) -> None:
        """Read the library again."""
        self._models = self._panel.logic.models()
        combo = self._combos["model"]
        combo.clear()
        for model in self._models:
            title = model.card.title if model.card else model.name
            combo.addItem(_("{name} (damaged)").format(name=title) if model.problem else title)
            combo.setItemData(combo.count - 1, model.name)

    def proposedModel(self) -> str:
        """The name of the model that a new scene begins with; "" if none can be used."""
        usable = [model.name for model in self._models if model.problem is None]
        last = settings.text(LAST_MODEL)
        return last if last in usable else usable[0] if usable else ""

    def model(self):
        """The chosen model as the library knows it, or None."""
        parameters = self._panel.parameters
        name = parameters.model if parameters is not None else ""
        return next((model for model in self._models if model.name == name), None)

    def _onChosen(self, name) -> None:
        if self._panel.parameters is not None and not self._showing:
            combo = self._combos[name]
            value = combo.itemData(combo.currentIndex)
            self._panel.parameters.setValue(name, value)
            if name == "model":
                slicer.app.userSettings().setValue(LAST_MODEL, value)

    def show(self) -> None:
        """Show the parameter node's choices, and the model's card."""
        parameters, label = self._panel.parameters, self._panel.ui.modelCardLabel
        self._showing = True
        for name, combo in self._combos.items():
            combo.currentIndex = combo.findData(parameters.getValue(name))
        self._showing = False
        model = self.model()
        if model is not None:
            label.text = card_text.cardSummary(model)
            label.toolTip = card_text.cardCredits(model) or self._aboutCard
        elif parameters.model:
            text = _("The model '{name}' is not installed here.")
            label.text = text.format(name=parameters.model)
        else:
            label.text = _("No model is installed. Add one under Models.")
