"""The licence texts that a model package carries in its one ``LICENSE.txt``."""

from __future__ import annotations

import os
from pathlib import Path

from semigda_core.models.features import ATTRIBUTION, COPYRIGHT
from semigda_core.models.layout import LICENCE_FILE

_LINE = "=" * 78
_OWN = "Licence of this model and of the data that it has learned from"
_BASE = "Licence of the model that this one started from"
_FEATURES = "Licence of the general image features that this model started from"
_NOTICE = f"""\
{ATTRIBUTION}
{COPYRIGHT}

The weights of this model's second encoder are those features, changed by training.

"""


def read_licence(folder: str | os.PathLike[str]) -> str | None:
    """The licence text of a package; None if it has none."""
    file = Path(folder) / LICENCE_FILE
    if not file.is_file():
        return None
    data = file.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # which knows every byte


def write_licence(folder: str | os.PathLike[str], text: str | None, *, features: bool) -> None:
    """Write a package's licence text; without any there is no file.

    Args:
        text: of the model itself, with what it inherits.
        features: whether the network holds general image features: their notice and their licence
            are then added, unless ``text`` has them from the model's base.
    """
    if features:
        theirs = _NOTICE + Path(__file__).with_name("apache-2.0.txt").read_text("utf-8")
        text = _together(_OWN, text, _FEATURES, theirs)
    if text:
        (Path(folder) / LICENCE_FILE).write_text(text, encoding="utf-8", newline="\n")


def with_base(text: str | None, base: str | os.PathLike[str]) -> str | None:
    """A fine-tuned model's licence text with that of the package it started from."""
    inherited = read_licence(base)
    if not text or not inherited:
        return text or inherited
    return inherited if text.strip() in inherited else _together(_OWN, text, _BASE, inherited)


def _together(head: str, text: str | None, other_head: str, other: str) -> str:
    """Both texts under their headings; ``text`` alone if it holds the other."""
    if text and other.strip() in text:
        return text
    parts = ((head, text), (other_head, other))
    return "\n".join(
        f"{_LINE}\n{title}\n{_LINE}\n\n{body.strip()}\n" for title, body in parts if body
    )
