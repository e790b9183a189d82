"""The packages of `pip install .`, with the starter models as a part of the engine: a folder
Resources in site-packages could be another program's. All else is in pyproject.toml."""

from setuptools import find_packages, setup

MODELS = "semigda.Resources.Models"
setup(
    packages=[*find_packages(include=["semigda*"]), MODELS],
    package_dir={MODELS: "Resources/Models"},
)
