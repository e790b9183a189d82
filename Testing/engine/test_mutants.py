"""The faults that a mutation run makes: what is changed, and what is left alone."""

import json
from pathlib import Path

from Testing.mutating.changes import mutants
from Testing.mutating.page import change, drawn

ROOT = Path(__file__).resolve().parents[2]
SOURCE = '''
"""A docstring with 3 numbers."""
T = TypeVar("T", bound=int)

def mean(values: list[int] | None = None, limit: float = 0.5) -> float | None:
    """Return 1."""
    if not values:
        raise ValueError(f"no {1 + 1} values", 7)
    log.warning("slow", 3)
    total = sum(values, 0)
    return f(total, limit, dim=1) if total > limit else -total
'''


def test_operators_constants_arguments_and_results_are_changed():
    made = mutants(SOURCE)
    assert {(one.line, change(one)) for one in made} == {
        (5, "mean: `0.5` -> `1.0`"),
        (7, "mean: `not values` -> `values`"),
        (8, f"mean: `{RAISE}` -> `pass`"),
        (10, "mean: `0` -> `1`"),
        (11, "mean: `return f(total, limit, dim=1) if total > limit else -total` -> `return None`"),
        (
            11,
            "mean: `f(total, limit, dim=1) if total > limit else -total` -> "
            "`-total if total > limit else f(total, limit, dim=1)`",
        ),
        (11, "mean: `total > limit` -> `total >= limit`"),
        (11, "mean: `total > limit` -> `total < limit`"),
        (11, "mean: `f(total, limit, dim=1)` -> `f(limit, total, dim=1)`"),
        (11, "mean: `f(total, limit, dim=1)` -> `f(total, limit)`"),
        (11, "mean: `1` -> `2`"),
        (11, "mean: `-total` -> `total`"),
    }


RAISE = "raise ValueError(f'no {1 + 1} values', 7)"


def test_every_mutant_is_another_program():
    sources = [one.source for one in mutants(SOURCE)]
    assert len(set(sources)) == len(sources) and all("3 numbers" in source for source in sources)
    for source in sources:
        compile(source, "mutant", "exec")


def test_survivors_are_listed_with_their_reasons():
    made = mutants("def f(x):\n    return x + 1\n")
    kept = {"f.py": made[:2]}
    reasons = {"f.py": {change(made[0]): "nobody asks"}}
    text = drawn({"f.py": (9, 4)}, kept, reasons, 3.0, ["--seed", "0"])
    assert "| f.py | 9 | 4 | 2 | 50% |" in text and "| **all** | 9 | 4 | 2 | 50% |" in text
    assert "| nobody asks |" in text and "| **no test yet** |" in text
    assert "`python Testing/mutants.py --seed 0`: 3 s." in text


def test_the_table_names_files_and_tests_that_are_there():
    table = json.loads((ROOT / "Testing/mutating/tests.json").read_text("utf-8"))
    for file, tests in table.items():
        assert (ROOT / file).is_file(), file
        for test in tests:
            assert not test.startswith("Testing/") or (ROOT / test.partition("::")[0]).is_file()
    for room in ("networks", "method"):
        files = {
            path.relative_to(ROOT).as_posix() for path in (ROOT / "semigda" / room).glob("*.py")
        }
        assert {file for file in files if "__init__" not in file} <= set(table)
