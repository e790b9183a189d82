"""The user's catalogue and folder of models: kept in the settings, obeyed through the environment,
where the engine's processes find them as well."""

from __future__ import annotations

import os

import slicer

from semigda_core.models import library
from SemiGDALib import settings

CATALOGUE, FOLDER = "SemiGDA/Catalogue", "SemiGDA/ModelsFolder"
# What whoever started Slicer had set: it holds again where the user has no choice of their own.
_given = {
    name: os.environ.get(name) for name in (library.CATALOGUE_ENVIRONMENT, library.ENVIRONMENT)
}


def apply() -> None:
    """Obey the settings from now on."""
    source, folder = settings.text(CATALOGUE), settings.text(FOLDER)
    if source:
        _set(library.CATALOGUE_ENVIRONMENT, source)
    if folder:
        folders = (folder, _given[library.ENVIRONMENT])
        _set(library.ENVIRONMENT, os.pathsep.join(filter(None, folders)))


def choose(setting: str, value: str) -> None:
    """Keep a choice; an empty one gives back what was there without it."""
    slicer.app.userSettings().setValue(setting, value)
    for name, text in _given.items():
        _set(name, text)
    apply()


def _set(name: str, value) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
