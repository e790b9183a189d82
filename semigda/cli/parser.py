"""The parser of the ``semigda`` command: what is wrong in a line, and what was probably meant."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from difflib import get_close_matches


class Parser(argparse.ArgumentParser):
    """As its base, but a mistyped option, command or choice is answered with the one it is like.

    The usage of a command with many options would push that line out of sight.
    """

    _given: list[str] = []

    def parse_known_args(self, args=None, namespace=None):
        # What begins like a number is a value, not an option; so does a list such as -28,-20,-14.
        self._negative_number_matcher = re.compile(r"-[\d.]")
        self._given = list(sys.argv[1:] if args is None else args)
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:  # here, and not in the outermost parser, which does not know these options
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str):
        meant = "".join(f" Did you mean {one}?" for one in self._meant(message))
        if taken := [name for name in self._of_several() if message.startswith("the following")]:
            meant = f" {taken[0]} takes all that follows it: write it last."
        self.exit(2, f"{self.prog}: {message}.{meant}\nSee '{self.prog} --help'.\n")

    def _of_several(self) -> Iterator[str]:
        """The given options that take several values."""
        for name, action in self._option_string_actions.items():
            if action.nargs == "+" and name in self._given:
                yield name

    def _meant(self, message: str) -> Iterator[str]:
        options = list(self._option_string_actions)
        for word in self._given:
            name = word.partition("=")[0]
            if name.startswith("--") and not any(one.startswith(name) for one in options):
                yield from _closest(name, options)
        if wrong := re.search("invalid choice: '(.*?)'", message):
            choices = (str(one) for action in self._actions for one in action.choices or ())
            yield from _closest(wrong[1], choices)


def _closest(word: str, words: Iterable[str]) -> list[str]:
    return get_close_matches(word, list(words), 1, cutoff=0.7)
