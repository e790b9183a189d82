"""The panel of SemiGDATrain: a project in numbered sections, in the order of the work.

``sections.py`` makes the sections listed in its ``SECTIONS`` when the first project is opened; each
is a :class:`section.Section` with a .ui file of its own. The project's folder is the truth and
sections are views of it: after every change, here or by another program, all of them are asked to
``refresh()``.
"""
