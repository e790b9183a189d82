"""A mutation run: small faults made on purpose, and whether a test notices (Testing/mutants.py)."""
