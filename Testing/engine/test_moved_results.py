"""Results of other programs whose folder was renamed, or copied."""

from __future__ import annotations

import shutil

from project_fixtures import AFFINE, draw
from trainings_fixtures import ready_project
from volume_fixtures import write_nrrd

from semigda.check.relocate import relocate
from semigda.check.run import check
from semigda_core.project.check.latest import measured
from semigda_core.project.project import Project
from semigda_core.project.results import add_results, newest


def project_with_a_result(tmp_path) -> tuple[Project, str]:
    """And the id of its case."""
    project = ready_project(tmp_path)
    case = project.read().of_role("unlabeled")[0]
    result = tmp_path / "study" / "result.nrrd"
    write_nrrd(result, draw(0)[1], AFFINE)
    add_results(project, [(case.id, result)], "Other")
    check(project)
    return project, case.id


def test_a_result_is_measured_again_where_files_were_copied(tmp_path):
    project, case_id = project_with_a_result(tmp_path)
    shutil.copytree(tmp_path / "study", tmp_path / "copy")
    write_nrrd(tmp_path / "copy" / "result.nrrd", draw(1)[1], AFFINE)  # by the program, meanwhile
    shutil.rmtree(tmp_path / "study")
    done = relocate(project, tmp_path / "study", tmp_path / "copy")
    assert case_id in done.found and case_id not in measured(project)
    assert len(measured(project)) == 9


def test_results_that_were_moved_too_are_not_measured_again(tmp_path, monkeypatch):
    project, case_id = project_with_a_result(tmp_path)
    (tmp_path / "study").rename(tmp_path / "drive")
    monkeypatch.setattr("semigda.check.relocate.measure_case", None)  # untouched: not read
    done = relocate(project, tmp_path / "study", tmp_path / "drive")
    assert case_id in done.found and case_id in measured(project)
    assert newest(project.read().case(case_id)).path == tmp_path / "drive" / "result.nrrd"
