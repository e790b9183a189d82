"""Reading the released SemiGDA weights and Stable Diffusion autoencoders.

Every reader returns a state dict in this project's names. Files are read with
``weights_only=True`` or as safetensors: no code of theirs ever runs.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from semigda.errors import SemiGDAError
from semigda.networks.autoencoder import KLAutoencoder
from semigda.networks.config import NetworkConfig
from semigda.networks.semigda import SemiGDA

StateDict = dict[str, torch.Tensor]

# Rules are tried in order; the first that matches renames, None drops a tensor that is never used.
_AUTOENCODER_RULES = [
    (r"encoder\.down\.(\d)\.block\.(\d)\.(.+)", r"encoder.levels.\1.\2.\3"),
    (r"encoder\.down\.(\d)\.downsample\.(.+)", r"encoder.downsamples.\1.\2"),
    (r"decoder\.up\.(\d)\.block\.(\d)\.(.+)", r"decoder.levels.\1.\2.\3"),
    (r"decoder\.up\.(\d)\.upsample\.(.+)", lambda m: f"decoder.upsamples.{int(m[1]) - 1}.{m[2]}"),
    (r"(encoder|decoder)\.mid\.attn_1\.(.+)", r"\1.middle.attention.\2"),
    (r"(encoder|decoder)\.mid\.(.+)", r"\1.middle.\2"),
    (r"((?:encoder|decoder)\.(?:conv_in|conv_out|norm_out)\..+)", r"\1"),
    (r"((?:quant_conv|post_quant_conv)\..+)", r"\1"),
]
_RESNET_RULES = [
    (r"conv1\.(.+)", r"conv_in.\1"),
    (r"bn1\.(.+)", r"norm_in.\1"),
    (r"layer(\d)\.(.+)", lambda m: f"stages.{int(m[1]) - 1}.{m[2]}"),
    (r"conv_out\.conv_conv\.(.+)", r"head.\1"),
]
_MAPPER_STAGES = {
    "conv1_0": "down1",
    "conv2_0": "down2",
    "conv3_0": "down3",
    "conv4_0": "down4",
    "conv3_1": "up3",
    "conv2_2": "up2",
    "conv1_3": "up1",
    "conv0_4": "up0",
}
_MAPPER_RULES = [
    (r"input_blocks\.(.+)", r"conv_in.\1"),
    # conv1.1 and conv2.1 are the same parameters as act1 and act2.
    (r"conv\d_\d\.resblock\.conv[12]\.1\.weight", None),
    (
        r"(conv\d_\d)\.resblock\.conv(\d)\.0\.(.+)",
        lambda m: f"{_MAPPER_STAGES[m[1]]}.norm{m[2]}.{m[3]}",
    ),
    (
        r"(conv\d_\d)\.resblock\.conv(\d)\.2\.(.+)",
        lambda m: f"{_MAPPER_STAGES[m[1]]}.conv{m[2]}.{m[3]}",
    ),
    (
        r"(conv\d_\d)\.resblock\.(act\d|skip_connection)\.(.+)",
        lambda m: f"{_MAPPER_STAGES[m[1]]}.{m[2]}.{m[3]}",
    ),
    (r"(conv\d_\d)\.attention\.(.+)", lambda m: f"{_MAPPER_STAGES[m[1]]}.attention.{m[2]}"),
    (r"convds0\.(.+)", r"head.\1"),
    (r"convds[123]\..+", None),  # heads the released forward pass never calls
]
_WHOLE_RULES = [
    (r"vae_model\.decoder\.Jump_(vae|cnn)\.(\d)\.(.+)", r"adapters.\1.\2.\3"),
    *[(r"vae_model\." + old, ("autoencoder.", new)) for old, new in _AUTOENCODER_RULES],
    *[(r"resnet\." + old, ("cnn_encoder.", new)) for old, new in _RESNET_RULES],
    *[
        (r"mapping_model\." + old, ("mapper.", new) if new is not None else None)
        for old, new in _MAPPER_RULES
    ],
    (r"seg_head\..+", None),
]
_DIFFUSERS_RULES = [
    (r"encoder\.down_blocks\.(\d)\.resnets\.(\d)\.(.+)", r"encoder.levels.\1.\2.\3"),
    (r"encoder\.down_blocks\.(\d)\.downsamplers\.0\.(.+)", r"encoder.downsamples.\1.\2"),
    # Diffusers counts the decoder's levels from the smallest, this project from full size.
    (
        r"decoder\.up_blocks\.(\d)\.resnets\.(\d)\.(.+)",
        lambda m: f"decoder.levels.{3 - int(m[1])}.{m[2]}.{m[3]}",
    ),
    (
        r"decoder\.up_blocks\.(\d)\.upsamplers\.0\.(.+)",
        lambda m: f"decoder.upsamples.{2 - int(m[1])}.{m[2]}",
    ),
    (
        r"(encoder|decoder)\.mid_block\.resnets\.(\d)\.(.+)",
        lambda m: f"{m[1]}.middle.block_{int(m[2]) + 1}.{m[3]}",
    ),
    (r"(encoder|decoder)\.mid_block\.attentions\.0\.(.+)", r"\1.middle.attention.\2"),
    (r"(encoder|decoder)\.conv_norm_out\.(.+)", r"\1.norm_out.\2"),
    (r"((?:encoder|decoder)\.(?:conv_in|conv_out)\..+)", r"\1"),
    (r"((?:quant_conv|post_quant_conv)\..+)", r"\1"),
]
# Names of the parts inside a block, old and new diffusers spellings included.
_BLOCK_PARTS = [
    (r"\.(nin_shortcut|skip_connection|conv_shortcut|downsample)\.", ".shortcut."),
    (r"\.bn(\d)\.", r".norm\1."),
    (r"\.attention\.group_norm\.", ".attention.norm."),
    (r"\.attention\.(to_q|query)\.", ".attention.q."),
    (r"\.attention\.(to_k|key)\.", ".attention.k."),
    (r"\.attention\.(to_v|value)\.", ".attention.v."),
    (r"\.attention\.(to_out\.0|proj_attn)\.", ".attention.proj_out."),
]


def read_stage2(path: Path) -> StateDict:
    """A released stage-2 checkpoint (``{"model": ...}``) as a state dict of :class:`SemiGDA`.

    Raises:
        SemiGDAError: ``model-invalid``; names missing, extra and misshapen tensors.
    """
    tensors = _read(path, "model")
    return _checked(_rename(tensors, _WHOLE_RULES), _expected_network())


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
    renamed = _rename(tensors, _WHOLE_RULES)
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
    renamed = _rename(tensors, _DIFFUSERS_RULES if diffusers else _AUTOENCODER_RULES)
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
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        raise _invalid("It cannot be read as tensors.", detail=str(error)) from error
    if not isinstance(content, dict):
        raise _invalid("It holds no named tensors.")
    return content


def _read(path: Path, key: str) -> StateDict:
    content = _load(path)
    tensors = content.get(key, content)
    if not isinstance(tensors, dict) or not all(
        isinstance(v, torch.Tensor) for v in tensors.values()
    ):
        raise _invalid("It holds no named tensors.")
    return tensors


def _rename(tensors: StateDict, rules: list) -> StateDict:
    """Applies the rules; a tensor that no rule knows keeps its name and fails the check."""
    targets = {name: _target_name(name, rules) for name in tensors}
    return {new: tensors[old] for old, new in targets.items() if new is not None}


def _target_name(name: str, rules: list) -> str | None:
    for pattern, replacement in rules:
        match = re.fullmatch(pattern, name)
        if not match:
            continue
        if replacement is None:
            return None
        prefix, new = replacement if isinstance(replacement, tuple) else ("", replacement)
        target = prefix + (new(match) if callable(new) else match.expand(new))
        for part, spelling in _BLOCK_PARTS:
            target = re.sub(part, spelling, target)
        return target
    return name


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


def _some(names: Iterable[str], limit: int = 5) -> str:
    names = list(names)
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def _invalid(reason: str, detail: str = "") -> SemiGDAError:
    return SemiGDAError(
        "model-invalid",
        f"The weights file cannot be imported. {reason}",
        action="Choose a released SemiGDA checkpoint or a Stable Diffusion KL-f8 autoencoder.",
        detail=detail,
    )
