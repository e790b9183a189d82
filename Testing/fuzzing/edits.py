"""Changes to bytes, texts and JSON that any format may meet. All chance comes from the caller."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

NUMBERS = (
    "0",
    "-1",
    "1",
    "2",
    "255",
    "256",
    "65536",
    "2147483647",
    "-2147483648",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "1" + "0" * 400,
    "NaN",
    "-nan",
    "inf",
    "-Infinity",
    "1e308",
    "1e-320",
    "-0.0",
    "0.1",
    "1,5",
    "0x10",
    "1e5",
)
TEXTS = (
    "",
    " ",
    "a",
    "A" * 300,
    "B" * 5000,
    "../../canary/scan.nii",
    "/etc/passwd",
    "C:\\canary",
    "\x00",
    "\x1b[2J\x1b[31m",
    "\r\n",
    "\u202eevil",
    "Läsion",
    "肝臓",
    "\ud800",
    "%s%n%x",
    "|",
    ":=",
    "..",
    ".",
    "~",
    "con",
    "a/b",
    "a\\b",
    "none",
    "null",
    "true",
    "-",
    '"',
    "'",
    ";",
    ",",
    "\t",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2,
    255,
    1 << 31,
    1 << 63,
    1 << 70,
    -(1 << 63),
    10**400,
    0.0,
    -0.5,
    0.5,
    1e308,
    5e-324,
    [],
    {},
    [None],
    [[]],
    {"": None},
    [1, 2, 3],
    ["a", "b"],
    {"a": {"b": {}}},
    [0] * 200,
)
# What the JSON module writes and reads beyond the standard.
NOT_FINITE = (float("nan"), float("inf"), float("-inf"))
DEPTHS = (20, 500, 5000, 200_000)


def text(rng: random.Random) -> str:
    return rng.choice(TEXTS) if rng.random() < 0.6 else rng.choice(NUMBERS)


def cut(rng: random.Random, data: bytes) -> bytes:
    """The beginning only; often nearly all of it."""
    if rng.random() < 0.4:
        return data[: max(0, len(data) - rng.choice((1, 2, 4, 8, 100)))]
    return data[: rng.randrange(len(data) + 1)]


def flip(rng: random.Random, data: bytes, low: int = 0, high: int | None = None) -> bytes:
    """One to eight bits changed between two places."""
    changed = bytearray(data)
    high = len(changed) if high is None else high
    if high <= low:
        return data
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        changed[rng.randrange(low, high)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _overwrite(rng: random.Random, data: bytes) -> bytes:
    place, length = rng.randrange(len(data) + 1), rng.choice((1, 2, 4, 8, 64))
    byte = rng.choice((b"\0", b"\xff", b"\x80", b"\n", b"0", None))
    new = rng.randbytes(length) if byte is None else byte * length
    return data[:place] + new + data[place + length :]


def _insert(rng: random.Random, data: bytes) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + rng.randbytes(rng.choice((1, 2, 7, 300))) + data[place:]


def _remove(rng: random.Random, data: bytes) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + data[place + rng.choice((1, 2, 4, 32, 200)) :]


def _swap(rng: random.Random, data: bytes) -> bytes:
    """Two blocks change places, as in a file whose clusters are mixed up."""
    size = rng.choice((4, 16, 64, 256))
    if len(data) < 2 * size:
        return data
    a, b = sorted(rng.sample(range(len(data) - size + 1), 2))
    if b - a < size:
        return data
    return (
        data[:a] + data[b : b + size] + data[a + size : b] + data[a : a + size] + data[b + size :]
    )


def _twice(rng: random.Random, data: bytes) -> bytes:
    a, b = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
    return data[:b] + data[a:b] + data[b:]


def _other(rng: random.Random, data: bytes) -> bytes:
    return rng.choice(
        (b"", b"\0", b"\xff\xfe", b"{}", b"NRRD0004\n\n", rng.randbytes(300), data * 2)
    )


def any_bytes(rng: random.Random, data: bytes) -> bytes:
    """One change that knows nothing of the format."""
    edits = (cut, flip, flip, flip, _overwrite, _overwrite, _insert, _remove, _swap, _twice, _other)
    return rng.choice(edits)(rng, data)


# Text headers


def header_lines(rng: random.Random, lines: list[str], between: str) -> list[str]:
    """Lines of "field<between>value", with one or two of them changed."""
    lines = list(lines)
    for _ in range(rng.choice((1, 1, 1, 2))):
        if not lines:
            break
        number = rng.randrange(len(lines))
        field, sign, value = lines[number].partition(between)
        kind = rng.randrange(9)
        if kind == 0:
            del lines[number]
        elif kind == 1:
            lines.insert(rng.randrange(len(lines) + 1), lines[number])
        elif kind == 2:
            lines.append(field + sign + text(rng))
        elif kind == 3:
            lines[number] = text(rng) + sign + value
        elif kind == 4:
            lines[number] = field + sign + text(rng)
        elif kind == 5:
            lines[number] = field + sign + value * rng.choice((2, 40, 400))
        else:  # one word of several
            words = value.split(" ")
            words[rng.randrange(len(words))] = rng.choice((rng.choice(NUMBERS), text(rng)))
            lines[number] = field + sign + " ".join(words)
    return lines


def encoded(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


# JSON


def leaves(value: Any, path: tuple = ()) -> list[tuple]:
    """The places of all values, those of objects and lists too."""
    found = [path]
    items = dict(enumerate(value)) if isinstance(value, list) else value
    for key, item in items.items() if isinstance(items, dict) else ():
        found += leaves(item, (*path, key))
    return found


def any_value(rng: random.Random) -> Any:
    if rng.random() < 0.4:
        return rng.choice(TEXTS)
    chosen = rng.choice(NOT_FINITE) if rng.random() < 0.05 else rng.choice(VALUES)
    return copy.deepcopy(chosen)  # the next change may be within it


def json_value(
    rng: random.Random, value: Any, wanted: Callable[[tuple], bool] | None = None
) -> Any:
    """The value with one to three places changed, those that are ``wanted`` if any."""
    value = json.loads(json.dumps(value))
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        places = [place for place in leaves(value) if place and (not wanted or wanted(place))]
        if not places:
            break
        *way, last = rng.choice(places)
        holder = value
        for key in way:
            holder = holder[key]
        _change(rng, holder, last)
    return value


def _change(rng: random.Random, holder: Any, key: Any) -> None:
    kind = rng.randrange(8)
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        holder[text(rng)] = holder.pop(key)
    elif kind == 2 and isinstance(holder, list):
        holder += [holder[key]] * rng.choice((1, 2, 300))
    elif kind == 3 and isinstance(holder, dict):
        holder[text(rng)] = any_value(rng)
    elif kind == 4 and isinstance(holder[key], (int, float)) and abs(holder[key]) < 1e300:
        holder[key] = rng.choice((-holder[key], holder[key] * 1000, holder[key] + 0.5, 0))
    else:
        holder[key] = any_value(rng)


def json_bytes(
    rng: random.Random, value: Any, wanted: Callable[[tuple], bool] | None = None
) -> bytes:
    """A JSON document that is wrong: in a value mostly, in its text now and then."""
    chance = rng.random()
    if chance < 0.03:
        return _deep(rng, value)
    if chance < 0.18:
        return any_bytes(rng, json.dumps(value).encode())
    changed = json_value(rng, value, wanted)
    written = json.dumps(changed, ensure_ascii=rng.random() < 0.5)
    codec = rng.choice(("utf-8",) * 12 + ("utf-8-sig", "utf-16", "latin-1"))
    return written.encode(codec, "surrogatepass" if "utf" in codec else "replace")


def _deep(rng: random.Random, value: Any) -> bytes:
    """One value nested deeper than a parser's stack."""
    depth = rng.choice(DEPTHS)
    nested = (
        b"[" * depth + b"]" * depth
        if rng.random() < 0.5
        else b'{"a":' * depth + b"1" + b"}" * depth
    )
    if not isinstance(value, dict) or not value:
        return nested
    written = {key: json.dumps(item).encode() for key, item in value.items()}
    written[rng.choice(list(value))] = nested
    return b"{" + b",".join(json.dumps(k).encode() + b":" + v for k, v in written.items()) + b"}"
