"""What every change of a project's raw content shares: dates, finding a case, the held-out set."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable, Mapping
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import IGNORE, IGNORED
from semigda_core.project.records import TRUSTED, roles_of, scored_by, unknown_case


def now() -> str:
    """Date and time as they are stored."""
    return datetime.datetime.now().astimezone().isoformat(timespec="milliseconds")


def renew_heldout(data: dict[str, Any], reason: str) -> None:
    """A new version of the held-out set: earlier scores are no longer comparable."""
    heldout = data["heldout"]
    past = {key: value for key, value in heldout.items() if key != "past"}
    heldout["past"] = [*heldout["past"], past]
    heldout |= {"version": heldout["version"] + 1, "date": now(), "reason": reason}
    for job in data["jobs"]:
        job["comparable"] = False


def void_scores(data: dict[str, Any], before: dict[str, Any], reason: str) -> None:
    """Renew the held-out set if anything that its scores depend on has changed."""
    old, new = scored_by(before), scored_by(data)
    if not old or not new or data["heldout"]["version"] != before["heldout"]["version"]:
        return
    roles, trained = roles_of(before), ("labeled", "unlabeled")
    aside = [case_id for case_id, role in roles_of(data).items() if role == "aside"]
    if old == new and not any(roles.get(case_id) in trained for case_id in aside):
        return
    renew_heldout(data, reason)
    for case_id, fact in new["cases"].items():
        if fact != old["cases"].get(case_id):
            # The next check reads the label again.
            data["heldout"].get("labels", {}).pop(case_id, None)


def find_case(data: dict[str, Any], case_id: str) -> dict[str, Any]:
    """The case with this id; "bad-input" if there is none."""
    for case in data["cases"]:
        if case["id"] == case_id:
            return case
    raise unknown_case()


def refuse_heldout(data: dict[str, Any], ids: set[str]) -> None:
    """Raise "bad-input" if one of the cases is held out."""
    if data["heldout"] and ids & set(data["heldout"]["cases"]):
        raise SemiGDAError(
            "bad-input",
            "The case is held out: scores depend on it.",
            action="Change the held-out set first, on purpose and with a reason.",
        )


def change_mapping(
    data: dict[str, Any],
    known: dict[str, int],
    changes: Mapping[str, int | str | None],
    *,
    ignoring: bool = False,
) -> None:
    """Say in ``known`` which class segments or values are: a class's value or name, 0 for none,
    None to forget it.

    Args:
        ignoring: whether :data:`IGNORED` or "ignore" may say that voxels are unlabelled.

    Raises:
        SemiGDAError: "bad-input" for no class there is.
    """
    values = {label["name"]: label["value"] for label in data["classes"]}
    if ignoring:
        values = {IGNORE: IGNORED} | values  # a class may have that name
    allowed = {0, *values.values()} | ({IGNORED} if ignoring else set())
    for key, given in changes.items():
        value = values.get(given, given) if isinstance(given, str) else given
        if value is None:
            known.pop(key, None)
        elif type(value) is int and value in allowed:
            known[key] = value
        else:
            raise SemiGDAError(
                "bad-input",
                "A segment was mapped to a class that does not exist.",
                action="Choose one of the project's classes.",
            )


def means_another(old: Mapping[str, int], new: Mapping[str, int], held: Container[str]) -> bool:
    """Whether one of the segments or values that a label holds would become another class."""
    return any(key in held and new.get(key, old[key]) != old[key] for key in old)


def give_label(case: dict[str, Any], label: dict[str, Any] | None) -> None:
    """Give a case its label, or None. A label that somebody gives is to be used."""
    case["label"] = label
    if label and case["use"] == "unlabeled":
        case["use"] = "auto"


def remove_cases(data: dict[str, Any], ids: Iterable[str]) -> None:
    """Take cases out; refused for held-out ones."""
    refuse_heldout(data, set(ids))
    for case_id in set(ids):
        data["cases"].remove(find_case(data, case_id))


def set_use(data: dict[str, Any], ids: Iterable[str], use: str) -> None:
    """Say how cases are used, one of ``USES``; refused for held-out ones."""
    for case_id in ids:
        case = find_case(data, case_id)
        if case["use"] != use:
            refuse_heldout(data, {case_id})
            case["use"] = use


def set_label(data: dict[str, Any], case_id: str, label: dict[str, Any] | None) -> None:
    """Give a case a label, or None; of a held-out one only a trusted one.

    Marks of a file that cannot say them stay as they are.
    """
    if label is None or label["origin"] not in TRUSTED:
        refuse_heldout(data, {case_id})
    case = find_case(data, case_id)
    old = case["label"]
    if label and old and label["path"] == old["path"]:
        if label["segments"] is None:
            label["finished"] = old.get("finished")
        if label["in_classes"] and "meant" in old:
            label["meant"] = old["meant"]
    give_label(case, label)
