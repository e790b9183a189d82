"""The engine's sentences in the user's language.

Engine and core write English; whatever of it a panel shows passes :func:`sentences.translated`.
The lists beside it are made from their sources by ``Testing/packaging/list_sentences.py``.
"""
