"""What to label next and the inbox of predicted labels, with a real, tiny model."""

from __future__ import annotations

import pytest
import slicer
import train_fixtures
from train_fixtures import picture, section


@pytest.fixture(scope="module")
def trained(installed, tmp_path_factory):
    """A project with a model and five unlabelled cases."""
    return train_fixtures.trained(tmp_path_factory.mktemp("trained"))


@pytest.fixture
def project(trained, training, tmp_path):
    """A copy of it, open in the panel."""
    return train_fixtures.open_copy(trained, training, tmp_path)


def ids(table) -> list[str]:
    import qt

    return [table.item(row, 0).data(qt.Qt.UserRole) for row in range(table.rowCount)]


def select(table, *rows) -> None:
    """As with the control key held down."""
    from SemiGDALib.tables import selectRows

    selectRows(table, rows)


def origins(project) -> list:
    return sorted(case.origin for case in project.read().cases if case.label)


def test_without_a_model(training, module_host, tmp_path):
    project = train_fixtures.ready(tmp_path)
    training.panel.openProject(project.folder)
    ui = section(training, "Review")
    assert not ui.rankButton.enabled and "After the first training" in ui.rankLabel.text
    assert not ui.nextTable.visible and not ui.inboxTable.visible


def test_review(training, project, module_host, artifacts):
    ui = section(training, "Review")
    picture(training, module_host, artifacts, "review-before")
    module_host.click(ui.rankButton)
    assert ui.rankFrame.visible and not ui.rankButton.enabled
    picture(training, module_host, artifacts, "review-ranking")
    module_host.click(ui.cancelRankButton)
    module_host.wait(lambda: not ui.rankFrame.visible, 5)
    assert not ui.nextTable.visible and not training.ui.messageFrame.visible
    module_host.click(ui.rankButton)
    module_host.wait(lambda: not ui.rankFrame.visible, 60)
    assert ui.nextTable.rowCount == 5 and ui.inboxTable.rowCount == 5
    sure = [one.disagreement for one in training.panel.sections["Review"]._inbox]
    assert sure == sorted(sure)
    text = ui.nextTable.item(0, 1).text()
    assert text.startswith("DOE_JANE") and "\n" in text
    assert not ui.nextTable.item(0, 0).icon().isNull()
    picture(training, module_host, artifacts, "review-ranked")

    # Several at once: accepted ones are labelled by a machine, a rejected one stays as it was.
    first, second, third, *_others = ids(ui.inboxTable)
    select(ui.inboxTable, 0, 1)
    assert ui.acceptButton.text == "Accept 2" and not ui.fixButton.enabled
    module_host.click(ui.acceptButton)
    assert origins(project) == ["human"] * 8 + ["machine"] * 2
    assert {project.read().case(one).origin for one in (first, second)} == {"machine"}
    assert "2 accepted predictions" in ui.originLabel.text and ui.inboxTable.rowCount == 3
    ui.inboxTable.selectRow(0)
    module_host.click(ui.rejectButton)
    assert "Rejected 1 predicted label." in training.ui.logText.toPlainText()
    assert third not in ids(ui.inboxTable) and third not in ids(ui.nextTable)
    assert project.read().case(third).label is None

    # Fixed in Segment Editor: the label then counts as a corrected one.
    ui.inboxTable.selectRow(0)
    fixed = ids(ui.inboxTable)[0]
    module_host.click(ui.fixButton)
    labelling = training.logic.labelling
    assert module_host.selected == "SegmentEditor" and labelling.caseId == fixed
    assert labelling.segmentationNode.GetSegmentation().GetNumberOfSegments() == 2
    module_host.open("SemiGDATrain")
    module_host.click(training.ui.saveLabelButton)
    assert project.read().case(fixed).origin == "edited"
    assert "1 corrected prediction," in ui.originLabel.text
    assert fixed not in ids(ui.inboxTable)

    # Labelled by hand, from nothing; discarded, so that nothing has happened.
    ui.nextTable.selectRow(0)
    module_host.click(ui.labelButton)
    assert training.logic.labelling.caseId == ids(ui.nextTable)[0]
    module_host.open("SemiGDATrain")
    picture(training, module_host, artifacts, "review-labelling")
    module_host.click(training.ui.discardLabelButton)
    assert origins(project) == ["edited"] + ["human"] * 8 + ["machine"] * 2
    assert not slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    section(training, "Review")
    picture(training, module_host, artifacts, "review-after")

    # Predictions do not fit classes that were renamed since; the section says why they are gone.
    assert "classes have changed" not in ui.rankLabel.text
    project.set_classes(["sphere", "core"])
    training.panel.refresh()
    assert not ui.inboxTable.visible and "classes have changed" in ui.rankLabel.text
    picture(training, module_host, artifacts, "review-renamed")
