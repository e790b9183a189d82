"""Every control of both panels can be reached by keyboard, has a name, and explains itself."""

from __future__ import annotations

import phantoms
import studies

CONTROLS = "QAbstractButton QComboBox QLineEdit QAbstractSpinBox QAbstractItemView QPlainTextEdit"
CONTROLS += " QAbstractSlider QListWidget"
PARTS = "QComboBox QAbstractSpinBox QAbstractScrollArea"  # their inner widgets are theirs


def controls(widget) -> list:
    """What a user operates in ``widget``, without the parts that a control is made of."""
    import qt

    kinds = tuple(getattr(qt, name) for name in CONTROLS.split())
    wholes = tuple(getattr(qt, name) for name in PARTS.split())
    found = []
    for one in widget.findChildren(qt.QWidget):
        parent = one.parentWidget()
        while parent is not widget and not isinstance(parent, wholes):
            parent = parent.parentWidget()
        if isinstance(one, kinds) and parent is widget and not isinstance(one, qt.QScrollBar):
            found.append(one)
    return found


def told(one) -> str:
    """A control's tooltip: of itself, or of the selector that it is the inside of."""
    around = one.parentWidget()
    return one.toolTip or (around.className().startswith(("qMRML", "ctkPath")) and around.toolTip)


def name(one) -> str:
    text = getattr(one, "text", "")
    own = text if isinstance(text, str) and one.className().endswith(("Button", "Box")) else ""
    return own or one.accessibleName or one.parentWidget().accessibleName


def tabbed(widget) -> list:
    """The controls in the order of Tab."""
    ours, found = controls(widget), []
    one = widget.nextInFocusChain()
    while one is not widget:
        if one in ours:
            found.append(one)
        one = one.nextInFocusChain()
    return found


def place(one, widget) -> tuple[int, int]:
    import qt

    inside = one.className() == "ctkCollapsibleButton"  # which holds what follows it
    point = one.mapTo(widget, qt.QPoint(0, 0 if inside else one.height // 2))
    return point.y() // 12, point.x()


def unfold(widget) -> None:
    for one in controls(widget):
        if one.className() == "ctkCollapsibleButton":
            one.collapsed = False


def check(widget) -> None:
    for one in controls(widget):
        assert told(one), f"{one.objectName} {name(one)}: no tooltip"
        assert name(one), f"{one.objectName}: no name"
        assert int(one.focusPolicy) & 1, f"{one.objectName}: not by Tab"
    order = tabbed(widget)
    assert {id(one) for one in order} == {id(one) for one in controls(widget)}
    shown = [one for one in order if one.isVisibleTo(widget)]
    top = min(range(len(shown)), key=lambda index: place(shown[index], widget))
    shown = shown[top:] + shown[:top]  # a ring: dialogs give the focus to their first field
    places = [place(one, widget) for one in shown]
    for before, after, first, second in zip(places, places[1:], shown, shown[1:], strict=False):
        assert before <= after, f"Tab goes from {name(first)} {before} to {name(second)} {after}"


def test_segment(panel, module_host):
    unfold(panel.parent)
    panel.parent.resize(panel.parent.width, 2000)  # nothing is squeezed
    module_host.process()
    assert len(controls(panel.parent)) > 20
    check(panel.parent)


def test_train(training, module_host, tmp_path):
    training.panel.createProject(tmp_path / "Liver")
    training.logic.project.set_classes(["ball"])
    training.logic.addFolder(studies.write_study(tmp_path / "study", 2, 1))
    training.panel.refresh()
    unfold(training.parent)
    training.parent.resize(training.parent.width, 5000)
    module_host.process(0.2)
    assert len(controls(training.parent)) > 60
    check(training.parent)


def test_dialogs(training, project, module_host, monkeypatch, tmp_path):
    from SemiGDALib.dialogs import askText
    from SemiGDALib.segment.library import asking
    from SemiGDALib.train.heldout.dialog import askChange

    folder = studies.write_study(tmp_path / "study", 2, 1)
    phantoms.add_volume()
    monkeypatch.setattr(asking, "chooseFile", lambda *_texts: "weights.pth")
    cases = training.panel.sections["Cases"]
    looked = []
    for ask in (
        lambda: cases.addFolder(str(folder)),
        cases.onAddScene,
        lambda: askText("Rename", "The new name:", "Rename"),
        lambda: askChange({}, {}, "none"),
        asking.askOfficial,
    ):
        module_host.in_dialog(lambda dialog: (check(dialog), looked.append(dialog.windowTitle)))
        ask()
    module_host.check()
    assert len(set(looked)) == 5, looked
