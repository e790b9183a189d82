"""Section 1: classes and cases."""

from __future__ import annotations

import os
from functools import partial

import qt
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.files.formats import endings
from semigda_core.files.texts import counted
from SemiGDALib import dialogs, left_out
from SemiGDALib.train import covered
from SemiGDALib.train.cases import mapping
from SemiGDALib.train.cases.class_list import ClassList
from SemiGDALib.train.cases.file_drop import FileDrop
from SemiGDALib.train.cases.folder_dialog import FolderDialog
from SemiGDALib.train.cases.mapping_dialog import askMapping
from SemiGDALib.train.cases.missing_files import MissingFiles
from SemiGDALib.train.cases.program_results import ProgramResults
from SemiGDALib.train.cases.scene_dialog import SceneDialog, chooseSegmentation
from SemiGDALib.train.cases.table import CasesTable
from SemiGDALib.train.section import Section
from SemiGDALib.widgets import addEntry

FEWEST = 2
LABELS = " ".join(f"*{ending}" for ending in endings(labels=True))


class CasesSection(Section):
    """What is to be segmented, and the images that teach it."""

    title = _("Cases")
    file = "Cases"
    staysOpen = True

    def __init__(self, ui, context):
        Section.__init__(self, ui, context)
        self.table = CasesTable(ui.casesTable, context)
        self.classes = ClassList(ui, context)
        self.missing = MissingFiles(ui, context)
        self.results = ProgramResults(ui, context)
        self._drop = FileDrop(ui.casesTable.viewport(), self.addPaths)
        ui.casesTable.connect("itemSelectionChanged()", self._updateButtons)
        ui.casesTable.connect("cellDoubleClicked(int,int)", self.onEdit)
        for button, slot in (
            (ui.addSceneButton, self.onAddScene),
            (ui.addFolderButton, self.onAddFolder),
            (ui.removeButton, self.onRemove),
            (ui.editButton, self.onEdit),
            (ui.mappingButton, self.onMapping),
        ):
            button.connect("clicked(bool)", slot)
        self._menus = [
            _menu(
                ui.labelButton,
                (_("From a file..."), self.onLabelFile),
                (_("From the scene..."), self.onLabelScene),
                (_("Remove it"), self.onTakeLabel),
            ),
            _menu(
                ui.useButton,
                (_("As its label says"), lambda: self._use("auto")),
                (_("As unlabelled"), lambda: self._use("unlabeled")),
                (_("Not at all"), lambda: self._use("ignored")),
                (_("Without results of other programs"), self._withoutResults),
                (_("Same patient..."), self.onPatient),
                (_("Rename..."), self.onRename),
            ),
        ]

    # Showing

    def refresh(self) -> None:
        self.classes.refresh()
        self.table.refresh()
        self.missing.refresh()
        self.results.refresh()
        count = len(mapping.unmapped(self.context.view, self.context.facts))
        self.ui.mappingButton.visible = bool(count)
        one, more = _("A segment has no class..."), _("{count} segments have no class...")
        text = one if count == 1 else more
        self.ui.mappingButton.text = text.format(count=count)
        self.ui.hintLabel.visible = not self.context.view.cases
        signs = self.table.signs()
        self.ui.signsLabel.visible = bool(signs)
        self.ui.signsLabel.text = _("{signs}: point at a case to read why.").format(signs=signs)
        self._updateButtons()

    def summary(self) -> str:
        view = self.context.view
        if not view.cases:
            return ""
        labelled = len(view.of_role("labeled", "held-out"))
        text = _("{labelled} labelled, {unlabelled} unlabelled")
        return text.format(labelled=labelled, unlabelled=len(view.of_role("unlabeled")))

    def nextStep(self) -> str:
        view = self.context.view
        missing = FEWEST - len(view.of_role("labeled", "held-out"))
        if not view.cases:
            return _("Add images, and the labels of at least two of them.")
        if mapping.unmapped(view, self.context.facts):
            return _("Assign a class to each segment in the labels.")
        if not view.classes:
            return _("Add a class: the name of what is to be segmented.")
        if missing > 0 and view.of_role("missing"):
            return _("Click Relocate to find the missing files.")
        if missing == FEWEST:
            return _("Label at least two cases, better eight.")
        return _("Label one more case, better seven.") if missing > 0 else ""

    def _updateButtons(self) -> None:
        ui, count = self.ui, len(self.table.selected())
        ui.editButton.enabled = ui.labelButton.enabled = count == 1
        ui.removeButton.enabled = ui.useButton.enabled = count > 0

    # Adding

    def onAddScene(self) -> None:
        """Choose volumes of the scene."""
        dialog = SceneDialog()
        if dialog.ask():
            origin = "edited" if dialog.corrected else None
            add = partial(self.context.logic.addNodes, dialog.choices, origin)
            covered.attempt(self.context, add, self._tellAdded)

    def onAddFolder(self) -> None:
        """Choose a folder of images."""
        self.addFolder("")

    def addFolder(self, folder) -> None:
        """The dialog for a folder."""
        dialog = FolderDialog(folder)
        if dialog.ask():
            self._add(self.context.logic.addCases, dialog.cases)

    def addPaths(self, paths) -> None:
        """What was dropped: folders open the dialog, files are paired by their names."""
        folders = [path for path in paths if os.path.isdir(path)]
        files = [path for path in paths if os.path.isfile(path)]
        if files:
            self._add(self.context.logic.addFiles, files)
        for folder in folders:
            self.addFolder(folder)

    def _add(self, action, *arguments) -> None:
        added = self.context.attempt(action, *arguments)
        if added is not None:
            self._tellAdded(added)

    def _tellAdded(self, added) -> None:
        words = (
            _("1 case added, {known} already there."),
            _("{count} cases added, {known} already there."),
        )
        self.context.log(counted(len(added.cases), *words, known=added.known))
        if added.labelled:
            words = (
                _("1 existing case now has a label."),
                _("{count} existing cases now have a label."),
            )
            self.context.log(counted(len(added.labelled), *words))
        self._mapNew()
        lost = _lost(added)
        if added.kept:
            self._tellKept(added.kept, *lost)
        elif any(lost):
            self.context.message.error(SemiGDAError("bad-input", lost[0], action=lost[1]))

    def _tellKept(self, caseIds, before: str, todo: str) -> None:
        """Labels that were not taken: nobody should think that they train. ``before`` and ``todo``:
        what else was not."""
        text = _("A case keeps its label: another one was not taken.")
        if len(caseIds) > 1:
            text = _("{count} cases keep their labels: other ones were not taken.")
        action = _("To replace a label, select its case, then Set label, From a file.")
        self.context.message.question(
            f"{before} {text.format(count=len(caseIds))}".strip(),
            f"{todo} {action}".strip(),
            _("Show the cases"),
            lambda: self.context.selectCases(caseIds),
            _("Close"),
        )

    def _mapNew(self, _given=None) -> None:
        """Ask about names that a label has brought."""
        if self.context.view.unmapped():
            self.onMapping()

    def onMapping(self) -> None:
        """Ask which class each segment is."""
        view = self.context.view
        names = mapping.unmapped(view, self.context.facts)
        labelled = sum(case.label is not None for case in view.cases)
        choices = askMapping(names, view.classes, labelled)
        if choices is not None:
            self.context.attempt(mapping.apply, self.context.project, choices, view.classes)

    # The selected cases

    def onRemove(self) -> None:
        """Take the selected cases out of the project."""
        self.context.attempt(self.context.project.remove, self.table.selected())

    def onEdit(self) -> None:
        """Open the selected case in Segment Editor."""
        for caseId in self.table.selected()[:1]:
            self.context.attempt(self.context.logic.editLabel, caseId)

    def onLabelFile(self) -> None:
        """Choose a file for the selected case's label."""
        caseId = self.table.selected()[0]  # now: the table goes on under the window
        path = dialogs.chooseFile(
            _("Choose the label"), _("Labels ({endings})").format(endings=LABELS)
        )
        if path:
            self.context.attempt(self.context.logic.setLabel, caseId, path)
            self._mapNew()

    def onLabelScene(self) -> None:
        """Choose a segmentation of the scene for the selected case's label."""
        caseId = self.table.selected()[0]  # now: the table goes on under the window
        chosen = chooseSegmentation()
        if chosen is not None:
            segmentation, corrected = chosen
            origin = "edited" if corrected else None
            give = partial(self.context.logic.setLabelNode, caseId, segmentation, origin)
            covered.attempt(self.context, give, self._mapNew)

    def onTakeLabel(self) -> None:
        """Take the label away; its file stays."""
        self.context.attempt(self.context.logic.setLabel, self.table.selected()[0], None)

    def _use(self, use) -> None:
        self.context.attempt(self.context.project.set_use, self.table.selected(), use)

    def _withoutResults(self) -> None:
        self.results.remove(self.table.selected())

    def onPatient(self) -> None:
        """Say that the selected cases are of one patient."""
        ids = self.table.selected()
        name = dialogs.askText(
            _("Same patient"),
            _(
                "A name for the patient of the selected cases ({count}); leave it empty if each"
                " case is a different patient. Images of one patient are never split between "
                "training and scoring."
            ).format(count=len(ids)),
            _("Set"),
            self.context.view.case(ids[0]).group or "",
            mayBeEmpty=True,
        )
        if name is not None:
            self.context.attempt(self.context.project.set_group, ids, name)

    def onRename(self) -> None:
        """Another name for the first selected case, in this list only."""
        case = self.context.view.case(self.table.selected()[0])
        name = dialogs.askText(
            _("Rename"),
            _("The case's name in this list; its files are not renamed."),
            _("Rename"),
            case.name,
        )
        if name:
            self.context.attempt(self.context.project.rename, case.id, name)


def _lost(added) -> tuple[str, str]:
    """What was not taken of files that were added, and what to do; "" if nothing was."""
    told, todo = [], []
    if added.unread:
        words = (
            _("A label cannot be read, and was left out: {names}."),
            _("{count} labels cannot be read, and were left out: {names}."),
        )
        told.append(counted(len(added.unread), *words, names=left_out.named(added.unread)))
        todo.append(_("Export them again from their source, and add them again."))
    if added.left_out:
        words = (
            _("A file was left out: {names}."),
            _("{count} files were left out: {names}."),
        )
        told.append(counted(len(added.left_out), *words, names=left_out.named(added.left_out)))
        todo.append(
            _("A label needs the name of its image, such as case1_label.nrrd for case1.nrrd.")
        )
    return " ".join(told), " ".join(todo)


def _menu(button, *entries):
    menu = qt.QMenu(button)
    for entry in entries:
        addEntry(menu, *entry)
    button.setMenu(menu)
    return menu
