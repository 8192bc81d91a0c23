"""JSON in and out, with numbers kept as they were written.

FHIR decimals carry their precision (`7.20` is not `7.2`: https://hl7.org/fhir/R4/datatypes.html#decimal), so equality is
never `==` on dicts (`Decimal("7.20") == Decimal("7.2")`, `1 == True`): it is equality of `canonical` bytes.
"""

from __future__ import annotations

import json as _json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

Json = Any
"""A JSON value: dict, list, str, int, Decimal, bool or None."""

_MINUS_ZERO = re.compile(rb"-0[\s,\]}]|-0$")


class JSONError(ValueError):
    """The text is not JSON, or not JSON that can be kept (duplicate keys); `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message, line, column)
        self.message, self.line, self.column = message, line, column

    def __str__(self) -> str:
        return f"{self.message} (line {self.line}, column {self.column})"


class Number(Decimal):
    """A number whose text is not the one `Decimal` would write: `1e2`, `0.0000001`, `-0`."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> Number:
        self = super().__new__(cls, text)
        self.text = text
        return self

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Number({self.text!r})"

    def __reduce__(self) -> tuple[type[Number], tuple[str]]:
        return (Number, (self.text,))

    def __copy__(self) -> Number:
        return self

    def __deepcopy__(self, memo: Any) -> Number:
        return self


def number(text: str) -> Decimal:
    """The decimal written as `text`; `str()` of it is `text` again. Raises `ValueError` for what is no number."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:40]!r} is not a number") from None
    if not value.is_finite():
        raise ValueError(f"{text[:40]!r} is not a number that JSON can hold")
    return value if str(value) == text else Number(text)


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


def _integer(text: str) -> int | Decimal:
    # More digits than int() takes from text are still a JSON number.
    return number(text) if text == "-0" or len(text) > 4000 else int(text)


def loads(text: str | bytes) -> Json:
    """JSON text as dicts and lists, every number with its digits. Raises `JSONError` with line and column."""
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            column = error.start - error.object.rfind(b"\n", 0, error.start)
            raise JSONError("the text is not UTF-8", line, column) from None
    else:
        text = text.removeprefix("\ufeff")
    try:
        return _json.loads(
            text, object_pairs_hook=_object, parse_float=number, parse_int=_integer, parse_constant=_constant
        )
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


def _written(value: Any) -> Any:
    if isinstance(value, Number):
        return msgspec.Raw(value.text.encode())
    raise TypeError(f"{type(value).__name__} is not JSON")


_PLAIN = msgspec.json.Encoder(enc_hook=_written, decimal_format="number")
_SORTED = msgspec.json.Encoder(enc_hook=_written, decimal_format="number", order="sorted")


def canonical(value: Json) -> bytes:
    """The bytes that equality means: sorted keys, no white space, numbers as written."""
    return _SORTED.encode(value)


def dumps(value: Json, *, indent: int | None = None) -> str:
    """JSON text, keys in the order given, numbers as they were written."""
    data = _PLAIN.encode(value)
    return (msgspec.json.format(data, indent=indent) if indent is not None else data).decode()


def copied(value: Json) -> Json:
    """A copy that shares no dict or list with the original."""
    if isinstance(value, dict):
        return {key: copied(held) for key, held in value.items()}
    return [copied(one) for one in value] if isinstance(value, list) else value
