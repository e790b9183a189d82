"""What all tests share. Tests that use the host run in a process of their own, file by file:
a scene and an application are singletons, and what a crash takes with it stays small.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FRESH = "SEMIGDA_FRESH_PROCESS"
LIMIT_S = 1200


LONGEST = ("test_train_story.py",)  # begun first: nothing can run beside the end of a long file


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name not in LONGEST)


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
    """One test file; passes if the pytest in the child process does."""

    def runtest(self):
        if self.path.parent.name == "modules":
            _installed()
        command = [sys.executable, "-m", "pytest", "-q", "-rs", "--no-header", str(self.path)]
        for option, chosen in (("-k", "keyword"), ("-m", "markexpr")):
            if getattr(self.config.option, chosen):
                command += [option, getattr(self.config.option, chosen)]
        done = subprocess.run(
            command,
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
        self.user_properties.append((_SUMMARY, f"{self.path.relative_to(ROOT)}: {summary}"))
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
