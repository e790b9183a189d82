"""The catalogue: what it may say, what its models are to the installed ones, and its commands."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
from model_fixtures import tiny_package

from semigda.cli import main
from semigda.models.package import export_package
from semigda_core.errors import SemiGDAError
from semigda_core.models.card import ModelCard
from semigda_core.models.catalogue import Entry, catalogue_source, parse_catalogue, standing
from semigda_core.models.library import InstalledModel

ENTRY = {
    "name": "liver-ct",
    "title": "Liver (CT)",
    "date": "2026-11-29",
    "url": "https://example.org/liver-ct.zip",
    "size": 1000,
    "sha256": "a" * 64,
    "weights_sha256": "b" * 64,
    "licence": "CC BY 4.0",
    "description": "Whole livers.\nNot for children.",
}


def catalogue(*models) -> bytes:
    return json.dumps({"schema": 1, "models": models}).encode()


def test_the_shipped_catalogue_is_valid(monkeypatch):
    monkeypatch.delenv("SEMIGDA_CATALOGUE", raising=False)
    with open(catalogue_source(), "rb") as file:
        assert parse_catalogue(file.read()) == []
    monkeypatch.setenv("SEMIGDA_CATALOGUE", "https://example.org/c.json")
    assert catalogue_source() == "https://example.org/c.json"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": "../up"}, "models[0].name"),
        ({"name": "CON"}, "models[0].name"),
        ({"date": "2026-13-01"}, "models[0].date"),
        ({"date": "soon"}, "models[0].date"),
        ({"size": 0}, "models[0].size"),
        ({"size": 3_000_000_000}, "models[0].size"),
        ({"size": True}, "models[0].size"),
        ({"sha256": "A" * 64}, "models[0].sha256"),
        ({"weights_sha256": ""}, "models[0].weights_sha256"),
        ({"licence": " "}, "models[0].licence"),
        ({"url": "https://x/\n"}, "models[0].url"),
        ({"more": 1}, "models[0]"),
    ],
)
def test_a_wrong_entry_is_named(change, place):
    with pytest.raises(SemiGDAError) as caught:
        parse_catalogue(catalogue({**ENTRY, **change}))
    assert f"'{place}'" in caught.value.message and "catalogue" in caught.value.message


def test_wrong_catalogues():
    for data in (b"", b"[]", b'{"schema": 2, "models": []}', catalogue(ENTRY, ENTRY)):
        with pytest.raises(SemiGDAError, match="catalogue"):
            parse_catalogue(data)
    assert parse_catalogue(catalogue(ENTRY)) == [Entry(**ENTRY)]


@pytest.mark.parametrize(
    ("date", "weights", "state"),
    [
        ("2026-11-28", "c", "update"),
        ("", "c", "update"),
        ("2026-11-29", "c", "installed"),
        ("2027-01-01", "c", "installed"),
        ("", "b", "installed"),
    ],
)
def test_an_update_is_newer_and_has_other_weights(tmp_path, date, weights, state):
    from model_fixtures import tiny_card

    card = tiny_card("liver-ct", date=date, weights_sha256=weights * 64)
    model = InstalledModel("liver-ct", tmp_path, card, False)
    assert standing(Entry(**ENTRY), model) == state
    damaged = InstalledModel("liver-ct", tmp_path, card, False, "Its weights are missing.")
    assert standing(Entry(**ENTRY), None) == standing(Entry(**ENTRY), damaged) == "new"


def test_a_cards_date_is_kept_and_left_out_if_empty():
    from model_fixtures import tiny_card

    assert "date" not in tiny_card().to_dict()
    assert ModelCard.from_dict(tiny_card(date="2026-11-29").to_dict()).date == "2026-11-29"
    with pytest.raises(SemiGDAError, match="date"):
        ModelCard.from_dict(tiny_card(date="29.11.2026").to_dict())


def test_the_commands(tmp_path, monkeypatch, capsys):
    """Describe a package, list the catalogue, no download without a yes, then with one."""
    package = export_package(tiny_package(tmp_path / "made", "tiny"), tmp_path / "tiny.zip")
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "library"))
    monkeypatch.setenv("SEMIGDA_CATALOGUE", str(tmp_path / "catalogue.json"))
    monkeypatch.setattr("sys.stdin", io.StringIO())  # nobody who could answer

    def semigda(*arguments) -> tuple[int, str, str]:
        return main(["models", *arguments]), *capsys.readouterr()

    described = json.loads(semigda("describe", str(package), "--date", "2026-11-29")[1])
    assert described["size"] == package.stat().st_size and described["url"] == "tiny.zip"
    (tmp_path / "catalogue.json").write_bytes(catalogue(described))
    listed = semigda("catalogue")[1]
    assert "tiny" in listed and "CC0-1.0" in listed and "installed" not in listed
    status, told, error = semigda("download", "tiny")
    assert status == 1 and "licence CC0-1.0" in told
    assert "--yes" in error and not (tmp_path / "library").exists()
    status, told, error = semigda("download", "tiny", "--yes")
    assert status == 0 and "installed tiny" in told, error
    assert "installed" in semigda("catalogue")[1]
    assert json.loads(semigda("catalogue", "--json")[1]) == [described]
    assert "no model of this name" in semigda("download", "nothing", "--yes")[2]


@pytest.mark.parametrize("command", ["list", "catalogue"])
def test_lists_of_models_do_not_wait_for_torch(command):
    code = "import sys; sys.modules['torch'] = None; from semigda.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "models", command], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
