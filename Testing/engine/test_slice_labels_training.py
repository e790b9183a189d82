"""A whole project trained from labels of some slices: estimate, training, scores, report, card."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import SimpleITK as sitk
from model_fixtures import tiny_package
from trainings_fixtures import ready_project, tiny_plan, train_here

from semigda.check.run import check
from semigda.evaluation.evaluate import evaluate, table
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.labels.finished import FinishedSlices
from semigda_core.models.card import ModelCard
from semigda_core.project.project import Project
from semigda_core.project.report.report import write_report
from semigda_core.project.training import versions
from semigda_core.project.training.comparison import read

pytestmark = pytest.mark.usefixtures("library")
SHORT = {"pretrain_steps": 3, "align_steps": 2, "steps": 6, "validations": 1}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A project without unlabelled cases; a held-out case and the trained ones are labelled on some
    slices. Its training has ended."""
    project = ready_project(tmp_path_factory.mktemp("slices"))
    view = project.read()
    project.remove(case.id for case in view.of_role("unlabeled"))
    partly = [view.heldout["cases"][0], *(case.id for case in view.of_role("labeled"))]
    for case_id in partly:
        project.set_finished(case_id, FinishedSlices(2, (6, 8, 9)))
    check(project)
    job = train_here(project, tiny_plan(**SHORT))
    return project, job, partly


def test_the_other_slices_are_what_is_unlabelled(trained):
    project, job, _ = trained
    (version,) = versions.versions(project)
    card = ModelCard.read(version.folder)
    assert card.training["semi_supervised"] is True
    assert card.training["cases"]["unlabeled"] == 0
    rows = json.loads((job.path / "cases.json").read_text())
    assert {row["label_slices"] for row in rows if row["role"] == "labeled"} == {"2: 6 8-9"}


def test_scores_of_a_partly_labelled_case_are_told_as_such(trained):
    project, job, partly = trained
    rows = read(job.path)["rows"]
    said = {row["case"]: row.get("scored_on") for row in rows}
    assert said.pop(partly[0]) == "3 of 16 slices"
    assert said and set(said.values()) == {None}
    (version,) = versions.versions(project)
    assert (
        "1 of them on labelled slices only"
        in (ModelCard.read(version.folder).training["scores_of"])
    )
    compared = versions.compare(project, version.name, version.name)
    assert {row.get("scored_on") for row in compared} == {None, "3 of 16 slices"}


def test_the_report_says_which_and_names_nobody(trained):
    project, _, partly = trained
    page = write_report(Project(project.folder)).read_text("utf-8")
    assert "(3 of 16 slices)</td>" in page and "labelled on some slices only" in page
    assert partly[0] not in page


def test_evaluate_scores_marked_slices_and_the_table_and_csv_say_so(tmp_path):
    model = tiny_package(tmp_path)
    rng = np.random.default_rng(0)
    rows = []
    for number in range(2):
        image = rng.normal(100, 20, (5, 20, 24)).astype(np.float32)
        labels = rng.integers(0, 3, image.shape).astype(np.uint8)
        for kind, array in (("image", image), ("label", labels)):
            sitk.WriteImage(sitk.GetImageFromArray(array), str(tmp_path / f"{kind}{number}.nrrd"))
        files = {"image": f"image{number}.nrrd", "label": f"label{number}.nrrd", "role": "val"}
        rows.append({"name": f"case{number}", **files})
    rows[1]["label_slices"] = "2: 1 3"
    (tmp_path / "cases.json").write_text(json.dumps(rows))
    out = tmp_path / "out"
    result = evaluate(model, tmp_path / "cases.json", "val", out, SegmentOptions(device="cpu"))
    with open(out / "evaluation.csv", encoding="utf-8-sig") as file:
        told = list(csv.DictReader(file))
    assert [row["scored_on"] for row in told] == ["whole"] * 2 + ["2 of 5 slices"] * 2
    assert all(row["hd95"] == "" for row in told[2:])
    marked = [row for row in result["rows"] if row["case"] == "case1"]
    truth = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "label1.nrrd")))[[1, 3]]
    assert [row["truth_voxels"] for row in marked] == [(truth == n).sum() for n in (1, 2)]
    assert [one["partly"] for one in result["summary"]["classes"]] == [1, 1]
    assert "Scored on their labelled part only, without surfaces: case1 (2 of 5 slices)" in (
        table(result)
    )
    # An earlier version's table, without the last column, is its own still.
    text = (out / "evaluation.csv").read_text("utf-8-sig").splitlines()
    (out / "evaluation.csv").write_text("\n".join(line.rpartition(",")[0] for line in text) + "\n")
    evaluate(
        model, tmp_path / "cases.json", "val", out, SegmentOptions(device="cpu"), overwrite=True
    )
    assert "scored_on" in (out / "evaluation.csv").read_text("utf-8-sig")
