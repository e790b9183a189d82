"""A project's trainings: presets, estimate, start, comparison, versions."""
