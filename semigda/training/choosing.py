"""The end of a training: which weights its model takes, and which branches segment."""

from __future__ import annotations

from typing import NamedTuple

from semigda.networks.semigda import SemiGDA
from semigda.training.steps import make_teacher
from semigda.training.validate import mean
from semigda.training.watch import Watch


class Choice(NamedTuple):
    """What was chosen, and among what."""

    network: SemiGDA  # with the chosen weights
    weights: str  # "average", "last" or "best"
    branches: str  # "both", "vae" or "cnn"
    table: dict[str, dict[str, dict[str, float]]]  # Dice: weights, then use, then class name
    steps: dict[str, int]  # of stage 2 that each of the weights have behind them


def choose(watch: Watch, teacher: SemiGDA, network: SemiGDA, step: int) -> Choice:
    """Measure all held-out cases and choose by them, if the settings allow it.

    The candidates are the averaged and the last weights of now, and the averaged ones of the best
    validation: the end of a long run, or the moment it was stopped, may be worse.

    Args:
        step: of stage 2, how many the networks have behind them.

    Raises:
        SemiGDAError, Paused: the job's controls.
    """
    networks = {"average": teacher, "last": network}
    steps = dict.fromkeys(networks, step)
    best = watch.best
    if best is not None and best["step"] != step:
        networks["best"] = make_teacher(network)
        networks["best"].load_state_dict(best["tensors"], strict=False)
        steps["best"] = best["step"]
    val = watch.slices["val"]
    table = {}
    if val:
        table = {name: watch.dice(candidate, val) for name, candidate in networks.items()}
    weights, branches = max(
        ((w, use) for w in table for use in table[w] if watch.settings.choose_on_val),
        key=lambda pair: mean(table[pair[0]][pair[1]].values()),
        default=("average", "both"),
    )
    return Choice(networks[weights], weights, branches, table, steps)
