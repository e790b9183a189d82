"""The library of installed models: where they are, listing, finding and removing them.

Installing checks tensors and therefore lives in :func:`semigda.models.package.import_package`.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import semigda_core
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import clear_leftovers, remove_folder
from semigda_core.files.stamps import stamp
from semigda_core.models.card import CARD_FILE, WEIGHTS_FILE, ModelCard, check_name
from semigda_core.models.layout import is_package_or_damaged

ENVIRONMENT = "SEMIGDA_MODELS"
CATALOGUE_ENVIRONMENT = "SEMIGDA_CATALOGUE"  # what can be downloaded, see catalogue.py
# What versions up to 0.1 left of a killed installation or save. The name does not tell whether it
# is still running, but none takes a day.
_OLD_LEFTOVER = re.compile(r"\.import-\w{8}|\..+\.saving-\w{8}|\.removed-.+-\d+")
_OLD_LEFTOVER_S = 24 * 3600.0


class InstalledModel(NamedTuple):
    """A model folder of the library. If ``card`` is None, ``problem`` says why."""

    name: str
    folder: Path
    card: ModelCard | None
    bundled: bool
    problem: str | None = None


def bundled_folder() -> Path:
    """The starter models: in the engine's package if pip installed it, else beside the packages
    (source tree and installed extension)."""
    top = Path(semigda_core.__file__).resolve().parent.parent
    installed = top / "semigda" / "Resources" / "Models"
    return installed if installed.is_dir() else top / "Resources" / "Models"


def user_folder() -> Path:
    """Where new models go: the first folder of $SEMIGDA_MODELS, else the platform's usual place."""
    folders = _environment_folders()
    return folders[0] if folders else _platform_folder()


def weights_of(place: Path) -> str | None:
    """The hash of a model's weights; None if there is none, or a damaged one."""
    try:
        return ModelCard.read(place).weights_sha256
    except SemiGDAError:
        return None


def _environment_folders() -> list[Path]:
    text = os.environ.get(ENVIRONMENT, "")
    return [Path(part).expanduser() for part in text.split(os.pathsep) if part.strip()]


def _platform_folder() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData/Local") / "SemiGDA" / "models"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/SemiGDA/models"
    share = os.environ.get("XDG_DATA_HOME")
    return (Path(share) if share else Path.home() / ".local/share") / "semigda" / "models"


def search_folders() -> list[Path]:
    """$SEMIGDA_MODELS, the user's folder, the bundled one; an earlier folder hides later ones."""
    folders = [*_environment_folders(), _platform_folder(), bundled_folder()]
    return list(dict.fromkeys(folders))


def list_models() -> list[InstalledModel]:
    """Every installed model, once, sorted by name; damaged ones with their ``problem``."""
    bundled, models = bundled_folder(), {}
    for parent in search_folders():
        for folder in _subfolders(parent):
            if folder.name not in models:
                seen = stamp(folder / CARD_FILE, folder / WEIGHTS_FILE)
                models[folder.name] = _inspect(folder, parent == bundled, seen)
    return [models[name] for name in sorted(models)]


def _subfolders(parent: Path) -> list[Path]:
    try:
        _put_right(parent)
        # A leading dot marks a package that is still being written or removed.
        return [p for p in parent.iterdir() if p.is_dir() and not p.name.startswith(".")]
    except OSError:
        return []  # a folder that does not exist or cannot be read offers no models


def _put_right(parent: Path) -> None:
    """Remove what killed processes left in a library folder; a kill loses no model."""
    clear_leftovers(parent)
    for path in [p for p in parent.iterdir() if _OLD_LEFTOVER.fullmatch(p.name)]:
        with suppress(OSError, SemiGDAError):
            if time.time() - path.lstat().st_mtime < _OLD_LEFTOVER_S or path.is_symlink():
                continue
            replaced = path / "replaced"  # the model that was to be overwritten
            if replaced.is_dir():
                target = parent / check_name(ModelCard.read(replaced).name)
                if not target.exists():
                    os.replace(replaced, target)
            shutil.rmtree(path, ignore_errors=True)


@lru_cache(maxsize=1000)
def _inspect(folder: Path, bundled: bool, seen: str) -> InstalledModel:
    """``seen``: the stamp of its files. A panel asks at each opening, and checking takes a while.

    Cards are shared: whoever changes one reads it anew.
    """
    try:
        card = ModelCard.read(folder)
    except SemiGDAError as error:
        return InstalledModel(folder.name, folder, None, bundled, error.message)
    problem = None if (folder / WEIGHTS_FILE).is_file() else "The model's weights are missing."
    return InstalledModel(folder.name, folder, card, bundled, problem)


def find_model(name_or_folder: str | os.PathLike[str]) -> Path:
    """The folder of a model given by its name in the library, or by its folder.

    Raises:
        SemiGDAError: "model-invalid" if there is none, saying which are installed.
    """
    text = os.fspath(name_or_folder)
    # A plain name never means a folder outside the library.
    if text and Path(text).name == text and text not in (".", ".."):
        if places := places_of(text):
            return places[0]
    folder = Path(text).expanduser()
    if text and (folder / CARD_FILE).is_file():
        return folder.resolve()
    names = ", ".join(model.name for model in list_models() if model.problem is None)
    raise SemiGDAError(
        "model-invalid",
        "There is no such model, neither in the library nor as a folder.",
        action=f"Choose one of: {names}." if names else "Install a model first.",
    )


def places_of(name: str) -> list[Path]:
    """Every folder of that name in the library; the first one is used and hides the others."""
    return [p for parent in search_folders() for p in _subfolders(parent) if p.name == name]


def remove_model(name: str) -> Path:
    """Delete an installed model and return its folder; bundled models are refused.

    A model of that name that it hid, such as a starter model, becomes visible again.
    """
    for model in list_models():
        if model.name != name:
            continue
        if model.bundled:
            raise SemiGDAError(
                "bad-input",
                "This model comes with SemiGDA and cannot be removed.",
                action="Leave it, or install another one under the same name.",
            )
        linked = model.folder.is_symlink()  # its target is not ours to delete
        if not linked and any(model.folder.iterdir()) and not is_package_or_damaged(model.folder):
            raise SemiGDAError(
                "bad-input",
                "The folder holds more than a model, so it is not removed.",
                action="Move away what does not belong to it, or delete the folder yourself.",
            )
        remove_folder(model.folder)
        return model.folder
    raise SemiGDAError(
        "model-invalid",
        "No model of this name is installed.",
        action="Choose another one (semigda models list).",
    )
