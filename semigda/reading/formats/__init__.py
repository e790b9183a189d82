"""One module for each format: how its files begin, what they declare, how they are read.

A format is a row in ``semigda_core/files/formats.py`` and a module of that name here; see
:class:`semigda.reading.detect.ImageFormat`.
"""
