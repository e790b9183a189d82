"""The table of a mutation run."""

from __future__ import annotations

from Testing.mutating.changes import Mutant

LONGEST = 90
HEAD = """# Mutants

Can the method's tests fail? `make mutants` changes one place of one file at a time (an operator,
a constant, a dropped term or statement, swapped arguments, a lost result) and runs the tests of
that file. A mutant is *killed* if one of them fails or takes five times as long.
"""


def drawn(
    counts: dict[str, tuple[int, int]],
    survived: dict[str, list[Mutant]],
    reasons: dict[str, dict[str, str]],
    seconds: float,
    arguments: list[str],
) -> str:
    """The page as Markdown.

    Args:
        counts: possible and tried mutants of each file.
        reasons: why a survivor is harmless, by file and then by :func:`change`.
    """
    lines = [HEAD, f"`python Testing/mutants.py {' '.join(arguments)}`: {seconds:.0f} s.", ""]
    lines += ["| file | possible | tried | killed | score |", "|---|--:|--:|--:|--:|"]
    rows = [(file, *counts[file], len(survived[file])) for file in counts]
    _, *numbers = zip(*rows, strict=True)
    for file, possible, tried, missed in [*rows, ("**all**", *map(sum, numbers))]:
        killed = tried - missed
        lines.append(f"| {file} | {possible} | {tried} | {killed} | {killed / tried:.0%} |")
    lines += ["", "## Survivors", "", "| where | change | why no test fails |", "|---|---|---|"]
    for file, alive in survived.items():
        for one in alive:
            why = reasons.get(file, {}).get(change(one), "**no test yet**")
            text = change(one).replace("|", "\\|")
            lines.append(f"| {file}:{one.line} | {text} | {why} |")
    return "\n".join(lines) + "\n"


def change(mutant: Mutant) -> str:
    """What was changed, in one line: it names a mutant wherever its line moves."""
    return f"{mutant.function}: `{_short(mutant.before)}` -> `{_short(mutant.after)}`"


def _short(source: str) -> str:
    line = " ".join(source.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."
