"""Commands whose writes are disturbed: their inputs, and what must exist when they end."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SHORT = {"pretrain_steps": 2, "align_steps": 2, "steps": 4, "validations": 1, "work": None}


@dataclass(frozen=True)
class Scenario:
    """A command of a user.

    Attributes:
        prepare: makes its inputs in the folder ``user`` of a new folder, and what was there before.
        command: what the user types; the clean run after a fault types ``again``.
        essence: of a finished run, comparable between runs; it raises if something is not whole.
        whole: what must hold right after a fault: raises, or returns what is wrong, else "".
        spare: what a second run may have made beside the first one's.
        partly: what it says if it did all but what it could not read, which is right, too.
    """

    prepare: Callable[[Path], None]
    command: Callable[[Path], list[str]]
    again: Callable[[Path], list[str]]
    essence: Callable[[Path], Any]
    whole: Callable[[Path], str]
    spare: tuple[str, ...] = ()
    partly: str = ""


def prepare_user(folder: Path) -> Path:
    """The user's files: a study, a model, and the canary."""
    from model_fixtures import tiny_package
    from project_fixtures import write_case

    user = folder / "user"
    for number in range(3):
        write_case(user / "study", number)
    add_canary(user)
    tiny_package(user / "models", "tiny")
    (folder / "out").mkdir()
    return user


def add_canary(user: Path) -> None:
    """A file that no command has to do with."""
    (user / "thesis.txt").write_text("the work of years\n" * 100)


# Segmenting


def _segment_command(folder: Path) -> list[str]:
    user, out = folder / "user", folder / "out"
    files = ["-o", out / "a.seg.nrrd", "--review", out / "review.nrrd", "--report", out / "a.json"]
    image = user / "study" / "DOE_JANE_00.nrrd"
    command = ["segment", image, "--model", user / "models" / "tiny", "--device", "cpu"]
    return [str(part) for part in [*command, *files, "--overwrite"]]


def _prepare_segment(folder: Path) -> None:
    prepare_user(folder)


def _prepare_segment_again(folder: Path) -> None:
    """The results of another image are there already."""
    user = prepare_user(folder)
    image = str(user / "study" / "DOE_JANE_01.nrrd")
    command = [image if "DOE_JANE_00" in part else part for part in _segment_command(folder)]
    subprocess.run([sys.executable, "-m", "semigda", *command], check=True, capture_output=True)


def read_volume(path: Path) -> str:
    import nrrd

    array, _ = nrrd.read(str(path))
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def _segment_essence(folder: Path) -> Any:
    out = folder / "out"
    report = json.loads((out / "a.json").read_text())
    return [read_volume(out / "a.seg.nrrd"), read_volume(out / "review.nrrd"), report["segments"]]


def files_whole(folder: Path) -> str:
    """Every file under its final name can be read to its end."""
    for path in sorted((folder / "out").rglob("*")):
        if path.is_dir() or any(part.startswith(".") for part in path.parts):
            continue
        if path.suffix == ".nrrd":
            read_volume(path)
        elif path.suffix == ".json":
            json.loads(path.read_text())
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                if archive.testzip() is not None:
                    return "a zip is damaged"
        elif path.suffix == ".csv" and not path.read_text().endswith("\n"):
            return "a table is torn"
    return ""


def _cohort_command(folder: Path) -> list[str]:
    user = folder / "user"
    cases = ["segment", "--cases", str(user / "list.json"), "-o", str(folder / "out" / "cohort")]
    return [*cases, "--model", str(user / "models" / "tiny"), "--device", "cpu"]


def _prepare_cohort(folder: Path) -> None:
    user = prepare_user(folder)
    rows = [{"name": f"c{n}", "image": f"study/DOE_JANE_0{n}.nrrd"} for n in range(3)]
    (user / "list.json").write_text(json.dumps(rows))


def _cohort_essence(folder: Path) -> Any:
    out = folder / "out" / "cohort"
    return [[read_volume(out / f"c{n}.seg.nrrd") for n in range(3)], read_summary(out)]


def read_summary(out: Path) -> list[dict[str, str]]:
    """The rows of a cohort's table, without how long they took."""
    with open(out / "summary.csv", newline="", encoding="utf-8-sig") as file:
        return [{**row, "seconds": ""} for row in csv.DictReader(file)]


# Training


def _prepare_train(folder: Path) -> None:
    from phantom_fixtures import write_phantoms
    from training_fixtures import settings

    user = prepare_user(folder)
    cases = write_phantoms(user / "data", 2, 2, 1, shape=(12, 32, 32))
    values = settings(cases, folder / "out", **SHORT)
    (user / "settings.json").write_text(json.dumps(values))


def _train_command(folder: Path) -> list[str]:
    user, out = folder / "user", folder / "out"
    return ["train", "--job", str(out / "job"), "--settings", str(user / "settings.json")]


def _train_again(folder: Path) -> list[str]:
    job = folder / "out" / "job"
    return ["run", str(job)] if (job / "job.json").exists() else _train_command(folder)


def package(folder: Path) -> str:
    from semigda.models.package import check_package

    return check_package(folder).weights_sha256 or ""


def _train_essence(folder: Path) -> Any:
    state = json.loads((folder / "out" / "job" / "state.json").read_text())
    return [package(folder / "out" / "phantom"), state["state"]]


def _train_whole(folder: Path) -> str:
    job, model = folder / "out" / "job", folder / "out" / "phantom"
    for name in ("job.json", "state.json", "result.json"):
        if (job / name).exists():
            json.loads((job / name).read_text())
    if model.exists():
        package(model)
    return ""


# Models


def _export_command(folder: Path) -> list[str]:
    user = folder / "user"
    return ["models", "export", str(user / "models" / "tiny"), str(folder / "out" / "tiny.zip")]


def _export_again(folder: Path) -> list[str]:
    target = folder / "out" / "tiny.zip"
    known = [*_export_command(folder), "--overwrite"]
    return known if target.exists() else _export_command(folder)


def _export_essence(folder: Path) -> Any:
    with zipfile.ZipFile(folder / "out" / "tiny.zip") as archive:
        return [
            (name, hashlib.sha256(archive.read(name)).hexdigest()) for name in archive.namelist()
        ]


def _prepare_add(folder: Path) -> None:
    from semigda.models.package import export_package

    user = prepare_user(folder)
    export_package(user / "models" / "tiny", user / "tiny.zip")
    (folder / "out" / "library").mkdir()


def _prepare_add_over(folder: Path) -> None:
    """An older model of this name is installed."""
    from model_fixtures import tiny_package

    _prepare_add(folder)
    tiny_package(folder / "out" / "library", "tiny", title="Older")


def _add_command(folder: Path) -> list[str]:
    return ["models", "add", str(folder / "user" / "tiny.zip"), "--overwrite"]


def _add_essence(folder: Path) -> Any:
    from semigda_core.models.card import ModelCard

    model = folder / "out" / "library" / "tiny"
    return [package(model), ModelCard.read(model).title]


def _add_whole(folder: Path) -> str:
    model = folder / "out" / "library" / "tiny"
    if model.exists():
        package(model)
    return ""


def _add_over_whole(folder: Path) -> str:
    """A model that was installed is found by the next process."""
    from semigda_core.models.library import find_model

    os.environ["SEMIGDA_MODELS"] = str(folder / "out" / "library")
    try:
        package(find_model("tiny"))
    finally:
        del os.environ["SEMIGDA_MODELS"]
    return ""


# Projects


def _prepare_project(folder: Path) -> None:
    from semigda_core.project.project import NewCase, Project

    user = prepare_user(folder)
    project = Project.create(folder / "out" / "project")
    project.set_classes(["ball", "core"])
    study = user / "study"
    project.add([NewCase(study / "DOE_JANE_02.nrrd", study / "DOE_JANE_02_seg.nrrd")])


def _project_command(*action: str) -> Callable[[Path], list[str]]:
    def command(folder: Path) -> list[str]:
        project, study = str(folder / "out" / "project"), str(folder / "user" / "study")
        said = [part.replace("@STUDY", study) for part in action]
        return ["project", said[0], project, *said[1:]]

    return command


def _project_essence(folder: Path) -> Any:
    from semigda_core.project.project import Project

    view = Project(folder / "out" / "project").read()
    return sorted((case.image.name, str(case.label and case.label.name)) for case in view.cases)


def _project_whole(folder: Path) -> str:
    from semigda_core.project.check.latest import measured
    from semigda_core.project.project import Project

    project = Project(folder / "out" / "project")
    names = [case.image.name for case in project.read().cases]
    measured(project)
    return "" if "DOE_JANE_02.nrrd" in names else "a case was lost"


def _check_essence(folder: Path) -> Any:
    from semigda_core.project.check.latest import measured
    from semigda_core.project.project import Project

    project = Project(folder / "out" / "project")
    facts = measured(project)
    pictures = [(project.folder / "thumbnails" / f"{case}.png").is_file() for case in facts]
    return [_project_essence(folder), len(facts), pictures]


def _mapped_essence(folder: Path) -> Any:
    from semigda_core.project.project import Project

    return Project(folder / "out" / "project").read().data["mapping"], _project_essence(folder)


def _prepare_edited(folder: Path) -> None:
    """A case whose label a model made waits for the corrected one."""
    from semigda_core.project.project import NewCase, Project

    _prepare_project(folder)
    study = folder / "user" / "study"
    project = Project(folder / "out" / "project")
    added = project.add([NewCase(study / "DOE_JANE_01.nrrd")])
    (folder / "user" / "id").write_text(added.cases[0])


def _edited_command(folder: Path) -> list[str]:
    case = (folder / "user" / "id").read_text()
    label = folder / "user" / "study" / "DOE_JANE_01_seg.nrrd"
    return ["project", "edited", str(folder / "out" / "project"), case, str(label)]


def _edited_essence(folder: Path) -> Any:
    from semigda_core.project.project import Project

    view = Project(folder / "out" / "project").read()
    case = view.case((folder / "user" / "id").read_text())
    return [case.origin, read_volume(case.label)]


def _simple(prepare, command, essence, whole, again=None) -> Scenario:
    return Scenario(prepare, command, again or command, essence, whole)


_ADD = _project_command("add", "@STUDY")
_ADD_MAPPED = _project_command("add", "@STUDY", "--map", "1=ball", "2=core")
_CHECK = _project_command("check")
SCENARIOS = {
    "segment": _simple(_prepare_segment, _segment_command, _segment_essence, files_whole),
    "segment --overwrite": _simple(
        _prepare_segment_again, _segment_command, _segment_essence, files_whole
    ),
    "segment --cases": _simple(_prepare_cohort, _cohort_command, _cohort_essence, files_whole),
    "train": _simple(_prepare_train, _train_command, _train_essence, _train_whole, _train_again),
    "models export": _simple(
        _prepare_segment, _export_command, _export_essence, files_whole, _export_again
    ),
    "models add": _simple(_prepare_add, _add_command, _add_essence, _add_whole),
    "models add --overwrite": _simple(
        _prepare_add_over, _add_command, _add_essence, _add_over_whole
    ),
    "project add": _simple(_prepare_project, _ADD, _project_essence, _project_whole),
    "project add --map": _simple(_prepare_project, _ADD_MAPPED, _mapped_essence, _project_whole),
    "project check": _simple(_prepare_project, _CHECK, _check_essence, _project_whole),
    # Nothing that was drawn is ever replaced: a second copy gets another name.
    "project edited": Scenario(
        _prepare_edited,
        _edited_command,
        _edited_command,
        _edited_essence,
        _project_whole,
        ("out/project/labels/ID-2.nrrd",),
    ),
}


def copy(template: Path, place: Path) -> None:
    """A fresh start: the template's files under the name they were made for."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(template, place, symlinks=True)
