"""Classes that are renamed or added while a training pauses, or after it."""

from __future__ import annotations

import json

import pytest
from project_fixtures import draw, write_segmentation
from test_on_all import segmented_project
from test_project_copies import add_version
from trainings_fixtures import ready_project, tiny_plan

from semigda.jobs.run import run_job
from semigda_core.errors import SemiGDAError
from semigda_core.labels.segments import read_segments
from semigda_core.project.classes import add_class, change_class
from semigda_core.project.review.candidates import candidates, new_ranking
from semigda_core.project.training import trainings


def test_a_label_saved_under_new_names_meanwhile_is_read(tmp_path, library, monkeypatch):
    monkeypatch.setattr(trainings, "launch", lambda job: None)
    project = segmented_project(tmp_path)
    job = trainings.start(project, tiny_plan(pretrain_steps=1, align_steps=1, steps=2))
    job.pause()
    change_class(project, "core", "nucleus")
    add_class(project, "rim")
    case, other = project.read().of_role("labeled")[:2]
    voxels = draw(0)[1]
    voxels[0, 0] = 3
    names = ("ball", "nucleus", "rim")
    segments = [{"Name": n, "LabelValue": v, "Layer": 0} for v, n in enumerate(names, 1)]
    project.set_label(case.id, write_segmentation(case.label, [voxels], segments))
    trainings.resume(project)
    rows = json.loads((job.path / "cases.json").read_text("utf-8"))
    found = {row["name"]: row.get("classes") for row in rows}
    assert found[case.id] == {"ball": 1, "core": 2, "nucleus": 2, "rim": 0}  # no class of its
    assert {"ball": 1, "core": 2}.items() <= found[other.id].items()
    assert run_job(job) == 0, job.error()


def test_a_version_whose_class_was_renamed_ranks_under_the_present_names(tmp_path, library):
    project = ready_project(tmp_path)
    project.set_classes(["inner", "outer"])  # the version's
    name, job = add_version(project, 1), project.new_job("train", {}).path.name
    with project.edit("made by a training") as data:
        data["versions"][-1]["job"] = job
    change_class(project, "inner", "kernel")
    assert run_job(new_ranking(project)) == 0
    labels = [found.label for found in candidates(project)]
    assert labels and None not in labels
    assert all([one.name for one in read_segments(p)] == ["kernel", "outer"] for p in labels)
    project.set_classes(["outer", "kernel"])
    for model in (None, project.folder / "models" / name):
        with pytest.raises(SemiGDAError, match="not those of the project"):
            new_ranking(project, model)
