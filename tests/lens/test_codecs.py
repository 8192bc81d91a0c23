"""Every field kind: what is put is taken back the same, with the addresses of a bundle and with those of a case."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fhir_case.lens
from fhir_case.bundle.index import Index, Indexed, marked_as
from fhir_case.bundle.registry import installed
from fhir_case.case.base import Part, Quote, Verbatim
from fhir_case.case.coded import Coding
from fhir_case.case.links import Link
from fhir_case.case.people import Name
from fhir_case.case.phenopacket import Citation, Terminology
from fhir_case.case.when import Period, When, Words
from fhir_case.json import canonical, loads
from fhir_case.lens import (
    CONCEPT,
    ITEM,
    TIME,
    Context,
    Line,
    asserted,
    attachment,
    birth,
    boolean,
    category,
    cited,
    code,
    codes,
    coding,
    components,
    concept,
    concepts,
    deceased,
    document,
    each,
    extension,
    identified,
    inside,
    integer,
    json_attachment,
    measured_range,
    modality,
    needed_for,
    note,
    numbered,
    numeral,
    of_drug,
    part,
    period,
    presence,
    quantity,
    quotes,
    race,
    ranges,
    ratio,
    reference,
    result,
    said,
    said_as,
    sampled,
    several,
    side,
    size,
    text,
    timing,
    truth_or_number,
    uid,
    when,
)
from fhir_case.lens.slots import owned
from fhir_case.mappings.observation import COMPONENT
from fhir_case.mappings.people import NAME
from tests import generated as made
from tests.generated import Making

SOURCE = "The text of the source."
HELD = {"patient": "patient", "index": "timeline", "jdm": "diagnoses", "tsh": "labs", "source": "source"}
TABLE = concepts("http://example.com/s", a_b="A", c="C")


def whens() -> st.SearchStrategy[When]:
    making = Making(lambda strategy: None)  # type: ignore[arg-type]
    making.anchors = [("patient", ""), ("index", ""), ("jdm", "diagnosed"), ("jdm", "resolved"), ("tsh", "")]
    return making.whens()


def of(model: type[Part]) -> st.SearchStrategy[Any]:
    @st.composite
    def drawn(draw: st.DrawFn) -> Any:
        return Making(draw).part(model)

    return drawn()


def is_visit(when: When) -> bool:
    """A period that starts and ends at one moment is that moment."""
    time = when.time
    return not isinstance(time, Words | Coding) and not (isinstance(time, Period) and time.start == time.end)


points = whens().filter(lambda when: not isinstance(when.time, Period))
flags = st.booleans()
dates = made.dates.filter(lambda date: "T" not in date.text).map(When)
spans = made.spans.map(When)
ages = made.spans.filter(lambda span: span.high is None and span.comparator is None).map(When)
told = made.concepts.filter(lambda concept: concept.text is not None)
measured = made.results.filter(lambda result: "2667000" not in repr(result))
items = st.sampled_from(sorted(HELD))
words = made.NAMES.filter(lambda name: not (name.isascii() and name.isdigit()))  # digits are a number, in a case file
named_items = st.builds(Link, items, made.NAMES)

KINDS: dict[str, tuple[Line, st.SearchStrategy[Any]]] = {
    "text": (text("f", "e"), made.NAMES),
    "text as an extension": (text("f", extension("x")), made.NAMES),
    "texts": (each(text("f", "e")), st.lists(made.NAMES, min_size=1, max_size=3)),
    "boolean": (boolean("f", "e"), flags),
    "integer": (integer("f", "e"), st.integers(-(2**31), 2**31 - 1)),
    "code": (code("f", "e", codes("a", "b-c")), st.sampled_from(["a", "b-c"])),
    "code as a concept": (code("f", "e", TABLE), st.sampled_from(["a-b", "c"])),
    "category": (category("f", "e", TABLE), st.sampled_from(["a-b", "c"])),
    "coding": (coding("f", "e"), made.codings),
    "concept": (concept("f", "e"), made.concepts),
    "concept in a list": (concept("f", "e[].code[]"), made.concepts),
    "quantity": (quantity("f", "e"), made.quantities),
    "quantity inside": (quantity("f", "e[].q"), made.quantities),
    "ranges": (ranges("f", "e"), made.ranges),
    "result": (result("f", "value[x]"), made.results),
    "sampled": (
        sampled("f|g", "e"),
        st.tuples(made.NAMES, st.none()) | st.tuples(st.none(), items | named_items | made.ADDRESSED),
    ),
    "of a drug": (
        of_drug("f|g", "medication[x]"),
        st.tuples(made.concepts, st.none()) | st.tuples(st.none(), items | named_items | made.LINKS),
    ),
    "needed for": (needed_for("f", "asNeeded[x]"), made.concepts | flags),
    "numbered": (numbered("f", "doseNumber[x]", "PositiveInt"), st.integers(1, 9) | words),
    "truth or number": (truth_or_number("f", "multipleBirth[x]"), st.integers(1, 9) | flags),
    "numeral": (numeral("f", "e"), made.DECIMALS.map(Decimal)),
    "measured range": (measured_range("f", "e"), made.plain_ranges),
    "ratio": (ratio("f", "e"), made.ratios),
    "document": (
        document("f|g", "data"),
        st.tuples(made.NAMES, st.none()) | st.tuples(st.none(), st.sampled_from(["/9j/4AAQ", "AAEC"])),
    ),
    "reference": (reference("f", "e"), items | made.LINKS | made.ADDRESSED | named_items),
    "inside": (inside("f", "e"), items),
    "reference inside": (reference("f", "e[].detail[]"), items),
    "reference as an extension": (reference("f", extension("x")), items),
    "note": (each(note("f", "e")), made.NAMES),
    "part": (each(part("f", "e", NAME)), of(Name)),
    "timing": (timing("f", "e"), made.timings),
    "dateTime or Period": (when("f", "effective[x]"), whens()),
    "any time": (when("f", "onset[x]", "dateTime Age Period Range string"), whens()),
    "a Period whole": (when("f", "effective[x]", "dateTime Period whole"), whens()),
    "an Age": (when("f", "age[x]", "Age Range string"), spans),
    "dateTime alone": (when("f", "started", "dateTime"), points),
    "dateTime as an extension": (asserted("f", extension("x")), points),
    "period": (period("f", "period"), whens().filter(is_visit)),
    "presence": (presence("f|g", "value[x]"), st.tuples(measured, st.just(False)) | st.just((None, True))),
    "birth": (birth("f|g", "birthDate"), st.tuples(dates, st.none()) | st.tuples(st.none(), ages)),
    "deceased": (deceased("f", "deceased[x]", "dateTime"), flags | points),
    "deceased at an age": (deceased("f", "deceased[x]", "Age Range date string"), flags | spans | dates),
    "race": (race("f", extension("x")), told),
    "modality": (modality("f", "e"), st.sampled_from(["CT", "NM", "XX"])),
    "side": (side("f", "e", TABLE), st.sampled_from(["a-b", "c"])),
    "uid": (uid("f", "e"), st.sampled_from(["1.2.840.1", "2.25.7"])),
    "identified": (identified("f", "e", "urn:x"), made.NAMES),
    "attachment": (
        attachment("f|g|h", "content"),
        st.tuples(made.NAMES, st.none() | made.NAMES, st.none() | st.just("de")),
    ),
    "quotes": (quotes(), st.integers(0, 20).map(lambda at: Quote(text=SOURCE[at : at + 3], at=at))),
    "what components say": (
        components(
            "component",
            COMPONENT,
            several(said("f", {"text": "f"}, "CodeableConcept", CONCEPT)),
            said_as("g", {"coding": [{"system": "urn:x", "code": "g"}]}, TIME),
        ),
        st.tuples(
            st.lists(made.concepts, min_size=1, max_size=2),
            st.none() | whens(),
            st.lists(of(COMPONENT.model), max_size=2),
        ),
    ),
    "json_attachment": (
        json_attachment("f|g", "content", {"code": "x"}),
        st.tuples(st.none() | made.NAMES, st.just(Verbatim({"a": [1, True, None, "x"]}))),
    ),
    "cited": (
        cited("f|g", "context"),
        st.tuples(
            st.lists(of(Citation), min_size=1, max_size=2),
            st.lists(st.builds(Terminology, system=st.just("hpo"), version=st.none() | made.NAMES), max_size=2),
        ),
    ),
    "size": (
        components("component", COMPONENT, size("f")),
        st.tuples(made.sizes, st.lists(of(COMPONENT.model), max_size=2)),
    ),
}


def contexts() -> dict[str, tuple[Context, Context]]:
    """The context to write with and the one to read with: of a bundle, and inside the case."""
    mappings = installed()
    types = {key: mappings.of_kind(kind).type or "" for key, kind in HELD.items()}
    index = Index([Indexed(key, type, marked_as("c", key, type)) for key, type in types.items()], mappings)
    usual = {key: one.address for key, one in index.by_id.items()}
    inside = index.context({key: ITEM + key for key in usual})
    both = {
        "bundle": (index.context(usual), index.reading(usual, {address: key for key, address in usual.items()})),
        "case": (inside, inside),
    }
    for pair in both.values():
        for context in pair:
            context.where, context.source = "it", SOURCE
    return both


CONTEXTS = contexts()


@pytest.mark.parametrize("addresses", CONTEXTS)
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_is_put_is_taken_back(kind: str, addresses: str, data: st.DataObject) -> None:
    line, values = KINDS[kind]
    writing, reading = CONTEXTS[addresses]
    value = data.draw(values)
    put = loads(canonical(line.put(value, writing)))
    assert line.claims(put) if line.claims is not None else all(owned(line, key) for key in put)
    taken = line.take(put, reading)
    assert repr(taken) == repr(value)
    assert canonical(line.put(taken, writing)) == canonical(put)


NO_VALUE = {"always", "of_patient", "fixed", "profile"}
"""The kinds whose lines have no field: guards, the patient, what stands there whatever the item says."""

AROUND = {"each", "first", "needed"}
"""What makes a line of a line."""


def test_every_field_kind_has_its_row() -> None:
    makers = {name for name in fhir_case.lens.__all__ if _makes_a_line(getattr(fhir_case.lens, name))}
    rows = Path(__file__).read_text(encoding="utf-8").split("KINDS: dict", 1)[1].partition("\n}\n")[0]
    assert {name for name in makers - NO_VALUE - AROUND if f"{name}(" not in rows} == set()


def _makes_a_line(maker: Any) -> bool:
    return getattr(maker, "__annotations__", {}).get("return") == "Line"
