"""Text from outside that is about to be shown or written."""

from __future__ import annotations

import contextlib
import unicodedata

UNREADABLE = "\N{REPLACEMENT CHARACTER}"


def one_line(value: str, limit: int = 200) -> str:
    """A text as one line that can be shown and written as UTF-8 anywhere.

    White space, line ends included, becomes single blanks; control and formatting characters, which
    could steer a terminal or reverse a line, are dropped; bytes that were no UTF-8 (surrogates)
    become the replacement character. At most ``limit`` characters are kept.
    """
    # Where the system's encoding is ASCII, Python keeps all other letters of names as such bytes.
    with contextlib.suppress(UnicodeEncodeError):
        value = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    shown = "".join(_shown(character) for character in value)
    return " ".join(shown.split())[:limit]


def _shown(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Cs":
        return UNREADABLE
    if character.isspace():
        return " "
    # Joiners make letters of several scripts and emoji; they steer nothing.
    return "" if kind in ("Cc", "Cf") and character not in "\u200c\u200d" else character
