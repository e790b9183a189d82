"""Targets: a project's own files, and what panel and commands do with them."""

from __future__ import annotations

import json
import os
import random
from functools import cache
from pathlib import Path

from Testing.fuzzing.edits import json_bytes, leaves
from Testing.fuzzing.target import Made, Target, Wrong, content, specimens, write

# Fields that become a part of a path.
_PATHS = (
    "id",
    "job",
    "path",
    "image",
    "version",
    "case",
    "name",
    "cases",
    "labels",
    "used",
    "label",
)
_DERIVED = ("facts.json", "inbox/ranking.json", "result.json", "state.json", "comparison.json")


@cache
def _template() -> dict[str, bytes]:
    """The project's files, its own place as a mark, without bulky ones."""
    folder = specimens() / "project"
    mark = json.dumps(str(folder))[1:-1].encode()
    files = {name: data.replace(mark, b"@PLACE@") for name, data in content(folder).items()}
    return {name: data for name, data in files.items() if not name.endswith((".png", ".lock"))}


def _make(rng: random.Random, folder: Path, main: bool) -> Made:
    place = folder / "project"
    written = json.dumps(str(place))[1:-1].encode()
    files = {name: data.replace(b"@PLACE@", written) for name, data in _template().items()}
    if main:
        name = "project.json"
    else:
        name = rng.choice(
            [n for n in sorted(files) if n.endswith(_DERIVED + ("job.json", "card.json"))]
        )
    value = json.loads(files[name])
    if rng.random() < 0.5:
        files[name] = json.dumps(_elsewhere(rng, value)).encode("utf-8", "surrogatepass")
    else:
        files[name] = json_bytes(rng, value)
    write(place, files)
    (place / "jobs").mkdir(exist_ok=True)
    return {"path": "project", "actions": rng.sample(sorted(ACTIONS), 5)}


def _elsewhere(rng: random.Random, value):
    """One field that becomes a path leads to the user's files."""
    places = [place for place in leaves(value) if any(part in _PATHS for part in place)]
    places = [place for place in places if isinstance(_at(value, place), str)]
    if not places:
        return value
    # Each kind of record is as likely as another, however many there are of it.
    part = rng.choice(sorted({str(place[0]) for place in places}))
    places = [place for place in places if str(place[0]) == part]
    field = rng.choice(sorted({str(place[-1]) for place in places}))
    *way, last = rng.choice([place for place in places if str(place[-1]) == field])
    canary = os.environ["SEMIGDA_FUZZ_CANARY"]
    study = str(specimens() / "study")
    targets = (
        canary,
        study,
        f"{canary}/thesis",
        f"{study}/DOE_JANE_00",
        "..",
        ".",
        "",
        "/dev/zero",
    )
    ups = tuple("../" * n + "canary" for n in (1, 2, 3, 4)) + ("../study", "../../study")
    holder = _at(value, tuple(way))
    holder[last] = rng.choice(
        targets + ups + ("a\\..\\..\\canary", "con", "x" * 300, "a\nb", "a\x1b[2J")
    )
    return value


def _at(value, place: tuple):
    for part in place:
        value = value[part]
    return value


def _read(folder: Path, made: Made) -> None:
    """Open the project and do things with it; each may refuse by itself."""
    from semigda_core.project.project import Project

    project = Project(folder / made["path"])
    view = project.read()
    first = None
    for part in ("cases", "classes", "name", "settings", "mapping"):
        getattr(view, part)
    view.unmapped()
    for name in made["actions"]:
        try:
            ACTIONS[name](project)
        except Exception as error:
            first = first or error
    strangers = {path.name for path in folder.iterdir()} - {"project", "export.zip", "cases.json"}
    if strangers:
        raise Wrong("outside", "Something was written beside the project.")
    if first is not None:
        raise first


def _id(project, role: str | None = None) -> str:
    view = project.read()
    cases = view.cases if role is None else view.of_role(role)
    return cases[0].id if cases else "none"


def _doctor(project) -> None:
    from semigda.check.repairs import repair
    from semigda_core.project.check.latest import findings, thumbnail

    for finding in findings(project)[:2]:
        if finding.fix is not None:
            repair(project, finding)
    thumbnail(project, _id(project))


def _check(project) -> None:
    from semigda.check.run import check

    check(project)


def _new_check(project) -> None:
    from semigda_core.project.check.latest import new_check

    new_check(project)


def _inbox(project) -> None:
    from semigda_core.project.review.inbox import accept, pending, reject

    waiting = [found.case_id for found in pending(project)]
    accept(project, waiting[:1])
    reject(project, waiting[1:2])


def _edited(project) -> None:
    from semigda_core.project.review.inbox import take_edited

    label = specimens() / "study" / "DOE_JANE_01_seg.nrrd"
    take_edited(project, _id(project, "unlabeled"), label)


def _versions(project) -> None:
    from semigda_core.project.training import versions

    for version in versions.versions(project)[:1]:
        versions.rename(project, version.name, "New title")
        versions.compare(project, version.name, version.name)


def _delete(project) -> None:
    from semigda_core.project.training import versions

    for version in versions.versions(project)[:1]:
        versions.delete(project, version.name)


def _report(project) -> None:
    from semigda_core.project.report.report import write_report

    write_report(project)


def _jobs(project) -> None:
    from semigda_core.project.training import trainings

    project.jobs()
    trainings.current(project)
    trainings.cancel(project)


def _plan(project) -> None:
    from semigda_core.project.training import plans, trainings

    plan = plans.saved_plan(project)
    trainings.estimate(project, plan)
    trainings.new_rehearsal(project, plan)


def _split(project) -> None:
    from semigda_core.project.check.latest import measured
    from semigda_core.project.heldout import change_heldout, choose_heldout, describe

    facts = measured(project)
    describe(project.read().heldout)
    change_heldout(project, "because", facts)
    choose_heldout(project, facts)


def _change(project) -> None:
    from semigda_core.project.project import NewCase

    case = _id(project)
    project.rename(case, "new name")
    project.set_group([case], "someone")
    project.set_settings(modality="MR")
    project.set_classes(["ball", "core", "third"])
    project.set_mapping({"x": 1})
    project.add([NewCase(specimens() / "images" / "int16.nrrd" / "int16.nrrd")])
    project.remove([_id(project, "unlabeled")])


def _case_list(project) -> None:
    from semigda_core.project.cases.caselist import case_rows

    case_rows(project.read())


def _bases(project) -> None:
    from semigda_core.project.training.bases import bases

    bases(project)


def _ranking(project) -> None:
    from semigda_core.project.review.candidates import candidates, new_ranking

    candidates(project)
    new_ranking(project)


ACTIONS = {
    "doctor": _doctor,
    "check": _check,
    "new_check": _new_check,
    "forget": lambda project: project.forget_jobs("check"),
    "inbox": _inbox,
    "edited": _edited,
    "versions": _versions,
    "delete": _delete,
    "report": _report,
    "jobs": _jobs,
    "plan": _plan,
    "split": _split,
    "change": _change,
    "cases": _case_list,
    "bases": _bases,
    "ranking": _ranking,
}
TARGETS = {
    "project": Target(lambda rng, folder: _make(rng, folder, True), _read, 8),
    "project-files": Target(lambda rng, folder: _make(rng, folder, False), _read, 4),
}
