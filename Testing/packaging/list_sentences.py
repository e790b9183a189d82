"""Writes SemiGDALib/translation/*_sentences.py: what the engine and the core say to users.

    python Testing/packaging/list_sentences.py

Engine and core write English, as finished sentences: they run in processes that know no language.
The panels translate them by these lists, in which lupdate finds them too; a test holds the lists to
the sources. A sentence is a text that begins with a capital letter and has several words; values in
it become ``{names}``. A report is written as templates, which the panels translate before their
values are filled in.
"""

from __future__ import annotations

import ast
import itertools
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from semigda_core.errors import without_commands  # noqa: E402

TARGET = ROOT / "SemiGDALib" / "translation"
TRAINING = "semigda_core/project/training/"
# List -> where its sentences stand.
LISTS = {
    "core": ("semigda_core/**/*.py", "!semigda_core/project/"),
    "project": ("semigda_core/project/**/*.py", "!semigda_core/project/report/", f"!{TRAINING}"),
    "training": (f"{TRAINING}*.py",),
    "images": ("semigda/reading/**/*.py", "semigda/data/**/*.py"),
    "engine": ("semigda/**/*.py", "!semigda/reading/", "!semigda/data/"),
    "report": ("semigda_core/project/report/*.py", "semigda_core/models/card.py"),
}
# Words on a terminal, for benchmarks, and in a report's page.
NOT_SHOWN = re.compile(r"semigda/(cli|__main__|info|official|evaluation/)")
# Files with parts of sentences: they begin with a small letter, and single words stand in tables.
PARTS = ("semigda_core/project/training/estimates.py", "semigda_core/project/training/judging.py")
PARTS += ("semigda_core/models/fit.py",)
FOREIGN = ("CUDA out of memory", "MPS backend out of memory", "Failed to allocate")
FOREIGN += ("NRRD0005", "SemiGDAError | ", "No space left on dev", "Library/Application Support")
FOREIGN += ("Invalid buffer size",)
FOREIGN += ("Segmentation category and type", "Anatomic codes", "Binary labelmap", "ObjectType")
NO_USERS = ("ValueError", "TypeError", "RuntimeError", "AssertionError", "KeyError", "print")


def said(path: Path) -> Iterator[str]:
    """What a report says, of its source: the texts given to ``say``, and names of card entries."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
            text = node.args[0]
            if isinstance(text, ast.Constant):  # others are sentences of the other lists
                yield text.value
        elif isinstance(node, ast.keyword) and node.arg == "report":
            yield node.value.value


def sentences(path: Path) -> Iterator[str]:
    """The sentences of a source file, in its order."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = set(_hidden(tree))
    small = path.relative_to(ROOT).as_posix() in PARTS
    for node in _outermost(tree, hidden):
        for text in _templates(node):
            if _is_sentence(text, small):
                yield without_commands(text)
    if small:
        yield from _words(tree)


def _words(tree: ast.AST) -> Iterator[str]:
    """Single words that are the values of a table."""
    for node in ast.walk(tree):
        values = node.values if isinstance(node, ast.Dict) else []
        for one in (one for value in values for one in getattr(value, "elts", [value])):
            word = getattr(one, "value", None)
            if isinstance(word, str) and re.fullmatch(r"[A-Z]?-?[a-z]{3,}", word):
                yield word


def _hidden(tree: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, keys, and what only developers read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.Dict):
            yield from (key for key in node.keys if isinstance(key, ast.Constant))
        elif isinstance(node, ast.Call):
            if getattr(node.func, "id", "") in NO_USERS:
                yield from node.args
            yield from (key.value for key in node.keywords if key.arg == "detail")


def _outermost(node: ast.AST, hidden: set[ast.AST]) -> Iterator[ast.expr]:
    """Texts that are no part of a longer one."""
    if node in hidden:
        return
    if _has_text(node):
        yield node
        inner = [n.value for n in ast.walk(node) if isinstance(n, ast.FormattedValue)]
        children = [child for value in inner for child in ast.iter_child_nodes(value)]
    else:
        children = list(ast.iter_child_nodes(node))
    for child in children:
        yield from _outermost(child, hidden)


def _has_text(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _has_text(node.left) or _has_text(node.right)
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _templates(node: ast.expr) -> Iterator[str]:
    """The text with names for its values; one for every way that its conditions may go."""
    conditions = sorted({ast.dump(n.test) for n in ast.walk(node) if _chooses(n)})
    for answers in itertools.product((True, False), repeat=len(conditions)):
        names: list[str] = []
        yield _template(node, dict(zip(conditions, answers, strict=True)), names)


def _chooses(node: ast.AST) -> bool:
    """Whether it is one of two texts, such as a plural's "s"."""
    return isinstance(node, ast.IfExp) and _has_text(node.body) and _has_text(node.orelse)


def _template(node: ast.expr, answers: dict[str, bool], names: list[str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_template(part, answers, names) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _template(node.value, answers, names)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _has_text(node):
        return _template(node.left, answers, names) + _template(node.right, answers, names)
    if _chooses(node):
        chosen = node.body if answers[ast.dump(node.test)] else node.orelse
        return _template(chosen, answers, names)
    name = _name(node)
    names.append(name)
    again = names.count(name)
    return f"{{{name}{again if again > 1 else ''}}}"


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id.strip("_").lower()
    if isinstance(node, ast.Attribute):
        return node.attr.strip("_")
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        word = str(node.slice.value)
        return word if word.isidentifier() else "value"
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "len":
        return "count"
    return "value"


def _is_sentence(text: str, small: bool) -> bool:
    if re.fullmatch(r"[A-Z][a-z]+\.", text):
        return True
    fixed = re.sub(r"\{\w+\}", "", text)
    letters = sum(map(str.isalpha, fixed))
    begins = re.match(r"[A-Z{]" if not small else r"[A-Za-z0-9{]", text)
    enough = letters >= (4 if small else 5)
    return bool(begins and enough and " " in text.strip() and not text.startswith(FOREIGN))


def files(patterns: tuple[str, ...]) -> list[Path]:
    """The sources of a list."""
    found = {path for one in patterns if one[0] != "!" for path in ROOT.glob(one)}
    without = tuple(one[1:] for one in patterns if one[0] == "!")
    names = {path: path.relative_to(ROOT).as_posix() for path in found}
    return sorted(p for p, n in names.items() if not n.startswith(without) and not _hides(n))


def _hides(name: str) -> bool:
    return bool(NOT_SHOWN.match(name))


def text(name: str) -> str:
    """The list's module."""
    of = said if name == "report" else sentences
    found = dict.fromkeys(one for path in files(LISTS[name]) for one in of(path))
    lines = ['"""Written by Testing/packaging/list_sentences.py: sentences for translators."""', ""]
    lines += ["", "def sentences(_):", '    """All of them, as ``_`` translates them."""']
    lines += ["    return (", *itertools.chain(*map(_lines, sorted(found))), "    )"]
    return "\n".join(lines) + "\n"


def _lines(sentence: str) -> list[str]:
    whole = f"        _({_quoted(sentence)}),"
    if len(whole) <= 100:
        return [whole]
    parts = textwrap.wrap(sentence, 84, drop_whitespace=False, break_long_words=False)
    return ["        _(", *(f"            {_quoted(part)}" for part in parts), "        ),"]


def _quoted(part: str) -> str:
    quoted = repr(part)
    if quoted[0] == "'" and '"' not in part:
        quoted = '"' + quoted[1:-1].replace("\\'", "'") + '"'
    return quoted


if __name__ == "__main__":
    for list_name in LISTS:
        path = TARGET / f"{list_name}_sentences.py"
        path.write_text(text(list_name), encoding="utf-8", newline="\n")
        print(path.relative_to(ROOT))
