"""docs/unlike-study.md, from the stored table."""

from __future__ import annotations

from typing import Any

_INTRODUCTION = """# How well images that a model is not for are recognised

For users: [a model says when an image is not for it](unlike.md). Made by
`python benchmarks/unlike.py --page` from `benchmarks/results/unlike.json`, which
`python benchmarks/unlike.py MODEL SET` fills.

{told}
## What a card remembers

`images` in the [card](model-card.md): how many training images, how many of them single pictures,
and of the volumes the median, the 5th and the 95th percentile of side lengths and voxels to two
digits. And their look: mean and deviation over the slice of each channel of each level of one
encoder, averaged over the slices; of these numbers a normal distribution, as mean, deviation and
the 24 directions in which they vary most. No image can be made from that. A training writes it at
its end from at most 160 images of at least eight patients;
`semigda models training-images MODEL CASES` adds it to an older model.

The features are those of the forward pass that segments anyway. An image's distance is
Mahalanobis's, with a tenth of the variance as each feature's own. The limit comes from the training
images alone: a tenth of the patients is left out, and their distance to the others measured; the
limit is the mean of its logarithm plus 2.5 deviations.

## Figures

**AUROC**: how often an image of the row is farther from the training images than a held-out image
(`val`) of the model's own kind; .5 is chance. **noted**: the share with the note after running.
**asked**: the share that is asked about, or refused, before (with the modality known, as of DICOM).
Where the model would refuse an image, grey was given as colours, colours as grey, and any values as
8 bits; volumes of other sets had every n-th slice.

Levels of the encoder, the tenth, the 24 directions and the 2.5 deviations were chosen with earlier
models and 40 `val` images of these sets, so the figures are not wholly unseen; the limits
themselves never saw `val`.
"""
_END = """
Two rows are not clearly another kind. A middle half of a breast ultrasound picture is often again a
picture of a breast with a lesion, and a colonoscopy picture turned by 90 degrees is still one of a
polyp. A colonoscopy model does not ask about photographs of skin, because photographs of all sorts
(DICOM XC, ES ...) count as one modality.
"""


def page(runs: list[dict[str, Any]]) -> str:
    """The page: a table for each model."""
    least = min(row["auroc"] for run in runs for row in run["rows"])
    cases = sum(run["cases"] for run in runs)
    noted = round(sum(run["noted"] * run["cases"] for run in runs))
    told = (
        f"The least AUROC of all rows is {least:.3f}; of {cases} held-out images of the models' "
        f"own kinds {noted} have the note.\n"
    )
    return _INTRODUCTION.format(told=told) + "".join(_table(run) for run in runs) + _END


def _table(run: dict[str, Any]) -> str:
    lines = [
        f"\n### `{run['model']}`, {run['training_images']} training images of {run['set']}",
        "",
        "| images | cases | AUROC | noted | asked |",
        "|---|---|---|---|---|",
        f"| **its own kind, held out** | {run['cases']} | | {_percent(run['noted'])} "
        f"| {_percent(run['asked'])} |",
    ]
    for row in run["rows"]:
        name = f"{row['images']}: {row['words']}" if row["words"] else row["images"]
        lines.append(
            f"| {name} | {row['cases']} | {row['auroc']:.3f} | {_percent(row['noted'])} "
            f"| {_percent(row['asked'])} |"
        )
    return "\n".join(lines) + "\n"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
