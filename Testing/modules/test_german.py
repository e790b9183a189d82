"""Both panels in German, with the installed file, compiled as Slicer's Language Tools do."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import phantoms
import pytest
import train_fixtures
from looks import cut

from semigda_core.errors import SemiGDAError
from Testing.host.session import PANEL_WIDTH, _widest
from Testing.packaging import translations


@pytest.fixture(scope="session", autouse=True)
def german(installed, tmp_path_factory):
    """The translator, there before any module, as in Slicer."""
    import PySide6
    from PySide6 import QtCore

    from Testing.host import start

    compiled = tmp_path_factory.mktemp("translations") / "SemiGDA_de.qm"
    source = installed / "Resources" / "Translations" / "SemiGDA_de.ts"
    lrelease = next(Path(PySide6.__file__).parent.glob("lrelease*"))
    subprocess.run([lrelease, "-silent", source, "-qm", compiled], check=True)
    host = start()
    translator = QtCore.QTranslator(host.app)
    assert translator.load(str(compiled)) and host.app.installTranslator(translator)
    host.add_module_folder(installed)
    return translator


@pytest.fixture(scope="session")
def english() -> set[str]:
    """What must not be seen any more; some words are the same in both languages."""
    known = translations.read(translations.FOLDER / "SemiGDA_de.ts")
    same = {text for (_where, text), translation in known.items() if translation == text}
    return {text for _where, text in known} - same


def shown(widget) -> list[tuple[str, str]]:
    """Texts and tooltips of a panel, seen or not."""
    import qt

    found = []
    for one in widget.findChildren(qt.QWidget):
        texts = [one.toolTip, one.accessibleName]
        if isinstance(one, (qt.QLabel, qt.QAbstractButton)):
            texts.append(one.text)
        if isinstance(one, qt.QComboBox):
            texts += [one.itemText(n) for n in range(one.count)]
        if isinstance(one, qt.QTableWidget):
            cells = [one.item(r, c) for r in range(one.rowCount) for c in range(one.columnCount)]
            cells += [one.horizontalHeaderItem(c) for c in range(one.columnCount)]
            texts += [text for cell in cells if cell for text in (cell.text(), cell.toolTip())]
        found += [(one.objectName, text) for text in texts]
    return found


def unfold(widget) -> None:
    import qt

    for one in widget.findChildren(qt.QAbstractButton):
        if one.className() == "ctkCollapsibleButton":
            one.collapsed = False


def pictures(host, panel, path) -> None:
    """In the light and in the dark style."""
    host.grab(panel, path)
    train_fixtures.dark(host, True)
    host.grab(panel, path.with_name(f"{path.stem}-dark.png"))
    train_fixtures.dark(host, False)
    host.fit(panel.parent, PANEL_WIDTH)  # what a picture needed does not stay


def check(widget, english) -> None:
    left = [f"{name}: {text}" for name, text in shown(widget) if text in english]
    assert not left, "\n".join(left)
    assert not cut(widget), "\n".join(cut(widget))
    assert widget.width == PANEL_WIDTH, _widest(widget)


def text_of(label) -> str:
    return re.sub(r"<[^>]*>", " ", label.text).strip()


def test_an_error_of_the_worker(panel, module_host, english, artifacts):
    node = panel.logic.getParameterNode()
    node.inputVolume, node.model, node.device = phantoms.add_volume(), "bright", "mps"
    module_host.process()
    module_host.click(panel.ui.segmentButton)
    module_host.wait(lambda: panel.ui.messageFrame.visible, 60)
    text = text_of(panel.ui.messageLabel)
    assert "Apple-Grafikprozessor (MPS)" in text and "Wählen Sie ein anderes Gerät" in text
    assert panel.ui.messageActionButton.text == "CPU verwenden"
    module_host.grab(panel, artifacts / "german-error.png")
    check(panel.parent, english)


def test_a_result(panel, module_host, english, artifacts):
    node = panel.logic.getParameterNode()
    node.inputVolume, node.model, node.device = phantoms.add_volume(), "bright", "cpu"
    module_host.process()
    module_host.click(panel.ui.segmentButton)
    module_host.wait(lambda: not panel.logic.isRunning(), 60)
    table = panel.ui.resultTable
    heads = [table.horizontalHeaderItem(column).text() for column in range(table.columnCount)]
    assert heads[1:3] == ["Segment", "Größe"], heads
    module_host.click(panel.ui.modelsButton)
    module_host.wait(lambda: "Katalog nennt" in panel.panel.library.statusLabel.text, 60)
    unfold(panel.parent)
    several = panel.panel.several
    module_host.process(0.3)  # it has seen the result
    several.rows[0].state = "failed"
    several.rows[0].error = SemiGDAError("bad-input", "The image cannot be read.")
    several.table.fill(20 * several.rows)  # with a scroll bar
    module_host.fit(panel.parent, PANEL_WIDTH)
    pictures(module_host, panel, artifacts / "german-segment.png")
    lines = [
        line for line in panel.ui.logText.toPlainText().split("\n") if re.match(r"\d\d:", line)
    ]
    assert any("Modell und Bild" in line for line in lines), lines
    assert not [line for line in lines if "the" in line.split() or "slice" in line.split()], lines
    assert several.table.widget.item(19, 1).text() == "Fehler"
    check(panel.parent, english)


def test_the_training_panel(training, module_host, english, artifacts, tmp_path):
    project = train_fixtures.trained(tmp_path)
    from semigda.jobs.run import run_job
    from semigda_core.project.review.candidates import new_ranking

    assert run_job(new_ranking(project)) == 0
    training.panel.openProject(project.folder)
    unfold(training.parent)
    module_host.process(0.3)
    module_host.fit(training.parent, PANEL_WIDTH)
    assert "Als Nächstes:" in training.ui.nextStepLabel.text
    pictures(module_host, training, artifacts / "german-train.png")
    check(training.parent, english)
    check_report(training.logic.report().read_text("utf-8"))


def check_report(page: str) -> None:
    """Nothing of what a report says is left in English."""
    from SemiGDALib.translation import report_sentences

    assert '<html lang="de">' in page and "<h2>Dice der Testfälle</h2>" in page
    assert "<title>Trainingsbericht: " in page and "<td>Fall 1</td>" in page
    said = re.sub(
        r"<meta[^>]*>|<style>.*?</style>|<details>.*?</details>|base64,[^']*", "", page, flags=re.S
    )
    known = translations.read(translations.FOLDER / "SemiGDA_de.ts")
    same = {text for (_where, text), translation in known.items() if translation == text}
    for text in set(report_sentences.sentences(str)) - same:
        assert f">{text}<" not in said
        for part in re.split(r"\{\w+\}", text):
            assert len(part) < 10 or " " not in part.strip() or part not in said, text
    # Sentences of the engine as well: why the new model is the better one, warnings.
    lead = re.search(r"<p class='lead'>(.*?)</p>", page)[1]
    assert "mittlerer Dice" in lead or "Klasse" in lead, lead


def test_slices(training, module_host, english, artifacts, tmp_path):
    """The frame above Segment Editor, in all that it may show."""
    import slicer
    import studies

    training.panel.createProject(tmp_path / "Leber")
    training.logic.project.set_classes(["ball"])
    training.logic.addFolder(studies.write_study(tmp_path / "study", 0, 1))
    training.logic.editLabel(training.logic.project.read().cases[0].id)
    from SemiGDALib.train.labelling import editor_bar

    bar = editor_bar.bar()
    editor = slicer.modules.segmenteditor.widgetRepresentation().self().parent
    editor.resize(PANEL_WIDTH, 320)
    editor.show()
    training.logic.proposeSlices()
    training.logic.markSlices(2, 4)
    bar.turnButton.visible = True
    bar.moreButton.menu().actions()[0].trigger()  # between the first and the last drawn one
    assert bar.finishedLabel.text == "3 von 12 Schichten fertig: 2\u20134"
    assert bar.problemLabel.visible and "Nothing" not in bar.problemLabel.text
    bar.turnButton.visible = True
    module_host.grab(editor, artifacts / "german-slices.png")
    check(editor, english)
    editor.hide()


def test_sentences_that_are_put_together():
    """Words and parts of sentences are translated wherever the engine puts them."""
    from SemiGDALib.translation.sentences import translated

    text = (
        "This model was trained on MR volumes of about 35 x 50 x 36 mm in voxels of about 1 x 1 x "
        "1 mm; this is an X-ray volume of 80 x 80 x 40 mm in voxels of 4 x 4 x 4 mm."
    )
    assert translated(text) == (
        "Dieses Modell wurde mit MR-Volumen von etwa 35 x 50 x 36 mm in Voxeln von etwa 1 x 1 x 1 "
        "mm trainiert; dies ist ein Röntgen-Volumen von 80 x 80 x 40 mm in Voxeln von 4 x 4 x 4 mm."
    )
    text = "This model was trained on 2-D ultrasound pictures; this is a 2-D picture."
    assert translated(text) == (
        "Dieses Modell wurde mit 2-D-Ultraschall-Bildern trainiert; dies ist ein 2-D-Bild."
    )
    text = "Paused: The disk is full. Free some disk space and try again."
    assert translated(text) == (
        "Angehalten: Die Festplatte ist voll. Schaffen Sie Platz auf der Festplatte, und "
        "versuchen Sie es noch einmal."
    )
    text = (
        "Slices of 96 x 80 pixels, 99 steps of 8 slices. The network is the small one: no "
        "graphics card computes. That is little: more time makes a better model."
    )
    assert translated(text) == (
        "Schichten von 96 x 80 Pixeln, 99 Schritte von 8 Schichten. Das Netz ist das kleine: Keine "
        "Grafikkarte rechnet. Das ist wenig: Mehr Zeit ergibt ein besseres Modell."
    )
    assert translated("Rehearsal: reading the images.") == "Probelauf: liest die Bilder."
