"""What all items of a case share: ids, references to one another, quotes, the remainder."""

from __future__ import annotations

import re
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fhir_case.case.annotated import Before
from fhir_case.case.links import ID, REFERENCE, Ref, item_id
from fhir_case.case.problems import Unreadable, shortened

__all__ = [
    "FHIR", "ID", "REFERENCE", "Code", "Instant", "Item", "ItemId", "Model", "Part", "Quote", "Ref", "Stated", "Text",
    "Verbatim",
]  # fmt: skip

ItemId = Annotated[str, Field(json_schema_extra={"pattern": f"^{ID}$"}), Before(item_id)]
"""The key of an item; unique in the whole case."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Characters that FHIR text cannot hold."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def _text(raw: Any) -> Any:
    """A plain `str`, whatever subclass the reader made, that FHIR can hold (https://hl7.org/fhir/R4/datatypes.html#string)."""
    if not isinstance(raw, str):
        return raw
    if not raw.strip():
        raise Unreadable("expected text, found nothing", "leave the field out where it is not stated")
    if CONTROL.search(raw):
        raise Unreadable(f"{shortened(raw)} has control characters, which FHIR text cannot hold")
    return str(raw)


def _instant(raw: Any) -> Any:
    if not isinstance(raw, str) or not _INSTANT.fullmatch(raw):
        raise Unreadable(
            f"{shortened(raw)} is no instant with its zone", "write it as 2026-11-22T09:30:00Z", "time-invalid"
        )
    return str(raw)


Text = Annotated[str, Field(min_length=1), Before(_text)]
"""Text that is not empty."""

Instant = Annotated[str, Before(_instant)]
"""A moment to the second, with its zone, as FHIR's timestamps demand it."""

Code = Annotated[str, Before(_text), Field(pattern=r"^[^\s]+( [^\s]+)*$")]
"""A FHIR code: no space but single ones inside."""


class Verbatim(dict[str, Any]):
    """FHIR JSON kept as it came; a writer types its scalars by JSON's rules, not by the model's."""


def _verbatim(raw: Any) -> Verbatim:
    from fhir_case.case.scalars import verbatim

    if not isinstance(raw, dict):
        raise Unreadable(f"expected FHIR JSON, found {shortened(raw)}")
    return raw if isinstance(raw, Verbatim) else Verbatim(verbatim(raw))


FHIR = Annotated[dict[str, Any], Before(_verbatim, lambda value: value)]
"""A part of a FHIR resource, verbatim."""


class Model(BaseModel):
    """A strict model: unknown keys are errors, and so are values that do not fit, also when they are assigned later."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True, revalidate_instances="never")


class Part(Model):
    """A part of an item that becomes a part of a resource."""

    remainder: FHIR | None = None
    """What the source's FHIR said here and this model has no word for, verbatim; it goes back as it came."""


class Stated(Part):
    """A part that says something: FHIR has no empty elements (https://hl7.org/fhir/R4/element.html, ele-1)."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        for value in self.__dict__.values():  # no generator: parts are many
            if value is not None and (value.__class__ is not list or value):
                return self
        raise Unreadable("expected at least one field, found none", "leave it out where nothing is stated")


class Quote(Model):
    """The words of the source that state an item, and their place in it."""

    text: Text
    at: int | None = None
    """Where the words start in the source text, in characters from 0; found when the file is read."""


class Item(Part):
    """One thing in a case, keyed by its id."""

    quotes: Annotated[list[Quote], Before(lambda raw: _quotes(raw))] = Field(default_factory=list)
    """The sentences of the source that state this item, each an exact part of its text."""


def _quotes(raw: Any) -> Any:
    if isinstance(raw, str):
        raw = [raw]
    return [{"text": one} if isinstance(one, str) else one for one in raw] if isinstance(raw, list) else raw
