"""The curves of a training: a small chart in the panel, and a large one in the plot view."""

from __future__ import annotations

import html

from slicer.i18n import tr as _

from SemiGDALib.texts import legend
from SemiGDALib.train.training import chart, plot
from SemiGDALib.train.training.chart import Line

HEIGHT = 130
# For loss parts: well separated and friendly to the colour-blind.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7f7f7f", "#8c564b")
DICE, LOSS = range(2)
CHARTS = ("SemiGDA held-out Dice", "SemiGDA training losses")
STAGES = {
    "pretrain": _("learning to see the images"),
    "align": _("aligning latents"),
    "segment": _("learning to segment"),
}


class CurvesView:
    """Binds the curves' widgets to a history."""

    def __init__(self, ui):
        self._ui = ui
        self._history = None
        self._lines: dict[int, list[Line]] = {DICE: [], LOSS: []}
        for text in (_("Dice by class"), _("Losses")):
            ui.curvesComboBox.addItem(text)
        ui.curvesComboBox.connect("activated(int)", self._draw)
        ui.plotButton.connect("clicked(bool)", self.onPlot)
        ui.curvesFrame.visible = False

    def show(self, history, labels) -> None:
        """Show a :class:`history.TrainingHistory`; labels give the colours."""
        self._history = history
        colours = {label.name: "#{:02x}{:02x}{:02x}".format(*label.color) for label in labels}
        scores = history.ofNewestPart(history.scores)
        losses = history.lossesOfNewestStage()
        self._lines = {DICE: _lines(scores, colours), LOSS: _lines(losses, {})}
        for which, name in enumerate(CHARTS):
            plot.renew(name, self._lines[which])
        self._ui.curvesFrame.visible = bool(losses or scores)
        self._draw()

    def onPlot(self) -> None:
        """Show the chosen curve in Slicer's plot view."""
        which = self._ui.curvesComboBox.currentIndex
        title, axis = (_("Held-out cases"), "Dice") if which == DICE else (self._stage(), _("Loss"))
        top = 1.0 if which == DICE else None
        plot.show(CHARTS[which], title, axis, self._lines[which], top)

    def _draw(self) -> None:
        ui, which = self._ui, self._ui.curvesComboBox.currentIndex
        lines = self._lines[which]
        ui.curvesLabel.visible = ui.plotButton.enabled = bool(lines)
        if lines:
            width = max(260, ui.curvesFrame.width)
            top = 1.0 if which == DICE else None
            ui.curvesLabel.setPixmap(chart.draw(lines, width, HEIGHT, top))
            ui.legendLabel.text = self._legend(lines, which)
        elif which == DICE:
            ui.legendLabel.text = _(
                "Not measured yet: Dice is measured once the model learns to segment."
            )
        else:
            ui.legendLabel.text = _("Nothing to show yet.")

    def _legend(self, lines, which) -> str:
        digits = 2 if which == DICE else 3
        names = "&nbsp; ".join(
            f"{legend(line.name, line.colour)}&nbsp;{line.points[-1][1]:.{digits}f}"
            for line in lines
        )
        return names if which == DICE else f"{html.escape(self._stage())}:<br>{names}"

    def _stage(self) -> str:
        losses = self._history.lossesOfNewestStage() if self._history else []
        return STAGES[losses[-1].stage].capitalize() if losses else ""


def _lines(reports, colours) -> list[Line]:
    names = list(dict.fromkeys(name for one in reports for name in one.values))
    lines = []
    for number, name in enumerate(names):
        values = [(one.step, one.values.get(name)) for one in reports]
        points = [(step, value) for step, value in values if value is not None]
        if points:
            colour = colours.get(name, COLOURS[number % len(COLOURS)])
            lines.append(Line(name, colour, points))
    return lines
