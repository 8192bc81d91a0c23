"""The field kinds: how each kind of value of a case is written as FHIR and read back, `put` and `take` side by side.

Each function makes one line of a mapping from a field of the item and an element of the resource. Here: text, numbers
and truth, other items, notes, parts, quotes, and what always stands there. Codes, measured values, times, people and
images have modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from fhir_case.case.base import Part, Quote
from fhir_case.case.coded import Concept
from fhir_case.case.links import Link, link_of
from fhir_case.case.medication import TRUTH
from fhir_case.case.model import SOURCE
from fhir_case.json import Json, canonical, copied, number
from fhir_case.lens.coded import put_concept, take_concept
from fhir_case.lens.context import ITEM, Context
from fhir_case.lens.line import UNREAD, ChoiceCodec, Codec, Line, Take, choice, then
from fhir_case.lens.mapping import Mapping
from fhir_case.lens.places import CORE, Extension, at

# --- text, numbers, truth ---------------------------------------------------------------------------------------------


def _put_plain(value: Any, context: Context) -> Json:
    return value


def _taking(kind: type, check: Callable[[Any], bool] = lambda value: True) -> Callable[[Json, Context], Any]:
    def take(held: Json, context: Context) -> Any:
        return held if type(held) is kind and check(held) else UNREAD

    return take


TEXT = Codec("string", _put_plain, _taking(str, bool), primitive=True)
BOOLEAN = Codec("boolean", _put_plain, _taking(bool), primitive=True)
INTEGER = Codec("integer", _put_plain, _taking(int), primitive=True)


def text(field: str, element: str | Extension, **more: Any) -> Line:
    """A string."""
    return at(field, element, TEXT, **more)


def boolean(field: str, element: str | Extension, **more: Any) -> Line:
    """True or false."""
    return at(field, element, BOOLEAN, **more)


def integer(field: str, element: str | Extension, **more: Any) -> Line:
    """A whole number."""
    return at(field, element, INTEGER, **more)


def decimal(held: Json) -> Any:
    """A JSON number as Decimal; a float, which has lost its digits, as it prints."""
    if type(held) is int:
        return Decimal(held)
    if type(held) is float:
        return number(repr(held))
    return held if isinstance(held, Decimal) else UNREAD


DECIMAL = Codec("decimal", _put_plain, lambda held, context: decimal(held), as_is=True)


def numeral(field: str, element: str, **more: Any) -> Line:
    """A decimal with its digits."""
    return at(field, element, DECIMAL, **more)


def _words(held: Json, context: Context) -> Any:
    """A text that is no number: in a case file it would be one."""
    return UNREAD if type(held) is str and held.isascii() and held.isdigit() else TEXT.take(held, context)


def numbered(field: str, element: str, number: str) -> Line:
    """A whole number or a text, under either type: `number` is the name of FHIR's type (`PositiveInt`)."""

    def put(value: int | str, context: Context) -> tuple[str, Json]:
        return ("String" if isinstance(value, str) else number, value)

    return choice(field, element, ChoiceCodec(f"{number} | string", put, {number: INTEGER.take, "String": _words}))


# --- other items ------------------------------------------------------------------------------------------------------


def put_reference(link: str | Link, context: Context) -> Json:
    """A Reference to another item, or to what is outside the case."""
    if not isinstance(link, Link):
        return {"reference": context.address(link)}
    address = context.address(link.item) if link.item is not None else link.reference
    made: dict[str, Json] = {} if address is None else {"reference": address}
    if link.type is not None:
        made["type"] = link.type
    if link.system is not None or link.value is not None:
        parts = (("system", link.system), ("value", link.value))
        made["identifier"] = {name: part for name, part in parts if part is not None}
    if link.display is not None:
        made["display"] = link.display
    return made


def take_reference(held: Json, context: Context) -> Any:
    """Read one. What a resource contains has no meaning outside it, and is carried with it; so is what names itself."""
    address, item = held.get("reference"), None
    if address is not None:
        item = context.item(address)
        if item == context.where or type(address) is not str or (not item and not _is_outside(address)):
            return UNREAD
        if len(held) == 1:
            return item or Link(reference=address)
    identifier = held.get("identifier", {})
    parts = [held.get("display"), identifier.get("system"), identifier.get("value"), held.get("type")]
    if any(part is not None and (type(part) is not str or not part) for part in parts):
        return UNREAD
    if address is None and not any(parts):
        return UNREAD
    display, system, value, type_ = parts
    return _link(item or None, display, None if item else address, system, value, type_)


@lru_cache(maxsize=4096)
def _link(*parts: str | None) -> str | Link:
    """What a reference says; the same practitioners and places stand in a record thousands of times."""
    return link_of(Link(*parts))


def _is_outside(address: str) -> bool:
    return address != "" and not address.startswith(("#", ITEM))


def exact_reference(held: Json, context: Context) -> Any:
    """Read one that has nothing else, and is written as references to that item are."""
    if len(held) != 1 or "reference" not in held:
        link = take_reference(held, context)
        return link if link is not UNREAD and put_reference(link, context) == held else UNREAD
    address = held["reference"]
    found = context.item(address)
    if found:
        return found if found != context.where and context.address(found) == address else UNREAD
    return Link(reference=address) if type(address) is str and _is_outside(address) else UNREAD


REFERENCE = Codec("Reference", put_reference, take_reference, exact=exact_reference)


def reference(field: str, element: str | Extension, **more: Any) -> Line:
    """Another item of the case, or what is outside it."""
    return at(field, element, REFERENCE, **more)


def sampled(field: str, element: str) -> Line:
    """What was examined, in words or as an item; `field` names both, `"specimen|sample"`."""

    def put(value: tuple[str | None, str | Link | None], context: Context) -> Json:
        words, item = value
        return {"display": words} if item is None else put_reference(item, context)

    def take(held: Json, context: Context) -> Any:
        link = take_reference(held, context)
        if isinstance(link, Link) and link == Link(display=link.display):
            return (link.display, None)
        return link if link is UNREAD else (None, link)

    return at(field, element, Codec("Reference", put, take, as_is=True))


def of_drug(field: str, element: str) -> Line:
    """A drug (or the like) by its code or as an item of the case; `field` names both, `"code|drug"`."""

    def put(value: tuple[Concept | None, str | Link | None], context: Context) -> tuple[str, Json]:
        code, item = value
        if item is not None:
            return "Reference", put_reference(item, context)
        return "CodeableConcept", put_concept(code or Concept(), context)

    takes: dict[str, Take] = {
        "CodeableConcept": then(take_concept, lambda code: (code, None)),
        "Reference": then(take_reference, lambda item: (None, item)),
    }
    return choice(field, element, ChoiceCodec("CodeableConcept | Reference", put, takes, as_is=True))


def needed_for(field: str, element: str) -> Line:
    """Whether something is done only if needed, or what for."""

    def put(value: Concept | bool, context: Context) -> tuple[str, Json]:
        return ("Boolean", value) if isinstance(value, bool) else ("CodeableConcept", put_concept(value, context))

    def take(held: Json, context: Context) -> Any:
        # The mere word `true` would be a truth value in a case file.
        return UNREAD if held.keys() == {"text"} and held["text"] in TRUTH else take_concept(held, context)

    takes: dict[str, Take] = {"CodeableConcept": take, "Boolean": BOOLEAN.take}
    return choice(field, element, ChoiceCodec("boolean | CodeableConcept", put, takes, as_is=True))


def truth_or_number(field: str, element: str) -> Line:
    """Whether, or the how manieth."""

    def put(value: bool | int, context: Context) -> tuple[str, Json]:
        return ("Boolean" if isinstance(value, bool) else "Integer", value)

    return choice(
        field,
        element,
        ChoiceCodec("boolean | integer", put, {"Boolean": BOOLEAN.take, "Integer": INTEGER.take}, as_is=True),
    )


def _take_item(held: Json, context: Context) -> Any:
    found = context.item(held.get("reference"))
    return found if found and found != context.where else UNREAD


def inside(field: str, element: str) -> Line:
    """The item of the case that this one stands in."""
    return at(field, element, Codec("Reference", put_reference, _take_item, as_is=True))


def of_patient(element: str = "subject") -> Line:
    """The patient, whom everything in the case is about; what is about somebody else is not read."""

    def take(fragment: dict[str, Json], context: Context) -> Any:
        return True if context.item(fragment[element].get("reference")) == "patient" else UNREAD

    return Line(
        None, element, lambda value, context: {element: put_reference("patient", context)}, take, "the patient",
        required=True, as_is=True,
    )  # fmt: skip


# --- notes, parts, quotes, profiles -----------------------------------------------------------------------------------


def _take_note(held: Json, context: Context) -> Any:
    return TEXT.take(held["text"], context)


NOTE = Codec("Annotation", lambda value, context: {"text": value}, _take_note, as_is=True)


def note(field: str, element: str | Extension, **more: Any) -> Line:
    """A remark; who made it and when are carried."""
    return at(field, element, NOTE, **more)


def part(field: str, element: str | Extension, mapping: Mapping, **more: Any) -> Line:
    """A backbone element, or a data type with parts of its own: a mapping within the mapping."""

    def take(held: Json, context: Context) -> Any:
        made = mapping.read(held, context)
        return made if isinstance(made, Part) else UNREAD

    return at(field, element, Codec(mapping.model.__name__, mapping.write, take, exact=mapping.take), **more)


_QUOTE = Quote.__pydantic_validator__.validate_python
"""`Quote`, without what its constructor does besides."""

DERIVATION = CORE + "derivation-reference"


def quotes() -> Line:
    """Where in the source an item is stated (https://hl7.org/fhir/extensions/StructureDefinition-derivation-reference.html)."""

    def put(quote: Quote, context: Context) -> Json:
        where = [{"url": "reference", "valueReference": put_reference(SOURCE, context)}]
        # The source's own quotes stand in the resource itself. It must not refer to itself: creating a resource that
        # does, in a transaction, ends in a stack overflow of the server (seen with HAPI 8.8.0).
        return {"url": DERIVATION, "extension": [
            *(where if context.where != SOURCE else ()),
            {"url": "offset", "valueInteger": quote.at}, {"url": "length", "valueInteger": len(quote.text)}]}  # fmt: skip

    def take(entry: Json, context: Context) -> Any:
        held = {one["url"]: one for one in entry["extension"]}
        start, length = held["offset"]["valueInteger"], held["length"]["valueInteger"]
        if type(start) is not int or type(length) is not int:
            return UNREAD
        found = context.source[start : start + length] if start >= 0 else ""
        of = context.item(held["reference"]["valueReference"]["reference"]) if "reference" in held else context.where
        if of != SOURCE or len(found) != length or not found:
            return UNREAD
        return _QUOTE({"text": found, "at": start})

    def exact(entry: Json, context: Context) -> Any:
        *_, offset, count = entry["extension"]
        start, length = offset["valueInteger"], count["valueInteger"]
        if type(start) is not int or type(length) is not int or start < 0 or length < 1:
            return UNREAD
        quote = _QUOTE({"text": context.source[start : start + length], "at": start})
        return quote if put(quote, context) == entry else UNREAD

    return Line(
        "quotes", "extension:derivation-reference", put, take, "quote", True, lambda e: e.get("url") == DERIVATION,
        codec=Codec("quote", put, take, exact=exact),
    )  # fmt: skip


def fixed(element: str, made: Json) -> Line:
    """An element that always has this value, and without which the mapping does not apply."""

    def take(fragment: dict[str, Json], context: Context) -> Any:
        return True if canonical(fragment) == canonical({element: made}) else UNREAD

    return Line(None, element, lambda value, context: {element: copied(made)}, take, "fixed", required=True)


def profile(*urls: str) -> Line:
    """The profiles that what this mapping writes conforms to."""
    return Line(
        None, "meta", lambda value, context: {"meta": {"profile": list(urls)}}, lambda held, context: True, "profile",
        as_is=True,
    )  # fmt: skip
