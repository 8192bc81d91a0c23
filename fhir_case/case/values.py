"""What the values of a case share: frozen, read one way (`parse`), written one way (`plain`), `parse(plain(x)) == x`.

The short forms, which a person types, are checked (check digits, UCUM); the long forms, which name everything, are taken
as they are: so data that comes from elsewhere can always be kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar, Self, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from fhir_case.case.problems import Unreadable, nearest, shortened
from fhir_case.json import number

T = TypeVar("T")

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
"""https://hl7.org/fhir/R4/datatypes.html#decimal"""


class Value:
    """What every value of a case can do; subclasses are frozen dataclasses."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "string"}

    @classmethod
    def parse(cls, raw: Any) -> Self:
        """The value that `raw` (text, or the long form) states. Raises `Unreadable`."""
        raise NotImplementedError

    def plain(self) -> Any:
        """The value as a case file has it."""
        raise NotImplementedError

    @classmethod
    def _validated(cls, raw: Any) -> Self:
        return raw if isinstance(raw, cls) else cls.parse(raw)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validated,
            serialization=core_schema.plain_serializer_function_ser_schema(cls.plain),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**cls.SCHEMA, "description": (cls.__doc__ or "").split("\n\n")[0]}


def short_or_long(value: Value, text: str, long: dict[str, Any]) -> Any:
    """The short form where it says all of the value, else the long one."""
    try:
        return text if type(value).parse(text) == value else long
    except Unreadable:
        return long


def fields_of(raw: Any, what: str, known: tuple[str, ...]) -> dict[str, Any]:
    """The long form's fields; a key that is not known is an error that names the nearest one."""
    if not isinstance(raw, dict):
        raise Unreadable(f"expected {what}, found {shortened(raw)}")
    for key in raw:
        if key not in known:
            raise Unreadable(f"{what} has no field {key!r}", nearest(str(key), known), "case-unknown-key", key=str(key))
    return raw


def part_of(fields: dict[str, Any], name: str, read: Callable[[Any], T]) -> T | None:
    """A part of the long form; None where it is not stated."""
    return None if fields.get(name) is None else read(fields[name])


def stated(**parts: Any) -> dict[str, Any]:
    """The long form of a value: the parts that are stated, by name."""
    return {name: part for name, part in parts.items() if part is not None}


def text_of(raw: Any, what: str = "a text") -> str:
    """Text, as given."""
    if not isinstance(raw, str):
        raise Unreadable(f"expected {what}, found {shortened(raw)}")
    return str(raw)


def decimal_of(raw: Any, what: str = "a number") -> Decimal:
    """A number with its digits; floats are refused, since they have lost theirs."""
    if isinstance(raw, bool | float):
        raise Unreadable(f"expected {what}, found {shortened(raw)}", "give it as text or as a Decimal")
    if isinstance(raw, Decimal):
        return raw
    if not _DECIMAL.fullmatch(str(raw)):
        raise Unreadable(f"expected {what}, found {shortened(raw)}")
    return number(str(raw))


def integer_of(raw: Any, what: str = "a whole number") -> int:
    """A number without a fraction."""
    if isinstance(raw, bool) or not _INTEGER.fullmatch(str(raw)):
        raise Unreadable(f"expected {what}, found {shortened(raw)}")
    return int(str(raw))
