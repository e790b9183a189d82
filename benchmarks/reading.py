"""Is segmenting as fast as before image files were read in a separate process?

    python benchmarks/reading.py
    python benchmarks/reading.py --before 88cdb53 --repeats 7 --cases 40

Both versions of the engine, this one and that of a commit, take turns on the same files with the
second click on *Segment* (a job of a warm worker, on a volume as Slicer hands it over), and
`segment --cases` on real data, the whole command. A ratio compares each repeat with its neighbour,
so another program on the computer slows both. The table is printed and stored in
benchmarks/results/reading.json and .md, which `speed.py --table` puts into speed.md beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
RESULTS = ROOT / "benchmarks" / "results"
MODELS = {"hippocampus": "hippocampus-mr", "breast_us": "breast-lesion-us"}
MOST = 1.1  # times as long as before
_CLICKS_A_REPEAT = 5

# A worker's process: one line in, one job done, the seconds out. The first job is the first click.
_WORKER = """
import sys, time, tempfile
from pathlib import Path
from semigda_core.jobs.folder import JobFolder
from semigda.jobs.kinds import ModelCache
from semigda.jobs.run import run_job
models, volume, model, runs = ModelCache(), *sys.argv[1:4]
for number, _ in enumerate(sys.stdin):
    folder = Path(runs) / str(number)
    begin = time.perf_counter()
    JobFolder.create(folder, "segment", {"volume": volume}, {"device": "cpu"}, model)
    assert run_job(folder, models) == 0
    print(time.perf_counter() - begin, flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", default="88cdb53", help="commit to compare with")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--cases", type=int, default=40, help="of each data set")
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = folder / "before"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--detach", "-f", before, arguments.before], check=True)
        try:
            for data, model in MODELS.items():
                images = sorted((_data() / data / "images").iterdir())[: arguments.cases]
                model = str(ROOT / "Resources" / "Models" / model)
                rows.append(clicks(folder, before, data, images[0], model, arguments.repeats))
                rows.extend(cohorts(folder, before, data, images, model, arguments.repeats))
        finally:
            subprocess.run([*git, "remove", "--force", before], check=True)
    store({"before": arguments.before, "rows": rows})


def clicks(folder: Path, before: Path, data: str, image: Path, model: str, repeats: int) -> dict:
    """Seconds of jobs in two warm workers, in turn."""
    import SimpleITK as sitk

    volume = folder / f"{data}.nrrd"
    picture = sitk.ReadImage(str(image))
    picture = picture if picture.GetDimension() == 3 else sitk.JoinSeries(picture)
    sitk.WriteImage(picture, str(volume))  # raw, as Slicer's own export
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", _WORKER, volume, model, folder / f"{data}-jobs{number}"],
            env=_environment(engine),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number, engine in enumerate((before, ROOT))
    ]

    def click(worker) -> float:
        worker.stdin.write("\n")
        worker.stdin.flush()
        return float(worker.stdout.readline())

    for worker in workers:
        click(worker)
    pairs = []
    for repeat in range(repeats):
        seconds: list[list[float]] = [[], []]
        for number in range(2 * _CLICKS_A_REPEAT):
            which = (number + repeat) % 2
            seconds[which].append(click(workers[which]))
        pairs.append([statistics.median(s) for s in seconds])
    for worker in workers:
        worker.stdin.close()
        worker.wait()
    return row(f"second click, `{data}`", pairs)


def cohorts(folder: Path, before: Path, data: str, images, model: str, repeats: int) -> list:
    """Seconds of the whole command in turn, and those of the processor, all processes together."""
    cases = folder / f"{data}.json"
    cases.write_text(json.dumps([{"name": i.name, "image": str(i)} for i in images]))
    pairs, computing = [], []
    for repeat in range(repeats + 1):
        seconds, used = [0.0, 0.0], [0.0, 0.0]
        for which in (0, 1) if repeat % 2 else (1, 0):
            out = folder / f"{data}-{repeat}-{which}"
            command = [sys.executable, "-m", "semigda", "segment", "--cases", cases, "-o", out]
            begin, before_it = time.perf_counter(), _processor_seconds()
            subprocess.run(
                [*command, "--model", model, "--device", "cpu"],
                env=_environment((before, ROOT)[which]),
                check=True,
                capture_output=True,
            )
            seconds[which] = time.perf_counter() - begin
            used[which] = _processor_seconds() - before_it
        pairs.append(seconds)
        computing.append(used)
    what = f"`segment --cases`, {len(images)} of `{data}`"
    # The first repeat warms the disks.
    return [row(what, pairs[1:]), row(f"{what}: of the processor", computing[1:])]


def _processor_seconds() -> float:
    """Of the processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def row(what: str, pairs: list[list[float]]) -> dict:
    """Medians of both, and of the ratios of neighbours."""
    ratios = sorted(new / old for old, new in pairs)
    old, new = (statistics.median(pair[n] for pair in pairs) for n in (0, 1))
    found = {"what": what, "before": old, "now": new, "ratio": statistics.median(ratios)}
    found |= {"least": ratios[0], "largest": ratios[-1], "repeats": len(pairs)}
    print(line(found), flush=True)
    return found


def line(found: dict) -> str:
    verdict = "reached" if found["ratio"] <= MOST else "**missed**"
    return (
        f"| {found['what']} | {found['before']:.3f} | {found['now']:.3f} | {found['ratio']:.2f} "
        f"({found['least']:.2f} to {found['largest']:.2f}); at most {MOST}: {verdict} |"
    )


def store(report: dict) -> None:
    before = report["before"]
    report |= {"machine": platform.machine(), "processors": os.cpu_count()}
    lines = [
        "## Reading images",
        "",
        "Made by `python benchmarks/reading.py`: the engine as it is and, in turn on the same",
        f"files, as it was at commit {before}, which read everything with ITK in the computing",
        f"process. Medians of {report['rows'][0]['repeats']} repeats.",
        "",
        "| what | seconds before | now | times as long |",
        "|---|---|---|---|",
        *(line(found) for found in report["rows"]),
    ]
    (RESULTS / "reading.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    (RESULTS / "reading.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _environment(engine: Path) -> dict[str, str]:
    # One thread: several wait for each other if anything else runs.
    one = {"OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
    return {**os.environ, **one, "PYTHONPATH": str(engine)}


def _data() -> Path:
    return Path(os.environ.get("SEMIGDA_DATA", ROOT / "../shared/data")).resolve()


if __name__ == "__main__":
    main()
