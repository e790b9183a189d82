"""Model packages (weights + card), the library of installed models, official weights."""
