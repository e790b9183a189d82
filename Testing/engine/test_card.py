"""The model card: what it takes, what it refuses, and Slicer's terminology text."""

from __future__ import annotations

import copy
import json

import pytest
from model_fixtures import TISSUE, tiny_card

from semigda.errors import SemiGDAError
from semigda.models.card import Label, ModelCard, terminology_entry

GOOD = {**tiny_card().to_dict(), "weights_sha256": "0" * 64}


def changed(**changes) -> dict:
    return {**copy.deepcopy(GOOD), **changes}


def label(**changes) -> dict:
    return changed(labels=[{**GOOD["labels"][0], **changes}])


def test_a_card_survives_writing_and_reading(tmp_path):
    card = tiny_card(training={"labelled": 22, "dice": [0.81, 0.8]}, base_model="sd-vae")
    card.write(tmp_path)
    again = ModelCard.read(tmp_path)
    assert again == card
    assert again.labels[0].color == (255, 0, 0)
    assert [p.name for p in tmp_path.iterdir()] == ["card.json"]


@pytest.mark.parametrize(
    "data, said",
    [
        ([], "not a JSON object"),
        ({}, "schema"),
        (changed(schema=2), "schema 2"),
        (changed(schema="1"), "schema"),
        (changed(schema=True), "schema"),
        ({k: v for k, v in GOOD.items() if k != "licence"}, "lacks: licence"),
        (changed(on_load="import os"), "unknown entries: on_load"),
        (changed(name="../escape"), "name"),
        (changed(name="Upper"), "name"),
        (changed(name="a" * 65), "name"),
        (changed(name="con."), "name"),
        (changed(title=3), "title"),
        (changed(labels=[]), "no labels"),
        (changed(labels=[GOOD["labels"][1]]), "in order"),
        (changed(labels=[GOOD["labels"][0]] * 2), "in order"),
        (label(value=0), "1 to 255"),
        (label(value=True), "1 to 255"),
        (label(name=" "), "without a name"),
        (label(color=[0, 0]), "colour"),
        (label(color=[0, 0, 256]), "colour"),
        (label(terminology={"category": TISSUE["category"]}), "DICOM codes"),
        (label(terminology={**TISSUE, "type": {"scheme": "SCT"}}), "DICOM codes"),
        (
            label(terminology={**TISSUE, "type": {**TISSUE["type"], "meaning": "a~b"}}),
            "DICOM codes",
        ),
        (changed(network=[]), "network"),
        (changed(branches="all"), "branches"),
        (changed(postprocessing={"largest_component": 1}), "postprocessing"),
        (changed(postprocessing={"script": "x"}), "postprocessing"),
        (changed(attribution="text"), "attribution"),
        (changed(base_model=1), "base_model"),
        (changed(weights_sha256="abc"), "SHA-256"),
    ],
)
def test_a_wrong_card_is_refused_with_its_reason(data, said):
    with pytest.raises(SemiGDAError) as caught:
        ModelCard.from_dict(data)
    assert caught.value.error_class == "model-invalid"
    assert said in caught.value.message


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b'{"schema": NaN}', b"[" * 100_000, b" " * 1_000_001]
)
def test_a_file_that_is_no_card_is_refused(tmp_path, content):
    (tmp_path / "card.json").write_bytes(content)
    with pytest.raises(SemiGDAError) as caught:
        ModelCard.read(tmp_path)
    assert caught.value.error_class == "model-invalid"


def test_a_missing_card_is_said(tmp_path):
    with pytest.raises(SemiGDAError, match="no model card"):
        ModelCard.read(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "private",
    [
        {"cases": "/data/DOE/scan.nii.gz"},
        {"cases": ["trained on C:\\patients\\doe"]},
        {"base": {"file": "~/models/x"}},
        {"uid": "1.2.840.113619.2.55.3.604688119"},
        {"/home/doe/a.nii": 0.8},
    ],
)
def test_a_card_with_paths_or_uids_is_not_written(tmp_path, private):
    with pytest.raises(SemiGDAError, match="path or a DICOM identifier"):
        tiny_card(training=private).write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_ordinary_texts_are_no_paths(tmp_path):
    tiny_card(
        description="Anterior/posterior parts, 1/2 mm, see https://example.org/a/b and arXiv 1.2.3",
        training={"engine": "2.13.0", "ratio": "22 / 142"},
    ).write(tmp_path)


def test_a_number_that_json_cannot_hold_is_not_written(tmp_path):
    with pytest.raises((SemiGDAError, ValueError)):
        tiny_card(training={"dice": float("nan")}).write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_terminology_text_is_slicers():
    assert terminology_entry(Label(1, "a", (0, 0, 0), TISSUE)) == (
        "Segmentation category and type - 3D Slicer General Anatomy list"
        "~SCT^123037004^Anatomical Structure~SCT^69695003^Stomach~^^"
        "~Anatomic codes - DICOM master list~^^~^^"
    )
    right = {"scheme": "SCT", "code": "24028007", "meaning": "Right"}
    entry = terminology_entry(Label(1, "a", (0, 0, 0), {**TISSUE, "modifier": right}))
    assert "~SCT^24028007^Right~" in entry
    assert terminology_entry(Label(1, "a", (0, 0, 0))) == ""


def test_the_card_is_plain_json():
    assert json.loads(json.dumps(GOOD))["schema"] == 1
