"""Fixtures that many tests of the engine share."""

from __future__ import annotations

import pytest
import torch
from model_fixtures import tiny_package
from phantom_fixtures import write_phantoms
from training_fixtures import SHAPE

from semigda.training import rehearsal
from semigda_core.jobs import launch
from semigda_core.jobs.folder import JobFolder


@pytest.fixture(autouse=True, scope="session")
def _not_nice():
    """Tests wait for the processes that they launch: others must not go first."""
    launch.NICE = 0


@pytest.fixture
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def job(tmp_path):
    return JobFolder.create(tmp_path / "job", "segment", {"volume": "/data/DOE^JANE/scan.nrrd"})


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A package whose network has random weights."""
    return tiny_package(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def volumes(tmp_path_factory):
    """A case list: two volumes of each role."""
    return write_phantoms(tmp_path_factory.mktemp("volumes"), 2, 2, 2, shape=SHAPE)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """An empty library of models, and rehearsals that measure for a moment."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("user") / "models"
        patch.setenv("SEMIGDA_MODELS", str(folder))
        patch.setattr(rehearsal, "STAGE_SECONDS", 0.2)
        yield folder
