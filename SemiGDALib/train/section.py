"""What every section of the panel offers."""

from __future__ import annotations


class Section:
    """A numbered, collapsible part of the panel; subclass it and list it in ``sections.SECTIONS``.

    Class attributes: ``title`` (in the button, after its number), ``file`` (its .ui file in
    ``SemiGDATrain/Resources/UI`` without the ending; the collapsible button gets the name
    ``<file>CollapsibleButton``) and ``staysOpen`` (it is not collapsed while one works).

    ``ui`` has the widgets of the .ui file by their names, ``context`` is the
    :class:`SemiGDALib.train.context.TrainContext`. Connect signals in ``__init__``; there is no
    project yet then.
    """

    title = ""
    file = ""
    staysOpen = False

    def __init__(self, ui, context):
        self.ui = ui
        self.context = context

    def refresh(self) -> None:
        """Show the project as ``context`` has it now. Called often, and only with a project."""

    def enter(self) -> None:
        """The module came into view, or a project was opened: start timers."""

    def exit(self) -> None:
        """The module left the view, or the project was closed: stop timers; jobs continue."""

    def summary(self) -> str:
        """A few words for the title, such as "6 labelled, 20 unlabelled"; empty for none."""
        return ""

    def nextStep(self) -> str:
        """The one thing to do here next, as a sentence; empty if this section is finished.

        The first section with a next step is opened, and its sentence leads the user.
        """
        return ""
