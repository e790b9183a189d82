"""What can be known of a training before its first step, so that nothing of it shows at the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from semigda.data.cases import Case, read_cases
from semigda.data.labels import by_names
from semigda.inference.device import choose_device
from semigda.models.base import is_base, load_base
from semigda.models.package import check_package
from semigda.training.gradients import check_precision
from semigda.training.packing import card_of
from semigda_core.errors import SemiGDAError
from semigda_core.files.targets import check_room, check_target
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.training import PretrainSettings, TrainSettings
from semigda_core.models.features import read_published
from semigda_core.models.layout import is_package
from semigda_core.models.network_config import NetworkConfig
from semigda_core.models.preprocessing import Preprocessing


def check_training(settings: TrainSettings, *, begun: bool = False) -> list[Case]:
    """The cases of a training that can begin, and whose model can be written.

    Args:
        begun: this very training has begun to write its model already.

    Raises:
        SemiGDAError: "bad-input", "no-labels", "device-unavailable", "model-invalid";
            "import-error" if general image features are missing.
    """
    check_precision(choose_device(settings.device), settings.precision)
    network = settings.network
    if settings.base is not None:
        if Path(settings.base).is_dir():
            network = check_package(settings.base).network
        else:
            network = load_base(settings.base).config.to_dict()
    elif NetworkConfig.from_dict(network).has_features:
        read_published()
    card_of(settings, network, {}).check()
    cases = cases_of(settings)
    _check_writing(settings, is_package, cases, begun)
    return cases


def cases_of(settings: TrainSettings) -> list[Case]:
    """Those of the list, with labels by the names of the classes; "no-labels" if none has one."""
    names = [label["name"] for label in settings.card["labels"]]
    cases = by_names(read_cases(settings.cases), names)
    if not any(case.role == "labeled" for case in cases):
        raise SemiGDAError("no-labels")
    return cases


def check_pretraining(settings: PretrainSettings, *, begun: bool = False) -> list[Case]:
    """As :func:`check_training`, without the cases that are held out."""
    check_precision(choose_device(settings.device), settings.precision)
    _check_sizes(settings)
    cases = [case for case in read_cases(settings.cases) if case.role != "val"]
    if not cases:
        raise SemiGDAError("bad-input", "The case list names no image to train on.")
    _check_writing(settings, is_base, cases, begun)
    return cases


def _check_sizes(settings: PretrainSettings) -> None:
    halvings = NetworkConfig.from_dict(settings.network).downsampling
    if any(side % halvings for side in Preprocessing.from_dict(settings.preprocessing).size):
        raise SemiGDAError(
            "bad-input", f"The network needs slices whose sides are multiples of {halvings}."
        )


def _check_writing(
    settings: TrainSettings | PretrainSettings,
    is_ours: Callable[[Path], bool],
    cases: list[Case],
    begun: bool,
) -> None:
    read = [settings.cases, getattr(settings, "base", None)]
    read += [path for case in cases for path in (case.image, case.label, case.machine_label)]
    check_target(settings.out, is_ours, overwrite=settings.overwrite or begun, inputs=read)
    check_room(Path(settings.out).absolute().parent)


def check_planned(job: JobFolder, device: str) -> None:
    """Compare the device that computes with the one that the plan was measured on.

    What took minutes on a graphics card may take a day without it. A training that has begun
    continues all the same.

    Raises:
        SemiGDAError: "device-unavailable" before the first step, if the card is gone.
    """
    planned = job.job["inputs"].get("planned_for")
    begun = any(job.path.rglob("checkpoint.pt*"))
    if planned == "cuda" != device and not begun:
        raise SemiGDAError(
            "device-unavailable",
            "This training was planned for a graphics card, and none can be used now.",
            action="Rehearse again: the plan then suits this computer. Or resume the training "
            "when the card can be used.",
        )
    if planned == "cpu" and device == "cuda" and not begun:
        job.event(
            "warning",
            message="This training was planned without the graphics card that can be used now: "
            "after another rehearsal it does more in its time.",
        )
