"""The catalogue: a JSON document that names models which can be downloaded.

Anyone may keep one: a hospital's own, a file on a share or behind a URL, works as the project's
does. What each entry promises (size, checksums, licence) is shown before anything is downloaded and
checked before anything is installed.
"""

from __future__ import annotations

import os
import re
from dataclasses import asdict, dataclass
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.checked import rule_of, ruled
from semigda_core.files.documents import (
    Wrong,
    check,
    list_of,
    matching,
    one_of,
    parse_json,
    record,
    text,
    whole,
)
from semigda_core.models.card import date_rule, name_rule, sha256_rule
from semigda_core.models.library import CATALOGUE_ENVIRONMENT, InstalledModel, bundled_folder

SCHEMA_VERSION = 1
MAX_BYTES = 2_000_000
MAX_PACKAGE_BYTES = 2_100_000_000  # the largest weights that a package may hold, and its words
_URL = re.compile(r"[!-~]+(?: [!-~]+)*")  # a URL, or a file's name, which may have spaces
NEW, INSTALLED, UPDATE = "new", "installed", "update"


@dataclass(frozen=True)
class Entry:
    """A model of the catalogue.

    Attributes:
        name: of the model in the library.
        title: for people.
        date: of this version, year-month-day.
        url: https or file; relative to the catalogue if it names no scheme.
        size: of the ``.zip``, bytes.
        sha256: of the ``.zip``.
        weights_sha256: of the weights in it, as in the model's card: by it an installed model is
            known to be this version.
        licence: of the model.
        description: what the model is for, and what not.
    """

    name: str = ruled(name_rule)
    title: str = ruled(text(200, empty=False))
    date: str = ruled(date_rule)
    url: str = ruled(matching(_URL, "is no address"))
    size: int = ruled(whole(1, MAX_PACKAGE_BYTES))
    sha256: str = ruled(sha256_rule)
    weights_sha256: str = ruled(sha256_rule)
    licence: str = ruled(text(200, empty=False))
    description: str = ruled(text(2000, lines=True))

    @classmethod
    def from_dict(cls, data: Any) -> Entry:
        """A checked entry; "bad-input" if it is wrong."""
        check(data, rule_of(cls), "The entry of the catalogue")
        return cls(**data)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def _models(value: Any) -> None:
    list_of(rule_of(Entry), 1000)(value)
    names = [entry["name"] for entry in value]
    if len(set(names)) < len(names):
        raise Wrong("names a model twice")


_CATALOGUE = record({"schema": one_of(SCHEMA_VERSION), "models": _models})


def parse_catalogue(data: bytes) -> list[Entry]:
    """The entries of a catalogue; "bad-input" if it is wrong."""
    action = "Ask whoever keeps the catalogue, or choose another one."
    value = parse_json(data, "The catalogue", action=action)
    check(value, _CATALOGUE, "The catalogue", action=action)
    return [Entry(**entry) for entry in value["models"]]


def catalogue_source() -> str:
    """The file or URL of the catalogue in use: $SEMIGDA_CATALOGUE, else the one that is shipped."""
    chosen = os.environ.get(CATALOGUE_ENVIRONMENT, "").strip()
    return chosen or str(bundled_folder() / "catalogue.json")


def entry_of(entries: list[Entry], name: str) -> Entry:
    """The entry of that name; "bad-input" if there is none."""
    for entry in entries:
        if entry.name == name:
            return entry
    raise SemiGDAError(
        "bad-input",
        "The catalogue has no model of this name.",
        action="Choose another one (semigda models catalogue).",
    )


def standing(entry: Entry, model: InstalledModel | None) -> str:
    """What an entry is to the installed model of its name: NEW, INSTALLED or UPDATE.

    A model without a date is older than any; one with a later date than the catalogue's stays.
    """
    if model is None or model.card is None or model.problem:
        return NEW
    if model.card.weights_sha256 == entry.weights_sha256:
        return INSTALLED
    return UPDATE if entry.date > model.card.date else INSTALLED
