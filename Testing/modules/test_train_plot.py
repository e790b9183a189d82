"""The curves in Slicer's plot view follow the training, and nothing warns on the console."""

from __future__ import annotations

import slicer


def line(name, last):
    from SemiGDALib.train.training.chart import Line

    return Line(name, "#0072b2", [(step, 1 / (step + 1)) for step in range(0, last + 1, 25)])


def broken_series() -> list[str]:
    """Series whose columns are not in their table: a plot view warns of each."""
    found = []
    for series in slicer.util.getNodesByClass("vtkMRMLPlotSeriesNode"):
        node = series.GetTableNode()
        table = node.GetTable() if node is not None else None
        for column in (series.GetXColumnName(), series.GetYColumnName()):
            if table is None or column and table.GetColumnByName(column) is None:
                found.append(f"{series.GetName()}: {column}")
    return found


def test_the_axis_follows_and_no_series_misses_its_columns(module_host):
    module_host.load("SemiGDATrain")
    from SemiGDALib.train.training import plot

    view = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLPlotViewNode")
    chart = plot.show("Losses", "Losses", "Loss", [line("total", 50), line("vae", 50)])
    view.SetPlotChartNodeID(chart.GetID())
    problems = []

    def look(_caller, _event):
        problems.extend(broken_series())

    table = slicer.util.getNodesByClass("vtkMRMLTableNode")[0]
    for node in (table, chart, *slicer.util.getNodesByClass("vtkMRMLPlotSeriesNode")):
        node.AddObserver("ModifiedEvent", look)
    plotView = slicer.app.layoutManager().plotWidget(0).plotView()
    for lines in (
        [line("total", 50), line("vae", 50)],
        [line("total", 500), line("vae", 475)],
        [line("total", 600)],  # another stage has other parts
        [line("total", 700), line("cnn", 700)],
    ):
        plot.renew("Losses", lines)
        assert plotView.lastX == lines[0].points[-1][0]
        assert not problems and not broken_series()
        assert chart.GetNumberOfPlotSeriesNodes() == len(lines)
