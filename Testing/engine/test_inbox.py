"""Predicted labels: accepted, rejected, corrected, and what a training then sees of them."""

from __future__ import annotations

import json

import pytest
import SimpleITK as sitk
from project_fixtures import copy_of, nothing_recorded, tree
from ranking_fixtures import make_project, run, train_model

from semigda.check.run import check
from semigda.cli import main
from semigda_core.errors import SemiGDAError
from semigda_core.models.card import ModelCard
from semigda_core.project.cases.caselist import case_rows
from semigda_core.project.check.latest import measured
from semigda_core.project.classes import change_class
from semigda_core.project.heldout import choose_heldout
from semigda_core.project.review.candidates import candidates, new_ranking
from semigda_core.project.review.inbox import accept, pending, reject, take_edited

COUNT = 5


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """What it predicts does not matter here."""
    short = {"pretrain_steps": 4, "align_steps": 2, "steps": 4}
    return train_model(tmp_path_factory.mktemp("training"), **short)


def ranked(folder, model):
    project, _ = make_project(folder, model.parent / "study")
    run(new_ranking(project, model, count=COUNT))
    return project


@pytest.fixture(scope="module")
def made(model, tmp_path_factory):
    return ranked(tmp_path_factory.mktemp("ranked"), model)


@pytest.fixture
def project(made, tmp_path):
    return copy_of(made, tmp_path)


def test_accepted_ones_become_labels_that_train_but_are_never_held_out(project):
    one, two = (found.case_id for found in pending(project)[:2])
    accept(project, [one, two])
    view = project.read()
    for case_id in (one, two):
        case = view.case(case_id)
        assert case.origin == "machine" and case.role == "labeled"
        assert case.label == project.folder / "labels" / f"{case_id}.seg.nrrd"
        assert case.label.is_file()
    assert not any("segment" in finding.code for finding in check(project))
    heldout = choose_heldout(project, measured(project))
    assert not {one, two} & set(heldout["cases"])
    rows = {row["name"]: row for row in case_rows(project.read())}
    assert rows[one]["role"] == "labeled" and rows[one]["classes"]["head"] == 2


def test_a_prediction_waits_until_the_project_says_that_it_is_the_label(project, tmp_path):
    """A full disk or a kill between the two steps must not lose it, nor leave a copy."""
    first = pending(project)[0]
    two_files = tmp_path / "corrected.mhd"
    sitk.WriteImage(sitk.ReadImage(first.label), two_files)
    before = tree(project.folder)
    with nothing_recorded():
        accept(project, [first.case_id])
    for label in (first.label, two_files):
        with nothing_recorded():
            take_edited(project, first.case_id, label)
    assert tree(project.folder) == before and pending(project)[0] == first
    accept(project, [first.case_id])
    assert project.read().case(first.case_id).label.is_file()


def test_an_accepted_label_survives_the_next_rankings(project, model):
    first = pending(project)[0].case_id
    accept(project, [first])
    label = project.read().case(first).label
    content = label.read_bytes()
    run(new_ranking(project, model, count=1))
    assert label.read_bytes() == content
    assert first not in {found.case_id for found in candidates(project)}
    assert len(pending(project)) == 1


def test_what_is_decided_leaves_the_inbox(project):
    one, two, *others = (found.case_id for found in pending(project))
    accept(project, [one])
    reject(project, [two])
    assert [found.case_id for found in pending(project)] == others
    left = {path.name.split(".")[0] for path in (project.folder / "inbox").iterdir()}
    assert left == {*others, "ranking"}


def test_a_prediction_with_names_of_before_does_not_become_a_label(project, capsys):
    """The classes swap their names while predictions wait."""
    first = pending(project)[0].case_id
    for value, name in ((1, "aside"), (2, "body"), (1, "head")):
        change_class(project, value, name)
    assert first in {one.case_id for one in candidates(project)} and not pending(project)
    with pytest.raises(SemiGDAError, match="not among those that wait"):
        accept(project, [first])
    assert project.read().case(first).label is None
    assert main(["project", "inbox", str(project.folder)]) == 0
    assert "train again first" in capsys.readouterr().out


def test_rejected_ones_stay_unlabelled_and_are_not_proposed_again_for_this_model(project, model):
    rejected = pending(project)[0].case_id
    reject(project, [rejected])
    assert project.read().case(rejected).role == "unlabeled"
    run(new_ranking(project, model))
    assert rejected not in {found.case_id for found in candidates(project)}
    # For another model it is a case as any other.
    with project.edit("as if by another model") as data:
        sha256 = ModelCard.read(model).weights_sha256
        data["rejected"] = {"0" * 64: data["rejected"][sha256]}
    run(new_ranking(project, model))
    assert rejected in {found.case_id for found in candidates(project)}


def test_a_corrected_prediction_is_an_edited_label(project, tmp_path):
    found = pending(project)[0]
    corrected = tmp_path / "corrected.seg.nrrd"
    corrected.write_bytes(found.label.read_bytes())
    take_edited(project, found.case_id, corrected)
    case = project.read().case(found.case_id)
    assert case.origin == "edited"
    assert case.label == project.folder / "labels" / f"{found.case_id}.seg.nrrd"
    assert found.case_id not in {one.case_id for one in pending(project)}


def test_an_accepted_label_corrected_in_place_becomes_edited(project):
    case_id = pending(project)[0].case_id
    accept(project, [case_id])
    label = project.read().case(case_id).label
    take_edited(project, case_id, label)
    assert label.is_file()
    assert project.read().case(case_id).origin == "edited"


def test_a_label_of_a_human_is_not_replaced(project):
    case = project.read().of_role("labeled")[0]
    with pytest.raises(SemiGDAError, match="label already"):
        take_edited(project, case.id, case.label)
    assert project.read().case(case.id).origin == "human"


def test_a_wrong_id_decides_nothing(project):
    one = pending(project)[0].case_id
    before = tree(project.folder)
    for decide in (accept, reject):
        with pytest.raises(SemiGDAError, match="wait for a decision"):
            decide(project, [one, "feedbeef"])
    assert tree(project.folder) == before


def test_a_case_that_got_a_label_elsewhere_or_another_image_leaves_the_list(model, tmp_path):
    project = ranked(tmp_path, model)
    one, two, *_ = pending(project)
    project.set_label(one.case_id, one.label)
    image = project.read().case(two.case_id).image
    image.write_bytes(image.read_bytes() + b"\0")
    left = {found.case_id for found in pending(project)}
    assert not {one.case_id, two.case_id} & left
    assert [found.rank for found in candidates(project)] == list(range(1, len(left) + 5))


def test_commands(project, model, capsys):
    folder = str(project.folder)
    assert main(["project", "rank", folder, "--model", str(model), "--count", "3", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert sum(one["label"] is not None for one in listed) == 3
    one, two, three = (found["case_id"] for found in listed[:3])
    assert main(["project", "accept", folder, one]) == 0
    assert main(["project", "reject", folder, two]) == 0
    assert "1 case rejected." in capsys.readouterr().out
    assert main(["project", "inbox", folder, "--json"]) == 0
    assert [found["case_id"] for found in json.loads(capsys.readouterr().out)] == [three]
    assert main(["project", "edited", folder, three, listed[2]["label"]]) == 0
    assert main(["project", "inbox", folder]) == 0
    assert "Nothing waits." in capsys.readouterr().out
    assert main(["project", "accept", folder, two]) == 1
