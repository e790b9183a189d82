"""Section 4: what a training starts from, how thorough it is, and how long it may take."""

from __future__ import annotations

import html

from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib.texts import AMBER
from SemiGDALib.train.advanced import AdvancedSettings
from SemiGDALib.train.section import Section
from SemiGDALib.translation.sentences import translated

PRESETS = {
    "quick": _("About 10 minutes: do labels and images match, and is every class found?"),
    "standard": _("The usual choice, good on a computer without a graphics card: an hour or more."),
    "paper": _("The full-size network of the paper, on a graphics card: many hours."),
}
NAMES = {"quick": _("Quick look"), "standard": _("Standard"), "paper": _("Paper")}


class BaseSection(Section):
    """The plan of the next training; it is kept in the project."""

    title = _("Base and preset")
    file = "Base"

    def __init__(self, ui, context):
        super().__init__(ui, context)
        self._bases = []
        self._showing = False  # widgets are being set from the plan
        self._presets = {
            "quick": (ui.quickRadioButton, ui.quickLabel),
            "standard": (ui.standardRadioButton, ui.standardLabel),
            "paper": (ui.paperRadioButton, ui.paperLabel),
        }
        self._advanced = AdvancedSettings(ui, self._onAdvanced)
        for name, (button, _label) in self._presets.items():
            button.connect("clicked(bool)", lambda _on=False, name=name: self._set(preset=name))
        ui.baseComboBox.connect("activated(int)", self._onBase)
        ui.minutesSpinBox.connect("editingFinished()", self._onMinutes)
        ui.compareUNetCheckBox.connect("clicked(bool)", self._onCompareUNet)
        ui.resetButton.connect("clicked(bool)", lambda _on=False: self._set(advanced={}))

    def summary(self) -> str:
        plan = self.context.now.plan
        name = NAMES.get(plan.preset, plan.preset)
        base = self._base(plan)
        if base is None or base.kind == "scratch":
            return name
        return _("{preset}, from {base}").format(preset=name, base=translated(base.title))

    def refresh(self) -> None:
        now, ui = self.context.now, self.ui
        plan = now.plan
        self._showing = True
        self._bases = now.bases
        ui.baseComboBox.clear()
        for base in self._bases:
            text = "{name}" if base.problem is None else _("{name} (cannot be used)")
            ui.baseComboBox.addItem(text.format(name=translated(base.title)))
        chosen = self._base(plan)
        ui.baseComboBox.currentIndex = self._bases.index(chosen) if chosen else -1
        ui.baseSentenceLabel.text = self._baseSentence(chosen)
        reason = self.context.logic.paperProblem(plan)
        for name, (button, label) in self._presets.items():
            button.checked = plan.preset == name
            label.text = PRESETS[name]
            if name == "paper":
                button.enabled = reason is None
                if reason is not None:
                    label.text = f'{PRESETS[name]}<br><span style="color:{AMBER}">{reason}</span>'
        ui.minutesSpinBox.value = round(plan.minutes or 0)
        ui.compareUNetCheckBox.checked = plan.compare_unet
        self._advanced.show(plan.advanced, chosen.kind if chosen else "scratch")
        self._showing = False

    def _base(self, plan):
        wanted = str(plan.base) if plan.base else None
        for base in self._bases:
            if (str(base.path) if base.path else None) == wanted:
                return base
        return None

    def _baseSentence(self, base) -> str:
        if base is None:
            return _("The chosen base no longer exists. Choose another one.")
        if base.problem:
            return f'<span style="color:{AMBER}">{html.escape(translated(base.problem))}</span>'
        return {
            "scratch": _("Learns from your images alone. Takes longest."),
            "model": _("Builds on what this model knows: fastest, and best for similar images."),
            "autoencoder": _(
                "Has already learned what images look like; learns to segment from yours."
            ),
        }[base.kind]

    # The user's choices

    def _set(self, **changes) -> None:
        if not self._showing:
            self.context.attempt(self.context.logic.setPlan, **changes)

    def _onBase(self, index) -> None:
        base = self._bases[index] if 0 <= index < len(self._bases) else None
        if base is None or self._showing:
            return
        if base.problem:
            self.context.changed()  # the choice of before is shown again
            error = SemiGDAError("bad-input", base.problem, action=_("Choose another."))
            self.context.showError(error)
            return
        self._set(base=str(base.path) if base.path else None)

    def _onMinutes(self) -> None:
        minutes = self.ui.minutesSpinBox.value
        if minutes != round(self.context.logic.plan().minutes or 0):
            self._set(minutes=float(minutes) if minutes else None)

    def _onCompareUNet(self, _checked=False) -> None:
        self._set(compare_unet=bool(self.ui.compareUNetCheckBox.checked))

    def _onAdvanced(self, changes) -> None:
        """A setting under *Advanced* changed; None: back to the preset's."""
        if self._showing:
            return
        kept = {**self.context.logic.plan().advanced, **changes}
        self._set(advanced={key: value for key, value in kept.items() if value is not None})
