"""*Send to a project*: a corrected result becomes a labelled case of a training project."""

from __future__ import annotations

from pathlib import Path

import qt
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib import nodes, provenance
from SemiGDALib.dialogs import chooseFolder
from SemiGDALib.widgets import addEntry


def sendTo(segmentationNode, folder, replace=False, whole=False, overlaps=None):
    """Make a segmentation and the volume it was drawn on a labelled case of the project in a
    folder; what a model made counts as corrected by a person. Outside of the region in which it was
    made the image stays unlabelled, unless the label is ``whole`` by now. ``overlaps``: see
    :mod:`SemiGDALib.train.covered`.

    Files that are there are never overwritten; nothing is left of a case that is refused.

    Returns a :class:`semigda_core.project.cases.sending.Sent`.

    Raises:
        SemiGDAError: as :func:`semigda_core.project.cases.sending.send` and
            :func:`SemiGDALib.train.scene_files.writeLabel`.
    """
    # Here, because few open a project, and everybody the panel.
    from semigda_core.project.cases import sending
    from semigda_core.project.project import Project
    from SemiGDALib.train import scene_files
    from SemiGDALib.train.recent import remember
    from SemiGDALib.train.slices import marks

    project = Project(folder)
    volume = scene_files.drawnOn(segmentationNode)
    segments = nodes.segmentsOf(segmentationNode)
    sending.check_names(project, [one.GetName() for one in segments if not marks.isIgnored(one)])
    origin = "edited" if scene_files.isMachineMade(segmentationNode) else "human"
    with scene_files.allOrNothing(project.folder, overlaps) as store:
        image = store.image(volume)
        known = sending.case_of(project, image)
        if known is not None:
            store.forget(image)
            image = known.image
            if known.label is not None and not replace:
                raise sending.has_label()
        label = store.label(segmentationNode, volume, origin, whole)
        sent = sending.send(project, image, label, volume.GetName(), origin, replace=replace)
    remember(project.folder)
    return sent


class SendButton:
    """The button below a result, with a menu of the projects that were opened lately.

    ``panel``: the :class:`SemiGDALib.segment.panel.SegmentPanel`.
    """

    def __init__(self, panel):
        self.button = qt.QPushButton(_("Send corrected result to a project"))
        self.button.toolTip = _(
            "Make this result, which you have looked at and corrected, a labelled case of a "
            "training project."
        )
        panel.ui.resultCollapsibleButton.layout().addWidget(self.button)
        self.menu = qt.QMenu(self.button)
        self.menu.connect("aboutToShow()", self._fill)
        self.button.setMenu(self.menu)
        self._panel, self._message, self._node = panel, panel.message, None

    def show(self, segmentationNode) -> None:
        """Of the result in view, or None."""
        self._node = segmentationNode
        self.button.enabled = segmentationNode is not None

    def _fill(self) -> None:
        from SemiGDALib.train.recent import fillMenu

        fillMenu(self.menu, self.send)
        addEntry(self.menu, _("Another project..."), self._onOther)

    def _onOther(self) -> None:
        held = nodes.Held(self._node)  # another result may come while the folder is chosen
        folder = chooseFolder(_("Folder of a training project"))
        if folder:
            self._sendOne(held, folder)

    def send(self, folder) -> None:
        """Send the result in view; asks before its label takes another one's place, and says that
        it is only of a region.
        """
        self._sendOne(nodes.Held(self._node), folder)

    def _sendOne(self, held, folder, **yes) -> None:
        """``held``: the result, which need not be in view any more when the user answers.
        ``yes``: the answers so far, as :func:`sendTo` takes them."""
        from semigda_core.project.cases import sending

        self._message.hide()
        try:
            sent = self._panel.logic.sendToProject(_present(held), folder, **yes)
        except SemiGDAError as error:
            self._ask(error, held, folder, yes)
            return
        sentences = {
            sending.ADDED: _("A new case of '{project}', with its corrected label."),
            sending.LABELLED: _("The case of '{project}' has this corrected label now."),
            sending.REPLACED: _("The corrected label took the place of the one in '{project}'."),
        }
        self._panel.say(sentences[sent.how].format(project=Path(folder).name))
        if not yes.get("whole") and sending.made_in_region(
            map(provenance.tagsOf, nodes.segmentsOf(held.node))
        ):
            self._message.question(
                _("It was made in a region: the image outside counts as unlabelled."),
                _("If you have looked at the whole image and completed the label, say so."),
                _("It is whole"),
                lambda: self._sendOne(held, folder, **{**yes, "replace": True, "whole": True}),
                _("Close"),
            )

    def _ask(self, error, held, folder, yes: dict) -> None:
        """The question that an error is, or the error."""
        from semigda_core.project.cases import sending
        from SemiGDALib.train import covered

        if isinstance(error, covered.CoveredError):

            def again(answer):
                self._sendOne(held, folder, **{**yes, "overlaps": answer})

            covered.ask(self._message, error, yes.get("overlaps"), again)
            return
        questions = {
            sending.has_label().message: ("replace", _("Replace its label"), _("Leave it")),
            sending.only_a_region().message: ("whole", _("It is whole: send"), _("Cancel")),
        }
        if error.message not in questions:
            self._message.error(error, dismissText=_("Close"))
            return
        answer, text, dismissText = questions[error.message]
        again = {**yes, answer: True}
        self._message.question(
            error.message,
            error.action,
            text,
            lambda: self._sendOne(held, folder, **again),
            dismissText,
        )


def _present(held):
    """The result."""
    if held.node is None:
        raise SemiGDAError(
            "bad-input",
            _("The result is not in the scene any more."),
            action=_("Segment the image again, or load the result."),
        )
    return held.node
