"""What the engine says reaches the panels in the user's language."""

from __future__ import annotations

import re

import numpy as np
import phantoms
import pytest
import studies
import train_fixtures


@pytest.fixture(scope="session")
def language(installed):
    """A translator, there before any module, that puts texts between two marks of no width."""
    from PySide6 import QtCore

    from Testing.host import start

    class Marks(QtCore.QTranslator):
        def isEmpty(self):
            return False

        def translate(self, context, text, _disambiguation=None, _n=-1):
            return "" if context.startswith("Q") else f"\u2068{text}\u2069"

    host = start()
    translator = Marks(host.app)
    assert host.app.installTranslator(translator)
    host.add_module_folder(installed)
    return translator


def forget(sentences) -> None:
    """In Slicer the language is known before any module is loaded, and stays."""
    for known in (sentences.translated, sentences._table, sentences._isTranslated):
        known.cache_clear()


@pytest.fixture
def translated(language):
    from SemiGDALib.translation import sentences

    forget(sentences)
    return sentences.translated


def test_a_sentence(translated):
    assert translated("The disk is full.") == "\u2068The disk is full.\u2069"
    assert translated("Nobody said this.") == "Nobody said this."
    assert translated("") == translated(None) == ""
    assert translated("\u2068The disk is full.\u2069") == "\u2068The disk is full.\u2069"


def test_values_stay(translated):
    """Templates are translated, not what stands in them; a part that is a sentence is, too."""
    text = translated("No labelled case for training holds the class 'liver'.")
    assert text == "\u2068No labelled case for training holds the class 'liver'.\u2069"
    text = translated("Label: The disk is full.")
    assert text == "\u2068Label: \u2068The disk is full.\u2069\u2069"
    text = translated("Learning to segment: step 3 of 20.")
    assert text == "\u2068\u2068Learning to segment\u2069: step 3 of 20.\u2069"
    text = translated("Grey values lie from {low} to 5; usual are 1 to 2.")
    assert text == "\u2068Grey values lie from {low} to 5; usual are 1 to 2.\u2069"


def test_several_sentences(translated):
    assert translated("The disk is full. Run the check.") == (
        "\u2068The disk is full.\u2069 \u2068Run the check.\u2069"
    )
    assert translated("about 12 min, 300 MB memory") == (
        "\u2068\u2068about 12 min\u2069, 300 MB memory\u2069"
    )


def test_plurals_are_sentences_of_their_own(translated):
    one, two = "1 case was not checked since the last change.", "2 cases were not checked since"
    assert translated(one) == f"\u2068{one}\u2069"
    assert translated(f"{two} the last change.") == f"\u2068{two} the last change.\u2069"


def test_without_a_language(module_host, translated, language):
    module_host.app.removeTranslator(language)
    try:
        from SemiGDALib.translation import sentences

        forget(sentences)
        assert translated("The disk is full.") == "The disk is full."
    finally:
        module_host.app.installTranslator(language)
        forget(sentences)


def text_of(label) -> str:
    return re.sub(r"<[^>]*>", "", label.text).strip()


def is_translated(text: str) -> bool:
    """Whether all words, but for values, are between the marks."""
    depth, outside = 0, ""
    for letter in text:
        depth += (letter == "\u2068") - (letter == "\u2069")
        outside += letter if depth == 0 and letter != "\u2069" else ""
    return not re.search(r"[A-Za-z]{2}", outside)


def untranslated(widget, own) -> list[str]:
    """Texts of a panel that are not translated, seen or not; ``own``: what the user wrote."""
    import qt

    found = []
    for one in widget.findChildren(qt.QWidget):
        if isinstance(one, (qt.QLabel, qt.QAbstractButton)):
            found.append((one.name, re.sub(r"<[^>]*>|&\w+;", "", one.text)))
        if isinstance(one, qt.QTableWidget):
            cells = [one.item(r, c) for r in range(one.rowCount) for c in range(one.columnCount)]
            found += [(one.name, cell.text()) for cell in cells if cell is not None]
        if isinstance(one, qt.QComboBox):
            found += [(one.name, one.itemText(n)) for n in range(one.count)]
    return [f"{name}: {text}" for name, text in found if not is_translated(own.sub("", text))]


# What the user or a model's author wrote, and names.
OWN = r"DOE_JANE|Ball, core \(version 1\)|Liver|ball|core|project|Dice"


def test_errors_in_segment(language, translated, panel, module_host):
    node = panel.logic.getParameterNode()
    node.inputVolume, node.model, node.device = phantoms.add_volume(), "bright", "mps"
    module_host.process()
    module_host.click(panel.ui.segmentButton)
    module_host.wait(lambda: panel.ui.messageFrame.visible, 60)
    assert is_translated(text_of(panel.ui.messageLabel)), panel.ui.messageLabel.text


def test_progress_in_segment(language, translated, panel, module_host):
    node = panel.logic.getParameterNode()
    volume = phantoms.add_volume(np.tile(phantoms.image(), (40, 1, 1)))
    node.inputVolume, node.model, node.device = volume, "bright", "cpu"
    module_host.process()
    module_host.click(panel.ui.segmentButton)
    seen = set()

    def ended():
        seen.add(panel.ui.phaseLabel.text)
        return not panel.logic.isRunning()

    module_host.wait(ended, 60)
    assert any("slice" in text for text in seen)
    assert all(map(is_translated, seen)), seen


def test_findings(language, translated, training, module_host, tmp_path):
    folder = studies.write_study(tmp_path / "images", 2, 0)
    (folder / "DOE_JANE_00.nrrd").write_bytes(b"no image")
    training.panel.createProject(tmp_path / "Liver")
    training.logic.project.set_classes(["ball", "core", "nothing"])
    training.logic.addFolder(folder)
    training.panel.refresh()
    module_host.wait(lambda: len(training.panel.context.facts) == 2, 60)
    module_host.wait(lambda: not training.logic.isChecking(), 60)
    table = training.panel.sections["Check"].ui.findingsTable
    texts = [table.item(row, 1).text() for row in range(table.rowCount)]
    own = re.compile(r"DOE_JANE_\d\d(\.nrrd)?")
    assert len(texts) > 2
    assert all(is_translated(own.sub("", text)) for text in texts), texts
    tips = [table.cellWidget(row, 2).findChildren(object) for row in range(table.rowCount)]
    buttons = [one for found in tips for one in found if getattr(one, "name", "") == "fixButton"]
    assert buttons and all(is_translated(one.toolTip) for one in buttons)


def test_the_whole_training_panel(language, translated, training, module_host, tmp_path):
    project = train_fixtures.trained(tmp_path)
    from semigda.jobs.run import run_job
    from semigda_core.project.review.candidates import new_ranking

    assert run_job(new_ranking(project)) == 0
    training.panel.openProject(project.folder)
    module_host.process(0.2)
    own = re.compile(rf"({OWN})\w*(\.nrrd)?|\d{{4}}-\d\d-\d\d")
    left = untranslated(training.parent, own)
    assert not left, "\n".join(left)
