"""Does the disagreement of the branches find errors better than what costs as much?

    python benchmarks/disagreement.py                       every finished run of the study
    python benchmarks/disagreement.py --sets skin --methods semigda unet
    python benchmarks/disagreement.py --table

Takes the models that benchmarks/few_labels.py left in runs/few_labels, writes one JSON a run to
results/disagreement/<set>/, and with ``--table`` docs/disagreement.md from them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from few_labels_lib.recipes import METHODS, recipe  # noqa: E402
from few_labels_lib.sets import SETS  # noqa: E402

STUDY = ROOT / "benchmarks/results/few_labels"
RESULTS = ROOT / "benchmarks/results/disagreement"
INTRODUCTION = """# Finding errors by doubt

Made by `python benchmarks/disagreement.py --table` from `benchmarks/results/disagreement/`.

For each voxel of the held-out cases on the working grid: is the model's label wrong, and does the
signal say so? **AUPRC** is the area under precision and recall over all voxels; a signal without
information has the error rate. **Rank correlation** (Spearman) is between a case's mean signal a
predicted voxel and its Dice loss; 1 is perfect. Means over the seeds. `branches` is the review
map's disagreement; `entropy` costs one branch (`whole`: all that the model has); `mirrored` is
test-time augmentation: one branch twice, which costs what both branches cost.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--threads", type=int, default=1, help="of the CPU")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs/few_labels", help="models")
    parser.add_argument("--study", type=Path, default=STUDY, help="their JSON files")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--table", action="store_true", help="write the page, and end")
    parser.add_argument("--page", type=Path, default=ROOT / "docs/disagreement.md")
    arguments = parser.parse_args()
    if arguments.table:
        arguments.page.write_text(page(arguments.results), encoding="utf-8")
    else:
        judge_all(arguments)


def judge_all(arguments: argparse.Namespace) -> None:
    from few_labels_lib.doubt import judge_signals

    from semigda.training.precision import limited_threads

    for name in arguments.sets:
        for source in sorted((arguments.study / name).glob("*.json")):
            run = json.loads(source.read_text("utf-8"))
            target = arguments.results / name / source.name
            folder = arguments.runs / name / source.stem
            if run["method"] not in arguments.methods or target.exists() or not folder.is_dir():
                continue
            with limited_threads(arguments.threads):
                found = judge_signals(SETS[name], run, folder)
            keys = ("set", "method", "seed", "budget", "versions")
            target.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps({**{key: run[key] for key in keys}, **found})
            target.write_text(text + "\n", encoding="utf-8")
            print(f"{name} {source.stem}", flush=True)


def page(results: Path) -> str:
    """The whole page."""
    found: dict[tuple, list[dict]] = {}
    for path in sorted(results.glob("*/*.json")):
        run = json.loads(path.read_text("utf-8"))
        found.setdefault((run["set"], run["budget"], run["method"]), []).append(run)
    rows = [
        (name, budget, method, len(runs), signal, *_figures(runs, signal))
        for (name, budget, method), runs in found.items()
        for signal in runs[0]["signals"]
    ]
    return "\n".join([INTRODUCTION, *_means(rows), "", "## Every set", "", *_every(rows)]) + "\n"


def _figures(runs: list[dict], signal: str) -> tuple[float, float, float | None]:
    """Means over the seeds: AUPRC, error rate and rank correlation."""
    ranks = [run["signals"][signal]["spearman"] for run in runs]
    ranks = [value for value in ranks if value is not None]
    return (
        statistics.fmean(run["signals"][signal]["auprc"] for run in runs),
        statistics.fmean(run["error_rate"] for run in runs),
        statistics.fmean(ranks) if ranks else None,
    )


def _means(rows: list[tuple]) -> list[str]:
    """A line for each method and signal: means over the sets, and where ``branches`` is better."""
    lines = ["## Mean of the sets", ""]
    lines.append(
        "| method | signal | sets | AUPRC | rank correlation | sets whose `branches` is better |"
    )
    lines.append("|---" * 6 + "|")
    area = {(name, budget, method, signal): a for name, budget, method, _, signal, a, _, _ in rows}
    for method, signal in dict.fromkeys((row[2], row[4]) for row in rows):
        own = [row for row in rows if (row[2], row[4]) == (method, signal)]
        ranks = [row[7] for row in own if row[7] is not None]
        branches = [area.get((*row[:3], "branches")) for row in own]
        ahead = sum(b > row[5] for b, row in zip(branches, own, strict=True) if b is not None)
        told = "-" if signal == "branches" or None in branches else f"{ahead} of {len(own)}"
        lines.append(
            f"| {recipe(method).title} | {signal} | {len(own)} | "
            f"{statistics.fmean(row[5] for row in own):.3f} | {statistics.fmean(ranks):.2f} | "
            f"{told} |"
        )
    return lines


def _every(rows: list[tuple]) -> list[str]:
    heads = "| set, steps | method | seeds | signal | AUPRC | error rate | rank correlation |"
    lines = [heads, "|---" * 7 + "|"]
    for name, budget, method, seeds, signal, area, rate, rank in rows:
        lines.append(
            f"| {name}, {budget} | {recipe(method).title} | {seeds} | {signal} | {area:.3f} | "
            f"{rate:.4f} | {'-' if rank is None else f'{rank:.2f}'} |"
        )
    return lines


if __name__ == "__main__":
    main()
