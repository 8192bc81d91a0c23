"""Law 2 of design.md, section 2, where what comes in is no valid FHIR: it is given back as it came, without an exception."""

from __future__ import annotations

from typing import Any

from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_case import Case
from fhir_case.json import Json, canonical, copied, loads
from tests.generated import cases
from tests.same import assert_same

Holder = dict[str, Json] | list[Json]

hurried = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

TEXTS = (
    "",
    " ",
    "x",
    "null",
    "1",
    "2020-13-45",
    "Patient/1",
    "item:patient",
    "a\x85b\u2028c\ufeff\x7f",
    "\u0000\t\r\n",
    "😀",
    "urn:fhir-case:item",
)
NUMBERS = ("0", "-0", "1e2", "1E400", "0.0000001", "7.20", "-1.0E-7", "9" * 25)
ODD = st.one_of(
    st.sampled_from([None, True, False, {}, [], [None], [[]], {"": ""}, {"a": [{"b": None}]}, [{}], [1, "a"]]),
    st.sampled_from(TEXTS),
    st.sampled_from(NUMBERS).map(loads),
).map(copied)  # fmt: skip
KEYS = st.sampled_from(
    ["foo", "_foo", "", "_", "text", "status", "_status", "code", "value", "valueString", "valueQuantity", "extension",
     "modifierExtension", "implicitRules", "id", "meta", "identifier", "subject", "reference", "resourceType", "onset",
     "effectivePeriod", "_effectiveDateTime", "url", "$read", "#", "fullUrl", "data", "div", "remainder"]
)  # fmt: skip
EXTENSIONS = st.sampled_from(
    [{"url": "http://example.org/x", "valueString": "mine"}, {"url": "http://example.org/x"}, {}, {"url": 1},
     {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"},
     {"url": "http://hl7.org/fhir/StructureDefinition/condition-dueTo", "valueReference": {"reference": "Condition/1"}},
     {"url": "http://hl7.org/fhir/StructureDefinition/condition-assertedDate", "valueDateTime": "2020"},
     {"url": "http://hl7.org/fhir/StructureDefinition/derivation-reference", "extension": [{"url": "offset"}]},
     {"url": "http://hl7.org/fhir/StructureDefinition/cqf-relativeDateTime", "extension": []},
     {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race", "extension": [{"url": "text", "valueString": ""}]}]
).map(copied)  # fmt: skip


def holders(value: Json) -> list[Holder]:
    """Every object and list in a JSON value, outermost first."""
    if isinstance(value, dict):
        return [value, *(found for held in value.values() for found in holders(held))]
    if isinstance(value, list):
        return [value, *(found for held in value for found in holders(held))]
    return []


@st.composite
def mangled(draw: st.DrawFn, resource: Json) -> Json:
    """The resource with one to four things done to it that no valid one has."""
    made = copied(resource)
    for _ in range(draw(st.integers(1, 4))):
        holder: Any = draw(st.sampled_from(holders(made)))
        if isinstance(holder, list):
            _mangle_list(draw, holder)
        else:
            _mangle_object(draw, holder, is_resource=holder is made)
    return made


def _mangle_list(draw: st.DrawFn, holder: list[Json]) -> None:
    place = draw(st.integers(0, len(holder)))
    what = draw(st.sampled_from(["duplicate", "drop", "swap", "replace", "insert"]))
    if what == "insert" or not holder:
        holder.insert(place, draw(ODD | EXTENSIONS))
        return
    place = min(place, len(holder) - 1)
    if what == "duplicate":
        holder.insert(place, copied(holder[place]))
    elif what == "drop":
        del holder[place]
    elif what == "swap":
        holder[place], holder[0] = holder[0], holder[place]
    else:
        holder[place] = draw(ODD)


def _mangle_object(draw: st.DrawFn, holder: dict[str, Json], *, is_resource: bool) -> None:
    names = [name for name in holder if not (is_resource and name == "resourceType")]
    what = draw(st.sampled_from(["drop", "replace", "add", "extend", "extend more", "twin", "pad", "list", "number"]))
    name = draw(st.sampled_from(names)) if names else "foo"
    held = holder.get(name)
    if what == "drop":
        holder.pop(name, None)
    elif what == "replace":
        holder[name] = draw(ODD)
    elif what == "add":
        added = draw(KEYS)
        if not (is_resource and added == "resourceType"):
            holder[added] = draw(ODD | EXTENSIONS.map(lambda one: [one]))
    elif what.startswith("extend"):
        kind = "extension" if what == "extend" else draw(st.sampled_from(["extension", "modifierExtension"]))
        holder[kind] = [*(held if isinstance(held := holder.get(kind), list) else ()), draw(EXTENSIONS)]
    elif what == "twin":
        holder[f"_{name}"] = {"extension": [draw(EXTENSIONS)]}
    elif what == "pad":
        twin = [{"extension": [draw(EXTENSIONS)]}]
        holder[name], holder[f"_{name}"] = [None, *(held if isinstance(held, list) else [held])], [*twin, None]
    elif what == "list":
        holder[name] = held[0] if isinstance(held, list) and held else [held]
    else:
        holder[name] = loads(draw(st.sampled_from(NUMBERS)))


def assert_given_back(bundle: Json) -> None:
    expected = canonical(bundle)
    if not (
        isinstance(bundle.get("entry", []), list) and all(isinstance(entry, dict) for entry in bundle.get("entry", []))
    ):
        expected = canonical({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": bundle}]})
    before = canonical(bundle)
    case = Case.from_bundle(bundle)
    assert_same(bundle, before)
    assert_same(case.to_bundle(), expected)
    assert_same(Case.loads(case.to_json(), "case.json").dumps(), case.dumps())
    for type in ("transaction", "collection", "document"):
        case.build(type)  # may report whatever it likes


@hurried
@given(st.data())
def test_a_mangled_example_is_given_back_as_it_came(data):
    name = data.draw(st.sampled_from(sorted(examples())))
    resource = data.draw(mangled(loads(examples()[name])))
    assert_given_back({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource}]})


@hurried
@given(st.data())
def test_a_mangled_resource_of_ours_is_given_back_as_it_came(data):
    case = data.draw(cases())
    bundle = loads(canonical(case.to_bundle(data.draw(st.sampled_from(["transaction", "collection", "document"])))))
    place = data.draw(st.integers(0, len(bundle["entry"]) - 1))
    bundle["entry"][place]["resource"] = data.draw(mangled(bundle["entry"][place]["resource"]))
    assert_given_back(bundle)


@hurried
@given(st.data())
def test_a_mangled_bundle_is_given_back_as_it_came(data):
    bundle = loads(canonical(data.draw(cases()).to_bundle("transaction")))
    assert_given_back(data.draw(mangled({**bundle, "entry": bundle["entry"][:4]})))
