"""The field kinds: how each kind of value of a case is written as FHIR and read back, `put` and `take` side by side.

Each function makes one line of a mapping from a field of the item and an element of the resource, which is a name
(`code`), a choice (`value[x]`), an entry of a list (`evidence[].detail[]`) or an extension (`extension(url)`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from fhir_case.case.base import Part, Quote
from fhir_case.case.coded import Coding, Concept
from fhir_case.case.measured import UCUM, Quantity, Range, Result
from fhir_case.case.model import SOURCE
from fhir_case.json import Json, canonical, copied, number
from fhir_case.lens.codes import CodeTable
from fhir_case.lens.context import Context
from fhir_case.lens.line import UNREAD, ChoiceCodec, Codec, Line, choice, prefixed, stripped, whole
from fhir_case.lens.mapping import Mapping

CORE = "http://hl7.org/fhir/StructureDefinition/"
ABSENT_REASON = CORE + "data-absent-reason"


def unknown(reason: str = "unknown") -> dict[str, Json]:
    """An element of which only is said that its value is not known (or does not apply)."""
    return {"extension": [{"url": ABSENT_REASON, "valueCode": reason}]}


@dataclass(frozen=True, slots=True)
class Extension:
    """An element that is an extension, known by its url."""

    url: str


def extension(name: str) -> Extension:
    """An extension of FHIR itself by its name, any other by its url."""
    return Extension(name if ":" in name else CORE + name)


def filler(made: Json) -> Callable[[Any, Context], Json]:
    """What stands there whenever the field says nothing."""
    return lambda item, context: made


# --- where a value stands ---------------------------------------------------------------------------------------------


def at(field: str | None, element: str | Extension, codec: Codec | ChoiceCodec, **more: Any) -> Line:
    """The line for a value of this kind at that element."""
    if isinstance(element, Extension):
        return _extension(field, element.url, codec, **more)
    if isinstance(codec, ChoiceCodec):
        return choice(field, element, codec, **more)
    if "[]." in element:
        return _inner(field, element, codec, **more)
    return whole(field, element, codec, **more)


def _extension(field: str | None, url: str, codec: Codec | ChoiceCodec, **more: Any) -> Line:
    if isinstance(codec, ChoiceCodec):
        inner: ChoiceCodec = codec
    else:
        one, suffix = codec, codec.name[:1].upper() + codec.name[1:]
        inner = ChoiceCodec(
            one.name,
            lambda value, context: {suffix: one.put(value, context)},
            lambda found, context: one.take(found[suffix], context) if found.keys() == {suffix} else UNREAD,
        )

    def put(value: Any, context: Context) -> Json:
        return {"url": url, **prefixed("value", inner.put(value, context))}

    def take(entry: Json, context: Context) -> Any:
        found = {k: v for k, v in entry.items() if k != "url"}
        if any(not k.lstrip("_").startswith("value") for k in found):
            return UNREAD
        return inner.take(stripped("value", found), context)

    name = url.removeprefix(CORE)
    return Line(field, f"extension:{name}", put, take, inner.name, claims=lambda e: e.get("url") == url, **more)


def _inner(field: str | None, element: str, codec: Codec, **more: Any) -> Line:
    """Entries of a list of backbone elements that hold this one value: `evidence[].detail[]`."""
    name = element.split("[].")[1].removesuffix("[]")
    listed = element.endswith("[]")

    def put(value: Any, context: Context) -> Json:
        made = codec.put(value, context)
        return {name: [made] if listed else made}

    def take(entry: Json, context: Context) -> Any:
        held = entry[name]
        if entry.keys() != {name} or (listed and len(held) != 1):
            return UNREAD
        return codec.take(held[0] if listed else held, context)

    return Line(field, element, put, take, codec.name, claims=lambda e: name in e, **more)


def each(line: Line) -> Line:
    """The same line for a field that holds a list: one entry per value."""
    if line.entry:
        return replace(line, many=True)
    codec = line.codec
    if codec is None:
        raise ValueError(f"{line.element}: a choice element holds one value")
    if codec.primitive:
        several = Codec(
            codec.name,
            lambda values, context: [codec.put(value, context) for value in values],
            lambda held, context: _all([codec.take(one, context) for one in held]),
            primitive=True,
        )
        return whole(line.field, line.element, several, absent=line.absent, required=line.required)
    return Line(line.field, line.element, codec.put, codec.take, line.kind, True, _anything, line.absent, line.required)


def first(line: Line) -> Line:
    """The same line for a field that holds one value where FHIR has a list: the first entry that can be read."""
    return replace(each(line), many=False)


def _anything(entry: Json) -> bool:
    return True


def _all(values: list[Any]) -> Any:
    return UNREAD if any(value is UNREAD for value in values) else values


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


# --- codes and concepts -----------------------------------------------------------------------------------------------


def code(field: str, element: str, table: CodeTable, **more: Any) -> Line:
    """One of the words of a code table: a `code`, or a CodeableConcept where the table names its system."""
    return at(field, element, table.codec(), **more)


def category(field: str, element: str, table: CodeTable, **more: Any) -> Line:
    """The entry of a list of CodeableConcepts that has a code of the table's system."""
    codec = table.codec()
    return Line(field, element, codec.put, codec.take, "code", False, table.claims, **more)


def always(element: str, table: CodeTable, word: str) -> Line:
    """A guard: `put` writes the code, and without it the mapping does not apply."""
    made = table.concept(word)
    return Line(
        None, element, lambda value, context: copied(made), lambda entry, context: True,
        f"= {word}", False, lambda entry: table.claims(entry) and table.word(entry) == word, None, True,
    )  # fmt: skip


def put_coding(coding: Coding, context: Context) -> Json:
    """A Coding."""
    made: dict[str, Json] = {}
    if coding.system is not None:
        made["system"] = coding.system
    if coding.version is not None:
        made["version"] = coding.version
    if coding.code is not None:
        made["code"] = coding.code
    if coding.display is not None:
        made["display"] = coding.display
    return made


def take_coding(held: Json, context: Context) -> Any:
    """Read a Coding."""
    parts = (held.get("system"), held.get("code"), held.get("display"), held.get("version"))
    said = False
    for part in parts:
        if part is not None:
            if type(part) is not str or not part:
                return UNREAD
            said = True
    return Coding(*parts) if said else UNREAD


def put_concept(concept_: Concept, context: Context) -> Json:
    """A CodeableConcept."""
    made: dict[str, Json] = {}
    if concept_.codings:
        made["coding"] = [put_coding(coding, context) for coding in concept_.codings]
    if concept_.text is not None:
        made["text"] = concept_.text
    return made


def take_concept(held: Json, context: Context) -> Any:
    """Read a CodeableConcept."""
    words = held.get("text")
    if words is not None and (type(words) is not str or not words):
        return UNREAD
    codings = []
    for one in held.get("coding", ()):
        coding = take_coding(one, context)
        if coding is UNREAD:
            return UNREAD
        codings.append(coding)
    return Concept(words, tuple(codings)) if words or codings else UNREAD


CODING = Codec("Coding", put_coding, take_coding)
CONCEPT = Codec("CodeableConcept", put_concept, take_concept)


def coding(field: str, element: str, **more: Any) -> Line:
    """A Coding: one code of one system."""
    return at(field, element, CODING, **more)


def concept(field: str, element: str | Extension, **more: Any) -> Line:
    """A CodeableConcept: several codes of one meaning, and a text."""
    return at(field, element, CONCEPT, **more)


# --- measured values --------------------------------------------------------------------------------------------------


def decimal(held: Json) -> Any:
    """A JSON number as Decimal; a float, which has lost its digits, as it prints."""
    if type(held) is int:
        return Decimal(held)
    if type(held) is float:
        return number(repr(held))
    return held if isinstance(held, Decimal) else UNREAD


def put_quantity(quantity_: Quantity, context: Context) -> Json:
    """A Quantity."""
    made: dict[str, Json] = {}
    if quantity_.value is not None:
        made["value"] = quantity_.value
    for name in ("comparator", "unit", "system", "code"):
        part = getattr(quantity_, name)
        if part is not None:
            made[name] = part
    return made


def take_quantity(held: Json, context: Context) -> Any:
    """Read a Quantity."""
    value = decimal(held["value"]) if "value" in held else None
    names = [held.get(name) for name in ("unit", "code", "system", "comparator")]
    if value is UNREAD or any(name is not None and (type(name) is not str or not name) for name in names):
        return UNREAD
    if names[3] not in (None, "<", "<=", ">=", ">") or (value is None and not any(names)):
        return UNREAD
    return Quantity(value, *names)


QUANTITY = Codec("Quantity", put_quantity, take_quantity)


def quantity(field: str, element: str | Extension, **more: Any) -> Line:
    """An amount with its unit."""
    return at(field, element, QUANTITY, **more)


def put_range(value: Range, context: Context) -> Json:
    """A Range, or an `Observation.referenceRange` (which can be told in words)."""
    made: dict[str, Json] = {}
    if value.low is not None:
        made["low"] = put_quantity(value.low, context)
    if value.high is not None:
        made["high"] = put_quantity(value.high, context)
    if value.text is not None:
        made["text"] = value.text
    return made


def take_range(held: Json, context: Context) -> Any:
    """Read one; a range for some patients only, or one that is not the normal one, says more than we can."""
    if held.keys() - {"low", "high", "text", "id", "extension"}:
        return UNREAD
    low, high = (take_quantity(held[k], context) if k in held else None for k in ("low", "high"))
    if low is UNREAD or high is UNREAD or (held.get("text") is not None and type(held["text"]) is not str):
        return UNREAD
    return Range(low, high, held.get("text")) if low or high or held.get("text") else UNREAD


RANGE = Codec("Range", put_range, take_range)


def ranges(field: str, element: str) -> Line:
    """Reference ranges."""
    return each(at(field, element, RANGE))


def put_result(value: Result, context: Context) -> dict[str, Json]:
    """The value of an observation, of whichever type it is."""
    held = value.value
    if isinstance(held, Quantity):
        return {"Quantity": put_quantity(held, context)}
    if isinstance(held, Concept):
        return {"CodeableConcept": put_concept(held, context)}
    if isinstance(held, Range):
        return {"Range": put_range(held, context)}
    return {"Boolean" if isinstance(held, bool) else "Integer" if isinstance(held, int) else "String": held}


def take_result(found: dict[str, Json], context: Context) -> Any:
    """Read it; sampled data, ratios, times and periods are carried."""
    bare = [key for key in found if key[0] != "_"]
    if len(bare) != 1:
        return UNREAD
    held = found[bare[0]]
    if bare[0] == "Range" and "text" in held:
        return UNREAD
    takes = {"Quantity": take_quantity, "CodeableConcept": take_concept, "Range": take_range,
             "Boolean": BOOLEAN.take, "Integer": INTEGER.take, "String": TEXT.take}  # fmt: skip
    value: Any = takes[bare[0]](held, context) if bare[0] in takes else UNREAD
    return UNREAD if value is UNREAD else Result(value)


RESULT = ChoiceCodec("value", put_result, take_result)


def result(field: str, element: str, **more: Any) -> Line:
    """The value of an observation."""
    return choice(field, element, RESULT, **more)


# --- other items ------------------------------------------------------------------------------------------------------


NAMED = Codec(
    "Reference", lambda value, context: {"display": value}, lambda held, context: _only(held, "display", context)
)


def named(field: str, element: str, **more: Any) -> Line:
    """Something that is no resource of its own, only named: a Reference with a display."""
    return at(field, element, NAMED, **more)


def _only(held: Json, name: str, context: Context) -> Any:
    return TEXT.take(held[name], context) if held.keys() == {name} else UNREAD


def put_reference(item: str, context: Context) -> Json:
    """A Reference to another item."""
    return {"reference": context.address(item)}


def take_reference(held: Json, context: Context) -> Any:
    """Read one; references that lead outside the case are carried."""
    return context.item(held.get("reference")) or UNREAD


REFERENCE = Codec("Reference", put_reference, take_reference)


def reference(field: str, element: str | Extension, **more: Any) -> Line:
    """Another item of the case."""
    return at(field, element, REFERENCE, **more)


def of_patient(element: str = "subject") -> Line:
    """The patient, whom everything in the case is about; what is about somebody else is not read."""

    def take(fragment: dict[str, Json], context: Context) -> Any:
        return True if context.item(fragment[element].get("reference")) == "patient" else UNREAD

    return Line(
        None, element, lambda value, context: {element: put_reference("patient", context)}, take, "the patient",
        required=True,
    )  # fmt: skip


# --- notes, parts, quotes, profiles -----------------------------------------------------------------------------------


def _take_note(held: Json, context: Context) -> Any:
    return TEXT.take(held["text"], context)


NOTE = Codec("Annotation", lambda value, context: {"text": value}, _take_note)


def note(field: str, element: str | Extension, **more: Any) -> Line:
    """A remark; who made it and when are carried."""
    return at(field, element, NOTE, **more)


def part(field: str, element: str, mapping: Mapping, **more: Any) -> Line:
    """A backbone element, or a data type with parts of its own: a mapping within the mapping."""

    def take(held: Json, context: Context) -> Any:
        made = mapping.read(held, context)
        return made if isinstance(made, Part) else UNREAD

    return at(field, element, Codec(mapping.model.__name__, mapping.write, take), **more)


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
        found = context.source[start : start + length]
        of = context.item(held["reference"]["valueReference"]["reference"]) if "reference" in held else context.where
        if of != SOURCE or len(found) != length or not found:
            return UNREAD
        return Quote.model_construct(text=found, at=start)

    return Line(
        "quotes", "extension:derivation-reference", put, take, "quote", True, lambda e: e.get("url") == DERIVATION
    )


def fixed(element: str, made: Json) -> Line:
    """An element that always has this value, and without which the mapping does not apply."""

    def take(fragment: dict[str, Json], context: Context) -> Any:
        return True if canonical(fragment) == canonical({element: made}) else UNREAD

    return Line(None, element, lambda value, context: {element: copied(made)}, take, "fixed", required=True)


def profile(*urls: str) -> Line:
    """The profiles that what this mapping writes conforms to."""
    made = {"meta": {"profile": list(urls)}}
    return Line(None, "meta", lambda value, context: copied(made), lambda held, context: True, "profile")


__all__ = [
    "ABSENT_REASON", "CODING", "CONCEPT", "CORE", "QUANTITY", "UCUM", "always", "at", "boolean", "category", "code",
    "coding", "concept", "each", "extension", "filler", "first", "fixed", "integer", "named", "note", "of_patient",
    "part", "profile", "quantity", "quotes",
    "ranges", "reference", "result", "text", "unknown",
]  # fmt: skip
