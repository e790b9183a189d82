"""Downloading a package of a catalogue, and installing what was checked."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from semigda.models import transfer
from semigda.models.package import import_package, sha256_of
from semigda.models.transfer import Transfer, address, broken
from semigda.progress import UNWATCHED, Progress
from semigda_core.errors import SemiGDAError, disk_is_full
from semigda_core.files.targets import check_room
from semigda_core.jobs.locks import locked
from semigda_core.models.card import CARD_FILE, ModelCard, parse_card
from semigda_core.models.catalogue import Entry
from semigda_core.models.layout import is_package_zip
from semigda_core.models.library import places_of

PARTS = ".downloads"  # in the library's folder; the leading dot hides it from the list of models
_TRANSFER_SHARE = 0.9  # of the whole; then the package is checked and unpacked
_ASK = "Ask whoever keeps the catalogue."


def download_model(
    entry: Entry,
    source: str,
    library: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    progress: Progress = UNWATCHED,
    silence: float = transfer.SILENCE_S,
) -> Path:
    """Download a model's package, check it and install it into the folder ``library``.

    What came before a failure or a cancel waits as ``.downloads/SHA256.part``, and the next call
    goes on from there. Returns the installed folder.

    Args:
        source: the catalogue that the entry is from.
        overwrite: whether to replace, or hide, another model of that name.
        silence: seconds without a byte after which the server counts as gone.

    Raises:
        SemiGDAError: "bad-input" for what the network did or the catalogue promises wrongly,
            "disk-full", "model-invalid", "cancelled". Nothing is installed then.
    """
    library = Path(library)
    place = address(entry.url, source)
    _check_name_free(entry, overwrite)
    check_room(library / PARTS)
    part = library / PARTS / f"{entry.sha256}.part"
    with locked(library / PARTS / "lock", progress.check, 0.1):
        _fill(part, entry, place, progress, silence)
        progress.at(_TRANSFER_SHARE * progress.total, "Checking the model.")
        try:
            _check_content(part, entry)
            folder = import_package(part, library, overwrite=overwrite)
        except SemiGDAError as error:
            if error.error_class == "model-invalid":  # it would be so again
                part.unlink()
            raise
        part.unlink()
    return folder


def _check_name_free(entry: Entry, overwrite: bool) -> None:
    """Before anything is downloaded, what :func:`import_package` says after it."""
    if overwrite or not places_of(entry.name):
        return
    try:
        same = ModelCard.read(places_of(entry.name)[0]).weights_sha256 == entry.weights_sha256
    except SemiGDAError:
        same = False  # damaged
    if not same:
        raise SemiGDAError(
            "bad-input",
            f"Another model named '{entry.name}' is installed already.",
            action="Let the new one take its place (--overwrite).",
        )


def _fill(part: Path, entry: Entry, place: str, progress: Progress, silence: float) -> None:
    """Make ``part`` the whole, checked package."""
    have = _begun(part, entry)
    unit = _TRANSFER_SHARE * progress.total / entry.size
    progress.skip(have * unit)
    if have < entry.size:
        _check_space(part, entry, have)
        opened = Transfer(place, have, progress, silence)
        try:
            _receive(
                opened, part, entry, have, lambda n: progress.advance(n * unit, "Downloading.")
            )
        finally:
            opened.close()
            if part.is_file() and not part.stat().st_size:
                part.unlink()
    if sha256_of(part, progress.check) != entry.sha256:
        part.unlink()
        if have:  # what was there may have been damaged on the disk
            progress.done = 0.0
            return _fill(part, entry, place, progress, silence)
        raise _wrong("The file is not the one that the catalogue names: its checksum differs.")


def _begun(part: Path, entry: Entry) -> int:
    """How much an earlier attempt left. The part's name says of which file it is."""
    have = part.stat().st_size if part.is_file() else 0
    if have > entry.size:
        part.unlink()
        return 0
    return have


def _check_space(part: Path, entry: Entry, have: int) -> None:
    free = shutil.disk_usage(part.parent).free
    needed = 2 * entry.size - have  # packed and unpacked
    if free < needed:
        raise SemiGDAError(
            "disk-full",
            f"The model needs {needed / 1e6:.0f} MB on the disk, which has {free / 1e6:.0f} MB.",
            action="Free some disk space, or choose another folder.",
        )


def _receive(
    opened: Transfer, part: Path, entry: Entry, have: int, count: Callable[[int], None]
) -> None:
    """Append what comes; detects a server that starts over, or ends at another size."""
    head = opened.head
    if head.size not in (None, entry.size) or head.start not in (0, have):
        raise _wrong("The server's file has another size than the catalogue says.")
    if head.start != have:
        count(-have)
    try:
        with open(part, "ab" if head.start else "wb") as file:
            got = head.start
            for block in opened:
                got += len(block)
                if got > entry.size:
                    file.truncate(0)
                    raise _wrong("The server's file is longer than the catalogue says.")
                file.write(block)
                file.flush()  # a process that is killed has all that came
                count(len(block))
    except OSError as error:
        if disk_is_full(error):
            raise SemiGDAError("disk-full", detail=type(error).__name__) from error
        raise
    if got < entry.size:
        raise broken(detail=f"{got} of {entry.size} bytes")


def _check_content(part: Path, entry: Entry) -> None:
    """That the package holds the model which the catalogue names, before it takes its place."""
    if not is_package_zip(part):
        raise SemiGDAError("model-invalid", "The file is no model package.", action=_ASK)
    card = card_of(part)
    if (card.name, card.weights_sha256) != (entry.name, entry.weights_sha256):
        raise SemiGDAError(
            "model-invalid", "The file holds another model than the catalogue says.", action=_ASK
        )


def card_of(package: Path) -> ModelCard:
    """The card in a model package's ``.zip``."""
    with zipfile.ZipFile(package) as archive:
        names = [name for name in archive.namelist() if PurePosixPath(name).name == CARD_FILE]
        with archive.open(names[0]) as file:
            return parse_card(file)


def entry_for(package: str | os.PathLike[str], url: str, date: str) -> Entry:
    """What a catalogue says of a package, for whoever keeps one.

    Args:
        package: the ``.zip``.
        url: where it can be downloaded; by default beside the catalogue.
        date: of this version, if its card has none.
    """
    package = Path(package)
    if not is_package_zip(package):
        raise SemiGDAError("bad-input", "The file is no model package.")
    card = card_of(package)
    return Entry.from_dict(
        {
            "name": card.name,
            "title": card.title,
            "date": card.date or date,
            "url": url or package.name,
            "size": package.stat().st_size,
            "sha256": sha256_of(package),
            "weights_sha256": card.weights_sha256,
            "licence": card.licence[:200],
            "description": " ".join(filter(None, (card.description, card.limits)))[:2000],
        }
    )


def _wrong(message: str) -> SemiGDAError:
    return SemiGDAError("bad-input", message, action=_ASK)
