"""What writing, adding and removing models may touch, and what a kill leaves of it."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from model_fixtures import TINY, tiny_card, tiny_network, tiny_package
from safetensors.torch import load_file, save_file

from semigda.cli import main
from semigda.models.base import is_base, load_base, save_base
from semigda.models.package import check_package, import_package, save_package
from semigda_core.errors import SemiGDAError
from semigda_core.models import library
from semigda_core.models.card import ModelCard
from semigda_core.models.layout import is_package
from semigda_core.models.library import find_model, list_models, remove_model


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The user's library, empty, and one starter model."""
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "library"))
    monkeypatch.setattr(library, "_platform_folder", lambda: tmp_path / "home")
    monkeypatch.setattr(library, "bundled_folder", lambda: tmp_path / "bundled")
    (tmp_path / "library").mkdir()
    tiny_package(tmp_path / "bundled", "starter")
    return tmp_path / "library"


def content(folder: Path) -> dict[str, bytes | None]:
    found = sorted(folder.rglob("*"))
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in found}


# Targets


def canary(folder: Path) -> dict:
    (folder / "results").mkdir(parents=True)
    (folder / "thesis.docx").write_bytes(b"three years")
    (folder / "results/table.csv").write_text("a,b\n")
    return content(folder)


def test_an_export_never_replaces_what_is_no_model(place, tmp_path, capsys):
    tiny_package(place, "tiny")
    foreign, own = tmp_path / "data.zip", tmp_path / "tiny.zip"
    foreign.write_bytes(b"PK\x03\x04 not a model")
    assert main(["models", "export", "tiny", str(foreign)]) == 1
    assert "SemiGDA did not make it" in capsys.readouterr().err
    assert foreign.read_bytes() == b"PK\x03\x04 not a model"
    assert main(["models", "export", "tiny", str(own)]) == 0
    save_package(place / "tiny", tiny_network(1), tiny_card())
    before = own.read_bytes()
    assert main(["models", "export", "tiny", str(tmp_path)]) == 1 and own.read_bytes() == before
    assert main(["models", "export", "tiny", str(tmp_path), "--overwrite"]) == 0
    assert own.read_bytes() != before
    assert main(["models", "export", "tiny", str(place / "tiny" / "t.zip")]) == 1
    assert not (place / "tiny" / "t.zip").exists()


def test_a_package_is_known_by_what_it_says(tmp_path):
    folder = tiny_package(tmp_path, "tiny")
    assert is_package(folder)
    (folder / ".DS_Store").touch()
    assert is_package(folder)
    (folder / "notes.txt").touch()
    assert not is_package(folder)
    (folder / "notes.txt").unlink()
    (folder / "card.json").write_text("{}")
    assert not is_package(folder) and not is_package(tmp_path / "nowhere")


def test_remove_leaves_a_folder_that_holds_more_than_a_model(place):
    before = canary(place / "documents")
    tiny_package(place, "tiny")
    (place / "tiny/notes.txt").write_text("mine")
    for name in ("documents", "tiny"):
        with pytest.raises(SemiGDAError, match="more than a model"):
            remove_model(name)
    assert content(place / "documents") == before and (place / "tiny/notes.txt").exists()
    (place / "tiny/notes.txt").unlink()
    (place / "tiny/card.json").write_text("damaged")
    remove_model("tiny")
    assert not (place / "tiny").exists()


# Names of other models


def test_a_starter_model_is_hidden_only_when_asked_and_shown_again(place, tmp_path, capsys):
    new = tiny_package(tmp_path / "new", "starter", title="Mine")
    assert main(["models", "add", str(new)]) == 1
    told = capsys.readouterr().err
    assert "Another model named 'starter' is installed already." in told and "--overwrite" in told
    assert list(place.iterdir()) == []
    assert main(["models", "add", str(new), "--overwrite"]) == 0
    assert f"It hides the model of that name in {tmp_path}/bundled" in capsys.readouterr().out
    assert ModelCard.read(find_model("starter")).title == "Mine"
    assert main(["models", "remove", "starter"]) == 0
    assert f"in {tmp_path}/bundled/starter is used again" in capsys.readouterr().out
    assert ModelCard.read(find_model("starter")).title == "Tiny"


def test_adding_a_starter_model_again_changes_nothing(place, tmp_path):
    starter = tmp_path / "bundled/starter"
    assert import_package(starter, place) == starter and list(place.iterdir()) == []


def test_a_hidden_starter_model_is_not_taken_for_the_one_in_use(place, tmp_path):
    import_package(tiny_package(tmp_path / "new", "starter", title="Mine"), place, overwrite=True)
    with pytest.raises(SemiGDAError, match="installed already"):
        import_package(tmp_path / "bundled/starter", place)
    import_package(tmp_path / "bundled/starter", place, overwrite=True)
    assert ModelCard.read(place / "starter").title == "Tiny"


def test_a_damaged_model_is_replaced_and_a_foreign_folder_is_not(place, tmp_path):
    new = tiny_package(tmp_path / "new", "tiny")
    (place / "tiny").mkdir()
    (place / "tiny/card.json").write_text("damaged")
    import_package(new, place, overwrite=True)
    assert check_package(place / "tiny")
    (place / "tiny/notes.txt").write_text("mine")
    (place / "tiny/card.json").write_text("damaged")
    before = content(place)
    with pytest.raises(SemiGDAError, match="SemiGDA did not make it"):
        import_package(new, place, overwrite=True)
    assert content(place) == before


# Kills

TOUCHING = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree", "shutil.copyfile"}


def dies_at(number: int, action: Callable[[], object]) -> bool:
    """Whether a child that dies at the n-th time it is about to touch a file got that far."""
    child = os.fork()
    if child == 0:
        left = iter(range(number))

        def hook(event: str, arguments: tuple) -> None:
            writes = event == "open" and arguments[1] not in (None, "r", "rb")
            if (writes or event in TOUCHING) and next(left, None) is None:
                os._exit(9)

        try:
            sys.addaudithook(hook)
            action()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the children are forks")
@pytest.mark.parametrize("what", ["add", "replace", "save", "remove", "remove hiding"])
@pytest.mark.slow
def test_a_kill_at_any_moment_loses_no_model(place, tmp_path, what):
    old, new = (tiny_package(tmp_path / n, "model", title=n) for n in ("old", "new"))
    if what == "remove hiding":
        tiny_package(tmp_path / "bundled", "model", title="starter")
    network = tiny_network()
    action = {
        "add": lambda: import_package(new, place),
        "replace": lambda: import_package(new, place, overwrite=True),
        "save": lambda: save_package(place / "model", network, tiny_card("model", title="new")),
        "remove": lambda: remove_model("model"),
        "remove hiding": lambda: remove_model("model"),
    }[what]
    allowed = {
        "add": {None, "new"},
        "replace": {"old", "new"},
        "save": {"old", "new"},
        "remove": {"old", None},
        "remove hiding": {"old", "starter"},
    }[what]
    seen, number, died = [], 0, True
    while died:
        if what == "add":
            if list_models()[0].name == "model":
                remove_model("model")
        else:
            import_package(old, place, overwrite=True)
        died = dies_at(number, action)
        found = {model.name: model for model in list_models()}
        if "model" in found:
            assert found["model"].problem is None
            assert check_package(find_model("model"))
        seen.append(found["model"].card.title if "model" in found else None)
        assert {p.name for p in place.iterdir()} <= {"model"}, (what, number)
        number += 1
    assert set(seen) == allowed and number > (3 if "remove" in what else 6), seen
    assert seen[-1] == ("new" if "remove" not in what else seen[-1] if seen[-1] != "old" else 0)


def old_version_leaves(place: Path) -> None:
    """What an older version left of three kills: one of them had moved a model aside."""
    day_ago = time.time() - 25 * 3600
    aside = place / ".import-a1b2c3d4"
    (aside / "package").mkdir(parents=True)
    tiny_package(aside, "replaced")
    card = json.loads((aside / "replaced/card.json").read_text("utf-8"))
    (aside / "replaced/card.json").write_text(json.dumps(card | {"name": "lost"}))
    (place / ".tiny.saving-a1b2c3d4").mkdir()
    (place / ".removed-tiny-123").mkdir()
    for path in place.glob(".*"):
        os.utime(path, (day_ago, day_ago))


def test_what_kills_of_older_versions_left_is_put_right(place):
    old_version_leaves(place)
    (place / ".import-running1").mkdir()  # of today: it may still be going on
    (place / ".config").mkdir()
    os.utime(place / ".config", (0, 0))
    assert [model.name for model in list_models()] == ["lost", "starter"]
    assert check_package(find_model("lost")).title == "Tiny"
    assert {p.name for p in place.iterdir()} == {"lost", ".import-running1", ".config"}


# Bases


def test_a_base_is_told_from_other_files_and_carries_a_hash(tmp_path):
    tensors = tiny_network().state_dict()
    path = save_base(tmp_path / "base.safetensors", TINY, tensors)
    assert is_base(path) and list(tmp_path.iterdir()) == [path]
    assert torch.equal(
        load_base(path).state_dict()["mapper.conv_in.weight"], tensors["mapper.conv_in.weight"]
    )
    data = bytearray(path.read_bytes())
    data[-2] ^= 0x40
    path.write_bytes(data)
    with pytest.raises(SemiGDAError, match="damaged"):
        load_base(path)
    save_file(
        load_file(path), path, {"kind": "semigda-base", "network": json.dumps(TINY.to_dict())}
    )
    assert load_base(path).config == TINY  # of a version before the hash
    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors")
    assert not is_base(tmp_path / "other.safetensors") and not is_base(tmp_path)


@pytest.mark.parametrize(
    "network",
    [
        TINY.to_dict() | {"channels": [4096] * 8, "cnn_blocks": [64] * 7},
        TINY.to_dict() | {"channels": [2048, 2048]},  # as many as are allowed, but not in the file
        [],
    ],
)
def test_a_base_of_a_giant_network_is_refused_before_it_is_made(tmp_path, network):
    path = tmp_path / "base.safetensors"
    metadata = {"kind": "semigda-base", "network": json.dumps(network)}
    save_file({"autoencoder.quant_conv.bias": torch.zeros(8)}, path, metadata)
    started = time.process_time()
    with pytest.raises(SemiGDAError) as caught:
        load_base(path)
    assert caught.value.error_class == "model-invalid" and time.process_time() - started < 2
