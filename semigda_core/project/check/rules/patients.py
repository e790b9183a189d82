"""Images that may be of one patient, as their names or folders say, and count as several."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from semigda_core.files.formats import stem
from semigda_core.project.check.findings import Facts, Finding, grouped, ids_of
from semigda_core.project.records import ProjectCase, View

# A name up to its first number, if there is more: sub-01_ses-2, patient001_frame12, P07_L, 12b.
_NUMBERED = re.compile(r"(.*?\d+)(?:[\W_]+\w.*|[^\W\d_])", re.DOTALL)
_WORDS = re.compile(r"(?:^|[\W_])(?:patient|pat|sub|subject|subj|proband|video|vid|film)[\W_]*\d+$")
_FEWEST = 3  # patients: two folders or beginnings may be anything, such as two hospitals

_Groups = dict[str, list[ProjectCase]]


def same_patient(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """By their names or else by their folders."""
    groups = next(filter(_plausible, (_by_name(used), _by_folder(used))), {})
    several = [cases for cases in groups.values() if len({case.patient for case in cases}) > 1]
    found = [case for cases in several for case in cases]
    if found:
        yield Finding(
            "same-patient",
            "warning",
            ids_of(found),
            f"By their names, {len(found)} images may be of one patient: if one is held out while "
            "another trains, scores are too good."
            if len(several) == 1
            else f"By their names, {len(found)} images may be of {len(several)} patients: if one "
            "is held out while another trains, scores are too good.",
            "If so, say which are of the same patient; otherwise nothing has to be done.",
        )


def _by_name(cases: list[ProjectCase]) -> _Groups:
    matches = ((_NUMBERED.fullmatch(stem(Path(case.name))), case) for case in cases)
    return grouped((match[1].casefold(), case) for match, case in matches if match)


def _by_folder(cases: list[ProjectCase]) -> _Groups:
    return grouped((str(case.image.parent), case) for case in cases)


def _plausible(groups: _Groups) -> bool:
    """Whether these may be patients with several images: there are more patients than images of
    each, or they are called so."""
    largest = max(map(len, groups.values()), default=0)
    return largest > 1 and (
        _FEWEST <= len(groups) >= largest or all(_WORDS.search(name) for name in groups)
    )
