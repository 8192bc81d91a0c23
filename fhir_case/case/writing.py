"""Plain data to YAML that a person would have written: block style, keys in order, quotes only where they are needed.

`read_text(write_yaml(x))` gives x again. Text that only looks like a number or a truth value (`7.20`, `no`) needs no
quotes, since the reader keeps it as text; inside `Verbatim` (FHIR JSON), where it would be typed, it gets them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from math import isfinite
from typing import Any

from fhir_case.case.base import Verbatim
from fhir_case.case.scalars import NULLS, looks_like_json
from fhir_case.issues import CaseError, Issue
from fhir_case.json import dumps

FLOW_WIDTH = 80
"""A list of scalars that fits in so many columns stands in one line."""
_LONGEST_KEY = 1000  # https://yaml.org/spec/1.1/#id904325: a simple key has at most 1024 characters

IN_ONE_LINE = frozenset({"remainder", "entry"})
"""The keys of FHIR JSON that stands beside what a person reads: in one line, it is easily passed over."""

# What would make libyaml read a plain scalar as something else: https://yaml.org/spec/1.1/#id907281
_STARTS = re.compile(r"[-?:](?:\s|\Z)|[,\[\]{}#&*!|>'\"%@`\s]|---|\.\.\.|<<\Z")
_INSIDE = re.compile(r": | #|:\Z|\s\Z")
_IN_FLOW = re.compile(r"[,\[\]{}:?]|\A-|\A\.")
# Characters that stand as they are: https://yaml.org/spec/1.1/#c-printable, without the breaks and the byte order mark.
_UNPRINTABLE = re.compile("[^ -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def write_yaml(plain: dict[str, Any], header: str = "") -> str:
    """The YAML text of plain data: dicts with text keys, lists, text, numbers, truth values, None; `Verbatim` dicts.

    Each line of `header` becomes a comment at the top. Raises `CaseError` for text that no file can hold.
    """
    lines = [f"# {line}".rstrip() for line in header.splitlines()]
    lines += _mapping(plain, 0, isinstance(plain, Verbatim)) if plain else ["{}"]
    return "\n".join(lines) + "\n"


def written_value(value: Any, indent: int, json: bool) -> tuple[str, list[str]]:
    """A value as it follows its key: what stands in the key's line, and the lines below it.

    `indent` is the column of the key; `json` says that the value is FHIR JSON, whose text must not look like a number.
    """
    json = json or isinstance(value, Verbatim)
    if isinstance(value, dict):
        return ("", list(_mapping(value, indent + 2, json))) if value else ("{}", [])
    if isinstance(value, list | tuple):
        short = _flow(value, indent, json)
        return (short, []) if short is not None else ("", list(_sequence(value, indent + 2, json)))
    if isinstance(value, str) and _is_block(value):
        return _block(value, indent + 2)
    return _scalar(value, json), []


def written_key(key: str) -> str:
    """A key with the colon after it, on as many lines as it needs."""
    text = _text(str(key), False)
    return f"{text}:" if len(text) <= _LONGEST_KEY else f"? {text}\n:"


def entry(key: str, value: Any, indent: int, json: bool) -> list[str]:
    """The lines of one entry of a mapping whose keys stand in the column `indent`."""
    pad = " " * indent
    line = _in_one_line(value) if key in IN_ONE_LINE and isinstance(value, Verbatim) else None
    first, below = (line, []) if line is not None else written_value(value, indent, json)
    start = f"{written_key(key)} {first}" if first else written_key(key)
    return [pad + line for line in start.split("\n")] + below


def item(value: Any, indent: int, json: bool) -> list[str]:
    """The lines of one entry of a list whose dashes stand in the column `indent`."""
    pad = " " * indent
    first, below = written_value(value, indent, json)
    # A mapping or list inside a list starts in the line of the dash.
    return [f"{pad}- {first}", *below] if first else [f"{pad}- {below[0][indent + 2 :]}", *below[1:]]


def _mapping(data: dict[str, Any], indent: int, json: bool) -> Iterator[str]:
    for key, value in data.items():
        yield from entry(key, value, indent, json)


def _sequence(data: list[Any] | tuple[Any, ...], indent: int, json: bool) -> Iterator[str]:
    for value in data:
        yield from item(value, indent, json)


def _flow(data: list[Any] | tuple[Any, ...], indent: int, json: bool) -> str | None:
    """The list in brackets, where it is short and flat."""
    if not data:
        return "[]"
    if any(isinstance(value, dict | list | tuple) or (isinstance(value, str) and "\n" in value) for value in data):
        return None
    if any(isinstance(value, str) and (len(value) > 30 or " " in value) for value in data):
        return None
    parts = []
    for value in data:
        part = _scalar(value, json)
        parts.append(_quoted(value) if isinstance(value, str) and part == value and _IN_FLOW.search(value) else part)
    text = f"[{', '.join(parts)}]"
    return text if indent + len(text) < FLOW_WIDTH else None


def _in_one_line(value: Any) -> str | None:
    """FHIR JSON in braces; None where a key is too long for that."""
    try:
        return _braced(value)
    except ValueError:
        return None


def _braced(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_braced_key(key)}: {_braced(held)}" for key, held in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_braced, value))}]"
    part = _scalar(value, True)
    return _quoted(value) if isinstance(value, str) and part == value and _IN_FLOW.search(value) else part


def _braced_key(key: str) -> str:
    part = _text(key, False)
    if len(part) > _LONGEST_KEY:
        raise ValueError(key)
    return _quoted(key) if part == key and _IN_FLOW.search(key) else part


def _scalar(value: Any, json: bool) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and isfinite(value):
        return dumps(value)
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, str):
        return _text(str(value), json)
    raise TypeError(f"{type(value).__name__} is not plain data")


def _text(text: str, json: bool) -> str:
    """A text, in quotes if it needs them."""
    bare = text not in NULLS and not (json and looks_like_json(text))
    if bare and not (_STARTS.match(text) or _INSIDE.search(text) or _UNPRINTABLE.search(text)):
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    if not _UNPRINTABLE.search(text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + re.sub(r'["\\]|' + _UNPRINTABLE.pattern, _escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    number = ord(character)
    if "\ud800" <= character <= "\udfff":
        message = f"the character U+{number:04X} is half a surrogate pair: no text file can hold it"
        raise CaseError((Issue("file-encoding", message),))
    wide = f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"
    return _ESCAPES.get(character) or (f"\\x{number:02X}" if number < 0x100 else wide)


def _is_block(text: str) -> bool:
    """Whether a text of several lines can stand under a bar as it is; editors cut spaces at the ends of lines."""
    if "\n" not in text or not text.strip("\n"):
        return False
    return all(line == line.rstrip(" ") and not _UNPRINTABLE.search(line) for line in text.split("\n"))


def _block(text: str, indent: int) -> tuple[str, list[str]]:
    """A literal block: https://yaml.org/spec/1.1/#id926836."""
    # Where the first line is indented itself, the block must say how far its own indentation goes.
    sign = "|2" if text.lstrip("\n").startswith(" ") else "|"
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    sign += ("-", "", "+")[min(ends, 2)]
    lines = body.split("\n") + [""] * (ends - 1)
    return sign, [" " * indent + line if line else "" for line in lines]
