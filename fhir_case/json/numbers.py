"""Numbers as they were written: `7.20` is not `7.2` (https://hl7.org/fhir/R4/datatypes.html#decimal)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any


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


def integer(text: str) -> int | Decimal:
    """The integer written as `text`; more digits than `int` takes from text are still a number."""
    return number(text) if text == "-0" or len(text) > 4000 else int(text)
