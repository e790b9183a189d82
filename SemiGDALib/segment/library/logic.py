"""What the Logic of SemiGDASegment offers for models, for scripts: no dialogs."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from semigda_core.errors import SemiGDAError

LIMIT_MS = 600_000  # weights of 700 MB on a slow disk
CATALOGUE_LIMIT_MS = 60_000
_COLOURS = ((220, 120, 80), (80, 150, 220), (110, 190, 90), (220, 190, 70), (170, 100, 200))


class LibraryLogic:
    """A part of the module's Logic, which has ``jobs``."""

    jobs = None  # SemiGDALib.jobs.owner.Jobs

    def models(self):
        """The installed models (:class:`semigda_core.models.library.InstalledModel`)."""
        from semigda_core.models.library import list_models

        return list_models()

    def addModel(self, path, onDone, overwrite=False):
        """Install a package (.zip, folder, or its card.json); ``onDone(SemiGDAError or None)``.

        In a child process, because checking tensors needs packages. ``overwrite``: let it take the
        place of another model of its name, which is refused otherwise, with action NAME_TAKEN.
        """
        path = Path(path)
        package = path.parent if path.name == "card.json" else path
        arguments = ["models", "add", str(package), *(["--overwrite"] if overwrite else [])]
        self._command(
            arguments, lambda _output, problem: onDone(problem), errorClass="model-invalid"
        )

    def catalogue(self, onDone):
        """Read the catalogue in a child process; ``onDone(entries, SemiGDAError or None)``."""
        from semigda_core.models.catalogue import Entry, catalogue_source

        def read(output, problem):
            entries = []
            if problem is None:
                try:
                    entries = [Entry.from_dict(one) for one in json.loads(output)]
                except (ValueError, SemiGDAError):
                    problem = SemiGDAError("worker-died")
            onDone(entries, problem)

        arguments = ["models", "catalogue", "--json", "--catalogue", catalogue_source()]
        self._command(arguments, read, CATALOGUE_LIMIT_MS)

    def downloadModel(self, entry, onDone, onProgress=None, overwrite=False):
        """Download and install an entry of the catalogue, without asking.

        Args:
            entry: one that :meth:`catalogue` gave.
            onDone: called with None, or a SemiGDAError ("cancelled" after a cancel).
            onProgress: called with (fraction, message, seconds left or None).
            overwrite: let it take the place of another model of its name.

        Returns:
            The :class:`SemiGDALib.jobs.engine_job.EngineJob`, which can be cancelled; what came is
            then kept for the next time.
        """
        from semigda_core.jobs.folder import JobFolder
        from semigda_core.models.catalogue import catalogue_source
        from semigda_core.models.library import user_folder
        from SemiGDALib.jobs.engine_job import EngineJob, ignore
        from SemiGDALib.jobs.private import privateFolder

        inputs = {"entry": entry.to_dict(), "catalogue": catalogue_source()}
        inputs["library"] = str(user_folder())
        with privateFolder() as folder:
            job = JobFolder.create(folder, "download", inputs, {"overwrite": overwrite})

        def ended(_result, error):
            onDone(error)

        return self.jobs.add(EngineJob(job, onProgress or ignore, ended, folder))

    def exportModel(self, name, path, onDone):
        """Write an installed model as one .zip; ``onDone(SemiGDAError or None)``."""
        arguments = ["models", "export", str(name), str(path), "--overwrite"]
        self._command(arguments, lambda _output, problem: onDone(problem), folder=Path(path).parent)

    def removeModel(self, name):
        """Delete a model that did not come with SemiGDA, without asking.

        Raises:
            SemiGDAError: nothing was deleted.
        """
        from semigda_core.models.library import remove_model

        remove_model(name)

    def importOfficial(self, weights, name, onDone, title="", classes=(), licence=""):
        """Make a model of a released stage-2 checkpoint; ``onDone(SemiGDAError or None)``.

        Args:
            name: of the model in the library.
            title: for people.
            classes: names of the structures, in the order of the checkpoint's classes.
            licence: of the weights.
        """
        from semigda_core.models.card import check_name
        from semigda_core.models.library import user_folder

        words = {key: value for key, value in (("title", title), ("licence", licence)) if value}
        if classes:
            words["labels"] = [
                {"value": n + 1, "name": one, "color": list(_COLOURS[n % len(_COLOURS)])}
                for n, one in enumerate(classes)
            ]
        folder = tempfile.TemporaryDirectory(prefix="semigda-")
        card = Path(folder.name) / "words.json"
        card.write_text(json.dumps(words), encoding="utf-8")

        def done(_output, problem):
            folder.cleanup()
            onDone(problem)

        out = user_folder() / check_name(name)
        self._command(["import-official", str(weights), "-o", str(out), "--card", str(card)], done)

    def useCatalogue(self, source):
        """Use the catalogue at a file's path or URL; empty: the project's. Kept in the settings."""
        from SemiGDALib.segment.library import settings

        settings.choose(settings.CATALOGUE, str(source).strip())

    def useModelsFolder(self, folder):
        """Install models into this folder; empty: the usual one. Kept in the settings."""
        from SemiGDALib.segment.library import settings

        settings.choose(settings.FOLDER, str(folder))

    def applyLibrary(self):
        """Use the catalogue and the folder of the user's settings."""
        from SemiGDALib.segment.library import settings

        settings.apply()

    def _command(self, arguments, onDone, limitMs=LIMIT_MS, errorClass="bad-input", folder=None):
        """``semigda ARGUMENTS`` in a child; ``onDone(standard output, SemiGDAError or None)``."""
        from slicer.i18n import tr as _

        from SemiGDALib.jobs.command import run

        failed = _("The computing process ended early.")
        run(self.jobs, arguments, onDone, limitMs, errorClass, failed, folder)
