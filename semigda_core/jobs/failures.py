"""From any exception to the closed list of error classes. Imports nothing heavy."""

from __future__ import annotations

import os
import re
import sys
import traceback

from semigda_core.errors import SemiGDAError, disk_is_full, of_system

# Texts of RuntimeErrors for which torch and ITK have no class; the last one is MPS's, of a tensor
# larger than it can ever hold.
_NO_GPU_MEMORY = ("out of memory", "STATUS_ALLOC_FAILED", "Invalid buffer size")
# The card or its driver has given up, often after the computer slept; or cuDNN has nothing for it.
_NO_GPU = re.compile("(CUDA|cuDNN) error|unable to find an engine")
# oneDNN says only that it could not create a primitive.
_NO_MEMORY = (
    "not enough memory",
    "can't allocate memory",
    "bad_alloc",
    "Failed to allocate",
    "could not create a primitive",
)
# A library is there, but not the memory to load it: on Linux, and on Windows.
_NO_MEMORY_TO_IMPORT = ("failed to map segment", "paging file is too small")


def classify(error: BaseException) -> SemiGDAError:
    """The error that the user sees. Texts of unforeseen errors are left out: they may contain
    paths."""
    if isinstance(error, SemiGDAError):
        return error
    if disk_is_full(error):
        return SemiGDAError("disk-full")
    if isinstance(error, KeyboardInterrupt):
        return SemiGDAError("cancelled")
    if isinstance(error, MemoryError):
        return SemiGDAError("out-of-memory")
    if isinstance(error, ImportError):
        if any(sign in str(error) for sign in _NO_MEMORY_TO_IMPORT):
            return SemiGDAError("out-of-memory")
        missing = error.name or "a package"
        return SemiGDAError("import-error", detail=f"{type(error).__name__}: {missing}")
    if found := re.search(r"\(os error (\d+)\)", str(error)):  # of a library's own exception
        number = int(found[1])
        error = OSError(number, os.strerror(number)).with_traceback(error.__traceback__)
    if isinstance(error, OSError) and (plain := of_system(error)):
        plain.detail = _where(error)
        return plain
    if isinstance(error, RuntimeError):
        cause = error.__cause__ or error.__context__
        # torch hides disk errors while it writes a checkpoint.
        if isinstance(cause, OSError) and cause.filename is None and (plain := of_system(cause)):
            return plain
        text = str(error)
        if _is_torch_memory_error(error) or any(sign in text for sign in _NO_GPU_MEMORY):
            return SemiGDAError("out-of-gpu-memory")
        if any(sign in text for sign in _NO_MEMORY):
            return SemiGDAError("out-of-memory")
        if _NO_GPU.search(text):
            return SemiGDAError(
                "device-unavailable",
                "The graphics card reported an error.",
                action="Try again. If it fails again, restart the computer, or choose the CPU.",
                detail=_where(error),
            )
    return SemiGDAError("internal", detail=_where(error))


def _is_torch_memory_error(error: RuntimeError) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(error, torch.cuda.OutOfMemoryError)


def _where(error: BaseException) -> str:
    """The exception's type and the innermost line of this package, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        parts = frame.filename.replace("\\", "/").split("/")
        if "semigda" in parts:
            place = "/".join(parts[parts.index("semigda") :])
            return f"{type(error).__name__} in {place}:{frame.lineno}"
    return type(error).__name__
