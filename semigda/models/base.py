"""Bases: the start of a training if there is no model to fine-tune.

One ``.safetensors`` file with tensors under :class:`SemiGDA`'s names, at least the whole
autoencoder; in its header the network's configuration and a hash of the tensors.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from semigda.models.features import new_network
from semigda.networks.semigda import SemiGDA
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_atomically
from semigda_core.models.features import TENSORS
from semigda_core.models.network_config import NetworkConfig

KIND = "semigda-base"
Tensors = Mapping[str, torch.Tensor]


def save_base(path: str | os.PathLike[str], config: NetworkConfig, tensors: Tensors) -> Path:
    """Write a base; an existing file is replaced only once the new one is complete.

    If the user chose the file, ask ``check_target`` with :func:`is_base` first.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}
    metadata = {"kind": KIND, "network": json.dumps(config.to_dict()), "sha256": _hash(tensors)}
    write_atomically(path, lambda file: file.write(save(tensors, metadata)))
    return path


def is_base(path: Path) -> bool:
    """Whether a file identifies itself as a base."""
    try:
        with safe_open(path, framework="pt") as file:
            return (file.metadata() or {}).get("kind") == KIND
    except (OSError, SafetensorError):
        return False


def load_base(path: str | os.PathLike[str]) -> SemiGDA:
    """A network with the base's tensors; the parts it lacks are those of :func:`new_network`. A
    base may bring its general image features itself.

    Raises:
        SemiGDAError: "model-invalid" if the file is not a base, is damaged, or lacks autoencoder
            tensors; all of this is checked before the network is made. Also what
            :func:`new_network` raises.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("kind") != KIND:
                raise ValueError("no base")
            config = NetworkConfig.from_dict(json.loads(metadata["network"]))
            _check_shapes(file, config)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if "sha256" in metadata and metadata["sha256"] != _hash(tensors):
            raise ValueError("hash")
        whole = any(name.startswith(TENSORS) for name in tensors)
        network = SemiGDA(config) if whole else new_network(config)
        network.load_state_dict(tensors, strict=False)
    except (OSError, KeyError, ValueError, RecursionError, SafetensorError) as error:
        raise SemiGDAError(
            "model-invalid",
            "The file is damaged, or not a base to start a training from.",
            action="Choose another file (made by semigda pretrain or semigda import-official).",
            detail=type(error).__name__,
        ) from error
    return network


def _check_shapes(file: Any, config: NetworkConfig) -> None:
    with torch.device("meta"):
        expected = {name: tuple(t.shape) for name, t in SemiGDA(config).state_dict().items()}
    shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    if any(expected.get(name) != shape for name, shape in shapes.items()):
        raise ValueError("tensors that the network does not have")
    needed = ["autoencoder."]
    if any(name.startswith(TENSORS) for name in shapes):
        needed.append(TENSORS)  # all of them or none
    if any(name.startswith(tuple(needed)) and name not in shapes for name in expected):
        raise ValueError("missing tensors")


def _hash(tensors: Tensors) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()
