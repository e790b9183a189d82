"""*Add from scene*: which volumes, and which segmentation or label map belongs to each."""

from __future__ import annotations

import qt
import slicer
from slicer.i18n import tr as _

from SemiGDALib import nodes
from SemiGDALib.dialogs import Dialog
from SemiGDALib.tables import cell, makeTable
from SemiGDALib.train import scene_files


class SceneDialog:
    """A list of the scene's volumes to tick, each with its label.

    After :meth:`ask` returned True, ``choices`` are pairs (volume node, segmentation, label map or
    None), and ``corrected`` says whether labels that a model made count as corrected by a person.
    """

    def __init__(self):
        self.choices, self.corrected = [], False
        self._dialog = Dialog(_("Add from the scene"), _("Add"), width=560)
        self._dialog.say(
            _(
                "The volumes you tick become cases. Volumes and label maps that were changed "
                "here, or have no file, are copied uncompressed into the project's folder "
                "under an anonymous name; others stay where they are. Segmentations are "
                "always copied."
            )
        )
        self._volumes = nodes.images()
        headers = (_("Volume"), _("Label"), _("Stored"))
        toolTip = _("Tick the volumes to add, and choose each one's label.")
        self._table = makeTable("volumesTable", headers, toolTip, (0, 1), len(self._volumes))
        self._table.minimumHeight = 220
        self._dialog.layout.addWidget(self._table)
        labels = scene_files.labels()
        self._combos = []
        guesses = scene_files.guessLabels(self._volumes)
        for row, (volume, guess) in enumerate(zip(self._volumes, guesses, strict=True)):
            self._fill(row, volume, labels, guess)
        self._corrected = qt.QCheckBox(_("I have reviewed and corrected the models' segmentations"))
        self._corrected.name = "correctedCheckBox"
        self._corrected.toolTip = _(
            "A segmentation made by SemiGDA counts as your own label only after you have "
            "corrected it; otherwise it is never used to score a model."
        )
        self._corrected.visible = any(map(scene_files.isMachineMade, labels))
        self._dialog.layout.addWidget(self._corrected)
        self._table.connect("itemChanged(QTableWidgetItem*)", self._onTicked)
        self._onTicked()

    def _fill(self, row, volume, labels, guess) -> None:
        item = cell(volume.GetName() or _("Volume"))
        item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsUserCheckable | qt.Qt.ItemIsSelectable)
        item.setCheckState(qt.Qt.Checked)
        self._table.setItem(row, 0, item)
        combo = qt.QComboBox()
        combo.toolTip = _("The label of this volume; with None the case is unlabelled.")
        combo.addItem(_("None"))
        for node in labels:
            made = _("{name} (made by a model)") if scene_files.isMachineMade(node) else "{name}"
            combo.addItem(made.format(name=node.GetName()), node.GetID())
            if node is guess:
                combo.setCurrentIndex(combo.count - 1)
        self._combos.append(combo)
        self._table.setCellWidget(row, 1, combo)
        path = scene_files.fileOf(volume)
        stored = cell(_("in its file") if path else _("copied"), str(path) if path else "")
        self._table.setItem(row, 2, stored)

    def _ticked(self) -> list[int]:
        rows = range(len(self._volumes))
        return [row for row in rows if self._table.item(row, 0).checkState() == qt.Qt.Checked]

    def _onTicked(self) -> None:
        self._dialog.okButton.enabled = bool(self._ticked())

    def ask(self) -> bool:
        """Show the window; whether *Add* was clicked."""
        if not self._dialog.ask(self._table):
            return False
        for row in self._ticked():
            combo = self._combos[row]
            identifier = combo.itemData(combo.currentIndex)
            node = slicer.mrmlScene.GetNodeByID(identifier) if identifier else None
            self.choices.append((self._volumes[row], node))
        self.corrected = bool(self._corrected.checked)
        return True


def chooseSegmentation():
    """One (segmentation or label map, corrected) of the scene for a case's label, or None."""
    dialog = Dialog(_("Label from the scene"), _("Use it"))
    found = scene_files.labels()
    dialog.say(
        _("Which segmentation or label map is the label? Segmentations are copied.")
        if found
        else _("The scene contains no segmentation and no label map.")
    )
    combo = qt.QComboBox()
    combo.name = "segmentationCombo"
    combo.toolTip = _("Segmentations and label maps of the scene.")
    for node in found:
        combo.addItem(node.GetName(), node.GetID())
    dialog.layout.addWidget(combo)
    corrected = qt.QCheckBox(_("If a model made it, I have reviewed and corrected it"))
    corrected.name = "correctedCheckBox"
    corrected.toolTip = _("Uncorrected labels made by a model are never used to score a model.")
    corrected.visible = any(map(scene_files.isMachineMade, found))
    dialog.layout.addWidget(corrected)
    dialog.okButton.enabled = bool(found)
    if not dialog.ask(combo):
        return None
    return slicer.mrmlScene.GetNodeByID(combo.itemData(combo.currentIndex)), bool(corrected.checked)
