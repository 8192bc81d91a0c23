"""How the values of a packet's messages are written and read back: codes, quantities, people, doses."""

from __future__ import annotations

from typing import Any

from fhir_case.case.coded import Coding, Concept
from fhir_case.case.measured import Quantity, Range
from fhir_case.formats.phenopacket.curies import coding_of, curie_of
from fhir_case.json import Json
from fhir_case.lens import UNREAD, Context
from fhir_case.lens.fields import decimal
from fhir_case.lens.line import Codec


def put_class(concept: Concept, context: Context) -> dict[str, Json]:
    """An OntologyClass: the first code that has a prefix, and the words.

    https://phenopacket-schema.readthedocs.io/en/latest/ontologyclass.html
    """
    coded = [(coding, curie) for coding in concept.codings if (curie := curie_of(coding)) is not None]
    made: dict[str, Json] = {}
    if coded:
        made["id"] = coded[0][1]
    else:
        context.note("phenopacket-code", "there is no code with a prefix that phenopackets know")
    label = (coded[0][0].display if coded else None) or concept.label
    if label and label != (coded[0][0].code if coded else None):
        made["label"] = label
    return made


def take_class(held: Json, context: Context) -> Any:
    """Read one."""
    curie, label = held.get("id"), held.get("label")
    if not (curie is None or (type(curie) is str and curie.strip())):
        return UNREAD
    if not (label is None or (type(label) is str and label.strip())):
        return UNREAD
    if curie is None:
        return Concept(label) if label else UNREAD
    return Concept(label, (coding_of(curie, label),))


CLASS = Codec("OntologyClass", put_class, take_class)


def put_quantity(quantity: Quantity, context: Context) -> dict[str, Json]:
    """A Quantity: https://phenopacket-schema.readthedocs.io/en/latest/quantity.html."""
    made: dict[str, Json] = {}
    if quantity.comparator is not None:
        context.note("phenopacket-left-out", "a phenopacket has no room for a comparator", quantity.comparator)
    if quantity.code or quantity.unit:
        unit = Coding(quantity.system, quantity.code, quantity.unit)
        made["unit"] = put_class(Concept(quantity.unit, (unit,) if quantity.code else ()), context)
    if quantity.value is not None:
        made["value"] = quantity.value
    return made


def take_quantity(held: Json, context: Context) -> Any:
    """Read one that has a number; without it, protobuf means 0, and a reader of the case would not."""
    value = decimal(held["value"])
    unit = take_class(held["unit"], context) if "unit" in held else Concept()
    if value is UNREAD or unit is UNREAD:
        return UNREAD
    if not unit.codings:
        return Quantity(value, unit.text)
    return Quantity(value, unit.text, unit.codings[0].code, unit.codings[0].system)


def put_range(given: Range, context: Context) -> dict[str, Json]:
    """A ReferenceRange: https://phenopacket-schema.readthedocs.io/en/latest/reference-range.html."""
    made: dict[str, Json] = {}
    for name, bound in (("low", given.low), ("high", given.high)):
        if bound is not None:
            written = put_quantity(bound, context)
            made.update({"unit": written["unit"]} if "unit" in written else {})
            made[name] = written.get("value")
    return made


def take_range(held: Json, context: Context) -> Any:
    """Read one."""
    unit = {"unit": held["unit"]} if "unit" in held else {}
    bounds = [take_quantity({"value": held[n], **unit}, context) if n in held else None for n in ("low", "high")]
    return UNREAD if UNREAD in bounds or bounds == [None, None] else Range(*bounds)
