"""The section *Models*: installed models and those of the catalogue, in one list."""
