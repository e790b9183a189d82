"""Downloading models from a real local server that misbehaves in every way it can."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from job_fixtures import ROOT
from model_fixtures import tiny_package
from server_fixtures import Server, host_of, until

from semigda.jobs.run import run_job
from semigda.models import download
from semigda.models.catalogue import read_catalogue
from semigda.models.download import download_model, entry_for
from semigda.models.package import export_package
from semigda.models.transfer import address
from semigda.progress import Progress
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.models import library as installed
from semigda_core.models.library import list_models

CUT = 5000


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    return export_package(tiny_package(folder, "tiny"), folder / "tiny.zip")


@pytest.fixture(scope="module")
def server(package):
    server = Server()
    yield server
    server.close()


@pytest.fixture
def entry(server, package):
    server.files = {"/tiny.zip": package.read_bytes()}
    server.ways, server.seen[:], server.cut = {}, [], CUT
    return entry_for(package, f"{server.url}/tiny.zip", "2026-11-29")


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "library"))
    monkeypatch.setattr(installed, "_platform_folder", lambda: tmp_path / "home")
    monkeypatch.setattr(installed, "bundled_folder", lambda: tmp_path / "bundled")
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path / "library"


def fails(entry, library, words, error_class="bad-input", **more):
    """The download fails with one sentence; nothing is installed, not even a temporary folder."""
    with pytest.raises(SemiGDAError, match=words) as caught:
        download_model(entry, "", library, **more)
    assert caught.value.error_class == error_class
    assert list_models() == [] and {p.name for p in library.iterdir()} == {".downloads"}
    return parts(library)


def parts(library) -> dict[str, int]:
    found = (library / ".downloads").glob("*.part")
    return {path.stem: path.stat().st_size for path in found}


def test_a_download_is_checked_and_installed(entry, library, server):
    folder = download_model(entry, "", library)
    assert folder == library / "tiny" and [m.name for m in list_models()] == ["tiny"]
    assert list_models()[0].card.weights_sha256 == entry.weights_sha256
    assert parts(library) == {} and len(server.seen) == 1


def test_a_broken_download_goes_on_where_it_ended(entry, library, server):
    server.ways["/tiny.zip"] = "breaks"
    assert fails(entry, library, "broke off") == {entry.sha256: CUT}
    assert fails(entry, library, "broke off") == {entry.sha256: 2 * CUT}
    server.ways.clear()
    download_model(entry, "", library)
    ranges = [asked for _, _, asked in server.seen]
    assert ranges == [None, f"bytes={CUT}-", f"bytes={2 * CUT}-"]
    assert [m.name for m in list_models()] == ["tiny"] and parts(library) == {}


def test_a_server_without_ranges_begins_anew(entry, library, server):
    server.ways["/tiny.zip"] = "breaks"
    fails(entry, library, "broke off")
    server.ways["/tiny.zip"] = "no range"
    download_model(entry, "", library)
    assert [m.name for m in list_models()] == ["tiny"]


def test_a_part_of_another_version_is_no_part_of_this_one(entry, library, server):
    server.ways["/tiny.zip"] = "breaks"
    fails(replace(entry, sha256="0" * 64), library, "broke off")
    server.ways.clear()
    download_model(entry, "", library)
    assert [asked for _, _, asked in server.seen] == [None, None]


def test_a_damaged_part_is_thrown_away_and_loaded_again(entry, library, server):
    server.ways["/tiny.zip"] = "breaks"
    fails(entry, library, "broke off")
    (library / ".downloads" / f"{entry.sha256}.part").write_bytes(b"y" * CUT)
    server.ways.clear()
    download_model(entry, "", library)
    assert [asked for _, _, asked in server.seen] == [None, f"bytes={CUT}-", None]


@pytest.mark.parametrize(
    ("way", "words", "kept"),
    [
        ("longer", "another size", 0),
        ("shorter", "another size", 0),
        ("endless", "longer than", 0),
        ("no length, shorter", "broke off", CUT),
        ("wrong bytes", "checksum", 0),
        ("404", "does not have this file", 0),
        ("500", r"reports an error \(HTTP status 500\)", 0),
        ("403", "refuses", 0),
        ("to ftp://127.0.0.1/tiny.zip", "not https", 0),
        ("to file:///etc/passwd", "not https", 0),
        ("to http://example.invalid/x", "neither https nor", 0),
    ],
)
def test_what_a_server_does_wrong(entry, library, server, way, words, kept):
    server.ways["/tiny.zip"] = way
    assert fails(entry, library, words) == ({entry.sha256: kept} if kept else {})


def test_an_endless_answer_is_read_no_further_than_the_size(entry, library, server, monkeypatch):
    server.ways["/tiny.zip"] = "endless"
    written = []
    real = Progress.advance
    monkeypatch.setattr(
        Progress, "advance", lambda self, work, text: (written.append(work), real(self, work, text))
    )
    fails(entry, library, "longer than")
    assert sum(written) <= 0.9


def test_an_answer_without_a_length_and_a_redirect_work(entry, library, server):
    server.files["/moved.zip"] = server.files["/tiny.zip"]
    server.ways |= {"/tiny.zip": f"to {server.url}/moved.zip", "/moved.zip": "no length"}
    download_model(entry, "", library)
    assert [path for _, path, _ in server.seen] == ["/tiny.zip", "/moved.zip"]


def test_a_silent_server(entry, library, server):
    server.ways["/tiny.zip"] = "slow"
    began = time.monotonic()
    assert fails(entry, library, "does not answer", silence=0.5) == {entry.sha256: CUT}
    assert time.monotonic() - began < 5


def test_nobody_listens(entry, library):
    closed = Server()
    closed.close()
    assert fails(replace(entry, url=f"{closed.url}/x"), library, "cannot be reached") == {}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Files of a certificate for this computer that nobody has signed, and of its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not on this computer")
    made, key = (tmp_path_factory.mktemp("tls") / name for name in ("made.pem", "key.pem"))
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost"]
    files = ["-out", str(made), "-keyout", str(key)]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    return made, key


def test_an_unknown_certificate_is_refused_and_a_trusted_one_is_not(
    entry, package, library, certificate, monkeypatch
):
    """A hospital's own authority is trusted by the variable that OpenSSL reads."""
    server = Server(certificate)
    try:
        server.files = {"/tiny.zip": package.read_bytes()}
        secure = replace(entry, url=f"{server.url}/tiny.zip")
        assert not fails(secure, library, "certificate cannot be trusted")
        assert server.seen == []  # not even the name of the file was told
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        elsewhere = replace(entry, url=secure.url.replace("localhost", "127.0.0.1"))
        fails(elsewhere, library, "certificate cannot be trusted")  # it is another's
        assert download_model(secure, "", library) == library / "tiny"
        assert [path for _, path, _ in server.seen] == ["/tiny.zip"]
    finally:
        server.close()


def test_a_proxy_of_the_environment_is_used(entry, library, server, monkeypatch):
    proxy = Server()
    monkeypatch.setenv("http_proxy", proxy.url)
    try:
        download_model(entry, "", library)
        assert [path for _, path, _ in proxy.seen] == [entry.url]
        monkeypatch.setenv("https_proxy", proxy.url)
        with pytest.raises(SemiGDAError, match="cannot be reached.*proxy"):
            read_catalogue("https://models.invalid/catalogue.json")
        assert proxy.seen[1][:2] == ("CONNECT", "models.invalid:443")
    finally:
        proxy.close()


def test_a_full_disk_is_told_before_and_during(entry, library, monkeypatch):
    free = 2 * entry.size - 1  # packed and unpacked
    usage = shutil._ntuple_diskusage(free, 0, free)
    monkeypatch.setattr(download.shutil, "disk_usage", lambda path: usage)
    assert fails(entry, library, "The model needs .* MB", "disk-full") == {}


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's limits")
def test_a_disk_that_fills_up_keeps_what_came(entry, library):
    """A real child process whose files may not grow beyond 20 kB."""
    library.mkdir()
    code = """
import json, resource, sys
from semigda.models.download import download_model
from semigda_core.models.catalogue import Entry
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, -1))
try: download_model(Entry.from_dict(json.loads(sys.argv[1])), "", sys.argv[2])
except Exception as error: sys.exit(getattr(error, "error_class", repr(error)))"""
    arguments = [sys.executable, "-c", code, json.dumps(entry.to_dict()), str(library)]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT)
    assert done.stderr.strip() == "disk-full"
    assert parts(library) == {entry.sha256: 20_000} and list_models() == []
    download_model(entry, "", library)


def test_another_model_than_promised_is_not_installed(entry, library, server, tmp_path):
    other = export_package(tiny_package(tmp_path / "o", "other"), tmp_path / "other.zip")
    server.files["/other.zip"] = other.read_bytes()
    promised = replace(entry_for(other, f"{server.url}/other.zip", entry.date), name="tiny")
    assert fails(promised, library, "another model", "model-invalid") == {}
    junk = tmp_path / "junk.zip"
    junk.write_bytes(b"junk")
    digest = hashlib.sha256(b"junk").hexdigest()
    promised = replace(entry, url=str(junk), size=4, sha256=digest)
    assert fails(promised, library, "no model package", "model-invalid") == {}


def test_a_model_of_that_name_is_replaced_only_if_asked(entry, library, server, package):
    tiny_package(library, "tiny", title="Older")
    entry = replace(entry, weights_sha256="0" * 64)
    with pytest.raises(SemiGDAError, match="installed already"):
        download_model(entry, "", library)
    assert server.seen == []  # before anything was downloaded
    entry = entry_for(package, entry.url, entry.date)
    download_model(entry, "", library, overwrite=True)
    assert list_models()[0].card.title == "Tiny"


# The job


def test_a_cancelled_job_ends_within_two_seconds_and_goes_on_later(
    entry, library, server, tmp_path
):
    server.ways["/tiny.zip"] = "slow"

    def job(name):
        inputs = {"entry": entry.to_dict(), "catalogue": "none", "library": str(library)}
        return JobFolder.create(tmp_path / name, "download", inputs, {})

    first = job("first")
    process = subprocess.Popen([sys.executable, "-m", "semigda", "run", str(first.path)], cwd=ROOT)
    part = library / ".downloads" / f"{entry.sha256}.part"
    until(lambda: part.is_file() and part.stat().st_size == CUT, 60)
    first.request("cancel")
    began = time.monotonic()
    until(lambda: first.state()["state"] == "cancelled")
    assert time.monotonic() - began < 2.0
    assert process.wait(10) == 1 and list_models() == []
    server.ways.clear()
    second = job("second")
    assert run_job(second) == 0
    assert second.result()["outputs"] == {"model": "tiny"}
    assert server.seen[-1][2] == f"bytes={CUT}-"
    told = (
        (second.path / "events.jsonl").read_text()
        if (second.path / "events.jsonl").exists()
        else ""
    )
    assert host_of(server.url) not in told


# The catalogue


def test_a_catalogue_by_url_and_by_file_with_addresses_beside_it(entry, library, server, tmp_path):
    beside = {"schema": 1, "models": [{**entry.to_dict(), "url": "tiny.zip"}]}
    server.files["/here/catalogue.json"] = json.dumps(beside).encode()
    server.files["/here/tiny.zip"] = server.files["/tiny.zip"]
    source = f"{server.url}/here/catalogue.json"
    download_model(read_catalogue(source)[0], source, library)
    assert server.seen[-1][1] == "/here/tiny.zip"
    share = tmp_path / "a share"
    share.mkdir()
    (share / "tiny.zip").write_bytes(server.files["/tiny.zip"])
    (share / "catalogue.json").write_text(json.dumps(beside))
    for number, place in enumerate(
        (str(share / "catalogue.json"), (share / "catalogue.json").as_uri())
    ):
        entry = read_catalogue(place)[0]
        assert download_model(entry, place, tmp_path / str(number), overwrite=True).is_dir()


@pytest.mark.parametrize(
    ("place", "base"),
    [
        ("http://example.org/x.zip", ""),
        ("ftp://example.org/x.zip", ""),
        ("data:,x", ""),
        ("file:///etc/passwd", "https://example.org/catalogue.json"),
        ("http://example.org/x", "https://example.org/catalogue.json"),
        ("//example.org/x", "http://127.0.0.1/catalogue.json"),
    ],
)
def test_addresses_that_are_refused(place, base):
    with pytest.raises(SemiGDAError, match="neither https nor a file"):
        address(place, base)


def test_addresses_that_may_be_read(tmp_path):
    base = "https://example.org/a/catalogue.json"
    assert address("x.zip", base) == "https://example.org/a/x.zip"
    assert address("https://other.org/x.zip", base) == "https://other.org/x.zip"
    assert Path(address("x.zip", str(tmp_path / "c.json"))) == tmp_path / "x.zip"


def test_a_catalogue_that_is_too_large_or_cut_off(server, entry, library):
    server.files["/large.json"] = b" " * 2_000_001
    with pytest.raises(SemiGDAError, match="is too large"):
        read_catalogue(f"{server.url}/large.json")
    server.files["/cut.json"] = b" " * (CUT + 1)
    server.ways["/cut.json"] = "breaks"
    with pytest.raises(SemiGDAError, match="broke off"):
        read_catalogue(f"{server.url}/cut.json")
    with pytest.raises(SemiGDAError, match="cannot be read"):
        read_catalogue(str(library / "none.json"))
