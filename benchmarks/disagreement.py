"""Does the disagreement of the branches find errors better than signals of equal cost?

    python benchmarks/disagreement.py                       every finished run of the study
    python benchmarks/disagreement.py --sets skin --methods semigda unet
    python benchmarks/disagreement.py --table

Takes the models that benchmarks/few_labels.py left in runs/few_labels and writes one JSON a run to
artifacts/disagreement/<set>/. ``--table`` adds them to benchmarks/results/disagreement.json and
writes from it disagreement.md beside it.
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
from few_labels_lib.rows import read_rows, write_rows  # noqa: E402
from few_labels_lib.sets import SETS  # noqa: E402

STUDY = ROOT / "artifacts/few_labels"
RESULTS = ROOT / "artifacts/disagreement"
TABLE = ROOT / "benchmarks/results/disagreement.json"
INTRODUCTION = """# Does the disagreement of the branches find errors?

Less well than the entropy of their mean, which costs as much. So the review map shows neither,
but a [measure](../../docs/doubt.md) that is better still. Made by
`python benchmarks/disagreement.py --table` from `benchmarks/results/disagreement.json`.

For each voxel of the held-out cases, on the working grid: is the model's label wrong, and does the
signal say so? **AUPRC** is the area under the precision-recall curve over all voxels; a signal
without information scores the error rate. **Rank correlation** (Spearman) is between a case's mean
signal per predicted voxel and its Dice loss; 1 is perfect. Figures are means over seeds, then sets.

`branches` is the disagreement. `entropy` is of one branch, or of the whole model (`whole`).
`mirrored` is test-time augmentation: one branch run twice, at the cost of both branches.
"""
FINDINGS = """
For the semi-supervised model:

- **Disagreement finds errors**: AUPRC .28 to .35 on every set, at error rates of .003 to .11.
- **The entropy of the whole model finds them better** on all six sets, at the same cost.
- Against signals of one branch, disagreement is better than the entropy of `cnn` on four sets of
  six and than that of `vae` on one. Mirroring `vae` is better on four sets, mirroring `cnn` on one.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--threads", type=int, default=1, help="of the CPU")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs/few_labels", help="models")
    parser.add_argument("--study", type=Path, default=STUDY, help="its JSON files")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--table", action="store_true", help="write table and page, and end")
    parser.add_argument("--stored", type=Path, default=TABLE, help="the table")
    arguments = parser.parse_args()
    if arguments.table:
        runs = gathered(arguments.stored, arguments.results)
        write_table(arguments.stored, runs)
        arguments.stored.with_suffix(".md").write_text(page(figures(runs)), encoding="utf-8")
    else:
        judge_all(arguments)


def judge_all(arguments: argparse.Namespace) -> None:
    from few_labels_lib.doubt import judge_signals

    from semigda.training.gradients import limited_threads

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


def gathered(table: Path, results: Path) -> list[dict]:
    """Runs of the table, and those in ``results``, which take the place of older ones."""
    runs = read_rows(table)
    runs += [json.loads(path.read_text("utf-8")) for path in sorted(results.glob("*/*.json"))]
    found = {(r["set"], r["budget"], r["method"], r["seed"]): r for r in runs}
    return [found[key] for key in sorted(found)]


def write_table(path: Path, runs: list[dict]) -> None:
    """A line for each run, without the figures of its cases."""
    rows = []
    for run in runs:
        kept = {key: run[key] for key in ("set", "method", "seed", "budget", "error_rate")}
        signals = {
            name: {key: values[key] for key in ("auprc", "spearman")}
            for name, values in run["signals"].items()
        }
        rows.append({**kept, "signals": signals})
    write_rows(path, rows)


def figures(runs: list[dict]) -> list[tuple]:
    """A row for each set, budget, method and signal."""
    found: dict[tuple, list[dict]] = {}
    for run in runs:
        found.setdefault((run["set"], run["budget"], run["method"]), []).append(run)
    return [
        (name, budget, method, len(runs), signal, *_figures(runs, signal))
        for (name, budget, method), runs in found.items()
        for signal in runs[0]["signals"]
    ]


def page(rows: list[tuple]) -> str:
    """The page: the mean of the sets, what follows from it, and every set."""
    every = ["## Every set", "", *_every(rows)]
    return "\n".join([INTRODUCTION, *_means(rows), FINDINGS, *every]) + "\n"


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
    """A line for each method and signal: means over the sets, and how often `branches` wins."""
    lines = ["| method | signal | AUPRC | rank correlation | sets on which `branches` is better |"]
    lines.append("|---" * 5 + "|")
    area = {(name, budget, method, signal): a for name, budget, method, _, signal, a, _, _ in rows}
    for method, signal in dict.fromkeys((row[2], row[4]) for row in rows):
        own = [row for row in rows if (row[2], row[4]) == (method, signal)]
        ranks = [row[7] for row in own if row[7] is not None]
        branches = [area.get((*row[:3], "branches")) for row in own]
        ahead = sum(b > row[5] for b, row in zip(branches, own, strict=True) if b is not None)
        wins = "-" if signal == "branches" or None in branches else f"{ahead} of {len(own)}"
        lines.append(
            f"| {recipe(method).title} | {signal} | "
            f"{statistics.fmean(row[5] for row in own):.3f} | {statistics.fmean(ranks):.2f} | "
            f"{wins} |"
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
