"""One image for each starter model in Slicer's *Sample Data*, from where its data set is published.

The images took no part in the training of the models. Nothing is downloaded before a click there.
"""

from __future__ import annotations

from pathlib import Path

from semigda_core.models.library import bundled_folder

CATEGORY = "SemiGDA"
_GITHUB = "https://raw.githubusercontent.com"
# Starter model -> its sample. The addresses name a commit, so what they give never changes; the
# files are those of the published data sets, byte for byte.
SAMPLES = {
    "hippocampus-mr": {
        "sampleName": "HippocampusMR",
        "uris": f"{_GITHUB}/udacity/nd320-c3-3d-imaging-starter/"
        "895fee683624aafe2033521f4d9b6d99accd66d5/"
        "data/TrainingSet/images/hippocampus_034.nii.gz",
        "fileNames": "SemiGDA-hippocampus_034.nii.gz",
        "checksums": "SHA256:2c299c7faa605f45534577404f6dc84d11527cf585be9e1d449c5a3d0e6ad994",
    },
    "breast-lesion-us": {
        "sampleName": "BreastLesionUS",
        "uris": f"{_GITHUB}/solutionbeyondnumbers/Ultra-net-codes-/"
        "ad75b72f88df3a55fd9d3f5e0ad4f60be51df828/BUSBRA/Images/bus_0079-l.png",
        "fileNames": "SemiGDA-bus_0079-l.png",
        "checksums": "SHA256:a3a54bc96feb63225041cc106370a9f3927994dcd31826e132d2aa97ae2e878d",
    },
    "polyp-colonoscopy": {
        "sampleName": "PolypColonoscopy",
        "uris": f"{_GITHUB}/Amir-Ali-Amini/AI_U-Net-for-Polyp-Segmentation/"
        "1d3b58b131fb396b6ea08cdd0d0e94af7a77ed84/"
        "Kvasir-SEG/images/cju1819curo000988pd5xcqme.jpg",
        "fileNames": "SemiGDA-cju1819curo000988pd5xcqme.jpg",
        "checksums": "SHA256:b26380cca253ee3ac20b316df3882bb4b2ea962efb6678f2c32391993c1f9541",
    },
}


def register(thumbnails: Path) -> None:
    """Add the samples of the starter models that are here; nothing without Slicer's SampleData.

    ``thumbnails``: the folder of their pictures, named after the samples.
    """
    try:
        import SampleData
    except ImportError:  # a custom application may leave this module out
        return
    for model, sample in SAMPLES.items():
        if (bundled_folder() / model).is_dir():
            name = sample["sampleName"]
            SampleData.SampleDataLogic.registerCustomSampleDataSource(
                category=CATEGORY,
                nodeNames=name,
                thumbnailFileName=str(thumbnails / f"{name}.png"),
                # A picture of a numbered series is still one image.
                loadFileProperties={"singleFile": True},
                **sample,
            )
