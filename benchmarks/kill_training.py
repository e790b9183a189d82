"""Kill a training again and again at random moments: does it end like an undisturbed one?

    python benchmarks/kill_training.py
    python benchmarks/kill_training.py --kills 20 --seed 1 --data hippocampus

One training runs undisturbed; the same training in another folder is killed (SIGKILL on Linux and
macOS) at moments of its progress that a seeded generator draws, and started again each time. Then
all losses, validations, held-out Dice values and weights are compared. The table is printed and
stored in benchmarks/results/kills.json and .md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "Testing" / "engine"), str(ROOT / "benchmarks")]
RESULTS = ROOT / "benchmarks" / "results"
SHORT = {"pretrain_steps": 20, "align_steps": 15, "steps": 50, "validations": 4}
CHECKPOINT_MINUTES = 0.02


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--data", choices=("phantoms", "hippocampus"), default="phantoms")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        values = prepare(folder, arguments.data)
        report = compare(folder, values, arguments.kills, arguments.seed)
    store({"data": arguments.data, "seed": arguments.seed, **report})


def prepare(folder: Path, data: str) -> dict:
    """``TrainSettings`` of a training of some seconds on the named data."""
    from phantom_fixtures import write_phantoms
    from training_fixtures import SHAPE, settings

    if data == "phantoms":
        cases = write_phantoms(folder / "data", 4, 6, 4, shape=SHAPE)
        return settings(cases, folder, **SHORT)
    from starter_data import HIPPOCAMPUS, write_case_list

    everything, cases = folder / "all.json", folder / "cases.json"
    write_case_list(data, everything)
    listed = json.loads(everything.read_text("utf-8"))
    few = [c for role in ("labeled", "unlabeled", "val") for c in of_role(listed, role)[:6]]
    cases.write_text(json.dumps(few), encoding="utf-8")
    spec = {"card": HIPPOCAMPUS["card"], "preprocessing": HIPPOCAMPUS["preprocessing"]}
    return settings(cases, folder, **SHORT, **spec)


def of_role(cases: list[dict], role: str) -> list[dict]:
    return [case for case in cases if case["role"] == role]


def compare(folder: Path, values: dict, kills: int, seed: int, later: float = 1.0) -> dict:
    """Both trainings, and how much they differ. ``later``: see :func:`kill`."""
    whole = new_job(folder / "whole", values)
    seconds = finish(whole)
    torn = new_job(folder / "torn", values | {"checkpoint_minutes": CHECKPOINT_MINUTES})
    moments = kill(torn, kills, seed, later)
    finish(torn)
    report = {"kills": len(moments), "seconds_undisturbed": round(seconds, 1)}
    return {**report, **differences(folder, whole, torn), "moments": moments}


def new_job(folder: Path, values: dict):
    from semigda_core.jobs.folder import JobFolder

    options = {**values, "work": None, "out": str(folder / "model" / values["card"]["name"])}
    return JobFolder.create(folder / "job", "train", {"cases": options.pop("cases")}, options)


def start(job) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "semigda", "run", str(job.path)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)


def finish(job) -> float:
    """Run a job to its end; the seconds it took from the training's begin."""
    process = begin(job)
    began = time.monotonic()
    if process.wait() != 0 or job.state()["state"] != "done":
        raise SystemExit(f"The training failed: {job.state()['message']}")
    return time.monotonic() - began


def kill(job, kills: int, seed: int, later: float) -> list[dict]:
    """Start the job and kill it, again and again.

    The moments lie anywhere in the training's progress, which is the same on a busy and on an idle
    machine, and up to ``later`` seconds after: in a step, a save, a validation, or while images are
    read.

    Returns:
        For each kill what the job was doing.
    """
    draw = random.Random(seed)
    moments = []
    for moment in sorted(draw.uniform(0, 1) for _ in range(kills)):
        process = begin(job)
        while process.poll() is None and job.state()["progress"] < moment:
            time.sleep(0.02)
        time.sleep(draw.uniform(0, later))
        process.kill()
        process.wait()
        state = job.state()
        if state["state"] == "done":
            break
        moments.append({name: state[name] for name in ("progress", "state", "message")})
    return moments


def begin(job) -> subprocess.Popen:
    """Start the job, and wait until Python has loaded everything and the training begins."""
    before = len(job.events())
    process = start(job)
    while process.poll() is None and len(job.events()) == before:
        time.sleep(0.02)
    return process


def differences(folder: Path, whole, torn) -> dict:
    """What the two ended with: numbers of values compared, and the largest differences."""
    from semigda.models.package import load_network

    result = {}
    for kind in ("losses", "validation"):
        theirs, ours = (of_type(job, kind) for job in (whole, torn))
        result[kind] = {"compared": len(theirs), "equal": ours == theirs}
    models = (job.result()["outputs"]["model"] for job in (whole, torn))
    theirs, ours = (load_network(model)[0].state_dict() for model in models)
    gaps = [(ours[name].float() - theirs[name].float()).abs().max() for name in theirs]
    result["weights"] = {"compared": len(gaps), "largest_difference": max(gaps).item()}
    dice = [flat(job.result()["report"]["val_dice"]) for job in (whole, torn)]
    worst = max(abs(dice[1][key] - value) for key, value in dice[0].items())
    result["held_out_dice"] = {"compared": len(dice[0]), "largest_difference": worst}
    result["left_over"] = sorted(
        path.name
        for pattern in ("*.new", "*checkpoint*", "*.part", ".*")
        for path in (folder / "torn").rglob(pattern)
    )
    return result


def of_type(job, kind: str) -> dict:
    """A job's events of a kind, by stage and step; one that was reported twice must be the same."""
    found: dict = {}
    for event in job.events():
        if event["type"] == kind:
            event.pop("time")
            key = (event.get("stage"), event["step"])
            if found.setdefault(key, event) != event:
                found[key] = "reported differently"
    return found


def flat(values: dict, path: tuple = ()) -> dict:
    """Nested numbers by their path."""
    result = {}
    for key, value in values.items():
        inner = flat(value, (*path, key)) if isinstance(value, dict) else {(*path, key): value}
        result |= inner
    return result


def store(report: dict) -> None:
    lines = [
        f"{report['kills']} kills at random moments (seed {report['seed']}) of a training on "
        f"{report['data']} that takes {report['seconds_undisturbed']} s undisturbed; "
        f"{platform.system()}, Python {platform.python_version()}.",
        "",
        "| compared with the undisturbed training | values | result |",
        "|---|---|---|",
        *(
            f"| {kind} | {report[kind]['compared']} | "
            f"{'equal' if report[kind]['equal'] else 'DIFFERENT'} |"
            for kind in ("losses", "validation")
        ),
        *(
            f"| {kind.replace('_', ' ')} | {report[kind]['compared']} | "
            f"largest difference {report[kind]['largest_difference']:g} |"
            for kind in ("weights", "held_out_dice")
        ),
        f"| files left over | {len(report['left_over'])} | {', '.join(report['left_over'])} |",
        "",
        "| kill | progress | state | doing |",
        "|---|---|---|---|",
        *(
            f"| {number} | {100 * moment['progress']:.0f} % | "
            f"{moment['state']} | {moment['message']} |"
            for number, moment in enumerate(report["moments"], 1)
        ),
    ]
    text = "\n".join(lines)
    print(text)
    RESULTS.mkdir(exist_ok=True)
    name = "kills" if report["data"] == "phantoms" else f"kills-{report['data']}"
    (RESULTS / f"{name}.md").write_text(text + "\n", encoding="utf-8")
    (RESULTS / f"{name}.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
