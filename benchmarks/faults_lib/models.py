"""Commands that evaluate, describe, remove and download models, and segment every frame."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from faults_lib.scenarios import (
    Scenario,
    files_whole,
    package,
    prepare_user,
    read_summary,
    read_volume,
)


def prepare_cases(folder: Path) -> None:
    """A list of labelled cases, and a model in the library."""
    from model_fixtures import tiny_package

    user = prepare_user(folder)
    rows = [
        {
            "name": f"c{n}",
            "image": f"study/DOE_JANE_0{n}.nrrd",
            "label": f"study/DOE_JANE_0{n}_seg.nrrd",
            "role": "val",
            "classes": {"1": 1, "2": 2},
        }
        for n in range(2)
    ]
    (user / "list.json").write_text(json.dumps(rows))
    (folder / "out" / "library").mkdir()
    tiny_package(folder / "out" / "library", "tiny")


def _evaluate(folder: Path) -> list[str]:
    cases, out = str(folder / "user" / "list.json"), str(folder / "out" / "scores")
    more = ["--model", "tiny", "--device", "cpu", "--overwrite"]
    return ["evaluate", "--cases", cases, "-o", out, *more]


def _evaluated(folder: Path) -> Any:
    out = folder / "out" / "scores"
    result = json.loads((out / "evaluation.json").read_text())
    rows = [{**row, "seconds": 0} for row in result["rows"]]
    table = (out / "evaluation.csv").read_text("utf-8-sig")
    return rows, len(table.splitlines())


def _calibrate(folder: Path) -> list[str]:
    return ["models", "calibrate", "tiny", str(folder / "user" / "list.json"), "--device", "cpu"]


def _model(folder: Path) -> Any:
    library = folder / "out" / "library" / "tiny"
    return package(library), json.loads((library / "card.json").read_text())


def _model_whole(folder: Path) -> str:
    library = folder / "out" / "library" / "tiny"
    return "" if package(library) else "no hash"


def _remove(folder: Path) -> list[str]:
    there = (folder / "out" / "library" / "tiny").exists()
    return ["models", "remove", "tiny"] if there else ["models", "list"]


def _removed(folder: Path) -> Any:
    return (folder / "out" / "library" / "tiny").exists()


def _removed_whole(folder: Path) -> str:
    return _model_whole(folder) if _removed(folder) else ""


def _prepare_download(folder: Path) -> None:
    """A catalogue as a file, with the package beside it."""
    from semigda.models.download import entry_for
    from semigda.models.package import export_package

    user = prepare_user(folder)
    (folder / "out" / "library").mkdir()
    made = export_package(user / "models" / "tiny", user / "tiny.zip")
    entry = entry_for(made, "https://example.org/tiny.zip", "2026-11-29").to_dict()
    catalogue = {"schema": 1, "models": [{**entry, "url": "tiny.zip"}]}
    (user / "catalogue.json").write_text(json.dumps(catalogue))


def _download(folder: Path) -> list[str]:
    said = ["--catalogue", str(folder / "user" / "catalogue.json"), "--yes"]
    return ["models", "download", "tiny", *said]


def _prepare_frames(folder: Path) -> None:
    from test_frames import as_nifti

    as_nifti(prepare_user(folder))


def _frames(folder: Path) -> list[str]:
    user, out = folder / "user", folder / "out" / "frames"
    model = ["--model", str(user / "models" / "tiny"), "--device", "cpu", "--anyway"]
    return ["segment", str(user / "heart.nii.gz"), "--all-frames", "-o", str(out), *model]


def _framed(folder: Path) -> Any:
    out = folder / "out" / "frames"
    return [read_volume(path) for path in sorted(out.glob("*.seg.nrrd"))], read_summary(out)


MODELS = {
    "segment --all-frames": Scenario(_prepare_frames, _frames, _frames, _framed, files_whole),
    "evaluate": Scenario(prepare_cases, _evaluate, _evaluate, _evaluated, files_whole),
    "models calibrate": Scenario(prepare_cases, _calibrate, _calibrate, _model, _model_whole),
    "models remove": Scenario(prepare_cases, _remove, _remove, _removed, _removed_whole),
    "models download": Scenario(_prepare_download, _download, _download, _model, _removed_whole),
}
