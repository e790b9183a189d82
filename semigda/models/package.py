"""Model packages: a folder with float16 ``weights.safetensors`` and ``card.json``.

Everything in a package is data: loading reads tensors and JSON and runs no code from it. Whatever
is wrong with a package is a "model-invalid" error that says what, before anything is used.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from semigda.models.archive import MAX_WEIGHTS_BYTES, pack, unpack
from semigda.models.licences import write_licence
from semigda.networks.semigda import SemiGDA
from semigda_core.errors import SemiGDAError
from semigda_core.files import atomic
from semigda_core.files.documents import check, list_of, parse_json, words
from semigda_core.files.targets import check_target
from semigda_core.models.card import WEIGHTS_FILE, ModelCard
from semigda_core.models.layout import (
    FILES,
    NAME_TAKEN,
    is_litter,
    is_package_or_damaged,
    is_package_zip,
)
from semigda_core.models.library import places_of
from semigda_core.models.network_config import NetworkConfig
from semigda_core.version import __version__

_WEIGHTS = "The weights file"
_CLASSES = "classes"  # their names, in the weights file


def save_package(
    folder: str | os.PathLike[str],
    network: SemiGDA,
    card: ModelCard,
    *,
    licence_text: str | None = None,
) -> ModelCard:
    """Write a package, replacing an existing one only once the new one is complete.

    Args:
        folder: the package's folder; its name should be ``card.name``. Its content is replaced: if
            the user chose it, ask ``check_target`` first.
        network: its floating-point tensors are stored as float16.
        card: ``network``, ``engine_version`` and ``weights_sha256`` are set here.
        licence_text: written as ``LICENSE.txt`` if the licence requires its text. A network with
            general image features carries theirs too.

    Returns:
        The card as written.

    Raises:
        SemiGDAError: "model-invalid" for weights beyond the range of float16, or a wrong card.
    """
    tensors = {}
    for name, tensor in network.state_dict().items():
        # A separate copy each: safetensors refuses tensors that share memory.
        tensor = tensor.detach().to("cpu", copy=True).contiguous()
        tensors[name] = tensor.half() if tensor.is_floating_point() else tensor
        if not _is_finite(tensors[name]):
            raise _invalid("The network's weights are not finite in float16.", detail=name)
    with atomic.staged_folder(folder) as stage:
        # One entry only: safetensors writes several in a random order, and the hash would differ.
        metadata = {_CLASSES: json.dumps(_names(card))}
        save_file(tensors, stage / WEIGHTS_FILE, metadata=metadata)
        card = replace(
            card,
            network=network.config.to_dict(),
            engine_version=__version__,
            weights_sha256=sha256_of(stage / WEIGHTS_FILE),
        )
        card.write(stage)
        write_licence(stage, licence_text, features=network.config.has_features)
    return card


def load_network(
    folder: str | os.PathLike[str], device: str | torch.device = "cpu"
) -> tuple[SemiGDA, ModelCard]:
    """The network in evaluation mode and float32 on ``device``, and its card.

    Raises:
        SemiGDAError: "model-invalid" for a wrong card, hash, tensor name, shape or value.
    """
    card = ModelCard.read(folder)
    tensors = _read_tensors(Path(folder) / WEIGHTS_FILE, card)
    network = _empty_network(card)
    # On the meta device nothing was allocated: the file's tensors become the network's.
    network.load_state_dict(tensors, assign=True)
    return network.eval().requires_grad_(False).to(device), card


def rewrite_card(folder: str | os.PathLike[str], card: ModelCard) -> None:
    """Put another card into a package; its weights stay.

    Raises:
        SemiGDAError: "model-invalid" if the card is wrong or of other weights.
    """
    if ModelCard.read(folder).weights_sha256 != card.weights_sha256:
        raise _invalid("The model's weights are not those its card was written for (hash).")
    card.write(folder)


def check_package(folder: str | os.PathLike[str]) -> ModelCard:
    """The card of a package that :func:`load_network` would load."""
    card = ModelCard.read(folder)
    _read_tensors(Path(folder) / WEIGHTS_FILE, card)
    return card


def export_package(
    folder: str | os.PathLike[str], zip_path: str | os.PathLike[str], *, overwrite: bool = False
) -> Path:
    """Write a checked package as one ``.zip`` and return its path.

    Args:
        zip_path: the file, or a folder for a file with the model's name.
        overwrite: whether to replace the zip of a model.

    Raises:
        SemiGDAError: "bad-input" if the zip may not be written, "model-invalid".
    """
    folder, zip_path = Path(folder), Path(zip_path)
    card = check_package(folder)
    if zip_path.is_dir():
        zip_path = zip_path / f"{card.name}.zip"
    check_target(zip_path.parent / zip_path.name, is_package_zip, overwrite=overwrite)
    if zip_path.resolve().is_relative_to(folder.resolve()):
        raise SemiGDAError("bad-input", "The zip would lie in the model's own folder.")
    pack(folder, card.name, zip_path)
    return zip_path


def import_package(
    source: str | os.PathLike[str], library: str | os.PathLike[str], *, overwrite: bool = False
) -> Path:
    """Check a package (``.zip`` or folder) and install it as ``<library>/<name>``.

    Installing the same package again changes nothing. Returns the installed folder.

    Args:
        overwrite: whether to replace another model of that name, or to hide it if it is in another
            folder of the library, like the starter models.

    Raises:
        SemiGDAError: "model-invalid" if refused; "bad-input" if another model of that name is
            installed and ``overwrite`` is not given.
    """
    source, library = Path(source), Path(library)
    library.mkdir(parents=True, exist_ok=True)
    atomic.clear_leftovers(library)
    with atomic.temporary_folder(library) as unpacked:
        if source.is_dir():
            _copy_folder(source, unpacked)
        else:
            unpack(source, unpacked)
        card = check_package(unpacked)
        target = library / card.name
        used = target if os.path.lexists(target) else next(iter(places_of(card.name)), None)
        if used is not None and _installed_card(used) == card:
            return used
        if used is not None and not overwrite:
            raise SemiGDAError(
                "bad-input",
                f"Another model named '{card.name}' is installed already.",
                action=NAME_TAKEN,
            )
        check_target(target, is_package_or_damaged, overwrite=overwrite, inputs=[source])
        with atomic.staged_folder(target) as stage:
            for path in unpacked.iterdir():
                atomic.replace(path, stage / path.name)
    return target


def _installed_card(folder: Path) -> ModelCard | None:
    try:
        return check_package(folder)
    except SemiGDAError:
        return None


def _copy_folder(source: Path, stage: Path) -> None:
    for path in sorted(path for path in source.iterdir() if not is_litter(path)):
        if path.name not in FILES or path.is_symlink() or not path.is_file():
            raise _invalid(
                "The model's folder holds something that does not belong to a model package.",
                detail="expected only " + ", ".join(FILES),
            )
        if path.stat().st_size > MAX_WEIGHTS_BYTES:
            raise _invalid("A file of the model is larger than a model can be.")
        shutil.copyfile(path, stage / path.name)


def _empty_network(card: ModelCard) -> SemiGDA:
    """The card's network without memory for its tensors."""
    with torch.device("meta"):
        return SemiGDA(NetworkConfig.from_dict(card.network))


def _read_tensors(path: Path, card: ModelCard) -> dict[str, torch.Tensor]:
    """All tensors of the weights file, floating-point ones as float32, after every check."""
    if card.weights_sha256 is None:
        raise _invalid("The model card holds no hash of the weights.")
    if not path.is_file():
        raise _invalid("The model's weights are missing.")
    if sha256_of(path) != card.weights_sha256:
        raise _invalid("The model's weights are not those its card was written for (hash).")
    expected = _empty_network(card).state_dict()
    tensors = {}
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            _check_classes(file.metadata() or {}, card)
            _check_shapes(file, expected)
            for name in expected:
                tensor = file.get_tensor(name)
                if tensor.is_floating_point() != expected[name].is_floating_point():
                    raise _invalid("The model's weights have a tensor of a wrong type.", name)
                # A copy: Windows cannot delete a file that a tensor maps.
                tensors[name] = tensor.to(expected[name].dtype, copy=True)
                if not _is_finite(tensors[name]):
                    raise _invalid("The model's weights hold values that are not finite.", name)
    except SafetensorError as error:
        raise _invalid("The weights file is damaged.", detail=str(error)[:200]) from error
    return tensors


def _names(card: ModelCard) -> list[str]:
    return [label.name for label in card.labels]


def _check_classes(metadata: Mapping[str, str], card: ModelCard) -> None:
    """The card alone names the classes, and their number gives each its colour: a network would
    paint with others in silence. Packages of earlier versions do not say theirs; one that was only
    renamed is the same."""
    if _CLASSES not in metadata:
        return
    trained = parse_json(metadata[_CLASSES], _WEIGHTS, error_class="model-invalid")
    check(trained, list_of(words()), _WEIGHTS, error_class="model-invalid")
    now = _names(card)
    if len(trained) != len(now) or (trained != now and sorted(trained) == sorted(now)):
        raise _invalid(
            "The model card names other classes, or in another order, than the weights were "
            "trained for."
        )


def _check_shapes(file: safe_open, expected: dict[str, torch.Tensor]) -> None:
    names = set(file.keys())
    shapes = {name: tuple(file.get_slice(name).get_shape()) for name in names & set(expected)}
    problems = {
        "missing": sorted(set(expected) - names),
        "unexpected": sorted(names - set(expected)),
        "of the wrong shape": [
            f"{name} {shape} in place of {tuple(expected[name].shape)}"
            for name, shape in sorted(shapes.items())
            if shape != tuple(expected[name].shape)
        ],
    }
    wrong = [
        f"{kind}: {', '.join(found[:5])}{' ...' if len(found) > 5 else ''} ({len(found)})"
        for kind, found in problems.items()
        if found
    ]
    if wrong:
        raise _invalid(
            "The weights do not fit the network that the card describes; tensors "
            + "; ".join(wrong)
        )


def _is_finite(tensor: torch.Tensor) -> bool:
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())


def sha256_of(path: Path, check: Callable[[], None] = lambda: None) -> str:
    """Of a file; ``check`` is called for every megabyte, and may raise."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            check()
    return digest.hexdigest()


def _invalid(message: str, detail: str = "") -> SemiGDAError:
    return SemiGDAError("model-invalid", message, detail=detail)
