"""The job folder: what passes between Slicer and the engine, and starting what runs it."""
