"""The process that makes inputs and lets the product read them; it may die of them.

    python -m Testing.fuzzing.worker FOLDER SEED START STOP STEP [TARGET ...]

One JSON line for each input: its number, target, outcome and, of a finding, what it was. The parent
(:mod:`Testing.fuzzing.runner`) sees which input was being read when this process dies.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import time
import traceback
from pathlib import Path

from Testing.fuzzing.target import Made, Target, Wrong

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "Testing" / "engine")]
MEMORY_BYTES = 2_000_000_000
_NAMES = ("scan.nii", "thesis.seg.nrrd", "thesis.nrrd", "thesis.png", "thesis.json", "thesis/a.txt")


def targets() -> dict[str, Target]:
    import semigda.jobs.kinds  # noqa: F401  what is imported now is not counted as an input's time
    from Testing.fuzzing import documents, models, projects, volumes

    return volumes.TARGETS | models.TARGETS | documents.TARGETS | projects.TARGETS


def _chosen(names: list[str]) -> dict[str, Target]:
    """The targets of these names; all if none is named, but for the harness's own."""
    from Testing.fuzzing import selftest

    if names and selftest.TARGETS.keys() >= set(names):
        return {name: selftest.TARGETS[name] for name in names}  # the others import much
    known = targets()
    return {name: (known | selftest.TARGETS)[name] for name in names or known}


class Canary:
    """Files of a user that no input may lead to."""

    def __init__(self, own: Path, shared: Path):
        for name in _NAMES:
            (own / name).parent.mkdir(parents=True, exist_ok=True)
            (own / name).write_bytes(b"the work of years\n" * 9)
        self._folders = (own, shared)
        self._bytes = {path: path.read_bytes() for path in self._files()}
        self._seen = self._states()

    def sings(self) -> bool:
        return self._states() == self._seen

    def restore(self) -> None:
        for path in self._files():
            if path not in self._bytes:
                path.unlink()
        for path, data in self._bytes.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.is_file() or path.read_bytes() != data:
                path.write_bytes(data)
        self._seen = self._states()

    def _files(self) -> list[Path]:
        return [p for f in self._folders for p in f.rglob("*") if p.is_file() or p.is_symlink()]

    def _states(self) -> dict[str, tuple]:
        found = {}
        waiting = [os.fspath(folder) for folder in self._folders]
        while waiting:
            folder = waiting.pop()
            try:
                entries = list(os.scandir(folder))
            except OSError:
                return {"gone": (folder,)}
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    state = entry.stat(follow_symlinks=False)
                    found[entry.path] = (state.st_size, state.st_mtime_ns, state.st_ino)
        return found


def draw(seed: int, index: int, table: dict[str, Target]) -> tuple[str, random.Random]:
    """The target of an input, and the generator that makes it."""
    rng = random.Random(f"{seed}/{index}")
    names = sorted(table)
    return rng.choices(names, [table[name].share for name in names])[0], rng


def judge(target: Target, folder: Path, made: Made, root: str) -> tuple[str, str, str]:
    """Outcome ("read" or an error class), and kind and place of a finding, or empty texts."""
    from semigda_core.errors import SemiGDAError
    from semigda_core.jobs.failures import classify

    try:
        target.read(folder, made)
        return "read", "", ""
    except Wrong as wrong:
        return wrong.kind, wrong.kind, str(wrong)
    except BaseException as error:
        told, where = classify(error), _where(error)
        if isinstance(error, SemiGDAError) and error.detail:
            where = error.detail
    if told.error_class == "internal":
        return "internal", "internal", where
    text = f"{told.message}{told.action}"
    if root in text or any(ord(c) < 32 or 127 <= ord(c) < 160 or c == "\u202e" for c in text):
        return "text", "text", f"{told.message[:200]!r} at {where}"
    return told.error_class, "", ""


def _where(error: BaseException) -> str:
    """The exception's type and the product's innermost lines."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/semigda/" in f.filename]
    places = [f"{f.filename.rpartition('/semigda/')[2]}:{f.lineno}" for f in frames[-2:]]
    return f"{type(error).__name__} in {' < '.join(reversed(places))}"


def replay(kept: Path, root: Path) -> tuple[str, str, str]:
    """Read a kept finding again; its files lead to this run's specimens instead of their own."""
    about = json.loads((kept / "finding.json").read_text())
    folder = root / "w0" / "input"
    for path in sorted((kept / "input").rglob("*")):
        place = folder / path.relative_to(kept / "input")
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            old = about["root"].encode()
            place.write_bytes(path.read_bytes().replace(old, str(root).encode()))
        else:
            place.mkdir(exist_ok=True)
    canary = Canary(root / "w0" / "canary", root / "specimens")
    result = judge(targets()[about["target"]], folder, about["made"], str(root))
    return result if canary.sings() else ("canary", "canary", "A file of the user was touched.")


def main(root: Path, seed: int, indices: range, chosen: list[str]) -> None:
    # Standard output is the product's to write to; the results have a descriptor of their own.
    results = os.fdopen(os.dup(1), "w", buffering=1)
    own = root / f"w{indices.start % indices.step}"
    log = os.open(own / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    canary = Canary(own / "canary", root / "specimens")
    table = _chosen(chosen)
    folder = own / "input"
    (own / "library").mkdir(exist_ok=True)
    os.environ["SEMIGDA_MODELS"] = str(own / "library")
    _no_new_processes()
    os.chdir(own)
    for index in indices:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        name, rng = draw(seed, index, table)
        made = table[name].make(rng, folder)
        (own / "made.json").write_text(json.dumps({"target": name, "made": made}))
        shutil.rmtree(own / "copy", ignore_errors=True)
        shutil.copytree(folder, own / "copy")  # a finding is kept as it was before it was read
        start = time.perf_counter()
        outcome, kind, place = judge(table[name], folder, made, str(root))
        seconds = time.perf_counter() - start
        if not canary.sings():
            kind, place = "canary", f"A file of the user was touched ({outcome})."
            canary.restore()
        if not kind and _peak() > MEMORY_BYTES:
            kind, place = "memory", f"{_peak() / 1e9:.1f} GB"
        told = {"index": index, "target": name, "outcome": outcome, "seconds": round(seconds, 4)}
        if kind:
            told |= {"kind": kind, "place": place}
        results.write(json.dumps(told) + "\n")
        if kind:
            sys.stdin.readline()  # the parent keeps the input, then lets this process go on
        if kind == "memory":
            return


def _no_new_processes() -> None:
    """What a project would start in the background runs here for nobody."""
    from semigda_core.project.training import trainings, versions

    trainings.launch = lambda job: 0
    versions._in_child = lambda *arguments: None


def _peak() -> int:
    """The largest memory of this process, and of those that it waited for."""
    from semigda.inference.usage import peak_memory

    own = peak_memory()  # without what the process held that started this one
    try:
        import resource
    except ImportError:  # Windows
        return own
    unit = 1 if sys.platform == "darwin" else 1024
    return max(own, unit * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


if __name__ == "__main__":
    start, stop, step = map(int, sys.argv[3:6])
    main(Path(sys.argv[1]), int(sys.argv[2]), range(start, stop, step), sys.argv[6:])
