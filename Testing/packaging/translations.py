"""Brings Resources/Translations/*.ts up to the sources, and tells what still lacks a translation.

    python Testing/packaging/translations.py

Sentences stand where Slicer looks for them: those of a Python file in the context PACKAGE.FILE, or
FILE where it lies in no package, those of a .ui file in the context of its class. What is
translated in one place is translated in all, and what no source says any more goes.
"""

from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "Resources" / "Translations"
PANELS = ("SemiGDALib/**/*.py", "SemiGDASegment/*.py", "SemiGDATrain/*.py")
FORMS = ("SemiGDASegment/Resources/UI/*.ui", "SemiGDATrain/Resources/UI/*.ui")
FORMS += ("SemiGDALib/**/*.ui",)
Message = tuple[str, str]  # context, sentence


def sources(patterns: tuple[str, ...]) -> list[Path]:
    """The files of these patterns."""
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def messages() -> list[Message]:
    """Every sentence of the panels and of the lists of the engine's."""
    found = [one for path in sources(PANELS) for one in of_module(path)]
    found += [one for path in sources(FORMS) for one in of_form(path)]
    return sorted(dict.fromkeys(found))


def context(path: Path) -> str:
    """What slicer.i18n makes of a Python file's path."""
    package = f"{path.parent.name}." if (path.parent / "__init__.py").is_file() else ""
    return f"{package}{path.stem}"


def of_module(path: Path) -> Iterator[Message]:
    """The arguments of ``_``; those of ``translate`` are Slicer's own sentences."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
            text = node.args[0]
            if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                raise ValueError(f"{path.name}:{node.lineno}: _() takes a text, not an expression")
            yield context(path), text.value


def of_form(path: Path) -> Iterator[Message]:
    """The texts of a .ui file but those marked ``notr``."""
    root = ET.parse(path).getroot()
    name = root.findtext("class") or ""
    for parent in root.iter():
        for text in parent.findall("string"):
            if "true" not in (text.get("notr"), parent.get("notr")) and text.text:
                yield name, text.text


def read(path: Path) -> dict[Message, str]:
    """The translations of a .ts file; empty for what has none."""
    found = {}
    for group in ET.parse(path).getroot().iter("context"):
        for message in group.iter("message"):
            key = group.findtext("name") or "", message.findtext("source") or ""
            found[key] = message.findtext("translation") or ""
    return found


def updated(known: dict[Message, str], now: list[Message]) -> dict[Message, str]:
    """The same translations for the sentences that there are now."""
    elsewhere = {text: translation for (_where, text), translation in known.items() if translation}
    return {key: known.get(key) or elsewhere.get(key[1], "") for key in now}


def written(language: str, translations: dict[Message, str]) -> str:
    """The .ts file."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<!DOCTYPE TS>"]
    lines += [f'<TS version="2.1" language="{language}" sourcelanguage="en">']
    for name in dict.fromkeys(where for where, _text in translations):
        lines += ["<context>", f"    <name>{escape(name)}</name>"]
        for (where, text), translation in translations.items():
            if where == name:
                done = f">{escape(translation)}" if translation else ' type="unfinished">'
                lines += ["    <message>", f"        <source>{escape(text)}</source>"]
                lines += [f"        <translation{done}</translation>", "    </message>"]
        lines += ["</context>"]
    return "\n".join([*lines, "</TS>", ""])


def wrong(text: str, translation: str) -> str:
    """What is wrong with a translation; empty where nothing is."""
    if not translation:
        return "not translated"
    for what, pattern in (("values", r"\{[^{}]*\}"), ("tags", r"</?[a-z]+")):
        if sorted(re.findall(pattern, text)) != sorted(re.findall(pattern, translation)):
            return f"other {what} than in English"
    edges = r"^\s*|\s*$"
    if re.findall(edges, text) != re.findall(edges, translation):
        return "other spaces at its ends than in English"
    return ""


def files() -> list[Path]:
    """The translations that there are."""
    return sorted(FOLDER.glob("*.ts"))


def language(path: Path) -> str:
    """The code of a file's language, such as de-DE."""
    return path.stem.partition("_")[2]


if __name__ == "__main__":
    for file in files():
        before, now = read(file), messages()
        after = updated(before, now)
        gone = [text for key, text in before.items() if key not in after]
        file.write_text(written(language(file), after), encoding="utf-8", newline="\n")
        faults = {key[1]: wrong(key[1], one) for key, one in after.items()}
        faults = {text: fault for text, fault in faults.items() if fault}
        for text, fault in faults.items():
            print(f"{file.name}: {fault}: {text}")
        print(f"{file.name}: {len(after)} sentences, {len(faults)} to do, {len(gone)} gone")
