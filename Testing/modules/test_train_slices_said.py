"""What the panel says of cases that are labelled on some slices only."""

from __future__ import annotations

import pytest
import studies
import train_fixtures
from cases_fixtures import texts
from conftest import checked
from slices_fixtures import paint_slices
from train_fixtures import section

from semigda_core.labels.finished import FinishedSlices


@pytest.fixture
def partly(training, module_host, tmp_path):
    """Three labelled cases, the first of them on 3 of its 12 slices; checked."""
    folder = studies.write_study(tmp_path / "study", 3)
    training.panel.createProject(tmp_path / "Liver")
    training.logic.project.set_classes(["ball", "core"])
    training.logic.addFolder(folder)
    first = training.logic.project.read().cases[0]
    training.logic.project.set_finished(first.id, FinishedSlices(2, (4, 6, 8)))
    training.panel.refresh()
    return training


def test_before_the_check_the_number_of_slices_is_not_known(partly):
    label = texts(partly)[0][2]
    assert label in ("3 slices\nball, core\nby hand", "3/12 slices\nball, core\nby hand")


def test_the_list_says_how_much_of_a_case_is_labelled(partly, module_host, artifacts):
    checked(partly, module_host)
    labels = [row[2] for row in texts(partly)]
    assert labels == ["3/12 slices\nball, core\nby hand"] + ["ball, core\nby hand"] * 2
    table = partly.panel.sections["Cases"].ui.casesTable
    for column in (1, 2):
        assert "labelled on 3 of 12 slices" in table.item(0, column).toolTip()
        assert "slices" not in table.item(1, column).toolTip()
    assert partly.panel.sections["Cases"].summary() == "3 labelled, 0 unlabelled"
    section(partly, "Cases")
    train_fixtures.picture(partly, module_host, artifacts, "cases-slices")
    train_fixtures.dark(module_host, True)
    train_fixtures.picture(partly, module_host, artifacts, "cases-slices-dark")
    train_fixtures.dark(module_host, False)


def test_the_check_counts_what_was_marked(training, module_host, tmp_path):
    """In the file only what is drawn is stored; an empty slice beside it is finished as well."""
    training.panel.createProject(tmp_path / "Liver")
    logic = training.logic
    logic.project.set_classes(["ball", "core"])
    logic.addFolder(studies.write_study(tmp_path / "study", 0, 1))
    case = logic.project.read().cases[0]
    logic.editLabel(case.id)
    paint_slices(logic, (4, 5, 6), 0)
    logic.markSlices(5, 6)
    logic.markSlices(11, 11)
    logic.saveLabel()
    training.panel.refresh()
    checked(training, module_host)
    label = training.panel.context.facts[case.id]["label"]
    assert label["finished"] == {"said": "2: 5-6 11", "slices": 3, "of": 12, "outside": 1}
    truth = studies.draw(0)[1]
    truth[[n for n in range(len(truth)) if n not in (5, 6)]] = 0
    found = {name: part["voxels"] for name, part in label["parts"].items()}
    assert found == {"ball": int((truth == 1).sum()), "core": int((truth == 2).sum())}


def test_held_out_cases_are_scored_on_their_slices(partly, module_host, artifacts):
    checked(partly, module_host)
    ui = section(partly, "HeldOut")
    said = "One case is labelled on some slices only: it is scored on those alone."
    assert said in ui.describeLabel.text
    module_host.click(ui.chooseButton)
    section(partly, "HeldOut")  # its work is done, so it was folded
    heldout = partly.logic.project.read().heldout
    assert said in ui.describeLabel.text
    train_fixtures.picture(partly, module_host, artifacts, "heldout-slices")
    partial = partly.logic.project.read().cases[0]
    row = [case for fold in heldout["folds"] for case in fold].index(partial.id)
    assert "labelled on 3 of 12 slices" in ui.heldOutList.item(row).toolTip()

    def look(dialog):
        import qt

        assert said in [label.text for label in dialog.findChildren(qt.QLabel)]
        module_host.grab(dialog, artifacts / "train-heldout-slices-dialog.png")
        dialog.findChild(qt.QPushButton, "cancelButton").click()

    module_host.in_dialog(look)
    module_host.click(ui.changeButton)


def test_whole_labels_say_nothing_of_slices(study):
    ui = section(study, "HeldOut")
    assert "slices" not in ui.describeLabel.text


def test_the_table_of_scores_says_what_is_scored_in_part(partly):
    import qt

    from SemiGDALib.train.result.score_table import ScoreTable

    table = qt.QTableWidget()
    row = {"class": "ball", "before": None, "after": 0.9}
    rows = [row | {"case": "a", "scored_on": "3 of 12 slices"}, row | {"case": "b"}]
    ScoreTable(table).show(rows, {"a": "Jane", "b": "John"})
    assert [table.item(n, 0).text() for n in range(2)] == ["Jane (3 of 12 slices)", "John"]
