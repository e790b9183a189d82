"""The reader process: what it dies of is one file's, its limits hold, and it leaves nothing."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from hostile_files import noise, slow, write
from model_fixtures import tiny_package
from progress_fixtures import Listener
from project_fixtures import make_project, write_case
from test_volumes import write_dicom

from semigda.check.run import check
from semigda.cli import main
from semigda.data.volumes import read_volume
from semigda_core.errors import SemiGDAError

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(os.name == "nt", reason="signals and limits of POSIX")


def readers(pid: int | None = None) -> list[psutil.Process]:
    """The reader processes of a process, this one by default."""
    found = []
    for child in psutil.Process(pid).children():
        with contextlib.suppress(psutil.Error):  # it has just ended
            if "semigda.reading.child" in child.cmdline():
                found.append(child)
    return found


@contextlib.contextmanager
def deaths(signal_number: int, most: int = 100):
    """Kill reader processes while they read something large, as ITK's crashes do."""
    over, killed = threading.Event(), set()

    def watch() -> None:
        while not over.wait(0.005):
            for reader in readers():
                with contextlib.suppress(psutil.Error, OSError):
                    folder = Path(reader.cmdline()[-1])
                    large = any(file.stat().st_size > 20e6 for file in folder.glob("voxels*"))
                    if large and len(killed) < most and reader.pid not in killed:
                        killed.add(reader.pid)
                        os.kill(reader.pid, signal_number)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def python(code: str, *arguments, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        **options,
    )


@posix
@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (signal.SIGSEGV, "makes its reader crash"),
        (signal.SIGABRT, "makes its reader crash"),
        (signal.SIGXCPU, "never ends"),
        (signal.SIGKILL, "too little free memory"),
    ],
)
def test_what_a_death_is_told_as_and_the_next_file_is_read(tmp_path, number, sentence):
    with deaths(number), pytest.raises(SemiGDAError, match=sentence):
        read_volume(slow(tmp_path / "DOE_JANE.nrrd"))
    path = write(tmp_path / "a.nii.gz", noise())
    np.testing.assert_array_equal(read_volume(path).array, noise())


@posix
def test_what_an_earlier_file_broke_is_not_the_next_ones_fault(tmp_path):
    """A process that has read before may carry a crash that is not this file's: it gets another."""
    read_volume(write(tmp_path / "a.nii", noise()))
    with deaths(signal.SIGSEGV, most=1):
        volume = read_volume(slow(tmp_path / "b.nrrd"))
    assert volume.shape == (800, 1000, 1000) and volume.array[0, 0, 0] == 1


@posix
def test_a_cohort_goes_on_after_a_death_in_each_of_its_runs(tmp_path, capsys):
    images, out = tmp_path / "images", tmp_path / "out"
    images.mkdir()
    write(images / "a.nii.gz", noise())
    slow(images / "b.nrrd")
    write(images / "c.nii.gz", noise() + 1)
    command = ["segment", "--cases", str(images), "--out", str(out)]
    command += ["--model", str(tiny_package(tmp_path / "models"))]
    with deaths(signal.SIGSEGV):
        assert main(command) == 1
        assert "2 segmented, 0 were there, 1 failed" in capsys.readouterr().out
        assert main(command) == 1
    told = capsys.readouterr()
    assert "0 segmented, 2 were there, 1 failed" in told.out
    assert "b: The image file is damaged: it makes its reader crash." in told.err
    assert {path.name for path in out.glob("*.seg.nrrd")} == {"a.seg.nrrd", "c.seg.nrrd"}


@posix
def test_a_projects_check_goes_on_after_a_death_in_each_of_its_runs(tmp_path):
    project = make_project(tmp_path)
    case = project.add([write_case(tmp_path / "more", 40)]).cases[0]
    slow(project.read().case(case).image)
    with deaths(signal.SIGSEGV):
        for _ in range(2):
            (finding,) = check(project)
            assert finding.code == "unreadable-image" and finding.case_ids == (case,)
    assert finding.severity == "error"


def test_a_read_can_be_cancelled(tmp_path):
    path, begin = slow(tmp_path / "a.nrrd"), time.monotonic()
    with pytest.raises(SemiGDAError) as caught:
        listener = Listener(cancel=lambda heard: time.monotonic() > begin + 0.3)
        read_volume(path, progress=listener.progress)
    assert caught.value.error_class == "cancelled"
    assert time.monotonic() < begin + 5
    read_volume(write(tmp_path / "a.nii", noise()))  # by a fresh process


def test_one_warm_process_reads_file_after_file_and_imports_no_torch(tmp_path):
    paths = [write(tmp_path / f"{n}.nii.gz", noise() + n) for n in range(3)]
    read_volume(paths[0])
    (reader,) = readers()
    volumes = [read_volume(path) for path in paths]
    assert [other.pid for other in readers()] == [reader.pid]
    if sys.platform == "linux":  # as the file asks for: a small one may take little
        assert reader.rlimit(psutil.RLIMIT_CPU)[0] < 60
        assert reader.rlimit(psutil.RLIMIT_AS)[0] < 2e9
    for number, volume in enumerate(volumes):  # each has memory of its own
        np.testing.assert_array_equal(volume.array, noise() + number)
    code = "import sys, semigda.reading.foreign; sys.exit('torch' in sys.modules)"
    assert python(code).returncode == 0


def test_voxels_are_mapped_files_that_nobody_else_sees(tmp_path):
    volume = read_volume(write(tmp_path / "a.nii", noise()))
    folder = Path(readers()[0].cmdline()[-1])
    if os.name != "nt":
        assert not list(folder.glob("voxels*"))
        assert folder.stat().st_mode & 0o077 == 0
    view = volume.array[::2]
    view[0, 0, 0] = 7  # of this process alone
    del volume
    gc.collect()
    assert view[0, 0, 0] == 7
    np.testing.assert_array_equal(view[1:], noise()[2::2])
    np.testing.assert_array_equal(read_volume(tmp_path / "a.nii").array, noise())


_OWNER = """
import sys, time
from semigda.data.volumes import read_volume
read_volume(sys.argv[1])
print("read", flush=True)
time.sleep(0 if sys.argv[2:] else 60)
"""


@pytest.mark.parametrize("killed", [False, True])
def test_it_ends_with_its_owner_and_leaves_nothing(tmp_path, killed):
    path = write(tmp_path / "a.nii.gz", noise())
    # A temporary folder of its own: other tests may be reading at the same time.
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    place = {**os.environ, "TMPDIR": str(temporary), "TEMP": str(temporary)}
    command = [sys.executable, "-c", _OWNER, str(path), *([] if killed else ["end"])]
    owner = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=place)
    assert owner.stdout.readline().strip() == b"read"
    reader = readers(owner.pid)[0] if killed else None
    if killed:
        assert list(temporary.iterdir())
        owner.kill()
        reader.wait(timeout=20)
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 10
    while list(temporary.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not list(temporary.iterdir())


@posix
def test_the_limits_hold():
    limit = "from semigda.reading.limits import limit_this_process as limit\n"
    begin = os.times().children_user
    done = python(limit + "limit(1, 1 << 30)\nwhile True: pass")
    assert done.returncode == -signal.SIGXCPU and os.times().children_user < begin + 10
    if sys.platform == "linux":
        done = python(limit + "limit(9, 1 << 28)\nbytearray(1 << 27)\nbytearray(1 << 29)")
        assert b"MemoryError" in done.stderr
        done = python(limit + "limit(9, 1 << 28)\nlimit(9, 1 << 30)\nbytearray(1 << 29)")
        assert done.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system for what is mapped")
def test_memory_that_files_made_a_library_keep_does_not_add_up(tmp_path):
    """GDCM takes 0.8 GB over this file of a kilobyte, and keeps it."""
    write_dicom(tmp_path, [0.0])
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes().replace(b"\2\0\2\0UI", b"\2\0\2\0TI", 1))
    for _ in range(4):
        with pytest.raises(SemiGDAError, match="cannot be read"):
            read_volume(path)
        assert all(reader.memory_info().rss < 4e8 for reader in readers())


@posix
def test_a_full_disk_is_an_error_of_its_own(tmp_path):
    code = """
    import resource, sys
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, 5_000_000))
    from semigda.data.volumes import read_volume
    from semigda_core.errors import SemiGDAError
    try:
        read_volume(sys.argv[1])
    except SemiGDAError as error:
        print(error.error_class)
    """
    done = python(code, write(tmp_path / "a.nii", noise((60, 200, 300))))
    assert done.stdout.split() == [b"disk-full"], done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only there names are bytes")
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_the_named_file_is_opened_in_any_locale(tmp_path, locale):
    folder = os.fsencode(tmp_path) + b"/M\xfcller"
    os.mkdir(folder)
    write(tmp_path / "a.nii.gz", noise()).rename(tmp_path / "b")
    os.rename(tmp_path / "b", folder + b"/\xe4.nii.gz")
    code = """
    import os, sys
    from semigda.data.volumes import read_volume
    print(int(read_volume(sys.argv[1]).array.sum()))
    """
    command = [sys.executable, "-c", textwrap.dedent(code), folder + b"/\xe4.nii.gz"]
    environment = {**os.environ, "LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True)
    assert int(done.stdout) == noise().sum(), done.stderr


def test_nothing_of_a_patient_is_said(tmp_path, capfd):
    path = write(tmp_path / "DOE_JANE.jpg", noise((64, 64), np.uint8))
    path.write_bytes(path.read_bytes()[:-700] + b"\xff\xd9")
    with pytest.raises(SemiGDAError) as caught:
        read_volume(path)
    out = capfd.readouterr()
    assert "JANE" not in json.dumps(caught.value.to_dict()) + out.out + out.err
    assert out.out == "" and "JPEG" not in out.err
