"""The required speed, and whether a run reaches it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tables import as_table

from speed_lib.before import COMMIT
from speed_lib.figures import median, ranged, speedups
from speed_lib.timing import ratios

NOT_MEASURED = "not measured"
# TFLOP/s that large matrix products reach in bfloat16 on one H200.
PRACTICAL_TFLOPS = 790
# Of a volume's time, what is neither the process's start nor the network's.
AROUND = ("load", "preprocess", "resample", "write")


@dataclass(frozen=True)
class Bar:
    """One line of the table.

    Attributes:
        part: whose JSON holds the values.
        values: of that JSON's contents, a number a repeat.
        limits: by device; values are at least that, or at most if ``at_most``.
    """

    asks: str
    part: str
    values: Callable[[dict], Sequence[float]]
    limits: Mapping[str, float]
    at_most: bool = False
    digits: int = 2

    def cell(self, run: dict | None, device: str) -> str:
        if device not in self.limits:
            return "-"
        if run is None:
            return NOT_MEASURED
        values, limit = self.values(run), self.limits[device]
        reached = median(values) <= limit if self.at_most else median(values) >= limit
        sign = "at most" if self.at_most else "at least"
        verdict = "reached" if reached else "**missed**"
        return f"{ranged(values, self.digits)}; {sign} {limit:g}: {verdict}"


def _faster(name: str) -> Callable[[dict], Sequence[float]]:
    return lambda run: speedups(run)[name]


def _memory(stage: str) -> Callable[[dict], Sequence[float]]:
    def share(run: dict) -> list[float]:
        peaks = run["peak_bytes"][stage]
        return [peaks["ours"] / peaks["reference, mixed" if stage == "stage 2" else "reference"]]

    return share


def _tflops(run: dict) -> list[float]:
    work = run["gflop_a_slice"]["both"] * run["slices"] / 1000
    return [100 * work / seconds / PRACTICAL_TFLOPS for seconds in run["seconds"]["ours"]]


def _around(run: dict) -> list[float]:
    seconds = [one["seconds"] for one in run["runs"]]
    return [100 * sum(each[part] for part in AROUND) / each["total"] for each in seconds]


def _share(part: str) -> Callable[[dict], Sequence[float]]:
    """Of the earlier commit's seconds, each pair."""
    return lambda run: [
        pair["now"]["seconds"][part] / pair["before"]["seconds"][part] for pair in run["pairs"]
    ]


def _features(run: dict) -> list[float]:
    """A slice with general image features, of one without, in batches of 8."""
    return ratios(run["seconds"]["pretrained, 8"], run["seconds"]["compact, 8"])


def _bars() -> list[Bar]:
    bars = [
        Bar("`paper`, inference: times as fast as the reference", "inference-paper",
            _faster("ours"), {"cpu": 1.5, "cuda": 5}),
        Bar("`paper`, inference: Dice with the reference's masks", "inference-paper",
            lambda run: [run["agreement"]["dice"]], {"cpu": 1.0, "cuda": 0.999}, digits=5),
        Bar(f"`paper`, inference: % of {PRACTICAL_TFLOPS} TFLOP/s", "inference-paper",
            _tflops, {"cuda": 50}, digits=0),
        Bar("`compact`, 512 x 512 x 300 voxels, file to file: seconds", "volume-compact",
            lambda run: [one["seconds"]["total"] for one in run["runs"]],
            {"cpu": 30, "cuda": 2}, at_most=True, digits=1),
        Bar("the same: % of the time for reading, preparing, resampling, writing",
            "volume-compact", _around, {"cpu": 20}, at_most=True, digits=0),
        Bar(f"the same, of the seconds of commit {COMMIT}", "volume-before",
            _share("total"), {"cpu": 0.6}, at_most=True),
        Bar("the same, resampling alone", "volume-before",
            _share("resample"), {"cpu": 0.5}, at_most=True),
        Bar("general image features: a slice, of one of `compact`", "batches",
            _features, {"cpu": 1.3}, at_most=True),
    ]  # fmt: skip
    for network in ("paper", "compact"):
        part, faster, half = f"training-{network}", {"cpu": 2, "cuda": 4}, {"cpu": 0.5, "cuda": 0.5}
        for name in ("stage 1", "stage 2, step with mixing", "stage 2, mean of a whole run"):
            asks = f"`{network}`, {name}: times as fast as the reference"
            bars.append(Bar(asks, part, _faster(name), faster))
        for stage in ("stage 1", "stage 2"):
            asks = f"`{network}`, {stage}: peak memory, share of the reference's"
            bars.append(Bar(asks, part, _memory(stage), half, at_most=True))
    bars.append(
        Bar("`semigda --help`: seconds", "startup",
            lambda run: run["seconds"]["semigda --help"], {"cpu": 0.3}, at_most=True)
    )  # fmt: skip
    return bars


def bars(runs: Mapping[str, dict]) -> str:
    """The table of all bars; ``runs`` by ``<part>-<device>``."""
    rows = [
        [bar.asks, *(bar.cell(runs.get(f"{bar.part}-{device}"), device) for device in DEVICES)]
        for bar in _bars()
    ]
    return as_table(["requirement", *DEVICES.values()], rows)


DEVICES = {"cpu": "CPU", "cuda": "graphics card"}
