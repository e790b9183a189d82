"""Two Slicers work on one project: what is on the disk is the sum of both, or one is told."""

from __future__ import annotations

import pytest
import studies
from other_window import OtherWindow
from slices_fixtures import opened, paint_slices, predicted, project
from test_train_unlucky import drawn, press_save, show

from semigda_core.project.classes import change_class, remove_class

__all__ = ["opened", "project"]

LABEL = """
import numpy as np, studies
from slices_fixtures import paint_slices
logic.editLabel(logic.project.read().cases[1].id)
paint_slices(logic, {slices})
host.open("SemiGDATrain")
"""
SAVE = "panel.panel.refresh(); host.click(panel.ui.saveLabelButton)"


@pytest.fixture
def other(installed, project):
    window = OtherWindow(installed, project.folder)
    yield window
    window.close()


@pytest.mark.slow
def test_both_label_a_case(opened, training, project, module_host, other):
    """The later one is asked; then both files are there."""
    case = project.read().cases[1].id
    assert other.do(LABEL.format(slices=[5])) == ""
    paint_slices(opened, (5, 6, 7))
    other.begin(SAVE)
    here = press_save(training, module_host)
    there = other.end()
    assert sorted(map(bool, (here, there))) == [False, True]
    assert "got another label meanwhile" in here + there
    if here:
        assert press_save(training, module_host) == ""
    else:
        assert other.do(SAVE) == ""
    both = [drawn(path) for path in (project.folder / "labels").glob("*.nrrd")]
    truth = studies.draw(1)[1]
    assert sorted(both) == [int((truth[kept] > 0).sum()) for kept in ([5], [5, 6, 7])]
    assert drawn(project.read().case(case).label) in both


GIVE = """
import time
from pathlib import Path
from semigda_core.project.own_labels import giving_labels
with giving_labels(logic.project):
    Path({flag!r}).touch()
    time.sleep(1)
    logic.setLabel({case!r}, {path!r})
"""


@pytest.mark.slow
def test_the_other_gives_the_label_in_this_moment(
    opened, training, project, module_host, other, tmp_path
):
    case, flag = project.read().cases[1], tmp_path / "flag"
    path = studies.write_nrrd(tmp_path / "theirs.nrrd", studies.draw(1)[1])
    paint_slices(opened, (5,))
    other.begin(GIVE.format(flag=str(flag), case=case.id, path=str(path)))
    module_host.wait(flag.exists, 30)
    assert "got another label meanwhile" in press_save(training, module_host)
    assert other.end() == "" and project.read().case(case.id).label == path


@pytest.mark.slow
def test_the_other_removes_the_case(opened, training, project, module_host, other):
    case = project.read().cases[1].id
    paint_slices(opened, (5,))
    assert other.do(f"logic.project.remove([{case!r}]); panel.panel.refresh()") == ""
    assert "no such case" in press_save(training, module_host)
    assert opened.labelling.isAlive() and not list((project.folder).glob("labels/*"))


@pytest.mark.slow
def test_the_other_takes_and_swaps_the_classes(opened, training, project, module_host, other):
    """No segment becomes another class without a word, where no saved label has those names."""
    project.set_label(project.read().cases[0].id, None)
    paint_slices(opened, (5, 6))
    swap = "".join(
        f"change({old!r}, {new!r})\n"
        for old, new in (("ball", "other"), ("core", "ball"), ("other", "core"))
    )
    told = other.do(
        "from semigda_core.project.classes import change_class\n"
        "def change(old, new): change_class(logic.project, old, new)\n" + swap
    )
    assert told == ""
    assert "classes of the project have changed" in press_save(training, module_host)
    assert press_save(training, module_host) == ""


@pytest.mark.slow
def test_the_other_accepts_what_is_corrected_here(training, project, module_host, other):
    case = project.read().cases[1]
    predicted(project, case, studies.draw(1)[1])
    proposal = project.folder / "inbox" / f"{case.id}.seg.nrrd"
    training.logic.editLabel(case.id, proposal)
    paint_slices(training.logic, (5,))
    assert other.do(f"logic.accept([{case.id!r}]); panel.panel.refresh()") == ""
    assert "got another label meanwhile" in press_save(training, module_host)
    assert press_save(training, module_host) == ""
    labels = sorted((project.folder / "labels").glob("*.nrrd"), key=drawn)
    assert len(labels) == 2 and project.read().case(case.id).label == labels[0]
    assert project.read().case(case.id).origin == "edited"
    training.logic.discardLabel()


@pytest.mark.slow
def test_both_change_classes_cases_and_settings(training, project, module_host, other, tmp_path):
    studies.write_study(tmp_path / "more", 3, 2)
    other.begin(
        f"logic.addFolder({str(tmp_path / 'more')!r})\n"
        "from semigda_core.project.classes import add_class\n"
        "for n in range(5): add_class(logic.project, f'there {n}')\n"
        "logic.setPlan(name='there')\n"
    )
    from semigda_core.project.classes import add_class

    for number in range(5):
        add_class(project, f"here {number}")
        project.set_group([project.read().cases[0].id], f"patient {number}")
    assert other.end() == ""
    view = project.read()
    names = {label.name for label in view.classes}
    assert names == {"ball", "core"} | {f"{w} {n}" for w in ("here", "there") for n in range(5)}
    assert len(view.cases) == 7 and view.cases[0].group == "patient 4"
    show(training, module_host)
    assert training.panel.sections["Cases"].ui.classesTable.rowCount == 12


def test_another_window_has_ranked(training, project):
    """Predictions that one accepts are those that one sees."""
    training.panel.refresh()
    assert not training.panel.context.isOutdated()
    predicted(project, project.read().cases[1], studies.draw(1)[1])
    assert training.panel.context.isOutdated()
    training.panel.refresh()
    assert not training.panel.context.isOutdated()
    assert training.panel.sections["Review"].ui.inboxTable.rowCount == 1


def test_a_class_that_has_another_number_by_now(training, project):
    """While a dialog is open."""
    from SemiGDALib.train.cases import mapping

    offered = project.read().classes
    remove_class(project, "ball")
    mapping.apply(project, {"blob": 2, "spot": "new", "dust": 0}, offered)
    view = project.read()
    assert [label.name for label in view.classes] == ["core", "spot"]
    wanted = {"blob": 1, "spot": 2, "dust": 0}
    assert wanted.items() <= view.mapping.items()
    with pytest.raises(Exception, match="class that does not exist"):
        mapping.apply(project, {"blot": 1}, offered)
    with pytest.raises(Exception, match="no such class"):
        change_class(project, "ball", "bell")
