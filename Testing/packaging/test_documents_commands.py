"""What the documents tell people to type, and to click, exists."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator

import pytest

from semigda.cli.commands import _parser
from Testing.packaging import translations
from Testing.packaging.install import ROOT
from Testing.packaging.test_documents import DOCUMENTS

PARSER = _parser()
BLOCK = re.compile(r"^```\w*\n([\s\S]*?)^```|(?<=\n\n)((?:    .+\n)+)", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
SCRIPT = re.compile(r"python ((?:benchmarks|Testing)/[\w/]+\.py)(.*)")
MARKED = re.compile(r"(?<![*\w])(\*\*?)(?![*\s])([^*]+)\1(?![*\w])")
# Pages in which every bold phrase is a name in a panel; elsewhere those that end in "...", and
# in PANELS those in italics that begin with a capital letter.
STEPS = ("docs/tutorial.md", "docs/slice-labels.md")
PANELS = (*STEPS, "docs/correct-and-send.md", "docs/machine-labels.md", "docs/models.md")
PANELS += ("docs/doubt.md", "docs/region.md", "docs/sequences.md", "docs/several-volumes.md")
# Names of Slicer's own, and of examples.
SLICER = {"Segment Editor", "Data Probe", "Undo", "Save changes", "Sequences", "SemiGDA Segment"}
EXAMPLES = {"Anterior", "Posterior", "Niere links", "A model of yours", "T1"}


def typed(text: str) -> list[str]:
    """The lines of blocks, and the texts in code marks, without comments."""
    lines = [line for block in BLOCK.findall(text) for line in "".join(block).splitlines()]
    marked = [" ".join(code.split()) for code in CODE.findall(BLOCK.sub("", text))]
    return [line.split(" #")[0].strip() for line in lines + marked]


def alternatives(command: str) -> Iterator[str]:
    """``semigda models list | show NAME`` is two commands."""
    first, *others = command.split(" | ")
    yield first
    for other in others:
        yield " ".join([*first.split()[:-1], other])


def unknown_word(command: str) -> str:
    """The first word of a ``semigda`` command that the program does not know, or ""."""
    parser, (_, *words) = PARSER, shlex.split(command, posix=False)
    while isinstance(actions := parser._actions[-1], argparse._SubParsersAction):
        if not words or words[0].startswith("-"):
            break
        name, *words = words
        if name not in actions.choices:
            return name
        parser = actions.choices[name]
    options = [word for word in words if word.startswith("--")]
    return next((word for word in options if word not in parser._option_string_actions), "")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_exist(name):
    for command in typed((ROOT / name).read_text("utf-8")):
        if command.startswith("semigda "):
            for one in alternatives(command):
                assert not unknown_word(one), f"{name}: {one}"


def test_an_unknown_command_and_option_are_seen():
    assert unknown_word("semigda project split liver --quick") == "--quick"
    assert unknown_word("semigda project halve liver") == "halve"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_scripts_and_their_options_exist(name):
    for script, arguments in SCRIPT.findall("\n".join(typed((ROOT / name).read_text("utf-8")))):
        sources = [ROOT / script, *(ROOT / "benchmarks").glob("*_lib/*.py")]
        said = "\n".join(source.read_text("utf-8") for source in sources)
        for option in re.findall(r"--[\w-]+", arguments):
            assert f'"{option}"' in said, f"{name}: {script} {option}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_targets_of_make_exist(name):
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for command in typed((ROOT / name).read_text("utf-8")):
        if command.startswith("make "):
            assert command.split()[1] in targets, f"{name}: {command}"


def names_in(text: str, page: str) -> Iterator[str]:
    """What a page says that the panels show: ``File > Save`` is two names."""
    for mark, phrase in MARKED.findall(CODE.sub("", BLOCK.sub("", text))):
        phrase = " ".join(phrase.split())
        name = phrase[0].isupper() and phrase[-1] != "." and "+" not in phrase
        if re.fullmatch(r"[^.]+\.\.\.", phrase) or (
            page in (STEPS if mark == "**" else PANELS) and name
        ):
            yield from phrase.split(" > ")


def plain(text: str) -> str:
    """A name without its colon, its dots, or the size that it ends in."""
    return re.sub(r"( \(.+\)|\.\.\.|:)$", "", text.replace("&", "").strip())


@pytest.fixture(scope="module")
def shown():
    """What the panels show, as a pattern: ``All {count} frames`` is any number of frames."""
    texts = {plain(text) for _context, text in translations.messages()}
    texts = {text for text in texts if re.search("[a-z]{2}", re.sub(r"{\w+}", "", text))}
    parts = [re.sub(r"\\{\w+\\}", r"\\S+", re.escape(text)) for text in texts]
    return re.compile("|".join(parts))


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name.startswith(("docs", "READ"))])
def test_names_of_the_panels_are_what_they_say(name, shown):
    for phrase in names_in((ROOT / name).read_text("utf-8"), name):
        if phrase not in SLICER | EXAMPLES:
            assert shown.fullmatch(plain(phrase)), f"{name}: {phrase}"
