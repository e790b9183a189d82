"""Which slices to label next, with a small head on frozen features as the learner.

    python benchmarks/label_next_look.py
    python benchmarks/label_next_look.py --sets breast_us --seeds 0 1
    python benchmarks/label_next_look.py --table

Six slices that hold the structure are labelled; then six more are chosen, and six more. Every way
to choose is compared with *random slices that hold the structure*, which knows more than a program
can. A head on frozen features learns in seconds, so several seeds can be afforded;
``label_next.py`` asks the same of real trainings. Test cases choose nothing.

A finished seed of a set is a JSON in artifacts/label_next_look; ``--table`` adds them to
benchmarks/results/label_next_look.json and writes docs/label-next.md.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import torch  # noqa: E402
from few_labels_lib.figures import bootstrap  # noqa: E402
from few_labels_lib.rows import read_rows, write_rows  # noqa: E402
from few_labels_lib.sets import SETS, DataSet  # noqa: E402
from label_next_head import (  # noqa: E402
    chances_of,
    enlarged,
    learned,
    levels_of,
    statistics_of,
)
from tables import as_table  # noqa: E402
from torch import Tensor  # noqa: E402

from semigda.training.first_model import spread_out  # noqa: E402

RESULTS = ROOT / "artifacts/label_next_look"
TABLE = ROOT / "benchmarks/results/label_next_look.json"
PAGE, TEXT = ROOT / "docs/label-next.md", ROOT / "benchmarks/label_next_look.txt"
NAMES = ("hippocampus", "breast_us", "skin")
FIRST, MORE, ROUNDS = 6, 6, 2
PIXELS, COPIES = 96 * 96, 3  # a head then learns in two seconds
POOL, OF_CASE, TESTED = 63, 10, 20  # cases that may be labelled, slices of each, test cases
STRATIFIED = 2 / 3  # of the choices are made class by class
SHARPNESS = (1.0, 10.0)  # of the doubt against its noise, in the first and the last round


class Pool:
    """The slices of a set that may be labelled and those that test, seen once.

    Attributes:
        levels, labels: of the slices of the pool, then of their changed copies.
        points: (n, D) what a slice looks like, every feature with deviation 1.
        holds: (n,) whether a slice holds a structure.
        tests: levels and labels of each test case.
    """

    def __init__(self, one: DataSet, folder: Path):
        from few_labels_lib.recipes import recipe

        from semigda.data.augment import change_geometry, change_intensity
        from semigda.data.cases import read_cases
        from semigda.inference.likeness import pooled
        from semigda.models.features import read_features
        from semigda.networks.efficientnet import EfficientNetLite0
        from semigda.prepared.store import Store
        from semigda.training.dataset import load_slices
        from semigda_core.models.preprocessing import Preprocessing

        one = recipe("unet-features").fit(one)
        preprocessing = Preprocessing.from_dict(one.preprocessing)
        self.classes, self.size = one.num_classes, preprocessing.size
        self.factor = min(1.0, math.sqrt(PIXELS / math.prod(self.size)))
        self.features = EfficientNetLite0()
        self.features.load_state_dict(read_features())
        store = Store(folder / one.name / "prepared", preprocessing)
        sides = {}
        for role, most in (("labeled", POOL), ("val", TESTED)):
            listed = read_cases(one.write_cases(folder / one.name / f"{role}.json", role))
            sides[role] = load_slices(spread_out(listed, most), store, self.classes)
        images, labels = self._slices(sides["labeled"])
        generator = torch.Generator().manual_seed(0)
        views = [(images, labels)]
        for _ in range(COPIES):
            moved, drawn = change_geometry(images, labels, one.augment(), generator)
            views.append((change_intensity(moved, one.augment(), generator), drawn))
        seen = [self._levels(image) for image, _ in views]
        self.count = len(images)
        inside = torch.ones(1, 1, *images.shape[2:])
        points = pooled([level.float() for level in seen[0][-2:]], inside).double()
        self.points = (points - points.mean(0)) / points.std(0).clamp_min(1e-9)
        self.levels = [torch.cat(level) for level in zip(*seen, strict=True)]
        self.labels = torch.cat([drawn for _, drawn in views])
        self.holds = self.labels[: self.count].flatten(1).any(1)
        self.tests = []
        for case in sides["val"]:
            images, labels = self._slices([case])
            self.tests.append((self._levels(images), labels))

    def _slices(self, cases) -> tuple[Tensor, Tensor]:
        from semigda.training.previews import cut_out

        places = [(case, n) for case in cases for n in spread_out(range(len(case)), OF_CASE)]
        cuts = [cut_out(case, number, self.size) for case, number in places]
        images = enlarged(torch.stack([image for image, _ in cuts]), self.factor)
        labels = torch.stack([label for _, label in cuts])[:, None].float()
        return images, torch.nn.functional.interpolate(labels, images.shape[2:])[:, 0].byte()

    @torch.no_grad()
    def _levels(self, images: Tensor) -> list[Tensor]:
        parts = [levels_of(self.features, some) for some in images.split(8)]
        return [torch.cat(level).half() for level in zip(*parts, strict=True)]


class Learner:
    """A head that has learned from some slices of a pool."""

    def __init__(self, pool: Pool, chosen: list[int], seed: int):
        rows = [copy * pool.count + n for copy in range(COPIES + 1) for n in chosen]
        levels = [level[rows] for level in pool.levels]
        self.pool = pool
        self.statistics = [statistics_of(level[: len(chosen)]) for level in levels]
        self.head = learned(levels, pool.labels[rows], self.statistics, pool.classes, seed)

    def chances(self, levels: list[Tensor]) -> Tensor:
        size = self.pool.labels.shape[1:]
        parts = [
            chances_of(self.head, self.statistics, [x[n : n + 16] for x in levels], size)
            for n in range(0, len(levels[0]), 16)
        ]
        return torch.cat(parts)

    def dice(self) -> list[float]:
        """Of each test case, the mean over its classes."""
        from semigda.training.validate import class_dice, mean, overlap

        return [
            mean(class_dice(overlap(self.chances(levels).argmax(1), truth, self.pool.classes)))
            for levels, truth in self.pool.tests
        ]

    def doubt(self) -> Tensor:
        """(n, K + 1) mean entropy of each slice: of all its pixels, then of those of each class."""
        count = self.pool.count
        chances = self.chances([level[:count] for level in self.pool.levels])
        entropy = -(chances * chances.clamp_min(1e-9).log()).sum(1)
        found = chances.argmax(1)
        columns = [entropy.mean((1, 2))]
        for value in range(1, self.pool.classes + 1):
            columns.append((entropy * (found == value)).mean((1, 2)))
        return torch.stack(columns, 1)


def farthest(points: Tensor, known: list[int], count: int, allowed: Tensor) -> list[int]:
    """Greedy k-centre: each time the slice that is least like those that are labelled."""
    distance = torch.cdist(points, points[known]).amin(1).masked_fill(~allowed, -1)
    chosen: list[int] = []
    for _ in range(count):
        chosen.append(int(distance.argmax()))
        distance = torch.minimum(distance, (points - points[chosen[-1]]).norm(dim=1))
    return chosen


def typical(points: Tensor, known: list[int], count: int, allowed: Tensor) -> list[int]:
    """Each time the slice that brings all others nearest to a labelled one."""
    between = torch.cdist(points, points)
    distance = between[:, known].amin(1)
    chosen: list[int] = []
    for _ in range(count):
        gain = (distance[:, None] - between).clamp_min(0).sum(0).masked_fill(~allowed, -1)
        gain[chosen] = -1
        chosen.append(int(gain.argmax()))
        distance = torch.minimum(distance, between[:, chosen[-1]])
    return chosen


def by_doubt(doubt: Tensor, count: int, allowed: Tensor) -> list[int]:
    return doubt.masked_fill(~allowed, -math.inf).topk(count).indices.tolist()


def stratified(
    doubt: Tensor, count: int, allowed: Tensor, sharpness: float, generator: torch.Generator
) -> list[int]:
    """Two thirds of the choices class by class, by the doubt in what was found of the class; the
    rest by the doubt of the whole slice. Doubt is a power of itself against Gumbel noise."""
    allowed, chosen = allowed.clone(), []
    classes = doubt.shape[1] - 1
    kinds = [1 + n % classes for n in range(round(count * STRATIFIED))]
    for kind in [*kinds, *[0] * (count - len(kinds))]:
        uniform = torch.rand(len(doubt), generator=generator).clamp(1e-9, 1 - 1e-9)
        noisy = sharpness * doubt[:, kind].clamp_min(1e-9).log() - (-uniform.log()).log()
        chosen.append(int(noisy.masked_fill(~allowed, -math.inf).argmax()))
        allowed[chosen[-1]] = False
    return chosen


ARMS = {
    "random": "random, of those that hold the structure",
    "entropy": "most doubt",
    "stratified": "doubt by class, with noise that decays",
    "farthest": "least like the labelled ones",
    "typical": "typical ones",
    "typical-first": "typical ones, then doubt by class",
}


def choose(
    arm: str, pool: Pool, learner: Learner, known: list[int], turn: int, generator
) -> list[int]:
    """The slices to label next."""
    allowed = torch.ones(pool.count, dtype=torch.bool)
    allowed[known] = False
    if arm == "random":
        left = (allowed & pool.holds).nonzero().flatten()
        return left[torch.randperm(len(left), generator=generator)[:MORE]].tolist()
    if arm == "farthest":
        return farthest(pool.points, known, MORE, allowed)
    if arm == "typical" or (arm == "typical-first" and turn == 0):
        return typical(pool.points, known, MORE, allowed)
    doubt = learner.doubt()
    if arm == "entropy":
        return by_doubt(doubt[:, 0], MORE, allowed)
    return stratified(doubt, MORE, allowed, SHARPNESS[turn], generator)


def run(pool: Pool, name: str, seed: int, target: Path) -> None:
    """All ways to choose, from one start: Dice of the test cases after each round."""
    generator = torch.Generator().manual_seed(seed)
    held = pool.holds.nonzero().flatten()
    start = held[torch.randperm(len(held), generator=generator)[:FIRST]].tolist()
    first = Learner(pool, start, seed)
    result = {"set": name, "seed": seed, "pool": pool.count, "start": _short(first.dice())}
    for arm in ARMS:
        generator = torch.Generator().manual_seed(1000 + seed)
        known, learner, rounds = list(start), first, []
        for turn in range(ROUNDS):
            known += choose(arm, pool, learner, known, turn, generator)
            learner = Learner(pool, known, seed)
            rounds.append(_short(learner.dice()))
        held_now = float(pool.holds[known].float().mean())
        result[arm] = {"rounds": rounds, "holding": round(held_now, 3)}
        print(name, seed, arm, [round(statistics.fmean(dice), 3) for dice in rounds], flush=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(result) + "\n", encoding="utf-8")


def _short(values: list[float]) -> list[float]:
    return [round(value, 4) for value in values]


def page(runs: list[dict]) -> str:
    """docs/label-next.md: what SemiGDA Train offers, in its own file, then what was measured."""
    text = TEXT.read_text("utf-8")
    for name in NAMES:
        own = sorted((one for one in runs if one["set"] == name), key=lambda one: one["seed"])
        if not own:
            continue
        rows = []
        for arm, title in ARMS.items():
            means = [
                statistics.fmean(statistics.fmean(one[arm]["rounds"][turn]) for one in own)
                for turn in range(ROUNDS)
            ]
            holding = 100 * statistics.fmean(one[arm]["holding"] for one in own)
            cells = [title, *(f"{mean:.3f}" for mean in means), f"{holding:.0f} %"]
            rows.append([*cells, "" if arm == "random" else _difference(own, arm)])
        start = statistics.fmean(statistics.fmean(one["start"]) for one in own)
        seeds = " ".join(str(one["seed"]) for one in own)
        text += (
            f"\n### {name}\n\n{own[0]['pool']} slices to choose from, {len(own[0]['start'])} test "
            f"cases, seeds {seeds}. Dice with {FIRST} slices: {start:.3f}.\n\n"
        )
        heads = [f"{FIRST + MORE * (turn + 1)} slices" for turn in range(ROUNDS)]
        text += as_table(["chosen", *heads, "holding it", "difference to random"], rows)
    return text


def _difference(own: list[dict], arm: str) -> str:
    """Dice points over both rounds, with an interval over the seeds, which chose other slices."""
    gaps = {
        str(one["seed"]): [
            statistics.fmean(one[arm]["rounds"][turn])
            - statistics.fmean(one["random"]["rounds"][turn])
            for turn in range(ROUNDS)
        ]
        for one in own
    }
    mean, low, high = (100 * value for value in bootstrap(gaps))
    if len(own) < 2:
        return f"{mean:+.1f}"
    return f"{mean:+.1f} [{low:+.1f}, {high:+.1f}]"


def write_table(table: Path, results: Path) -> str:
    """Add the raw runs to the table; the page."""
    runs = {(one["set"], one["seed"]): one for one in read_rows(table)}
    for path in sorted(results.glob("*.json")):
        one = json.loads(path.read_text("utf-8"))
        runs[one["set"], one["seed"]] = one
    kept = [runs[key] for key in sorted(runs)]
    write_rows(table, kept)
    return page(kept)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--runs", type=Path, default=ROOT / "runs/label_next_look")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="write table and page, and end")
    arguments = parser.parse_args()
    if arguments.table:
        PAGE.write_text(write_table(TABLE, arguments.results), encoding="utf-8")
        return
    torch.set_num_threads(arguments.threads)
    pools: dict[str, Pool] = {}
    for seed in arguments.seeds:
        for name in arguments.sets:
            target = arguments.results / f"{name}-{seed}.json"
            if target.exists():
                continue
            if name not in pools:
                pools[name] = Pool(SETS[name], arguments.runs)
            run(pools[name], name, seed, target)


if __name__ == "__main__":
    main()
