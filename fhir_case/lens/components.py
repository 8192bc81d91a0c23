"""Field kinds of what an observation says in its components: each by its own code, then all others as they are.

    components("component", COMPONENT, size("size"), said("severity", SEVERITY, "CodeableConcept", CONCEPT))

A field's components are known by the code that is given here, wherever they stand, and are written in this order before
all others; what has that code and says more than the field can is one of the others. A component that a person typed
has its code's words too, and so is what it was typed as. https://hl7.org/fhir/R4/observation.html#notes
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from fhir_case.case.base import Part
from fhir_case.case.coded import Coding
from fhir_case.case.measured import UCUM, Size
from fhir_case.case.when import Span, When
from fhir_case.json import Json, copied
from fhir_case.lens.coded import put_coding, take_coding
from fhir_case.lens.codes import concepts
from fhir_case.lens.context import Context
from fhir_case.lens.fields import decimal
from fhir_case.lens.line import UNREAD, ChoiceCodec, Codec, Line, Take, keys_of, then, whole
from fhir_case.lens.mapping import Mapping
from fhir_case.lens.times import put_span, put_span_range, take_span, take_span_range, time_codec

SNOMED = "http://snomed.info/sct"


@dataclass(frozen=True, slots=True)
class Said:
    """How one field is said in components."""

    field: str
    put: Callable[[Any, Context], list[Json]]
    """The components for a value."""
    take: Callable[[list[Json], Context], tuple[Any, int]]
    """The value that the first of these components say, and how many of them; None and 0 for what is another's."""
    many: bool = False


def components(element: str, others: Mapping, *said: Said) -> Line:
    """The components: those of the fields in `said`, then the field `components`, read by the mapping `others`."""

    def put(values: tuple[Any, ...], context: Context) -> Json:
        *stated, rest = values
        made: list[Json] = []
        for one, value in zip(said, stated, strict=True):
            for each in value if one.many else [value] if value is not None else []:
                made += one.put(each, context)
        return made + [others.write(part, context) for part in rest or ()]

    def taking(read: Take) -> Take:
        def take(held: Json, context: Context) -> Any:
            stated, left = [], list(held)
            for one in said:
                found: list[Any] = []
                place = 0
                while place < len(left) and (one.many or not found):
                    value, count = one.take(left[place:], context)
                    if count:
                        found.append(value)
                        del left[place : place + count]
                    else:
                        place += 1
                stated.append(found if one.many else found[0] if found else None)
            parts = [read(component, context) for component in left]
            return (*stated, parts) if all(isinstance(part, Part) for part in parts) else UNREAD

        return take

    take_exactly = taking(others.take)

    def exact(held: Json, context: Context) -> Any:
        values: Any = take_exactly(held, context) if type(held) is list else UNREAD
        if values is UNREAD:
            return UNREAD
        *stated, parts = values  # the parts are exact themselves
        return values if put((*stated, []), context) == held[: len(held) - len(parts)] else UNREAD

    field = "|".join([*(one.field for one in said), "components"])
    name = ", ".join(["components", *(one.field for one in said)])
    return whole(field, element, Codec(name, put, taking(others.read), exact=exact))


def said(field: str, code: Json, type: str, codec: Codec) -> Said:
    """A field that one component says, with a value of this type (`CodeableConcept`, `String`)."""

    def put(value: Any, context: Context) -> tuple[str, Json]:
        return type, codec.put(value, context)

    return said_as(field, code, ChoiceCodec(codec.name, put, {type: codec.take}))


def said_as(field: str, code: Json, codec: ChoiceCodec) -> Said:
    """A field that one component says, with a value of one of several types."""
    known, keys = _known(code), keys_of("value", codec)
    takes = {keys[suffix]: take for suffix, take in codec.takes.items()}

    def put(value: Any, context: Context) -> list[Json]:
        suffix, made = codec.put(value, context)
        return [{"code": copied(code), keys[suffix]: made}]

    def take(held: list[Json], context: Context) -> tuple[Any, int]:
        component = held[0]
        if len(component) != 2 or _known(component["code"]) != known:
            return None, 0
        (key,) = component.keys() - {"code"}
        value = takes[key](component[key], context) if key in takes else UNREAD
        return (None, 0) if value is UNREAD else (value, 1)

    return Said(field, put, take)


def _known(code: Json) -> Any:
    """What a code is known by: its one coding without words, or its words where it has no coding."""
    codings, words = code.get("coding", ()), code.get("text")
    if not codings:
        return words
    return (codings[0].get("system"), codings[0].get("code")) if len(codings) == 1 and words is None else None


def several(one: Said) -> Said:
    """The same for a field that holds a list: one component each."""
    return replace(one, many=True)


# --- when something began or ended ------------------------------------------------------------------------------------


def _put_time(value: When, context: Context) -> tuple[str, Json]:
    time = value.time
    if isinstance(time, Coding):
        return "CodeableConcept", {"coding": [put_coding(time, context)]}
    if isinstance(time, Span):
        return ("Quantity", put_span(time, time.value)) if time.high is None else ("Range", put_span_range(time))
    return _DATES.put(value, context)


def _take_code(held: Json, context: Context) -> Any:
    (coding,) = held["coding"]
    made = take_coding(coding, context)
    return (
        When(made) if isinstance(made, Coding) and (made.code or made.display) and held.keys() == {"coding"} else UNREAD
    )


_DATES = time_codec("dateTime Period string", is_choice=True)

TIME = ChoiceCodec(
    "time", _put_time,
    {**_DATES.takes, "CodeableConcept": _take_code, "Quantity": then(take_span, When), "Range": then(take_span_range, When)},
    as_is=True,
)  # fmt: skip
"""When something was, as the value of a component: an age is a Quantity, a code for a time of life a CodeableConcept."""


# --- the size of a lesion ---------------------------------------------------------------------------------------------

_SIZE = concepts(
    SNOMED,
    **{"410668003": "Length property (qualifier value)", "103355008": "Width (qualifier value)",
       "131197000": "Depth"},
)  # fmt: skip
_EXTENTS = ("410668003", "103355008", "131197000")


def size(field: str) -> Said:
    """A lesion's length and width, and its depth where that is stated."""

    def put(value: Size, context: Context) -> list[Json]:
        made: list[Json] = []
        for code, extent in zip(_EXTENTS, value.extents, strict=False):
            quantity = {"value": extent, "unit": value.unit, "system": UCUM, "code": value.unit}
            made.append({"code": _SIZE.concept(code), "valueQuantity": quantity})
        return made

    def take(held: list[Json], context: Context) -> tuple[Any, int]:
        extents: list[Decimal] = []
        units: set[str] = set()
        for code, component in zip(_EXTENTS, held, strict=False):
            quantity = component.get("valueQuantity") or {}
            value: Any = decimal(quantity["value"]) if "value" in quantity else UNREAD
            if _SIZE.word(component.get("code") or {}) != code or value is UNREAD or quantity.get("comparator"):
                break
            if quantity.get("system") != UCUM or not quantity.get("code"):
                break
            extents.append(value)
            units.add(quantity["code"])
        if len(extents) < 2 or len(units) != 1:
            return None, 0
        return Size(tuple(extents), units.pop()), len(extents)

    return Said(field, put, take)
