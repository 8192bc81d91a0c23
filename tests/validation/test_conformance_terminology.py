"""Code systems, value sets and concept maps, beyond what their StructureDefinitions say.

Verdicts are those of HL7's validator as its source and its published cases have them; HAPI, in which the oracle runs, leaves
out properties, filters and codes of includes.
"""

from __future__ import annotations

from typing import Any

import pytest
from defining import GENDERS, Node, code_system, concept_map, found, value_set
from hypothesis import given
from hypothesis import strategies as st

STANDARD = "http://hl7.org/fhir/concept-properties#"


def supplement(*concepts: Node, **more: Any) -> Node:
    return code_system(*concepts, content="supplement", supplements=GENDERS, caseSensitive=None, **more)


def with_property(code: str, kind: str, **value: Any) -> Node:
    """A code system that defines a property, and whose concept `a` has it with this value."""
    uri = {"uri": STANDARD + code} if code == "parent" else {}
    concepts = ({"code": "a", "property": [{"code": code, **value}]}, {"code": "b"})
    return code_system(*concepts, property=[{"code": code, "type": kind, **uri}])


@pytest.mark.parametrize(
    "system",
    [
        code_system(),
        code_system(count=2),
        supplement({"code": "male"}),
        with_property("x", "string", valueString="y"),
        with_property("parent", "code", valueCode="b"),
        code_system(valueSet="http://example.org/none"),
    ],
)
def test_a_code_system_that_is_right_is_left_alone(system: Node) -> None:
    assert found(system) == []


@pytest.mark.parametrize(
    ("system", "code", "place"),
    [
        (code_system({"code": "a"}, {"code": "a"}), "definition-code-duplicate", "concept[1]"),
        (code_system({"code": "a", "concept": [{"code": "a"}]}), "definition-code-duplicate", "concept[0].concept[0]"),
        (code_system(count=3), "definition-count", "count"),
        (code_system(content="not-present"), "definition-content", "concept[0]"),
        (code_system(content="supplement"), "definition-supplement", "content"),
        (code_system(supplements=GENDERS), "definition-supplement", "content"),
        (supplement({"code": "nobody"}), "definition-supplement", "concept[0]"),
        (supplement({"code": "male"}) | {"caseSensitive": True}, "definition-supplement", "caseSensitive"),
        (with_property("x", "string", valueInteger=1), "definition-property-value", "concept[0].property[0]"),
        (with_property("x", "string"), "definition-property-value", "concept[0].property[0]"),
        (with_property("parent", "code", valueCode="z"), "definition-property-value", "concept[0].property[0]"),
        (code_system(property=[{"code": "x", "type": "string"}] * 2), "definition-property", "property[1]"),
        (code_system(property=[{"code": "x", "type": "string", "uri": "x"}]), "definition-property", "property[0]"),
        (code_system(property=[{"code": "x", "type": "string", "uri": STANDARD + "x"}]), "definition-property", "property[0]"),
        (code_system(property=[{"code": "inactive", "type": "boolean", "uri": STANDARD + "status"}]), "definition-property",
         "property[0]"),
    ],
)  # fmt: skip
def test_a_code_system_that_is_wrong_is_told_where(system: Node, code: str, place: str) -> None:
    assert (code, f"CodeSystem.{place}") in found(system)


def test_codes_that_are_gone_are_no_error_of_a_value_set_that_is_retired() -> None:
    gone = {"system": GENDERS, "concept": [{"code": "m"}]}
    assert found(value_set(gone, status="retired")) == []
    assert ("definition-include-code", "ValueSet.compose.include[0].concept[0]") in found(value_set(gone))


def test_the_value_set_of_all_codes_is_that_of_this_code_system() -> None:
    genders = "http://hl7.org/fhir/ValueSet/administrative-gender"
    assert found(code_system(valueSet=genders)) == [("definition-all-codes", "CodeSystem")]


INCLUDED: dict[str, tuple[Node, str, str]] = {
    "a system that is not absolute": ({"system": "x"}, "definition-include", "include[0]"),
    "a contained system by its id": ({"system": "#c"}, "definition-include", "include[0]"),
    "a version in the system": ({"system": GENDERS + "|4.0.1"}, "definition-include", "include[0]"),
    "a value set as system": (
        {"system": "http://hl7.org/fhir/ValueSet/administrative-gender"}, "definition-include", "include[0]"),
    "a code that is none": ({"system": GENDERS, "concept": [{"code": "male"}, {"code": "m"}]}, "definition-include-code",
                            "include[0].concept[1]"),
}  # fmt: skip


@pytest.mark.parametrize("name", INCLUDED)
def test_an_include_that_is_wrong_is_told_where(name: str) -> None:
    include, code, place = INCLUDED[name]
    assert found(value_set(include)) == [(code, f"ValueSet.compose.{place}")]


def test_a_supplement_is_no_system_to_include() -> None:
    made = supplement({"code": "male"})
    assert found(value_set({"system": made["url"]}), made) == [("definition-include", "ValueSet.compose.include[0]")]


FILTERS = {
    ("concept", "is-a", "male"): True, ("concept", "is-a", "m"): False, ("concept", "in", "male,female"): True,
    ("concept", "in", "male,m"): False, ("concept", "regex", "m.*"): False, ("code", "regex", "m.*"): True,
    ("code", "regex", "m.*("): False, ("inactive", "=", "true"): True, ("inactive", "=", "maybe"): False,
    ("inactive", "exists", "maybe"): False, ("effectiveDate", "=", "ge2020-01-01"): True,
    ("effectiveDate", "=", "yesterday"): False, ("mine", "=", "x"): True, ("concept", "exists", "true"): False,
}  # fmt: skip


@pytest.mark.parametrize("asked", FILTERS)
def test_a_filter_is_one_the_code_system_can_answer(asked: tuple[str, str, str]) -> None:
    one = dict(zip(("property", "op", "value"), asked, strict=True))
    issues = found(value_set({"system": GENDERS, "filter": [one]}))
    assert issues == ([] if FILTERS[asked] else [("definition-filter", "ValueSet.compose.include[0].filter[0]")])


@pytest.mark.parametrize(("kind", "right", "wrong"), [
    ("integer", "12", "1.5"), ("decimal", "gt1.5", "much"), ("boolean", "true", "1"), ("dateTime", "2020-02", "2020-13"),
    ("Coding", GENDERS + "#male", "male"), ("code", "x", " x"),
])  # fmt: skip
def test_the_value_of_a_filter_is_of_the_type_of_the_property(kind: str, right: str, wrong: str) -> None:
    system = code_system(property=[{"code": "mine", "type": kind}])

    def issues(value: str) -> list[tuple[str, str]]:
        return found(
            value_set({"system": system["url"], "filter": [{"property": "mine", "op": "=", "value": value}]}), system
        )

    assert (issues(right), issues(wrong)) == ([], [("definition-filter", "ValueSet.compose.include[0].filter[0]")])


def parametrised(expression: str, language: str = "text/fhirpath") -> Node:
    held = {"url": "http://hl7.org/fhir/StructureDefinition/cqf-expression",
            "valueExpression": {"language": language, "expression": expression}}  # fmt: skip
    declared = {"url": "http://hl7.org/fhir/tools/StructureDefinition/valueset-parameter", "extension": [
        {"url": "name", "valueCode": "p-inactive"}, {"url": "documentation", "valueMarkdown": "…"}]}  # fmt: skip
    one = {"property": "inactive", "op": "=", "_value": {"extension": [held]}}
    return value_set({"system": GENDERS, "filter": [one]}, extension=[declared])


def test_an_expression_in_a_filter_names_a_parameter_of_the_value_set() -> None:
    place = "ValueSet.compose.include[0].filter[0].value.extension[0].value.ofType(Expression)"

    def told(*asked: str) -> list[tuple[str, str]]:
        return [one for one in found(parametrised(*asked)) if one[0] == "definition-parameter"]

    assert told("%p-inactive") == []
    assert (
        told("%p-other")
        == told("%p-inactive", "text/cql")
        == told("%p-inactive.(")
        == [("definition-parameter", place)]
    )


MALE = {"code": "male", "target": [{"code": "M", "equivalence": "equal"}]}


def test_the_codes_of_a_map_are_those_of_its_systems_and_value_sets() -> None:
    place = "ConceptMap.group[0].element[0]"
    assert found(concept_map(MALE)) == []
    assert found(concept_map(MALE | {"code": "m"})) == [("definition-map-code", f"{place}.code")]
    other = {"code": "male", "target": [{"code": "X", "equivalence": "equal"}]}
    assert found(concept_map(other)) == [("definition-map-code", f"{place}.target[0].code")]
    uses = "http://hl7.org/fhir/ValueSet/address-use"
    assert found(concept_map(MALE, sourceCanonical=uses)) == [("definition-map-code", f"{place}.code")]
    assert found(concept_map(MALE, sourceUri=GENDERS)) == [("definition-map-scope", "ConceptMap.source.ofType(uri)")]


def test_a_map_that_says_two_things_of_a_pair_is_remarked_on() -> None:
    twice = {"code": "male", "target": [{"code": "M", "equivalence": "equal"}, {"code": "M", "equivalence": "wider"}]}
    issues = found(concept_map(twice), least="warning")
    assert ("definition-map-repeated", "ConceptMap.group[0].element[0].target[1]") in issues


def test_deep_and_long_code_systems_take_time_in_proportion() -> None:
    deep: Node = {"code": "0"}
    for number in range(1, 400):
        deep = {"code": str(number), "concept": [deep]}
    assert found(code_system(deep)) == []
    wide = code_system(*({"code": str(number), "display": "…"} for number in range(20_000)))
    assert found(wide) == []


_KEYS = """code concept property value uri type system include filter op target element group source display designation
valueCode extension url""".split()
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "x", GENDERS, "#a", "%", "|", "male"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.sampled_from([code_system(), value_set({"system": GENDERS}), concept_map(MALE)]),
    st.sampled_from(["concept", "property", "compose", "group", "content", "supplements", "count", "valueSet", "url"]),
    _JSON,
)
def test_whatever_stands_there_is_no_crash(definition: Node, key: str, value: Any) -> None:
    found({**definition, key: value})
