"""JSON in and out, with numbers kept as they were written.

FHIR decimals carry their precision (`7.20` is not `7.2`: https://hl7.org/fhir/R4/datatypes.html#decimal), so equality is
never `==` on dicts (`Decimal("7.20") == Decimal("7.2")`, `1 == True`): it is equality of `canonical` bytes.

`loads` raises for what is not JSON; `fhir_case.json.tolerant.read` says what is wrong with it and goes on;
`fhir_case.json.places.positions` tells where in a text a value stands.
"""

from __future__ import annotations

import json as _json
import re
from decimal import Decimal
from typing import Any

import msgspec

from fhir_case.json.numbers import Number, integer, number

__all__ = ["JSONError", "Json", "Number", "canonical", "copied", "decoded", "dumps", "loads", "number"]

Json = Any
"""A JSON value: dict, list, str, int, Decimal, bool or None."""


class JSONError(ValueError):
    """The text is not JSON, or not JSON that can be kept (duplicate keys); `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message, line, column)
        self.message, self.line, self.column = message, line, column

    def __str__(self) -> str:
        return f"{self.message} (line {self.line}, column {self.column})"


class _Duplicate(ValueError):
    """A key that stands twice in one object."""


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Duplicate(key)
            seen.add(key)
    return made


def _constant(text: str) -> Json:
    raise ValueError(f"{text} is not JSON")


def _written(value: Any) -> Any:
    if isinstance(value, Number):
        return msgspec.Raw(value.text.encode())
    raise TypeError(f"{type(value).__name__} is not JSON")


_PLAIN = msgspec.json.Encoder(enc_hook=_written, decimal_format="number")
_SORTED = msgspec.json.Encoder(enc_hook=_written, decimal_format="number", order="sorted")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_HALF = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    "|[\ud800-\udfff]"
)
"""A surrogate that stands alone, escaped or not: no text in UTF-8 can hold it."""
_ESCAPES = re.compile(rb"\\u([0-9a-fA-F]{4})|\\/")
"""How writers escape what needs no escape: `\\u003c` for `<` (Java), `\\u00e9` for `é` (Python), and `\\/` (JavaScript)."""


def _unescaped(match: re.Match[bytes]) -> bytes:
    if not match[1]:
        return b"/"
    sign = int(match[1], 16)
    must = sign < 0x20 or sign in (0x22, 0x5C) or 0xD800 <= sign < 0xE000
    return match[0] if must else chr(sign).encode()


def loads(text: str | bytes) -> Json:
    """JSON text as dicts and lists, every number with its digits. Raises `JSONError` with line and column."""
    value = quickly(text)
    return thoroughly(decoded(text)) if value is UNSURE else value


UNSURE: Any = object()
"""What `quickly` gives where only reading thoroughly can tell."""


def quickly(text: str | bytes) -> Json:
    """The value if nothing of the text is lost in it, else `UNSURE`.

    msgspec takes the last of two equal keys, `1e2` for `1E+2` and `-0` for 0. So the value is written again: if that gives
    the text without its white space, every key and every digit is there. All three steps run in C.
    """
    try:
        data = text.encode() if isinstance(text, str) else text
        value = _DECODER.decode(data)
        again, bare = _PLAIN.encode(value), msgspec.json.format(data, indent=-1)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, TypeError, ValueError, ArithmeticError):
        return UNSURE
    if again == bare or (b"\\" in bare and again == _ESCAPES.sub(_unescaped, bare)):
        return value
    return UNSURE


def decoded(data: str | bytes) -> str:
    """The text without its byte order mark. Raises `JSONError` for what is not UTF-8."""
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        column = error.start - error.object.rfind(b"\n", 0, error.start)
        raise JSONError("the text is not UTF-8", line, column) from None


def thoroughly(text: str) -> Json:
    """The value with every key and digit looked at. Raises `JSONError`."""
    try:
        value = _json.loads(
            text, object_pairs_hook=_object, parse_float=number, parse_int=integer, parse_constant=_constant
        )
        if ("\\u" in text or not text.isascii()) and _HALF.search(text):
            _PLAIN.encode(value)
        return value
    except UnicodeEncodeError:
        before = text[: _HALF.search(text).start()]  # type: ignore[union-attr]
        at = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise JSONError("half a character stands here, a surrogate without its other half", *at) from None
    except _json.JSONDecodeError as error:
        raise JSONError(error.msg, error.lineno, error.colno) from None
    except _Duplicate as error:
        line, column = _second(text, error.args[0])
        raise JSONError(f"the key {error.args[0][:60]!r} stands twice in one object", line, column) from None
    except RecursionError:
        raise JSONError("the text is nested too deep to be read", 1, 1) from None
    except ValueError as error:
        raise JSONError(str(error), 1, 1) from None


def _second(text: str, key: str) -> tuple[int, int]:
    """Where a key that stands twice in one object stands for the second time, as line and column."""
    stack: list[set[str]] = []
    for match in re.finditer(r'[{}]|"(?:[^"\\]|\\.)*"\s*(:)?', text):
        found = match.group()
        if found == "{":
            stack.append(set())
        elif found == "}":
            stack.pop()
        elif match.group(1) and stack:
            name = _json.loads(found[: found.rindex('"') + 1])
            if name == key and name in stack[-1]:
                start = match.start()
                return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
            stack[-1].add(name)
    return 1, 1


def canonical(value: Json) -> bytes:
    """The bytes that equality means: sorted keys, no white space, numbers as written."""
    return _SORTED.encode(value)


def dumps(value: Json, *, indent: int | None = None) -> str:
    """JSON text, keys in the order given, numbers as they were written."""
    data = _PLAIN.encode(value)
    return (msgspec.json.format(data, indent=indent) if indent is not None else data).decode()


def copied(value: Json) -> Json:
    """A copy that shares no dict or list with the original."""
    try:
        return msgspec.to_builtins(value, builtin_types=(Decimal,))
    except (TypeError, RecursionError):  # a `Number`, which msgspec does not know, or too deep for it
        return _copied(value)


def _copied(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _copied(held) for key, held in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value
