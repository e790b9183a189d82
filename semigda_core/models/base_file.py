"""What the header of a base file tells: an autoencoder's ``.safetensors`` to start a training from.

Its tensors are read by :mod:`semigda.models.base`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from semigda_core.errors import SemiGDAError
from semigda_core.models.network_config import NetworkConfig

_MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class BaseHeader:
    """The network, and the names of the tensors."""

    network: NetworkConfig
    tensors: frozenset[str]


def read_header(path: Path) -> BaseHeader:
    """The header of a base.

    Raises:
        SemiGDAError: "model-invalid" if the file is none.
    """
    try:
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, _MOST_BYTES)))
        network = NetworkConfig.from_dict(json.loads(header.pop("__metadata__")["network"]))
        return BaseHeader(network, frozenset(header))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise SemiGDAError(
            "model-invalid",
            "The file is not an autoencoder to start a training from.",
            action="Choose another file (made by semigda pretrain or semigda import-official).",
        ) from error
