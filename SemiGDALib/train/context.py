"""What the training panel's sections share: the project as it is now, and how to say things."""

from __future__ import annotations

import qt

from semigda_core.errors import SemiGDAError, plain_errors
from semigda_core.project import FILE
from SemiGDALib.translation.sentences import translated


class TrainContext:
    """The open project and the panel's common parts.

    Attributes:
        logic: the module's SemiGDATrainLogic; ``logic.project`` is the open project.
        message: the panel's :class:`SemiGDALib.message_area.MessageArea`.
        now: :class:`SemiGDALib.train.snapshot.Snapshot` of the last refresh; None without a
            project. ``view``, ``facts`` and ``findings`` are its own.
        selectCases: function of case ids: selects them in the list of cases and shows it.
        closedSetUp: the panel's :class:`SemiGDALib.set_up.closed.ClosedSetUp`.
        selectedCases: function that gives the ids of the cases selected there.
        changed: function to be called after every change: reads the project, all sections refresh.
        log: function that writes a line into the panel's log.
    """

    def __init__(self, logic, message, resourcePath, onChanged, onLog):
        self.logic = logic
        self.message = message
        self.resourcePath = resourcePath
        self.changed, self.log = onChanged, onLog
        self.selectCases = lambda caseIds: None
        self.selectedCases = list
        self.closedSetUp = None
        self.clear()

    def clear(self) -> None:
        """Forget what was read."""
        self.now = None
        self._seen = None

    @property
    def setUp(self):
        """The panel's :class:`SemiGDALib.set_up.section.SetUpSection`."""
        return self.closedSetUp.section

    @property
    def view(self):
        return self.now.view if self.now is not None else None

    @property
    def facts(self) -> dict:
        return self.now.facts if self.now is not None else {}

    @property
    def findings(self) -> list:
        return self.now.findings if self.now is not None else []

    @property
    def project(self):
        """The open :class:`semigda_core.project.project.Project`, or None."""
        return self.logic.project

    @property
    def names(self) -> dict[str, str]:
        """The cases' names by their ids."""
        return {case.id: case.name for case in self.view.cases}

    def measured(self, caseId: str, what: str) -> dict:
        """What the check found of a case's "image" or "label"; empty before it has looked."""
        return (self.facts.get(caseId) or {}).get(what) or {}

    def read(self) -> None:
        """Read the project again.

        Raises:
            SemiGDAError: if it cannot be read any more; what was read last stays.
        """
        if self.project is None:
            self.clear()
            return
        from SemiGDALib.train.snapshot import Snapshot  # which needs most of the core

        self._seen = self._stamp()
        self.now = Snapshot(self.project)
        self._seen = self._stamp()  # the snapshot may have noted a new version

    def isOutdated(self) -> bool:
        """Whether another window or program changed the project since it was read. Cheap."""
        return self.project is not None and self._stamp() != self._seen

    def _stamp(self):
        from semigda_core.project.review.candidates import INBOX, RANKING

        # A new ranking brings other predictions, which one must have seen to accept them.
        return [_written(self.project.folder / name) for name in (FILE, f"{INBOX}/{RANKING}")]

    def icon(self, name: str):
        """An icon of the module's Resources/Icons, by its name without ending."""
        return qt.QIcon(self.resourcePath(f"Icons/{name}.png"))

    def attempt(self, action, *arguments, **options):
        """Do something that may raise SemiGDAError, or find the disk gone: the error is shown, and
        the panel refreshed.

        Returns:
            What the action returned; None if it failed.
        """
        self.message.hide()
        try:
            with plain_errors():
                return action(*arguments, **options)
        except SemiGDAError as error:
            self.showError(error)
            return None
        finally:
            self.changed()

    def ended(self, error: SemiGDAError | None, done: str = "") -> None:
        """What ran beside the panel has ended: refresh, and say why it failed or what it did."""
        self.changed()
        if error is not None:
            self.showError(error)
        elif done:
            self.log(done)

    def showError(self, error: SemiGDAError, actionText: str = "", action=None) -> None:
        """Show an error above the sections, and log it; missing packages can be installed."""
        self.log(f"{error.error_class}: {translated(error.message)} {error.detail}".strip())
        if action is None:
            actionText, action = self.setUp.remedy(error) or ("", None)
        if error.error_class != "cancelled":
            self.message.error(error, actionText, action)


def _written(path):
    try:
        state = path.stat()
        return state.st_mtime_ns, state.st_size
    except OSError:
        return None
