"""Options of a segmentation: one dataclass is the panel's choices, a job's JSON and arguments."""

from __future__ import annotations

from typing import ClassVar

import pytest
from training_fixtures import NETWORK

from semigda.cli.arguments import named_values
from semigda.cli.parser import Parser
from semigda.cli.segment import add_model_arguments, segment_options
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.region import region
from semigda_core.jobs.segmenting import SegmentOptions, panel_names


def parsed(*words: str) -> SegmentOptions:
    parser = Parser(prog="semigda")
    add_model_arguments(parser)
    return segment_options(parser.parse_args(["--model", "tiny", *words]))


def test_every_option_is_an_argument():
    assert parsed() == SegmentOptions()
    words = ["--device", "cpu", "--branches", "vae", "--frame", "3", "--replace-nonfinite"]
    words += ["--batch-size", "4", "--all-parts", "--roi", "RAS:1,2,3,40,50,60"]
    roi = region((-1, -2, 3), (40, 50, 60))
    assert parsed(*words) == SegmentOptions("cpu", "vae", True, 3, True, True, 4, roi)
    assert parsed("--roi", "-1,-2,3,40,50,60") == SegmentOptions(roi=roi)
    with pytest.raises(SystemExit):
        parsed("--branches", "all")
    with pytest.raises(SystemExit):
        parsed("--review")


def test_the_help_says_what_each_means(capsys):
    with pytest.raises(SystemExit):
        parsed("--help")
    text = " ".join(capsys.readouterr().out.split())
    assert "--frame FRAME which frame of a 4-D image, from 0" in text
    assert "--device {auto,cuda,mps,cpu} what computes (default: auto)" in text


def test_jobs_of_earlier_versions_are_read():
    old = {"device": "cpu", "branches": "both", "review": False, "replace_nonfinite": True}
    assert SegmentOptions.of(old) == SegmentOptions("cpu", "both", True, None, False)
    old = {**old, "frame": None, "batch_size": None}
    assert SegmentOptions.of(old) == SegmentOptions("cpu", "both", True, None, False)
    assert SegmentOptions.of({}) == SegmentOptions()


def test_what_nobody_chose_is_left_out_of_a_job():
    written = SegmentOptions(frame=0).to_dict()
    assert written == {
        "device": "auto",
        "branches": "card",
        "frame": 0,
        "review": True,
        "replace_nonfinite": False,
        "all_parts": False,
    }
    assert SegmentOptions.of(written) == SegmentOptions(frame=0)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"device": "abacus"}, "'device'"),
        ({"branches": "all"}, "'branches'"),
        ({"frame": -1}, "'frame'"),
        ({"frame": True}, "'frame'"),
        ({"batch_size": 0}, "'batch_size'"),
        ({"review": 1}, "'review'"),
        ({"smooth": True}, "unknown field 'smooth'"),
    ],
)
def test_a_wrong_value_is_told_by_its_option(values, said):
    with pytest.raises(SemiGDAError, match=said) as caught:
        SegmentOptions.of(values)
    assert caught.value.error_class == "bad-input"
    if "unknown" not in said:
        with pytest.raises(SemiGDAError, match=said):
            SegmentOptions(**values)


def test_the_panel_keeps_its_names():
    """Scenes and scripts of users know them."""
    assert panel_names() == {
        "allParts": "all_parts",
        "device": "device",
        "branches": "branches",
        "replaceInvalid": "replace_nonfinite",
        "review": "review",
    }


def test_the_branches_follow_from_card_and_choice():
    class Card:
        branches = "cnn"
        network: ClassVar = NETWORK

    plans = {
        SegmentOptions(): ("cnn",),
        SegmentOptions(branches="both"): ("vae", "cnn"),
        SegmentOptions(branches="vae"): ("vae",),
    }
    for options, expected in plans.items():
        assert options.plan(Card) == expected


def test_other_settings_are_json_or_else_texts():
    given = ["steps=100", "name=liver", "size=[64, 48]", "base=null", "name=a=b"]
    assert named_values(given) == {"steps": 100, "name": "a=b", "size": [64, 48], "base": None}
    before = {"augmentation": {"blur": 0.5, "mirror": True}}
    told = named_values(["augmentation.mirror=false", "preprocessing.crop=true"], before)
    assert told["augmentation"] == {"blur": 0.5, "mirror": False}
    assert told["preprocessing"] == {"crop": True} and before["augmentation"]["mirror"]
    with pytest.raises(SemiGDAError, match="NAME=VALUE, not 'steps'"):
        named_values(["steps"])
