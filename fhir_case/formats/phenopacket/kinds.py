"""The field kinds of phenopackets: how each field of a case is written in a message and read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fhir_case.case.coded import Concept
from fhir_case.case.links import Link
from fhir_case.case.measured import Quantity, Range, Result
from fhir_case.case.medication import Dosage
from fhir_case.case.phenopacket import Citation, Terminology
from fhir_case.case.records import Identifier
from fhir_case.case.when import Date, When, date_of
from fhir_case.formats.phenopacket.curies import prefix_named, prefix_of
from fhir_case.formats.phenopacket.times import put_time, take_time
from fhir_case.formats.phenopacket.values import (
    CLASS,
    put_class,
    put_quantity,
    put_range,
    take_class,
    take_quantity,
    take_range,
)
from fhir_case.json import Json
from fhir_case.lens import UNREAD, Context, Line, each
from fhir_case.lens.line import Codec, whole
from fhir_case.lens.places import at


def ontology(field: str, element: str, **more: Any) -> Line:
    """An OntologyClass."""
    return at(field, element, CLASS, **more)


def first_of(field: str, element: str, codec: Codec) -> Line:
    """A field that holds a list, where a packet has room for one."""

    def put(values: list[Any], context: Context) -> Json:
        if len(values) > 1:
            context.note("phenopacket-left-out", "a phenopacket has room for one", field)
        return codec.put(values[0], context)

    def take(held: Json, context: Context) -> Any:
        value = codec.take(held, context)
        return value if value is UNREAD else [value]

    return whole(field, element, Codec(codec.name, put, take))


def flag(field: str, element: str, said: Any = True) -> Line:
    """A truth value that stands there only where it is true; `said` is what the field then says."""

    def put(value: Any, context: Context) -> dict[str, Json]:
        return {element: True} if value == said else {}

    def take(held: dict[str, Json], context: Context) -> Any:
        if type(held[element]) is not bool:
            return UNREAD
        return said if held[element] else (False if said is True else None)

    exact = {element: lambda held, context: said if held is True else UNREAD}
    return Line(field, element, put, take, "bool", exact=exact)


def implied(element: str, made: Callable[[Any], str | None]) -> Line:
    """An element that says what the context says already: the id of the subject, or of the item itself."""

    def put(value: Any, context: Context) -> dict[str, Json]:
        told = made(context)
        return {} if told is None else {element: told}

    return Line(None, element, put, lambda held, context: True, "implied", as_is=True)


# --- people -----------------------------------------------------------------------------------------------------------


def identifiers(field: str, element: str) -> Line:
    """The id of somebody, and any others: the message `{"id": …, "alternateIds": […]}`."""

    def put(values: list[Identifier], context: Context) -> Json:
        known = [identifier.value for identifier in values if identifier.value is not None]
        made: dict[str, Json] = {"id": known[0]} if known else {}
        return {**made, "alternateIds": known[1:]} if len(known) > 1 else made

    def take(held: Json, context: Context) -> Any:
        known = [held["id"], *held.get("alternateIds", ())]
        good = all(type(one) is str and one.strip() for one in known)
        return [Identifier(value=one) for one in known] if good else UNREAD

    return whole(field, element, Codec("ids", put, take))


def vital_status(field: str, element: str) -> Line:
    """Whether somebody lives, and when he or she died; causes of death are carried."""

    def put(value: When | bool, context: Context) -> Json:
        if value is False:
            return {"status": "ALIVE"}
        time = put_time(value) if isinstance(value, When) else None
        return {"status": "DECEASED", **({} if time is None else {"timeOfDeath": time})}

    def take(held: Json, context: Context) -> Any:
        if held["status"] == "ALIVE":
            return False
        if held["status"] != "DECEASED":
            return UNREAD
        died: Any = take_time(held["timeOfDeath"], context) if "timeOfDeath" in held else None
        return died if isinstance(died, When) and isinstance(died.time, Date) else True

    return whole(field, element, Codec("VitalStatus", put, take))


def birth_date(field: str, element: str) -> Line:
    """A date of birth, which packets have as a moment: midnight, in UTC."""

    def put(value: When, context: Context) -> dict[str, Json]:
        if isinstance(value.time, Date) and len(value.time.text) == 10:
            return {element: f"{value.time.text}T00:00:00Z"}
        context.note(
            "phenopacket-left-out", "a phenopacket has no room for a date of birth that is not known to the day"
        )
        return {}

    def take(held: dict[str, Json], context: Context) -> Any:
        return When(date_of(held[element][:10]))

    return Line(field, element, put, take, "Timestamp")


def display(field: str, element: str) -> Line:
    """Somebody who is only named."""

    def put(value: str | Link, context: Context) -> Json:
        return value if isinstance(value, str) else value.display or str(value)

    def take(held: Json, context: Context) -> Any:
        return Link(display=held) if type(held) is str and held.strip() else UNREAD

    return whole(field, element, Codec("string", put, take))


# --- measured values, doses -------------------------------------------------------------------------------------------


def measured(field: str, element: str) -> Line:
    """The value of a measurement with its reference range; `field` is `"value|reference"`."""

    def put(value: tuple[Result | None, list[Range]], context: Context) -> Json:
        result, ranges = value
        held: Any = result.value if result is not None else None
        if isinstance(held, int) and not isinstance(held, bool):
            held = Quantity.parse(str(held))
        if isinstance(held, Quantity):
            more = {"referenceRange": put_range(ranges[0], context)} if ranges else {}
            return {"quantity": {**put_quantity(held, context), **more}}
        if held is None:
            return {}
        words = str(held).lower() if isinstance(held, bool) else str(held)
        return {"ontologyClass": put_class(held if isinstance(held, Concept) else Concept(words), context)}

    def take(held: Json, context: Context) -> Any:
        ((kind, said),) = held.items()
        if kind == "ontologyClass":
            concept = take_class(said, context)
            return (Result(concept), []) if isinstance(concept, Concept) else UNREAD
        if kind != "quantity":
            return UNREAD
        quantity = take_quantity(said, context)
        span = take_range(said["referenceRange"], context) if "referenceRange" in said else None
        return UNREAD if UNREAD in (quantity, span) else (Result(quantity), [] if span is None else [span])

    return whole(field, element, Codec("Value", put, take))


def doses(field: str, element: str) -> Line:
    """How a drug was given, by route and intervals; frequencies and times are carried."""
    by, intervals = "treatment/routeOfAdministration", "treatment/doseIntervals"

    def put(values: list[Dosage], context: Context) -> Json:
        route = next((dosage.route for dosage in values if dosage.route is not None), None)
        made: dict[str, Json] = {} if route is None else {by: put_class(route, context)}
        given = [{"quantity": put_quantity(dosage.dose, context)} for dosage in values if dosage.dose is not None]
        return {**made, intervals: given} if given else made

    def take(held: Json, context: Context) -> Any:
        route = take_class(held[by], context) if by in held else None
        given = [take_quantity(one["quantity"], context) for one in held.get(intervals, ()) if "quantity" in one]
        if route is UNREAD or UNREAD in given or not (given or route):
            return UNREAD
        return [Dosage(dose=dose, route=route) for dose in given] or [Dosage(route=route)]

    return whole(field, element, Codec("DoseInterval", put, take))


# --- variants ---------------------------------------------------------------------------------------------------------


def gene(field: str, element: str) -> Line:
    """A GeneDescriptor with its id and symbol."""

    def put(value: Concept, context: Context) -> Json:
        made = put_class(value, context)
        return {name: made[key] for key, name in (("id", "valueId"), ("label", "symbol")) if key in made}

    def take(held: Json, context: Context) -> Any:
        names = {"valueId": "id", "symbol": "label"}
        return take_class({names[key]: value for key, value in held.items() if key in names}, context)

    return whole(field, element, Codec("GeneDescriptor", put, take))


def expression(field: str, element: str, syntax: str) -> Line:
    """The Expression of a variant in this syntax, of all that a list has."""

    def put(value: str, context: Context) -> Json:
        return {"syntax": syntax, "value": value}

    def take(held: Json, context: Context) -> Any:
        value = held["value"]
        return value if type(value) is str and value and not any(map(str.isspace, value)) else UNREAD

    def claims(held: Json) -> bool:
        said = held["syntax"]
        # `hgvs` alone tells not what of: the change itself does, `NM_020738.4:c.4269del`.
        return bool(said == syntax or (said == "hgvs" and f":{syntax[-1]}." in held["value"]))

    codec = Codec("Expression", put, take)
    return Line(field, element, put, take, codec.name, False, claims, codec=codec)


# --- what a packet says of itself -------------------------------------------------------------------------------------


def citation(field: str, element: str) -> Line:
    """ExternalReferences: https://phenopacket-schema.readthedocs.io/en/latest/externalreference.html."""

    def put(value: Citation, context: Context) -> Json:
        stated = {"id": value.id, "description": value.title}
        return {name: text for name, text in stated.items() if text is not None}

    def take(held: Json, context: Context) -> Any:
        texts = [held.get("id") or None, held.get("description") or None]
        return Citation(id=texts[0], title=texts[1]) if any(texts) else UNREAD

    return each(at(field, element, Codec("ExternalReference", put, take)))


def terminology(field: str, element: str) -> Line:
    """Resources, by their prefixes; those of prefixes not known here are carried.

    https://phenopacket-schema.readthedocs.io/en/latest/resource.html
    """

    def put(value: Terminology, context: Context) -> Json:
        version = {} if value.version is None else {"version": value.version}
        prefix = prefix_of(value.system)
        if prefix is None or prefix.resource is None:
            return {"id": value.system, "namespacePrefix": prefix.name if prefix else value.system, **version}
        id, name, url, iri = prefix.resource
        return {"id": id, "name": name, "url": url, **version, "namespacePrefix": prefix.name, "iriPrefix": iri}

    def take(held: Json, context: Context) -> Any:
        prefix, version = prefix_named(held["namespacePrefix"]), held.get("version") or None
        return UNREAD if prefix is None else Terminology(system=prefix.alias, version=version)

    return each(at(field, element, Codec("Resource", put, take)))
