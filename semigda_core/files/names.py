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
_LONGEST = 100  # characters of a made name: 255 bytes with any ending


def is_file_name(name: str) -> bool:
    """Whether a file can have this name on every system."""
    # Halves of surrogates stand for bytes that are not UTF-8, which a file's name may contain.
    letters = "".join(c for c in name if not 0xDC80 <= ord(c) <= 0xDCFF)
    return (
        bool(name)
        and name.strip(". ") == name
        and not set(name) & set(_ILLEGAL)
        and not _DEVICE.fullmatch(name)
        and (not has_controls(letters))
    )


def same_file(name: str) -> str:
    """Equal for names that may be those of one file.

    Some file systems do not distinguish upper and lower case, or a letter with its accent and the
    two in a row.
    """
    return unicodedata.normalize("NFC", name).casefold()


def file_names(titles: Iterable[str], otherwise: str) -> list[str]:
    """A name for each title, in order: no two are of one file, and all are possible.

    Args:
        otherwise: the name where nothing of a title can be used.
    """
    names: list[str] = []
    taken: set[str] = set()
    for title in titles:
        plain = "".join("_" if c in _ILLEGAL else c for c in one_line(title, _LONGEST)).strip(". ")
        name = first = plain if is_file_name(plain) else otherwise
        number = 2
        while same_file(name) in taken:
            name, number = f"{first} ({number})", number + 1
        taken.add(same_file(name))
        names.append(name)
    return names
