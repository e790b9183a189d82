"""Damaged and hostile files for everything that the engine reads, 100,000 of them or more.

    python Testing/fuzz.py --inputs 100000 --seed 0 --processes 2
    python Testing/fuzz.py --seconds 60
    python Testing/fuzz.py --inputs 2000 --targets image-tiff label-map --keep /tmp/findings
    python Testing/fuzz.py --replay /tmp/findings/image-tiff-death-1234

Small valid files are drawn, changed by what is known of their format (fields, chunks, tags, zip
entries, JSON values, paths) and given to the functions that users reach. An input is a finding if
it ends in an error of class "internal", a signal, more than 10 s of processor time or 2 GB of
memory, wrong voxels or weights from a damaged file, a file of the user that was touched, or control
characters or paths in an error's text. Input number n of a seed is always the same. The exit
status is 1 if anything was found.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from Testing.fuzzing.runner import Report, Run, environment, prepare  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=1_000_000_000)
    parser.add_argument("--seconds", type=float, help="end so long after the first input")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--targets", nargs="*", default=[], help="only these")
    parser.add_argument("--keep", type=Path, help="folder for the inputs of findings")
    parser.add_argument("--report", type=Path, help="JSON file for the figures")
    parser.add_argument("--replay", type=Path, help="read a kept finding again")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="semigda-fuzz-", dir=fast_folder()) as name:
        if arguments.replay:
            return replay(arguments.replay, Path(name))
        started = time.monotonic()
        report = Run(
            Path(name),
            arguments.inputs,
            seed=arguments.seed,
            first=arguments.first,
            processes=arguments.processes,
            keep=arguments.keep,
            seconds=arguments.seconds,
            chosen=tuple(arguments.targets),
            tell=lambda text: print(f"{time.monotonic() - started:6.0f} s  {text}", flush=True),
        ).run()
    figures = summary(report, time.monotonic() - started, arguments.seed)
    print(json.dumps(figures, indent=1))
    if arguments.report:
        arguments.report.write_text(json.dumps(figures, indent=1) + "\n")
    return 1 if figures["findings"] or not report.user_files_same else 0


def fast_folder() -> str | None:
    """A folder in memory where the system has one: writes to a disk would be most of the time."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def summary(report: Report, seconds: float, seed: int) -> dict:
    """The figures of a run as plain values."""
    targets: dict[str, dict[str, int]] = {}
    for (target, outcome), count in sorted(report.outcomes.items()):
        targets.setdefault(target, {})[outcome] = count
    return {
        "seed": seed,
        "inputs": report.inputs,
        "seconds": round(seconds),
        "findings": [
            {"target": target, "kind": kind, "place": place, "inputs": count}
            for (target, kind, place), count in report.findings.most_common()
        ],
        "user_files_unchanged": report.user_files_same,
        "most_cpu_seconds": round(report.cpu_most, 1),
        "most_memory_mb": round(report.memory_most / 1e6),
        "slowest_ms": {name: round(1000 * s) for name, s in sorted(report.slowest.items())},
        "outcomes": targets,
    }


def replay(kept: Path, root: Path) -> int:
    os.environ.update(environment(root))
    prepare(root)
    from Testing.fuzzing.worker import replay as read_again

    outcome, kind, place = read_again(kept, root)
    print(f"{outcome}{': ' if place else ''}{place}")
    return 1 if kind else 0


if __name__ == "__main__":
    sys.exit(main())
