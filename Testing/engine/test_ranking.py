"""What to label next, with a network that was really trained and planted facts about the cases."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from ranking_fixtures import COPIES, NOISY, make_project, run, train_model

from semigda.jobs.run import run_job
from semigda.ranking.order import Look, doubts, rank
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.project.review.candidates import candidates, new_ranking
from semigda_core.project.review.inbox import pending

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

from label_next import ARMS  # noqa: E402


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return train_model(tmp_path_factory.mktemp("training"))


@pytest.fixture(scope="module")
def ranked(model, tmp_path_factory):
    """A project after its first ranking: project, ids by name, the job."""
    project, ids = make_project(tmp_path_factory.mktemp("ranked"), model.parent / "study")
    job = new_ranking(project, model, count=4)
    run(job)
    return project, ids, job


def test_every_unlabelled_case_has_a_place_and_a_reason(ranked):
    project, ids, _ = ranked
    found = candidates(project)
    assert {one.case_id for one in found} == set(ids.values())
    assert [one.rank for one in found] == list(range(1, len(ids) + 1))
    for one in found:
        assert 0 <= one.disagreement <= 1 and 0 <= one.novelty <= 1
        assert re.fullmatch(r"[A-Z].*\.", one.reason)
        assert not any(name in one.reason for name in ids)


def test_copies_of_one_odd_image_are_not_all_proposed_first(ranked):
    project, ids, _ = ranked
    names = {case_id: name for name, case_id in ids.items()}
    order = [names[one.case_id] for one in candidates(project)]
    assert sum(name in COPIES for name in order[:3]) == 1
    # What is left of them comes last: there is nothing more to learn from a copy.
    assert set(order[-2:]) < set(COPIES)


def test_an_odd_case_that_stands_for_itself_alone_does_not_come_first(ranked):
    project, ids, _ = ranked
    first, *_ = candidates(project)
    assert first.case_id != ids[NOISY]


def test_the_first_ones_get_a_label_on_their_images_grid_and_a_picture(ranked):
    project, _, _ = ranked
    waiting = pending(project)
    assert sorted(one.rank for one in waiting) == [1, 2, 3, 4]
    doubts = [one.disagreement for one in waiting]
    assert doubts == sorted(doubts) and len(set(doubts)) == 4
    for one in waiting:
        image = sitk.ReadImage(str(project.read().case(one.case_id).image))
        label = sitk.ReadImage(str(one.label))
        assert label.GetSize() == image.GetSize()
        assert np.allclose(label.GetSpacing(), image.GetSpacing())
        assert sitk.ReadImage(str(one.thumbnail)).GetSize() == (96, 96)
    inbox = sorted(path.name for path in (project.folder / "inbox").iterdir())
    assert len(inbox) == 2 * 4 + 1


def test_the_job_leaves_no_predictions_and_no_names_behind(ranked):
    project, ids, job = ranked
    left = {path.name for path in job.path.iterdir()}
    assert left.isdisjoint({"labels", "labels.npy", "review.npy"})
    told = json.dumps([job.events(), job.state(), job.result()])
    told += (project.folder / "inbox" / "ranking.json").read_text("utf-8")
    assert not any(name in told for name in ids)


def test_a_new_ranking_replaces_the_old_and_skips_what_it_cannot_read(ranked, model, tmp_path):
    project, ids = make_project(tmp_path, model.parent / "study")
    run(new_ranking(project, model, count=6))
    broken = project.read().case(ids["plain-0"]).image
    broken.write_bytes(b"NRRD0004\nno image\n\n")
    result = run(new_ranking(project, model, count=2))
    assert result["report"]["unreadable"] == 1
    assert len(candidates(project)) == len(ids) - 1
    assert len(pending(project)) == 2
    assert len(list((project.folder / "inbox").glob("*.seg.nrrd"))) == 2


def test_a_cancelled_ranking_leaves_the_older_one(ranked):
    project, _, job = ranked
    before = candidates(project)
    again = new_ranking(project, job.job["model"])
    again.request("cancel")
    run_job(again)
    assert JobFolder(again.path).state()["state"] == "cancelled"
    assert candidates(project) == before


def test_images_that_went_away_leave_the_older_ranking(model, tmp_path):
    """As with a network drive: what was predicted is good again when they are back."""
    project, ids = make_project(tmp_path, model.parent / "study")
    run(new_ranking(project, model, count=2))
    inbox = project.folder / "inbox"
    before = {path.name: path.read_bytes() for path in inbox.iterdir()}
    again = new_ranking(project, model, count=2)
    for case_id in ids.values():
        project.read().case(case_id).image.unlink()
    assert run_job(again) == 1
    assert "None of the unlabelled cases" in again.error().message
    assert {path.name: path.read_bytes() for path in inbox.iterdir()} == before


def test_refusals(ranked, model, tmp_path):
    project, _, _ = ranked
    with pytest.raises(SemiGDAError, match="at least 1"):
        new_ranking(project, model, count=0)
    empty, ids = make_project(tmp_path, model.parent / "study")
    empty.set_use(ids.values(), "ignored")
    with pytest.raises(SemiGDAError, match="no unlabelled case"):
        new_ranking(empty, model)
    empty.set_classes(["other"])
    with pytest.raises(SemiGDAError, match="classes"):
        new_ranking(empty, model)


# The arithmetic


def seen(found: int, possible: int, right: int, features=(0.0, 0.0)) -> Look:
    return Look(torch.tensor([[[found, right, possible]]]), torch.tensor(features))


def test_doubt_is_what_is_not_expected_to_be_right():
    assert doubts([seen(10, 10, 10), seen(10, 30, 6), seen(0, 3, 0)]) == [0.0, 0.4, 1.0]
    assert doubts([]) == []


def test_a_class_that_was_found_nowhere_counts_as_often_as_the_others_have_it():
    usual = [seen(10, 10, 10)] * 3
    assert doubts([*usual, seen(0, 0, 0)])[3] == 0.75
    assert doubts([seen(0, 0, 0), seen(0, 0, 0)]) == [0.0, 0.0]


def test_other_worths_give_the_orders_that_the_benchmark_compares():
    crowd = [seen(1, 1, 1, (0.1 * n, 0.0)) for n in range(5)]
    odd = seen(10, 10, 1, (4.0, 4.0))
    labelled = [torch.tensor([-4.0, 4.0])]

    def first(arm: str) -> int:
        return rank([*crowd, odd], labelled, ["a"], ARMS[arm])[0].index

    assert first("novelty") == 5
    assert first("typical") in range(5)
    # Where only the odd one is doubted, only what brings *it* nearer counts.
    assert first("coverage") == 5


def test_the_cases_are_spread_evenly_whatever_the_doubt():
    """Two crowds and a loner: one of the larger crowd, one of the other, and then the loner."""
    places = [0.0, 0.1, -0.1, 0.05, 3.0, 3.1, -2.0]
    doubts = [10, 10, 10, 10, 10, 10, 0]
    looks = [seen(10, 10, d, (x, 0.0)) for x, d in zip(places, doubts, strict=True)]
    found = rank(looks, [torch.tensor([30.0, 0.0])], ["a"])
    order = [one.index for one in found]
    assert order[0] in range(4) and order[1] in (4, 5) and order[2] == 6
    # What is like a labelled case is worth less.
    near = rank(looks, [torch.tensor([0.0, 0.0])], ["a"])
    assert [one.index for one in near][0] in (4, 5)


def test_equal_cases_of_no_worth_still_have_an_order():
    found = rank([seen(10, 10, 10)] * 3, [torch.zeros(2)], ["ball"])
    assert [one.index for one in found] == [0, 1, 2]
    assert rank([], [], ["ball"]) == []


def test_reasons_name_the_class_and_the_slices():
    both = torch.tensor([[[10, 10, 10], [8, 2, 8]]] * 2 + [[[10, 10, 10], [8, 8, 8]]] * 2)
    empty = torch.tensor([[[10, 10, 10], [0, 0, 0]]] * 4)
    looks = [Look(both, torch.zeros(2)), Look(empty, torch.ones(2))]
    reasons = {one.index: one.reason for one in rank(looks, [torch.zeros(2)], ["ball", "core"])}
    assert "unsure of the border of core in 50 % of its slices" in reasons[0]
    assert reasons[1].startswith("The model does not find core")
