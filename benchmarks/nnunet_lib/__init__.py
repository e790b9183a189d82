"""Parts of benchmarks/nnunet.py."""
