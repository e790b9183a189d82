"""SemiGDA: semi-supervised generative medical image segmentation (arXiv 2604.23274)."""

from semigda_core.version import __version__

__all__ = ["__version__"]
