"""Importing the released SemiGDA weights and Stable Diffusion autoencoders.

Files are read with ``weights_only=True`` or as safetensors: none of their code ever runs.
"""

from __future__ import annotations

import os
from pathlib import Path

import torch
from safetensors.torch import load_file

from semigda.models.base import is_base, save_base
from semigda.models.official_names import AUTOENCODER_RULES, DIFFUSERS_RULES, WHOLE_RULES, rename
from semigda.models.package import save_package
from semigda.networks.autoencoder import KLAutoencoder
from semigda.networks.semigda import SemiGDA
from semigda_core.errors import SemiGDAError
from semigda_core.files.targets import check_room, check_target
from semigda_core.files.texts import one_line
from semigda_core.models.card import SCHEMA_VERSION, ModelCard
from semigda_core.models.layout import is_package
from semigda_core.models.network_config import NetworkConfig
from semigda_core.version import __version__

StateDict = dict[str, torch.Tensor]
_SHOWN = 5  # names of wrong tensors


def import_official(
    weights: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    vae: str | os.PathLike[str] | None = None,
    card: dict | None = None,
    overwrite: bool = False,
) -> Path:
    """Import released weights; what they are is seen from their content.

    A stage-2 checkpoint becomes a model package, the folder ``out``. A stage-1 checkpoint (with
    ``vae``) or an autoencoder alone cannot segment yet: it becomes a base to train from, the
    file ``out`` with the ending ``.safetensors``.

    Args:
        weights: the released file.
        out: where to write.
        vae: the autoencoder's file, for a stage-1 checkpoint.
        card: fields of :class:`ModelCard` that replace the importer's words, for example
            ``title``, ``labels``, ``modality`` and ``licence``.
        overwrite: replace a model or base that is there.

    Returns:
        What was written.

    Raises:
        SemiGDAError: ``bad-input`` or ``model-invalid``.
    """
    weights, out = Path(weights), Path(out)
    content, config = _load(weights), NetworkConfig.paper()
    inputs = [weights, vae]
    if "model" in content:
        check_target(out, is_package, overwrite=overwrite, inputs=inputs)
        check_room(out.absolute().parent)
        checked = _card(out.name, config, card or {})
        return _save_model(read_stage2(weights), out, checked)
    out = out.with_name(out.name.removesuffix(".safetensors") + ".safetensors")
    check_target(out, is_base, overwrite=overwrite, inputs=inputs)
    check_room(out.absolute().parent)
    if "resnet" in content:
        if vae is None:
            raise SemiGDAError(
                "bad-input",
                "A stage-1 checkpoint holds no autoencoder.",
                action="Choose the checkpoint of stage 2 (or give Stable Diffusion's autoencoder: "
                "--vae).",
            )
        return save_base(out, config, read_stage1(weights, Path(vae)))
    tensors = read_autoencoder(weights)
    return save_base(out, config, {f"autoencoder.{k}": v for k, v in tensors.items()})


def _card(name: str, config: NetworkConfig, words: dict) -> ModelCard:
    """The importer's card with the user's words, checked before anything is converted."""
    values = {
        "schema": SCHEMA_VERSION,
        "name": name,
        "title": "Released SemiGDA model",
        "description": "Imported from a released SemiGDA stage-2 checkpoint.",
        "modality": "XC",
        "labels": [{"value": 1, "name": "Foreground", "color": [220, 120, 80]}],
        "network": config.to_dict(),
        # As in the released training: whole pictures in 224 x 224, 8-bit colours.
        "preprocessing": {
            "channels": "rgb",
            "slice_axis": "acquisition",
            "size": [224, 224],
            "spacing": [None, None, None],
            "intensity": {"rule": "8-bit"},
        },
        "licence": "Not stated by the file; ask its authors.",
        "attribution": ["SemiGDA, Huang, Zhou, Zhang, Li and Zhou, arXiv 2604.23274"],
        "engine_version": __version__,
        "weights_sha256": None,
    }
    card = ModelCard.from_dict(values | words)
    card.check()
    return card


def _save_model(tensors: StateDict, out: Path, card: ModelCard) -> Path:
    with torch.device("meta"):
        network = SemiGDA(NetworkConfig.paper())
    network.load_state_dict(tensors, assign=True)
    save_package(out, network, card)
    return out


def read_stage2(path: Path) -> StateDict:
    """A released stage-2 checkpoint (``{"model": ...}``) as a state dict of :class:`SemiGDA`.

    Raises:
        SemiGDAError: ``model-invalid``; names missing, extra and misshapen tensors.
    """
    tensors = _read(path, "model")
    return _checked(rename(tensors, WHOLE_RULES), _expected_network())


def read_stage1(path: Path, vae_path: Path) -> StateDict:
    """A stage-1 checkpoint (``{"resnet": ..., "mapping_model": ...}``) and its autoencoder.

    Stage 1 has no skip adapters yet: the returned state dict lacks exactly the ``adapters.*``
    tensors of :class:`SemiGDA`, which stage 2 starts afresh.

    Raises:
        SemiGDAError: ``model-invalid``; names missing, extra and misshapen tensors.
    """
    checkpoint = _load(path)
    tensors: StateDict = {}
    for part in ("resnet", "mapping_model"):
        if not isinstance(checkpoint.get(part), dict):
            raise _invalid(f"It has no '{part}' part, so it is no SemiGDA stage-1 checkpoint.")
        tensors |= {f"{part}.{name}": tensor for name, tensor in checkpoint[part].items()}
    renamed = rename(tensors, WHOLE_RULES)
    renamed |= {f"autoencoder.{k}": v for k, v in read_autoencoder(vae_path).items()}
    expected = {k: s for k, s in _expected_network().items() if not k.startswith("adapters.")}
    return _checked(renamed, expected)


def read_autoencoder(path: Path) -> StateDict:
    """A Stable Diffusion KL-f8 autoencoder as a state dict of :class:`KLAutoencoder`.

    Original naming (``.ckpt`` or ``.safetensors``, alone or inside a whole Stable Diffusion
    checkpoint) and diffusers naming are both read.

    Raises:
        SemiGDAError: ``model-invalid``; names missing, extra and misshapen tensors.
    """
    tensors = _read(path, "state_dict")
    inside = {
        k.removeprefix("first_stage_model."): v
        for k, v in tensors.items()
        if k.startswith("first_stage_model.")
    }
    tensors = inside or tensors
    # Training leftovers of the original autoencoder's adversarial loss.
    tensors = {k: v for k, v in tensors.items() if not k.startswith(("loss.", "model_ema."))}
    diffusers = any(k.startswith("encoder.down_blocks.") for k in tensors)
    renamed = rename(tensors, DIFFUSERS_RULES if diffusers else AUTOENCODER_RULES)
    with torch.device("meta"):
        expected = _shapes(KLAutoencoder(NetworkConfig.paper()))
    # Diffusers keeps the attention's 1x1 convolutions as linear layers.
    renamed = {
        k: v[:, :, None, None] if v.ndim == 2 and len(expected.get(k, ())) == 4 else v
        for k, v in renamed.items()
    }
    return _checked(renamed, expected)


def _expected_network() -> dict[str, tuple[int, ...]]:
    with torch.device("meta"):
        return _shapes(SemiGDA(NetworkConfig.paper()))


def _shapes(module: torch.nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}


def _load(path: Path) -> dict:
    path = Path(path)
    if not path.is_file():
        raise SemiGDAError("bad-input", "The weights file does not exist.")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except MemoryError:
        raise
    except Exception as error:  # of a foreign file, torch and pickle raise nearly everything
        raise _invalid("It cannot be read as tensors.", type(error).__name__) from error
    if not isinstance(content, dict):
        raise _invalid("It holds no named tensors.")
    return content


def _read(path: Path, key: str) -> StateDict:
    content = _load(path)
    tensors = content.get(key, content)
    if not isinstance(tensors, dict) or not all(
        isinstance(k, str) and isinstance(v, torch.Tensor) for k, v in tensors.items()
    ):
        raise _invalid("It holds no named tensors.")
    return tensors


def _checked(tensors: StateDict, expected: dict[str, tuple[int, ...]]) -> StateDict:
    faults = []
    if missing := sorted(set(expected) - set(tensors)):
        faults.append(f"missing tensors: {_some(missing)}")
    if extra := sorted(set(tensors) - set(expected)):
        faults.append(f"unexpected tensors: {_some(extra)}")
    misshapen = [
        f"{name} is {tuple(tensors[name].shape)}, expected {shape}"
        for name, shape in expected.items()
        if name in tensors and tuple(tensors[name].shape) != shape
    ]
    if misshapen:
        faults.append(f"misshapen tensors: {_some(misshapen)}")
    if faults:
        raise _invalid(f"It has {'; '.join(faults)}.")
    return {k: v.float().contiguous() if v.is_floating_point() else v for k, v in tensors.items()}


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(one_line(str(name), 100) for name in names[:_SHOWN]) + more


def _invalid(reason: str, detail: str = "") -> SemiGDAError:
    return SemiGDAError(
        "model-invalid",
        f"The weights file cannot be imported. {reason}",
        action="Choose a released SemiGDA checkpoint or a Stable Diffusion KL-f8 autoencoder.",
        detail=detail,
    )
