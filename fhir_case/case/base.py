"""What all items of a case share: ids, references to one another, quotes, the remainder."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.functional_serializers import PlainSerializer
from pydantic.functional_validators import BeforeValidator

from fhir_case.case.problems import Unreadable, shortened

ID = r"[A-Za-z0-9][A-Za-z0-9-]{0,99}"
_ID = re.compile(ID)


def _id(raw: Any) -> str:
    if not isinstance(raw, str) or not _ID.fullmatch(raw):
        raise Unreadable(
            f"{shortened(raw)} is no id of an item", "use letters, digits and hyphens, e.g. left-thigh-mass", "case-id"
        )
    return str(raw)


ItemId = Annotated[str, BeforeValidator(_id), Field(json_schema_extra={"pattern": f"^{ID}$"})]
"""The key of an item; unique in the whole case."""

REFERENCE = "reference"
"""Marks the fields that name other items."""

Ref = Annotated[str, BeforeValidator(_id), Field(json_schema_extra={"pattern": f"^{ID}$"}), REFERENCE]
"""The id of another item of the case."""

Text = Annotated[str, BeforeValidator(lambda raw: str(raw) if isinstance(raw, str) else raw), Field(min_length=1)]
"""Text that is not empty (a plain `str`, whatever subclass the reader made)."""


class Verbatim(dict[str, Any]):
    """FHIR JSON kept as it came; a writer types its scalars by JSON's rules, not by the model's."""


def _verbatim(raw: Any) -> Verbatim:
    from fhir_case.case.reading import verbatim

    if not isinstance(raw, dict):
        raise Unreadable(f"expected FHIR JSON, found {shortened(raw)}")
    return raw if isinstance(raw, Verbatim) else Verbatim(verbatim(raw))


FHIR = Annotated[
    dict[str, Any], BeforeValidator(_verbatim), PlainSerializer(lambda value: value, return_type=dict[str, Any])
]
"""A part of a FHIR resource, verbatim."""


class Model(BaseModel):
    """A strict model: unknown keys are errors, and so are values that do not fit, also when they are assigned later."""

    model_config = ConfigDict(
        extra="forbid", validate_assignment=True, revalidate_instances="never", use_attribute_docstrings=True
    )


class Part(Model):
    """A part of an item that becomes a part of a resource."""

    remainder: FHIR | None = None
    """What the source's FHIR said here and this model has no word for, verbatim; it goes back as it came."""


class Quote(Model):
    """The words of the source that state an item, and their place in it."""

    text: Text
    at: int | None = None
    """Where the words start in the source text, in characters from 0; found when the file is read."""


class Item(Part):
    """One thing in a case, keyed by its id."""

    quotes: Annotated[list[Quote], BeforeValidator(lambda raw: _quotes(raw))] = []
    """The sentences of the source that state this item, each an exact part of its text."""


def _quotes(raw: Any) -> Any:
    if isinstance(raw, str):
        raw = [raw]
    return [{"text": one} if isinstance(one, str) else one for one in raw] if isinstance(raw, list) else raw
