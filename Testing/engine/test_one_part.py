"""Where labels show every class in one part, a model's results leave small other parts out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from project_fixtures import draw, make_project, write_case
from volume_fixtures import BrightPixels, bright_card, settings

from semigda.check.run import check
from semigda.data.components import largest_part
from semigda.data.volumes import Volume
from semigda.inference.segment import Segmentation, segment_volume
from semigda.inference.small_parts import LEFT_OUT
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.labels.finished import FinishedSlices
from semigda_core.models.card import ModelCard
from semigda_core.project.check.latest import FACTS, measured
from semigda_core.project.heldout import change_heldout, choose_heldout
from semigda_core.project.project import Project
from semigda_core.project.training.plans import Plan
from semigda_core.project.training.presets import train_settings


def flag(project: Project) -> bool:
    """What the model of a training would say, by the files as they are now."""
    check(project)
    planned = train_settings(project, measured(project), Plan(), "m")
    return planned["card"]["postprocessing"]["largest_component"]


def with_second_ball(folder: Path, number: int, side: int) -> None:
    _, labels = draw(number)
    labels[:side, :side, :side] = 1
    write_case(folder, number, labels=labels)


def test_a_part_is_measured_across_slices():
    mask = np.zeros((4, 6, 6), bool)
    mask[0:3, 1, 1] = mask[2, 1, 1:4] = True  # 5 voxels in three slices
    mask[0, 4, 2:6] = mask[3, 4, 4] = True  # the corner of a slice apart does not touch
    assert largest_part(mask) == 5 and largest_part(np.zeros_like(mask)) == 0


@pytest.mark.parametrize(("labelled", "in_one"), [(4, False), (5, True)])
def test_it_takes_five_labels_in_one_part(labelled, in_one, tmp_path):
    assert flag(make_project(tmp_path, labelled)) is in_one


@pytest.mark.parametrize(("side", "in_one"), [(1, True), (3, False)])
def test_a_slip_of_the_brush_is_no_part(side, in_one, tmp_path):
    project = make_project(tmp_path, 6)
    with_second_ball(tmp_path / "study", 2, side)
    assert flag(project) is in_one


def test_held_out_labels_have_no_say(tmp_path):
    project = make_project(tmp_path, 8)
    with_second_ball(tmp_path / "study", 6, 3)
    assert flag(project) is False
    choose_heldout(project, measured(project))
    change_heldout(project, "by hand", measured(project), [project.read().cases[6].id])
    assert len(project.read().of_role("held-out")) == 1 and flag(project) is True


def test_nothing_is_known_of_what_lies_between_finished_slices(tmp_path):
    project = make_project(tmp_path, 5)
    project.set_finished(project.read().cases[0].id, FinishedSlices(0, (7, 8)))
    assert flag(project) is False  # four whole labels are too few


def test_labels_whose_parts_an_earlier_version_did_not_measure_are_measured_anew(tmp_path):
    project = make_project(tmp_path, 6)
    partly, whole = (case.id for case in project.read().cases[:2])
    project.set_finished(partly, FinishedSlices(0, (7, 8)))
    assert flag(project) is True
    path = project.folder / FACTS
    document = json.loads(path.read_text())
    for facts in document["cases"].values():
        facts["earlier"] = True
        for part in (facts["label"] or {"parts": {}})["parts"].values():
            part.pop("largest", None)
    path.write_text(json.dumps(document))
    assert flag(project) is True
    facts = measured(project)
    assert "earlier" in facts[partly] and "earlier" not in facts[whole]  # no more than it takes


def test_two_parts_of_a_class_may_be_two_segments(tmp_path):
    project = make_project(tmp_path, 6)
    project.set_classes(["ball"])
    project.set_mapping({"1": "ball", "2": "ball"})
    assert flag(project) is False


def bright(array: np.ndarray, card: ModelCard, **options) -> Segmentation:
    """What a network finds that takes bright pixels for the class."""
    volume = Volume((array * 255).astype(np.uint8), np.eye(4))
    return segment_volume(BrightPixels(), card, volume, SegmentOptions(**options))


def test_small_parts_in_3d_go_only_when_the_card_says_so():
    # A horseshoe: two parts in the lower slices, one in 3-D. And a true speck.
    image = np.zeros((8, 32, 32))
    image[2:7, 4:9, 4:9] = image[2:7, 4:9, 20:25] = image[6, 4:9, 4:25] = 1
    horseshoe = image.copy()
    image[0:2, 25:28, 25:28] = 1
    grid = settings(spacing=[None, 1.0, 1.0])
    keep = bright(image, bright_card(grid))
    np.testing.assert_array_equal(keep.labels, image)
    card = bright_card(grid, postprocessing={"largest_component": True})
    cleaned = bright(image, card)
    np.testing.assert_array_equal(cleaned.labels, horseshoe)
    assert cleaned.segments[0]["voxels"] == horseshoe.sum()
    every = bright(image, card, all_parts=True)
    np.testing.assert_array_equal(every.labels, image)
    assert LEFT_OUT in cleaned.report["notes"]
    nothing_small = bright(horseshoe, card)
    assert not any(LEFT_OUT in one.report["notes"] for one in (keep, every, nothing_small))
