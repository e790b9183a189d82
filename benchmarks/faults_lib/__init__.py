"""Injected faults, and what must hold after each."""
