"""The model card, ``card.json``: everything about a model besides its weights.

Standard library only: Slicer's own process reads cards and must never import torch.
The card holds nothing about patients: no names, no UIDs, no paths (checked when it is written).
"""

from __future__ import annotations

import json
import math
import os
import re
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from semigda.errors import SemiGDAError
from semigda.version import __version__

SCHEMA_VERSION = 1
CARD_FILE = "card.json"
WEIGHTS_FILE = "weights.safetensors"
MAX_CARD_BYTES = 1_000_000
BRANCHES = ("both", "vae", "cnn")

# A name is also a folder name: lower case because Windows and macOS fold case.
_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_UID = re.compile(r"\b\d+(?:\.\d+){5,}\b")  # a DICOM UID has many dotted parts, a version few
_PATH = re.compile(r"(?:^|[\s\"'=(])(?:[A-Za-z]:[\\/]|~?/[^\s/]+/|\\\\)")
_TERMINOLOGY_KEYS = ("category", "type", "modifier", "region")
_CODE_KEYS = {"scheme", "code", "meaning"}
# The context names that Slicer ships; its tag text names them before the codes.
_TERMINOLOGY_CONTEXT = "Segmentation category and type - 3D Slicer General Anatomy list"
_REGION_CONTEXT = "Anatomic codes - DICOM master list"


def _invalid(message: str, detail: str = "") -> SemiGDAError:
    return SemiGDAError("model-invalid", message, detail=detail)


def check_name(name: object) -> str:
    """The name if it may name a model and its folder, else a "model-invalid" error."""
    if not isinstance(name, str) or len(name) > 64 or not _NAME.fullmatch(name):
        raise _invalid(
            "A model's name is made of lower-case letters and digits, with single '-', '_' or '.' "
            "between them, at most 64 characters.",
            detail=f"name: {name!r}"[:200],
        )
    return name


@dataclass
class Label:
    """One foreground class: its value in the label map, name, colour and DICOM codes.

    ``terminology`` maps "category", "type" and optionally "modifier" and "region" to
    ``{"scheme": "SCT", "code": "...", "meaning": "..."}``; it may be empty.
    """

    value: int
    name: str
    color: tuple[int, int, int]
    terminology: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: object) -> Label:
        _check_keys("label", data, {f.name for f in fields(cls)}, {"value", "name", "color"})
        assert isinstance(data, dict)
        value, name, color = data["value"], data["name"], data["color"]
        if type(value) is not int or not 1 <= value <= 255:
            raise _invalid("The model card gives a label value outside 1 to 255.")
        if not isinstance(name, str) or not name.strip():
            raise _invalid("The model card holds a label without a name.")
        if (
            not isinstance(color, (list, tuple))
            or len(color) != 3
            or any(type(c) is not int or not 0 <= c <= 255 for c in color)
        ):
            raise _invalid(f"The colour of label {value} is not three numbers from 0 to 255.")
        terminology = data.get("terminology") or {}
        _check_terminology(value, terminology)
        return cls(value, name, (color[0], color[1], color[2]), dict(terminology))


def _check_terminology(value: int, terminology: object) -> None:
    problem = _invalid(f"The terminology of label {value} is not made of DICOM codes.")
    if not isinstance(terminology, dict) or set(terminology) - set(_TERMINOLOGY_KEYS):
        raise problem
    if terminology and not (terminology.get("category") and terminology.get("type")):
        raise problem
    for code in terminology.values():
        if code is None:
            continue
        if not isinstance(code, dict) or set(code) != _CODE_KEYS:
            raise problem
        # '~', '^' and '|' separate the parts of Slicer's tag text.
        if any(not isinstance(v, str) or re.search(r"[~^|]", v) for v in code.values()):
            raise problem


def terminology_entry(label: Label) -> str:
    """Slicer's ``TerminologyEntry`` tag text of a label, "" where the label has no codes."""
    if not label.terminology:
        return ""

    def text(key: str) -> str:
        code = label.terminology.get(key)
        return "^".join((code["scheme"], code["code"], code["meaning"])) if code else "^^"

    parts = (_TERMINOLOGY_CONTEXT, text("category"), text("type"), text("modifier"))
    return "~".join((*parts, _REGION_CONTEXT, text("region"), "^^"))


@dataclass
class ModelCard:
    """What ``card.json`` says. ``network`` and ``preprocessing`` are the plain dictionaries of
    ``NetworkConfig`` and ``Preprocessing``; they are checked when the model is loaded."""

    name: str
    title: str
    description: str
    modality: str
    labels: list[Label]
    network: dict[str, Any]
    preprocessing: dict[str, Any]
    branches: str = "both"
    postprocessing: dict[str, Any] = field(default_factory=lambda: {"largest_component": False})
    training: dict[str, Any] = field(default_factory=dict)
    licence: str = ""
    attribution: list[str] = field(default_factory=list)
    base_model: str | None = None
    engine_version: str = __version__
    weights_sha256: str | None = None
    cost: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {"schema": SCHEMA_VERSION, **asdict(self)}

    @classmethod
    def from_dict(cls, data: object) -> ModelCard:
        """A checked card.

        Raises:
            SemiGDAError: "model-invalid", naming what is missing, unknown or wrong.
        """
        if not isinstance(data, dict):
            raise _invalid("The model card is not a JSON object.")
        schema = data.get("schema")
        if schema != SCHEMA_VERSION or type(schema) is not int:
            raise SemiGDAError(
                "model-invalid",
                f"This version of SemiGDA reads model cards of schema {SCHEMA_VERSION}; "
                f"this one has schema {str(schema)[:20]}.",
                action="Update SemiGDA, or ask the model's author for a matching package.",
            )
        required = {
            *("name", "title", "description", "modality", "labels", "network", "preprocessing"),
            *("licence", "engine_version", "weights_sha256"),
        }
        _check_keys("model card", data, {f.name for f in fields(cls)} | {"schema"}, required)
        values = {key: value for key, value in data.items() if key != "schema"}
        if not isinstance(values["labels"], list) or not values["labels"]:
            raise _invalid("The model card lists no labels.")
        values["labels"] = [Label.from_dict(label) for label in values["labels"]]
        card = cls(**values)
        card._check()
        return card

    def _check(self) -> None:
        check_name(self.name)
        for key in ("title", "description", "modality", "licence", "engine_version"):
            if not isinstance(getattr(self, key), str):
                raise _invalid(f"'{key}' of the model card is not a text.")
        for key in ("network", "preprocessing", "postprocessing", "training", "cost"):
            if not isinstance(getattr(self, key), dict):
                raise _invalid(f"'{key}' of the model card is not a JSON object.")
        values = [label.value for label in self.labels]
        # The palette gives class k the k-th colour, so the values leave no gap.
        if values != list(range(1, len(values) + 1)):
            raise _invalid("The label values of the model card are not 1, 2, 3 ... in order.")
        if self.branches not in BRANCHES:
            raise _invalid("'branches' of the model card is none of " + ", ".join(BRANCHES) + ".")
        component = self.postprocessing.get("largest_component", False)
        if set(self.postprocessing) - {"largest_component"} or not isinstance(component, bool):
            raise _invalid("'postprocessing' of the model card holds something unknown.")
        if not isinstance(self.attribution, list) or any(
            not isinstance(text, str) for text in self.attribution
        ):
            raise _invalid("'attribution' of the model card is not a list of texts.")
        if self.base_model is not None and not isinstance(self.base_model, str):
            raise _invalid("'base_model' of the model card is not a text.")
        digest = self.weights_sha256
        if digest is not None and (not isinstance(digest, str) or not _SHA256.fullmatch(digest)):
            raise _invalid("'weights_sha256' of the model card is not a SHA-256 sum.")

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> ModelCard:
        """The card of a package folder; "model-invalid" if missing, too long or not valid."""
        path = Path(folder) / CARD_FILE
        try:
            if path.stat().st_size > MAX_CARD_BYTES:
                raise _invalid("The model card is too long to be one.")
            data = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
        except FileNotFoundError:
            raise _invalid("The folder holds no model card (card.json).") from None
        except (OSError, ValueError, RecursionError) as error:
            raise _invalid(
                "The model card cannot be read as JSON.", detail=type(error).__name__
            ) from error
        return cls.from_dict(data)

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Write ``card.json`` atomically, after the same checks as reading.

        Raises:
            SemiGDAError: "model-invalid" if the card is wrong, or holds a path or a DICOM UID.
        """
        data = self.to_dict()
        ModelCard.from_dict(json.loads(json.dumps(data)))
        _refuse_private(data)
        path = Path(folder) / CARD_FILE
        temporary = path.with_name(f".{CARD_FILE}.{os.getpid()}")
        text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        temporary.write_text(text, encoding="utf-8", newline="\n")
        os.replace(temporary, path)


def _check_keys(what: str, data: object, known: set[str], required: set[str]) -> None:
    if not isinstance(data, dict):
        raise _invalid(f"A {what} is not a JSON object.")
    missing, unknown = sorted(required - set(data)), sorted(map(str, set(data) - known))
    if missing:
        raise _invalid(f"The {what} lacks: {', '.join(missing)}.")
    if unknown:
        raise _invalid(f"The {what} holds unknown entries: {', '.join(unknown)[:200]}.")


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _refuse_private(value: object, where: str = "card") -> None:
    """Refuse paths and DICOM UIDs anywhere, and numbers JSON cannot hold."""
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_private(str(key), where)
            _refuse_private(item, f"{where}.{key}")
    elif isinstance(value, (list, tuple)):
        for item in value:
            _refuse_private(item, where)
    elif isinstance(value, float) and not math.isfinite(value):
        raise _invalid("The model card holds a number that is not finite.", detail=where)
    elif isinstance(value, str) and (_PATH.search(value) or _UID.search(value)):
        raise _invalid(
            "The model card holds a path or a DICOM identifier, which may tell about patients.",
            detail=where,
        )
