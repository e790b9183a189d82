"""``semigda project ...``: training projects from a terminal.

``create`` is here. All other actions take a project that is there: a module each, or one for those
that belong together.
"""

from __future__ import annotations

import argparse
from typing import Any

from semigda.cli.arguments import add_json
from semigda.cli.project.add import add_add_command
from semigda.cli.project.check import add_check_commands
from semigda.cli.project.map import add_map_command
from semigda.cli.project.relocate import add_relocate_command
from semigda.cli.project.results import add_results_commands
from semigda.cli.project.review import add_review_commands
from semigda.cli.project.slices import add_slices_command
from semigda.cli.project.split import add_split_command
from semigda.cli.project.status import add_status_commands, tell_status
from semigda.cli.project.training import add_training_commands
from semigda_core.models.fit import MODALITIES
from semigda_core.project.project import Project


def add_project_commands(project: argparse.ArgumentParser) -> None:
    """Add the actions of ``semigda project`` to its parser."""
    actions = project.add_subparsers(metavar="ACTION", required=True)

    def add(name: str, command: Any, text: str) -> argparse.ArgumentParser:
        sub = actions.add_parser(name, help=text, description=text)
        sub.set_defaults(command=lambda arguments: command(Project(arguments.project), arguments))
        sub.add_argument("project", help="the project's folder")
        add_json(sub)
        return sub

    create = add("create", None, "Make a training project in a folder.")
    create.set_defaults(command=_create)  # there is no project yet
    create.add_argument("--name", help="default: the folder's name")
    create.add_argument(
        "--classes", nargs="+", default=[], metavar="NAME", help="what is to be segmented"
    )
    create.add_argument(
        "--modality",
        type=str.upper,
        choices=MODALITIES,
        metavar="CODE",
        help=f"DICOM's code of the images' modality: {', '.join(MODALITIES)}",
    )

    add_add_command(add)
    add_map_command(add)
    add_check_commands(add)
    add_split_command(add)
    add_relocate_command(add)
    add_status_commands(add)
    add_results_commands(add)
    add_training_commands(add)
    add_review_commands(add)
    add_slices_command(add)


def _create(arguments: argparse.Namespace) -> None:
    settings = {"modality": arguments.modality} if arguments.modality else {}
    folder, name, classes = arguments.project, arguments.name, arguments.classes
    tell_status(Project.create(folder, name, classes, **settings), arguments)
