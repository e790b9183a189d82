"""Training projects: a folder with cases, their check, the held-out set and the trainings."""

FILE = "project.json"  # of a project's folder
