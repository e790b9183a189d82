"""What the panel says from a model's card: its training, and the words that were tried on it."""

from __future__ import annotations

import json

import phantoms
from segment_fixtures import choose, run, table


def test_model_card(panel):
    text = panel.ui.modelCardLabel.text
    assert "bright" in text and "#d8654f" in text and "CC0-1.0" in text


def test_model_card_tells_of_the_training(panel, bright):
    from semigda_core.models.features import ATTRIBUTION, BASE
    from semigda_core.models.library import list_models
    from SemiGDALib.segment import card_text

    model = next(one for one in list_models() if one.name == bright)
    model.card.training = {
        "cases": {"labeled": 12, "unlabeled": 180, "val": 30},
        "val_dice": {"bright": 0.8, "brighter": 0.9},
    }
    model.card.limits = "Not for <children>."
    model.card.base_model, model.card.attribution = BASE, [ATTRIBUTION, "<A. Author>"]
    text = card_text.cardSummary(model)
    assert "<b>Not for &lt;children&gt;.</b>" in text
    assert "training cases: 12 labelled, 180 unlabelled" in text
    assert "started from General image features (EfficientNet-Lite0, Apache-2.0)" in text
    assert "licence: CC0" in text
    assert card_text.cardCredits(model) == f"{ATTRIBUTION}<br><br>&lt;A. Author&gt;"
    assert "mean Dice 0.85 on 30 validation cases" in text and "expect less" not in text
    # A class that no held-out case holds has no Dice.
    model.card.training["val_dice"] = {"bright": 0.8, "brighter": None}
    assert "mean Dice 0.80 on 30 validation cases" in card_text.cardSummary(model)
    model.card.training["val_dice"] = {"bright": None, "brighter": None}
    assert "mean Dice" not in card_text.cardSummary(model)
    model.card.training["val_dice"] = {"bright": 0.8, "brighter": 0.9}
    model.card.training["sources"] = {"Net": {"cases": 9, "taught": 0.2}}
    assert "also with results of Net for 9 cases" in card_text.cardSummary(model)
    model.card.training["sources"]["Net"]["taught"] = 0.0
    assert "results of Net for 9 cases were not used" in card_text.cardSummary(model)
    model.card.training["sources"]["Net"]["cases"] = 1
    assert "a result of Net for 1 case was not used" in card_text.cardSummary(model)
    model.card.training["cases"] = {"labeled": 1, "val": 1}
    assert "mean Dice 0.85 on 1 validation case" in card_text.cardSummary(model)
    model.card.training["chosen_on"] = "val"
    assert "which also chose the weights: expect less" in card_text.cardSummary(model)


def test_words_and_ranges_that_were_tried_on_held_out_cases(panel, module_host, artifacts):
    from SemiGDALib import provenance

    choose(panel, module_host, phantoms.add_volume())
    run(panel, module_host)
    node = panel.logic.result.segmentationNode
    result = provenance.resultOf(node)
    promise = {"dice": 0.83, "trust": 0.95, "poor": 0.7, "patients": 40}
    one, two = result["segments"]
    one.update(agreement=0.8, grade="good", promise=promise, range_ml=[1.5, 2.5])
    two.update(agreement=0.95, grade="doubtful", promise=None, range_ml=None)

    def told(**changes) -> list[str]:
        one.update(**changes)
        node.SetAttribute(provenance.RESULT, json.dumps(result))
        panel.panel._result.show(node)
        return [panel.ui.resultTable.item(row, 3).toolTip() for row in range(2)]

    good, doubtful = told()
    assert [row[3] for row in table(panel)] == ["0.80 good", "0.95 doubtful"]
    assert "reaches a Dice of 0.83 with a probability of at least 95 %" in good
    assert "40 held-out patients" in good and "at least half do not exceed 0.70." in good
    assert doubtful.startswith("Too few held-out patients")
    wrong, _ = told(promise={**promise, "dice": 0.24, "poor": None}, grade="look")
    assert wrong.startswith("Nothing is called good: of 40 held-out patients")
    assert "only a Dice of 0.24 can be promised" in wrong and "half" not in wrong
    told(promise=promise, grade="good")
    assert panel.ui.resultNoteLabel.text.endswith("\nbright: 90 % range: 1.50 to 2.50 ml")
    assert panel.ui.resultTable.item(0, 2).toolTip() == "90 % range: 1.50 to 2.50 ml"
    # *Several volumes* says the same.
    several = panel.panel.several
    several.resultsEdit.currentPath = ""
    several.sourceComboBox.currentIndex = 0
    several.button.collapsed = False
    several.refresh()
    cell = several.table.widget.item(0, 2)
    shown, about = cell.text().replace("\u00a0", " ").split("\n"), cell.toolTip().split("\n")
    assert shown[0].endswith("ml · 0.80 good") and shown[1] == "1.50\u20132.50 ml (90 %)"
    assert shown[2].endswith("ml · 0.95 doubtful") and len(shown) == 3
    assert "\u00a0ml\u00a0· 0.80\u00a0good" in cell.text()  # whole, wherever the line ends
    assert about[1] == "90 % range: 1.50 to 2.50 ml"
    assert about[-2:] == [good, doubtful]
    module_host.grab(panel, artifacts / "segment-panel-words.png")
