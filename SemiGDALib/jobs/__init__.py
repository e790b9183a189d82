"""The engine's work in child processes: job folders for warm workers, and short commands.

A module's Logic has one :class:`owner.Jobs`, which knows all that the module has running.
"""
