"""What resources of many types have: identifiers, documents as they are, remarks."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Annotated, Any, Literal, Self

from annotated_types import Ge
from pydantic import AfterValidator, Field, model_validator

from fhir_case.case.annotated import Before
from fhir_case.case.base import CONTROL, Code, Item, Ref, Stated, Text
from fhir_case.case.coded import Concept
from fhir_case.case.problems import Unreadable
from fhir_case.case.when import Date, Period, Relative, Span, When, told_as

Positive = Annotated[int, Ge(1)]
"""A whole number from 1 on."""


def _numeral(raw: Any) -> Any:
    """A case file's digits are a number, also where a text could stand."""
    return int(raw) if isinstance(raw, str) and raw.isascii() and raw.isdigit() else raw


Numeral = Before(_numeral)
"""Of a field that is a number or something else."""

Notes = Annotated[list[Text], Before(lambda raw: [raw] if isinstance(raw, str) else raw)]
"""Remarks, in words."""


def _visited(when: When) -> When:
    """FHIR has a period here: one that starts and ends at the same moment is that moment."""
    time = when.time
    return When(time.start) if isinstance(time, Period) and time.start is not None and time.start == time.end else when


Visited = Annotated[When, told_as(Date, Span, Relative, Period), AfterValidator(_visited)]
"""A time for which FHIR has a Period alone."""


class Identifier(Stated):
    """A business identifier: `{system: https://hospital.example/mrn, value: 'A 123'}`."""

    system: Text | None = None
    """The namespace, as a URI."""
    value: Text | None = None
    type: Concept | None = None
    use: Literal["usual", "official", "temp", "secondary", "old"] | None = None
    """An `old` one is not used any more."""
    when: Visited | None = None
    """While it holds or held."""
    assigner: Ref | None = None


class Record(Item):
    """An item that other systems know, too."""

    identifiers: list[Identifier] = Field(default_factory=list)
    """The numbers under which other systems know it."""
    language: Code | None = None
    """In which it is written, where that is another one than the case's."""


def text_in(data: str) -> str | None:
    """The text that base64 holds, None where it holds none that a case file can hold as such."""
    try:
        text = b64decode(data, validate=True).decode()
    except ValueError:
        return None
    whole = text.strip() and not CONTROL.search(text) and b64encode(text.encode()).decode() == data
    return text if whole else None


class Attachment(Stated):
    """A document as it is: its text, its bytes in base64, or where it is to be had."""

    text: Text | None = None
    data: Text | None = None
    """In base64, where it is no text."""
    url: Text | None = None
    media_type: Code | None = None
    language: Code | None = None
    title: Text | None = None
    created: Text | None = None
    size: Annotated[int, Field(ge=0)] | None = None
    hash: Text | None = None
    """The SHA-1 of the bytes, in base64."""

    @model_validator(mode="after")
    def _in_one_way(self) -> Self:
        if self.text is not None and self.data is not None:
            raise Unreadable("text and data cannot stand together", "leave out the data: the text is written as data")
        if self.data is not None and (text := text_in(self.data)) is not None:
            self.__dict__.update(text=text, data=None)
        return self
