"""Results and versions in the panel: real, tiny trainings, of which the second gains nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import slicer
import train_fixtures
from train_fixtures import picture, section


@pytest.fixture(scope="module")
def trained(installed, tmp_path_factory):
    """A project whose training found both classes, and an empty model library."""
    return train_fixtures.trained(tmp_path_factory.mktemp("trained"))


@pytest.fixture
def project(trained, training, tmp_path):
    """A copy of it, open in the panel."""
    return train_fixtures.open_copy(trained, training, tmp_path)


def rows(table) -> list[list[str]]:
    return [
        [table.item(row, column).text() for column in range(table.columnCount)]
        for row in range(table.rowCount)
    ]


def busy_over(ui) -> bool:
    return not ui.busyLabel.visible


def test_a_model_that_wins_is_used(training, project, module_host, artifacts, monkeypatch):
    import qt

    from semigda_core.models.library import list_models
    from SemiGDALib.train.result import section as result

    ui = section(training, "Result")
    assert "Ready" in ui.verdictLabel.text and ui.useButton.enabled
    assert "Use the new model in SemiGDA Segment" in training.ui.nextStepLabel.text
    told = rows(ui.scoreTable)
    assert [row[1] for row in told[:3]] == ["all classes", "ball", "core"]
    assert len(told) == 3 + 2 * 2 and told[3][0].startswith("DOE_JANE")
    assert all(float(row[3]) > 0.3 and row[2] == "–" for row in told)
    assert ui.scoreTable.isColumnHidden(2)  # there was no model before
    picture(training, module_host, artifacts, "result-wins")
    module_host.load("SemiGDASegment")
    module_host.click(ui.useButton)
    module_host.wait(lambda: busy_over(ui) and module_host.selected == "SemiGDASegment", 60)
    segment = slicer.modules.semigdasegment.widgetRepresentation().self()
    combo = segment.ui.modelComboBox
    (name,) = [model.name for model in list_models() if not model.bundled]
    assert combo.itemData(combo.currentIndex) == name
    module_host.open("SemiGDATrain")
    assert rows(ui.versionsTable)[0][4] == "✓" and not ui.useButton.enabled
    assert [m.name for m in list_models() if not m.bundled and not m.problem]
    assert not ui.deleteButton.enabled and not ui.rollBackButton.enabled
    assert "use another one first" in ui.deleteButton.toolTip
    picture(training, module_host, artifacts, "result-in-use")
    # The library of another computer, or a model that was removed in Segment.
    (place,) = [model.folder for model in list_models() if not model.bundled]
    place.rename(place.with_name("away"))
    training.panel.refresh()
    assert rows(ui.versionsTable)[0][4] == "" and "Ready" in ui.verdictLabel.text
    assert ui.useButton.enabled and not ui.deleteButton.enabled
    place.with_name("away").rename(place)
    training.panel.refresh()
    assert rows(ui.versionsTable)[0][4] == "✓" and not ui.useButton.enabled
    # Rename in the table, export, report.
    module_host.click(ui.renameButton)
    ui.versionsTable.item(0, 0).setText("Balls, first try")
    assert training.logic.versions()[0].title == "Balls, first try"
    target, opened = project.folder.parent / "out.zip", []
    chosen = str(target.with_suffix(""))  # not every system's dialog adds the ending
    monkeypatch.setattr(qt.QFileDialog, "getSaveFileName", lambda *_: (chosen, ""))
    result.openFile = opened.append
    module_host.click(ui.exportButton)
    module_host.wait(lambda: busy_over(ui), 60)
    assert target.stat().st_size > 10_000
    written, answers = target.stat().st_mtime_ns, iter((False, True))
    monkeypatch.setattr(slicer.util, "confirmYesNoDisplay", lambda *_, **__: next(answers))
    module_host.click(ui.exportButton)  # the dialog did not ask of the name with the ending
    assert busy_over(ui) and target.stat().st_mtime_ns == written
    module_host.click(ui.exportButton)
    module_host.wait(lambda: busy_over(ui), 60)
    assert target.stat().st_mtime_ns > written
    module_host.click(ui.reportButton)
    page = Path(opened[0]).read_text("utf-8")
    # A picture's base64 holds any three letters now and then.
    assert "DOE" not in re.sub(r"base64,[^']*", "", page)


def test_a_model_that_gains_nothing_is_not_offered(training, project, module_host, artifacts):
    from semigda_core.project.training.versions import use

    first = training.logic.versions()[0]
    use(project, first.name)
    still = {"learning_rate": 1e-9, "align_steps": 4, "steps": 4, "align_learning_rate": 1e-9}
    plan = training.logic.plan()
    training.logic.setPlan(base=str(first.folder), advanced={**plan.advanced, **still})
    train_fixtures.train(project)
    training.panel.refresh()
    ui = section(training, "Result")
    second = training.logic.versions()[0]
    assert second.name != first.name and not second.wins
    assert (
        "is not better, so" in ui.verdictLabel.text and "What to label next" in ui.verdictLabel.text
    )
    assert not ui.useButton.enabled and second.reason in ui.useButton.toolTip
    picture(training, module_host, artifacts, "result-does-not-win")
    # Two versions side by side.
    ui.versionsTable.selectAll()
    module_host.click(ui.compareButton)
    told = rows(ui.scoreTable)
    assert len(told) == 4 and all("–" not in row for row in told)
    assert first.title in ui.tableLabel.text
    picture(training, module_host, artifacts, "result-compare")
    # Used from elsewhere, then rolled back here; then deleted after a yes.
    use(project, second.name)
    module_host.wait(lambda: rows(ui.versionsTable)[0][4] == "✓", 10)
    module_host.click(ui.rollBackButton)
    module_host.wait(lambda: busy_over(ui), 60)
    assert [row[4] for row in rows(ui.versionsTable)] == ["", "✓"]
    ui.versionsTable.clearSelection()
    ui.versionsTable.selectRow(0)
    import qt

    module_host.answer(qt.QMessageBox.Ok)
    module_host.click(ui.deleteButton)
    assert second.title in module_host.messages()[0]
    assert [one.name for one in training.logic.versions()] == [first.name]


def test_the_training_of_a_version_once_more_on_all_labels(training, project, module_host):
    ui, (version,) = section(training, "Result"), training.logic.versions()
    assert ui.onAllButton.enabled and "in as much time" in ui.onAllButton.toolTip
    module_host.click(ui.onAllButton)
    job = training.logic.training()
    assert job["state"] in ("queued", "running") and job["plan"]["name"] is None
    assert job["version"] != version.name and job["base_title"] == version.base
    module_host.click(ui.onAllButton)  # which says why not
    assert "not finished" in training.ui.messageLabel.text
    training.logic.cancel()
    train_fixtures.wait_for_end(job["folder"])


def test_a_unet_trained_beside_the_model_is_shown(training, project, module_host, artifacts):
    import json

    from semigda_core.project.training.comparison import FILE, scores
    from semigda_core.project.training.judging import beside_unet

    ui = section(training, "Result")
    assert ui.scoreTable.isColumnHidden(5) and "U-Net" not in ui.tableLabel.text
    path = project.folder / "jobs" / training.logic.versions()[0].job / FILE
    compared = json.loads(path.read_text("utf-8"))
    own = scores(compared)
    unet = {case: dict.fromkeys(dice, 0.25) for case, dice in own.items()}
    compared["unet"] = beside_unet(own, unet, ["ball", "core"], {})
    path.write_text(json.dumps(compared))
    training.panel.refresh()
    told = rows(ui.scoreTable)
    assert not ui.scoreTable.isColumnHidden(5) and {row[5] for row in told} == {"0.250"}
    assert "plain U-Net of the same budget: mean Dice" in ui.tableLabel.text
    assert len(rows(ui.versionsTable)) == 1  # it is none
    picture(training, module_host, artifacts, "result-beside-unet")


def test_what_few_cases_leave_open_is_said(training, project):
    import json

    from semigda_core.project.training.comparison import FILE, scores
    from semigda_core.project.training.judging import compare_scores

    ui = section(training, "Result")
    assert "more cases like these" not in ui.tableLabel.text  # two cases have no interval
    path = project.folder / "jobs" / training.logic.versions()[0].job / FILE
    (dice, *_) = scores(json.loads(path.read_text("utf-8"))).values()
    case_scores = dict(zip("abcd", (0.4, 0.6, 0.9, 0.9), strict=True))
    four = {case: dict.fromkeys(dice, score) for case, score in case_scores.items()}
    compared = compare_scores(four, None, list(dice), "leave-one-out", {})
    path.write_text(json.dumps(compared))
    training.panel.refresh()
    low, high = compared["all"]["after_low"], compared["all"]["after_high"]
    assert 0 < low < 0.5 and 0.7 < high <= 1
    assert f"expect a mean of {low:.2f} to {high:.2f}." in ui.tableLabel.text
