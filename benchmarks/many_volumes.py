"""Hundreds of volumes: memory, time and steps of a training, and what scoring a volume takes.

    python benchmarks/many_volumes.py
    python benchmarks/many_volumes.py --only scoring

*Volumes*: so many volumes of 40 x 96 x 96 voxels, each of other content, are prepared and drawn
from, in a fresh process for each number; beside it, in the same process, as before: all slices held
in memory. *Scoring*: ``segment`` and ``evaluate`` of one volume of 512 x 512 x 300 voxels with
three classes, in turn; the compact network does its whole work, and its result is then replaced by
what the voxels say, because random weights would find noise. *Training*: the whole command, twice
in one project. Stored in benchmarks/results/many_volumes.json and .md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from many_lib.page import page  # noqa: E402
from many_lib.training import trainings  # noqa: E402
from speed_lib.machine import facts, in_own_process  # noqa: E402

RESULTS = ROOT / "benchmarks/results/many_volumes"
COUNTS = (100, 300, 1000)
SHAPE, WHOLE = (40, 96, 96), (300, 512, 512)
STEPS = 9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=("volumes", "training", "scoring"))
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--table", action="store_true", help="write the page again, and end")
    arguments = parser.parse_args()
    path = RESULTS.with_suffix(".json")
    found = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if not arguments.table:
        os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
        found["computer"] = facts("cpu", arguments.threads)
        for part in (arguments.only,) if arguments.only else ("volumes", "training", "scoring"):
            found[part] = measured(part, arguments)
            path.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    RESULTS.with_suffix(".md").write_text(page(found), "utf-8")


def measured(part: str, arguments: argparse.Namespace) -> list[dict] | dict:
    if part == "scoring":
        return in_own_process(scoring, arguments.repeats)
    if part == "training":
        return [in_own_process(training, max(arguments.counts), arguments.threads)]
    # A step of so many slices takes as long whatever their number: once is enough.
    repeats = {arguments.counts[0]: arguments.repeats}
    return [in_own_process(volumes, count, repeats.get(count, 0)) for count in arguments.counts]


# Volumes


def volumes(count: int, repeats: int) -> dict:
    """Memory in MB of this process alone, without pages of files; seconds; CPU ms of a step."""
    from semigda.data.cases import read_cases
    from semigda.prepared.making import prepare_all
    from semigda.prepared.store import Store
    from semigda.training.dataset import load_slices
    from semigda_core.models.preprocessing import Preprocessing

    grid = Preprocessing(size=(96, 96), spacing=(None, 1.0, 1.0))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cases = read_cases(write_volumes(folder, count))
        begun, result = time.perf_counter(), {"volumes": count}
        prepare_all(Store(folder / "prepared", grid), cases)
        result["prepare_s"] = time.perf_counter() - begun
        before, begun = anonymous(), time.perf_counter()
        store = Store(folder / "prepared", grid)
        prepare_all(store, cases)
        slices = load_slices(cases, store, 2)
        result["start_again_s"] = time.perf_counter() - begun
        result["disk_mb"] = sum(one.nbytes for one in slices) / 1e6
        result["memory_mb"] = anonymous() - before
        before = anonymous()
        held = [in_memory(one) for one in slices]
        result["held_memory_mb"] = anonymous() - before
        for _ in range(repeats):
            for way, ones in (("disk", slices), ("memory", held)):
                ms = step_ms(ones, cases)
                result[f"step_{way}_ms"] = min(result.get(f"step_{way}_ms", ms), ms)
        result["draw_disk_ms"], result["draw_memory_ms"] = draw_ms(slices, held)
    return result


def training(count: int, threads: int) -> dict:
    with tempfile.TemporaryDirectory() as name:
        return {"volumes": count} | trainings(write_volumes(Path(name), count), threads)


def write_volumes(folder: Path, count: int) -> Path:
    """Uncompressed volumes that differ in one voxel; one in twenty is labelled."""
    sys.path.append(str(ROOT / "Testing" / "engine"))
    from phantom_fixtures import draw_volume

    voxels, labels = draw_volume(0, SHAPE)
    write_raw(folder / "label.nrrd", labels)
    write_raw(folder / "first.nrrd", voxels)
    content = bytearray((folder / "first.nrrd").read_bytes())
    listed = []
    for number in range(count):
        content[-2:] = (number + 1).to_bytes(2, "little")
        image = folder / f"{number}.nrrd"
        image.write_bytes(content)
        one = {"name": str(number), "image": image.name, "role": "unlabeled"}
        if number % 20 == 0:
            one |= {"role": "labeled", "label": "label.nrrd"}
        listed.append(one)
    cases = folder / "many.json"
    cases.write_text(json.dumps(listed), "utf-8")
    return cases


def in_memory(slices):
    """A case as it was kept before."""
    from semigda.training.dataset import CaseSlices

    labels = None
    if slices.labels is not None:
        labels = slices.labels[:]
    held = CaseSlices.__new__(CaseSlices)
    held.__dict__ |= {**vars(slices), "planes": slices.planes[:], "labels": labels}
    return held


def anonymous() -> float:
    """MB of memory that no file stands behind."""
    with open("/proc/self/status", encoding="ascii") as file:
        line = next(line for line in file if line.startswith("RssAnon:"))
    return int(line.split()[1]) / 1000


def step_ms(slices, cases) -> float:
    """CPU time of a compact training with unlabelled slices, whose batches a thread draws ahead."""
    import torch

    from semigda.distributed import ALONE
    from semigda.networks.semigda import SemiGDA
    from semigda.progress import UNWATCHED
    from semigda.training.gradients import Gradients
    from semigda.training.loop import Training, fit
    from semigda_core.jobs.training import TrainSettings
    from semigda_core.models.network_config import NetworkConfig
    from semigda_core.models.preprocessing import Preprocessing

    grid = Preprocessing(size=(96, 96), spacing=(None, 1.0, 1.0)).to_dict()
    labels = [{"value": n, "name": f"class {n}", "color": [99, 9 * n, 9]} for n in (1, 2)]
    card = {"name": "many", "title": "Many", "description": "Drawn.", "modality": "MR",
            "labels": labels, "licence": "CC0 1.0"}  # fmt: skip
    config = NetworkConfig.compact()
    settings = TrainSettings(
        cases="cases.json", out="model", card=card, network=config.to_dict(), preprocessing=grid,
        steps=STEPS, labeled_batch=6, unlabeled_batch=2, supervised_share=0.0,
    )  # fmt: skip
    roles = {role: [] for role in ("labeled", "unlabeled")}
    for one, case in zip(slices, cases, strict=True):
        roles[case.role].append(one)
    torch.manual_seed(0)
    network = SemiGDA(config).train()
    gradients = Gradients(network, torch.device("cpu"), ALONE, UNWATCHED)
    times = [time.process_time()]
    around = SimpleNamespace(
        ends=lambda: False, after_step=lambda *_: times.append(time.process_time())
    )
    fit(Training(settings, roles, network, gradients).segment(), gradients, around)
    return statistics.median(1000 * (b - a) for a, b in zip(times[2:], times[3:], strict=False))


def draw_ms(*ways) -> list[float]:
    """Of 16 slices at random."""
    from semigda.training.dataset import SliceSampler, step_generator

    times: list[list[float]] = [[] for _ in ways]
    for step in range(100):
        for way, found in zip(ways, times, strict=True):
            begun = time.perf_counter()
            SliceSampler(way, (96, 96)).draw(16, step_generator(0, "x", step))
            found.append(1000 * (time.perf_counter() - begun))
    return [statistics.median(found) for found in times]


# Scoring


def scoring(repeats: int) -> dict:
    """CPU seconds of both, file to file, and peak memory in MB of each."""
    import torch
    from speed_lib.networks import CONFIGS

    from semigda.data.cases import Case
    from semigda.evaluation.evaluate import evaluate_network
    from semigda.inference.segment import segment_file
    from semigda.inference.usage import forget_peak, peak_memory
    from semigda.memory import keep_freed_memory
    from semigda.method.palette import Palette
    from semigda.networks.semigda import SemiGDA
    from semigda_core.jobs.segmenting import SegmentOptions
    from semigda_core.models.card import Label, ModelCard
    from semigda_core.models.preprocessing import Preprocessing

    palette = Palette(3)

    class Painting(SemiGDA):
        """Computes everything, then paints what the voxels say."""

        def forward(self, image, branches=("vae", "cnn")):
            done = super().forward(image, branches=branches)
            labels = ((image[:, 1] + 1) * 1.5).round().to(torch.uint8)
            return dict.fromkeys(done, palette.paint(labels))

    keep_freed_memory()
    torch.manual_seed(0)
    config = CONFIGS["compact"]()
    network = Painting(config).eval()
    labels = [Label(n, f"class {n}", (60 * n, 9, 9)) for n in (1, 2, 3)]
    intensity = {"rule": "ct-window", "low": 0.0, "high": 300.0}
    preprocessing = Preprocessing(size=(224, 224), intensity=intensity).to_dict()
    card = ModelCard("benchmark", "Benchmark", "Painted", "CT", labels, config.to_dict(),
                     preprocessing, licence="none")  # fmt: skip
    result: dict = {"segment_s": [], "score_s": [], "segment_mb": 0.0, "score_mb": 0.0}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        image, label = write_whole(folder)
        case = Case("one", image, label, "val")
        for _ in range(repeats):
            for way in ("segment", "score"):
                forget_peak()
                begun = time.process_time()
                if way == "segment":
                    options = replace(SegmentOptions(), review=False)
                    out = folder / "out.seg.nrrd"
                    segment_file(image, (network, card), out, options=options, overwrite=True)
                else:
                    found = evaluate_network(network, card, [case], SegmentOptions())
                result[f"{way}_s"].append(time.process_time() - begun)
                result[f"{way}_mb"] = max(result[f"{way}_mb"], peak_memory() / 1e6)
    result["dice"] = [row["dice"] for row in found["rows"]]
    return result


def write_whole(folder: Path) -> tuple[Path, Path]:
    """A volume whose values say the class, with noise, and its labels: three ellipsoids."""
    import numpy as np

    rng = np.random.default_rng(0)
    labels = np.zeros(WHOLE, np.uint8)
    for value in (1, 2, 3):
        centre, radii = rng.uniform(0.3, 0.7, 3) * WHOLE, rng.uniform(0.1, 0.25, 3) * WHOLE
        z, y, x = (
            ((np.arange(n) - c) / r) ** 2 for n, c, r in zip(WHOLE, centre, radii, strict=True)
        )
        labels[z[:, None, None] + y[None, :, None] + x[None, None] < 1] = value
    voxels = 100 * labels.astype(np.int16)
    for plane in voxels:
        plane += rng.integers(-15, 15, plane.shape, dtype=np.int16)
    write_raw(folder / "image.nrrd", voxels)
    write_raw(folder / "label.nrrd", labels)
    return folder / "image.nrrd", folder / "label.nrrd"


def write_raw(path: Path, voxels) -> None:
    """An uncompressed .nrrd with voxels of 1 mm."""
    import nrrd
    import numpy as np

    header = {
        "space": "left-posterior-superior",
        "space directions": np.eye(3),
        "space origin": np.zeros(3),
        "encoding": "raw",
    }
    nrrd.write(str(path), voxels, header, index_order="C")


if __name__ == "__main__":
    main()
