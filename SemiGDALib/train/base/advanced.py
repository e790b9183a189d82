"""The fields under *Advanced*: each is empty, or replaces one setting of the preset."""

from __future__ import annotations

from slicer.i18n import tr as _

from SemiGDALib.texts import DEVICES

AXES = (
    (_("As the images need"), None),
    (_("Axial"), "axial"),
    (_("Coronal"), "coronal"),
    (_("Sagittal"), "sagittal"),
)
# Settings that a base has fixed already.
OF_MODEL = ("side", "slice_axis", "channels")
OF_AUTOENCODER = ("channels",)


class AdvancedSettings:
    """Binds the fields to a dict of settings; ``onChange`` gets ``{setting: value or None}``."""

    def __init__(self, ui, onChange):
        self._onChange = onChange
        self._spins = {  # the value that means the preset's
            "side": (ui.sizeSpinBox, 0),
            "labeled_batch": (ui.labeledBatchSpinBox, 0),
            "unlabeled_batch": (ui.unlabeledBatchSpinBox, 0),
            "seed": (ui.seedSpinBox, -1),
        }
        self._rates = {"learning_rate": ui.rateEdit, "align_learning_rate": ui.alignRateEdit}
        self._combos = {
            "slice_axis": (ui.axisComboBox, AXES),
            "device": (ui.deviceComboBox, ((_("Automatic"), None), *DEVICES)),
        }
        self._channels = ui.channelsEdit
        self._reset = ui.resetButton
        self._shown: dict = {}
        for combo, choices in self._combos.values():
            for text, _value in choices:
                combo.addItem(text)
        for key, (box, _none) in self._spins.items():
            box.connect("editingFinished()", lambda key=key: self._onSpin(key))
        for key, edit in self._rates.items():
            edit.connect("editingFinished()", lambda key=key: self._onText(key, _rate))
        self._channels.connect("editingFinished()", lambda: self._onText("channels", _channels))
        for key, (combo, _choices) in self._combos.items():
            combo.connect("activated(int)", lambda index, key=key: self._onCombo(key, index))

    def show(self, settings, baseKind: str) -> None:
        """Show settings; what the kind of base has fixed cannot be changed."""
        self._shown = dict(settings)
        for key, (box, none) in self._spins.items():
            box.value = settings.get(key, none)
        for key, edit in self._rates.items():
            edit.text = f"{settings[key]:g}" if key in settings else ""
        self._channels.text = ", ".join(map(str, settings.get("channels", ())))
        for key, (combo, choices) in self._combos.items():
            values = [value for _text, value in choices]
            combo.currentIndex = (
                values.index(settings.get(key)) if settings.get(key) in values else 0
            )
        fixed = {"model": OF_MODEL, "autoencoder": OF_AUTOENCODER}.get(baseKind, ())
        self._spins["side"][0].enabled = "side" not in fixed
        self._combos["slice_axis"][0].enabled = "slice_axis" not in fixed
        self._channels.enabled = "channels" not in fixed
        self._reset.enabled = bool(settings)

    def _onSpin(self, key) -> None:
        box, none = self._spins[key]
        self._report(key, None if box.value == none else box.value)

    def _onCombo(self, key, index) -> None:
        self._report(key, self._combos[key][1][index][1])

    def _onText(self, key, parse) -> None:
        edit = self._channels if key == "channels" else self._rates[key]
        text = edit.text.strip()
        value = parse(text) if text else None
        if text and value is None:  # not a number: what was there comes back
            value = self._shown.get(key)
            edit.text = "" if value is None else self._textOf(value)
        self._report(key, value)

    @staticmethod
    def _textOf(value) -> str:
        return ", ".join(map(str, value)) if isinstance(value, list) else f"{value:g}"

    def _report(self, key, value) -> None:
        if value != self._shown.get(key):
            self._onChange({key: value})


def _rate(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if 0 < value <= 1 else None


def _channels(text: str) -> list[int] | None:
    parts = text.replace(",", " ").split()
    return [int(part) for part in parts] if parts and all(map(str.isdecimal, parts)) else None
