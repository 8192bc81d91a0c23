"""Field kinds of observations: what is present or absent, and the size of a lesion."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fhir_case.case.base import Part
from fhir_case.case.coded import Concept
from fhir_case.case.measured import UCUM, Result, Size
from fhir_case.json import Json
from fhir_case.lens.codes import concepts
from fhir_case.lens.context import Context
from fhir_case.lens.line import UNREAD, ChoiceCodec, Codec, Line, Take, choice, then, whole
from fhir_case.lens.mapping import Mapping
from fhir_case.lens.measured import RESULT, decimal, put_result

SNOMED = "http://snomed.info/sct"

_ABSENT = concepts(SNOMED, **{"2667000": "Absent (qualifier value)"})


def presence(field: str, element: str) -> Line:
    """The value, or that what the code says was not there; `field` names both, `"value|absent"`."""

    def put(value: tuple[Result | None, bool], context: Context) -> tuple[str, Json]:
        measured, absent = value
        if absent or measured is None:
            return "CodeableConcept", _ABSENT.concept("2667000")
        return put_result(measured, context)

    takes = {type: then(take, _presence) for type, take in RESULT.takes.items()}
    return choice(field, element, ChoiceCodec("value, or absent", put, takes, as_is=True))


def _presence(measured: Result) -> tuple[Result | None, bool]:
    held = measured.value
    if isinstance(held, Concept) and any((c.system, c.code) == (SNOMED, "2667000") for c in held.codings):
        return (None, True)
    return (measured, False)


_SIZE = concepts(
    SNOMED,
    **{"410668003": "Length property (qualifier value)", "103355008": "Width (qualifier value)",
       "131197000": "Depth"},
)  # fmt: skip
_EXTENTS = ("410668003", "103355008", "131197000")


def sized(field: str, element: str, component: Mapping) -> Line:
    """The components, the first of which may be a lesion's length and width; `field` is `"size|components"`."""

    def put(value: tuple[Size | None, list[Part]], context: Context) -> Json:
        size, components = value
        made: list[Json] = []
        for code, extent in zip(_EXTENTS, size.extents if size else (), strict=False):
            quantity = {"value": extent, "unit": size.unit, "system": UCUM, "code": size.unit} if size else {}
            made.append({"code": _SIZE.concept(code), "valueQuantity": quantity})
        return made + [component.write(one, context) for one in components]

    def taking(read: Take) -> Take:
        def take(held: Json, context: Context) -> Any:
            size, count = _size_of(held)
            parts = [read(one, context) for one in held[count:]]
            return (size, parts) if all(isinstance(one, Part) for one in parts) else UNREAD

        return take

    take_exactly = taking(component.take)

    def exact(held: Json, context: Context) -> Any:
        value = take_exactly(held, context)
        if value is UNREAD or type(held) is not list:
            return UNREAD
        size, components = value  # which are exact themselves
        return value if put((size, []), context) == held[: len(held) - len(components)] else UNREAD

    return whole(field, element, Codec("components, size", put, taking(component.read), exact=exact))


def _size_of(components: list[Json]) -> tuple[Size | None, int]:
    """The size that the first components state, and how many they are."""
    extents: list[Decimal] = []
    units: set[str] = set()
    for code, component in zip(_EXTENTS, components, strict=False):
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
