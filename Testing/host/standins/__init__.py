"""Stand-ins for the Python parts of Slicer that its core wheel does not hold."""
