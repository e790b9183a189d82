"""*Add folder*: where images and labels are, which belong together, and to which patient."""

from __future__ import annotations

from dataclasses import replace

import qt
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.files.texts import counted
from semigda_core.project.cases.pairing import pair_folder
from SemiGDALib import left_out
from SemiGDALib.dialogs import Dialog, addFolderRow, lineEdit
from SemiGDALib.tables import fill, makeTable
from SemiGDALib.texts import AMBER, RED, coloured
from SemiGDALib.translation.sentences import translated

SHOWN = 500  # rows of the preview


class FolderDialog:
    """Asks for a folder of images and shows what would be added.

    After :meth:`ask` returned True, ``cases`` holds :class:`semigda_core.project.project.NewCase`.
    """

    def __init__(self, images: str = ""):
        self.cases = []
        self._dialog = Dialog(_("Add a folder of images"), _("Add"), width=760)
        form = qt.QFormLayout()
        self._dialog.layout.addLayout(form)
        about = _("The folder with the images.")
        self._images = addFolderRow(form, _("Images:"), "imagesEdit", about)
        about = _("The folder with the labels; leave it empty if they are beside the images.")
        self._labels = addFolderRow(form, _("Labels:"), "labelsEdit", about)
        self._addPatients(form)
        self._machine = qt.QCheckBox(_("A program made these labels; nobody corrected them"))
        self._machine.name = "machineCheckBox"
        self._machine.toolTip = _(
            "Such labels are used for training, but never to score a model. Labels made by "
            "SemiGDA are recognised automatically."
        )
        self._machine.connect("toggled(bool)", self._onChanged)
        form.addRow("", self._machine)
        self._status = self._dialog.say("")
        self._table = makeTable(
            "pairsTable",
            (_("File"), _("Used as"), _("Label"), _("Patient")),
            _("How each file is used. Labels are matched by name."),
            widest=(0, 2),
        )
        self._table.minimumHeight = 240
        self._dialog.layout.addWidget(self._table)
        self._images.text = str(images)
        for edit in (self._images, self._labels, self._pattern):
            edit.connect("textChanged(QString)", self._onChanged)
        self._onChanged()

    def _addPatients(self, form) -> None:
        self._patients = qt.QComboBox()
        self._patients.name = "patientsCombo"
        self._patients.toolTip = _(
            "Which part of a file name identifies the patient; the list below shows the "
            "outcome. Images of one patient are never split between training and scoring."
        )
        for text, pattern in (
            (_("One patient per image, unless file names say otherwise"), ""),
            (_("The name up to the first _ or -"), r"^([^_\-]+)"),
            (_("The first number in the name"), r"(\d+)"),
            (_("A pattern (regular expression)"), None),
        ):
            self._patients.addItem(text, pattern)
        self._patients.connect("currentIndexChanged(int)", self._onChanged)
        form.addRow(_("Patient:"), self._patients)
        self._pattern = lineEdit(
            "patternEdit",
            _(
                "A regular expression. Its match in the file name, or its first (group), names "
                "the patient."
            ),
        )
        self._pattern.placeholderText = _("such as  ^(patient\\d+)_")
        form.addRow("", self._pattern)

    def ask(self) -> bool:
        """Show the window; whether *Add* was clicked."""
        return self._dialog.ask(self._images)

    def _groupPattern(self) -> str | None:
        chosen = self._patients.itemData(self._patients.currentIndex)
        return (str(self._pattern.text).strip() if chosen is None else chosen) or None

    def _onChanged(self) -> None:
        self._pattern.visible = self._patients.itemData(self._patients.currentIndex) is None
        images, labels = str(self._images.text).strip(), str(self._labels.text).strip()
        self.cases, pairing = [], None
        problem = _("Choose a folder of images.")
        if images:
            try:
                pairing = pair_folder(images, labels or None)
                self.cases = pairing.cases(self._groupPattern())
                if self._machine.checked:
                    self.cases = [replace(case, origin="machine") for case in self.cases]
            except SemiGDAError as error:
                problem = translated(error.message)
            except OSError:
                problem = _("The folder cannot be read.")
        self._dialog.okButton.enabled = bool(self.cases)
        if self.cases:
            self._show(pairing)
        else:
            self._table.rowCount = 0
            text = coloured(problem, RED if images else AMBER)
            self._dialog.tell(self._status, text)

    def _show(self, pairing) -> None:
        labelled = sum(case.label is not None for case in self.cases)
        patients = len({case.group or case.image for case in self.cases})
        lines = [
            _("Images: {count}, with a label: {labelled}. Patients: {patients}.").format(
                count=len(self.cases), patients=patients, labelled=labelled
            )
        ]
        if pairing.doubtful:
            text = _("Images that match several labels and are added without one: {count}.")
            lines.append(text.format(count=len(pairing.doubtful)))
        if pairing.unpaired_labels:
            text = _("Labels without an image, left out: {count}.")
            lines.append(text.format(count=len(pairing.unpaired_labels)))
        if pairing.left_out:
            text = _("Other files, left out: {count}.")
            lines.append(text.format(count=len(pairing.left_out)))
        if len(self.cases) > SHOWN:
            lines.append(_("The first {count} are shown.").format(count=SHOWN))
        self._dialog.tell(self._status, "<br>".join(lines))
        rows = [self._row(case, pairing) for case in self.cases[:SHOWN]]
        for label in pairing.unpaired_labels[:SHOWN]:
            rows.append((label.name, _("label without an image, left out"), "–", "–"))
        for path, reason in pairing.left_out[:SHOWN]:
            rows.append(
                (path.name, _("{why}, left out").format(why=left_out.why(reason)), "–", "–")
            )
        fill(self._table, rows)

    def _row(self, case, pairing):
        slices = pairing.slices.get(case.image)
        taken = (
            counted(slices, _("1 DICOM file"), _("{count} DICOM files")) if slices else _("image")
        )
        doubtful = case.image in pairing.doubtful
        label = _("several match") if doubtful else case.label.name if case.label else "–"
        return case.image.name, taken, label, case.group or "–"
