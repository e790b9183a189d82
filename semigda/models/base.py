"""Bases: what a training starts from when there is no model to fine-tune.

One ``.safetensors`` file with tensors under :class:`SemiGDA`'s names, at least the whole
autoencoder, and the network's configuration in its header.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from semigda.errors import SemiGDAError
from semigda.networks.config import NetworkConfig
from semigda.networks.semigda import SemiGDA

KIND = "semigda-base"


def save_base(
    path: str | os.PathLike[str], config: NetworkConfig, tensors: Mapping[str, torch.Tensor]
) -> Path:
    """Write a base; a file that is there is replaced only once the new one is whole."""
    path = Path(path)
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"kind": KIND, "network": json.dumps(config.to_dict())}
    try:
        save_file({k: v.cpu().contiguous() for k, v in tensors.items()}, part, metadata)
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def load_base(path: str | os.PathLike[str]) -> SemiGDA:
    """A network with the base's tensors; the parts it lacks keep torch's fresh weights.

    Raises:
        SemiGDAError: "model-invalid" if the file is no base or lacks autoencoder tensors.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("kind") != KIND:
                raise ValueError("no base")
            network = SemiGDA(NetworkConfig.from_dict(json.loads(metadata["network"])))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        result = network.load_state_dict(tensors, strict=False)
        lacking = [name for name in result.missing_keys if name.startswith("autoencoder.")]
        if lacking or result.unexpected_keys:
            raise ValueError(f"{len(lacking)} missing, {len(result.unexpected_keys)} unknown")
    except (OSError, KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        raise SemiGDAError(
            "model-invalid",
            "The file is not a base to start a training from.",
            action="Choose a file written by 'semigda pretrain' or 'semigda import-official'.",
            detail=type(error).__name__,
        ) from error
    return network
