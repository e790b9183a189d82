"""The report of a real, tiny training: whole in one file, honest, and without names."""

from __future__ import annotations

import html
import html.parser
import json
import re
import shutil

import pytest
from phantom_fixtures import VOLUME_CLASSES, write_phantoms
from training_fixtures import NETWORK, SHAPE, VOLUMES, card

from semigda.check.run import check
from semigda.jobs.run import run_job
from semigda_core.errors import SemiGDAError
from semigda_core.project.cases.caselist import case_rows
from semigda_core.project.check.latest import measured
from semigda_core.project.classes import change_class
from semigda_core.project.heldout import choose_heldout
from semigda_core.project.project import NewCase, Project
from semigda_core.project.report.charts import line_chart
from semigda_core.project.report.report import write_report

ATTRIBUTION = "Phantoms <drawn> by the engine & nobody else."


def make_training(folder, labelled=8, unlabelled=2):
    """A project named after a patient, and a queued training of it."""
    write_phantoms(folder / "study", labelled, unlabelled, 0, shape=SHAPE)
    project = Project.create(folder / "DOE_JANE")
    project.set_classes(list(VOLUME_CLASSES))
    project.set_mapping({"1": 1, "2": 2})
    study = folder / "study"
    cases = []
    for n in range(labelled + unlabelled):
        image = (study / f"image_{n:03d}.nrrd").rename(study / f"DOE_JANE_{n}.nrrd")
        label = study / f"label_{n:03d}.nrrd" if n < labelled else None
        cases.append(NewCase(image, label))
    project.add(cases)
    check(project)
    choose_heldout(project, measured(project))
    options = {
        "out": str(project.folder / "models" / "phantom"),
        "card": card() | {"attribution": [ATTRIBUTION]},
        "network": NETWORK,
        "preprocessing": VOLUMES,
        "pretrain_steps": 30,
        "align_steps": 10,
        "steps": 40,
        "validations": 3,
        "labeled_batch": 4,
        "unlabeled_batch": 4,
        "threads": 1,
        "device": "cpu",
    }
    return project, project.new_job(
        "train", {}, options, files={"cases": case_rows(project.read())}
    )


def compare(project) -> dict:
    """A comparison as a training of a project ends with."""
    held = project.read().heldout["cases"]
    rows = [
        {"case": case, "class": name, "before": before, "after": 0.9}
        for case in held
        for name, before in zip(VOLUME_CLASSES, (0.8, None), strict=True)
    ]
    body = {"before": 0.8, "after": 0.9, "difference": 0.1, "low": 0.05, "high": 0.14}
    body |= {"after_low": 0.8, "after_high": 0.95}
    head = {"before": None, "after": 0.9, "difference": None, "low": None, "high": None}
    head |= {"after_low": None, "after_high": None}
    return {
        "rows": rows,
        "classes": {"body": body, "head": head},
        "all": body,
        "interval": "95 % bootstrap over cases",
        "wins": True,
        "reason": "Better than before: 0.900 against 0.800.",
        "heldout_cases": len(held),
        "scheme": "split",
    }


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    project, job = make_training(tmp_path_factory.mktemp("report"))
    run_job(job)
    assert "error" not in job.result(), job.result()
    (job.path / "comparison.json").write_text(json.dumps(compare(project)))
    return project, job


@pytest.fixture
def page(trained, tmp_path):
    project, job = trained
    return write_report(project, job.path.name, tmp_path / "report.html").read_text("utf-8")


class Tags(html.parser.HTMLParser):
    """Collects tags, and whether all that need an end have one."""

    EMPTY = ("meta", "img", "line", "polyline", "circle", "br")

    def __init__(self, text: str):
        super().__init__()
        self.seen, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))


def test_the_page_is_whole_and_needs_nothing_from_outside(page):
    tags = Tags(page)
    assert tags.open == []
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in tags.seen}
    for _, attributes in tags.seen:
        assert "href" not in attributes and "style" not in {k for k in attributes if "url" in k}
        assert attributes.get("src", "data:").startswith("data:image/png;base64,") or (
            "src" not in attributes
        )
    assert "url(" not in page and "@import" not in page


def test_it_shows_curves_scores_pictures_settings_and_licence(page):
    for title in ("Cases", "Dice on the held-out cases", "Over the steps", "Pictures", "Settings"):
        assert f"<h2>{title}</h2>" in page
    assert page.count("<svg") == 4  # Dice, and the losses of three stages
    assert "Better than before: 0.900 against 0.800." in page
    assert "+0.050 to +0.140" in page
    assert "<td>case 1</td>" in page and "<td>case 2</td>" in page and "case 3" not in page
    assert "Phantoms &lt;drawn&gt; by the engine &amp; nobody else." in page
    assert "CC0 1.0" in page and "learning rate" in page


def test_it_names_the_classes_that_the_training_had(trained, tmp_path):
    project, job = trained
    copy = Project(shutil.copytree(project.folder, tmp_path / "later"))
    change_class(copy, 1, "trunk")
    text = write_report(copy, job.path.name, tmp_path / "later.html").read_text("utf-8")
    assert "<h1>body, head</h1>" in text and "trunk" not in text


def test_it_says_how_the_scores_were_made(page):
    assert "cases that no training saw" in page
    assert "Nothing about the model was chosen on these cases." in page
    assert "With so few held-out cases, small differences mean little." in page


class Texts(html.parser.HTMLParser):
    """What a page says, without its numbers, names of classes and settings, and what others
    wrote."""

    SILENT = ("style", "details", "td")

    def __init__(self, text: str):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.open += [] if tag in Tags.EMPTY else [tag]
        said = dict(attributes)
        self.found += [said[name] for name in ("alt", "aria-label", "lang") if name in said]

    def handle_endtag(self, tag):
        if tag not in Tags.EMPTY:
            self.open.pop()

    def handle_data(self, text):
        legend = self.open[-2:] == ["figcaption", "span"]
        if re.search("[A-Za-z]{2}", text) and not set(self.SILENT) & set(self.open) and not legend:
            self.found.append(text)


def test_everything_it_says_can_be_translated(trained, tmp_path):
    """Templates before their values are filled in, and finished sentences of others."""
    project, job = trained
    asked = []

    def say(text):
        asked.append(text)
        return f"«{text}»"

    names = {"«mean»", "body", "head"}
    page = write_report(project, job.path.name, tmp_path / "report.html", say=say)
    text = page.read_text("utf-8")
    left = [
        one for one in Texts(text).found if "«" not in one and one not in names | {"body, head"}
    ]
    assert not left and '<html lang="«en»">' in text
    assert "Better than before: 0.900 against 0.800." in asked and "case {number}" in asked
    assert "<td>«case 1»</td>" in text and "<td>«+0.050 to +0.140»</td>" in text
    assert "<td>«Attribution»</td>" in text and f"<td>{html.escape(ATTRIBUTION)}</td>" in text
    # Whatever its language, it is known as a report, and replaced as one.
    again = write_report(project, job.path.name, page, overwrite=True)
    assert "«" not in again.read_text("utf-8")


def test_it_names_no_case_no_patient_and_no_path(trained, page):
    project, job = trained
    text = re.sub(r"base64,[^']*", "", page)
    assert "DOE" not in text and "JANE" not in text
    for case in project.read().cases:
        assert case.id not in text
    assert str(project.folder) not in text and str(job.path) not in text


def test_an_unfinished_training_has_its_curves_so_far(trained, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(trained[0].folder, folder)
    project = Project(folder)
    job = project.jobs()[0]["folder"]
    (job / "comparison.json").unlink()
    (job / "result.json").unlink()
    state = json.loads((job / "state.json").read_text("utf-8"))
    (job / "state.json").write_text(json.dumps({**state, "state": "paused", "progress": 0.4}))
    lines = (job / "events.jsonl").read_text("utf-8").splitlines()
    kept = [line for line in lines if '"segment"' not in line and '"validation"' not in line]
    (job / "events.jsonl").write_text("\n".join(kept) + "\n")
    page = write_report(project).read_text("utf-8")
    assert "40 % done, paused" in page
    assert "Autoencoder: losses" in page and "Learning to segment" not in page
    assert "They are not the final score." in page
    Tags(page)


def test_a_training_that_has_not_begun(tmp_path):
    project, job = make_training(tmp_path)
    page = write_report(project, path=tmp_path / "report.html").read_text("utf-8")
    assert "Not begun." in page and "<svg" not in page
    with pytest.raises(SemiGDAError, match="no such training"):
        write_report(project, "another")
    with pytest.raises(SemiGDAError, match="folder of the output"):
        write_report(project, path=tmp_path / "nowhere" / "report.html")


def test_a_failed_training_says_so(tmp_path):
    project, job = make_training(tmp_path)
    error = {
        "class": "disk-full",
        "message": "The disk is full.",
        "action": "Free some.",
        "detail": "",
    }
    (job.path / "result.json").write_text(json.dumps({"error": error}))
    page = write_report(project).read_text("utf-8")
    assert "It failed: The disk is full. Free some." in page


def test_charts_of_awkward_values():
    assert line_chart({}, "nothing") == line_chart({"a": []}, "nothing") == ""
    assert line_chart({"a": [(1, float("nan"))]}, "nothing") == ""
    chart = line_chart({"a<b": [(0, 5.0)], "c": [(10, 5.0)]}, "equal")
    assert "a&lt;b" in chart and "nan" not in chart
    assert "polyline" in line_chart({"zero": [(1, 0.0), (2, 0.0)]}, "zero")


def test_a_report_replaces_nothing_but_a_report(trained, tmp_path):
    project = trained[0]
    mine = tmp_path / "mine.html"
    mine.write_text("<p>mine</p>")
    with pytest.raises(SemiGDAError, match="SemiGDA did not make it"):
        write_report(project, path=mine, overwrite=True)
    assert mine.read_text() == "<p>mine</p>"
    there = write_report(project, path=tmp_path / "report.html")
    with pytest.raises(SemiGDAError, match="exists already"):
        write_report(project, path=there)
    assert write_report(project, path=there, overwrite=True) == there
