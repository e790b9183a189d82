"""Commands that change a project or write from it, and evaluating."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faults_lib.scenarios import Scenario, add_canary

VERSION = "ball-1"


def _prepare(folder: Path) -> None:
    """A project with everything in it, whose version has weights. Its images lie where they are not
    copied for each fault: a ranking counts for the very files that it has seen."""
    from hostile_projects import full_project
    from model_fixtures import tiny_package

    out = folder / "out"
    full_project(fresh(folder))
    shutil.move(beside(folder) / "project", out / "project")
    shutil.rmtree(out / "project" / "models" / VERSION)
    tiny_package(out / "project" / "models", VERSION)


def fresh(folder: Path) -> Path:
    """Empty folders, and the one where images lie that are not copied for each fault."""
    shutil.rmtree(beside(folder), ignore_errors=True)
    for path in (folder / "user", folder / "out", beside(folder)):
        path.mkdir(parents=True)
    add_canary(folder / "user")
    return beside(folder)


def beside(folder: Path) -> Path:
    return folder.parent / "beside"


def project(folder: Path) -> Any:
    from semigda_core.project.project import Project

    return Project(folder / "out" / "project")


def _ids(folder: Path, role: str) -> list[str]:
    return [case.id for case in project(folder).read().of_role(role)]


def essence(folder: Path) -> Any:
    """What the project says, without its history and what differs between runs; and its labels."""
    data = dict(project(folder).read().data)
    for key in ("history", "revision", "id", "created", "jobs"):
        del data[key]
    said = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+-]+", "DATE", json.dumps(data, sort_keys=True))
    # A label that was copied before the fault keeps its name, and the next copy gets another.
    return re.sub(r"(labels/[0-9a-f]{8})(-\d+)?", r"\1", said)


def whole(folder: Path) -> str:
    """No case, label or version was lost; what a label names is there."""
    from semigda_core.project.training.versions import versions

    of_all = project(folder)
    view = of_all.read().present()
    if len(view.cases) < 10 or view.of_role("missing"):
        return "a case was lost"
    if [v.name for v in versions(of_all)] != [VERSION]:
        return "a version was lost"
    inbox, labels = (of_all.folder / name for name in ("inbox", "labels"))
    open_ones = {case.id for case in view.cases if case.label is None}
    rejected = {one for ids in view.data.get("rejected", {}).values() for one in ids}
    for one in open_ones - rejected:
        if not (inbox / f"{one}.seg.nrrd").is_file():
            return f"a prediction was lost, labels: {len(list(labels.glob('*')))}"
    return ""


def on(action: str, *more: str | Callable[[Path], list[str]]) -> Callable[[Path], list[str]]:
    def command(folder: Path) -> list[str]:
        said: list[str] = []
        for one in more:
            said += one(folder) if callable(one) else [one]
        return ["project", action, str(folder / "out" / "project"), *said]

    return command


def _edit(
    command: Callable[[Path], list[str]],
    done: Callable[[Any], bool] | None = None,
    prepare: Callable[[Path], None] = _prepare,
    whole: Callable[[Path], str] = whole,
    spare: tuple[str, ...] = (),
) -> Scenario:
    """``done``: whether a view already says what the command does, which then need not run."""

    def again(folder: Path) -> list[str]:
        if done is not None and done(project(folder).read()):
            return on("status")(folder)
        return command(folder)

    return Scenario(prepare, command, again, essence, whole, spare)


# What the commands name


def _first_open(folder: Path) -> list[str]:
    known = folder / "user" / "id"
    return [known.read_text()]


def _prepare_open(folder: Path) -> None:
    """The first unlabelled case is chosen for good, as it has another role afterwards."""
    _prepare(folder)
    (folder / "user" / "id").write_text(_ids(folder, "unlabeled")[0])


def _corrected(folder: Path) -> list[str]:
    image = project(folder).read().case(_first_open(folder)[0]).image
    return [str(image), str(folder / "user" / "corrected.seg.nrrd")]


def _prepare_sent(folder: Path) -> None:
    from project_fixtures import draw, write_segmentation

    _prepare_open(folder)
    parts = [
        {"Name": name, "LabelValue": n, "Layer": 0} for n, name in enumerate(("ball", "core"), 1)
    ]
    write_segmentation(folder / "user" / "corrected.seg.nrrd", [draw(8)[1]], parts)


def _prepare_moved(folder: Path) -> None:
    """The study was moved to another folder."""
    from semigda.check.run import check

    _prepare(folder)
    check(project(folder))
    shutil.move(beside(folder) / "study", folder / "user" / "elsewhere")


def _moved(folder: Path) -> list[str]:
    return [str(beside(folder) / "study"), str(folder / "user" / "elsewhere")]


def _has_all_cases(folder: Path) -> str:
    return "" if len(project(folder).read().cases) == 11 else "a case was lost"


def _labelled(view: Any) -> bool:
    known = (view.folder.parent.parent / "user" / "id").read_text()
    return view.case(known).label is not None


def _rejected(view: Any) -> bool:
    known = (view.folder.parent.parent / "user" / "id").read_text()
    return any(known in ids for ids in view.data["rejected"].values())


def _results(folder: Path) -> list[str]:
    return [str(path) for path in sorted((folder / "user" / "program").glob("*.nrrd"))]


def _prepare_results(folder: Path) -> None:
    from project_fixtures import write_case

    _prepare(folder)
    for number in (8, 9):
        case = write_case(folder / "user" / "program", number)
        case.label.replace(case.image)


def _created_whole(folder: Path) -> str:
    return ""


def _prepare_create(folder: Path) -> None:
    (folder / "user").mkdir(parents=True)
    (folder / "out").mkdir()
    add_canary(folder / "user")


def _exists(folder: Path) -> bool:
    return (folder / "out" / "project" / "project.json").exists()


def _created(folder: Path) -> list[str]:
    return on("status")(folder) if _exists(folder) else _CREATE(folder)


_CREATE = on("create", "--classes", "ball", "core", "--modality", "mr")


def _report_essence(folder: Path) -> Any:
    return len((folder / "out" / "report.html").read_text()) > 1000, essence(folder)


def _used_essence(folder: Path) -> Any:
    from semigda_core.models.card import ModelCard

    (model,) = (
        p for p in (folder / "out" / "library").iterdir() if p.is_dir() and p.name[0] != "."
    )
    return ModelCard.read(model).title, essence(folder)


def _at_out(name: str) -> Callable[[Path], list[str]]:
    return lambda folder: [str(folder / "out" / name)]


def _undone_prepare(folder: Path) -> None:
    from semigda_core.project.check.findings import Finding, Fix
    from semigda_core.project.check.repairs import apply_fix

    _prepare(folder)
    gone = tuple(_ids(folder, "unlabeled")[:1])
    fix = Fix("remove", gone, "Take the case out of the project")
    apply_fix(project(folder), Finding("copies", "warning", gone, "", "", fix))


def _undone_whole(folder: Path) -> str:
    return "" if len(project(folder).read().cases) >= 10 else "a case was lost"


# Repairs, each of which must be known to Undo once it is done


def _prepare_fix(code: str) -> Callable[[Path], None]:
    def prepare(folder: Path) -> None:
        from project_fixtures import AFFINE, draw, make_project, write_case

        from semigda.check.run import check

        made, grid = make_project(fresh(folder)), AFFINE.copy()
        grid[0, 3] += 0.3
        more = beside(folder) / "more"
        shifted = write_case(more, 33, label_affine=grid)
        made.add([shifted, write_case(more, 34, image=draw(0)[0], label=False)])
        finding = next(one for one in check(made) if one.code == code)
        said = [code, *finding.case_ids]
        (folder / "user" / "fix.json").write_text(json.dumps([said, _labels_of(made.read())]))
        shutil.move(made.folder, folder / "out" / "project")

    return prepare


def _labels_of(view: Any) -> list[list[str]]:
    """Without the number that a second attempt's label gets."""
    return [
        [case["id"], str(case["label"] and case["label"]["path"])] for case in view.data["cases"]
    ]


def _fix(folder: Path) -> list[str]:
    return json.loads((folder / "user" / "fix.json").read_text())[0]


def _undo_knows(folder: Path) -> str:
    view = project(folder).read()
    before = json.loads((folder / "user" / "fix.json").read_text())[1]
    if (_labels_of(view) != before) != bool(view.data.get("repairs")):
        return "a repair that Undo does not know of"
    return ""


def _fixing(code: str) -> Scenario:
    second = "out/project/labels/ID-2.nrrd"
    repaired: Callable[[Any], bool] = lambda view: bool(view.data.get("repairs"))  # noqa: E731
    return _edit(on("fix", _fix), repaired, _prepare_fix(code), _undo_knows, (second,))


def _prepare_marks(folder: Path) -> None:
    _prepare(folder)
    (folder / "user" / "id").write_text(_ids(folder, "labeled")[0])


# What a kill leaves goes with the next write beside it.
_PACKAGE = ("", "/card.json", "/weights.safetensors")
_REPORT = on("report", "-o", _at_out("report.html"), "--overwrite")
PROJECTS = {
    "project create": Scenario(_prepare_create, _CREATE, _created, essence, _created_whole),
    "project split": _edit(
        on("split", "--change", "why"), lambda view: view.heldout["version"] > 2
    ),
    "project relocate": _edit(
        on("relocate", _moved),
        None,
        _prepare_moved,
        _has_all_cases,
        ("out/project/inbox/.semigda-*",),
    ),
    "project accept": _edit(
        on("accept", _first_open),
        _labelled,
        _prepare_open,
        spare=("out/project/labels/ID-2.seg.nrrd",),
    ),
    "project reject": _edit(on("reject", _first_open), _rejected, _prepare_open),
    "project send": _edit(on("send", _corrected), _labelled, _prepare_sent),
    "project add-results": _edit(
        on("add-results", _results, "--program", "Other"), None, _prepare_results
    ),
    "project rename": _edit(on("rename", VERSION, "Another")),
    "project use": Scenario(_prepare, on("use", VERSION), on("use", VERSION), _used_essence, whole),
    "project delete": _edit(
        on("delete", VERSION),
        lambda view: view.data["versions"][0]["deleted"],
        whole=_has_all_cases,
        spare=tuple(f"out/project/models/.semigda-*{name}" for name in _PACKAGE),
    ),
    "project fix (resample)": _fixing("geometry-mismatch"),
    "project fix (remove)": _fixing("labelled-and-unlabelled"),
    "project slices": _edit(on("slices", _first_open, "2: 3-9"), None, _prepare_marks),
    "project undo": _edit(
        on("undo"), lambda view: not view.data["repairs"], _undone_prepare, _undone_whole
    ),
    "project report": Scenario(_prepare, _REPORT, _REPORT, _report_essence, whole),
}
