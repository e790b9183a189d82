"""The model card: what it takes, what it refuses, and Slicer's terminology text."""

from __future__ import annotations

import copy
import json

import pytest
from model_fixtures import TISSUE, tiny_card

from semigda_core.errors import SemiGDAError
from semigda_core.models.card import Label, ModelCard, authored, terminology_entry
from semigda_core.models.doubt import Outcome, doubt_entry

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


FOUND = Outcome(1, 0.5, 0.5, 9, 9, True)
LONG = {**TISSUE, "type": {**TISSUE["type"], "meaning": "a~b"}}


@pytest.mark.parametrize(
    "data, said",
    [
        ([], "cannot be used: it is not an object"),
        ({}, "of schema 1"),
        ({"schema": 1}, "'name' is missing"),
        (changed(schema=2), "of schema 1"),
        (changed(schema="1"), "of schema 1"),
        (changed(schema=True), "of schema 1"),
        ({k: v for k, v in GOOD.items() if k != "licence"}, "'licence' is missing"),
        (changed(on_load="import os"), "unknown field 'on_load'"),
        (changed(name="../escape"), "'name' is no name of a model"),
        (changed(name="Upper"), "'name'"),
        (changed(name="a" * 65), "'name'"),
        (changed(name="con."), "'name'"),
        (changed(name="con.a"), "'name'"),
        (changed(title=3), "'title' is not text"),
        (changed(title="a" * 201), "'title' has more than 200 characters"),
        (changed(title="red \x1b[31m"), "'title' holds control characters"),
        (changed(title="half \ud800"), "'title' holds control characters"),
        (changed(labels=[]), "'labels' has 0 items, not 1 to 254"),
        (changed(labels=[GOOD["labels"][1]]), "not 1, 2, 3 ... in order"),
        (changed(labels=[GOOD["labels"][0]] * 2), "in order"),
        (label(value=0), "'labels[0].value' is not a whole number from 1 to 254"),
        (label(value=True), "'labels[0].value'"),
        (label(name=" "), "'labels[0].name' is empty"),
        (label(color=[0, 0]), "'labels[0].color' has 2 items, not 3 to 3"),
        (label(color=[0, 0, 256]), "'labels[0].color[2]'"),
        (label(terminology={"category": TISSUE["category"]}), "terminology.type' is missing"),
        (label(terminology={**TISSUE, "type": {"scheme": "SCT"}}), "type.code' is missing"),
        (
            label(terminology={**TISSUE, "organ": None}),
            "terminology' has the unknown field 'organ'",
        ),
        (
            label(terminology={**TISSUE, "type": {**TISSUE["type"], "name": ""}}),
            "unknown field 'name'",
        ),
        (label(terminology=LONG), "type.meaning' is no DICOM code"),
        (changed(network=[]), "'network' is not an object"),
        (changed(network=GOOD["network"] | {"patch": 0}), "'network.patch'"),
        (changed(preprocessing={}), "'preprocessing.channels' is missing"),
        (changed(preprocessing=GOOD["preprocessing"] | {"size": [32_000] * 2}), "from 16 to 4096"),
        (changed(branches="all"), "'branches' is none of both, vae, cnn"),
        (changed(postprocessing={"largest_component": 1}), "'postprocessing.largest_component'"),
        (
            changed(postprocessing={"script": "x"}),
            "'postprocessing' has the unknown field 'script'",
        ),
        (changed(attribution="text"), "'attribution' is not a list"),
        (changed(base_model=1), "'base_model' is not text"),
        (changed(weights_sha256="abc"), "'weights_sha256' is no SHA-256 sum"),
        (changed(doubt=doubt_entry([[FOUND]], [1])), "'doubt' tells of other classes"),
        (changed(doubt=doubt_entry([[FOUND]], [1, 2, 3])), "'doubt' tells of other classes"),
        (changed(training=[]), "'training' is not an object"),
        (changed(training={"a": float("inf")}), "'training' holds a number that is not finite"),
        (changed(training={"a": {"b": "\x9b31m"}}), "'training' holds control characters"),
        (changed(cost=json.loads('{"a":' * 20 + "1" + "}" * 20)), "'cost' is nested more than 8"),
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


def test_a_network_that_halves_more_often_than_the_slices_can_be_is_refused():
    network = GOOD["network"] | {"patch": 16, "channels": [8, 8, 8], "cnn_blocks": [1, 1]}
    with pytest.raises(SemiGDAError, match="'preprocessing.size' is no multiple of 64"):
        ModelCard.from_dict(changed(network=network))


def test_names_in_any_script_stay_as_they_are(tmp_path):
    labels = [Label(1, "Läsion 病变", (0, 0, 0)), Label(2, "ورم", (0, 0, 0))]
    tiny_card(labels=labels, title="ein\u0308").write(tmp_path)
    assert [label.name for label in ModelCard.read(tmp_path).labels] == ["Läsion 病变", "ورم"]
    assert "Läsion 病变" in (tmp_path / "card.json").read_text("utf-8")
    assert ModelCard.read(tmp_path).title == "ein\u0308"


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


def test_what_people_write_is_known_by_its_field():
    card = tiny_card(licence="CC BY 4.0", attribution=["A. Author", "B. Clinic"])
    assert {"title", "description", "modality", "licence", "attribution"} <= set(authored())
    assert card.report_rows()[:3] == [
        ("Licence of the model", "CC BY 4.0"),
        ("Attribution", "A. Author"),
        ("Attribution", "B. Clinic"),
    ]
    assert tiny_card(licence="", attribution=[]).report_rows() == []


def test_what_a_model_is_not_for_is_left_out_where_nobody_says_it():
    """Versions that do not know the entry refuse a card with it."""
    assert "limits" not in tiny_card().to_dict()
    card = tiny_card(limits="Not for children.")
    assert ModelCard.from_dict({**card.to_dict(), "weights_sha256": "0" * 64}).limits == card.limits
    assert ("What the model is not for", "Not for children.") in card.report_rows()
