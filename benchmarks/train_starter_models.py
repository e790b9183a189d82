"""Train the starter models, and the same networks without unlabelled images.

    python benchmarks/train_starter_models.py hippocampus-mr --seeds 0 1
    python benchmarks/train_starter_models.py --table
    python benchmarks/train_starter_models.py --install

The first trains, for each seed, semi-supervised and supervised only, with the same network, steps,
seed and order of labelled slices, and the settings of ``COMMON``. Finished runs are skipped and
stopped runs resume, so several processes may share the work. ``--table`` scores every model on
val through the real inference and writes ``results/starter_models.json``; ``--install`` copies the
semi-supervised model of the first seed to ``Resources/Models``: nothing is chosen on val.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

from starter_data import BREAST, DATA, HIPPOCAMPUS, POLYP, ROOT, write_case_list

from semigda.evaluation.evaluate import evaluate
from semigda.training.train import train
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.jobs.training import Augmentation, TrainSettings
from semigda_core.models.card import ModelCard
from semigda_core.models.network_config import NetworkConfig
from semigda_core.project.training.presets import VARIED

RESULTS = ROOT / "benchmarks/results/starter_models.json"
MODELS = {
    "hippocampus-mr": {"data": "hippocampus", "spec": HIPPOCAMPUS},
    "breast-lesion-us": {"data": "breast_us", "spec": BREAST},
    "polyp-colonoscopy": {"data": "polyp", "spec": POLYP},
}
# As *Standard* trains on a CPU: general image features, their branch alone, large slices.
COMMON = {
    "network": NetworkConfig.pretrained().to_dict(),
    "branches": ("cnn",),
    "labeled_batch": 6,
    "unlabeled_batch": 2,
    "validation_cases": 63,
}
KINDS = {"semi": {}, "supervised": {"unlabeled_weight": 0.0}}


def run(name: str, seeds: list[int], kinds: list[str], folder: Path) -> None:
    """Train one model's runs that are not finished yet."""
    plan = MODELS[name]
    spec = plan["spec"]
    cases = folder / f"{plan['data']}.json"
    if not cases.exists():
        write_case_list(plan["data"], cases)
    card = dict(spec["card"])
    if "licence_file" in spec:
        card["licence_text"] = (DATA / plan["data"] / spec["licence_file"]).read_text()
    for seed in seeds:
        for kind in kinds:
            work = folder / name / f"{kind}-{seed}"
            if (work / name / "card.json").exists():
                continue
            started = time.monotonic()
            settings = TrainSettings(
                cases=str(cases),
                out=str(work / name),
                work=str(work),
                card=card,
                preprocessing={**spec["preprocessing"], **spec["grid"]},
                augmentation=Augmentation(**spec.get("augmentation", {}), **VARIED),
                seed=seed,
                precision="float32",
                threads=1,
                device="cpu",
                **COMMON,
                **KINDS[kind],
            )
            train(settings)
            seconds = round(time.monotonic() - started)
            (work / "seconds.json").write_text(json.dumps({"seconds": seconds}))


def finished(folder: Path, name: str) -> list[Path]:
    """Packages of a model's finished runs."""
    return sorted(folder.glob(f"{name}/*-*/{name}"))


def measure(folder: Path) -> list[dict]:
    """One row a finished run: val figures through the real inference, on the images' own grid."""
    rows = []
    for name, plan in MODELS.items():
        for package in finished(folder, name):
            kind, seed = package.parent.name.rsplit("-", 1)
            card = ModelCard.read(package)
            result = evaluate(
                package,
                folder / f"{plan['data']}.json",
                out_dir=package.parent / "val",
                overwrite=True,
                options=SegmentOptions(device="cpu"),
            )
            summary = result["summary"]
            classes = {
                c["name"]: {key: c[key] for key in ("dice", "dice_sd", "dice_worst", "hd95")}
                for c in summary["classes"]
            }
            seconds = package.parent / "seconds.json"
            rows.append(
                {
                    "model": name,
                    "kind": kind,
                    "seed": int(seed),
                    "branches": card.branches,
                    "weights": card.training["weights"],
                    "sha256": card.weights_sha256,
                    "mean_dice": summary["mean"]["dice"],
                    "classes": classes,
                    "unit": summary["unit"],
                    "seconds": json.loads(seconds.read_text()) if seconds.exists() else None,
                    "settings": card.training["settings"],
                }
            )
            print(line(rows[-1]), flush=True)
    return rows


def line(row: dict) -> str:
    """A row of the table."""
    classes = "  ".join(
        f"{name} {values['dice']:.3f} (HD95 {values['hd95']:.1f} {row['unit']})"
        for name, values in row["classes"].items()
    )
    return (
        f"{row['model']:<18}{row['kind']:<11} seed {row['seed']}  {row['branches']:<5}"
        f"mean {row['mean_dice']:.3f}  {classes}"
    )


def install(folder: Path) -> None:
    """Copy the semi-supervised package of each model's first seed: nothing is chosen on val."""
    for name in MODELS:
        packages = [p for p in finished(folder, name) if p.parent.name.startswith("semi-")]
        if not packages:
            continue
        first = min(packages, key=lambda package: ModelCard.read(package).training["seed"])
        target = ROOT / "Resources/Models" / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(first, target)
        print(f"{name}: {first.parent.name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help=f"models to train: {', '.join(MODELS)}")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--runs", type=Path, default=ROOT / "runs/starter")
    parser.add_argument("--table", action="store_true", help="measure the finished runs")
    parser.add_argument(
        "--install", action="store_true", help="copy the first seed's into Resources"
    )
    arguments = parser.parse_args()
    for name in arguments.models:
        if name not in MODELS:
            parser.error(f"there is no starter model {name!r}")
        run(name, arguments.seeds, arguments.kinds, arguments.runs)
    if arguments.table:
        rows = measure(arguments.runs)
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(rows, indent=1) + "\n")
    if arguments.install:
        install(arguments.runs)


if __name__ == "__main__":
    main()
