"""Seconds of CPU that a step of each method takes, and how many steps fit into a budget.

All methods are timed in turn, round after round, so that what else the machine does meets all of
them. The steps of a run are fixed before it starts, so that the learning rate's cycle fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path

from speed_lib.machine import processor

from few_labels_lib.recipes import recipe
from few_labels_lib.runs import begin, quietly, train_network, versions
from few_labels_lib.sets import DataSet

# Two short trainings: their difference is free of what a start takes.
LENGTHS = (10, 40)  # steps


def time_methods(
    one: DataSet, names: Sequence[str], rounds: int, runs: Path, device: str, threads: int
) -> list[dict]:
    """A row for each method: CPU seconds ``a_step`` and of a ``start``, each at its fastest."""
    measured: dict[str, list[list[float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            lengths = [_cpu(one, name, steps, runs, device, threads) for steps in LENGTHS]
            measured[name].append(lengths)
    rows = []
    for name, pairs in measured.items():
        short, long = (min(times) for times in zip(*pairs, strict=True))
        a_step = (long - short) / (LENGTHS[1] - LENGTHS[0])
        rows.append(
            {
                "set": one.name,
                "method": name,
                **_work(one, name),
                "a_step": round(a_step, 4),
                "start": round(max(0.0, short - LENGTHS[0] * a_step), 2),
                "measured": pairs,
                "threads": threads,
                "processor": processor(),
                "versions": versions(),
                "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            }
        )
    return rows


def planned(cpu: int, rows: Iterable[dict], one: DataSet, name: str) -> tuple[int, dict]:
    """Steps of a method that fit into ``cpu`` seconds, and what a run's JSON says of the plan.

    Raises:
        LookupError: if it was not timed on this kind of processor, with these slices.
    """
    wanted = {"set": one.name, "method": name, "processor": processor(), **_work(one, name)}
    for row in rows:
        if all(row[key] == value for key, value in wanted.items()):
            plan = {"cpu": cpu, "a_step": row["a_step"], "start": row["start"]}
            return max(1, int((cpu - row["start"]) / row["a_step"])), plan
    raise LookupError(f"{name} on {one.name} was not timed here with these slices")


def _work(one: DataSet, name: str) -> dict:
    """What a step works on."""
    fitted = recipe(name).fit(one)
    return {"size": fitted.preprocessing["size"], "batch": fitted.batch}


def _cpu(one: DataSet, name: str, steps: int, runs: Path, device: str, threads: int) -> float:
    chosen, folder = recipe(name), runs / one.name / f"timing-{name}"
    settings = begin(one, chosen, 0, steps, folder, device, threads)
    with quietly(folder, threads):
        seconds = train_network(one, chosen, settings, runs)[1]
    return round(sum(part["cpu"] for part in seconds.values()), 2)
