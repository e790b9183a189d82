"""The model card, ``card.json``: everything about a model besides its weights.

The card holds nothing about patients: no names, UIDs or paths (checked on writing).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import IO, Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import patiently, write_text
from semigda_core.files.checked import RULE, demand, made, rule_of, ruled
from semigda_core.files.documents import (
    Rule,
    check,
    either,
    flag,
    has_controls,
    list_of,
    matching,
    maybe,
    one_of,
    parse_json,
    plain,
    record,
    text,
    whole,
)
from semigda_core.files.names import is_file_name
from semigda_core.models.doubt import DOUBT, MEASURE
from semigda_core.models.fit import IMAGES
from semigda_core.models.network_config import BRANCHES, NetworkConfig
from semigda_core.models.preprocessing import Preprocessing
from semigda_core.version import __version__

SCHEMA_VERSION = 1
CARD_FILE = "card.json"
WEIGHTS_FILE = "weights.safetensors"
MAX_CARD_BYTES = 1_000_000
USES = ("both", *BRANCHES)  # what a card may recommend
MOST_CLASSES = 254  # of a label map's bytes 0 is background, and 255 what is unlabelled

# A name is also a folder name: lower case because Windows and macOS fold case.
_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_NAME_RULE = (
    "A model's name is made of lower-case letters and digits, with single '-', '_' or '.' between "
    "them, at most 64 characters."
)
sha256_rule = matching(re.compile(r"[0-9a-f]{64}"), "is no SHA-256 sum")
date_rule = matching(
    re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"), "is no date such as 2026-11-29"
)
_UID = re.compile(r"\b\d+(?:\.\d+){5,}\b")  # a DICOM UID has many dotted parts, a version has few
_PATH = re.compile(r"(?:^|[\s\"'=(])(?:[A-Za-z]:[\\/]|~?/[^\s/]+/|\\\\)")
# '~', '^' and '|' separate the parts of Slicer's tag text.
_CODE = matching(re.compile(r"[^~^|\x00-\x1f\x7f-\x9f\ud800-\udfff]{0,200}"), "is no DICOM code")
# Context names that Slicer ships; its tag text puts them before the codes.
_TERMINOLOGY_CONTEXT = "Segmentation category and type - 3D Slicer General Anatomy list"
_REGION_CONTEXT = "Anatomic codes - DICOM master list"


def _invalid(message: str, detail: str = "") -> SemiGDAError:
    return SemiGDAError("model-invalid", message, detail=detail)


def check_name(name: object) -> str:
    """The name if it is valid for a model and its folder, else a "model-invalid" error."""
    if not _is_name(name):
        raise _invalid(_NAME_RULE)
    assert isinstance(name, str)
    return name


def _is_name(name: object) -> bool:
    if not isinstance(name, str) or len(name) > 64 or not _NAME.fullmatch(name):
        return False
    return is_file_name(name)


def name_rule(value: Any) -> None:
    """The rule of a model's name in documents."""
    demand(_is_name(value), "is no name of a model")


def _terminology(value: Any) -> None:
    code = maybe(record(dict.fromkeys(("scheme", "code", "meaning"), _CODE), named=True))
    keys = ("category", "type", "modifier", "region")
    record({}, dict.fromkeys(keys, code), named=True)(value)
    for key in ("category", "type") if value else ():
        demand(bool(value.get(key)), "is missing", key)


def _notes(value: Any) -> None:
    """Free-form facts."""
    plain()(value)
    demand(isinstance(value, dict), "is not an object")
    readable = not any(has_controls(found.replace("\n", "")) for _, found in _texts(value))
    demand(readable, "holds control characters")


def _texts(value: object, where: str = "card") -> Iterator[tuple[str, str]]:
    """All texts in a JSON value, including names of entries, and their places."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield where, str(key)
            yield from _texts(item, f"{where}.{key}")
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item, where)


@dataclass
class Label:
    """One foreground class: its value in the label map, name, colour and DICOM codes.

    ``terminology`` maps "category", "type" and optionally "modifier" and "region" to
    ``{"scheme": "SCT", "code": "...", "meaning": "..."}``; it may be empty.
    """

    value: int = ruled(whole(1, MOST_CLASSES))
    name: str = ruled(text(200, empty=False))
    color: tuple[int, int, int] = ruled(list_of(whole(0, 255), 3, least=3))
    terminology: dict[str, Any] = ruled(maybe(_terminology), factory=dict)

    @classmethod
    def from_dict(cls, data: object) -> Label:
        """A checked label; "model-invalid" if it is wrong."""
        check(data, rule_of(cls), "A label", error_class="model-invalid")
        return cls.checked(data)

    @classmethod
    def checked(cls, data: object) -> Label:
        """As :meth:`from_dict`, but raises ``Wrong`` for a document that contains the label."""
        label = made(cls, data)
        red, green, blue = label.color
        terminology = dict(label.terminology or {})
        return replace(label, color=(red, green, blue), terminology=terminology)


def terminology_entry(label: Label) -> str:
    """Slicer's ``TerminologyEntry`` tag text of a label; "" if it has no codes."""
    if not label.terminology:
        return ""

    def text(key: str) -> str:
        code = label.terminology.get(key)
        return "^".join((code["scheme"], code["code"], code["meaning"])) if code else "^^"

    parts = (_TERMINOLOGY_CONTEXT, text("category"), text("type"), text("modifier"))
    return "~".join((*parts, _REGION_CONTEXT, text("region"), "^^"))


def _labels(value: Any) -> None:
    list_of(Label.checked, MOST_CLASSES, least=1)(value)
    # The palette gives class k the k-th colour, so the values have no gaps.
    given = [label["value"] for label in value]
    demand(given == list(range(1, len(given) + 1)), "has values that are not 1, 2, 3 ... in order")


@dataclass
class ModelCard:
    """The content of ``card.json``. ``network`` and ``preprocessing`` are the plain dictionaries of
    ``NetworkConfig`` and ``Preprocessing``.

    A field's metadata: ``author`` marks what people write, also in a project's settings; ``report``
    is what a training's report calls it.
    """

    name: str = ruled(name_rule)
    title: str = ruled(text(200), author=True)
    description: str = ruled(text(20_000, lines=True), author=True)
    modality: str = ruled(text(64), author=True)
    labels: list[Label] = ruled(_labels)
    network: dict[str, Any] = ruled(NetworkConfig.from_dict)
    preprocessing: dict[str, Any] = ruled(Preprocessing.from_dict)
    branches: str = ruled(one_of(*USES), "both")
    postprocessing: dict[str, Any] = ruled(
        record({}, {"largest_component": flag()}, named=True),
        factory=lambda: {"largest_component": False},
    )
    training: dict[str, Any] = ruled(_notes, factory=dict)
    licence: str = ruled(text(20_000, lines=True), "", author=True, report="Licence of the model")
    attribution: list[str] = ruled(
        list_of(text(20_000, lines=True), 1000), factory=list, author=True, report="Attribution"
    )
    limits: str = ruled(
        text(20_000, lines=True), "", author=True, report="What the model is not for"
    )
    date: str = ruled(either(one_of(""), date_rule), "", author=True, report="Date")
    base_model: str | None = ruled(maybe(text(200)), None, report="Started from")
    engine_version: str = ruled(text(64), __version__)
    weights_sha256: str | None = ruled(maybe(sha256_rule), None)
    cost: dict[str, Any] = ruled(_notes, factory=dict)
    # What the training images were like, see semigda_core.models.fit.
    images: dict[str, Any] | None = ruled(maybe(IMAGES), None)
    # What its certainty is worth, see semigda_core.models.doubt.
    doubt: dict[str, Any] | None = ruled(maybe(DOUBT), None)

    def to_dict(self) -> dict[str, Any]:
        values = {"schema": SCHEMA_VERSION, **asdict(self)}
        for later in ("limits", "date", "images", "doubt"):
            if not values[later]:
                del values[later]  # earlier versions refuse entries that they do not know
        return values

    def report_rows(self) -> list[tuple[str, str]]:
        """What a report says of the model: names and texts."""
        rows = []
        for one in fields(self):
            if "report" in one.metadata:
                value = getattr(self, one.name)
                texts = value if isinstance(value, list) else [value]
                rows += [(one.metadata["report"], said) for said in texts if said]
        return rows

    @classmethod
    def from_dict(cls, data: object) -> ModelCard:
        """A checked card.

        Raises:
            SemiGDAError: "model-invalid", naming what is missing, unknown or wrong.
        """
        schema = data.get("schema") if isinstance(data, dict) else SCHEMA_VERSION
        if schema != SCHEMA_VERSION or type(schema) is not int:
            raise SemiGDAError(
                "model-invalid",
                f"This version of SemiGDA reads model cards of schema {SCHEMA_VERSION}; "
                "this one has another.",
                action="Update SemiGDA, or ask the model's author for a matching package.",
            )
        check(data, _card, "The model card", error_class="model-invalid")
        assert isinstance(data, dict)
        values = {key: value for key, value in data.items() if key != "schema"}
        values["labels"] = [Label.checked(label) for label in values["labels"]]
        return cls(**values)

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> ModelCard:
        """The card of a package folder; "model-invalid" if missing, too long or not valid."""
        try:
            with patiently(lambda: open(Path(folder) / CARD_FILE, "rb")) as file:
                return parse_card(file)
        except (FileNotFoundError, NotADirectoryError):
            raise _invalid("The folder holds no model card (card.json).") from None
        except OSError as error:
            raise _invalid("The model card cannot be read.", type(error).__name__) from error

    def check(self) -> None:
        """What :meth:`write` checks.

        Raises:
            SemiGDAError: "model-invalid" if the card is wrong, or contains a path or a DICOM UID.
        """
        data = self.to_dict()
        ModelCard.from_dict(data)
        for where, found in _texts(data):
            if _PATH.search(found) or _UID.search(found):
                raise _invalid(
                    "The model card holds a path or a DICOM identifier, which may tell about "
                    "patients.",
                    detail=where[:100],
                )

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Write ``card.json`` atomically, after the same checks as reading.

        Raises:
            SemiGDAError: see :meth:`check`.
        """
        self.check()
        written = json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        write_text(Path(folder) / CARD_FILE, written)


def inherited(words: Mapping[str, Any], base: ModelCard) -> dict[str, Any]:
    """The words of a card for a model that starts from another one: they name it, and credit whom
    it credits."""
    own = list(words.get("attribution") or [])
    credited = own + [one for one in base.attribution if one not in own]
    return {"base_model": base.name, **words, "attribution": credited}


def authored() -> dict[str, Rule]:
    """The fields that people write, and what each may hold."""
    return {one.name: one.metadata[RULE] for one in fields(ModelCard) if "author" in one.metadata}


# With a default for makers of a card, but required in a written one.
_NEVER_LEFT_OUT = ("licence", "engine_version", "weights_sha256")
_FIELDS = rule_of(ModelCard, _NEVER_LEFT_OUT)


def _card(data: Any) -> None:
    demand(isinstance(data, dict), "is not an object")
    _FIELDS({key: value for key, value in data.items() if key != "schema"})
    network = NetworkConfig.from_dict(data["network"])
    there = data.get("branches", "both") in (network.use, *network.branches)
    demand(there, "names a branch that the network does not have", "branches")
    doubt = data.get("doubt")
    if doubt and doubt["measure"] == MEASURE:
        values = [row["value"] for row in doubt["classes"]]
        same = values == [label["value"] for label in data["labels"]]
        demand(same, "tells of other classes than the card has", "doubt")
    halvings = network.downsampling
    fits = not any(side % halvings for side in data["preprocessing"]["size"])
    demand(fits, f"is no multiple of {halvings}, as the network needs", "preprocessing.size")


def parse_card(file: IO[bytes]) -> ModelCard:
    """The card in an open file; "model-invalid" if it is wrong."""
    data = file.read(MAX_CARD_BYTES + 1)
    if len(data) > MAX_CARD_BYTES:
        raise _invalid("The model card is too long to be one.")
    return ModelCard.from_dict(parse_json(data, "The model card", error_class="model-invalid"))
