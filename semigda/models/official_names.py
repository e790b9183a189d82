"""The tensor names of released files, translated into this project's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

# Rules are tried in order; the first that matches renames, None drops a tensor that is never used.
AUTOENCODER_RULES = [
    (r"encoder\.down\.(\d)\.block\.(\d)\.(.+)", r"encoder.levels.\1.\2.\3"),
    (r"encoder\.down\.(\d)\.downsample\.(.+)", r"encoder.downsamples.\1.\2"),
    (r"decoder\.up\.(\d)\.block\.(\d)\.(.+)", r"decoder.levels.\1.\2.\3"),
    (r"decoder\.up\.(\d)\.upsample\.(.+)", lambda m: f"decoder.upsamples.{int(m[1]) - 1}.{m[2]}"),
    (r"(encoder|decoder)\.mid\.attn_1\.(.+)", r"\1.middle.attention.\2"),
    (r"(encoder|decoder)\.mid\.(.+)", r"\1.middle.\2"),
    (r"((?:encoder|decoder)\.(?:conv_in|conv_out|norm_out)\..+)", r"\1"),
    (r"((?:quant_conv|post_quant_conv)\..+)", r"\1"),
]
RESNET_RULES = [
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
MAPPER_RULES = [
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
WHOLE_RULES = [
    (r"vae_model\.decoder\.Jump_(vae|cnn)\.(\d)\.(.+)", r"adapters.\1.\2.\3"),
    *[(r"vae_model\." + old, ("autoencoder.", new)) for old, new in AUTOENCODER_RULES],
    *[(r"resnet\." + old, ("cnn_encoder.", new)) for old, new in RESNET_RULES],
    *[
        (r"mapping_model\." + old, ("mapper.", new) if new is not None else None)
        for old, new in MAPPER_RULES
    ],
    (r"seg_head\..+", None),
]
DIFFUSERS_RULES = [
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


def rename(tensors: Mapping[str, T], rules: list) -> dict[str, T]:
    """The tensors under this project's names.

    A tensor that no rule knows keeps its name; one that is never used is left out.
    """
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
