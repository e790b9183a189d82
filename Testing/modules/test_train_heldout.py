"""Section 3: held-out cases are chosen once and changed on purpose only."""

from __future__ import annotations

import pytest
from conftest import checked


def ui(widget):
    return widget.panel.sections["HeldOut"].ui


def picture(widget, host, artifacts, name) -> None:
    host.grab(widget, artifacts / f"train-heldout-{name}.png")


def child(dialog, name):
    import qt

    return next(one for one in dialog.findChildren(qt.QWidget) if one.objectName == name)


@pytest.fixture
def chosen(study, module_host):
    """The study with its held-out cases chosen."""
    module_host.click(ui(study).chooseButton)
    return study


def heldout(widget) -> dict:
    return widget.logic.project.read().heldout


def change(widget, host, button, reason) -> None:
    """Answer the dialog with one of its choices and a reason."""

    def fill(dialog):
        child(dialog, button).checked = True
        assert not child(dialog, "okButton").enabled
        child(dialog, "reasonEdit").text = reason
        child(dialog, "okButton").click()

    host.in_dialog(fill)
    host.click(ui(widget).changeButton)


def test_choose_once(chosen, module_host, artifacts):
    view = chosen.logic.project.read()
    held = view.of_role("held-out")
    assert len(held) == 2 and not ui(chosen).chooseButton.visible
    items = [ui(chosen).heldOutList.item(n).text() for n in range(2)]
    assert {text.split()[-1] for text in items} == {case.name for case in held}
    assert "2 labelled cases are held out" in ui(chosen).describeLabel.text
    assert "Version 1" in ui(chosen).versionLabel.text
    assert "void" not in ui(chosen).versionLabel.text
    assert "2 locked" in chosen.panel.buttons["HeldOut"].text
    chosen.panel.buttons["HeldOut"].collapsed = False
    picture(chosen, module_host, artifacts, "chosen")
    shown = ui(chosen).heldOutList
    assert shown.viewport().height >= 2 * shown.sizeHintForRow(0)  # none is cut
    ui(chosen).heldOutList.setCurrentRow(1)
    selected = chosen.panel.context.selectedCases()
    assert [view.case(one).role for one in selected] == ["held-out"]


def test_held_out_cases_are_not_removed(chosen, module_host):
    case = chosen.logic.project.read().of_role("held-out")[0]
    cases = chosen.panel.sections["Cases"]
    cases.table.select([case.id])
    module_host.click(cases.ui.removeButton)
    assert "held out" in chosen.ui.messageLabel.text
    assert case.id in [one.id for one in chosen.logic.project.read().cases]


def test_change_on_purpose(chosen, module_host, artifacts):
    before = set(heldout(chosen)["cases"])
    chosen.panel.buttons["HeldOut"].collapsed = False
    module_host.in_dialog(lambda dialog: child(dialog, "cancelButton").click())
    module_host.click(ui(chosen).changeButton)
    assert heldout(chosen)["version"] == 1

    change(chosen, module_host, "chanceButton", "One was <badly> scanned")
    assert heldout(chosen)["version"] == 2 and set(heldout(chosen)["cases"]) != before
    text = ui(chosen).versionLabel.text
    assert "Version 2" in text and "&lt;badly&gt;" in text and "void" in text

    change(chosen, module_host, "keepButton", "A label was corrected")
    third = heldout(chosen)
    assert third["version"] == 3 and third["cases"] == third["past"][-1]["cases"]

    ids = [case.id for case in chosen.logic.project.read().cases[:3]]
    chosen.panel.sections["Cases"].table.select(ids)

    def look(dialog):
        module_host.grab(dialog, artifacts / "train-heldout-change.png")
        assert "DOE_JANE_00" in child(dialog, "selectedButton").text

    module_host.in_dialog(look)
    module_host.click(ui(chosen).changeButton)
    change(chosen, module_host, "selectedButton", "These are the clinic's own")
    assert sorted(heldout(chosen)["cases"]) == sorted(ids)
    picture(chosen, module_host, artifacts, "changed")


def test_few_patients_take_turns(training, module_host, artifacts, tmp_path):
    import studies

    training.panel.createProject(tmp_path / "Liver")
    training.logic.project.set_classes(["ball", "core"])
    training.logic.addFolder(studies.write_study(tmp_path / "study", 1, 4))
    training.panel.refresh()
    training.panel.buttons["HeldOut"].collapsed = False
    assert not ui(training).chooseButton.enabled
    for number in range(1, 5):
        case = training.logic.project.read().cases[number]
        label = studies.write_nrrd(tmp_path / f"label_{number}.nrrd", studies.draw(number)[1])
        training.logic.setLabel(case.id, label)
    training.panel.refresh()
    assert not ui(training).chooseButton.enabled, "not before the check"
    checked(training, module_host)
    module_host.click(ui(training).chooseButton)
    assert heldout(training)["scheme"] == "leave-one-out"
    training.panel.buttons["HeldOut"].collapsed = False
    assert "each is held out in turn" in ui(training).describeLabel.text
    shown = [ui(training).heldOutList.item(n).text() for n in range(5)]
    assert ["turn 1 of 4" in text for text in shown].count(True) == 2 and "turn 4" in shown[4]
    assert training.panel.buttons["HeldOut"].text == "3 Held-out cases: each of 5 patients in turn"
    picture(training, module_host, artifacts, "turns")
