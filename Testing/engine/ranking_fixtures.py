"""A project with a model of a real, tiny training, and unlabelled cases with planted facts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk
from phantom_fixtures import VOLUME_CLASSES, draw_volume, write_phantoms
from training_fixtures import SHAPE, settings

from semigda.jobs.run import run_job
from semigda.training.train import train
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.training import TrainSettings
from semigda_core.project.project import NewCase, Project

LABELLED = 6
# Ordinary ones, one under heavy noise, and three that are nearly the same and unlike all others.
PLAIN = ("plain-0", "plain-1", "plain-2", "plain-3", "plain-4")
NOISY = "noisy"
COPIES = ("odd-0", "odd-1", "odd-2")


def train_model(folder: Path, **changes) -> Path:
    """Some seconds: a model that finds most of a phantom; ``changes`` of settings."""
    cases = write_phantoms(folder / "study", LABELLED, 2, 0, shape=SHAPE)
    values = {"validations": 0, "unlabeled_weight": 0.0, **changes}
    train(TrainSettings.from_dict(settings(cases, folder, **values)))
    return folder / "phantom"


def draw_pool() -> dict[str, np.ndarray]:
    """Images (z, y, x) int16 by name."""
    pool = {name: draw_volume(100 + n, SHAPE)[0] for n, name in enumerate(PLAIN)}
    rng = np.random.default_rng(0)
    pool[NOISY] = draw_volume(120, SHAPE)[0] + rng.normal(0, 250, SHAPE)
    y, x = np.mgrid[: SHAPE[1], : SHAPE[2]]
    stripes = 300 + 500 * ((x // 2 + y // 4) % 2)
    for name in COPIES:
        pool[name] = stripes + 0.3 * draw_volume(130, SHAPE)[0] + rng.normal(0, 5, SHAPE)
    return {name: image.astype(np.int16) for name, image in pool.items()}


def make_project(tmp_path: Path, study: Path) -> tuple[Project, dict[str, str]]:
    """The project, and the ids of the pool's cases by name."""
    project = Project.create(tmp_path / "project")
    project.set_classes(list(VOLUME_CLASSES))
    project.set_mapping({"1": 1, "2": 2})
    labelled = [
        NewCase(study / f"image_{n:03d}.nrrd", study / f"label_{n:03d}.nrrd")
        for n in range(LABELLED)
    ]
    project.add(labelled)
    pool = []
    for name, image in draw_pool().items():
        path = tmp_path / f"{name}.nrrd"
        sitk.WriteImage(sitk.GetImageFromArray(image), str(path))
        pool.append(NewCase(path))
    added = project.add(pool)
    return project, dict(zip([Path(c.image).stem for c in pool], added.cases, strict=True))


def run(job: JobFolder) -> dict:
    """The job's result; its error as an assertion."""
    run_job(job)
    result = job.result()
    assert "error" not in result, result
    return result
