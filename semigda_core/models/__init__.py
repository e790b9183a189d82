"""Model cards, the layout of a model package, and the library of installed models."""
