"""What a training spends its time on with this computer's CPU, and what drawing ahead saves.

    python benchmarks/training_time.py
    python benchmarks/training_time.py --steps 120 --repeats 2

A compact training of ../shared/data/hippocampus ($SEMIGDA_DATA, or phantoms if it is missing)
through the real loop: pre-training, both stages, a validation with its previews, checkpoints. Once
with batches drawn ahead by a thread, once drawn when they are needed, in turn and each in a fresh
process. Times run from the first step to the end of stage 2; reading the images comes before.
Stored in benchmarks/results/training_time.json and .md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from speed_lib.machine import processor
from starter_data import DATA, HIPPOCAMPUS, ROOT, write_case_list

sys.path.append(str(ROOT / "Testing" / "engine"))  # the phantoms
RESULTS = ROOT / "benchmarks" / "results" / "training_time"
WAYS = {"ahead": 2, "when needed": 0}  # batches drawn ahead


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=120, help="of stage 2")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2, help="CPU threads of PyTorch")
    parser.add_argument("--depth", type=int, help=argparse.SUPPRESS)  # the child's
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.folder:
        print(json.dumps(measure(Path(arguments.folder), arguments.depth, arguments)))
        return
    runs = []
    for _ in range(arguments.repeats):
        for way, depth in WAYS.items():
            runs.append({"way": way, **in_fresh_process(depth, arguments)})
            print(json.dumps(runs[-1]), flush=True)
    store(runs, arguments)


def in_fresh_process(depth: int, arguments: argparse.Namespace) -> dict:
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": str(arguments.threads),
        "GOMP_SPINCOUNT": "1000",  # as the semigda command sets it
    }
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--folder", folder, "--depth", str(depth)]
        command += ["--steps", str(arguments.steps), "--threads", str(arguments.threads)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def settings(folder: Path, steps: int) -> dict:
    """As many validations and cases a step as in a standard training, more checkpoints."""
    from semigda_core.models.network_config import NetworkConfig

    cases = folder / "cases.json"
    spec, data = HIPPOCAMPUS, "hippocampus"
    if (DATA / "hippocampus").is_dir():
        write_case_list("hippocampus", cases)
    else:
        from phantom_fixtures import VOLUME_CLASSES, write_phantoms

        data, cases = "phantoms", write_phantoms(folder, 4, 8, 4, shape=(32, 64, 64))
        colours = ((111, 184, 210), (216, 101, 79))
        labels = [
            {"value": n, "name": name, "color": colours[n - 1]}
            for n, name in enumerate(VOLUME_CLASSES, 1)
        ]
        spec = {**spec, "card": {**spec["card"], "labels": labels}}
    return {
        "data": data,
        "training": {
            "cases": str(cases),
            "out": str(folder / "model"),
            "card": spec["card"],
            "network": NetworkConfig.compact().to_dict(),
            "preprocessing": spec["preprocessing"],
            "pretrain_steps": steps // 2,
            "align_steps": steps // 10,
            "steps": steps,
            "validations": 1,
            "validation_cases": max(1, steps * 12 // 500),
            "checkpoint_minutes": 0.5,
            "device": "cpu",
        },
    }


def measure(folder: Path, depth: int, arguments: argparse.Namespace) -> dict:
    """One training; the parts of the loop are timed by wrappers around them."""
    from semigda.memory import keep_freed_memory
    from semigda.training import batch, checkpoint, train
    from semigda.training.gradients import Gradients
    from semigda.training.watch import Watch
    from semigda_core.jobs.folder import JobFolder
    from semigda_core.jobs.training import TrainSettings

    keep_freed_memory()
    batch.DEPTH = depth
    seconds = dict.fromkeys(("network", "validation", "checkpoints"), 0.0)
    first: list[float] = []
    steps: list[float] = []

    def timed(owner: object, name: str, part: str) -> None:
        real = getattr(owner, name)

        def call(*values, **named):
            begin = time.perf_counter()
            first.append(begin)
            try:
                return real(*values, **named)
            finally:
                seconds[part] += time.perf_counter() - begin
                if part == "network":
                    steps.append(time.perf_counter())

        setattr(owner, name, call)

    timed(Gradients, "of", "network")
    for name in ("measure", "sheets"):  # Dice, and pictures
        timed(Watch, name, "validation")
    timed(checkpoint, "save_checkpoint", "checkpoints")
    stage_2_ended: list[float] = []
    finish = train._Run._finish

    def finish_and_note(run: train._Run, steps: int) -> dict:
        stage_2_ended.append(time.perf_counter())
        stage_2_ended.append(dict(seconds))
        return finish(run, steps)

    train._Run._finish = finish_and_note
    chosen = settings(folder, arguments.steps)
    values = chosen["training"]
    wanted = TrainSettings.from_dict(values)
    job = JobFolder.create(folder / "job", "train", {"cases": values["cases"]})
    begun = time.perf_counter()
    train.train(wanted, job)
    end, parts = stage_2_ended
    wall = end - first[0]
    return {
        "data": chosen["data"],
        "load_seconds": round(first[0] - begun, 2),
        "seconds": round(wall, 2),
        "steps_per_second": round(len(steps) / wall, 3),
        **{f"{name}_share": round(value / wall, 4) for name, value in parts.items()},
        "batch": [wanted.labeled_batch, wanted.unlabeled_batch],
        "size": values["preprocessing"]["size"],
        "validation_cases": wanted.validation_cases,
    }


def store(runs: list[dict], arguments: argparse.Namespace) -> None:
    import torch

    one = runs[0]
    lines = [
        f"CPU: {processor()}, {arguments.threads} threads, torch {torch.__version__}; "
        f"load average {', '.join(f'{n:.1f}' for n in os.getloadavg())} at the end.",
        f"Compact network, {one['data']}, {one['size']} pixels, batches of {one['batch']}: "
        f"{arguments.steps // 2} steps of pre-training, {arguments.steps // 10} of stage 1, "
        f"{arguments.steps} of stage 2 with a validation of {one['validation_cases']} cases, its "
        f"preview, a checkpoint every 30 s. Median (least to largest) of {arguments.repeats} runs.",
        "",
        "| batches drawn | steps/s | forward, backward, optimiser % | validation's network % "
        "| checkpoints % | the rest % | reading the images s |",
        "|---" * 7 + "|",
    ]

    def cell(way: str, value, digits: int = 1) -> str:
        found = sorted(value(run) for run in runs if run["way"] == way)
        low, middle, high = found[0], statistics.median(found), found[-1]
        return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"

    def rest(run: dict) -> float:
        return 100 * (1 - sum(v for name, v in run.items() if name.endswith("_share")))

    for way in WAYS:
        cells = [cell(way, lambda run: run["steps_per_second"], 2)]
        for name in ("network", "validation", "checkpoints"):
            cells.append(cell(way, lambda run, name=name: 100 * run[f"{name}_share"]))
        cells += [cell(way, rest), cell(way, lambda run: run["load_seconds"])]
        lines.append(f"| {way} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "Waiting for a processor counts as computing: on a busy computer, compare the rows with "
        "each other, not with those of another day.",
    ]
    text = "\n".join(lines)
    print(text)
    RESULTS.with_suffix(".md").write_text(text + "\n", encoding="utf-8")
    RESULTS.with_suffix(".json").write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
