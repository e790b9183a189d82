"""Targets: model packages, their cards and weights, bases, checkpoints and released weights."""

from __future__ import annotations

import hashlib
import io
import json
import random
import stat
import zipfile
from functools import cache
from pathlib import Path

from Testing.fuzzing.edits import any_bytes, cut, flip, json_bytes, text
from Testing.fuzzing.target import Made, Target, Wrong, content, specimens, write


def _model(name: str) -> bytes:
    return content(specimens() / "models")[name]


# Zips


def _make_zip(rng: random.Random, folder: Path) -> Made:
    entries = [["tiny/card.json", _model("tiny/card.json")]]
    entries += [["tiny/weights.safetensors", _model("tiny/weights.safetensors")]]
    chance = rng.random()
    if chance < 0.35:
        entries[0][1] = _card(rng)
    elif chance < 0.55:
        entries[1][1] = _tensors(rng, entries[1][1])
        entries[0][1] = _with_hash(entries[0][1], entries[1][1])
    data = _packed(rng, entries)
    if chance >= 0.85:
        data = rng.choice((any_bytes, cut))(rng, data)
    elif chance >= 0.7:  # the directory at the end
        data = flip(rng, data, data.rindex(b"PK\1\2"))
    (folder / "model.zip").write_bytes(data)
    return {"path": "model.zip"}


def _packed(rng: random.Random, entries: list) -> bytes:
    stream = io.BytesIO()
    strange = rng.random() < 0.4
    method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)) if strange else 0
    with zipfile.ZipFile(stream, "w", method, compresslevel=1) as archive:
        for name, data in entries:
            if strange and rng.random() < 0.5:
                name = rng.choice(
                    (text(rng), f"../{name}", f"/{name}", name.split("/")[1], name + "x")
                )
            info = zipfile.ZipInfo(name.encode("utf-8", "replace").decode() or "x")
            info.compress_type = method
            if strange and rng.random() < 0.2:
                info.external_attr = rng.choice((stat.S_IFLNK, stat.S_IFIFO, 0o40755)) << 16
            archive.writestr(info, data)
        if strange and rng.random() < 0.5:
            extra = rng.choice(
                ("tiny/x.py", "__MACOSX/._card.json", "tiny/.DS_Store", "tiny/card.json")
            )
            archive.writestr(extra, rng.choice((b"", b"\0" * 20_000_000, b"x")))
    return stream.getvalue()


def _read_zip(folder: Path, made: Made) -> None:
    from semigda.models.package import import_package, load_network

    library = folder / "library"
    try:
        installed = import_package(folder / made["path"], library)
    except BaseException:
        if library.exists() and any(library.iterdir()):
            raise Wrong("leftover", "A refused model left something in the library.") from None
        raise
    load_network(installed)
    if sorted(path.name for path in library.iterdir()) != [installed.name]:
        raise Wrong("leftover", "The library holds more than the installed model.")


# Packages as folders


def _card(rng: random.Random) -> bytes:
    return json_bytes(rng, json.loads(_model("tiny/card.json")))


def _with_hash(card: bytes, weights: bytes) -> bytes:
    values = json.loads(card) | {"weights_sha256": hashlib.sha256(weights).hexdigest()}
    return json.dumps(values).encode()


def _make_card(rng: random.Random, folder: Path) -> Made:
    write(folder, {"tiny/card.json": _card(rng)})
    write(folder, {"tiny/weights.safetensors": _model("tiny/weights.safetensors")})
    return {"path": "tiny"}


def _read_package(folder: Path, made: Made) -> None:
    from semigda.models.package import check_package, load_network
    from semigda_core.models.card import ModelCard, terminology_entry

    card = ModelCard.read(folder / made["path"])
    for label in card.labels:
        terminology_entry(label)
    check_package(folder / made["path"])
    load_network(folder / made["path"])


def _tensors(rng: random.Random, data: bytes) -> bytes:
    """A safetensors file with a wrong header, or other bytes behind it."""
    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    chance = rng.random()
    if chance < 0.15:
        return rng.choice((any_bytes, cut))(rng, data)
    if chance < 0.25:
        length = rng.choice((0, 1, length - 1, length + 1, len(data), 1 << 40, (1 << 64) - 1))
        return length.to_bytes(8, "little") + data[8:]
    if chance < 0.35:
        return data[: 8 + length] + any_bytes(rng, body)
    few = dict(rng.sample(sorted(header.items()), min(4, len(header))))
    changed = json_bytes(rng, few)
    try:
        changed = json.dumps({**header, **json.loads(changed)}).encode()
    except (ValueError, TypeError, RecursionError):
        pass
    return len(changed).to_bytes(8, "little") + changed + body


def _make_tensors(rng: random.Random, folder: Path) -> Made:
    weights = _tensors(rng, _model("tiny/weights.safetensors"))
    write(folder, {"tiny/card.json": _with_hash(_model("tiny/card.json"), weights)})
    write(folder, {"tiny/weights.safetensors": weights})
    return {"path": "tiny"}


# Bases


def _make_base(rng: random.Random, folder: Path) -> Made:
    data = _model("base.safetensors")
    if rng.random() < 0.5:
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + length])
        about = header["__metadata__"]
        about["network"] = json_bytes(rng, json.loads(about["network"])).decode("utf-8", "replace")
        written = json.dumps(header).encode()
        data = len(written).to_bytes(8, "little") + written + data[8 + length :]
    else:
        data = _tensors(rng, data)
    (folder / "base.safetensors").write_bytes(data)
    return {"path": "base.safetensors"}


def _read_base(folder: Path, made: Made) -> None:
    from semigda.models.base import load_base

    load_base(folder / made["path"])


# Checkpoints and released weights: zips of torch's


def _torch_zip(rng: random.Random, data: bytes) -> bytes:
    """The zip packed again with a wrong, renamed or missing entry; its checksums are right."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as copy:
        names = source.namelist()
        chosen = rng.choice(names if rng.random() < 0.5 else names[:1])
        for name in names:
            body = source.read(name)
            if name == chosen:
                way = rng.randrange(4)
                if way == 0:
                    continue
                body = any_bytes(rng, body) if way < 3 else body
                name = name + "x" if way == 3 else name
            copy.writestr(name, body)
    return stream.getvalue()


def _make_checkpoint(rng: random.Random, folder: Path) -> Made:
    files = dict(content(specimens() / "models" / "checkpoint"))
    chosen = sorted(files) if rng.random() < 0.4 else [rng.choice(sorted(files))]
    forged = rng.random() < 0.3  # no accident makes such a file: its values are what it says
    for name in chosen:
        edit = _torch_zip if forged else rng.choice((flip, flip, cut, any_bytes))
        files[name] = edit(rng, files[name])
    write(folder, files)
    return {"path": "checkpoint.pt", "forged": forged}


def _read_checkpoint(folder: Path, made: Made) -> None:
    from semigda.training.checkpoint import load_checkpoint

    found = load_checkpoint(folder / made["path"], lambda kept: kept == _settings())
    right = found is not None and any(_same(found, one) for one in _expected_checkpoints())
    if not right and not made["forged"]:
        raise Wrong("wrong-weights", "A damaged checkpoint was read with other values.")


@cache
def _settings() -> dict:
    return json.loads(_model("settings.json"))


@cache
def _expected_checkpoints() -> list[dict]:
    """The last one and the one before."""
    from semigda.training.checkpoint import load_checkpoint

    places = sorted((specimens() / "models" / "checkpoint").iterdir())
    found = [load_checkpoint(place, lambda kept: kept == _settings()) for place in places]
    return [one for one in found if one is not None]


def _same(a: object, b: object) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if hasattr(a, "equal") and hasattr(b, "equal"):
        return a.dtype == b.dtype and a.shape == b.shape and a.equal(b)
    return type(a) is type(b) and a == b


def _make_official(rng: random.Random, folder: Path) -> Made:
    edit = _torch_zip if rng.random() < 0.5 else rng.choice((flip, flip, cut, any_bytes))
    (folder / "official.pth").write_bytes(edit(rng, _model("official.pth")))
    return {"path": "official.pth", "reader": rng.choice(("stage2", "autoencoder"))}


def _read_official(folder: Path, made: Made) -> None:
    from semigda.models import official

    getattr(official, f"read_{made['reader']}")(folder / made["path"])


TARGETS = {
    "model-zip": Target(_make_zip, _read_zip, 4),
    "model-card": Target(_make_card, _read_package, 5),
    "model-safetensors": Target(_make_tensors, _read_package, 4),
    "base": Target(_make_base, _read_base, 4),
    "checkpoint": Target(_make_checkpoint, _read_checkpoint, 4),
    "released-weights": Target(_make_official, _read_official, 3),
}
