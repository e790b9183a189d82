"""How fast is SemiGDA, compared with the same network composed as in the released code?

    python benchmarks/speed.py                                     every part
    python benchmarks/speed.py --only inference-paper --repeats 3
    python benchmarks/speed.py --only inference-compact training-compact --device cuda
    python benchmarks/speed.py --bench                       short; compares with what is stored
    python benchmarks/speed.py --table

Each run measures its parts again and stores them in benchmarks/results/speed.json. Ways that are
compared run in turn, so that their ratio holds on a busy computer too. ``--table`` writes
docs/performance.md and benchmarks/results/speed.md from the stored parts. ``--bench`` ends with
status 1 if the engine has lost more than a fifth of a stored ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import sys
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

RESULTS = ROOT / "benchmarks/results/speed.json"
# Side of a slice, slices (in training: labelled slices), repeats. On a CPU the paper-size network
# takes minutes for what a graphics card does in a second.
SIZES = {
    "inference-paper": {"cpu": (224, 2, 3), "cuda": (224, 64, 5)},
    "inference-compact": {"cpu": (224, 16, 7), "cuda": (224, 300, 5)},
    "training-paper": {"cpu": (64, 1, 3), "cuda": (224, 2, 5)},
    "training-compact": {"cpu": (96, 8, 5), "cuda": (96, 8, 9)},
    "volume-compact": {"cpu": (512, 300, 3), "cuda": (512, 300, 3)},
    "volume-before": {"cpu": (512, 300, 3), "cuda": (512, 300, 3)},
    "batches": {"cpu": (224, 16, 5), "cuda": (224, 64, 5)},
    "growth": {"cpu": (0, 0, 2), "cuda": (0, 0, 2)},
    "startup": {"cpu": (512, 60, 5), "cuda": (512, 60, 5)},
    # In a process with Slicer's core (Testing/host), whose sizes are their own.
    "opening": {"cpu": (0, 0, 5)},
    "several": {"cpu": (0, 0, 3)},
    "region": {"cpu": (512, 300, 3)},
}
WATCHED = ("inference-compact", "training-compact")  # by --bench
ALLOWED_LOSS = 0.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=list(SIZES))
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=2, help="of the CPU")
    parser.add_argument("--side", type=int, help="of a slice; by default each part's own")
    parser.add_argument("--slices", type=int, help="by default each part's own")
    parser.add_argument("--repeats", type=int, help="by default each part's own")
    parser.add_argument("--batch", type=int, help="slices at once in volume-compact")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--bench", action="store_true", help="compare with stored ratios, and end")
    parser.add_argument("--table", action="store_true", help="write the pages, and end")
    parser.add_argument("--page", type=Path, default=ROOT / "docs/performance.md")
    arguments = parser.parse_args()
    # Before torch is imported, here and in every process that is started.
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")  # as the semigda command sets it
    if arguments.table:
        from speed_lib.page import details, page

        runs = stored(arguments.results)
        arguments.page.write_text(page(runs), encoding="utf-8")
        arguments.results.with_suffix(".md").write_text(details(runs), encoding="utf-8")
    elif arguments.bench:
        sys.exit(bench(arguments))
    else:
        from speed_lib.machine import write

        here = [part for part, sizes in SIZES.items() if arguments.device in sizes]
        for part in arguments.only or here:
            found = run(part, arguments)
            write(
                arguments.results, stored(arguments.results) | {f"{part}-{arguments.device}": found}
            )
            print(f"{part}: done", flush=True)


def run(part: str, arguments: argparse.Namespace, memory: bool = True) -> dict:
    """One part's measurements, with what a reader needs to interpret them."""
    import torch
    from speed_lib.machine import facts
    from speed_lib.networks import SEED

    torch.set_num_threads(arguments.threads)
    defaults = SIZES[part].get(arguments.device)
    if defaults is None:
        raise SystemExit(f"{part} is measured on a CPU.")
    given = (arguments.side, arguments.slices, arguments.repeats)
    side, slices, repeats = (
        own if value is None else value for own, value in zip(defaults, given, strict=True)
    )
    before = os.getloadavg()[0]
    found = measure(part, arguments, side, slices, repeats, memory)
    return {
        "part": part,
        "command": shlex.join(
            ["python", "benchmarks/speed.py", "--only", part, *chosen(arguments)]
        ),
        "seed": SEED,
        "repeats": repeats,
        "load": [round(before, 1), round(os.getloadavg()[0], 1)],
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        **facts(arguments.device, arguments.threads),
        **found,
    }


def measure(
    part: str, arguments: argparse.Namespace, side: int, slices: int, repeats: int, memory: bool
) -> dict:
    device, threads = arguments.device, arguments.threads
    kind, _, network = part.partition("-")
    if kind == "inference":
        from speed_lib.inference import measure as inference

        return inference(network, device, side, slices, repeats, memory)
    if kind == "training":
        from speed_lib.training import measure as training

        return training(network, device, side, slices, repeats, memory)
    if part == "volume-before":
        from speed_lib.before import measure as before

        return before((side, side, slices), device, threads, repeats)
    if kind == "volume":
        from speed_lib.volume import segment

        shape, batch = (side, side, slices), arguments.batch
        runs = [segment(shape, 224, 2, device, threads, batch=batch) for _ in range(repeats)]
        return {"shape": shape, "runs": runs}
    if kind == "batches":
        from speed_lib.batches import measure as batches

        return batches(device, side, slices, repeats)
    if kind == "growth":
        from speed_lib.growth import GROWTH
        from speed_lib.growth import measure as growth

        return {what: growth(what, GROWTH[what], device, threads, repeats) for what in GROWTH}
    if part in ("opening", "several"):
        from speed_lib import slicer_side

        return getattr(slicer_side, part)(threads, repeats)
    if part == "region":
        from speed_lib.region import measure as region

        return region((side, side, slices), threads, repeats)
    from speed_lib.startup import measure as startup

    return startup(device, threads, repeats)


def chosen(arguments: argparse.Namespace) -> list[str]:
    """The command line's words that change a measurement."""
    words = ["--device", arguments.device, "--threads", str(arguments.threads)]
    for name in ("side", "slices", "repeats", "batch"):
        value = getattr(arguments, name)
        words += [] if value is None else [f"--{name}", str(value)]
    return words


def stored(results: Path) -> dict[str, dict]:
    """The stored parts by ``<part>-<device>``."""
    return json.loads(results.read_text("utf-8")) if results.exists() else {}


def bench(arguments: argparse.Namespace) -> int:
    """Measure a short form of :data:`WATCHED` and compare its ratios with the stored ones."""
    from speed_lib.figures import speedups

    known, status = stored(arguments.results), 0
    arguments.repeats = arguments.repeats or 3
    for part in WATCHED:
        before = known.get(f"{part}-{arguments.device}")
        if before is None:
            print(f"{part}: nothing is stored to compare with")
            continue
        arguments.side, arguments.slices = before["side"], before.get("slices") or before["rows"][0]
        wanted = speedups(before)
        for name, values in speedups(run(part, arguments, memory=False)).items():
            now, then = statistics.median(values), statistics.median(wanted[name])
            lost = now < (1 - ALLOWED_LOSS) * then
            status |= lost
            print(f"{part}, {name}: {now:.2f} x the reference, stored {then:.2f}"
                  + (" LOST" if lost else ""), flush=True)  # fmt: skip
    return status


if __name__ == "__main__":
    main()
