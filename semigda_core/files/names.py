"""Names that files may have on every system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from semigda_core.files.documents import has_controls
from semigda_core.files.texts import one_line

_ILLEGAL = '<>:"/\\|?*'  # in Windows' file names
# Whatever follows the first dot, Windows takes these as devices: what is written there is gone.
_DEVICE = re.compile(
    r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9\u00b9\u00b2\u00b3]) *(\..*)?", re.I
)
_LONGEST, _MOST_BYTES = 60, 240  # characters, and bytes, of a name: 255 with any ending
_OWN = "cohort"  # cohort.json is the folder's own, see semigda/inference/cohort_folder.py


def is_file_name(name: str) -> bool:
    """Whether a file can have this name on every system."""
    # Halves of surrogates stand for bytes that are not UTF-8, which a file's name may contain.
    letters = "".join(c for c in name if not 0xDC80 <= ord(c) <= 0xDCFF)
    return (
        bool(name)
        and name.strip(". ") == name
        and not set(name) & set(_ILLEGAL)
        and not _DEVICE.fullmatch(name)
        and not has_controls(letters)
    )


def same_file(name: str) -> str:
    """Equal for names that may be those of one file.

    Some file systems do not distinguish upper and lower case, or a letter with its accent and the
    two in a row.
    """
    return unicodedata.normalize("NFC", name).casefold()


def file_names(titles: Iterable[str], otherwise: str) -> list[str]:
    """A name for the files of each title's result, in order: no two are of one file, and all are
    possible. A title that is such a name stays as it is.

    Args:
        otherwise: the name where nothing of a title can be used.
    """
    names: list[str] = []
    taken = {_OWN}
    for title in titles:
        plain = title
        if not is_file_name(title) or len(title.encode("utf-8", "surrogateescape")) > _MOST_BYTES:
            plain = one_line(title, _LONGEST)
            plain = "".join("_" if c in _ILLEGAL else c for c in plain).strip(". ")
        name = first = plain if is_file_name(plain) else otherwise
        number = 2
        while same_file(name) in taken:
            name, number = f"{first} ({number})", number + 1
        taken.add(same_file(name))
        names.append(name)
    return names
