"""Checkpoints: all that a killed run needs to continue exactly where it was.

A file ends in the hash of all before, so that an empty, cut or changed one is known before it is
used. The checkpoint before the last one is kept beside it, for that case.
"""

from __future__ import annotations

import hashlib
import io
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol, cast

import torch

from semigda.distributed import Ranks
from semigda.inference.device import out_of_memory
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import replace, write_atomically
from semigda_core.jobs.training import Settings

_MAGIC = b"SemiGDA checkpoint 1"
_DIGEST = 32
_TRAILER = _DIGEST + len(_MAGIC)
_BLOCK = 1 << 20
_ZIP_END = 22  # bytes of a zip's last record: a version before the hash ended its file in it


class Stage(Protocol):
    """What a checkpoint needs of a stage."""

    def state(self) -> dict: ...


class _Hashed:
    """Writes through to a file, and hashes."""

    def __init__(self, file: BinaryIO):
        self._file, self.hash = file, _hash()

    def write(self, data: Any) -> int:
        self.hash.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


class _Beginning(io.RawIOBase):
    """The first ``size`` bytes of a file, as a file to read."""

    def __init__(self, file: BinaryIO, size: int):
        self._file, self._size, self._at = file, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")[: max(0, self._size - self._at)]
        self._file.seek(self._at)
        read = self._file.readinto(view)  # type: ignore[attr-defined]
        self._at += read
        return read


class Checkpoints:
    """The checkpoints of a run: one every few minutes, and one where it is paused.

    Args:
        settings: the run's, a dataclass; a run with other settings refuses its checkpoints.
        state: what is learned, besides the stage's own state.
    """

    def __init__(
        self,
        path: Path,
        settings: Settings,
        state: Callable[[], dict],
        ranks: Ranks,
    ):
        self.path, self.settings, self.state, self.ranks = path, settings, state, ranks
        self._saved = time.monotonic()

    def load(self, warn: Callable[[str], None]) -> dict | None:
        """See :func:`load_checkpoint`."""
        state = load_checkpoint(self.path, self.settings.same, warn)
        self.ranks.any(False)  # all have read it before the first one writes or deletes it
        return state

    def after_step(self, stage: Stage) -> None:
        """Save if it is time."""
        if time.monotonic() - self._saved > 60 * self.settings.checkpoint_minutes:
            self.save(stage)

    def save(self, stage: Stage) -> None:
        """Save now."""
        if self.ranks.first:
            state = {"settings": self.settings.to_dict()} | self.state() | stage.state()
            save_checkpoint(self.path, state)
        self._saved = time.monotonic()

    def remove(self) -> None:
        """Delete them: the run has ended."""
        if self.ranks.first:
            remove_checkpoint(self.path)


def fits(restore: Callable[[], None], warn: Callable[[str], None]) -> bool:
    """Whether what a checkpoint holds can be restored; one of another version may not.

    Where it does not fit, ``warn`` is told, and what was restored in part must be made new.
    """
    try:
        restore()
        return True
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        if out_of_memory(error):
            raise
        warn(
            "The checkpoint is of another version of SemiGDA and does not fit this one: the "
            "training starts again."
        )
        return False


def save_checkpoint(path: Path, state: dict) -> None:
    """Write a state of tensors and plain values; the one that was there becomes the one before.

    On the disk there are never more than two of them, also while one is written.

    Raises:
        SemiGDAError: "disk-full"; the last checkpoint is then the one before.
    """

    def write(file: BinaryIO) -> None:
        hashed = _Hashed(file)
        torch.save(state, cast(IO[bytes], hashed))  # it needs no more than write and flush
        file.write(hashed.hash.digest() + _MAGIC)

    if _is_whole(path):  # a damaged one never takes the place of a good one
        replace(path, before(path))
    write_atomically(path, write)


def load_checkpoint(
    path: Path, same: Callable[[dict], bool], warn: Callable[[str], None] = lambda text: None
) -> dict | None:
    """The last state saved at ``path`` that is whole, or None if there is none.

    Args:
        same: whether the settings in a checkpoint are those of this run.
        warn: told in one sentence if the last one is damaged.

    Raises:
        SemiGDAError: "bad-input" if it belongs to a run with other settings, or if all are damaged.
    """
    there = [one for one in (path, before(path)) if one.exists()]
    for one in there:
        state = _read(one)
        if state is None:
            continue
        if one is not there[0]:
            warn("The last checkpoint is damaged; the training continues from the one before.")
        if not same(state["settings"]):
            raise SemiGDAError(
                "bad-input",
                "The folder holds a training that was begun with other settings.",
                action="Choose another folder, or delete the old checkpoint.",
            )
        return state
    if there:
        raise SemiGDAError(
            "bad-input",
            "What this training had learned cannot be read any more: its checkpoints are damaged.",
            action="Start the training anew, and check the disk.",
        )
    return None


def before(path: Path) -> Path:
    """Where the checkpoint before the last one lies."""
    return path.with_name(path.name + ".before")


def remove_checkpoint(path: Path) -> None:
    """Delete it, the one before, and what a killed process of an older version left."""
    for one in (path, before(path), path.with_name(path.name + ".new")):
        one.unlink(missing_ok=True)


def _read(path: Path) -> dict | None:
    """The state in a file, or None if the file is damaged."""
    with open(path, "rb") as file:
        size = _payload(file)
        if size is None:
            return None
        try:
            beginning = cast(IO[bytes], _Beginning(file, size))
            state = torch.load(beginning, map_location="cpu", weights_only=True)
        except Exception:  # of an older version, whose sums do not cover every byte
            return None
    return state if isinstance(state, dict) and isinstance(state.get("settings"), dict) else None


def _is_whole(path: Path) -> bool:
    try:
        with open(path, "rb") as file:
            return _payload(file) is not None
    except OSError:
        return False


def _payload(file: BinaryIO) -> int | None:
    """How many bytes of the file are torch's, or None if it is not whole."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TRAILER))
    end = file.read()
    if len(end) == _TRAILER and end.endswith(_MAGIC):
        size -= _TRAILER
        return size if _hash_of(file, size) == end[:_DIGEST] else None
    return size if end[-_ZIP_END:].startswith(b"PK\5\6") and _is_sound_zip(file) else None


def _hash_of(file: BinaryIO, size: int) -> bytes:
    digest = _hash()
    file.seek(0)
    for start in range(0, size, _BLOCK):
        digest.update(file.read(min(_BLOCK, size - start)))
    return digest.digest()


def _is_sound_zip(file: BinaryIO) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.testzip() is None
    except Exception:  # zipfile raises half a dozen kinds
        return False


def _hash() -> Any:
    return hashlib.blake2b(digest_size=_DIGEST)
