"""The rule for ``project.json``, checked before anything uses it.

Fields of later versions are ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.documents import (
    Rule,
    Wrong,
    flag,
    identifier,
    list_of,
    mapping,
    maybe,
    number,
    one_of,
    path,
    plain,
    record,
    text,
    whole,
    words,
)
from semigda_core.labels.finished import IGNORED, read_finished
from semigda_core.labels.provenance import ORIGINS
from semigda_core.labels.sources import checked_source
from semigda_core.models.card import Label, authored, name_rule

SCHEMA_VERSION = 1
USES = ("auto", "unlabeled", "ignored")
SCHEMES = ("split", "leave-one-out")  # held out for good, or in turn: once one patient a turn
MAX_CLASSES = 16
MOST = 2**53  # whole numbers that every JSON reader keeps exactly


def _finished_slices(value: Any) -> None:
    text(100_000)(value)
    _allowed_by(read_finished, "says no slices")(value)


def _class_or_ignored(value: Any) -> None:
    if value != IGNORED:
        whole(0, MAX_CLASSES)(value)


def _allowed_by(check: Callable[[Any], object], what: str) -> Rule:
    def rule(value: Any) -> None:
        try:
            check(value)
        except SemiGDAError:
            raise Wrong(what) from None

    return rule


_date = text(64)
_ids = list_of(identifier())
_dice = maybe(number(0, 1))

_MEANT = mapping(words(), whole(0, 255), 10_300)  # segments or values to classes
LABEL = record(
    {
        "path": path(),
        "origin": one_of(*ORIGINS),
        "segments": maybe(list_of(words(), 10_000)),
        "in_classes": flag(),
        "date": _date,
    },
    # Which slices of a partly labelled case are finished; null: it is whole.
    {"finished": maybe(_finished_slices), "meant": _MEANT},
    others=True,
)
RESULT = record(
    {
        "source": _allowed_by(checked_source, "is no name of a program"),
        "path": path(),
        "segments": list_of(words(), 10_000),
        "in_classes": flag(),
        "date": _date,
    },
    {"meant": _MEANT},
    others=True,
)
CASE = record(
    {
        "id": identifier(),
        "name": words(),
        "image": path(),
        "label": maybe(LABEL),
        "group": maybe(words()),
        "use": one_of(*USES),
        "added": _date,
    },
    {"voxels": text(64), "results": list_of(RESULT, 100)},
    others=True,
)
_CHOICE = {
    "scheme": one_of(*SCHEMES),
    "seed": maybe(whole(0, MOST)),
    "cases": list_of(identifier(), least=1),
    "folds": list_of(list_of(identifier(), least=1), least=1),
    "version": whole(1, MOST),
    "date": _date,
    "reason": maybe(words(10_000)),
}
_LOCKED = {"labels": mapping(identifier(), text(64))}
HELDOUT = record(
    {**_CHOICE, "past": list_of(record(_CHOICE, _LOCKED, others=True))}, _LOCKED, others=True
)
PLAN = record(
    {},
    {
        "preset": text(64),
        "name": maybe(words()),
        "base": maybe(path()),
        "minutes": maybe(number(0, 1e6)),
        "advanced": mapping(text(64), plain(6, 1000), 100),
        "compare_unet": flag(),
        "features": flag(),
    },
    others=True,
)
SETTINGS = record(
    {},
    {
        **authored(),
        "title": words(),
        "description": words(10_000),
        "modality": text(16),
        "licence": words(10_000),
        "attribution": list_of(words(10_000), 1000),
        "plan": PLAN,
    },
    others=True,
)
JOB = record(
    {
        "id": identifier(),
        "kind": text(32),
        "created": _date,
        "comparable": flag(),
        "heldout_version": maybe(whole(1, MOST)),
    },
    {"version": name_rule, "base_title": words(), "plan": PLAN},
    others=True,
)
VERSION = record(
    {
        "name": name_rule,
        "title": words(),
        "date": _date,
        "job": identifier(),
        "sha256": maybe(text(64)),
        "cases": record(dict.fromkeys(("labeled", "unlabeled", "held-out"), whole(0, MOST))),
        "dice": mapping(words(), _dice, 255),
        **dict.fromkeys(("mean", "low", "high", "before"), _dice),
        "wins": flag(),
        "reason": words(10_000),
        "scheme": one_of(*SCHEMES),
        "base": words(),
        "deleted": flag(),
    },
    others=True,
)
_FIELDS = record(
    {
        "schema": whole(1, MOST),
        "revision": whole(1, MOST),
        "id": identifier(),
        "name": words(),
        "created": _date,
        "classes": list_of(_allowed_by(Label.from_dict, "is no class"), MAX_CLASSES),
        "mapping": mapping(words(), _class_or_ignored),
        "settings": SETTINGS,
        "cases": list_of(CASE),
        "heldout": maybe(HELDOUT),
        "jobs": list_of(JOB),
        "history": list_of(record({"date": _date, "what": words()}, others=True), 10_000_000),
    },
    {
        "versions": list_of(VERSION),
        "used": list_of(name_rule),
        "repairs": list_of(
            record(
                {
                    "text": words(),
                    "date": _date,
                    "cases": list_of(
                        record({"place": whole(0, MOST), "before": CASE, "after": maybe(CASE)})
                    ),
                }
            ),
            1000,
        ),
        # By the name of the program.
        "result_mapping": mapping(text(64), mapping(words(), whole(0, MAX_CLASSES))),
        # By the hash of the predicting model.
        "rejected": mapping(text(64), _ids),
    },
    others=True,
)


def project_document(value: Any) -> None:
    """The rule of the whole document: its fields, and their consistency."""
    plain(12, 50_000_000)(value)
    _FIELDS(value)
    _refuse_twice("cases", (case["id"] for case in value["cases"]))
    _refuse_twice("jobs", (job["id"] for job in value["jobs"]))
    for place, label in enumerate(value["classes"]):
        if label["value"] != place + 1:
            raise Wrong("is not the place of the class in the list", f"classes[{place}].value")
    names = [label["name"] for label in value["classes"]]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise Wrong("is the name of an earlier class, too", f"classes[{place}].name")
    for place, given in enumerate(value["mapping"].values()):
        if given != IGNORED and given > len(value["classes"]):
            raise Wrong("is no class of the project", f"mapping[{place}]")
    if value["heldout"] is not None:
        _check_heldout(value["heldout"], {case["id"] for case in value["cases"]})


def _refuse_twice(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for place, one in enumerate(ids):
        if one.lower() in seen:  # folders of these names would coincide on Windows and macOS
            raise Wrong("is there twice", f"{what}[{place}].id")
        seen.add(one.lower())


def _check_heldout(heldout: dict[str, Any], known: set[str]) -> None:
    if not known.issuperset(heldout["cases"]):
        raise Wrong("names a case that the project has not", "heldout.cases")
    folded = [case for fold in heldout["folds"] for case in fold]
    if len(set(folded)) < len(folded) or sorted(folded) != sorted(heldout["cases"]):
        raise Wrong("does not hold each held-out case once", "heldout.folds")
    if heldout["scheme"] == "split" and len(heldout["folds"]) != 1:
        raise Wrong("has several parts", "heldout.folds")
