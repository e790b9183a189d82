"""Runs workers, sees what becomes of them and their children, and keeps the findings."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from Testing.fuzzing.worker import MEMORY_BYTES, ROOT

CPU_SECONDS, STILL_SECONDS = 10.0, 60.0
KEPT_OF_A_KIND = 3


@dataclass
class Report:
    """What came of a run. ``findings``: (target, kind, place) -> how often."""

    outcomes: Counter = field(default_factory=Counter)
    findings: Counter = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    cpu_most: float = 0.0
    memory_most: int = 0
    user_files_same: bool = True

    @property
    def inputs(self) -> int:
        return sum(self.outcomes.values())


def environment(root: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "TMPDIR": str(root / "temporary"),
        "SEMIGDA_FUZZ_SPECIMENS": str(root / "specimens"),
        "SEMIGDA_FUZZ_CANARY": str(root / "specimens" / "study"),
    }


def prepare(root: Path) -> None:
    """Draw this run's specimens."""
    (root / "temporary").mkdir()
    command = [sys.executable, "-m", "Testing.fuzzing.specimens", str(root / "specimens")]
    subprocess.run(command, check=True, cwd=ROOT, env=environment(root), capture_output=True)


class Run:
    """A number of inputs, or as many as fit in some seconds.

    Args:
        root: an empty folder; best in memory.
        keep: a folder for the inputs of findings.
        seconds: after the first input, then it ends, however many are left.
        chosen: names of targets; all by default.
    """

    def __init__(
        self,
        root: Path,
        inputs: int,
        *,
        seed: int = 0,
        first: int = 0,
        processes: int = 1,
        keep: Path | None = None,
        seconds: float | None = None,
        chosen: tuple[str, ...] = (),
        tell: Callable[[str], None] = lambda text: None,
    ):
        self.root, self.seed, self.keep, self.seconds = root, seed, keep, seconds
        self.first, self.inputs, self.processes = first, first + inputs, processes
        self.chosen, self.tell, self.report = chosen, tell, Report()

    def run(self) -> Report:
        prepare(self.root)
        before = _hash(self.root / "specimens")
        workers = [Worker(self, number) for number in range(self.processes)]
        try:
            told = begun = time.monotonic()
            while any([worker.look() for worker in workers]):
                time.sleep(0.05)
                if not self.report.inputs:
                    begun = time.monotonic()
                elif self.seconds is not None and time.monotonic() > begun + self.seconds:
                    break
                if time.monotonic() - told > 30:
                    told = time.monotonic()
                    found = sum(self.report.findings.values())
                    self.tell(f"{self.report.inputs} inputs, {found} findings")
        finally:
            for worker in workers:
                worker.end()
        self.report.user_files_same = before == _hash(self.root / "specimens")
        return self.report

    def found(self, worker: Worker, index: int, target: str, kind: str, place: str) -> None:
        key = (target, kind, place)
        self.report.findings[key] += 1
        if self.report.findings[key] <= KEPT_OF_A_KIND:
            self.tell(f"FOUND {target}: {kind}: {place} (input {index})")
            if self.keep is not None:
                _keep(worker.folder, self.keep / f"{target}-{kind}-{index}", self.root, key)


class Worker:
    """A worker process and its children, as they are seen from outside."""

    def __init__(self, run: Run, number: int):
        self.run, self.number = run, number
        self.folder = run.root / f"w{number}"
        self.folder.mkdir()
        self.next = run.first + number
        self._start()

    def _start(self) -> None:
        run = self.run
        numbers = (run.seed, self.next, run.inputs, run.processes)
        command = [sys.executable, "-m", "Testing.fuzzing.worker", run.root, *numbers, *run.chosen]
        self.process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=environment(run.root),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True).start()
        self._begun(time.monotonic() + STILL_SECONDS)  # the first one also waits for imports

    def _read(self, stream) -> None:
        lines = self.lines
        for line in stream:
            lines.put(line)
        lines.put(None)

    def _begun(self, since: float | None = None) -> None:
        self.since, self.cpu_before = since or time.monotonic(), None

    def look(self) -> bool:
        """Take what came; whether there is more to come."""
        while self.next < self.run.inputs:
            try:
                line = self.lines.get_nowait()
            except queue.Empty:
                self._watch()
                return True
            if line is None:
                self._died()
                return True
            self._take(json.loads(line))
        return False

    def _take(self, told: dict) -> None:
        report, target = self.run.report, told["target"]
        report.outcomes[target, told["outcome"]] += 1
        report.slowest[target] = max(report.slowest.get(target, 0.0), told["seconds"])
        self.next = told["index"] + self.run.processes
        if "kind" in told:
            self.run.found(self, told["index"], target, told["kind"], told["place"])
            with contextlib.suppress(OSError):
                print(file=self.process.stdin, flush=True)
        self._begun()

    def _died(self) -> None:
        code = self.process.wait()
        if self.next >= self.run.inputs:
            return
        if code != 0:  # 0: it ended itself after it told of too much memory
            name = signal.Signals(-code).name if code < 0 else f"status {code}"
            self._ended("death", name)
        else:
            self._start()

    def _watch(self) -> None:
        """How much processor time and memory the input takes that is being read."""
        cpu, memory = _tree(self.process.pid)
        if self.cpu_before is None or cpu < self.cpu_before:
            self.cpu_before = cpu
        used, still = cpu - self.cpu_before, time.monotonic() - self.since
        report = self.run.report
        report.memory_most = max(report.memory_most, memory)
        if still > 0:
            report.cpu_most = max(report.cpu_most, used)
        if still > 0 and used > CPU_SECONDS:
            self._ended("cpu", f"more than {CPU_SECONDS:.0f} s")
        elif still > STILL_SECONDS:
            self._ended("hang", f"nothing for {STILL_SECONDS:.0f} s")
        elif memory > MEMORY_BYTES:
            self._ended("memory", f"more than {MEMORY_BYTES / 1e9:.0f} GB")

    def _ended(self, kind: str, place: str) -> None:
        """The input that is being read is a finding; the next one begins in a new process."""
        self.end()
        try:
            target = json.loads((self.folder / "made.json").read_text())["target"]
        except (OSError, ValueError):
            raise RuntimeError(f"A worker did not start: {place}.") from None
        self.run.report.outcomes[target, kind] += 1
        self.run.found(self, self.next, target, kind, place)
        self.next += self.run.processes
        if self.next < self.run.inputs:
            self._start()

    def end(self) -> None:
        """The process and its children are gone."""
        try:
            family = [*psutil.Process(self.process.pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            family = []
        self.process.kill()
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()


def _tree(pid: int) -> tuple[float, int]:
    """CPU seconds of a process with its children, and the most memory that one of them took."""
    cpu, memory = 0.0, 0
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return cpu, memory
    for process in family:
        with contextlib.suppress(psutil.Error, OSError, ValueError, IndexError):
            times = process.cpu_times()
            cpu += times.user + times.system
            if process is parent:  # children that have ended
                cpu += times.children_user + times.children_system
            memory = max(memory, _peak(process))
    return cpu, memory


def _peak(process: psutil.Process) -> int:
    """The most memory so far where the system tells it, else what it takes now."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    except OSError:
        return process.memory_info().rss
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _keep(own: Path, place: Path, root: Path, key: tuple) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    with contextlib.suppress(OSError):
        shutil.copytree(own / "copy", place / "input", symlinks=True)
        shutil.copyfile(own / "log.txt", place / "log.txt")
    about = json.loads((own / "made.json").read_text())
    about |= {"root": str(root), "kind": key[1], "place": key[2]}
    (place / "finding.json").write_text(json.dumps(about, indent=1) + "\n")
