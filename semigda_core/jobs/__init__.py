"""The job folder: what passes between Slicer and the engine, and starting the process that runs
it."""
