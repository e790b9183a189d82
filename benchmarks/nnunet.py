"""nnU-Net v2 on the sets of the study with few labels, with its own planning.

    python3 -m venv nnunet
    nnunet/bin/pip install torch==2.13.0 nnunetv2==2.8.1       # a CPU build of PyTorch suffices
    python benchmarks/nnunet.py --nnunet nnunet/bin/python --cpu-seconds 900

It sees the labelled cases alone, trains for the CPU seconds of a budget of the study, and is scored
as every other method. A finished run is one JSON beside the study's,
artifacts/few_labels/<set>/nnunet-<configuration>-<seed>-<seconds>s.json, and is skipped;
``few_labels.py --table`` shows it in a table of its own. Needs the data in $SEMIGDA_DATA, and about
2 GB on disk for nnU-Net, which nothing else of this project needs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from few_labels_lib.runs import Clock, run_name, write_run  # noqa: E402
from few_labels_lib.scores import WHOLE, score_cases  # noqa: E402
from few_labels_lib.sets import SETS, DataSet  # noqa: E402
from speed_lib.machine import processor  # noqa: E402

from semigda.data.cases import Case, read_cases  # noqa: E402
from semigda.data.labels import read_classes  # noqa: E402
from semigda.data.volumes import Volume, read_volume  # noqa: E402
from semigda_core.models.card import Label  # noqa: E402

DRIVER = ROOT / "benchmarks/nnunet_lib/driver.py"
NUMBER = 501  # of nnU-Net's data sets, which are in a folder each


class NNUNet:
    """nnU-Net for one set: its folders, and its own environment to run in.

    Args:
        python: of the environment that nnU-Net is installed in.
        folder: for all that it reads and writes.
        configuration: "2d" or "3d_fullres".
    """

    def __init__(self, python: str, folder: Path, one: DataSet, configuration: str, threads: int):
        self.python, self.folder, self.one = python, folder, one
        self.configuration, self.threads = configuration, threads
        self.flat = is_flat(one)
        self.ending = ".png" if self.flat else ".nii.gz"
        self.name = f"Dataset{NUMBER}_{one.name}"

    def prepare(self) -> dict[str, float]:
        """Convert, plan and preprocess, once; the seconds that it took."""
        note = self.folder / f"prepared-{self.configuration}.json"
        if not note.exists():
            clock = Clock()
            self.convert("labeled", self.folder / "raw" / self.name)
            self.convert("val", self.folder / "val")
            self.call("prepare", number=NUMBER, configuration=self.configuration)
            note.write_text(json.dumps(clock.read()))
        return json.loads(note.read_text())

    def train(self, seed: int, cpu: int, steps: int | None) -> dict[str, Any]:
        """What the driver says of its training."""
        values = {"number": NUMBER, "configuration": self.configuration, "seed": seed}
        return self.call("train", **values, cpu=cpu, steps=steps)

    def predict(self) -> Path:
        """Segment val with what was trained last; the folder of label maps."""
        model = f"nnUNetTrainer__nnUNetPlans__{self.configuration}"
        folders = {"model": self.folder / "results" / self.name / model}
        folders |= {"images": self.folder / "val/imagesTr", "out": self.folder / "predicted"}
        self.call("predict", **{key: str(path) for key, path in folders.items()})
        return folders["out"]

    def convert(self, role: str, folder: Path) -> None:
        """Cases of a role in nnU-Net's raw format."""
        for case in self.cases(role):
            volume = read_volume(case.image)
            labels = read_classes(case.label, volume, case.classes)
            if self.flat:
                image = sitk.GetImageFromArray(self.colours(volume), isVector=self.coloured)
                truth = sitk.GetImageFromArray(labels[0])
            else:
                image, truth = sitk.ReadImage(case.image), sitk.GetImageFromArray(labels)
                truth.CopyInformation(image)
            for kind, part, number in (("imagesTr", image, "_0000"), ("labelsTr", truth, "")):
                path = folder / kind / f"{case.name}{number}{self.ending}"
                path.parent.mkdir(parents=True, exist_ok=True)
                sitk.WriteImage(part, str(path))
        channels = ["red", "green", "blue"] if self.coloured else [self.one.card["modality"]]
        labels = {label["name"]: label["value"] for label in self.one.card["labels"]}
        values = {
            "channel_names": {str(number): name for number, name in enumerate(channels)},
            "labels": {"background": 0, **labels},
            "numTraining": len(self.one.split[role]),
            "file_ending": self.ending,
        }
        (folder / "dataset.json").write_text(json.dumps(values))

    @property
    def coloured(self) -> bool:
        return self.one.preprocessing["channels"] == "rgb"

    def colours(self, volume: Volume) -> np.ndarray:
        """A picture (y, x) or, of a coloured set, (y, x, 3)."""
        picture = volume.array[0]
        if self.coloured and picture.ndim == 2:
            return np.repeat(picture[..., None], 3, -1)
        return picture if self.coloured or picture.ndim == 2 else picture[..., 0]

    def cases(self, role: str) -> list[Case]:
        return read_cases(self.one.write_cases(self.folder / f"{role}.json", role))

    def call(self, what: str, **values: Any) -> dict[str, Any]:
        """The driver's result, from a process of its own."""
        result = self.folder / f"{what}.json"
        places = {
            f"nnUNet_{kind}": str(self.folder / kind) for kind in ("raw", "preprocessed", "results")
        }
        # 0: batches are made by the process itself. The planner would fail with it.
        few = {"nnUNet_n_proc_DA": str(int(what == "prepare")), "nnUNet_def_n_proc": "1"}
        few["OMP_NUM_THREADS"] = str(self.threads)
        command = [self.python, str(DRIVER), what, json.dumps(values), str(result)]
        command += ["--threads", str(self.threads)]
        with open(self.folder / f"{what}.log", "w", encoding="utf-8") as log:
            ended = subprocess.run(
                command, env={**os.environ, **places, **few}, stdout=log, stderr=subprocess.STDOUT
            )
        if ended.returncode:
            sys.exit(f"nnU-Net failed: see {log.name}")
        return json.loads(result.read_text("utf-8"))


def is_flat(one: DataSet) -> bool:
    """Whether the set has pictures."""
    return one.preprocessing["slice_axis"] == "acquisition"


def labels_of(folder: Path, case: Case, volume: Volume, ending: str) -> dict[str, np.ndarray]:
    """nnU-Net's label map of a case, on the image's grid."""
    found = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / f"{case.name}{ending}")))
    return {WHOLE: found.astype(np.uint8).reshape(volume.shape)}


def perform(one: DataSet, seed: int, arguments: argparse.Namespace) -> Path:
    """Train, predict, score and write the run's JSON; a finished run is kept."""
    configuration = "2d" if is_flat(one) else arguments.configuration
    plan = {"cpu": arguments.cpu_seconds}
    method = f"nnunet-{configuration}"
    path = arguments.results / one.name / f"{run_name(method, seed, 0, plan)}.json"
    if path.exists():
        return path
    folder = (arguments.runs / one.name).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    nnunet = NNUNet(arguments.nnunet, folder, one, configuration, arguments.threads)
    seconds = {"prepare": nnunet.prepare()}
    trained = nnunet.train(seed, arguments.cpu_seconds, arguments.steps)
    seconds["train"] = trained["seconds"]
    clock = Clock()
    place, labels = nnunet.predict(), [Label.from_dict(label) for label in one.card["labels"]]

    def predict(case: Case, volume: Volume) -> dict[str, np.ndarray]:
        return labels_of(place, case, volume, nnunet.ending)

    rows, _ = score_cases(nnunet.cases("val"), labels, predict)
    seconds["judge"] = clock.read()
    steps = trained["steps"]
    contents = {
        "set": one.name,
        "method": method,
        "seed": seed,
        "budget": steps,
        "planned": {**plan, "a_step": trained["a_step"]},
        "spent": {
            "optimizer_steps": steps,
            "gradient_slices": steps * trained["batch"],
            "teacher_slices": 0,
            **{key: trained[key] for key in ("tflop", "parameters")},
        },
        "seconds": seconds,
        "settings": {"preprocessing": {"size": trained["patch"]}},
        "device": "cpu",
        "processor": processor(),
        "threads": arguments.threads,
        "versions": trained["versions"],
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "branches": {},
        "rows": rows,
    }
    write_run(path, contents)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nnunet", required=True, help="Python of nnU-Net's environment")
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--cpu-seconds", type=int, required=True, help="budget of a training")
    parser.add_argument("--steps", type=int, help="instead of those that fit")
    parser.add_argument(
        "--configuration",
        choices=["2d", "3d_fullres"],
        default="3d_fullres",
        help="for volumes; pictures have 2d alone",
    )
    parser.add_argument("--threads", type=int, default=1, help="of the CPU")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs/nnunet", help="for its files")
    parser.add_argument("--results", type=Path, default=ROOT / "artifacts/few_labels")
    arguments = parser.parse_args()
    for seed in arguments.seeds:
        for name in arguments.sets:
            path = perform(SETS[name], seed, arguments)
            run = json.loads(path.read_text("utf-8"))
            dice = [row["dice"] for row in run["rows"] if row["dice"] is not None]
            print(
                f"{name:<12}{run['method']:<20} seed {seed} steps {run['budget']}  "
                f"Dice {sum(dice) / len(dice):.3f}  seconds: {run['seconds']}",
                flush=True,
            )


if __name__ == "__main__":
    main()
