"""Targets: case lists, settings, and job folders."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import random
from dataclasses import asdict
from functools import cache
from pathlib import Path

from Testing.fuzzing.edits import any_bytes, json_bytes, json_value, text
from Testing.fuzzing.target import Made, Target, Wrong, content, specimens, write

# Case lists


def _rows() -> list[dict]:
    study = specimens() / "study"
    rows = []
    for number in range(4):
        image = study / f"DOE_JANE_{number:02d}.nrrd"
        label = study / f"DOE_JANE_{number:02d}_seg.nrrd"
        role = ("labeled", "labeled", "val", "unlabeled")[number]
        rows.append({"name": f"case {number}", "image": str(image), "label": str(label)})
        rows[-1] |= {"role": role, "group": f"patient {number}"}
    return rows


def _make_json_list(rng: random.Random, folder: Path) -> Made:
    rows = [{**row, "classes": {"1": 1, "2": 2}} for row in _rows()]
    content = rows if rng.random() < 0.7 else {"cases": rows}
    (folder / "cases.json").write_bytes(json_bytes(rng, content))
    return {"path": "cases.json"}


def _make_csv_list(rng: random.Random, folder: Path) -> Made:
    rows = [[*_rows()[0]], *[list(row.values()) for row in _rows()]]
    for _ in range(rng.choice((0, 1, 2))):
        row = rng.choice(rows)
        way = rng.randrange(4)
        if way == 0:
            row.append(text(rng))
        elif way == 1 and row:
            row.pop()
        elif row:
            row[rng.randrange(len(row))] = text(rng)
    stream = io.StringIO(newline="")
    separator = rng.choice((",", ",", ";", "\t", "|", " "))
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    end = rng.choice(("\r\n", "\n", "\r"))
    writer = csv.writer(
        stream, delimiter=separator, quoting=quoting, escapechar="\\", lineterminator=end
    )
    writer.writerows(rows)
    codec = rng.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1"))
    data = stream.getvalue().encode(codec, "surrogatepass" if "utf" in codec else "replace")
    data = any_bytes(rng, data) if rng.random() < 0.3 else data
    name = rng.choice(("cases.csv", "cases.txt", "cases.CSV"))
    (folder / name).write_bytes(data)
    return {"path": name}


def _read_list(folder: Path, made: Made) -> None:
    from semigda.data.cases import read_cases, read_images

    with contextlib.suppress(Exception):  # its own errors are told by the second call
        from semigda.inference.cohort import Cohort

        Cohort(read_images(folder / made["path"]), folder / "out")
    read_images(folder / made["path"])
    read_cases(folder / made["path"])


# Settings


def _make_settings(rng: random.Random, folder: Path) -> Made:
    (folder / "settings.json").write_bytes(json_bytes(rng, _all_settings()))
    return {"path": "settings.json"}


@cache
def _all_settings() -> dict:
    from semigda_core.jobs.segmenting import SegmentOptions
    from semigda_core.jobs.training import Augmentation, TrainSettings

    values = json.loads(content(specimens() / "models")["settings.json"])
    train = TrainSettings.from_dict(values)
    pretrain = train.pretraining("base.safetensors").to_dict()
    train = {**train.to_dict(), "augmentation": asdict(Augmentation())}
    return {"train": train, "pretrain": pretrain, "segment": asdict(SegmentOptions())}


def _read_settings(folder: Path, made: Made) -> None:
    """As the command and the job read them, one after the other; the first error counts."""
    from semigda.cli.commands import _read_json
    from semigda_core.jobs.segmenting import SegmentOptions
    from semigda_core.jobs.training import PretrainSettings, TrainSettings

    values = _read_json(folder / made["path"])
    readers = {
        "train": lambda v: TrainSettings.from_dict(v).to_dict(),
        "pretrain": lambda v: PretrainSettings.from_dict(v).to_dict(),
        "segment": SegmentOptions.of,
    }
    first = None
    for name, read in readers.items():
        if isinstance(values.get(name), dict):
            try:
                read(values[name])
            except Exception as error:
                first = first or error
    if first is not None:
        raise first


# Job folders


def _job_files() -> dict[str, bytes]:
    folder = specimens() / "project" / "jobs"
    return dict(content(next(path for path in folder.iterdir() if "-train-" in path.name)))


def _make_job(rng: random.Random, folder: Path) -> Made:
    files = _job_files()
    files["launched.json"] = json.dumps({"pid": 1, "process_start": "x", "time": 0}).encode()
    files["control/pause"] = b""
    names = ("job.json", "state.json", "result.json", "events.jsonl", "launched.json")
    for name in rng.sample(names, rng.choice((1, 1, 2))):
        if name.endswith(".jsonl"):
            lines = files[name].split(b"\n")[:-1]
            number = rng.randrange(len(lines))
            lines[number] = json_bytes(rng, json.loads(lines[number]))
            files[name] = b"\n".join(lines) + rng.choice((b"\n", b"", b"\n\n"))
        else:
            files[name] = json_bytes(rng, json.loads(files[name]))
    write(folder / "job", files)
    return {"path": "job"}


def _read_job(folder: Path, made: Made) -> None:
    """All that a watcher asks; each question may refuse by itself."""
    from semigda_core.jobs.folder import JobFolder

    job = JobFolder(folder / made["path"])
    first = None
    questions = (job.state, job.events, job.result, job.error, job.is_stale, job.requeue)
    for ask in (*questions, lambda: job.request("cancel")):
        try:
            ask()
        except Exception as error:
            first = first or error
    if first is not None:
        raise first


_RUN_KINDS = ("segment", "check", "evaluate", "rank", "train", "rehearse", "pretrain")


def _make_run(rng: random.Random, folder: Path) -> Made:
    """A queued job of any kind with a wrong value in what it is told to do."""
    study = specimens() / "study"
    kind = rng.choice(_RUN_KINDS[:4] if rng.random() < 0.8 else _RUN_KINDS)
    image = str(specimens() / "images" / "int16.nrrd" / "int16.nrrd")
    rows = [
        {"id": "aa11", "image": str(study / "DOE_JANE_08.nrrd"), "role": "unlabeled", "label": None}
    ]
    rows += [{"id": "bb22", "image": image, "role": "labeled", "label": None}]
    if kind not in ("check", "rank"):
        rows = _rows()
    write(
        folder, {"job/cases.json": json_bytes(rng, rows) if rng.random() < 0.3 else _dumped(rows)}
    )
    inputs = {"volume": image, "cases": str(folder / "job" / "cases.json")}
    inputs |= {"facts": str(folder / "facts.json"), "folder": str(folder / "inbox")}
    inputs |= {"thumbnails": str(folder / "thumbnails")}
    used = {
        "segment": ("volume",),
        "check": ("cases", "facts", "thumbnails"),
        "rank": ("cases", "folder"),
    }
    inputs = {key: inputs[key] for key in used.get(kind, ("cases",))}
    job = {"schema": 1, "kind": kind, "inputs": inputs, "options": _options(kind, folder)}
    job |= {"model": str(specimens() / "models" / "tiny"), "engine_version": "0", "created": 1.0}
    state = {
        "state": "queued",
        "pid": None,
        "process_start": None,
        "host": None,
        "seconds_left": None,
    }
    state |= {"progress": 0.0, "message": "", "heartbeat": 1.0}
    job = json_value(rng, job) if rng.random() < 0.8 else job
    _keep_short(job)
    data = _dumped(job)
    write(folder / "job", {"job.json": data, "state.json": _dumped(state)})
    (folder / "job" / "control").mkdir()
    return {"path": "job"}


def _keep_short(job: dict) -> None:
    """A training of many steps, or without a number, takes as long as it takes: no fault of it."""
    options = job.get("options")
    if job.get("kind") in ("train", "rehearse", "pretrain") and isinstance(options, dict):
        for name in ("steps", "pretrain_steps", "align_steps"):
            wrong = options.get(name, 2)
            if isinstance(wrong, (int, float)) and wrong > 1:
                options[name] = 1


def _dumped(value: object) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


def _options(kind: str, folder: Path) -> dict:
    if kind in ("train", "rehearse", "pretrain"):
        values = dict(_all_settings()["pretrain" if kind == "pretrain" else "train"])
        values |= {"steps": 1, "out": str(folder / "out")}
        del values["cases"]
        short = {"pretrain_steps": 1, "align_steps": 1, "validations": 0, "work": None}
        return values if kind == "pretrain" else values | short
    return {"device": "cpu"} | ({"count": 1} if kind == "rank" else {})


def _read_run(folder: Path, made: Made) -> None:
    from semigda.jobs.run import run_job
    from semigda_core.jobs.folder import JobFolder

    path = folder / made["path"]
    code = run_job(path, _models())
    state = JobFolder(path).state()["state"]
    error = JobFolder(path).error()
    if error is not None:
        raise error
    if (code == 0) != (state in ("done", "paused")):
        raise Wrong("no-result", f"A job ended with status {code}, state {state} and no error.")


@cache
def _models():
    from semigda.jobs.kinds import ModelCache

    return ModelCache()


TARGETS = {
    "cases-json": Target(_make_json_list, _read_list, 8),
    "cases-csv": Target(_make_csv_list, _read_list, 8),
    "settings": Target(_make_settings, _read_settings, 8),
    "job-folder": Target(_make_job, _read_job, 8),
    "job-run": Target(_make_run, _read_run, 3),
}
