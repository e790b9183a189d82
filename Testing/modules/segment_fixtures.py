"""What tests do with the Segment panel."""

from __future__ import annotations


def idle(panel) -> bool:
    return panel.ui.segmentButton.text == "Segment"


def run(panel, host) -> None:
    host.click(panel.ui.segmentButton)
    host.wait(lambda: idle(panel), 60)


def choose(panel, host, volume, **parameters) -> None:
    node = panel.logic.getParameterNode()
    node.inputVolume, node.model, node.device = volume, "bright", "cpu"
    for name, value in parameters.items():
        node.setValue(name, value)
    host.process()


def table(panel) -> list[list[str]]:
    widget = panel.ui.resultTable
    return [[widget.item(r, c).text() for c in range(4)] for r in range(widget.rowCount)]
