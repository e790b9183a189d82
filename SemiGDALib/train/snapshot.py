"""What one refresh of the panel shows of the project."""

from __future__ import annotations

from functools import cached_property

from semigda_core.project.check import latest
from semigda_core.project.reading import Reading
from semigda_core.project.review.candidates import candidates, is_outdated
from semigda_core.project.review.inbox import to_review
from semigda_core.project.training.bases import bases
from semigda_core.project.training.plans import saved_plan
from semigda_core.project.training.trainings import current, estimate
from semigda_core.project.training.versions import versions


class Snapshot:
    """The project at one moment: sections ask it alone, and its file is read once for all of them.

    Attributes:
        facts: what the check measured, by case id; cases that changed since then are not in it.
        findings: list of :class:`semigda_core.project.check.findings.Finding`, errors first.
        versions: list of :class:`semigda_core.project.training.versions.Version`, newest first.
        view: :class:`semigda_core.project.records.View`.
    """

    def __init__(self, project):
        self._reading = reading = Reading(project)
        # The first two note what is new in the project; then it is read again.
        self.facts = latest.measured(reading)
        self.findings = latest.findings(reading, self.facts)
        self.versions = versions(reading)
        self.view = reading.read().present()

    # The others only on demand: a project without held-out cases has no estimate, for example.

    @cached_property
    def plan(self):
        return saved_plan(self._reading)

    @cached_property
    def bases(self):
        return bases(self._reading)

    @cached_property
    def estimate(self):
        return estimate(self._reading, self.plan)

    @cached_property
    def training(self):
        return current(self._reading)

    @cached_property
    def candidates(self):
        return candidates(self._reading)

    @cached_property
    def isOutdated(self):
        """Whether the newest ranking is of other classes."""
        return is_outdated(self._reading)

    @cached_property
    def inbox(self):
        """The candidates with a predicted label that waits for a decision, the surest first."""
        return to_review(self.candidates)
