"""Does doubt find errors, and do its words hold?

    python benchmarks/doubt.py --set skin --model FOLDER     judge a model on val, and add it
    python benchmarks/doubt.py --table

Stores figures in benchmarks/results/doubt.json: AUPRC of finding wrong voxels, rank correlation
with Dice, and what was found in each case, without its name. ``--table`` writes doubt.md beside it,
with the coverage of words and ranges by cross-fitting. Needs the data in $SEMIGDA_DATA.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from few_labels_lib.rows import read_rows, write_rows  # noqa: E402

from semigda_core.models.doubt import GOOD, Outcome, doubt_entry, told  # noqa: E402

STORED = ROOT / "benchmarks/results/doubt.json"
SIGNALS = {"before": "review map before", "entropy": "entropy of the mean", "doubt": "doubt"}
HALVINGS = 200
VOLUMES = ("hippocampus", "heart_la", "cardiac_scd")
INTRODUCTION = """# Does doubt find errors, and do its words hold?

Made by `python benchmarks/doubt.py --table` from `doubt.json`: a line for each model, judged on the
held-out cases of its set, on the working grid. **AUPRC** is the area under the precision-recall
curve of finding wrong voxels; a signal without information scores the error rate. **Rank** is the
rank correlation (Spearman) of a case's doubt with 1 - Dice. *Before* is what the review map and the
agreement were: the disagreement of two branches, or what one alone lacks to certainty.

The form of the measure and its two constants, and the threshold of spots, were chosen among some
dozens of candidates on these very cases, with figures of all six sets in view: no set is untouched,
and the gain is too high by what that is worth. All models are of one seed. Models of few steps are
included on purpose: doubt has to work on poor models as well. heart_la has three held-out
cases and cardiac_scd seven: their rank correlations mean little.
"""
WORDS = """
## Words and ranges, cross-fitted

Half of the held-out patients calibrate, the other half is judged, {count} times. **Good**: share of
results that are called good. **Kept**: of these, how many reach the promised Dice. **Within**: true
volumes inside the 90 % range, which here also counts pictures' areas. Sets with fewer than 20
held-out cases are left out.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", help="the data set")
    parser.add_argument("--model", type=Path, help="a package")
    parser.add_argument("--name", help="of the model in the table; by default the card's")
    parser.add_argument("--table", action="store_true", help="write the page, and end")
    parser.add_argument("--stored", type=Path, default=STORED)
    arguments = parser.parse_args()
    rows = read_rows(arguments.stored)
    if arguments.table:
        arguments.stored.with_suffix(".md").write_text(page(rows), encoding="utf-8")
        return
    from few_labels_lib.judging import judge

    row = judge(arguments.set, arguments.model, arguments.name)
    rows = [one for one in rows if (one["set"], one["model"]) != (row["set"], row["model"])]
    rows = sorted([*rows, row], key=lambda one: (one["set"], one["model"]))
    write_rows(arguments.stored, rows)
    print(row["set"], row["model"], row["auprc"], row["rank"], flush=True)


def page(rows: list[dict]) -> str:
    """The tables of stored models."""
    lines = [INTRODUCTION, "| set | model | branches | cases | Dice | error rate |"]
    lines[-1] += "".join(f" AUPRC, {title} |" for title in SIGNALS.values())
    lines[-1] += " rank before | rank |"
    lines.append("|---" * (8 + len(SIGNALS)) + "|")
    for row in rows:
        areas = " | ".join(f"{row['auprc'][name]:.3f}" for name in SIGNALS)
        lines.append(
            f"| {row['set']} | {row['model']} | {row['branches']} | {row['cases']} | "
            f"{row['dice']:.3f} | {row['error_rate']:.4f} | {areas} | "
            f"{row['rank']['before']:.2f} | {row['rank']['doubt']:.2f} |"
        )
    volumes = [row for row in rows if row["set"] in VOLUMES]
    pictures = [row for row in rows if row["set"] not in VOLUMES]
    for title, some in (("all", rows), ("volumes", volumes), ("pictures", pictures)):
        if some:
            lines.append(_mean(title, some))
    lines += [WORDS.format(count=HALVINGS), "| set | model | good | kept | within |"]
    lines.append("|---" * 5 + "|")
    for row in rows:
        if row["cases"] >= 20:
            good, kept, within = crossed(row["found"])
            lines.append(f"| {row['set']} | {row['model']} | {good} | {kept} | {within} |")
    return "\n".join(lines) + "\n"


def _mean(title: str, rows: list[dict]) -> str:
    """The mean of the sets, of whose models the mean counts."""

    def mean(kind: str, name: str) -> float:
        sets = {row["set"] for row in rows}
        each = [[row[kind][name] for row in rows if row["set"] == one] for one in sets]
        return statistics.fmean(statistics.fmean(values) for values in each)

    areas = " | ".join(f"**{mean('auprc', name):.3f}**" for name in SIGNALS)
    ranks = " | ".join(f"**{mean('rank', name):.2f}**" for name in ("before", "doubt"))
    return f"| **mean of sets, {title}** | | | | | | {areas} | {ranks} |"


def crossed(found: list[list]) -> tuple[str, str, str]:
    """Shares of good results, of those that keep the promise, and of volumes in their range.

    Args:
        found: group, then the fields of an outcome, of everything that was found.
    """
    groups = sorted({row[0] for row in found})
    values = sorted({row[1] for row in found})
    judged = good = kept = ranged = within = 0
    for number in range(HALVINGS):
        half = set(random.Random(number).sample(groups, len(groups) // 2))
        entry = doubt_entry([Outcome(*row[1:]) for row in found if row[0] in half], values)
        for row in found:
            if row[0] in half:
                continue
            one = Outcome(*row[1:])
            said = told(entry, one.value, one.certainty, float(one.predicted), True)
            judged += 1
            if said["grade"] == GOOD and said["promise"]["trust"] >= 0.95:
                good += 1
                kept += one.dice >= said["promise"]["dice"]
            if said["range_ml"]:
                low, high = said["range_ml"]
                ranged += 1
                within += low <= one.truth <= high
    return tuple(
        f"{100 * part / whole:.0f} %" if whole else "-"
        for part, whole in ((good, judged), (kept, good), (within, ranged))
    )


if __name__ == "__main__":
    main()
