"""*Sample Data*: an image for every starter model, from a public address that never changes."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path

import pytest
import slicer

from Testing.host.standins import sample_data as standin

SETS = {
    "hippocampus-mr": "hippocampus",
    "breast-lesion-us": "breast_us",
    "polyp-colonoscopy": "polyp",
}
DATA = os.environ.get("SEMIGDA_DATA")


@pytest.fixture
def sample_data(module_host, monkeypatch):
    module_host.load("SemiGDASegment")
    from SemiGDALib import sample_data

    standin.registered.clear()
    monkeypatch.setitem(sys.modules, "SampleData", standin)
    return sample_data


def test_they_are_registered_when_slicer_has_started(sample_data):
    from semigda_core.models.library import bundled_folder

    assert standin.registered == []  # not while modules are loaded
    slicer.app.startupCompleted.emit()
    slicer.app.startupCompleted.emit()
    starters = {card.parent.name for card in bundled_folder().glob("*/card.json")}
    names = {sample_data.SAMPLES[model]["sampleName"] for model in starters}
    assert {one["sampleName"] for one in standin.registered} == names
    assert len(standin.registered) == len(names)
    for one in standin.registered:
        assert one["category"] == "SemiGDA" and one["nodeNames"] == one["sampleName"]
        assert Path(one["thumbnailFileName"]).is_file()
        assert re.fullmatch(
            r"https://raw\.githubusercontent\.com/[^/]+/[^/]+/[0-9a-f]{40}/\S+", one["uris"]
        )
        assert re.fullmatch(r"SHA256:[0-9a-f]{64}", one["checksums"])
        assert one["loadFileProperties"] == {"singleFile": True}


def test_a_slicer_without_the_module_starts_as_well(module_host, monkeypatch):
    module_host.load("SemiGDASegment")
    monkeypatch.setitem(sys.modules, "SampleData", None)
    standin.registered.clear()
    slicer.app.startupCompleted.emit()
    module_host.check()
    assert standin.registered == []


@pytest.mark.skipif(not DATA, reason="needs $SEMIGDA_DATA")
@pytest.mark.parametrize("model", SETS)
def test_the_checksum_is_that_of_the_published_image(sample_data, model):
    """And nothing that a starter model was trained on."""
    import json

    sample = sample_data.SAMPLES[model]
    name = sample["uris"].rpartition("/")[2]
    image = Path(DATA, SETS[model], "images", name).read_bytes()
    assert f"SHA256:{hashlib.sha256(image).hexdigest()}" == sample["checksums"]
    split = json.loads(Path(DATA, "splits.json").read_text("utf-8"))["sets"][SETS[model]]
    assert name.partition(".")[0] in split["val"]
