"""Stands for Slicer's module SampleData: keeps what is registered, with its arguments' names."""

from __future__ import annotations

registered: list[dict] = []


class SampleDataLogic:
    @staticmethod
    def registerCustomSampleDataSource(
        category="Custom",
        sampleName=None,
        uris=None,
        fileNames=None,
        nodeNames=None,
        customDownloader=None,
        thumbnailFileName=None,
        loadFileType="VolumeFile",
        loadFiles=None,
        loadFileProperties=None,
        checksums=None,
    ):
        source = dict(locals())
        if source not in registered:
            registered.append(source)
