"""Model packages: a folder with float16 ``weights.safetensors`` and ``card.json``.

Everything in a package is data: loading reads tensors and JSON and runs no code from it. Whatever
is wrong with a package is a "model-invalid" error that says what, before anything is used.
"""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from semigda.errors import SemiGDAError
from semigda.models.archive import pack, unpack
from semigda.models.card import CARD_FILE, WEIGHTS_FILE, ModelCard, check_name
from semigda.networks.config import NetworkConfig
from semigda.networks.semigda import SemiGDA
from semigda.version import __version__

LICENCE_FILE = "LICENSE.txt"
FILES = (CARD_FILE, WEIGHTS_FILE, LICENCE_FILE)  # only the licence text may be missing


def save_package(
    folder: str | os.PathLike[str],
    network: SemiGDA,
    card: ModelCard,
    *,
    licence_text: str | None = None,
) -> ModelCard:
    """Write a package, replacing one that is there only once the new one is whole.

    Args:
        folder: the package's folder; its name should be ``card.name``.
        network: its floating-point tensors are stored as float16.
        card: ``network``, ``engine_version`` and ``weights_sha256`` are set here.
        licence_text: written as ``LICENSE.txt`` where a licence asks for its text.

    Returns:
        The card as written.

    Raises:
        SemiGDAError: "model-invalid" for weights that float16 cannot hold, or a wrong card.
    """
    tensors = {}
    for name, tensor in network.state_dict().items():
        # A copy of its own each: safetensors refuses tensors that share memory.
        tensor = tensor.detach().to("cpu", copy=True).contiguous()
        tensors[name] = tensor.half() if tensor.is_floating_point() else tensor
        if not _is_finite(tensors[name]):
            raise _invalid("The network's weights are not finite in float16.", detail=name)
    with _staged(Path(folder)) as stage:
        save_file(tensors, stage / WEIGHTS_FILE, metadata={"format": "pt"})
        card = replace(
            card,
            network=network.config.to_dict(),
            engine_version=__version__,
            weights_sha256=_sha256(stage / WEIGHTS_FILE),
        )
        card.write(stage)
        if licence_text is not None:
            (stage / LICENCE_FILE).write_text(licence_text, encoding="utf-8", newline="\n")
    return card


def load_network(
    folder: str | os.PathLike[str], device: str | torch.device = "cpu"
) -> tuple[SemiGDA, ModelCard]:
    """The network in evaluation mode and float32 on ``device``, and its card.

    Raises:
        SemiGDAError: "model-invalid" for a card, hash, tensor name, shape or value that is wrong.
    """
    card = ModelCard.read(folder)
    tensors = _read_tensors(Path(folder) / WEIGHTS_FILE, card)
    network = _empty_network(card)
    # On the meta device nothing was allocated: the file's tensors become the network's.
    network.load_state_dict(tensors, assign=True)
    return network.eval().requires_grad_(False).to(device), card


def check_package(folder: str | os.PathLike[str]) -> ModelCard:
    """The card of a package that :func:`load_network` would load."""
    card = ModelCard.read(folder)
    _read_tensors(Path(folder) / WEIGHTS_FILE, card)
    return card


def export_package(folder: str | os.PathLike[str], zip_path: str | os.PathLike[str]) -> Path:
    """Write a checked package as one ``.zip`` and return its path."""
    card = check_package(folder)
    zip_path = Path(zip_path)
    if zip_path.is_dir():
        zip_path = zip_path / f"{card.name}.zip"
    pack(Path(folder), card.name, FILES, zip_path)
    return zip_path


def import_package(
    source: str | os.PathLike[str], library: str | os.PathLike[str], *, overwrite: bool = False
) -> Path:
    """Check a package (``.zip`` or folder) and install it as ``<library>/<name>``.

    Installing what is there already changes nothing. Returns the installed folder.

    Raises:
        SemiGDAError: "model-invalid" if refused; "bad-input" if another model of that name is
            installed and ``overwrite`` is not given.
    """
    source, library = Path(source), Path(library)
    library.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".import-", dir=library) as temporary:
        stage = Path(temporary) / "package"
        stage.mkdir()
        if source.is_dir():
            _copy_folder(source, stage)
        else:
            unpack(source, FILES, stage)
        card = check_package(stage)
        target = library / check_name(card.name)
        if target.exists() and not overwrite:
            if _installed_card(target) == card:
                return target
            raise SemiGDAError(
                "bad-input",
                f"Another model named '{card.name}' is installed already.",
                action="Remove it first, or overwrite it.",
            )
        _move_into_place(stage, target)
    return target


def _installed_card(folder: Path) -> ModelCard | None:
    try:
        return check_package(folder)
    except SemiGDAError:
        return None


def _copy_folder(source: Path, stage: Path) -> None:
    for path in sorted(source.iterdir()):
        if path.name not in FILES or path.is_symlink() or not path.is_file():
            raise _invalid(
                "The model's folder holds something that does not belong to a model package.",
                detail="expected only " + ", ".join(FILES),
            )
        shutil.copyfile(path, stage / path.name)


def _empty_network(card: ModelCard) -> SemiGDA:
    """The card's network without memory for its tensors."""
    try:
        _check_sizes(card.network)
        config = NetworkConfig.from_dict(card.network)
        with torch.device("meta"):
            return SemiGDA(config)
    except (TypeError, ValueError, ArithmeticError, RuntimeError, IndexError) as error:
        raise _invalid(
            "The network that the model card describes cannot be built.", detail=str(error)[:200]
        ) from error


def _check_sizes(values: dict) -> None:
    """Refuse sizes that would only keep the computer busy."""
    for key, value in values.items():
        items = value if isinstance(value, list) else [value]
        limit = 64 if key.endswith("blocks") else 8192
        if len(items) > 8 or any(
            isinstance(item, (int, float)) and not 0 < item <= limit for item in items
        ):
            raise ValueError(f"{key} is out of range")


def _read_tensors(path: Path, card: ModelCard) -> dict[str, torch.Tensor]:
    """All tensors of the weights file, floating-point ones as float32, after every check."""
    if card.weights_sha256 is None:
        raise _invalid("The model card holds no hash of the weights.")
    if not path.is_file():
        raise _invalid("The model's weights are missing.")
    if _sha256(path) != card.weights_sha256:
        raise _invalid("The model's weights are not those its card was written for (hash).")
    expected = _empty_network(card).state_dict()
    tensors = {}
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            _check_shapes(file, expected)
            for name in expected:
                tensor = file.get_tensor(name)
                if tensor.is_floating_point() != expected[name].is_floating_point():
                    raise _invalid("The model's weights have a tensor of a wrong type.", name)
                # A copy: a tensor that maps the file would keep it from being deleted on Windows.
                tensors[name] = tensor.to(expected[name].dtype, copy=True)
                if not _is_finite(tensors[name]):
                    raise _invalid("The model's weights hold values that are not finite.", name)
    except SafetensorError as error:
        raise _invalid("The weights file is damaged.", detail=str(error)[:200]) from error
    return tensors


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
    told = [
        f"{kind}: {', '.join(found[:5])}{' ...' if len(found) > 5 else ''} ({len(found)})"
        for kind, found in problems.items()
        if found
    ]
    if told:
        raise _invalid(
            "The weights do not fit the network that the card describes; tensors " + "; ".join(told)
        )


def _is_finite(tensor: torch.Tensor) -> bool:
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """A temporary folder beside ``target`` that takes its place when all went well."""
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{target.name}.saving-"
    for leftover in target.parent.glob(glob.escape(prefix) + "*"):  # of a killed process
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=target.parent) as temporary:
        stage = Path(temporary) / "package"
        stage.mkdir()
        yield stage
        _move_into_place(stage, target)


def _move_into_place(stage: Path, target: Path) -> None:
    """Rename; a folder cannot be renamed onto a full one, so the old one steps aside."""
    if not target.exists():
        os.replace(stage, target)
        return
    old = stage.with_name("replaced")
    os.replace(target, old)
    try:
        os.replace(stage, target)
    except OSError:
        os.replace(old, target)
        raise


def _invalid(message: str, detail: str = "") -> SemiGDAError:
    return SemiGDAError("model-invalid", message, detail=detail)
