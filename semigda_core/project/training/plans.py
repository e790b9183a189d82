"""The plan of the next training: what the user chose, kept in the project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from os.path import exists
from pathlib import Path
from typing import Any

from semigda_core.models.base_file import read_header
from semigda_core.models.features import TENSORS
from semigda_core.models.network_config import NetworkConfig
from semigda_core.project.project import Project


@dataclass(frozen=True)
class Plan:
    """What the user chose.

    Attributes:
        preset: a key of ``PRESETS``.
        name: of the version to make; by default the classes' names and a number.
        base: a model's folder or an autoencoder's file, see ``bases``; None for neither.
        minutes: time for everything; by default the preset's.
        advanced: single settings of ``TrainSettings`` that override the preset; and "side" (largest
            of a working slice, pixels), "slice_axis", and the network's "channels", unless a base
            fixes them.
        compare_unet: also train a plain U-Net of the same budget, to compare scores with.
        features: without a base: start from general image features, not from nothing.
    """

    preset: str = "standard"
    name: str | None = None
    base: str | None = None
    minutes: float | None = None
    advanced: Mapping[str, Any] = field(default_factory=dict)
    compare_unet: bool = False
    features: bool = True


def saved_plan(project: Project) -> Plan:
    """The plan stored in the project's settings, or the default one."""
    return stored_plan(project, project.read().settings.get("plan") or {})


def stored_plan(project: Project, kept: Mapping[str, Any]) -> Plan:
    """A plan from its document, with the present path of its base."""
    known = {one.name for one in fields(Plan)}
    plan = Plan(**{key: value for key, value in kept.items() if key in known})
    return replace(plan, base=plan.base and _base_now(project, plan.base))


def _base_now(project: Project, base: str) -> str:
    """The present path of a stored base; one inside a moved project has moved with it."""
    path = project.folder / base
    tail = project.folder.joinpath(*path.parts[-2:]) if path.parent.name == "models" else path
    return str(tail if exists(tail) and not exists(path) else path)


def save_plan(project: Project, plan: Plan) -> None:
    """Store the plan in the project's settings."""
    base = plan.base and project.stored(Path(plan.base))
    project.set_settings(plan=asdict(replace(plan, base=base)))


def needs_features(plan: Plan) -> bool:
    """Whether the plan's training reads the package of general image features.

    Raises:
        SemiGDAError: "model-invalid" for a file that is no base.
    """
    brought: Iterable[str] = ()
    network = NetworkConfig.pretrained() if plan.features else NetworkConfig.compact()
    if plan.base is not None:
        if Path(plan.base).is_dir():
            return False  # a model has its own
        header = read_header(Path(plan.base))
        network, brought = header.network, header.tensors
    own = plan.advanced.get("network")
    has = own.get("features", "none") != "none" if isinstance(own, dict) else network.has_features
    return has and not any(name.startswith(TENSORS) for name in brought)
