"""What a report says of other programs whose results were there to teach."""

from __future__ import annotations

from semigda_core.project.report.method import programs


def test_of_one_case_it_speaks_as_of_one():
    rows = [{"role": "unlabeled", "machine_source": "Net"}]

    def page(taught):
        told = {"Net": {"dice": None, "share": 0.0, "taught": taught}}
        return programs(lambda text: text, rows, [{"type": "trained", "sources": told}])

    assert "Trained also with a result of Net for 1 case." in page(0.1)
    assert "A result of Net for 1 case taught nothing." in page(0.0)


def test_the_report_says_how_much_a_program_taught_and_whether_it_did():
    rows = [{"role": "unlabeled", "machine_source": "Net <1>"}] * 2
    told = {"cases": 2, "measured": 5, "dice": 0.8, "teacher": 0.9, "share": 0.0, "taught": 0.0}

    def page(*events):
        return programs(lambda text: text, rows, [{"type": "losses"}, *events])

    assert "Trained also with results of Net &lt;1&gt; for 2 cases." in page()
    some = told | {"taught": 0.256}
    measured = {"type": "sources", "sources": {"Net <1>": told}}
    ended = {"type": "trained", "sources": {"Net <1>": some}}
    assert "Results of Net &lt;1&gt; for 2 cases taught nothing." in page(measured)
    assert "26 % of what these images taught came from it" in page(measured, ended)
    early = {name: value for name, value in told.items() if name != "taught"}  # of a version
    assert "Trained also with" in page({"type": "sources", "sources": {"Net <1>": early}})
