"""Section 1: the list of cases, its classes, labels and uses."""

from __future__ import annotations

from types import SimpleNamespace

import studies
from cases_fixtures import child, picture, press_enter, section, texts, trigger, ui
from PySide6.QtTest import QTest

from semigda_core.project.project import NewCase


def test_every_control_explains_itself(training, project):
    import qt

    kinds = (qt.QPushButton, qt.QCheckBox, qt.QComboBox, qt.QTableWidget, qt.QPlainTextEdit)
    kinds += (qt.QListWidget, qt.QProgressBar, qt.QLabel)
    for part in (training.ui, *(one.ui for one in training.panel.sections.values())):
        for name, widget in vars(part).items():
            assert not isinstance(widget, kinds) or widget.toolTip, name


def test_unknown_segments_are_asked_about(training, module_host, artifacts, tmp_path):
    training.panel.createProject(tmp_path / "Liver")
    project = training.logic.project
    project.set_classes(["liver"])
    training.panel.refresh()
    names = (["Livre", "tumour"], ["liver", "stone"])
    files = []
    for n, segments in enumerate(names):
        image, labels = studies.draw(n)
        files.append(studies.write_nrrd(tmp_path / f"case_{n}.nrrd", image))
        path = tmp_path / f"case_{n}.seg.nrrd"
        files.append(studies.write_nrrd(path, labels, segments=segments))

    def fill(dialog):
        table = child(dialog, "namesTable")
        rows = {table.item(r, 0).text(): table.cellWidget(r, 2) for r in range(table.rowCount)}
        assert set(rows) == {"Livre", "tumour", "stone"}
        assert table.item(0, 1).text() == "1 of 2"
        assert rows["Livre"].currentText == "liver" and rows["tumour"].currentText == "Decide later"
        rows["tumour"].setCurrentIndex(rows["tumour"].findText("New class 'tumour'"))
        rows["stone"].setCurrentIndex(rows["stone"].findText("Leave it out"))
        module_host.grab(dialog, artifacts / "train-cases-mapping.png")
        child(dialog, "okButton").click()

    module_host.in_dialog(fill)
    section(training).addPaths([str(path) for path in files])
    view = project.read()
    assert [label.name for label in view.classes] == ["liver", "tumour"]
    assert view.mapping == {"Livre": 1, "tumour": 2, "stone": 0} and not view.unmapped()
    assert not ui(training).mappingButton.visible


def test_a_class_is_proposed_only_for_other_spellings_numbers_and_sides(module_host):
    from SemiGDALib.train.cases.mapping import guess

    def proposed(names, *classes):
        known = [SimpleNamespace(name=name, value=name) for name in classes]
        return [guess(name, known) for name in names.split("|")]

    same = "Livre|LIVER (2)|liver3|liver_left|Liver R|linke Liver"
    assert proposed(same, "liver") == ["liver"] * 6
    assert proposed("Tumor|tumors", "tumour", "liver") == ["tumour"] * 2
    assert proposed("vertebrae_L3|ribs_left_12", "vertebra", "rib") == ["vertebra", "rib"]
    assert proposed("左肾|왼쪽 신장|linkernier", "肾", "신장", "nier") == ["肾", "신장", "nier"]
    both = "kidney", "left kidney"
    assert proposed("kidney_left|right kidney|Kidney 2", *both) == [both[1], both[0], both[0]]

    other = "right ventricle|ventricle|left ventricle wall"
    assert proposed(other, "left ventricle") == [None] * 3
    assert proposed("vertebra L2|vertebra T3|vertebra", "vertebra L3") == [None] * 3
    lobes = "lung_lower_lobe_left|lung_upper_lobe_right|lung"
    assert proposed(lobes, "lung_upper_lobe_left") == [None] * 3
    veins = "superior vena cava|external|axilla"
    assert proposed(veins, "inferior vena cava", "internal", "maxilla") == [None] * 3
    assert proposed("liver tumour|liver vessels|brainstem", "liver", "brain") == [None] * 3
    assert proposed("5|#|", "#") == [None] * 3


def test_class_names_are_offered_from_the_labels(training, module_host, tmp_path):
    training.panel.createProject(tmp_path / "Spleen")
    image, labels = studies.draw(0)
    path = studies.write_nrrd(tmp_path / "case.nrrd", image)
    label = studies.write_nrrd(tmp_path / "case.seg.nrrd", labels, segments=["spleen", "cyst"])
    training.logic.project.add([NewCase(path, label)])
    training.panel.refresh()
    for _ in range(2):
        module_host.in_dialog(press_enter)
        module_host.click(ui(training).addClassButton)
    view = training.logic.project.read()
    assert [one.name for one in view.classes] == ["spleen", "cyst"] and not view.unmapped()


def test_set_and_take_label(study, module_host, tmp_path):
    from SemiGDALib import dialogs

    project, table = study.logic.project, section(study).table
    case = project.read().of_role("unlabeled")[0]
    assert not ui(study).labelButton.enabled
    table.select([case.id])
    assert ui(study).labelButton.enabled
    label = studies.write_nrrd(tmp_path / "map.nrrd", studies.draw(8)[1])
    ask = dialogs.chooseFile
    try:
        dialogs.chooseFile = lambda *_arguments: str(label)
        trigger(study, ui(study).labelButton, "From a file...")
        assert project.read().case(case.id).label == label
        assert table.selected() == [case.id]
        trigger(study, ui(study).labelButton, "Remove it")
        assert project.read().case(case.id).label is None and label.is_file()
        dialogs.chooseFile = lambda *_arguments: ""
        trigger(study, ui(study).labelButton, "From a file...")
        assert project.read().case(case.id).label is None
    finally:
        dialogs.chooseFile = ask
    module_host.check()


def test_uses_patients_and_names(study, module_host):
    project, table = study.logic.project, section(study).table
    ids = [case.id for case in project.read().cases[:2]]
    table.select(ids)
    assert table.selected() == ids and not ui(study).editButton.enabled
    trigger(study, ui(study).useButton, "As unlabelled")
    assert {project.read().case(one).role for one in ids} == {"unlabeled"}
    trigger(study, ui(study).useButton, "Not at all")
    assert {project.read().case(one).role for one in ids} == {"ignored"}
    trigger(study, ui(study).useButton, "As its label says")

    def answer(text):
        def fill(dialog):
            child(dialog, "textEdit").text = text
            child(dialog, "okButton").click()

        return fill

    module_host.in_dialog(answer("P7"))
    trigger(study, ui(study).useButton, "Same patient...")
    assert {project.read().case(one).group for one in ids} == {"P7"}
    table.select(ids[:1])
    module_host.in_dialog(answer("First"))
    trigger(study, ui(study).useButton, "Rename...")
    assert project.read().case(ids[0]).name == "First"
    assert texts(study)[0][1] == "First\nP7"
    module_host.click(ui(study).removeButton)
    assert len(project.read().cases) == 10 and table.selected() == []


def test_classes(study, module_host, artifacts):
    import qt

    from SemiGDALib import dialogs

    project, table = study.logic.project, ui(study).classesTable
    assert [table.item(0, c).text() for c in (1, 2)] == ["ball", "8"]
    editable = qt.Qt.ItemIsEditable  # by a double click
    assert [bool(table.item(0, c).flags() & editable) for c in range(3)] == [False, True, False]

    def fill(dialog):
        assert not child(dialog, "okButton").enabled
        QTest.keyClicks(dialog.focusWidget(), "shell")
        module_host.grab(dialog, artifacts / "train-cases-class.png")
        press_enter(dialog)

    module_host.in_dialog(fill)
    module_host.click(ui(study).addClassButton)
    assert [label.name for label in project.read().classes] == ["ball", "core", "shell"]
    table.item(0, 1).setText("sphere")
    module_host.process(0.05)
    view = project.read()
    assert view.classes[0].name == "sphere" and view.classes_of(view.cases[0])["ball"] == 1
    ask = dialogs.chooseColour
    try:
        dialogs.chooseColour = lambda _colour: (1, 2, 3)
        table.cellDoubleClicked.emit(0, 0)
    finally:
        dialogs.chooseColour = ask
    assert project.read().classes[0].color == (1, 2, 3)
    table.selectRow(2)
    module_host.click(ui(study).removeClassButton)
    assert [label.name for label in project.read().classes] == ["sphere", "core"]
    table.item(0, 1).setText("core")
    module_host.process(0.05)
    assert training_message(study) and table.item(0, 1).text() == "sphere"


def training_message(widget) -> bool:
    return widget.ui.messageFrame.visible and "different names" in widget.ui.messageLabel.text


def test_pictures_of_cases(study, artifacts, module_host):
    """The check draws them."""
    table = ui(study).casesTable
    assert not any(table.item(row, 0).icon().isNull() for row in range(table.rowCount))
    picture(study, module_host, artifacts, "pictures")


# Files that are not there


def test_a_search_says_how_far_it_is_and_can_be_cancelled(training, tmp_path, host, artifacts):
    """What was found until then is kept."""
    import studies
    import train_fixtures

    from semigda.check.run import check
    from semigda_core.project.cases.pairing import pair_folder
    from semigda_core.project.project import Project

    project = Project.create(tmp_path / "project")
    project.add(pair_folder(studies.write_study(tmp_path / "study", 0, 300)).cases())
    check(project)
    (tmp_path / "drive").mkdir()
    for path in (tmp_path / "study").iterdir():  # each with a new name above and a new time
        (tmp_path / "drive" / path.name).write_bytes(path.read_bytes())
        path.unlink()
    training.panel.openProject(project.folder)
    shown, logic = ui(training), training.logic
    train_fixtures.section(training, "Cases")
    section(training).missing.relocate(tmp_path / "drive")
    host.wait(lambda: "Comparing files: case" in shown.missingLabel.text, 60)
    assert shown.relocateButton.text == "Cancel"
    host.wait(lambda: "case 1 of" not in shown.missingLabel.text, 60)
    picture(training, host, artifacts, "relocating")
    host.click(shown.relocateButton)
    assert "Cancelling" in shown.missingLabel.text
    host.wait(lambda: not logic.isRelocating(), 2.5)
    assert shown.relocateButton.text == "Relocate..." and not training.ui.messageFrame.visible
    found = 300 - len(project.read().present().of_role("missing"))
    assert 0 < found < 300 and f"{300 - found} cases are left out" in shown.missingLabel.text
    section(training).missing.relocate(tmp_path / "drive")
    logic.closeProject()  # nobody waits for it any more
    host.wait(lambda: not logic.isRelocating(), 2.5)
    host.process(0.5)
    host.check()


def test_missing_files_are_named_and_found_again(training, tmp_path, host, artifacts):
    import shutil

    import train_fixtures

    made = train_fixtures.ready(tmp_path / "made")
    training.panel.openProject(made.folder)
    shown = ui(training)
    assert not shown.missingLabel.visible and not shown.relocateButton.visible
    drive = tmp_path / "drive"
    shutil.copytree(tmp_path / "made" / "study", drive)  # other times, the same contents
    gone = made.read().cases[0]
    other = made.read().cases[1]
    shutil.copyfile(drive / gone.image.name, drive / other.image.name)
    for path in (tmp_path / "made" / "study").iterdir():
        path.unlink()
    training.panel.refresh()
    assert shown.missingLabel.visible and shown.relocateButton.visible
    assert "10 cases are left out" in shown.missingLabel.text
    assert gone.name in shown.missingLabel.text and str(gone.image) in shown.missingLabel.toolTip
    assert [row[3].splitlines()[0] for row in texts(training)] == ["missing"] * 10
    assert "find the missing files" in training.ui.nextStepLabel.text
    picture(training, host, artifacts, "missing")
    section(training).missing.relocate(drive)
    assert shown.relocateButton.text == "Cancel" and "Searching" in shown.missingLabel.text
    host.wait(lambda: not training.logic.isRelocating(), 60)
    assert shown.relocateButton.text == "Relocate..."
    assert made.read().cases[0].image == drive / gone.image.name
    assert "1 case is left out" in shown.missingLabel.text
    assert f"not accepted: {other.name}" in shown.missingLabel.text
    assert len(training.panel.context.view.of_role("missing")) == 1
    assert "Run the check" not in training.ui.nextStepLabel.text  # of what is missing it can't
    picture(training, host, artifacts, "relocated")
