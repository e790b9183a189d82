"""The pages of the studies say what their stored tables say, to the last digit."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks/results"
sys.path.append(str(ROOT / "benchmarks"))

import disagreement  # noqa: E402
import doubt  # noqa: E402
import faults  # noqa: E402
import first_minute  # noqa: E402
import label_next_look  # noqa: E402
import label_next_table  # noqa: E402
import presets  # noqa: E402
import story  # noqa: E402
from few_labels_lib.figures import grouped  # noqa: E402
from few_labels_lib.page import details as few_labels_details  # noqa: E402
from few_labels_lib.page import page as few_labels_page  # noqa: E402
from few_labels_lib.rows import read_rows  # noqa: E402
from few_labels_lib.table import read_table  # noqa: E402
from many_lib.page import page as many_page  # noqa: E402
from robust_lib.page import page as robust_page  # noqa: E402
from slices_lib.page import page as slices_page  # noqa: E402
from slices_lib.page import picture as slices_picture  # noqa: E402
from speed_lib.page import details as speed_details  # noqa: E402
from speed_lib.page import page as speed_page  # noqa: E402
from unlike_lib.page import page as unlike_page  # noqa: E402
from weak_teachers_lib.page import page as weak_teachers_page  # noqa: E402

NOWHERE = Path("/nowhere")  # no raw runs


def stored(name: str):
    return json.loads((RESULTS / name).read_text("utf-8"))


def few_labels() -> list:
    return grouped(read_table(RESULTS / "few_labels.json"))


def doubt_rows() -> list[tuple]:
    return disagreement.figures(disagreement.gathered(RESULTS / "disagreement.json", NOWHERE))


PAGES = {
    "docs/results.md": lambda: few_labels_page(few_labels()),
    "benchmarks/results/few_labels.md": lambda: few_labels_details(
        few_labels(), "unet", read_rows(RESULTS / "few_labels_seconds.json")
    ),
    "benchmarks/results/faults_further.md": lambda: faults.table(stored("faults_further.json")),
    "benchmarks/results/doubt.md": lambda: doubt.page(stored("doubt.json")),
    "benchmarks/results/disagreement.md": lambda: disagreement.page(doubt_rows()),
    "docs/first-minute.md": lambda: first_minute.page(
        grouped(read_table(RESULTS / "first_minute.json"))
    ),
    "docs/presets.md": lambda: presets.page(stored("presets.json")),
    "docs/label-next.md": lambda: label_next_look.page(stored("label_next_look.json")),
    "docs/robustness.md": lambda: robust_page(stored("robust.json")),
    "docs/fewer-slices.md": lambda: slices_page(stored("slice_labels.json")),
    "docs/fewer-slices.svg": lambda: slices_picture(stored("slice_labels.json")),
    "docs/machine-labels-study.md": lambda: weak_teachers_page(stored("weak_teachers.json")),
    "docs/unlike-study.md": lambda: unlike_page(stored("unlike.json")),
    "benchmarks/results/many_volumes.md": lambda: many_page(stored("many_volumes.json")),
    **{
        name: lambda name=name: story.page(
            name, (ROOT / name).read_text("utf-8"), stored("story.json")
        )
        for name in story.PAGES
    },
    "docs/performance.md": lambda: speed_page(stored("speed.json")),
    "benchmarks/results/speed.md": lambda: speed_details(stored("speed.json")),
    "benchmarks/results/label_next.md": lambda: label_next_table.page(
        {(run["set"], run["seed"], run["arm"]): run for run in stored("label_next.json")}
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_follows_from_its_table(name):
    assert PAGES[name]() == (ROOT / name).read_text("utf-8")


def test_the_faults_of_further_commands():
    report, page = stored("faults_further.json"), (ROOT / "docs/reliability.md").read_text("utf-8")
    assert faults.by_command(report) in page and f"{report['faults']} faults" in page
    assert not report["wrong"]


def test_raw_runs_enter_the_table_of_disagreement(tmp_path):
    table, raw = tmp_path / "table.json", tmp_path / "raw"
    runs = disagreement.gathered(RESULTS / "disagreement.json", NOWHERE)
    disagreement.write_table(table, runs[1:])
    (raw / runs[0]["set"]).mkdir(parents=True)
    cases = {**runs[0], "dice": {"a": 1.0}, "versions": {}}
    (raw / runs[0]["set"] / "run.json").write_text(json.dumps(cases))
    disagreement.write_table(table, disagreement.gathered(table, raw))
    assert disagreement.gathered(table, NOWHERE) == runs


def test_raw_trainings_enter_the_table_of_the_ranking(tmp_path):
    runs = stored("label_next.json")
    table, raw = tmp_path / "table.json", tmp_path / "raw"
    table.write_text(json.dumps(runs[1:]))
    raw.mkdir()
    (raw / "run.json").write_text(json.dumps({**runs[0], "orders": {}, "seconds": 1}))
    text = label_next_table.write_table(table, raw)
    assert json.loads(table.read_text()) == runs
    assert text == (RESULTS / "label_next.md").read_text("utf-8")
