"""Section 4: what a training starts from, how thorough it is, and how long it may take."""

from __future__ import annotations

import html
from functools import partial

from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.models.features import MEGABYTES
from semigda_core.project.training.bases import FEATURES, SCRATCH
from semigda_core.project.training.presets import PRESETS
from SemiGDALib import texts
from SemiGDALib.train.base.advanced import AdvancedSettings
from SemiGDALib.train.section import Section
from SemiGDALib.translation.sentences import translated
from SemiGDALib.widgets import onClick


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
            onClick(button, partial(self._set, preset=name))
        ui.baseComboBox.connect("activated(int)", self._onBase)
        ui.installButton.connect("clicked(bool)", lambda: context.setUp.install())
        ui.folderButton.connect("clicked(bool)", lambda: context.setUp.installFromFolder())
        onClick(ui.scratchButton, partial(self._set, **SCRATCH.choice))
        ui.minutesSpinBox.connect("editingFinished()", self._onMinutes)
        ui.compareUNetCheckBox.connect("clicked(bool)", self._onCompareUNet)
        onClick(ui.resetButton, partial(self._set, advanced={}))

    def summary(self) -> str:
        plan = self.context.now.plan
        known = self._presets.get(plan.preset)
        name = known[0].text if known else plan.preset
        base = self._base(plan)
        if base is None or base.kind == "features":
            return name
        if base.kind == "scratch":
            return _("{preset}, from scratch").format(preset=name)
        return _("{preset}, from {base}").format(preset=name, base=translated(base.title))

    def nextStep(self) -> str:
        now = self.context.now
        if now.view.heldout is None or now.training is not None or not self._lacks(now.plan):
            return ""
        return _("Install the general image features, or start from scratch.")

    def refresh(self) -> None:
        now, ui = self.context.now, self.ui
        plan = now.plan
        self._showing = True
        self._bases = now.bases
        ui.baseComboBox.clear()
        for base in self._bases:
            ui.baseComboBox.addItem(self._baseText(base))
        chosen = self._base(plan)
        ui.baseComboBox.currentIndex = self._bases.index(chosen) if chosen else -1
        lacking = self._lacks(plan)
        ui.baseSentenceLabel.text = self._baseSentence(chosen, lacking)
        ui.featuresFrame.visible = lacking
        reason = self.context.logic.paperProblem(plan)
        for name, (button, label) in self._presets.items():
            button.checked = plan.preset == name
            label.text = texts.asHtml(PRESETS[name].about)
            if name == "paper":
                button.enabled = reason is None
                if reason is not None:
                    label.text += f"<br>{_amber(reason)}"
        ui.minutesSpinBox.value = round(plan.minutes or 0)
        ui.compareUNetCheckBox.checked = plan.compare_unet
        self._advanced.show(plan.advanced, chosen.kind if chosen else "scratch")
        self._showing = False

    def _base(self, plan):
        wanted = {"base": str(plan.base) if plan.base else None, "features": plan.features}
        if wanted["base"]:
            wanted["features"] = False  # they are for a training without a base
        return next((base for base in self._bases if base.choice == wanted), None)

    def _lacks(self, plan) -> bool:
        """Whether the plan starts from general image features that are not installed."""
        return self._base(plan) is FEATURES and not self.context.logic.hasFeatures()

    @staticmethod
    def _baseText(base) -> str:
        name = translated(base.title)
        if base.problem is not None:
            return _("{name} (cannot be used)").format(name=name)
        if base.kind == "features":
            return _("{name} (recommended)").format(name=name)
        return _("{name} (starter model)").format(name=name) if base.starter else name

    def _baseSentence(self, base, lacking) -> str:
        if base is None:
            return _("The chosen base no longer exists. Choose another one.")
        if base.problem:
            return _amber(translated(base.problem))
        if lacking:
            return _amber(
                _(
                    "Not installed yet ({size} MB, Apache-2.0). Without them the model learns from "
                    "your images alone, and is clearly worse with few labels."
                ).format(size=MEGABYTES)
            )
        return {
            "features": _(
                "Begins with what a network learned from a million photographs: the best start "
                "with few labels."
            ),
            "scratch": _("Learns from your images alone: needs more labels and takes longest."),
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
        self._set(**base.choice)

    def _onMinutes(self) -> None:
        minutes = self.ui.minutesSpinBox.value
        if minutes != round(self.context.logic.plan().minutes or 0):
            self._set(minutes=float(minutes) if minutes else None)

    def _onCompareUNet(self) -> None:
        self._set(compare_unet=bool(self.ui.compareUNetCheckBox.checked))

    def _onAdvanced(self, changes) -> None:
        """A setting under *Advanced* changed; None: back to the preset's."""
        if self._showing:
            return
        kept = {**self.context.logic.plan().advanced, **changes}
        self._set(advanced={key: value for key, value in kept.items() if value is not None})


def _amber(text) -> str:
    return texts.amber(html.escape(text))
