"""What all tests share. Tests that use the host run in processes of their own, some files in each:
a scene and an application are singletons, and what a crash takes with it stays small.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest

from Testing.host import forked

ROOT = Path(__file__).resolve().parents[1]
FRESH = "SEMIGDA_FRESH_PROCESS"
LIMIT_S = 1200


# Files that take half a minute or more, the longest first: they begin first, side by side, so that
# nothing runs on when all else is done.
LONGEST = (
    "test_train_story",
    "test_distributed",
    "test_kills",
    "test_segment_several",
    "test_smoke_script",
    "test_few_labels",
    "test_segment_library",
    "test_guides",
)
ALONE = ("sys.modules", "installTranslator")  # words of files in which it counts what is imported
TOGETHER = 6  # other files that use the host: starting it takes longer than most of their tests


def pytest_collection_modifyitems(config, items):
    _share_processes([item for item in items if isinstance(item, FreshProcessItem)], items)
    processes = getattr(config, "workerinput", {}).get("workercount", 1)
    items[:] = _longest_first(items, processes)


def _share_processes(fresh: list[FreshProcessItem], items: list[pytest.Item]) -> None:
    """One item for several files, in the place of theirs."""
    files = [item for item in fresh if not _is_alone(item.path)]
    for start in range(0, len(files), TOGETHER):
        first, *others = files[start : start + TOGETHER]
        for other in others:
            first.paths += other.paths
            items.remove(other)


def _is_alone(path: Path) -> bool:
    return path.stem in LONGEST or any(word in path.read_text("utf-8") for word in ALONE)


def _longest_first(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """Of equal parts of the list, which xdist hands out, each begins with some of the longest."""
    files = [list(file) for _path, file in groupby(items, lambda item: item.path)]
    place = {name: number for number, name in enumerate(LONGEST)}
    files.sort(key=lambda file: place.get(file[0].path.stem, len(LONGEST)))
    parts: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for file in files:
        min(parts, key=len).extend(file)
    return [item for part in parts for item in part]


def _needs_fresh_process(path: Path, config) -> bool:
    if path.parent.name not in ("host", "modules") or os.environ.get(FRESH):
        return False
    # One file asked for by name: run it here, so that -k, -x, --pdb and test names work.
    return not (len(config.args) == 1 and ".py" in config.args[0])


def pytest_pycollect_makemodule(module_path, parent):
    if _needs_fresh_process(module_path, parent.config):
        return FreshProcessFile.from_parent(parent, path=module_path)
    return None


class FreshProcessFile(pytest.File):
    def collect(self):
        yield FreshProcessItem.from_parent(self, name="fresh process")


class FreshProcessItem(pytest.Item):
    """Some test files; passes if the pytest in the child process does."""

    def __init__(self, **arguments):
        super().__init__(**arguments)
        self.paths = [self.path]

    def runtest(self):
        if any(path.parent.name == "modules" for path in self.paths):
            _installed()
            forked.program()
        command = [sys.executable, "-m", "pytest", "-q", "-rs", "--no-header"]
        for option, chosen in (("-k", "keyword"), ("-m", "markexpr")):
            if getattr(self.config.option, chosen):
                command += [option, getattr(self.config.option, chosen)]
        done = subprocess.run(
            [*command, *map(str, self.paths)],
            cwd=ROOT,
            env={**os.environ, FRESH: "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        lines = done.stdout.splitlines()
        counts = [line.strip("= ") for line in lines if re.search(r"\d+ \w+.* in [\d.]+s", line)]
        summary = counts[-1] if counts else f"no summary, exit status {done.returncode}"
        names = ", ".join(path.stem for path in self.paths)
        self.user_properties.append((_SUMMARY, f"{names}: {summary}"))
        if done.returncode == 5:
            pytest.skip("no test selected")
        if done.returncode:
            raise ChildFailed(f"exit status {done.returncode}\n{done.stdout}")
        if "passed" not in summary:
            pytest.skip("; ".join(line for line in lines if line.startswith("SKIPPED")))

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, ChildFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, None, self.path.name


class ChildFailed(Exception):
    """The text is the child's whole output."""


_SUMMARY = "summary"  # travels with the report, from a worker process too


def pytest_terminal_summary(terminalreporter):
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, line in report.user_properties:
                    if name == _SUMMARY:
                        terminalreporter.write_line(line)


def _installed() -> Path:
    from Testing.packaging.install import installed_once

    return installed_once()


@pytest.fixture(scope="session")
def installed() -> Path:
    """The modules' folder of the extension as CMake installs it, one for the whole run."""
    return _installed()


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Where pictures go that are looked at or kept: $SEMIGDA_ARTIFACTS or artifacts/."""
    folder = Path(os.environ.get("SEMIGDA_ARTIFACTS", ROOT / "artifacts"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def host():
    """The host with an empty scene; errors in slots and observers fail the test."""
    from Testing.host import start

    host = start()
    host.scene.Clear(0)
    host.check()
    yield host
    host.process()
    host.check()


@pytest.fixture
def module_host(host, installed):
    """The host with the installed extension on its module path."""
    host.add_module_folder(installed)
    return host
