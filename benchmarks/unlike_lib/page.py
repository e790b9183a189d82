"""docs/unlike-study.md, from the stored table."""

from __future__ import annotations

from typing import Any

_INTRODUCTION = """# Images that a model is not for: how they are told, and how well

For users: [a model says when an image is not for it](unlike.md).

## What a card remembers

`images` in the [card](model-card.md): how many training images, how many of them single pictures,
and of the volumes the median, the 5th and the 95th percentile of side lengths and voxels to two
digits. And their look: for each channel of each level of one encoder the mean and the deviation
over the slice, averaged over the slices; of these numbers a normal distribution, as mean, deviation
and the 24 directions in which they vary most. No image can be made from that, and no patient is in
it. A training writes it at its end from at most 160 images; for a model that is there,

```
semigda models training-images MODEL CASES     the case list that it was trained on
```

does. The features are those of the forward pass that segments anyway. An image's distance is
Mahalanobis's, with a tenth of the variance as each feature's own. The limit comes from the training
images alone: a tenth of the patients is left out, the distribution learned from the others, and the
distance of those left out measured; the limit is the mean of its logarithm and 2.5 deviations. With
images of fewer than eight patients no look is remembered, and nothing is said after a run.

## How well that works

Made by `python benchmarks/unlike.py --page` from `benchmarks/results/unlike.json`, which
`python benchmarks/unlike.py MODEL SET` fills. **AUROC**: how often an image of the row is farther
from the training images than a held-out image (`val`) of the model's own kind; .5 is chance.
**noted**: the share with the note after running. **asked**: the share that is asked about, or
refused, before (with the modality known, as of DICOM). To measure what is noted where the model
would refuse an image, grey was given as colours, colours as grey, and any values as 8 bits; volumes
of other sets had every n-th slice.

What was chosen on what: all levels of the encoder instead of some, the tenth, the 24 directions and
the 2.5 deviations were chosen when the models for breast and polyp (not yet trained to their end)
and the two of version 0.1 (breast, hippocampus) were looked at with 40 `val` images of their own
set, other sets and changes as below. So these figures are not wholly unseen; the limits themselves
never saw `val`.
"""
_END = """
Two rows are not clearly another kind, and the models are right to be in doubt there. A middle half
of a breast ultrasound picture is often again a picture of a breast with a lesion. A colonoscope has
no upright, and its pictures were turned and mirrored in training: turned by 90 degrees one is still
a picture of a polyp. Of the set `skin` a colonoscopy model is not told before that it is another
kind: photographs of all sorts (DICOM XC, ES ...) count as one modality.
"""


def page(runs: list[dict[str, Any]]) -> str:
    """The page: a table for each model."""
    least = min(row["auroc"] for run in runs for row in run["rows"])
    cases = sum(run["cases"] for run in runs)
    noted = round(sum(run["noted"] * run["cases"] for run in runs))
    told = (
        f"\nThe least AUROC of all rows is {least:.3f}; of {cases} held-out images of the models' "
        f"own kinds {noted} have the note.\n"
    )
    return _INTRODUCTION + told + "".join(_table(run) for run in runs) + _END


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
