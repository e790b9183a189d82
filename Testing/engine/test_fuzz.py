"""A share of the fuzzing: damaged and hostile files for every reader, for some seconds.

The whole of it is ``python Testing/fuzz.py --inputs 100000``; its figures: docs/reliability.md.
"""

import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from Testing.fuzz import summary  # noqa: E402
from Testing.fuzzing.runner import Run  # noqa: E402
from Testing.fuzzing.selftest import DEEDS  # noqa: E402

SEED, SECONDS = 15, 12  # without the set-up
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")


def test_no_file_harms_anybody(tmp_path):
    report = Run(tmp_path, 100_000, seed=SEED, seconds=SECONDS).run()
    told = summary(report, SECONDS, SEED)
    assert told["findings"] == [] and report.user_files_same
    assert report.inputs  # how many is the machine's business


@POSIX
def test_the_harness_sees_what_goes_wrong(tmp_path):
    keep = tmp_path / "keep"
    (tmp_path / "root").mkdir()
    run = Run(tmp_path / "root", 40, keep=keep, chosen=("self-test",))
    report = run.run()
    assert report.inputs == 40 and report.user_files_same  # what was touched is put back
    kinds = {(kind, place.split()[0]) for _, kind, place in report.findings}
    assert kinds == {
        ("canary", "A"),
        ("death", "SIGSEGV"),
        ("internal", "KeyError"),
        ("text", r"'\x1b[2J'"),
        ("wrong-voxels", "One."),
    }
    ok = report.outcomes["self-test", "read"] - sum(
        count for (_, kind, _), count in report.findings.items() if kind == "canary"
    )
    assert 0 < ok < 40 / len(DEEDS) * 3
    kept = {path.name.rsplit("-", 1)[0] for path in keep.iterdir()}
    assert "self-test-death" in kept and len(list(keep.glob("*/input/a.txt"))) == len(
        list(keep.iterdir())
    )
