"""What the header of a base file tells: an autoencoder's ``.safetensors`` to start a training from.

Its tensors are read by :mod:`semigda.models.base`.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError

_MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class BaseHeader:
    """``network``: as of ``NetworkConfig.to_dict``, unchecked; ``tensors``: the tensors' names."""

    network: dict[str, Any]
    tensors: frozenset[str]


def read_header(path: Path) -> BaseHeader:
    """The header of a base.

    Raises:
        SemiGDAError: "model-invalid" if the file is none.
    """
    try:
        with open(path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(min(length, _MOST_BYTES)))
        network = json.loads(header.pop("__metadata__")["network"])
        return BaseHeader(dict(network), frozenset(header))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise SemiGDAError(
            "model-invalid",
            "The file is not an autoencoder to start a training from.",
            action="Choose a file written by 'semigda pretrain' or 'semigda import-official'.",
        ) from error
