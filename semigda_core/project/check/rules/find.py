"""All rules, in the order of what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from semigda_core.project.check.findings import SEVERITIES, Finding
from semigda_core.project.check.rules.classes import rare_classes, swapped_classes
from semigda_core.project.check.rules.heldout import heldout
from semigda_core.project.check.rules.images import (
    copies,
    mirrored,
    odd_intensity,
    odd_kind,
    odd_modality,
    odd_spacing,
    other_depth,
    other_unit,
    turned,
    unreadable,
    unsaid,
)
from semigda_core.project.check.rules.labels import (
    inverted,
    makers,
    other_colours,
    same_label,
    unusable,
)
from semigda_core.project.check.rules.patients import same_patient
from semigda_core.project.check.rules.project import conflicts, counts, missing_files
from semigda_core.project.check.rules.results import results
from semigda_core.project.records import View


def find(view: View, facts: Mapping[str, Any]) -> list[Finding]:
    """All findings, errors first. Rules that need facts (by case id) skip cases without them."""
    used = [case for case in view.cases if case.role not in ("ignored", "missing")]
    parts = ("image", "label", "result")
    known = {c.id: {part: facts.get(c.id, {}).get(part) or {} for part in parts} for c in used}
    rules: tuple[Callable[..., Iterator[Finding]], ...] = (
        unreadable,
        unusable,
        copies,
        mirrored,
        turned,
        odd_kind,
        odd_modality,
        odd_spacing,
        other_unit,
        unsaid,
        odd_intensity,
        other_depth,
        same_label,
        other_colours,
        inverted,
        swapped_classes,
        same_patient,
        makers,
        rare_classes,
        counts,
        heldout,
        missing_files,
        results,
        conflicts,
    )
    found = [finding for rule in rules for finding in rule(view, used, known)]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))
