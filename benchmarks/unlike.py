"""Does a model say when an image is not for it?

    python benchmarks/unlike.py MODEL SET     one model and the set that it is for, a few minutes
    python benchmarks/unlike.py --page

MODEL is a package whose card says what its training images are like (``semigda models
training-images``). Segments the set's ``val`` cases, the same changed, and images of every other
set of ../shared/data (SEMIGDA_DATA). A run replaces that of its model in
benchmarks/results/unlike.json; ``--page`` writes docs/unlike-study.md from it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from few_labels_lib.sets import SETS, DataSet  # noqa: E402
from unlike_lib.changes import CHANGES, as_taken, thinned  # noqa: E402
from unlike_lib.page import page  # noqa: E402

TABLE = ROOT / "benchmarks/results/unlike.json"
PAGE = ROOT / "docs/unlike-study.md"
OTHERS = 24  # images of each other set, and of each change


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", type=Path, help="folder of a model package")
    parser.add_argument("set", nargs="?", choices=list(SETS))
    parser.add_argument("--page", action="store_true", help="write the page, and end")
    arguments = parser.parse_args()
    if arguments.page:
        PAGE.write_text(page(json.loads(TABLE.read_text("utf-8"))), encoding="utf-8")
        return
    if arguments.model is None or arguments.set is None:
        parser.error("needs a model and a set")
    store(TABLE, measure(arguments.model, SETS[arguments.set]))


def measure(model: Path, own: DataSet) -> dict[str, Any]:
    """How unlike its training images a model finds its own kind and others."""
    import torch

    from semigda.models.package import load_network

    torch.set_num_threads(1)
    loaded = load_network(model, "cpu")
    card = loaded[1]
    look = (card.images or {}).get("look")
    if look is None:
        sys.exit("The model's card does not say what its training images look like.")
    held_out = list(own.split["val"])
    found = seen(loaded, own, held_out, as_it_is)
    right = [value for value, _ in found]
    some = drawn(held_out)
    rows = []
    for name, words, change in CHANGES:
        rows.append(row(name, words, right, seen(loaded, own, some, change)))
    for one in SETS.values():
        if one is not own:
            every = [case for role in ("val", "labeled", "unlabeled") for case in one.split[role]]
            rows.append(row(one.name, "", right, seen(loaded, one, drawn(every), as_it_is, True)))
    return {
        "model": card.name,
        "sha256": card.weights_sha256,
        "set": own.name,
        "encoder": look["encoder"],
        "features": look["features"],
        "training_images": card.images["count"],
        "cases": len(right),
        "noted": share(value > 1 for value in right),
        "asked": share(asked for _, asked in found),
        "rows": rows,
    }


def seen(
    loaded: tuple, one: DataSet, cases: Sequence[str], change: Callable, thin: bool = False
) -> list[tuple[float, bool]]:
    """Of each case: its unlikeness, and whether the model asks before it runs."""
    from semigda.data.volumes import read_volume
    from semigda.inference.segment import segment_volume
    from semigda_core.jobs.segmenting import SegmentOptions
    from semigda_core.models.fit import mismatch

    network, card = loaded
    wanted = 3 if card.preprocessing["channels"] == "rgb" else 1
    eight = card.preprocessing["intensity"]["rule"] == "8-bit"
    options = SegmentOptions(device="cpu", review=False)
    found = []
    for case in cases:
        volume = change(read_volume(one.file("images", case)))
        facts = replace(volume.facts(), modality=one.card["modality"])
        asked = refuses(card, volume) or bool(mismatch(card, facts))
        volume = as_taken(thinned(volume) if thin else volume, wanted, eight)
        report = segment_volume(network, card, volume, options).report
        found.append((report["unlikeness"], asked))
        print(one.name, case, *found[-1], flush=True)
    return found


def as_it_is(volume: Any) -> Any:
    return volume


def refuses(card: Any, volume: Any) -> bool:
    """Whether the model does not take such an image at all."""
    from semigda.data.preprocess import prepare
    from semigda_core.errors import SemiGDAError
    from semigda_core.models.preprocessing import Preprocessing

    try:
        prepare(volume, Preprocessing.from_dict(card.preprocessing))
    except SemiGDAError:
        return True
    return False


def drawn(cases: Sequence[str]) -> list[str]:
    return random.Random(0).sample(list(cases), min(OTHERS, len(cases)))


def row(name: str, words: str, right: list[float], found: list[tuple[float, bool]]) -> dict:
    wrong = [value for value, _ in found]
    return {
        "images": name,
        "words": words,
        "cases": len(wrong),
        "auroc": round(auroc(right, wrong), 4),
        "noted": share(value > 1 for value in wrong),
        "asked": share(asked for _, asked in found),
    }


def auroc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """How often an image of another kind is farther than one of the own; a draw counts half."""
    pairs = np.array(wrong)[:, None] - np.array(right)
    return float((pairs > 0).mean() + (pairs == 0).mean() / 2)


def share(values: Any) -> float:
    return round(float(np.mean(list(values))), 4)


def store(path: Path, run: dict) -> None:
    """Put a run into the table, in place of an older one of the same model."""
    runs = json.loads(path.read_text("utf-8")) if path.exists() else []
    found = {one["model"]: one for one in [*runs, run]}
    text = json.dumps([found[key] for key in sorted(found)], indent=1)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
