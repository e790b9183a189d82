"""All rules, in the order of what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from semigda_core.project.check.findings import SEVERITIES, Finding
from semigda_core.project.check.rules import (
    classes,
    heldout,
    images,
    labels,
    patients,
    project,
    results,
)
from semigda_core.project.records import View

RULES: tuple[Callable[..., Iterator[Finding]], ...] = (
    images.unreadable,
    labels.unusable,
    images.copies,
    images.mirrored,
    images.turned,
    images.odd_kind,
    images.odd_modality,
    images.odd_spacing,
    images.other_unit,
    images.unsaid,
    images.odd_intensity,
    images.other_depth,
    labels.same_label,
    labels.other_name,
    labels.other_colours,
    labels.inverted,
    classes.swapped_classes,
    patients.same_patient,
    labels.makers,
    classes.rare_classes,
    project.counts,
    heldout.heldout,
    project.missing_files,
    results.results,
    project.conflicts,
)


def find(view: View, facts: Mapping[str, Any]) -> list[Finding]:
    """All findings, errors first. Rules that need facts (by case id) skip cases without them."""
    used = [case for case in view.cases if case.role not in ("ignored", "missing")]
    parts = ("image", "label", "result")
    known = {c.id: {part: facts.get(c.id, {}).get(part) or {} for part in parts} for c in used}
    found = [finding for rule in RULES for finding in rule(view, used, known)]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))
