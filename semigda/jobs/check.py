"""Measuring the cases of a project: a job without a network, in seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from semigda.data.facts import measure_case
from semigda.data.stamps import FACTS_SCHEMA, read_facts, stamp
from semigda.errors import SemiGDAError
from semigda.jobs.folder import write_json

SECONDS_BETWEEN_SAVES = 5.0


def update_facts(
    cases: Sequence[dict[str, str | None]],
    path: Path,
    progress: Callable[[float, str], None] = lambda fraction, message: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Measure the cases whose files are not those of the facts at ``path``, and write them there.

    Args:
        cases: objects with id, image and label (or None), absolute paths.

    Returns:
        Facts by case id, see :func:`semigda.data.facts.measure_case`, each with its ``stamp``.

    Raises:
        SemiGDAError: "cancelled"; what was measured until then is kept.
    """
    known, facts = read_facts(path), {}
    saved = time.monotonic()

    def save(content: dict[str, Any]) -> None:
        write_json(path, {"schema": FACTS_SCHEMA, "cases": content})

    for number, case in enumerate(cases):
        image, label = (Path(p) if p else None for p in (case["image"], case["label"]))
        now = stamp(image, label)
        facts[case["id"]] = known.get(case["id"], {})
        if facts[case["id"]].get("stamp") == now:
            continue
        progress(number / len(cases), f"Looking at case {number + 1} of {len(cases)}.")
        try:
            if cancelled():
                raise SemiGDAError("cancelled")
            facts[case["id"]] = {"stamp": now, **measure_case(image, label, cancelled)}
        except SemiGDAError:
            del facts[case["id"]]
            save(known | facts)
            raise
        if time.monotonic() - saved > SECONDS_BETWEEN_SAVES:
            save(known | facts)
            saved = time.monotonic()
    save(facts)
    return facts
