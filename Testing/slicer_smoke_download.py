"""The smoke test's downloads, from a server that misbehaves."""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from slicer_smoke_tools import check, wait

SERVER = Path(__file__).with_name("slicer_smoke_server.py")
WHOLE, WRONG = "smoke-download", "smoke-wrong"  # of which the server sends wrong bytes


def downloads(logic):
    """What breaks off goes on with the next click; wrong bytes are never installed."""
    from semigda_core.models.library import find_model, places_of

    model = next(one.name for one in logic.models() if one.problem is None)
    with tempfile.TemporaryDirectory() as folder, server(folder) as address:
        whole, wrong = (
            packed(Path(find_model(model)), Path(folder), name, address) for name in (WHOLE, WRONG)
        )
        try:
            ends = [ended(logic, whole), ended(logic, wrong), ended(logic, whole)]
            check("broke off" in str(ends[0]), f"a broken download is told: {ends[0]}")
            check("checksum" in str(ends[1]), f"so are wrong bytes: {ends[1]}")
            check(not places_of(WRONG), "they are not installed")
            check(ends[2] is None and places_of(WHOLE), "the next download goes on to the end")
            known = [one.name for one in logic.models() if one.problem is None]
            check(WHOLE in known, "the downloaded model can be used")
        finally:
            for name in filter(places_of, (WHOLE, WRONG)):
                logic.removeModel(name)


@contextlib.contextmanager
def server(folder):
    """Its address; proxies of this computer are not asked."""
    before = os.environ.get("no_proxy")
    os.environ["no_proxy"] = "127.0.0.1"
    command = [sys.executable, str(SERVER), folder]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate(timeout=60)  # which closes its input
        if before is None:
            del os.environ["no_proxy"]
        else:
            os.environ["no_proxy"] = before


def packed(model, folder, name, address):
    """A package of an installed model under another name, and its entry in a catalogue."""
    from semigda_core.models.catalogue import Entry

    card = json.loads((model / "card.json").read_text("utf-8")) | {"name": name}
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("card.json", json.dumps(card))
        for file in model.iterdir():
            if file.is_file() and file.name != "card.json":
                archive.write(file, file.name)
    return Entry.from_dict(
        {
            "name": name,
            "title": "Smoke",
            "date": "2026-01-01",
            "url": f"{address}/{path.name}",
            "size": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "weights_sha256": card["weights_sha256"],
            "licence": card["licence"][:200],
            "description": "",
        }
    )


def ended(logic, entry):
    """The error that a download ended with, or None."""
    got = []
    logic.downloadModel(entry, got.append)
    wait(lambda: got, "a download")
    return got[0]
