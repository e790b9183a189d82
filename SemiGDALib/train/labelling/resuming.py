"""Going on with a label that was not finished when its scene was saved."""

from __future__ import annotations

from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError, plain_errors
from SemiGDALib.train.labelling import unfinished
from SemiGDALib.train.recent import recentProjects


class Resuming:
    """Looks for such a label once in each scene, and again when a project is opened.

    ``panel``: the :class:`SemiGDALib.train.panel.TrainPanel`.
    """

    def __init__(self, panel):
        self._panel = panel
        self._isNew = True
        self._told = False

    def onScene(self) -> None:
        """Another scene was loaded: look as soon as the panel is in view."""
        self._isNew, self._told = True, False

    def enter(self) -> None:
        """The panel is in view, and the scene's project open if it was found."""
        if not self._isNew:
            return
        self._isNew = False
        folder = self._elsewhere()
        if folder is None:
            self.goOn()
        else:
            self._panel.openProject(folder)

    def goOn(self) -> None:
        """With the open project. That a project has not its case is said once in each scene: people
        open other projects."""
        panel = self._panel
        if self._told and not _has(panel.logic.project, unfinished.inScene()):
            return
        try:
            with plain_errors():
                labelling = panel.logic.resumeLabel()
        except SemiGDAError as error:
            self._told = True
            panel.context.showError(error)
            return
        if labelling is not None:
            panel.context.log(_("Labelling of {name} continues.").format(name=labelling.caseName))
            panel.refresh()

    def _elsewhere(self) -> str | None:
        """The folder of another project that has the case: the scene's own may have been moved."""
        begun = unfinished.inScene()
        if not begun or _has(self._panel.logic.project, begun):
            return None
        return next((one for one in recentProjects() if _has(_opened(one), begun)), None)


def _has(project, begun) -> bool:
    try:
        with plain_errors():
            return bool(unfinished.ofProject(begun, project))
    except SemiGDAError:
        return False


def _opened(folder):
    from semigda_core.project.project import Project

    try:
        with plain_errors():
            return Project(folder)
    except SemiGDAError:
        return None
