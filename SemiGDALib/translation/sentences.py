"""Translates finished sentences of the engine by the templates that they were made from."""

from __future__ import annotations

import re
from functools import lru_cache

from slicer.i18n import getContext, translate

from semigda_core.errors import without_commands
from SemiGDALib.translation import (
    core_sentences,
    engine_sentences,
    images_sentences,
    project_sentences,
    report_sentences,
    training_sentences,
)

LISTS = (
    core_sentences,
    project_sentences,
    training_sentences,
    images_sentences,
    engine_sentences,
)
_NAME = re.compile(r"\{(\w+)\}")
_SENTENCE = re.compile(r"\{(\w+)\}(?=\\ \{)")  # a value that only a space parts from the next
_ENDS = tuple(re.compile(rf"(?<=[{signs}]) ") for signs in (".", ":;,"))  # of sentences, of parts


@lru_cache(maxsize=4096)
def translated(text: str | None) -> str:
    """A text of the engine or core in the user's language.

    Values in it stay as they are, unless they are sentences or parts of them. A text that no list
    knows, such as one that is translated already, comes back as it is. What only a command line
    knows is left out.
    """
    text = without_commands(text or "")
    if not text or not _isTranslated():
        return text
    return _whole(text) or _byPieces(text)


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    """Each template and its translation."""
    return {text: said for one in LISTS for text, said in _translations(one).items()}


def _translations(one) -> dict[str, str]:
    """Of a list's sentences; asking for the context of each of them would take longest."""
    context = getContext(one.__file__)
    return {text: translate(context, text) for text in one.sentences(str)}


@lru_cache(maxsize=1)
def _isTranslated() -> bool:
    return any(template != translation for template, translation in _table().items())


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Templates with values, those first that say the most."""
    templates = [one for module in LISTS for one in module.sentences(str) if _NAME.search(one)]
    templates.sort(key=lambda one: len(_NAME.sub("", one)), reverse=True)
    found = []
    for one in templates:
        escaped = _escaped(one)
        for text in dict.fromkeys((_SENTENCE.sub("(?P<\\1>.+?[.!?])", escaped), escaped)):
            found.append((re.compile(_NAME.sub("(?P<\\1>.+?)", text)), one))
    return found


def inReport(text: str) -> str:
    """A template of a training's report, or a sentence in it, in the user's language."""
    return _ofReport().get(text) or translated(text)


@lru_cache(maxsize=1)
def _ofReport() -> dict[str, str]:
    return _translations(report_sentences)


def _escaped(template: str) -> str:
    """The template as a regular expression, but for its names."""
    return re.sub(r"\\([{}])", r"\1", re.escape(template))


def _whole(text: str) -> str | None:
    table = _table()
    if text in table:
        return table[text]
    for pattern, template in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return _filled(table[template], found.groupdict())
    if text and text[-1] in ".,:;":  # the lists have some without, and some are followed by others
        without = _whole(text[:-1])
        return without and without + text[-1]
    return None


def _byPieces(text: str, ends=_ENDS) -> str:
    """Several sentences, or one with what was added to it."""
    if not ends:
        return text
    end, *parts = ends
    return " ".join(_whole(piece) or _byPieces(piece, parts) for piece in end.split(text))


def _filled(translation: str, values: dict[str, str]) -> str:
    known = {name: _whole(value) or _byPieces(value) for name, value in values.items()}
    return _NAME.sub(lambda name: known.get(name[1], name[0]), translation)
