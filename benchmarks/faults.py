"""Death, a full disk and a broken disk at every nth write of every command that writes.

    python benchmarks/faults.py
    python benchmarks/faults.py --only "models add" --each 10

Needs Linux and a C compiler. A library between the process and the operating system counts the
calls that change something in the scenario's folder (opening for writing, writing, renaming,
making, removing, fsync) and makes the nth of them end in death (before it, or after half of it), in
"no space left" (from then on) or in an input/output error (once). Two more kinds take the right to
read or to write from one file or folder after another (root is run without its right to ignore
that). After each fault the user's files must be unchanged, the targets old or new and whole, and
the error's class right. Then the same command runs once more without a fault: it must succeed with
the right result and leave nothing behind.
Figures go to benchmarks/results/faults.json and .md; with --only, those of other commands stay.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks"), str(ROOT / "Testing" / "engine")]
RESULTS = ROOT / "benchmarks" / "results" / "faults.json"
OFF, COUNT = 0, 1
MODES = {"death": 2, "death in the middle": 3, "disk full": 4, "input/output error": 5}
LOCKS = {"unreadable": 0o000, "read-only": 0o555}  # modes of the file or folder
# How a command that lived may end: done after all, or with an error of the right class.
RIGHT = {
    "disk full": ("done", "disk-full"),
    "input/output error": ("done", "disk-full", "bad-input"),
    **dict.fromkeys(LOCKS, ("done", "bad-input", "model-invalid")),
}
RIGHTS = "-dac_override,-dac_read_search"  # by which root may read and write what it may not
LIMIT_S = 300


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", help="scenarios; by default all")
    parser.add_argument(
        "--each", type=int, default=25, help="faults of a kind in a scenario at most"
    )
    parser.add_argument("--kinds", nargs="+", choices=[*MODES, *LOCKS], default=[*MODES, *LOCKS])
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    if "SEMIGDA_FAULTS" not in os.environ:
        return _again_with_the_library()
    from faults_lib.learning import LEARNING
    from faults_lib.models import MODELS
    from faults_lib.projects import PROJECTS
    from faults_lib.scenarios import SCENARIOS

    scenarios = SCENARIOS | MODELS | PROJECTS | LEARNING
    _warm()
    report = summary([])
    if arguments.only and arguments.results.exists():
        report = json.loads(arguments.results.read_text())
    with tempfile.TemporaryDirectory(prefix="semigda-faults-", dir=_fast()) as name:
        for scenario in arguments.only or scenarios:
            bench = Bench(Path(name), scenario, scenarios[scenario])
            report = joined(report, summary(bench.run(arguments.each, arguments.kinds)))
            arguments.results.write_text(json.dumps(report, indent=1) + "\n")
            arguments.results.with_suffix(".md").write_text(table(report))
    print(table(report))
    for row in report["wrong"]:
        print(f"WRONG {row}")
    return int(bool(report["wrong"]))


def _again_with_the_library() -> int:
    with tempfile.TemporaryDirectory() as name:
        library, source = f"{name}/shim.so", str(ROOT / "benchmarks/faults_lib/shim.c")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        own = {"LD_PRELOAD": library, "SEMIGDA_FAULTS": "1", "OMP_NUM_THREADS": "1"}
        plain = ["setpriv", f"--bounding-set={RIGHTS}"] if os.geteuid() == 0 else []
        return subprocess.call([*plain, sys.executable, *sys.argv], env={**os.environ, **own})


def _fast() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _warm() -> None:
    """Import once what every forked command needs; no thread may run before the forks."""
    import nrrd  # noqa: F401
    import torch

    import semigda.cli  # noqa: F401
    import semigda.jobs.kinds  # noqa: F401

    torch.set_num_threads(1)


class Bench:
    """One scenario: a reference run, then faults."""

    def __init__(self, folder: Path, name: str, scenario: Any):
        self.name, self.scenario = name, scenario
        # All runs use the same folder, because what they write may contain paths.
        self.place, self.template, self.own = folder / "place", folder / "template", folder / "own"
        for path in (self.place, self.template, self.own):
            shutil.rmtree(path, ignore_errors=True)
        self.own.mkdir()
        self.place.mkdir()
        self.scenario.prepare(self.place)
        self.user = tree_hash(self.place / "user")
        shutil.copytree(self.place, self.template)

    def run(self, each: int, kinds: list[str]) -> list[dict]:
        from faults_lib.scenarios import copy

        outcome, calls = self._child(self.scenario.command, COUNT, 0)
        if outcome != "done":
            raise SystemExit(f"{self.name} fails: {outcome}\n{(self.own / 'log.txt').read_text()}")
        self.expected, self.listing = self.scenario.essence(self.place), listing(self.place)
        print(f"{self.name}: {len(calls)} calls, {dict(Counter(c.split()[0] for c in calls))}")
        rows = []
        for kind in kinds:
            faults = range(len(calls)) if kind in MODES else self._lockable()
            for number in _spread(len(faults), each):
                copy(self.template, self.place)
                start = time.monotonic()
                row = {"scenario": self.name, "fault": kind, "call": number}
                row |= self._fault(kind, faults[number])
                row["seconds"] = round(time.monotonic() - start, 2)
                rows.append(row)
                if row["wrong"]:
                    print(f"  {kind} at {number} ({row['at']}): {row['outcome']}: {row['wrong']}")
        print(f"  {len(rows)} faults, {sum(bool(row['wrong']) for row in rows)} wrong", flush=True)
        return rows

    def _lockable(self) -> list[Path]:
        """Everything that is there before the command runs and is copied for each fault."""
        return sorted(
            self.place / path.relative_to(self.template) for path in self.template.rglob("*")
        )

    def _fault(self, kind: str, at: int | Path) -> dict:
        if isinstance(at, Path):
            before, said = at.stat().st_mode, self.scenario.command(self.place)
            at.chmod(LOCKS[kind] & (before | ~0o777))
            outcome, _ = self._child(lambda _: said, OFF, 0)
            with contextlib.suppress(FileNotFoundError):  # the command may remove it
                at.chmod(before)
            row = {"at": _plain(str(at.relative_to(self.place.parent)))}
        else:
            outcome, calls = self._child(self.scenario.command, MODES[kind], at)
            row = {"at": _plain(calls[0]) if calls else "not reached"}
        row["outcome"] = outcome
        return row | {"wrong": self._after(kind, outcome) + self._again()}

    def _after(self, kind: str, outcome: str) -> list[str]:
        """What is wrong right after the fault."""
        wrong = []
        if tree_hash(self.place / "user") != self.user:
            wrong.append("a file of the user was touched")
        if kind in RIGHT and outcome not in RIGHT[kind]:
            wrong.append(f"ended as {outcome}")
        wrong += _problem("a target is not whole", lambda: self.scenario.whole(self.place))
        said = (self.own / "log.txt").read_text(errors="replace")
        # Who may not read a file does the rest; to get the right back changes the file's state.
        in_part = kind in LOCKS or (self.scenario.partly and self.scenario.partly in said)
        if outcome == "done" and not in_part and self.scenario.essence(self.place) != self.expected:
            wrong.append("said to be done, but it is not")
        return wrong

    def _again(self) -> list[str]:
        """What is wrong after the next run, in peace."""
        outcome, _ = self._child(self.scenario.again, OFF, 0)
        wrong = [] if outcome == "done" else [f"the next run: {outcome}"]
        if tree_hash(self.place / "user") != self.user:
            wrong.append("the next run touched a file of the user")

        def differs() -> str:
            same = self.scenario.essence(self.place) == self.expected
            return "" if same else "another result"

        if not wrong:
            wrong += _problem("after the next run", differs)
        left = sorted(listing(self.place) - self.listing - set(self.scenario.spare))
        return wrong + ([f"left over: {', '.join(left)}"] if left else [])

    def _child(self, command, mode: int, number: int) -> tuple[str, list[str]]:
        """Run a command in a fork; "died", "done" or an error's class, and the calls noted."""
        arguments = command(self.place)
        notes, result = self.own / "notes", self.own / "result"
        result.unlink(missing_ok=True)
        process = os.fork()
        if process == 0:
            code = 1
            try:
                _obey(arguments, self.place, notes, result, mode, number)
                code = 0
            finally:
                os._exit(code)
        deadline = time.monotonic() + LIMIT_S
        while os.waitpid(process, os.WNOHANG) == (0, 0):
            if time.monotonic() > deadline:
                os.kill(process, 9)
                os.waitpid(process, 0)
                return "hung", []
            time.sleep(0.005)
        calls = [_plain(line) for line in notes.read_text(errors="replace").splitlines()]
        return (result.read_text() if result.exists() else "died"), calls


def _obey(arguments: list[str], place: Path, notes: Path, result: Path, mode: int, number: int):
    """In the fork: the command as the user types it."""
    log = os.open(notes.with_name("log.txt"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ["SEMIGDA_MODELS"] = str(place / "out" / "library")
    note = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    arm = ctypes.CDLL(None).faults_arm
    arm.argtypes = (ctypes.c_char_p, ctypes.c_int, ctypes.c_long, ctypes.c_int)
    arm(os.fsencode(place), mode, number, note)
    outcome = run_quietly(arguments)
    arm(b"", OFF, 0, -1)
    result.write_text(outcome, encoding="utf-8")


def run_quietly(arguments: list[str]) -> str:
    """ "done", or the class of the error that the user sees."""
    from semigda.cli import commands
    from semigda_core.jobs.failures import classify
    from semigda_core.jobs.folder import JobFolder

    try:
        parsed = commands._parser().parse_args(
            arguments, argparse.Namespace(started=time.perf_counter())
        )
        code = parsed.command(parsed) or 0
    except BaseException as error:
        traceback.print_exc()
        outcome = classify(error).error_class
        print(outcome, classify(error).detail, file=sys.stderr)
        return outcome
    if code == 0 or arguments[:2] == ["project", "check"]:  # its status says whether it found any
        return "done"
    if arguments[0] in ("train", "run"):
        folder = arguments[arguments.index("--job") + 1] if "--job" in arguments else arguments[1]
        return JobFolder(folder).state().get("reason", {}).get("class", "no reason")
    log = sys.stderr
    log.flush()
    return _of_cases(Path(os.readlink("/proc/self/fd/2")))


def _of_cases(log: Path) -> str:
    """The class of what was said of a cohort's cases."""
    from semigda_core.errors import CLASSES

    text = log.read_text(encoding="utf-8", errors="replace")
    found = [
        name
        for name, (message, action) in CLASSES.items()
        if message in text or action in text or f"({name}: " in text
    ]
    return found[0] if found else "no reason"


def _spread(count: int, most: int) -> list[int]:
    if count <= most:
        return list(range(count))
    return sorted({round(n * (count - 1) / (most - 1)) for n in range(most)})


def _problem(what: str, check) -> list[str]:
    try:
        found = check()
    except Exception as error:
        found = f"{type(error).__name__}: {str(error)[:120]}"
    return [f"{what}: {found}"] if found else []


def _plain(text: str) -> str:
    """Without what differs between runs: process ids, random ids, dates."""
    text = re.sub(r"\.semigda-[0-9a-f-]+", ".semigda-*", text)
    text = re.sub(r"\d{4}-\d\d-\d\d-\d{6}", "DATE", text)
    return re.sub(r"\b[0-9a-f]{8}\b|(?<=-)[0-9a-f]{4}\b", "ID", text)


def listing(place: Path) -> set[str]:
    """What is there, by names without what differs between runs."""
    return {_plain(path.relative_to(place).as_posix()) for path in place.rglob("*")}


def tree_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def summary(rows: list[dict]) -> dict:
    """Counts for each scenario and kind of fault, and everything that was wrong."""
    scenarios: dict[str, dict] = {}
    for row in rows:
        outcome = scenarios.setdefault(row["scenario"], {}).setdefault(row["fault"], Counter())
        outcome["faults"] += 1
        outcome[row["outcome"]] += 1
        outcome["wrong"] += bool(row["wrong"])
    return {
        "faults": len(rows),
        "wrong": [row for row in rows if row["wrong"]],
        "scenarios": {name: {k: dict(c) for k, c in by.items()} for name, by in scenarios.items()},
    }


def joined(old: dict, new: dict) -> dict:
    """Stored figures with those of the kinds of fault that ran anew."""
    scenarios = {k: {**old["scenarios"].get(k, {}), **by} for k, by in new["scenarios"].items()}
    ran = {(k, kind) for k, by in new["scenarios"].items() for kind in by}
    wrong = [row for row in old["wrong"] if (row["scenario"], row["fault"]) not in ran]
    found = {**old, "wrong": wrong + new["wrong"], "scenarios": old["scenarios"] | scenarios}
    found["faults"] = sum(c["faults"] for by in found["scenarios"].values() for c in by.values())
    return found


def table(report: dict) -> str:
    """The counts in Markdown."""
    lines = [f"{report['faults']} faults, {len(report['wrong'])} with something wrong.", ""]
    lines += ["| command | fault | faults | died | done after all | reported | wrong |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for name, by_fault in report["scenarios"].items():
        lines += [f"| {name} | {fault} | {_counts(out)} |" for fault, out in by_fault.items()]
    return "\n".join(lines) + "\n"


def by_command(report: dict) -> str:
    """The counts of each command, as docs/reliability.md has them."""
    lines = ["| command | faults | died | done after all | reported | wrong |"]
    lines += ["|---|---|---|---|---|---|"]
    for name, by_fault in sorted(report["scenarios"].items()):
        lines.append(f"| {name} | {_counts(sum(map(Counter, by_fault.values()), Counter()))} |")
    return "\n".join(lines) + "\n"


def _counts(outcome: dict) -> str:
    others = {k: n for k, n in outcome.items() if k not in ("faults", "wrong", "died", "done")}
    said = ", ".join(f"{kind} {count}" for kind, count in sorted(others.items())) or "-"
    known = [outcome.get(name, 0) for name in ("faults", "died", "done")]
    return " | ".join(map(str, [*known, said, outcome.get("wrong", 0)]))


if __name__ == "__main__":
    sys.exit(main())
