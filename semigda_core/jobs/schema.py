"""The rules for the documents of a job folder."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.documents import (
    Rule,
    Wrong,
    either,
    identifier,
    list_of,
    mapping,
    matching,
    maybe,
    number,
    one_of,
    parse_json,
    path,
    plain,
    read_document,
    record,
    text,
    whole,
)
from semigda_core.jobs.kinds import KINDS

SCHEMA_VERSION = 1
STATES = ("queued", "running", "pausing", "paused", "cancelled", "failed", "done")

PATH = path()
_AGAIN = "Start the job again."
_SENTENCE = text(20_000, lines=True)
_VALUES = mapping(text(100), plain(12))
_ERROR = record(
    {"class": text(50), "message": _SENTENCE}, {"action": _SENTENCE, "detail": _SENTENCE}
)
_NAMED = record({"schema": whole(0, 1_000_000)}, others=True)
JOB = record(
    {
        "schema": one_of(SCHEMA_VERSION),
        "kind": one_of(*KINDS),
        "inputs": _VALUES,
        "options": _VALUES,
        "model": maybe(path()),
        "created": number(0),
    },
    {"engine_version": text(100), "home": path()},
    others=True,
)
STATE = record(
    {
        "state": one_of(*STATES),
        "progress": number(0, 1),
        "seconds_left": maybe(number()),
        "message": _SENTENCE,
        "heartbeat": number(0),
        "pid": maybe(whole(0, 2**32)),
        "process_start": maybe(text(300)),
        "host": maybe(text(300)),
    },
    {"reason": _ERROR, "place": text(100)},
    others=True,
)
LAUNCHED = record(
    {"pid": whole(0, 2**32), "process_start": maybe(text(300)), "host": text(300)},
    {"place": text(100)},
    others=True,
)
RESULT = either(
    record({"error": _ERROR}, others=True),
    record({"outputs": _VALUES, "report": _VALUES}, others=True),
)

# The case lists that a project writes for its jobs, and what trainings store of their folds.
CASES = list_of(
    record(
        {"id": identifier(), "image": path(), "label": maybe(path())},
        {"label_slices": text(100_000), "result": maybe(path())},
        others=True,
    )
)
RANKED_CASES = list_of(
    record({"id": identifier(), "image": path(), "role": one_of("labeled", "unlabeled")})
)
FOLDS = list_of(list_of(record({"name": path(), "image": path(), "role": text(20)}, others=True)))
SCORES = mapping(path(), mapping(path(), maybe(number(0, 1))))
SCORED_ON = mapping(path(), text(100))

# Relative to the job's folder, so that no picture is read from elsewhere.
_PICTURE = matching(re.compile(r"\w[\w -]*(?:[./]\w[\w -]*)*"), "is no file in the job's folder")
_STEP = whole(0, 2**53)
_NUMBERS = mapping(text(), maybe(number()))
_PART = record({"index": whole(0, 10_000), "count": whole(1, 10_000)}, others=True)
_LOOK = mapping(text(), maybe(number(0, 1)))
_EVENTS = {
    "first-look": {"seconds": number(0), "dice": _LOOK},
    "case": {"index": _STEP, "state": text(20), "error": maybe(_ERROR)},
    "losses": {"stage": text(50), "step": _STEP, "losses": _NUMBERS},
    "validation": {"step": _STEP, "cases": _STEP, "dice": mapping(text(), _NUMBERS)},
    "preview": {"stage": text(50), "step": _STEP, "kind": text(50), "file": _PICTURE},
    "sources": {"step": _STEP, "sources": mapping(text(64), _NUMBERS)},
    "stuck": {"classes": list_of(text(), 255), "causes": list_of(_SENTENCE, 100)},
}
UNREADABLE = "unreadable"


def read(file: Path, rule: Rule, what: str) -> Any:
    """A document of a job folder, checked.

    Raises:
        FileNotFoundError: if it does not exist.
        SemiGDAError: "bad-input" if it is damaged.
    """
    return read_document(file, rule, what, action=_AGAIN)


def read_job(file: Path) -> dict[str, Any]:
    """A ``job.json``; "bad-input" if it is missing, damaged, or of another version."""
    try:
        if read(file, _NAMED, "The job")["schema"] != SCHEMA_VERSION:
            raise SemiGDAError(
                "bad-input", "The job was written by another version of SemiGDA.", action=_AGAIN
            )
        return read(file, JOB, "The job")
    except OSError as error:
        raise SemiGDAError(
            "bad-input",
            "The folder holds no readable job.",
            action=_AGAIN,
            detail=type(error).__name__,
        ) from error


def read_event(line: bytes) -> dict[str, Any]:
    """A line of ``events.jsonl``; of type "unreadable" if it is damaged."""
    try:
        event = parse_json(line, "The event")
        record({"type": text(50)}, {"part": _PART, "message": _SENTENCE}, others=True)(event)
        record(_EVENTS.get(event["type"], {}), others=True)(event)
        json.dumps(event, allow_nan=False)  # 1e999 is infinite
    except (SemiGDAError, Wrong, ValueError):
        return {"type": UNREADABLE}
    return event
