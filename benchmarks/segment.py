"""Time and memory of segmenting a large volume on this computer's CPU.

    python benchmarks/segment.py --shape 512 512 300
    python benchmarks/segment.py --shape 512 512 300 --slices 300 1200

Each size runs in a fresh process, with a compact network of random weights (they cost the same) on
a volume of smooth random values with noise, from an uncompressed .nrrd to a .seg.nrrd with a review
map. The table is printed and stored in benchmarks/results/segment.json and .md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
RESULTS = ROOT / "benchmarks" / "results"
COLUMNS = ("start", "load", "preprocess", "network", "resample", "write", "total")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", type=int, nargs=3, default=(512, 512, 300), metavar="N",
                        help="columns, rows, slices")  # fmt: skip
    parser.add_argument("--slices", type=int, nargs="+", help="several numbers of slices")
    parser.add_argument("--slice-axis", default="axial", help="as in a model card")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads of PyTorch")
    parser.add_argument("--warm", action="store_true", help="also time a warm worker's second job")
    arguments = parser.parse_args()
    columns, rows, slices = arguments.shape
    reports = []
    for count in arguments.slices or [slices]:
        with tempfile.TemporaryDirectory() as folder:
            warm = arguments.warm and not reports  # once is enough: it takes two runs
            reports.append(measure(Path(folder), (columns, rows, count), arguments, warm))
    store(reports, arguments)


def measure(folder: Path, shape: tuple[int, int, int], arguments, warm: bool) -> dict:
    """The report of one ``semigda segment`` in a fresh process."""
    # The parts are made in a process of their own, so that this one stays small.
    call = f"import segment; segment.make({str(folder)!r}, {shape!r}, {arguments.slice_axis!r})"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "benchmarks"))),
        "OMP_NUM_THREADS": str(arguments.threads),
    }
    subprocess.run([sys.executable, "-c", call], check=True, env=environment)
    command = [sys.executable, "-m", "semigda", "segment", folder / "image.nrrd"]
    command += ["--model", folder / "model", "-o", folder / "out.seg.nrrd", "--device", "cpu"]
    command += ["--review", folder / "review.nrrd", "--report", folder / "report.json"]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    report = json.loads((folder / "report.json").read_text("utf-8"))
    report["volume_bytes"] = 2 * shape[0] * shape[1] * shape[2]
    if warm:
        report["second_click_seconds"] = second_click(folder, environment)
    return report


def make(folder: str, shape: tuple[int, int, int], slice_axis: str) -> None:
    """An int16 volume ``image.nrrd`` and a package ``model`` with random weights."""
    import nrrd
    import numpy as np
    import torch

    from semigda.data.preprocess import Preprocessing
    from semigda.models.card import Label, ModelCard
    from semigda.models.package import save_package
    from semigda.networks.config import NetworkConfig
    from semigda.networks.semigda import SemiGDA

    columns, rows, slices = shape
    rng = np.random.default_rng(0)
    voxels = np.empty((slices, rows, columns), np.int16)
    y, x = np.ogrid[:rows, :columns]
    for z in range(slices):
        waves = np.sin(x / 37 + z / 50) + np.cos(y / 29 - z / 41)
        voxels[z] = 200 * waves + rng.integers(-50, 50, (rows, columns))
    header = {
        "space": "left-posterior-superior",
        "space directions": np.diag([0.8, 0.8, 1.0]),
        "space origin": np.zeros(3),
        "encoding": "raw",
    }
    nrrd.write(f"{folder}/image.nrrd", voxels, header, index_order="C")
    torch.manual_seed(0)
    config = NetworkConfig.compact()
    preprocessing = Preprocessing(
        slice_axis=slice_axis, intensity={"rule": "ct-window", "low": -500.0, "high": 500.0}
    )
    labels = [Label(1, "one", (255, 0, 0)), Label(2, "two", (0, 255, 0))]
    card = ModelCard("benchmark", "Benchmark", "Random weights", "CT", labels, config.to_dict(),
                     preprocessing.to_dict(), licence="none")  # fmt: skip
    save_package(f"{folder}/model", SemiGDA(config), card)


def second_click(folder: Path, environment: dict) -> float:
    """Seconds from a job's creation to its first slice, in a worker that has done one before."""
    from semigda.jobs.folder import JobFolder

    worker = subprocess.Popen(
        [sys.executable, "-m", "semigda", "worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    for click in ("first", "second"):
        job = JobFolder.create(
            folder / click,
            "segment",
            {"volume": str(folder / "image.nrrd")},
            {"device": "cpu"},
            str(folder / "model"),
        )
        print(job.path, file=worker.stdin, flush=True)
        while not worker.stdout.readline().startswith("finished"):
            pass
    worker.stdin.close()
    worker.wait()
    seconds = job.result()["report"]["seconds"]
    return seconds["start"] + seconds["load"]


def store(reports: list[dict], arguments) -> None:
    lines = [
        f"CPU: {cpu_name()}, {arguments.threads} threads; {reports[0]['versions']}",
        f"Compact network, both branches, {reports[0]['working']['size']} pixels a slice, "
        f"slices {arguments.slice_axis}, batches of {reports[0]['batch_size']}.",
        "",
        "| volume (z, y, x) | " + " | ".join(f"{name} s" for name in COLUMNS)
        + " | network + resampling s | peak memory MB | beyond the volume MB |",
        "|---" * (len(COLUMNS) + 4) + "|",
    ]  # fmt: skip
    for report in reports:
        seconds, peak = report["seconds"], report["peak_memory_bytes"]
        cells = [
            " x ".join(map(str, report["input"]["shape"])),
            *(f"{seconds[name]:.1f}" for name in COLUMNS),
            f"{seconds['network'] + seconds['resample'] + seconds['preprocess']:.1f}",
            f"{peak / 2**20:.0f}",
            f"{(peak - report['volume_bytes']) / 2**20:.0f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    lines.append("")
    lines.append("Network + resampling includes preparing the slices.")
    for report in reports:
        if "second_click_seconds" in report:
            lines.append(
                f"Warm worker, {report['input']['shape'][0]} slices: the second job reaches its "
                f"first slice {report['second_click_seconds']:.2f} s after the click."
            )
    text = "\n".join(lines)
    print(text)
    RESULTS.mkdir(exist_ok=True)
    name = "segment" if arguments.slice_axis == "axial" else f"segment-{arguments.slice_axis}"
    (RESULTS / f"{name}.md").write_text(text + "\n", encoding="utf-8")
    (RESULTS / f"{name}.json").write_text(json.dumps(reports, indent=1) + "\n", encoding="utf-8")


def cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


if __name__ == "__main__":
    main()
