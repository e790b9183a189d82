"""A process that prepares slices: one request a line on standard input, one answer a line.

A request is a case; the answer is what the store told, or null where the case cannot be used: its
owner then finds out why. It ends with its standard input.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from semigda.data.cases import Case
from semigda.prepared.store import Store
from semigda_core.errors import SemiGDAError
from semigda_core.models.preprocessing import Preprocessing

PATHS = ("image", "label", "machine_label")  # fields of a case


def main(folder: str, preprocessing: str) -> int:
    """Serve until standard input closes, for the store in ``folder``."""
    store = Store(Path(folder), Preprocessing.from_dict(json.loads(preprocessing)))
    with os.fdopen(os.dup(1), "w", encoding="ascii") as answers:
        os.dup2(2, 1)  # whatever libraries print
        for line in sys.stdin.buffer:
            try:
                store.get(case_of(json.loads(line)))
                answer = store.tell()
            except SemiGDAError:
                answer = None
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
    return 0


def words_of(case: Case) -> str:
    """A case as a request."""
    paths = {name: path and str(path) for name in PATHS for path in [getattr(case, name)]}
    return json.dumps({**vars(case), **paths}, ensure_ascii=True)


def case_of(values: dict) -> Case:
    """The case of a request."""
    paths = {name: values[name] and Path(values[name]) for name in PATHS}
    return Case(**{**values, **paths})


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
