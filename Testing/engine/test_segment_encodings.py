"""``semigda segment`` with any names, on any terminal, and with nobody reading what it tells."""

import json
import os
import subprocess
import sys

import nrrd
import numpy as np
import pytest
import SimpleITK as sitk
from job_fixtures import ROOT
from model_fixtures import tiny_package

from semigda.data.thumbnails import draw_thumbnail, write_png
from semigda.data.volumes import read_volume
from semigda_core.models.card import Label

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs names that are no UTF-8")
POSIX = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
LATIN = os.fsdecode(b"M\xfcller")
NAMES = ("Läsion", "左肾")
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    labels = [Label(n, name, (255, 0, n)) for n, name in enumerate(NAMES, 1)]
    return tiny_package(tmp_path_factory.mktemp("models"), labels=labels)


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    array = np.random.default_rng(0).normal(0, 100, (3, 24, 30)).astype(np.int16)
    sitk.WriteImage(sitk.GetImageFromArray(array), str(folder / "a.nrrd"))
    data = (folder / "a.nrrd").read_bytes()
    (folder / "Ä 左.nrrd").write_bytes(data)
    (folder / f"{LATIN}.nrrd").write_bytes(data)
    (folder / "dark\x1b[2Jened.nrrd").write_bytes(data)
    return folder


def shell(script, *arguments, **environment):
    """Run ``script``, in which "$@" is ``semigda segment`` with its arguments."""
    command = [sys.executable, "-m", "semigda", "segment", *map(str, arguments)]
    return subprocess.run(
        ["bash", "-c", script, "sh", *command],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        timeout=300,
    )


@LINUX
@pytest.mark.parametrize("environment", [{}, ASCII, {"PYTHONIOENCODING": "cp1252"}], ids=str)
def test_one_image_of_any_name(model, images, tmp_path, environment):
    out, report = tmp_path / f"{LATIN}.seg.nrrd", tmp_path / f"{LATIN}.json"
    arguments = [images / f"{LATIN}.nrrd", "--model", model, "-o", out, "--report", report]
    done = shell('"$@"', *arguments, **environment)
    assert done.returncode == 0, done.stderr
    assert nrrd.read_header(str(out))["SemiGDA_Model"] == "tiny"
    named = [found["name"] for found in json.loads(report.read_text("utf-8"))["segments"]]
    assert tuple(named) == NAMES
    encoding = "ascii" if "PYTHONUTF8" in environment else "utf-8"
    encoding = environment.get("PYTHONIOENCODING", encoding)
    told = done.stdout.decode(encoding)
    for name in NAMES:
        assert f"{name.encode(encoding, 'backslashreplace').decode(encoding)}: " in told


@LINUX
@pytest.mark.slow
def test_a_cohort_of_any_names(model, images, tmp_path):
    out = tmp_path / "out"
    done = shell('"$@"', "--cases", images, "--model", model, "-o", out, **ASCII)
    assert done.returncode == 0, done.stderr
    assert b"4 segmented, 0 were there, 0 failed" in done.stdout
    # A name that steers a terminal cannot be one of a result.
    assert b"\x1b" not in done.stdout + done.stderr
    assert {path.name for path in out.glob("*.seg.nrrd")} == {
        f"{name}.seg.nrrd" for name in ("a", "dark[2Jened", "Ä 左", LATIN)
    }
    table = (out / "summary.csv").read_bytes().decode("utf-8-sig")
    assert "Ä 左,Läsion," in table and "M\ufffdller,左肾," in table


@POSIX
@pytest.mark.slow
def test_work_is_done_though_nobody_reads(model, images, tmp_path):
    """Other ways of not reading are those of ``steady_output``, in test_streams.py."""
    (images / "dark\x1b[2Jened.nrrd").unlink()
    out, one = tmp_path / "out", tmp_path / "one.seg.nrrd"
    script = 'set -o pipefail; "$@" 2>&1 | true'
    done = shell(script, "--cases", images, "--model", model, "-o", out)
    assert done.returncode == 0, done.stderr
    assert len(list(out.glob("*.seg.nrrd"))) == 3 and (out / "summary.csv").exists()
    done = shell('"$@" >&- 2>&-', images / "a.nrrd", "--model", model, "-o", one)
    assert done.returncode == 0 and nrrd.read(str(one))[0].shape == (30, 24, 3)


@LINUX
def test_a_picture_is_drawn_into_a_folder_of_any_name(images, tmp_path):
    folder = tmp_path / LATIN
    write_png(folder / "a.png", draw_thumbnail(read_volume(images / f"{LATIN}.nrrd")))
    assert (folder / "a.png").read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in folder.iterdir()] == ["a.png"]
