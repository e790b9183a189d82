"""Classes that are renamed or added while a training pauses."""

from __future__ import annotations

import json

from project_fixtures import draw, write_segmentation
from test_on_all import segmented_project
from trainings_fixtures import tiny_plan

from semigda.jobs.run import run_job
from semigda_core.project.classes import add_class, change_class
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
