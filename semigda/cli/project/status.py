"""``semigda project status|cases``: where a project stands, and what is in it."""

from __future__ import annotations

import argparse
from typing import Any

from semigda.cli.project.parts import Add
from semigda.cli.project.training import tell_training, training_status, version_values
from semigda.cli.telling import number_of, print_json
from semigda_core.labels.finished import finished_text
from semigda_core.project.check.facts import labelled_on
from semigda_core.project.check.latest import findings, measured
from semigda_core.project.heldout import describe
from semigda_core.project.project import Project
from semigda_core.project.records import ROLES
from semigda_core.project.results import counts, newest, will_learn
from semigda_core.project.training.versions import versions


def add_status_commands(add: Add) -> None:
    """Add both actions."""
    add("status", tell_status, "Say where the project stands.")
    add("cases", _cases, "List the cases.")


def tell_status(project: Project, arguments: argparse.Namespace) -> None:
    """Print it, as a text or as JSON."""
    view = project.read().present()
    roles = {role: len(view.of_role(role)) for role in ROLES}
    found = findings(project)
    checked = len(measured(project))
    problems = {s: sum(f.severity == s for f in found) for s in ("error", "warning")}
    if arguments.json:
        status = {"name": view.name, "revision": view.revision, "cases": roles}
        status |= {"classes": view.data["classes"], "unmapped": view.unmapped()}
        status["results"] = counts(view)
        status |= {"heldout": view.heldout, "checked": checked, "findings": problems}
        status["jobs"] = [{**job, "folder": str(job["folder"])} for job in project.jobs()]
        status["training"] = training_status(project)
        status["versions"] = [version_values(version) for version in versions(project)]
        print_json(status)
        return
    count = number_of(len(view.cases), "case")
    print(f"{view.name}: {count}")
    if view.cases:
        print("  " + ", ".join(f"{count} {role}" for role, count in roles.items() if count))
    if learning := will_learn(view):
        print(f"  {learning}")
    print("  classes: " + (", ".join(label.name for label in view.classes) or "none yet"))
    print(f"  {describe(view.heldout)}")
    numbers = ", ".join(number_of(n, severity) for severity, n in problems.items())
    if view.cases:
        print(f"  checked: {checked} of {count}; {numbers} (semigda project check)")
    for job in project.jobs():
        done = f"{100 * job['progress']:.0f} %"
        print(f"  {job['created'][:16]} {job['kind']:<8} {job['state']:<9} {done} {job['message']}")
    tell_training(project)


def _cases(project: Project, arguments: argparse.Namespace) -> None:
    view, facts = project.read().present(), measured(project)
    if arguments.json:
        print_json([_case(case, facts) for case in view.cases])
        return
    for case in view.cases:
        image = facts.get(case.id, {}).get("image") or {}
        size = " x ".join(str(n) for n in reversed(image.get("shape", [])))
        label = f"{case.label.name} ({case.origin})" if case.label else "-"
        part = labelled_on(facts.get(case.id, {}))
        label += f", labelled on {part}" if part else ""
        if result := newest(case):
            label += f"  result of {result.source}"
        print(f"{case.id}  {case.role:<10} {case.name:<32} {size:<16} {label}")


def _case(case: Any, facts: dict[str, Any]) -> dict[str, Any]:
    wanted = ("id", "name", "role", "use", "group", "origin", "added")
    values = {key: getattr(case, key) for key in wanted}
    values |= {"finished": finished_text(case.finished) if case.label else None}
    values |= {"image": str(case.image), "label": str(case.label) if case.label else None}
    result = newest(case)
    values["result"] = result and {"program": result.source, "file": str(result.path)}
    return {**values, "facts": facts.get(case.id)}
