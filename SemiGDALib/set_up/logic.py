"""What both modules' Logic offers for the set-up, for scripts: no dialogs."""

from __future__ import annotations


class SetUpLogic:
    """A part of a module's Logic, which has ``jobs``."""

    jobs = None  # SemiGDALib.jobs.owner.Jobs

    def wantsFeatures(self):
        """Whether general image features are needed as well."""
        return False

    def missingRequirements(self):
        """Import names of Python packages that are not installed."""
        from SemiGDALib import requirements

        return requirements.missing()

    def checkRequirements(self, device, onDone):
        """Try packages and device in a child process; ``onDone(finding, SemiGDAError or None)``."""
        from SemiGDALib.set_up import health

        health.probe(self.jobs, device, onDone)

    def installRequirements(self, broken=(), folder=None, onStep=None):
        """Install what is missing and reinstall what is broken, without asking.

        See :func:`SemiGDALib.set_up.installing.install`; running jobs end.
        """
        from SemiGDALib import requirements
        from SemiGDALib.jobs.worker import Worker
        from SemiGDALib.set_up import installing

        requirements.checkIdle()
        Worker.stopAll()
        installing.install(broken, self.wantsFeatures(), folder, onStep)

    def useExternalPython(self, path, onDone):
        """Compute in another Python if it works; ``onDone(finding or None, SemiGDAError or None)``.

        ``path``: its program, or the folder of its environment. Kept in the user's settings.
        """
        from SemiGDALib.set_up import external

        external.use(self.jobs, path, onDone)

    def useOwnPython(self):
        """Compute in Slicer's own Python again."""
        from SemiGDALib.set_up import external

        external.useOwn()

    def applyPython(self):
        """Compute in the Python that the user's settings name."""
        from SemiGDALib.set_up import external

        external.apply()
