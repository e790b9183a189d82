"""A class's name goes the whole way: training, ranking, inbox, check, Slicer and back."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import slicer
import train_fixtures

NAMES = ["Läsion", "肝臓 🫀"]
VALUES = {NAMES[0]: 1, NAMES[1]: 2}


def segment_names(node) -> list[str]:
    segmentation = node.GetSegmentation()
    count = segmentation.GetNumberOfSegments()
    return [segmentation.GetNthSegment(number).GetName() for number in range(count)]


@pytest.mark.slow
def test_names_in_any_script_go_the_whole_way(module_host, installed, tmp_path, monkeypatch):
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "library"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    project = train_fixtures.ready(tmp_path, 8, 2, pretrain_steps=40, align_steps=20, steps=100)
    from semigda.check.run import check
    from semigda_core.labels.segments import read_segments
    from semigda_core.models.card import ModelCard
    from semigda_core.project import heldout
    from semigda_core.project.check import latest
    from semigda_core.project.review import candidates as ranking
    from semigda_core.project.review import inbox
    from semigda_core.project.training import versions

    project.set_classes(NAMES)
    project.set_mapping({"1": 1, "2": 2})
    facts = latest.measured(project)
    heldout.change_heldout(project, "classes renamed", facts)
    train_fixtures.train(project)
    (version,) = versions.versions(project)
    assert list(version.dice) == NAMES
    assert [label.name for label in ModelCard.read(version.folder).labels] == NAMES
    # In a process of its own, as the worker of Slicer: torch stays out of this one.
    job = ranking.new_ranking(project, version.folder)
    subprocess.run(
        [sys.executable, "-m", "semigda", "run", str(job.path)], check=True, env=os.environ
    )
    waiting = inbox.pending(project)
    assert len(waiting) == 2
    inbox.accept(project, [one.case_id for one in waiting])
    check(project)
    view = project.read()
    accepted = [view.case(one.case_id) for one in waiting]
    assert not view.unmapped() and not [
        f for f in latest.findings(project) if f.severity == "error"
    ]
    for case in accepted:
        assert case.origin == "machine" and VALUES.items() <= view.classes_of(case).items()
        # Into Slicer, and saved again by Slicer.
        node = slicer.util.loadSegmentation(str(case.label), {})
        assert segment_names(node) == NAMES
        saved = tmp_path / f"{case.id}.seg.nrrd"
        assert slicer.util.saveNode(node, str(saved), {})
        assert [segment.name for segment in read_segments(saved)] == NAMES
        project.set_label(case.id, saved)
        again = project.read().case(case.id)
        assert VALUES.items() <= project.read().classes_of(again).items()
        assert again.origin != "human"
