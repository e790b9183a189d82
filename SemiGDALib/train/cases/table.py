"""The list of cases: one row each, with a picture, label, use, size and what is wrong."""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from semigda_core.project.check import latest
from SemiGDALib.tables import cell, selectedRows, selectRows, setColumns
from SemiGDALib.texts import AMBER, BLUE, RED, ink
from SemiGDALib.train.slices.words import labelledText, shortText
from SemiGDALib.translation.sentences import translated

PICTURE, NAME, LABEL, USE = range(4)
PICTURE_SIZE = 44
LABEL_WIDTH, WITH_SLICES = 74, 94  # pixels; the wider one only where it is needed
COLOURS = {"error": RED, "warning": AMBER, "hint": BLUE}
# Findings about the project as a whole, whichever cases they list.
WHOLE_PROJECT = {"few-cases"}
RESULT = "\u25c7"  # a result of another program
SIGNS = {"error": "\u2716", "warning": "\u25b2", "hint": "\u25cf"}


def severityWord(severity: str) -> str:
    return {"error": _("Error"), "warning": _("Warning"), "hint": _("Hint")}[severity]


def roleWord(role: str) -> str:
    """How a case is used, for the user."""
    return {
        "labeled": _("training"),
        "unlabeled": _("unlabelled"),
        "held-out": _("held out"),
        "aside": _("aside"),
        "ignored": _("ignored"),
        "missing": _("missing"),
    }[role]


def roleText(role: str) -> str:
    """The same as a sentence."""
    return {
        "labeled": _("Trained on, with its label."),
        "unlabeled": _("Trained on as an image without a label."),
        "held-out": _("Never trained on: used only to score models."),
        "aside": _("Not used: another image of this patient is held out."),
        "ignored": _("Not used: you chose to ignore it."),
        "missing": _("Not used: its image or label file is missing."),
    }[role]


def originWord(origin: str) -> str:
    """Who made a label."""
    return {"human": _("by hand"), "edited": _("corrected"), "machine": _("by a model")}[origin]


class CasesTable:
    """Fills a QTableWidget; selected cases are known by their ids."""

    def __init__(self, table, context):
        self.table = table
        self.context = context
        self._ids: list[str] = []
        self._filled: list = []  # what each row was made of: most rows stay as they are
        widths = {PICTURE: PICTURE_SIZE + 6, LABEL: LABEL_WIDTH, USE: 82}
        setColumns(table, ("", _("Case"), _("Label"), _("Use, size")), [NAME], widths)
        table.setIconSize(qt.QSize(PICTURE_SIZE, PICTURE_SIZE))
        table.setTextElideMode(qt.Qt.ElideMiddle)  # names often differ at their ends only

    def signs(self) -> str:
        """The signs that are in the list, with their words."""
        shown = {problems[0].severity for _case, problems, *_rest in self._filled if problems}
        return ", ".join(f"{SIGNS[one]} {severityWord(one)}" for one in SIGNS if one in shown)

    def selected(self) -> list[str]:
        """Ids of the selected cases, in the list's order."""
        return [self._ids[row] for row in selectedRows(self.table)]

    def select(self, caseIds) -> None:
        """Select cases and bring the first into view."""
        rows = self._mark(caseIds)
        if rows:
            self.table.scrollToItem(self.table.item(rows[0], NAME))

    def _mark(self, caseIds) -> list[int]:
        wanted = set(caseIds)
        rows = [row for row, caseId in enumerate(self._ids) if caseId in wanted]
        selectRows(self.table, rows)
        return rows

    def refresh(self) -> None:
        """Show the project's cases; the selection stays."""
        selected, view, table = self.selected(), self.context.view, self.table
        problems: dict[str, list] = {}
        findings = [one for one in self.context.findings if one.code not in WHOLE_PROJECT]
        for finding in findings:
            for caseId in finding.case_ids:
                problems.setdefault(caseId, []).append(finding)
        table.setUpdatesEnabled(False)
        partly = any(case.finished is not None for case in view.cases)
        table.setColumnWidth(LABEL, WITH_SLICES if partly else LABEL_WIDTH)
        table.setRowCount(len(view.cases))
        self._ids = [case.id for case in view.cases]
        filled = []
        for row, case in enumerate(view.cases):
            path = latest.thumbnail(self.context.project, case.id)
            image = self.context.measured(case.id, "image")
            picture = path and (str(path), path.stat().st_mtime_ns)
            filled.append((case, problems.get(case.id, []), image, picture))
            if row >= len(self._filled) or self._filled[row] != filled[row]:
                self._fill(row, *filled[row])
        self._filled = filled
        self._mark(selected)  # without scrolling under the user's hand
        table.setUpdatesEnabled(True)

    def _fill(self, row, case, problems, image, picture) -> None:
        table = self.table
        thumbnail = cell("", _("A slice of the image, drawn by the check."))
        if picture is not None:
            # A QImage cannot be made from bytes in PythonQt, but a pixmap from a file.
            thumbnail.setIcon(qt.QIcon(qt.QPixmap(picture[0])))
        table.setItem(row, PICTURE, thumbnail)
        name = cell(case.name)
        about = [str(case.image)]
        if case.group:
            name.setText(f"{case.name}\n{case.group}")
            about.append(_("Patient: {name}").format(name=case.group))
        if case.finished is not None:
            about.append(labelledText(case, image))
        if problems:
            worst = problems[0].severity  # findings come sorted
            name.setText(f"{SIGNS[worst]} {name.text()}")
            name.setForeground(qt.QBrush(qt.QColor(ink(COLOURS[worst]))))
            about += [
                f"{severityWord(one.severity)}: {translated(one.message)} {translated(one.action)}"
                for one in problems
            ]
        name.setToolTip("\n".join(about))
        table.setItem(row, NAME, name)
        table.setItem(row, LABEL, self._labelCell(case, image))
        table.setItem(row, USE, self._useCell(case, image))
        table.setRowHeight(row, PICTURE_SIZE + 4)

    def _labelCell(self, case, image):
        result = case.results[-1] if case.results else None
        made = _("Result of {program}").format(program=result.source) if result else ""
        if case.label is None and result is not None:
            use = _("It teaches as long as it is better than the model; it is no label.")
            about = (_("This case has no label."), f"{made}: {result.path}", use)
            return cell(f"{RESULT} {result.source}", "\n".join(about))
        if case.label is None:
            return cell("–", _("This case has no label."))
        names = ", ".join(case.segments) if case.segments else _("label map")
        shown, about = [names, originWord(case.origin)], [names, str(case.label)]
        if case.finished is not None:
            shown.insert(0, shortText(case, image))  # long names cut what comes last
            about.insert(1, labelledText(case, image))
        if result is not None:
            shown[-1] = f"{RESULT} {shown[-1]}"
            use = _("It tells how good the program is.")
            about += [f"{made}: {result.path}", use]
        return cell("\n".join(shown), "\n".join(about))

    def _useCell(self, case, image):
        """How the case is used, and how large its image is, once the check has looked."""
        use, about = roleWord(case.role), roleText(case.role)
        if "shape" not in image:
            return cell(use, about)
        size = "\u00d7".join(str(n) for n in reversed(image["shape"]))
        if image["picture"]:
            size = size.rpartition("\u00d7")[0]
            return cell(f"{use}\n{size}", "\n".join((about, _("Size in pixels."))))
        spacing = "\u00d7".join(f"{step:.2g}" for step in reversed(image["spacing"]))
        voxels = _("{size} voxels of {spacing} mm").format(size=size, spacing=spacing)
        return cell(f"{use}\n{size}", f"{about}\n{voxels}")
