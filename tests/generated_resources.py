"""Generated resources: any R4 type, built from its definition, valid in structure and as odd as FHIR allows.

Random cardinality and types of choices, primitives with `_` twins and padded arrays, extensions and modifier extensions,
contained resources, decimals and dates of every spelling (https://hl7.org/fhir/R4/json.html).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from fhir_case.definitions.r4 import r4
from fhir_case.json import Json, loads
from fhir_case.validation.plan import Element, tree

DEEPEST = 4

_WORDS = st.sampled_from(
    ["a", "Ärztin Łê", "0", "item:patient", "x  y", "50% < 60 %".replace("<", "≤"), "null", "😀", "A#1"]
)
_URLS = st.sampled_from(
    ["http://example.org/a", "http://example.org/fhir/Patient/p1", "urn:uuid:0b1d1f6c-2f8e-4b0c-9d3b-0a6f5f6d0001",
     "http://example.org/b|1.0", "urn:oid:2.16.840.1.113883.3.42"]
)  # fmt: skip
_REFERENCES = st.sampled_from(
    ["Patient/p1", "http://example.org/fhir/Patient/p1", "Patient/p1/_history/2", "#c1", "Observation/o-2", "Group/x",
     "urn:uuid:0b1d1f6c-2f8e-4b0c-9d3b-0a6f5f6d0001", "https://elsewhere.example/Organization/9"]
)  # fmt: skip
_DATES = ["1931", "2012-02", "2012-02-29", "1999-12-31"]
_MOMENTS = [*_DATES, "2015-02-07T13:28:17-05:00", "2012-06-30T23:59:60Z", "2000-01-01T00:00:00.000+14:00"]
_DECIMALS = [
    "0",
    "-0",
    "7.20",
    "1e2",
    "1E-7",
    "0.0000001",
    "-1.50",
    "123456789012345678901234567890.10",
    "100",
    "-0.00",
]
_CODES = {
    "mimetypes": "text/plain",
    "languages": "de-AT",
    "currencies": "EUR",
    "ucum-units": "mg",
    "all-types": "Patient",
}

_PRIMITIVES: dict[str, st.SearchStrategy[Json]] = {
    "boolean": st.booleans(), "integer": st.integers(-(2**31), 2**31 - 1), "unsignedInt": st.integers(0, 9),
    "positiveInt": st.integers(1, 9), "decimal": st.sampled_from(_DECIMALS).map(loads),
    "date": st.sampled_from(_DATES), "dateTime": st.sampled_from(_MOMENTS), "instant": st.sampled_from(_MOMENTS[4:]),
    "time": st.sampled_from(["23:59:59", "00:00:00.5"]), "id": st.sampled_from(["a", "c1", "x-1.2"]),
    "uri": _URLS, "url": _URLS, "canonical": _URLS, "uuid": st.just("urn:uuid:0b1d1f6c-2f8e-4b0c-9d3b-0a6f5f6d0001"),
    "oid": st.just("urn:oid:2.16.840.1.113883.3.42"), "base64Binary": st.sampled_from(["aGFsbG8=", "aGFs\r\nbG8="]),
    "code": st.sampled_from(["a", "b-1", "two words"]), "string": _WORDS, "markdown": _WORDS,
    "http://hl7.org/fhirpath/System.String": st.just("a"),
    "xhtml": st.just('<div xmlns="http://www.w3.org/1999/xhtml"><p>A &amp; <a href="Patient/p1">B</a></p></div>'),
}  # fmt: skip
"""Values by type, as their definitions allow them (https://hl7.org/fhir/R4/datatypes.html#primitive)."""

TYPES = tuple(sorted(r4().resources - {"Parameters"}))
"""All types but Parameters, whose parts have no type of their own to be told by."""


@cache
def definition(type: str) -> Element:
    """The elements of a type."""
    structure = r4().type(type)
    assert structure is not None, type
    return tree(structure)


@cache
def codes_of(canonical: str) -> tuple[str, ...]:
    """Some codes of a value set, where its definition or the system it includes lists them."""
    found = r4().find(canonical.partition("|")[0], "ValueSet") or {}
    codes: list[str] = [one["code"] for one in found.get("expansion", {}).get("contains", ()) if "code" in one]
    for include in found.get("compose", {}).get("include", ()):
        codes += [one["code"] for one in include.get("concept", ())]
        if not include.keys() & {"concept", "filter", "valueSet"}:
            system = r4().find(include.get("system", ""), "CodeSystem") or {}
            codes += [one["code"] for one in system.get("concept", ())]
    return tuple(codes[:12])


class Making:
    """One resource while it is made."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.ids = 0

    def resource(self, type: str, depth: int = 0) -> dict[str, Json]:
        """A resource of that type."""
        return {"resourceType": type, **self.parts(definition(type), depth)}

    def parts(self, of: Element, depth: int) -> dict[str, Json]:
        """The children of an element: those it must have, and a few of the others."""
        optional = [name for name, child in of.children.items() if not child.min and self._fits(child, depth)]
        least = int(of.path not in r4().resources and not any(child.min for child in of.children.values()))
        wanted = st.lists(st.sampled_from(optional), min_size=least, max_size=4, unique=True)
        chosen = self.draw(wanted) if optional else []
        made: dict[str, Json] = {}
        for name, child in of.children.items():
            if (child.min or name in chosen) and child.max != 0:
                self._put(child, made, depth)
        return made

    def _fits(self, child: Element, depth: int) -> bool:
        deep = not all(one.code[:1].islower() or one.code.startswith("http:") for one in child.types)
        return depth < DEEPEST or not (deep or child.content)

    def _put(self, of: Element, made: dict[str, Json], depth: int) -> None:
        type = self.draw(st.sampled_from(of.types)).code if of.types else ""
        key = of.name + type[:1].upper() + type[1:] if of.choice else of.name
        most = min(of.max or 2, 2) if of.listed else 1
        count = self.draw(st.integers(1, most)) if depth < DEEPEST else 1
        values = [self._value(of, type, depth + 1) for _ in range(count)]
        if type not in _PRIMITIVES or type in ("xhtml", "http://hl7.org/fhirpath/System.String") or of.name == "id":
            made[key] = values if of.listed else values[0]
            return
        twins = [self._twin() if self.draw(st.integers(0, 5)) == 0 else None for _ in values]
        if (of.binding or {}).get("strength") != "required":
            values = [
                None if twin and self.draw(st.booleans()) else one for one, twin in zip(values, twins, strict=True)
            ]
        if any(one is not None for one in values):
            made[key] = values if of.listed else values[0]
        if any(twins):
            made[f"_{key}"] = twins if of.listed else twins[0]

    def _value(self, of: Element, type: str, depth: int) -> Json:
        if of.content:
            return self.parts(_at(of.content), depth)
        if type in ("Resource", "DomainResource"):
            inner = self.resource(
                self.draw(st.sampled_from(("Patient", "Medication", "Basic", "Observation"))), DEEPEST
            )
            return {**inner, "id": f"c{self._id()[1:]}"}
        if type in _PRIMITIVES and of.name in ("id", "language"):  # there are rules beside their types
            return self._id() if of.name == "id" else "de-AT"
        if type in _PRIMITIVES:
            canonical = (
                (of.binding or {}).get("valueSet", "") if (of.binding or {}).get("strength") == "required" else ""
            )
            name = canonical.partition("|")[0].rsplit("/", 1)[-1]
            codes = (_CODES[name],) if name in _CODES else codes_of(canonical) if canonical and type == "code" else ()
            return self.draw(st.sampled_from(codes) if codes else _PRIMITIVES[type])
        if type == "Extension":
            return self._extension()
        if type == "Reference":
            made = self.parts(definition(type), depth) if self.draw(st.integers(0, 2)) == 0 else {}
            made.pop("type", None)
            return {**made, "reference": self.draw(_REFERENCES)}
        made = self.parts(of if of.children else definition(type), depth)
        if any(profile.endswith("/SimpleQuantity") for one in of.types for profile in one.profiles):
            made.pop("comparator", None)
            made.pop("_comparator", None)
        return made if made.keys() - {"id"} else {**made, "extension": [self._extension()]}

    def _extension(self, depth: int = 0) -> Json:
        made: dict[str, Json] = {"url": self.draw(_URLS)}
        if depth == 0 and self.draw(st.integers(0, 3)) == 0:
            return {**made, "extension": [{**self._extension(1), "url": "part"}]}
        type = self.draw(st.sampled_from(["String", "Decimal", "DateTime", "Reference", "Code", "Uri", "Quantity"]))
        plain = {"Reference": {"reference": "Patient/p1"}, "Quantity": {"value": loads("7.20"), "unit": "mg"}}
        name = type[:1].lower() + type[1:]
        return {**made, f"value{type}": plain[type] if type in plain else self.draw(_PRIMITIVES[name])}

    def _id(self) -> str:
        """An id that the resource has not yet (https://hl7.org/fhir/R4/element.html#id)."""
        self.ids += 1
        return f"e{self.ids}"

    def _twin(self) -> dict[str, Json]:
        return {"extension": [self._extension()]} | ({"id": self._id()} if self.draw(st.booleans()) else {})


def _at(path: str) -> Element:
    type, *steps = path.split(".")
    found = definition(type)
    for step in steps:
        found = found.children[step.removesuffix("[x]")]
    return found


@st.composite
def resources(draw: st.DrawFn, types: tuple[str, ...] = TYPES) -> dict[str, Any]:
    """A resource of any of these types."""
    return Making(draw).resource(draw(st.sampled_from(types)))


@st.composite
def bundles(draw: st.DrawFn, types: tuple[str, ...] = TYPES) -> dict[str, Any]:
    """A bundle of any type around such resources, with whatever R4 lets stand around them."""
    made = Making(draw).resource("Bundle", DEEPEST - 1)
    entries = draw(st.lists(resources(types), min_size=1, max_size=3))
    made["entry"] = []
    for resource in entries:
        entry = Making(draw).parts(_at("Bundle.entry"), DEEPEST - 1)
        entry.pop("resource", None)
        if draw(st.booleans()):
            entry["fullUrl"] = f"http://example.org/fhir/{resource['resourceType']}/{resource.get('id', 'p1')}"
        made["entry"].append({**entry, "resource": resource})
    return made
