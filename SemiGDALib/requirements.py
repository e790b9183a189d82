"""The Python packages the engine needs: what is missing, whether it is healthy, installing it.

Nothing here runs by itself: installing happens on a click, on the main thread, after a yes.
torch is never imported in Slicer's own process, only looked for, or tried in a child process.
"""

from __future__ import annotations

import importlib
import importlib.util
import json

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib.jobs.command import EngineCommand

TORCH = ">=2.2"
# Import name -> what pip is asked for. No pins: they would break what Slicer bundles.
PACKAGES = {
    "numpy": "numpy",
    "SimpleITK": "SimpleITK",
    "safetensors": "safetensors",
}
PROBE_LIMIT_MS = 120_000  # the first import of torch reads gigabytes on a cold disk


def missing() -> list[str]:
    """Import names of packages that are not installed; takes milliseconds."""
    importlib.invalidate_caches()  # something may have been installed since the last look
    return [name for name in (*PACKAGES, "torch") if importlib.util.find_spec(name) is None]


def check() -> None:
    """Raise "import-error" if something is missing."""
    names = missing()
    if names:
        raise SemiGDAError(
            "import-error",
            _("SemiGDA needs Python packages that are not installed: {names}.").format(
                names=", ".join(names)
            ),
            action=_("Click Install."),
        )


def install(broken=()) -> bool:
    """Install what is missing and reinstall what is ``broken``. Asks first; False after a no.

    Raises:
        SemiGDAError: "import-error" if the PyTorch extension is missing or pip fails.
    """
    small = [PACKAGES[name] for name in PACKAGES if name in set(missing()) - {"torch"}]
    try:
        if small and not _pipEnsure(small):
            return False
        damaged = [PACKAGES[name] for name in PACKAGES if name in broken]
        if damaged and not _pipAgain(damaged):
            return False
        if "torch" in missing() or "torch" in broken:
            return _installTorch(again="torch" in broken)
    except SemiGDAError:
        raise
    except Exception as error:  # pip fails in many ways; its own words go to the log
        raise SemiGDAError(
            "import-error",
            _("The installation failed."),
            action=_("Check the network connection, restart Slicer and try again."),
            detail=f"{type(error).__name__}: {error}"[:500],
        ) from error
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


def _pipAgain(requirements: list[str]) -> bool:
    """Reinstall without touching dependencies, which belong to Slicer."""
    if not _ask(requirements):
        return False
    slicer.util.pip_install(["--force-reinstall", "--no-deps", *requirements])
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
            finding = {"versions": {}, "broken": {}, "device": None, "deviceError": None}
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
