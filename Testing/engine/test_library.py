"""The library of installed models: order of the folders, damaged models, removing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from model_fixtures import tiny_package

from semigda_core.errors import SemiGDAError
from semigda_core.models import library
from semigda_core.models.library import find_model, list_models, remove_model, user_folder


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Two library folders in $SEMIGDA_MODELS, the platform's own one empty."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    monkeypatch.setenv("SEMIGDA_MODELS", os.pathsep.join(map(str, (first, second))))
    monkeypatch.setattr(library, "_platform_folder", lambda: tmp_path / "home")
    monkeypatch.setattr(library, "bundled_folder", lambda: tmp_path / "bundled")
    return first, second


def test_an_earlier_folder_hides_a_later_one(folders):
    first, second = folders
    tiny_package(second, "shared", title="second")
    tiny_package(second, "other")
    tiny_package(first, "shared", title="first")
    assert [(m.name, m.card.title) for m in list_models()] == [
        ("other", "Tiny"),
        ("shared", "first"),
    ]
    assert find_model("shared") == first / "shared"
    assert user_folder() == first


def test_missing_folders_offer_nothing(folders, monkeypatch, tmp_path):
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "nowhere"))
    assert list_models() == []
    with pytest.raises(SemiGDAError, match="Install a model first"):
        find_model("anything")


def test_damaged_models_are_listed_with_their_problem(folders):
    first, _ = folders
    (tiny_package(first, "no-weights") / "weights.safetensors").unlink()
    (first / "no-card").mkdir()
    (first / ".saving-x").mkdir()
    problems = {m.name: m.problem for m in list_models()}
    assert set(problems) == {"no-weights", "no-card"}
    assert "weights are missing" in problems["no-weights"]
    assert "no model card" in problems["no-card"]


def test_a_folder_is_found_by_its_path_and_names_are_offered(folders, tmp_path):
    tiny_package(folders[0], "good")
    elsewhere = tiny_package(tmp_path / "elsewhere", "mine")
    assert find_model(elsewhere) == elsewhere.resolve()
    for wrong in ("bad", "..", "", ".", "../first", "/etc"):
        with pytest.raises(SemiGDAError, match="good") as caught:
            find_model(wrong)
        assert caught.value.error_class == "model-invalid"


def test_removing_deletes_only_that_model_and_never_a_bundled_one(folders, tmp_path):
    tiny_package(folders[0], "mine")
    tiny_package(folders[0], "other")
    tiny_package(tmp_path / "bundled", "starter")
    remove_model("mine")
    assert [m.name for m in list_models()] == ["other", "starter"]
    assert [p.name for p in folders[0].iterdir()] == ["other"]
    for name in ("starter", "mine", "../other"):
        with pytest.raises(SemiGDAError):
            remove_model(name)
    assert find_model("starter") == tmp_path / "bundled" / "starter"


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_removing_a_linked_model_leaves_its_target(folders, tmp_path):
    target = tiny_package(tmp_path / "elsewhere", "mine")
    (folders[0] / "mine").symlink_to(target)
    remove_model("mine")
    assert list_models() == [] and (target / "card.json").exists()


def test_the_bundled_folder_lies_beside_the_package():
    assert library.bundled_folder() == Path(__file__).parents[2] / "Resources" / "Models"


@pytest.mark.parametrize(
    "platform, variable", [("win32", "LOCALAPPDATA"), ("linux", "XDG_DATA_HOME")]
)
def test_the_users_folder_follows_the_platform(monkeypatch, tmp_path, platform, variable):
    monkeypatch.delenv("SEMIGDA_MODELS", raising=False)
    monkeypatch.setattr(library.sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert tmp_path in user_folder().parents
