"""The page's part about what a training starts from."""

from __future__ import annotations

from collections.abc import Sequence

from tables import as_table

from few_labels_lib.figures import Budget, difference
from few_labels_lib.markdown import number, signed
from few_labels_lib.recipes import OURS, QUESTIONS, STARTS
from few_labels_lib.sections import Table

BOTH = "features"  # both branches on the same features
INTRODUCTION = """## The start, one change at a time

Against one branch on general image features that learn at 0.1 of the rate, the default, in as many
steps: Dice, the difference in points with a 95 % interval over patients, and the CPU seconds of a
training, which vary by a third because the machine did other work.

"""


def starts(table: Table, sets: Sequence[str]) -> str:
    """A row for each start and set; empty if nothing was compared."""
    rows = []
    for name in sets:
        budgets = {budget for one, method, budget in table if (one, method) == (name, OURS)}
        for budget in sorted(budget for budget in budgets if not budget.cpu):
            rows += _rows(table, name, budget)
    heads = ["set", "steps", "seeds", "start", "Dice", "difference", "CPU s"]
    return INTRODUCTION + as_table(heads, rows) if rows else ""


def _rows(table: Table, name: str, budget: Budget) -> list[list[str]]:
    ours = table[name, OURS, budget]
    told = {OURS: "one branch, the default", f"semigda.{BOTH}": "Both branches on these features"}
    told |= {f"semigda.{variant}": QUESTIONS[variant] for variant in STARTS}
    found = {method: table.get((name, method, budget)) for method in told}
    rows = []
    for method, group in found.items():
        if group is not None:
            row = [name, str(budget.steps), " ".join(map(str, group.runs)), told[method]]
            row += [number(group.mean("dice"))]
            row.append("" if group is ours else signed(difference(group, ours)))
            rows.append([*row, f"{group.seconds('cpu'):.0f}"])
    return rows if len(rows) > 1 else []
