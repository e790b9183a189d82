"""Text from outside, about to be shown or written."""

from __future__ import annotations

import contextlib
import unicodedata

UNREADABLE = "\N{REPLACEMENT CHARACTER}"


def one_line(value: str, limit: int = 200) -> str:
    """A text as one line that can be shown and written as UTF-8 anywhere.

    White space, including line ends, becomes single spaces. Control and formatting characters,
    which could control a terminal or reverse a line, are dropped. Bytes that were not UTF-8
    (surrogates) become the replacement character. At most ``limit`` characters are kept.
    """
    # If the system's encoding is ASCII, Python keeps all other letters of names as such bytes.
    with contextlib.suppress(UnicodeEncodeError):
        value = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    shown = "".join(_shown(character) for character in value)
    return " ".join(shown.split())[:limit]


def unaccented(text: str) -> str:
    """A text in lower case without accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in letters if not unicodedata.combining(c))


def counted(count: int, one: str, several: str, **others: object) -> str:
    """The text for so many, with their ``{count}`` and ``others`` filled in."""
    return (one if count == 1 else several).format(count=count, **others)


def _shown(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Cs":
        return UNREADABLE
    if character.isspace():
        return " "
    # Joiners build letters of some scripts and emoji; they control nothing.
    return "" if kind in ("Cc", "Cf") and character not in "\u200c\u200d" else character
