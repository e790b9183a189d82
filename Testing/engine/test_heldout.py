"""Held-out cases: chosen once, by patient, like the rest; never drawn again unasked."""

from __future__ import annotations

import json

import pytest
from model_fixtures import tiny_package
from project_fixtures import synthetic, tree
from trainings_fixtures import ready_project

from semigda.check.run import check
from semigda.data.cases import read_cases
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.models.card import ModelCard
from semigda_core.project.cases.caselist import case_rows
from semigda_core.project.check.latest import measured
from semigda_core.project.classes import change_class
from semigda_core.project.heldout import change_heldout, choose_heldout, describe
from semigda_core.project.project import NewCase, Project
from semigda_core.project.records import View
from semigda_core.project.training.bases import has_seen_heldout


def test_choice_is_stable_stored_and_locked(tmp_path):
    project, facts = synthetic(tmp_path, range(100, 1300, 100))
    heldout = choose_heldout(project, facts)
    assert heldout["scheme"] == "split" and len(heldout["cases"]) == 3 and heldout["version"] == 1
    view = Project(project.folder).read()
    assert view.heldout == heldout
    assert sorted(case.id for case in view.of_role("held-out")) == heldout["cases"]
    assert heldout["date"] and len(heldout["labels"]) == 3
    assert "3 labelled cases are held out" in describe(heldout)
    with pytest.raises(SemiGDAError, match="chosen already"):
        choose_heldout(project, facts)
    # The same cases give the same choice, wherever they are and in whatever order.
    with project.edit("test") as data:
        data["heldout"] = None
        data["cases"].reverse()
    assert choose_heldout(project, facts)["cases"] == heldout["cases"]


def test_a_patient_is_never_split(tmp_path):
    groups = [f"p{n // 2}" for n in range(20)]
    project, facts = synthetic(tmp_path, [50 + n for n in range(20)], groups)
    heldout = choose_heldout(project, facts)
    view = project.read()
    patients = {view.case(case_id).patient for case_id in heldout["cases"]}
    assert len(heldout["cases"]) == 2 * len(patients) == 4
    (tmp_path / "later.nrrd").touch()
    (tmp_path / "laterlabel.nrrd").touch()
    group = patients.pop().upper()  # the same patient, spelled differently
    added = project.add(
        [NewCase(tmp_path / "later.nrrd", tmp_path / "laterlabel.nrrd", group=group)]
    )
    view = project.read()
    assert view.case(added.cases[0]).role == "aside" and view.heldout == heldout
    rows = {row["name"]: row for row in case_rows(view)}
    assert added.cases[0] not in rows
    assert {name for name, row in rows.items() if row["role"] == "val"} == set(heldout["cases"])
    assert not any(row["group"].startswith("p") for row in rows.values())


def test_another_name_of_a_class_keeps_the_scores_of_label_maps(tmp_path):
    project, facts = synthetic(tmp_path, [9 + n for n in range(8)])
    choose_heldout(project, facts)
    project.new_job("train", {})
    change_class(project, 1, "sphere")
    project.set_mapping({"Ball": "sphere"})  # a segment's name: label maps have none
    assert project.jobs()[0]["comparable"] and project.read().heldout["version"] == 1
    project.set_mapping({"2": "sphere"})
    assert not project.jobs()[0]["comparable"] and project.read().heldout["version"] == 2


def test_changing_on_purpose_voids_older_scores(tmp_path):
    project, facts = synthetic(tmp_path, [9 + n for n in range(16)])
    with pytest.raises(SemiGDAError, match="No held-out cases"):
        change_heldout(project, "why", facts)
    first = choose_heldout(project, facts)
    project.new_job("train", {})
    assert project.jobs()[0]["comparable"] and project.jobs()[0]["heldout_version"] == 1
    second = change_heldout(project, "A label was wrong", facts)
    assert second["version"] == 2 and len(second["cases"]) == len(first["cases"])
    assert second["cases"] != first["cases"]
    assert second["past"][0]["cases"] == first["cases"] and second["reason"] == "A label was wrong"
    assert not project.jobs()[0]["comparable"]
    wanted = sorted(case.id for case in project.read().cases[:5])
    third = change_heldout(project, "Chosen by hand", facts, wanted)
    assert third["cases"] == wanted and third["version"] == 3 and len(third["past"]) == 2
    with pytest.raises(SemiGDAError, match="need a label"):
        change_heldout(project, "none", facts, ["nonsense"])
    assert project.read().heldout == third


def test_what_scores_hang_on_cannot_change_silently(tmp_path):
    project, facts = synthetic(tmp_path, [9 + n for n in range(16)])
    held = choose_heldout(project, facts)["cases"]
    trained = [case.id for case in project.read().of_role("labeled")]
    for refused in (
        lambda: project.remove(held[:1]),
        lambda: project.set_use(held[:1], "ignored"),
        lambda: project.set_label(held[0], None),
    ):
        with pytest.raises(SemiGDAError, match="held out"):
            refused()
    versions = [1]

    def version():
        versions.append(project.read().heldout["version"])
        return versions[-1] - versions[-2]

    project.remove(trained[:1])
    project.set_label(trained[1], tmp_path / "l0.nrrd")
    project.rename(held[0], "new name")
    assert version() == 0  # nothing that scores hang on
    project.set_label(held[0], tmp_path / "l1.nrrd")
    assert version() == 1 and held[0] not in project.read().heldout["labels"]
    with project.edit_file() as data:
        del data["heldout"]["labels"]  # of a version that did not lock them
    project.set_mapping({"3": 1})
    assert version() == 1
    # A patient who trained turns out to be one that is held out.
    project.set_group([held[0], trained[2]], "same")
    assert version() == 1 and project.read().case(trained[2]).role == "aside"
    project.set_group(trained[3:4], "same")  # another one, of a patient named before
    assert version() == 1 and project.read().case(trained[3]).role == "aside"


def test_case_list_is_what_trainings_read(tmp_path):
    project = ready_project(tmp_path, 3, 2)
    before = tree(tmp_path / "study")
    write_json(project.folder / "list.json", case_rows(project.read(), 1))
    cases = read_cases(project.folder / "list.json")
    assert sorted(case.role for case in cases) == ["labeled"] * 2 + ["unlabeled"] * 2 + ["val"]
    assert "DOE" not in json.dumps([case.name for case in cases])
    assert all(case.classes["2"] == 2 for case in cases if case.label)
    assert tree(tmp_path / "study") == before


@pytest.mark.parametrize("base", ["/gone/models/one", "C:\\gone\\jobs\\first\\one.safetensors"])
def test_a_model_has_seen_what_the_one_it_started_from_has(tmp_path, base):
    project = ready_project(tmp_path)
    card = ModelCard.read(tiny_package(tmp_path))
    view = project.read()
    seen, first, second = view.of_role("labeled")[0], case_rows(view), case_rows(view)
    second = [row for row in second if row["name"] != seen.id]  # left out meanwhile
    for name, rows in (("first", first), ("second", second)):
        (project.folder / "jobs" / name).mkdir()
        write_json(project.folder / "jobs" / name / "cases.json", rows)
    change_heldout(project, "a test", measured(project), [seen.id])

    def has_seen(**plan: str) -> bool:
        data = dict(project.read().data)
        data["versions"] = [{"job": "second", "sha256": card.weights_sha256}]
        data["jobs"] = [{"id": "first", "version": "one", "plan": {"base": base}}]
        data["jobs"] += [{"id": "second", "version": "two", "plan": plan}]
        return has_seen_heldout(View(project.folder, data), card)

    assert not has_seen() and not has_seen(base="/gone/models/two")  # itself: no end otherwise
    assert has_seen(base=base)


@pytest.mark.parametrize("how", ["the same patient", "added again"])
def test_a_model_has_seen_a_held_out_patient_by_any_of_its_images(tmp_path, how):
    project = ready_project(tmp_path)
    card = ModelCard.read(tiny_package(tmp_path))
    (project.folder / "jobs/then").mkdir()
    write_json(project.folder / "jobs/then/cases.json", case_rows(project.read()))

    def has_seen() -> bool:
        view = project.read()
        made = {"job": "then", "sha256": card.weights_sha256}
        return has_seen_heldout(View(view.folder, view.data | {"versions": [made]}), card)

    assert not has_seen()
    view = project.read()
    if how == "added again":
        case = view.of_role("labeled")[0]
        project.remove([case.id])
        (again,) = project.add([NewCase(case.image, case.label)]).cases
        check(project)
        change_heldout(project, "a test", measured(project), [again])
    else:
        cases = [view.of_role("unlabeled")[0].id, view.of_role("held-out")[0].id]
        project.set_group(cases, "one patient")
    assert has_seen()
