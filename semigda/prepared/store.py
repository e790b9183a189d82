"""Where prepared slices lie and how they are found again: by what they were made from.

A file is named after the content of image and label, the preprocessing and the version of the
program, so changed files are never mistaken for what they were, a moved or copied project finds
its slices, and names tell nothing about patients. To know the content of a thousand images without
reading them, ``index.json`` remembers the digests of files by their stamps. It may be lost,
and the whole folder too: all is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from semigda.data.cases import Case
from semigda.data.labels import in_class_order, read_case, read_classes
from semigda.data.preprocess import PreparedVolume, prepare
from semigda.data.volumes import read_volume
from semigda.prepared.slices import SliceFile, open_slices, write_slices
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.files.contents import digest_of
from semigda_core.files.documents import mapping, sound_document, text
from semigda_core.files.stamps import stamp
from semigda_core.jobs.home import prepared_folder
from semigda_core.labels.structures import files_of_label
from semigda_core.models.preprocessing import Preprocessing
from semigda_core.version import __version__

FORMAT = 1  # raise it when the same input gives other slices, or files of another form
CHUNK = 32  # slices that are float32 at a time while a case is prepared
INDEX = "index.json"
_NAME = re.compile(r"[0-9a-f]{12}-[0-9a-f]{24}\.npy")
_INDEX = mapping(text(64), text(64), 10_000_000)


@dataclass(frozen=True)
class Pair:
    """The files of one case on the working grid.

    Attributes:
        planes: (n, C, H, W), C = 1 or 3; uint8 for 8-bit images, else float16 in [-1, 1].
        labels: (n, H, W) uint8, or None for a case without.
        machine: as labels, by another program.
    """

    planes: SliceFile
    labels: SliceFile | None = None
    machine: SliceFile | None = None


class Store:
    """The prepared slices of one preprocessing, in a folder that may hold those of others.

    Any number of processes may use a folder at once: files are written whole, and whoever writes
    one writes the same.

    Attributes:
        digests: of files by stamp, as far as they are known.
        made: names of the files that were written and not yet waited for, see :meth:`settle`.
        own: whether the folder is that of one job, which nobody else looks into.
    """

    own = False

    def __init__(self, folder: Path, preprocessing: Preprocessing):
        self.folder, self.preprocessing = folder, preprocessing
        self.digests = _index_of(folder)
        self.made: set[str] = set()
        self._used: set[str] = set()  # names of files
        self._seen: dict[str, str] = {}  # digests that were asked for
        self._mark = _hash(FORMAT, __version__, preprocessing.to_dict())[:12]

    @classmethod
    def of_job(cls, folder: Path, preprocessing: Preprocessing) -> Store:
        """Of the job in ``folder``, which may be a fold's: its project's, or else its own."""
        place = prepared_folder(folder)
        store = cls(place, preprocessing)
        store.own = place.parent == folder.absolute()
        return store

    # Finding and making

    def find(self, case: Case) -> Pair | None:
        """The slices of a case, without reading its image, its label or all of the slices; None if
        that is not enough to be sure of them."""
        return self._pair(case, read=False)

    def get(self, case: Case) -> Pair:
        """The slices of a case; what is missing or damaged is made.

        Raises:
            SemiGDAError: of reading image and label; "disk-full".
        """
        found = self._pair(case, read=True)
        if found is None:
            names = self._names(case, read=True) or {}
            self._make(case, names)
            found = self._pair(case, read=True)
            if self._names(case, read=True) != names:  # made of something else than they say
                for name in names.values():
                    (self.folder / name).unlink(missing_ok=True)
                found = None
        if found is None:  # a file was changed meanwhile, or the disk loses what is written
            raise SemiGDAError(
                "bad-input",
                "A file changed while it was read.",
                action="Start again when nothing is being saved there any more.",
            )
        return found

    def tell(self) -> dict[str, Any]:
        """What was found out and written since the last time, for :meth:`hear` in another process;
        it then also takes over what is to be settled."""
        news = {"digests": self._seen, "made": sorted(self.made)}
        self._seen, self.made = {}, set()
        return news

    def hear(self, news: dict[str, Any]) -> None:
        """Take over what another process told of this folder."""
        self.digests |= news["digests"]
        self._seen |= news["digests"]
        self.made |= set(news["made"])

    def _pair(self, case: Case, read: bool) -> Pair | None:
        names = self._names(case, read)
        if names is None:
            return None
        files: dict[str, SliceFile] = {}
        for kind, name in names.items():
            file = self._slices(name, read)
            if file is None:
                return None
            files[kind] = file
        self._used |= set(names.values())
        return Pair(**files)

    def _make(self, case: Case, names: dict[str, str]) -> None:
        volume = read_volume(case.image)
        seen = prepare(volume, self.preprocessing)
        for kind, name in names.items():
            if self._slices(name, read=True) is not None:
                continue
            if kind == "planes":
                self._write(name, self._planes(seen), seen.count)
                continue
            if kind == "labels":
                labels = read_case(case, volume)
            else:
                labels = read_classes(case.machine_label, volume, case.machine_classes, others=True)
            self._write(name, iter([seen.label_planes(labels)]), seen.count)

    def _planes(self, seen: PreparedVolume) -> Iterator[Tensor]:
        for start in range(0, seen.count, CHUNK):
            planes = seen.planes(start, min(start + CHUNK, seen.count))
            if self.preprocessing.intensity["rule"] == "8-bit":
                yield ((planes + 1) * 127.5).round().to(torch.uint8)
            else:
                yield planes.half()

    def _write(self, name: str, chunks: Iterator[Tensor], count: int) -> None:
        path = self.folder / name
        digest = write_slices(path, chunks, count)
        self.made.add(name)
        self.digests[stamp(path)] = digest

    # Knowing

    def _names(self, case: Case, read: bool) -> dict[str, str] | None:
        """The names of the files of planes and of what labels there are, by the fields of
        :class:`Pair`; None if that takes more than looking at sizes and times and may not be
        read."""
        image = self._digest(case.image, read)
        if image is None:
            return None
        names = {"planes": self._name("planes", image)}
        if case.label is not None and case.role != "unlabeled":
            label = self._digest(case.label, read)
            if label is None:
                return None
            # A file's own marks are part of its content.
            marks = [] if case.label_slices is None else [case.label_slices]
            names["labels"] = self._name("labels", image, label, case.classes, *marks)
        if case.machine_label is not None:
            used = [key for _, key in in_class_order(case.machine_classes or {})]
            files = files_of_label(case.machine_label, used)
            found = [self._digest(file, read) for file in files]
            if None in found:
                return None
            names["machine"] = self._name("machine", image, *found, case.machine_classes)
        return names

    def _name(self, *made_from: Any) -> str:
        return f"{self._mark}-{_hash(self._mark, *made_from)}.npy"

    def _digest(self, path: Path, read: bool) -> str | None:
        """Of an image's or a label's content."""
        mark = stamp(path)
        if mark not in self.digests and read:
            with contextlib.suppress(OSError):  # who reads it says why it cannot be read
                self.digests[mark] = digest_of(path)
        digest = self.digests.get(mark, "" if read else None)
        if digest:
            self._seen[mark] = digest
        return digest

    def _slices(self, name: str, read: bool) -> SliceFile | None:
        """A file that is whole, for all that is known or can be read."""
        path = self.folder / name
        file = open_slices(path)
        if file is None:
            return None
        mark = stamp(path)
        if mark not in self.digests and read and file.is_whole():
            self.digests[mark] = file.digest
        if self.digests.get(mark) != file.digest:
            return None
        self._seen[mark] = file.digest
        return file

    # Keeping

    def settle(self) -> None:
        """Wait until all that was made is on the disk, and remember what is known.

        Many files at once take little longer than one. Until then a power cut may leave files that
        look whole; they are not in the index, so the next process reads them before it trusts them.
        """
        for name in self.made:
            with contextlib.suppress(OSError), open(self.folder / name, "rb+") as file:
                os.fsync(file.fileno())
        self.made.clear()
        before = _index_of(self.folder)
        if self._seen.items() <= before.items():
            return
        write_json(self.folder / INDEX, before | self._seen, durable=False)

    def leave(self) -> None:
        """At the end of a successful job, remove what no other job could find."""
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)

    def sweep(self, *, unused: bool = False) -> None:
        """Remove the files of other preprocessings; or everything that was not found or made here.

        Which is for a training to do: others only add.
        """
        with contextlib.suppress(OSError):
            for entry in list(os.scandir(self.folder)):
                other = not entry.name.startswith(self._mark)
                goes = entry.name not in self._used if unused else other
                if goes and _NAME.fullmatch(entry.name):
                    with contextlib.suppress(OSError):
                        os.unlink(entry.path)
            if unused:
                write_json(self.folder / INDEX, self._seen, durable=False)


def _index_of(folder: Path) -> dict[str, str]:
    """Digests by stamp; none if the index is missing or damaged."""
    return sound_document(folder / INDEX, _INDEX) or {}


def _hash(*parts: Any) -> str:
    """24 letters that depend on plain values."""
    text = json.dumps(parts, sort_keys=True)
    return hashlib.blake2b(text.encode("ascii"), digest_size=12).hexdigest()
