"""What stands in `Annotated` beside the type of a field: how its value is read and written.

As pydantic's `BeforeValidator`, `PlainValidator` and `PlainSerializer`, which ask for the signature of their function at
each of the thousand fields that they stand at: a tenth of the time that importing the model took.
https://docs.pydantic.dev/latest/concepts/types/#customizing-validation-with-__get_pydantic_core_schema__
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True, slots=True)
class Before:
    """The raw value is given to `read` before the type checks it; limits that stand before this are checked with the type."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any] | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        type = handler(source)
        made = core_schema.no_info_before_validator_function(self.read, type)
        if self.write is not None:
            made["serialization"] = core_schema.plain_serializer_function_ser_schema(self.write, return_schema=type)
        return made


@dataclass(frozen=True, slots=True)
class Instead:
    """The raw value is read by `read` alone, and written by `write`."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(self.write)
        )
