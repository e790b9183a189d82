"""What a project's presets reach on the cases of docs/results.md, trained as from the panel.

    python benchmarks/presets.py --preset quick --sets polyp skin
    python benchmarks/presets.py --page

A project gets a set's labelled and unlabelled cases and does what the panel does: it is checked,
chooses its held-out cases, rehearses the preset and trains it, in as much time as the preset has on
this computer. The model is then scored on ``val``, which the project never saw: nothing is chosen
on it. Every run enters benchmarks/results/presets.json as it ends, and finished ones are kept;
``--page`` writes docs/presets.md from it. Needs the data in $SEMIGDA_DATA.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from few_labels_lib.figures import Budget, case_scores, grouped  # noqa: E402
from few_labels_lib.markdown import number  # noqa: E402
from few_labels_lib.recipes import OURS  # noqa: E402
from few_labels_lib.rows import read_rows, write_rows  # noqa: E402
from few_labels_lib.sets import SETS, DataSet  # noqa: E402
from few_labels_lib.table import read_table  # noqa: E402
from speed_lib.machine import environment, processor  # noqa: E402
from tables import as_table  # noqa: E402

from semigda_core.project.project import NewCase, Project  # noqa: E402

TABLE = ROOT / "benchmarks/results/presets.json"
STUDY, STUDY_SECONDS = ROOT / "benchmarks/results/few_labels.json", 900
PAGE = ROOT / "docs/presets.md"
PRESETS = {"quick": "Quick look", "standard": "Standard"}
HEAD = """# What a project's training reaches

The [results](results.md) are those of a study, which gives every training as many steps as it
planned for. Here each set is a project, trained as from the panel: checked, with its own held-out
cases, and a rehearsal that fits size and steps of the slices into the preset's minutes.

- **Learns from**: labelled cases. With 8 patients or more a quarter of them is held out and teaches
  nothing. With fewer each is held out in turn, and the trainings of all turns share the time with
  the one that makes the model.
- **Dice** is that of `val`, which the project never sees. **Own score** is what the project says of
  its model, by its held-out cases: with as few as these it can be ten points off.
- **All labels**: Dice of the same training once more, on the held-out cases, too, in as much time.
  On polyps it gains 3.2 points, on breast lesions 0.1, in one run each.
- **Study**: Dice after {seconds} CPU seconds with all labels, in the results.
- **Small parts** were still kept in the runs without *all labels*; a project's model now [leaves
  them out](ablation.md#from-pre-trained-features) where the labels show one part.

Made by `python benchmarks/presets.py --page` from `benchmarks/results/presets.json`.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--preset", choices=PRESETS, default="quick")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--threads", type=int, default=2, help="of the CPU")
    parser.add_argument("--table", type=Path, default=TABLE)
    parser.add_argument("--on-all", action="store_true", help="then train once more on all labels")
    parser.add_argument("--page", action="store_true", help="write the page, and end")
    arguments = parser.parse_args()
    if arguments.page:
        PAGE.write_text(page(read_rows(TABLE)), encoding="utf-8")
        return
    for seed in arguments.seeds:
        for name in arguments.sets:
            key = {"set": name, "preset": arguments.preset, "seed": seed}
            known = [run for run in read_rows(arguments.table) if key.items() <= run.items()]
            if any(arguments.on_all <= ("on_all" in run) for run in known):
                continue
            with tempfile.TemporaryDirectory(prefix="presets-") as folder:
                threads = arguments.threads
                run = perform(key, arguments.on_all, threads, Path(folder))
            rows = [
                *(run for run in read_rows(arguments.table) if run not in known),
                {**key, **run},
            ]
            write_rows(
                arguments.table, sorted(rows, key=lambda r: (r["preset"], r["set"], r["seed"]))
            )


def perform(key: Mapping[str, Any], on_all: bool, threads: int, folder: Path) -> dict[str, Any]:
    """Rehearse, train and score: what was planned, what it took, and Dice of each case of ``val``
    (the mean over its classes).

    Args:
        key: "set", "preset" and "seed" of the run.
        on_all: whether to train once more on all labels, which gives "on_all": the minutes that
            this took, and its Dice.
    """
    from few_labels_lib.runs import versions

    one = SETS[key["set"]]
    project = new_project(one, folder / "project")
    place, plan = str(project.folder), ("--preset", key["preset"], "--set", f"seed={key['seed']}")
    held_out = str(one.write_cases(folder / "val.json", "val"))

    def judged(*training: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """A version, and what its training took and reached."""
        begun = time.perf_counter()
        (version,) = semigda("project", *training, "--wait", threads=threads)
        minutes = (time.perf_counter() - begun) / 60
        scored = ("--model", version["folder"], "--cases", held_out)
        dice = case_scores(semigda("evaluate", *scored, threads=threads), "dice")
        rounded = {case: round(value, 5) for case, value in dice.items()}
        return version, {"minutes": round(minutes, 2), "dice": rounded}

    semigda("project", "check", place, threads=threads)
    semigda("project", "split", place, threads=threads)
    told = semigda("project", "rehearse", place, *plan, threads=threads)
    version, reached = judged("train", place)
    (job,) = (job for job in project.jobs() if job["kind"] == "train")
    view = project.read()
    options = json.loads((Path(job["folder"]) / "job.json").read_text("utf-8"))["options"]
    kept = ("steps", "align_steps", "labeled_batch", "unlabeled_batch", "branches")
    if on_all:
        reached["on_all"] = judged("train-on-all", place, version["name"])[1]
    return {
        **{name: options[name] for name in kept},
        "size": options["preprocessing"]["size"],
        "roles": {role: len(view.of_role(role)) for role in ("labeled", "held-out")},
        "turns": len(view.heldout["folds"]) if view.in_turn else 0,
        "planned_minutes": round(told["estimate"]["seconds"] / 60, 2),
        "own_dice": version["mean"],
        **reached,
        "processor": processor(),
        "threads": threads,
        "versions": versions(),
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }


def new_project(one: DataSet, folder: Path) -> Project:
    """With a set's labelled and unlabelled cases, each of its patient."""
    names = [label["name"] for label in one.card["labels"]]
    project = Project.create(folder, one.name, names, modality=one.card["modality"])
    cases = []
    for role in ("labeled", "unlabeled"):
        for case in one.split[role]:
            label = one.file("labels", case) if role == "labeled" else None
            group = str(one.split["group_of_case"][case])
            cases.append(NewCase(one.file("images", case), label, case, group, "human"))
    project.add(cases)
    if len(names) > 1:  # values, which bear no names
        project.set_mapping({str(n): n for n in range(1, len(names) + 1)})
    return project


def semigda(*arguments: str, threads: int) -> Any:
    """What a command of ``semigda`` says with --json, in a process of its own."""
    command = [sys.executable, "-m", "semigda", *arguments, "--json"]
    done = subprocess.run(
        command, env=environment(threads), stdout=subprocess.PIPE, check=True, text=True
    )
    return json.loads(done.stdout)


def page(runs: Sequence[dict[str, Any]]) -> str:
    """The whole page."""
    study = {
        group.set_name: group.mean("dice")
        for group in grouped(read_table(STUDY))
        if group.method == OURS and group.budget == Budget(STUDY_SECONDS, 0)
    }
    parts = [HEAD.format(seconds=STUDY_SECONDS)]
    for preset, title in PRESETS.items():
        own = [run for run in runs if run["preset"] == preset]
        if own:
            parts.append(f"## {title}\n\n{_table(own, study)}\n{_machine(own)}")
    return "\n".join(parts)


def _table(runs: Sequence[dict[str, Any]], study: Mapping[str, float]) -> str:
    heads = ("set", "learns from", "held out", "slices", "steps", "minutes")
    rows = []
    for name in SETS:
        for run in (run for run in runs if run["set"] == name):
            roles, dice = run["roles"], statistics.fmean(run["dice"].values())
            rows.append(
                [
                    name,
                    str(roles["labeled"]),
                    f"in {run['turns']} turns" if run["turns"] else str(roles["held-out"]),
                    " x ".join(map(str, run["size"])),
                    number(run["steps"] + run["align_steps"], 0),
                    number(run["minutes"], 0),
                    number(dice),
                    number(run["own_dice"]),
                    number(statistics.fmean(run["on_all"]["dice"].values()))
                    if "on_all" in run
                    else "",
                    number(study[name]),
                    f"{number(100 * dice / study[name], 0)} %",
                ]
            )
    return as_table([*heads, "Dice", "own score", "all labels", "study", "of it"], rows)


def _machine(runs: Sequence[dict[str, Any]]) -> str:
    """The computer, the plan, and what else is to be said of single runs."""
    names, threads = (
        " or ".join(sorted({str(run[key]) for run in runs})) for key in ("processor", "threads")
    )
    minutes = number(statistics.fmean(run["planned_minutes"] for run in runs), 0)
    plural = "" if threads == "1" else "s"
    told = f"On {names}, {threads} thread{plural}, one seed. {minutes} minutes were planned."
    lines = []
    for note in dict.fromkeys(run["note"] for run in runs if "note" in run):
        sets = ", ".join(run["set"] for run in runs if run.get("note") == note)
        lines.append(f"- {sets}: {note}")
    return "\n\n".join(filter(None, [told, "\n".join(lines)])) + "\n"


if __name__ == "__main__":
    main()
