"""LICENSE.txt of a package: nothing that a model must carry is lost on the way to it."""

from __future__ import annotations

import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
import torch
from model_fixtures import tiny_card, tiny_package

from semigda.models.licences import read_licence, with_base
from semigda.models.package import export_package, import_package, save_package
from semigda.networks.semigda import SemiGDA
from semigda_core.models.features import ATTRIBUTION, COPYRIGHT, PACKAGE
from semigda_core.models.network_config import NetworkConfig

ROOT = Path(__file__).parents[2]
DATA = "Copyright (c) 2023\n\nPermission is hereby granted, with a citation of Gómez-Flores."
APACHE = (ROOT / "LICENSE").read_text("utf-8")


def with_features(folder: Path, text: str | None) -> Path:
    config = NetworkConfig.pretrained()
    with torch.device("meta"):
        network = SemiGDA(config)
    network = network.to_empty(device="cpu")
    for tensor in network.state_dict().values():
        tensor.zero_()
    save_package(folder, network, tiny_card(folder.name, network=config.to_dict()),
                 licence_text=text)  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> Path:
    return with_features(tmp_path_factory.mktemp("both") / "model", DATA)


def test_features_bring_their_licence_and_notice_beside_the_datas(both):
    text = read_licence(both)
    heads = [line for line in text.splitlines() if line.startswith("Licence of")]
    assert heads == [
        "Licence of this model and of the data that it has learned from",
        "Licence of the general image features that this model started from",
    ]
    parts = (DATA, ATTRIBUTION, COPYRIGHT, "changed by training", APACHE.strip())
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_features_bring_them_alone_too(tmp_path):
    text = read_licence(with_features(tmp_path / "model", None))
    assert "this model and of the data" not in text and APACHE.strip() in text


def test_a_model_without_features_has_its_own_text_or_none(tmp_path):
    assert read_licence(tiny_package(tmp_path, "none")) is None
    assert with_base(None, tmp_path / "none") is None
    assert with_base(DATA, tmp_path / "none") == DATA


def test_the_notice_is_what_the_package_says():
    """Of the features' own package, where it is installed."""
    said = distribution(PACKAGE).read_text("LICENSE")
    assert COPYRIGHT in said and "Apache License, Version 2.0" in said


def test_zip_and_import_keep_it(both, tmp_path):
    zipped = export_package(both, tmp_path)
    with zipfile.ZipFile(zipped) as archive:
        assert archive.read("model/LICENSE.txt") == (both / "LICENSE.txt").read_bytes()
    installed = import_package(zipped, tmp_path / "library")
    assert read_licence(installed) == read_licence(both)


@pytest.mark.parametrize(("own", "held"), [("Mine alone.", True), (DATA, False), (None, False)])
def test_a_bases_text_is_never_lost_and_never_there_twice(both, tmp_path, own, held):
    inherited = with_base(own, both)
    text = read_licence(with_features(tmp_path / "model", inherited))
    assert [text.count(one) for one in (DATA, COPYRIGHT, APACHE.strip())] == [1, 1, 1]
    assert ("Mine alone." in text) is held
    assert ("Licence of the model that this one started from" in text) is held


def test_a_text_in_an_older_encoding_is_read(tmp_path):
    package = tiny_package(tmp_path)
    (package / "LICENSE.txt").write_bytes("Gómez".encode("latin-1"))
    assert read_licence(package) == "Gómez"
    (package / "LICENSE.txt").write_bytes("\ufeffGómez".encode())
    assert read_licence(package) == "Gómez"
