"""The curves of a training in Slicer's plot view: a table, a series for each line, a chart.

Nodes are made when the user asks for them, not before: a scene is the user's. From then on they
are renewed in place, so that a plot view that shows them follows the training.
"""

from __future__ import annotations

import slicer
import vtk

from SemiGDALib.train.training.chart import Line

ROLE = "SemiGDA.Curves"


def show(name: str, title: str, yTitle: str, lines: list[Line], top: float | None = None):
    """Show the lines as the chart ``name`` in the plot view; returns the chart node."""
    chart = _node("vtkMRMLPlotChartNode", name)
    chart.SetTitle(title)
    chart.SetXAxisTitle("Step")
    chart.SetYAxisTitle(yTitle)
    chart.SetYAxisRangeAuto(top is None)
    if top is not None:
        chart.SetYAxisRange(0.0, top)
    _fill(name, chart, lines)
    slicer.modules.plots.logic().ShowChartInLayout(chart)
    return chart


def renew(name: str, lines: list[Line]) -> None:
    """Bring the chart up to date, if it was shown in this scene."""
    chart = _find("vtkMRMLPlotChartNode", name)
    if chart is not None:
        _fill(name, chart, lines)


def _fill(name: str, chart, lines: list[Line]) -> None:
    """Whatever a plot view sees meanwhile, no series misses its columns: it would warn of that."""
    table = _node("vtkMRMLTableNode", name)
    wanted = [f"{name} {line.name}" for line in lines]
    for number in reversed(range(chart.GetNumberOfPlotSeriesNodes())):
        series = chart.GetNthPlotSeriesNode(number)
        if series.GetAttribute(ROLE) not in wanted:
            chart.RemovePlotSeriesNodeID(series.GetID())
            slicer.mrmlScene.RemoveNode(series)
    table.SetAndObserveTable(_table(lines))
    for line, key in zip(lines, wanted, strict=True):
        series = _node("vtkMRMLPlotSeriesNode", key)
        wasModifying = series.StartModify()
        series.SetName(line.name)
        series.SetAndObserveTableNodeID(table.GetID())
        series.SetXColumnName(_stepsOf(line))
        series.SetYColumnName(line.name)
        series.SetPlotType(slicer.vtkMRMLPlotSeriesNode.PlotTypeScatter)
        series.SetMarkerStyle(slicer.vtkMRMLPlotSeriesNode.MarkerStyleCircle)
        series.SetColor(*(int(line.colour[n : n + 2], 16) / 255 for n in (1, 3, 5)))
        series.EndModify(wasModifying)
        if not chart.HasPlotSeriesNodeID(series.GetID()):
            chart.AddAndObservePlotSeriesNodeID(series.GetID())
    _fitViews(chart)


def _fitViews(chart) -> None:
    """A plot view keeps the axes of the first points it was shown until told otherwise."""
    layout = slicer.app.layoutManager()
    for number in range(layout.plotViewCount if layout is not None else 0):
        widget = layout.plotWidget(number)
        view = widget.mrmlPlotViewNode() if widget is not None else None
        if view is not None and view.GetPlotChartNodeID() == chart.GetID():
            widget.plotView().fitToContent()


def _table(lines: list[Line]):
    """Two columns a line, all of one length as in every table: short ones end in not-a-number."""
    table = vtk.vtkTable()
    rows = max((len(line.points) for line in lines), default=0)
    for line in lines:
        for column, index in ((_stepsOf(line), 0), (line.name, 1)):
            array = vtk.vtkFloatArray()
            array.SetName(column)
            for row in range(rows):
                known = row < len(line.points)
                array.InsertNextValue(line.points[row][index] if known else float("nan"))
            table.AddColumn(array)
    return table


def _stepsOf(line: Line) -> str:
    return f"Step of {line.name}"


def _find(className: str, name: str):
    found = slicer.util.getNodesByClass(className)
    return next((node for node in found if node.GetAttribute(ROLE) == name), None)


def _node(className: str, name: str):
    node = _find(className, name)
    if node is None:
        node = slicer.mrmlScene.AddNewNodeByClass(className, name)
        node.SetAttribute(ROLE, name)
    return node
