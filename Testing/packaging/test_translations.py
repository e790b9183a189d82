"""Every sentence of the panels can be translated, and the German file is as it should be."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from Testing.packaging import list_sentences, translations
from Testing.packaging.list_files import tracked

GERMAN = translations.FOLDER / "SemiGDA_de.ts"
MODULES = [
    path for path in translations.sources(translations.PANELS) if path.parent.name != "translation"
]
# What *Copy report* copies: developers read it, in English.
UNTRANSLATED = ("SemiGDALib/segment/report.py",)
# Names by which the scene and a process's output are searched, and of the authors.
NAMES = ("SemiGDA held-out Dice", "SemiGDA training losses", "SemiGDA label", "Step of {name}")
NAMES += ("SemiGDA contributors", "DLL load failed", "Symbol not found", "not installed")
# Details of errors, which only the report shows.
NAMES += ("ended by the system (signal {exitcode})", "exit code {exitcode}")
NAMES += ("probe: exit code {exitcode}; {value}",)
NAMES += ("pip ended without an error and without the package",)
NO_WORDS = ("border: ", "QFrame#", "QLabel#", "import sys;")  # style sheets and a program
SETTERS = ("setText", "setToolTip", "addItem", "addTab", "addAction", "setWindowTitle")
SETTERS += ("QLabel", "QPushButton", "QCheckBox", "QRadioButton", "QGroupBox", "setPlaceholderText")
SHOWN = ("text", "toolTip", "title", "placeholderText", "windowTitle", "accessibleName")


def unmarked(path: Path) -> list[str]:
    """Texts that a user may see and that nobody can translate."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = set(list_sentences._hidden(tree))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
            logs = getattr(getattr(node.func, "value", None), "id", "") == "logging"
            if name in ("_", "translate") or logs:
                hidden.update(node.args)
            elif name in SETTERS:
                found += filter(_is_word, node.args)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", "") in SHOWN:
            found += filter(_is_word, [node.value])
    texts = [one.value for one in found]
    for node in list_sentences._outermost(tree, hidden):
        for text in list_sentences._templates(node):
            if list_sentences._is_sentence(text, small=True) and not text.startswith(NO_WORDS):
                texts.append(text)
    return [text for text in texts if text not in NAMES]


def _is_word(node: ast.AST) -> bool:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_text and any(map(str.isalpha, node.value))


def test_every_sentence_of_a_panel_can_be_translated():
    for path in MODULES:
        name = path.relative_to(translations.ROOT).as_posix()
        assert name in UNTRANSLATED or not unmarked(path), f"{name}: put it between _( and )"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('label.text = "Done"', ["Done"]),
        ('label.text = _("Done")', []),
        ('say("Nothing was found.")', ["Nothing was found."]),
        ('say(f"{number} cases left")', ["{number} cases left"]),
        ('say(_("{number} cases left").format(number=3))', []),
        ('logging.warning("The process does not end.")', []),
        ('raise SemiGDAError("bad-input", "It failed.", detail="With this.")', ["It failed."]),
        ('box.addItem("Automatic", "auto")', ["Automatic", "auto"]),
    ],
)
def test_a_sentence_that_cannot_be_translated_is_found(line, found, tmp_path):
    path = tmp_path / "module.py"
    path.write_text(f"{line}\n", encoding="utf-8")
    assert unmarked(path) == found


def test_a_translated_text_is_not_an_expression(tmp_path):
    path = tmp_path / "module.py"
    path.write_text('say(_(f"{count} cases"))\n', encoding="utf-8")
    with pytest.raises(ValueError, match="module.py:1"):
        list(translations.of_module(path))


def test_forms_have_contexts_of_their_own():
    """Qt looks a .ui file's sentences up under its class."""
    names = [path.stem for path in translations.sources(translations.FORMS)]
    assert len(set(names)) == len(names)
    for path in translations.sources(translations.FORMS):
        assert {where for where, _text in translations.of_form(path)} <= {path.stem}


def test_no_names_of_the_program_are_for_translators():
    found = [text for _where, text in translations.messages()]
    assert not [text for text in found if text.startswith(("vtkMRML", "qMRML", *NO_WORDS))]


def test_updating(tmp_path):
    """Translations follow their sentences; what is new is empty, what is gone is gone."""
    known = {("a", "Open"): "Öffnen", ("a", "Close"): "Schließen", ("b", "Cut"): ""}
    now = [("a", "Open"), ("b", "Close"), ("b", "Cut"), ("b", "Paste")]
    after = translations.updated(known, now)
    assert list(after.values()) == ["Öffnen", "Schließen", "", ""]
    path = tmp_path / "SemiGDA_de.ts"
    path.write_text(translations.written("de", after | {("c", "<b>&"): " x"}), encoding="utf-8")
    assert translations.read(path) == after | {("c", "<b>&"): " x"}
    assert path.read_text(encoding="utf-8").count('type="unfinished"') == 2
    assert translations.language(path) == "de"


@pytest.mark.parametrize(
    ("text", "translation", "fault"),
    [
        ("Open {name}.", "{name} öffnen.", ""),
        ("Open {name}.", "Öffnen.", "other values than in English"),
        ("{a:.2f} mm", "{a} mm", "other values than in English"),
        ("<b>Now</b>", "Jetzt", "other tags than in English"),
        ("Now: ", "Jetzt:", "other spaces at its ends than in English"),
        ("Now", "", "not translated"),
    ],
)
def test_what_is_wrong_with_a_translation(text, translation, fault):
    assert translations.wrong(text, translation) == fault


def test_german_is_installed():
    assert GERMAN.relative_to(translations.ROOT).as_posix() in tracked("Resources/Translations/*")


def test_german_is_complete():
    """Slicer ignores a translation whose values differ from those of the sentence."""
    known, now = translations.read(GERMAN), translations.messages()
    told = "run python Testing/packaging/translations.py, and translate what it lists"
    assert sorted(set(now) - set(known)) == [] == sorted(set(known) - set(now)), told
    faults = {text: translations.wrong(text, known[where, text]) for where, text in now}
    assert not {text: fault for text, fault in faults.items() if fault}, told
