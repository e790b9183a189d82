"""Section 5: rehearsal, start, and watching the training, which runs by itself."""

from __future__ import annotations

import html
import json
import os
from functools import partial

from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError, plain_errors
from semigda_core.jobs.folder import ENDED, JobFolder
from semigda_core.project.training.estimates import duration
from SemiGDALib import texts, timers
from SemiGDALib.train.section import Section
from SemiGDALib.train.training.curves import CurvesView
from SemiGDALib.train.training.history import TrainingHistory
from SemiGDALib.train.training.previews import PreviewView
from SemiGDALib.translation.sentences import translated
from SemiGDALib.widgets import onClick, showProgress

POLL_MS = 1000


class TrainingSection(Section):
    """Starts trainings and finds a running one again, however many Slicers ago it was started."""

    title = _("Training")
    file = "Training"
    staysOpen = True

    def __init__(self, ui, context):
        super().__init__(ui, context)
        self._job = None  # the newest training, as trainings.current() gives it
        self._measured = False  # a rehearsal measured what the plan takes
        self._fits = True  # what it takes is there
        self._history: TrainingHistory | None = None
        self._curves = CurvesView(ui)
        self._previews = PreviewView(ui)
        self._timer = timers.every(POLL_MS, self._onPoll)
        logic = context.logic
        for widget in (ui.rehearsalFrame, ui.watchFrame, ui.confirmFrame, ui.resumeButton):
            widget.visible = False
        ui.rehearseButton.connect("clicked(bool)", self.onRehearse)
        ui.cancelRehearsalButton.connect("clicked(bool)", logic.cancelRehearsal)
        ui.offerButton.connect("clicked(bool)", self.onOffer)
        ui.startButton.connect("clicked(bool)", self.onStart)
        for button, action in (
            (ui.pauseButton, logic.pause),
            (ui.resumeButton, logic.resume),
            (ui.stopButton, logic.stop),
            (ui.confirmButton, logic.cancel),
        ):
            onClick(button, partial(self._ask, action))
        onClick(ui.cancelButton, partial(self._confirm, True))
        onClick(ui.keepButton, partial(self._confirm, False))

    # Life cycle

    def enter(self) -> None:
        self._timer.start()

    def exit(self) -> None:
        self._timer.stop()

    def refresh(self) -> None:
        self._job = self.context.now.training
        self._watch()
        self._showStart()
        self._showJob()

    def summary(self) -> str:
        if self._job is None or self._job["state"] in ("done", "lost"):
            return ""
        return self._state()

    def nextStep(self) -> str:
        view = self.context.view
        if view.heldout is None:
            return ""
        if self._isUnfinished():
            if self._job["stale"] or self._job["state"] in ("paused", "failed"):
                return _("Resume the training that has stopped, or cancel it.")
            return _("Wait. The training runs by itself, even if you close Slicer.")
        if self._job is None:
            if not self._fits:
                return _("Use the settings that fit this computer, or change the plan.")
            if self._measured:
                return _("Start the training.")
            return _("Rehearse for two minutes, then start the training.")
        if self._job["state"] in ("cancelled", "failed"):
            return _("Start a training, or resume the last one.")
        return ""

    def _isUnfinished(self) -> bool:
        return self._job is not None and self._job["state"] not in (*ENDED, "lost")

    # Before: rehearsal and start

    def _showStart(self) -> None:
        ui, logic = self.ui, self.context.logic
        rehearsing = logic.isRehearsing()
        idle = not self._isUnfinished()
        ui.startFrame.visible = idle
        ui.rehearsalFrame.visible = rehearsing
        ui.rehearseButton.enabled = ui.startButton.enabled = not rehearsing
        if not idle:
            return
        self._measured = False
        try:
            estimate = self.context.now.estimate
        except SemiGDAError as error:
            ui.startLabel.text = html.escape(texts.errorText(error))
            ui.rehearseButton.enabled = ui.startButton.enabled = ui.offerButton.visible = False
            return
        self._measured, self._fits = estimate.seconds is not None, estimate.fits
        if not self._measured:
            ui.startLabel.text = _("Time and memory are not measured yet. Rehearse first.")
        elif estimate.fits:
            ui.startLabel.text = _("The training takes <b>{text}</b>.").format(
                text=translated(estimate.text)
            )
        else:
            reason = texts.asHtml(estimate.reason)
            ui.startLabel.text = texts.amber(f"<b>{reason}</b>")
            ui.startButton.enabled = False
        if estimate.plan:
            ui.startLabel.text += f"<br>{texts.asHtml(estimate.plan)}"
        if estimate.mirroring:
            ui.startLabel.text += f"<br>{texts.asHtml(estimate.mirroring)}"
        ui.offerButton.visible = not estimate.fits and bool(estimate.offers)
        ui.offerButton.text = _("Use what fits: {offer}").format(offer=offerText(estimate.offers))

    def onRehearse(self) -> None:
        """Measure time and memory in the warm worker."""
        logic = self.context.logic
        job = self.context.attempt(logic.rehearse, self._onRehearsing, self._onRehearsed)
        if job is not None:
            self.context.log(_("Rehearsal started."))
            self._onRehearsing(0.0, _("Rehearsal: starting."))

    def _onRehearsing(self, fraction, message) -> None:
        showProgress(self.ui.rehearsalProgressBar, fraction)
        self.ui.rehearsalLabel.text = message

    def _onRehearsed(self, measured, error) -> None:
        self.context.ended(error, _("Rehearsed: {facts}").format(facts=json.dumps(measured)))

    def onOffer(self) -> None:
        """Take the settings that fit."""
        logic = self.context.logic
        offers = dict(self.context.now.estimate.offers)
        changes = {"minutes": float(offers.pop("minutes"))} if "minutes" in offers else {}
        if offers:
            changes["advanced"] = {**logic.plan().advanced, **offers}
        self.context.attempt(logic.setPlan, **changes)

    def onStart(self) -> None:
        """Start a process that outlives Slicer."""
        if self.context.attempt(self.context.logic.start) is not None:
            self.context.log(_("Training started."))

    # While it runs

    def _watch(self) -> None:
        """Follow the newest training's events from their beginning."""
        folder = self._job["folder"] if self._job and self._job["state"] != "lost" else None
        if folder is None:
            self._history = None
        elif self._history is None or self._history.folder != folder:
            self._history = TrainingHistory(folder)
            self._readHistory(True)

    def _readHistory(self, always=False) -> None:
        if self._history is not None and (self._history.read() or always):
            self.redraw()

    def redraw(self) -> None:
        """Draw curves and pictures of what is known of the training."""
        labels = self.context.view.classes if self.context.view else []
        self._curves.show(self._history, labels)
        self._previews.show(self._history, labels)
        self._showStuck()

    def _onPoll(self) -> None:
        job = self._job
        if self.context.project is None or job is None or job["state"] in ENDED:
            return
        if job["state"] == "lost" and not os.path.exists(job["folder"]):
            return
        before = (job["state"], job["stale"])
        try:
            with plain_errors():
                self._job = self.context.logic.training()
                self._readHistory()
        except SemiGDAError:
            return  # being written right now, or gone; the panel says so at its next refresh
        self._showJob()
        if self._job is not None and (self._job["state"], self._job["stale"]) != before:
            self.context.log(self._state())
            self.context.changed()  # a finished training is a new version

    def _showJob(self) -> None:
        ui, job = self.ui, self._job
        watches = job is not None and job["state"] != "lost"
        ui.watchFrame.visible = watches
        if not watches:  # "visible" would also be False while the section is closed
            return
        state, stale = job["state"], job["stale"]
        ui.stateLabel.text = self._sentence()
        ui.progressBar.visible = ui.cancelButton.visible = self._isUnfinished()
        ui.progressBar.value = int(100 * job["progress"])
        standing = stale or state == "paused"
        ui.stopButton.visible = self._isUnfinished()
        ui.pauseButton.visible = self._isUnfinished() and not standing
        ui.pauseButton.enabled = state == "running" and not stale
        ui.stopButton.enabled = not self._requested("stop")
        ui.resumeButton.visible = standing or state in ("failed", "cancelled")
        ui.cancelButton.enabled = not self._requested("cancel")
        if not self._isUnfinished():
            ui.confirmFrame.visible = False

    def _requested(self, control: str) -> bool:
        return os.path.exists(self._job["folder"] / "control" / control)

    def _state(self) -> str:
        """A word or two."""
        job = self._job
        if job["stale"]:
            return _("interrupted")
        return {
            "queued": _("starting"),
            "running": _("running"),
            "pausing": _("pausing"),
            "paused": _("paused"),
            "cancelled": _("cancelled"),
            "failed": _("failed"),
            "done": _("done"),
            "lost": _("not found"),
        }[job["state"]]

    def _sentence(self) -> str:
        """HTML: what the training does now, or why it does nothing."""
        job = self._job
        state, message = job["state"], texts.asHtml(job["message"])
        if job["stale"]:
            return self._amber(
                _("The training was interrupted."),
                _(
                    "Its process ended, or the computer was switched off. Resume continues "
                    "from the last checkpoint, at most a few minutes back."
                ),
            )
        if state == "paused":
            reason = self._reason()
            if reason is not None:
                return self._amber(
                    _("Paused: {why}").format(why=translated(reason["message"])), reason["action"]
                )
            return self._amber(
                _("Paused."), _("Memory and graphics card are free. Resume to continue.")
            )
        if state == "failed":
            error = self._error()
            return self._amber(error.message if error else message, error.action if error else "")
        if state == "cancelled":
            return _("The last training was cancelled. Resume continues it.")
        if state == "done":
            return _("The last training is finished: see the result below.")
        if self._requested("cancel"):
            return _("<b>Cancelling...</b>")
        if self._requested("stop"):
            return _("<b>Ending:</b> the model so far is measured and kept.")
        if state == "pausing" or self._requested("pause"):
            return _("<b>Pausing...</b> Saving what was learned.")
        # The first steps are no measure of the others.
        known = job["seconds_left"] is not None and job["progress"] > 0.005
        time = translated(duration(job["seconds_left"])) if known else ""
        left = _("{time} left").format(time=time) if known else ""
        lines = [f"<b>{self._part()}{message or _('Starting.')}</b>", left]
        return "<br>".join(filter(None, lines))

    def _part(self) -> str:
        part = self._history.part if self._history else None
        if not part or part.get("count", 1) < 2:
            return ""
        if part.get("kind") == "final":
            return _("The final model, on all labelled cases: ")
        # The folds come before the final model; of the U-Nets to compare with each is for a fold.
        folds = part["count"] - (part.get("kind") == "fold")
        return _("Patient {number} of {count} held out: ").format(
            number=part["index"] + 1, count=folds
        )

    def _reason(self):
        """The error that paused the training by itself, such as a full disk."""
        try:
            return JobFolder(self._job["folder"]).state().get("reason")
        except (OSError, SemiGDAError):
            return None

    def _error(self):
        """What the training failed with."""
        try:
            return JobFolder(self._job["folder"]).error()
        except SemiGDAError as damaged:
            return damaged

    @staticmethod
    def _amber(sentence, action) -> str:
        sentence, action = texts.asHtml(sentence), texts.asHtml(action)
        return f"{texts.amber(f'<b>{sentence}</b>')}<br>{action}"

    def _showStuck(self) -> None:
        stuck = self._history.stuck if self._history else []
        warnings = self._history.warnings if self._history else []
        self.ui.stuckLabel.visible = bool(stuck or warnings)
        lines = [f"<p>{texts.asHtml(warning)}</p>" for warning in warnings]
        for event in stuck:
            names = ", ".join(event["classes"])
            found = _("Not found so far: {names}. Likely causes:").format(names=names)
            causes = [texts.asHtml(cause) for cause in event["causes"]]
            listed = "".join(f"<li>{cause}</li>" for cause in causes)
            lines.append(f"<b>{html.escape(found)}</b><ul>{listed}</ul>")
        self.ui.stuckLabel.text = texts.amber("".join(lines))

    # Control

    def _ask(self, action) -> None:
        self._confirm(False)
        self.context.attempt(action)

    def _confirm(self, show: bool) -> None:
        self.ui.confirmFrame.visible = show


def offerText(offers) -> str:
    """Settings in a few words."""
    words = {
        "minutes": _("1 minute") if offers.get("minutes") == 1 else _("{value} minutes"),
        "labeled_batch": _("labelled batch {value}"),
        "unlabeled_batch": _("unlabelled batch {value}"),
        "device": _("device {value}"),
    }
    return ", ".join(words[key].format(value=offers[key]) for key in words if key in offers)
