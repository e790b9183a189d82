"""The panel of SemiGDATrain: a project in numbered sections, in the order of the work.

Each section is a folder here, in which ``section.py`` has its :class:`section.Section`; its .ui
file has the section's name. ``sections.py`` lists them and makes them when the first project is
opened. The project's folder is the truth and sections are views of it: after every change, here or
by another program, all of them are asked to ``refresh()``.
"""
