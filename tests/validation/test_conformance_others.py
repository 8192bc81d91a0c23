"""Search parameters, operations, capabilities, guides, maps, and measures with their reports."""

from __future__ import annotations

from typing import Any

import pytest
from defining import CORE, Node, element, found, profile, sliced

POPULATION = "http://terminology.hl7.org/CodeSystem/measure-population"


def search(**more: Any) -> Node:
    return {
        "resourceType": "SearchParameter",
        "url": "http://example.org/SearchParameter/s",
        "name": "S",
        "status": "draft",
        "description": "…",
        "code": "s",
        "base": ["Patient"],
        "type": "string",
        "expression": "Patient.name.given",
        **more,
    }


@pytest.mark.parametrize(("expression", "base", "is_right"), [
    ("Patient.name.where(use = 'official').given", ["Patient"], True), ("name.given", ["Patient"], True),
    ("Patient.name | Practitioner.name", ["Patient", "Practitioner"], True), ("Resource.id", ["Resource"], True),
    ("(Observation.value as Quantity)", ["Observation"], True),
    ("Observation.subject.where(resolve() is Patient)", ["Observation"], True),
    ("Patient.foo", ["Patient"], False), ("Patient.name.", ["Patient"], False),
    ("Observation.code", ["Patient"], False),
    ("Patient.name | Observation.code", ["Patient", "Practitioner"], False),
    ("Observation.valueQuantity", ["Observation"], False),
])  # fmt: skip
def test_the_expression_of_a_search_parameter_fits_its_base(expression: str, base: list[str], is_right: bool) -> None:
    issues = found(search(expression=expression, base=base))
    assert issues == ([] if is_right else [("definition-search-expression", "SearchParameter.expression")])


def test_a_composite_search_parameter_has_components() -> None:
    assert found(search(type="composite")) == [("definition-search-components", "SearchParameter")]


def test_a_search_parameter_keeps_base_and_type_of_the_one_it_is_derived_from() -> None:
    origin = "http://hl7.org/fhir/SearchParameter/Organization-name"
    right = search(base=["Organization"], expression="Organization.name | Organization.alias", derivedFrom=origin)
    assert found(right, least="warning") == []
    assert found({**right, "type": "token"}) == [("definition-search-origin", "SearchParameter")]
    other = search(base=["Patient"], derivedFrom=origin)
    assert ("definition-search-origin", "SearchParameter") in found(other)
    narrower = {**right, "expression": "Organization.name"}
    assert found(narrower, least="warning") == [("definition-search-origin", "SearchParameter")]


def test_a_capability_statement_has_the_types_of_its_search_parameters() -> None:
    def capable(kind: str) -> Node:
        parameter = {"name": "active", "definition": "http://hl7.org/fhir/SearchParameter/Patient-active", "type": kind}
        rest = {"mode": "server", "resource": [{"type": "Patient", "searchParam": [parameter]}]}
        return {
            "resourceType": "CapabilityStatement",
            "status": "draft",
            "date": "2020",
            "kind": "requirements",
            "description": "…",
            "fhirVersion": "4.0.1",
            "format": ["json"],
            "rest": [rest],
        }

    assert found(capable("token")) == []
    assert found(capable("date")) == [
        ("definition-search-type", "CapabilityStatement.rest[0].resource[0].searchParam[0]")
    ]


def operation(**more: Any) -> Node:
    return {"resourceType": "OperationDefinition", "url": "http://example.org/OperationDefinition/o", "name": "O", "code": "o",
            "status": "draft", "kind": "operation", "system": True, "type": False, "instance": False, **more}  # fmt: skip


def test_an_operation_has_the_parameters_of_its_profile() -> None:
    at = "Parameters.parameter"
    url = "http://example.org/StructureDefinition/in"
    taken = profile(
        "Parameters",
        sliced(at, ("value", "name")),
        element(at, f"{at}:a", sliceName="a", min=1, max="1"),
        element(f"{at}.name", f"{at}:a.name", fixedString="a"),
        element(f"{at}.value[x]", f"{at}:a.value[x]", min=1, type=[{"code": "string"}]),
        element(f"{at}.resource", f"{at}:a.resource", max="0"),
        element(f"{at}.part", f"{at}:a.part", max="0"),
        url=url,
    )
    right = {"name": "a", "use": "in", "min": 1, "max": "1", "type": "string"}
    assert found(operation(inputProfile=url, parameter=[right]), taken) == []
    place = ("definition-operation-parameter", "OperationDefinition.parameter[0]")
    assert found(operation(inputProfile=url, parameter=[right | {"min": 0}]), taken) == [place]
    assert found(operation(inputProfile=url, parameter=[right | {"type": "code"}]), taken) == [place, place]
    issues = found(operation(inputProfile=url, parameter=[right | {"name": "b"}]), taken, least="warning")
    assert [code for code, _ in issues] == ["definition-operation-profile"] * 2
    wrong = [("definition-operation-profile", "OperationDefinition.inputProfile")]
    assert (
        found(operation(inputProfile=CORE + "Patient"))
        == found(operation(inputProfile="http://example.org/none"))
        == wrong
    )


def test_a_guide_depends_on_guides() -> None:
    def guide(uri: str, package: str = "hl7.fhir.us.core") -> Node:
        needs = {"uri": uri, "packageId": package, "version": "3.1.1"}
        return {"resourceType": "ImplementationGuide", "url": "http://example.org/ImplementationGuide/i", "name": "I",
                "status": "draft", "packageId": "a.b", "fhirVersion": ["4.0.1"], "dependsOn": [needs]}  # fmt: skip

    core = "http://hl7.org/fhir/us/core/ImplementationGuide/hl7.fhir.us.core"
    wrong = [("definition-guide", "ImplementationGuide.dependsOn[0]")]
    assert found(guide(core)) == []
    assert found(guide("http://hl7.org/fhir/us/core")) == found(guide(core, "core")) == wrong


def mapped(source: Node, target: Node) -> Node:
    group = {"name": "g", "typeMode": "none", "input": [{"name": "s", "type": "Patient", "mode": "source"},
             {"name": "t", "type": "Person", "mode": "target"}],
             "rule": [{"name": "r", "source": [source], "target": [target]}]}  # fmt: skip
    return {"resourceType": "StructureMap", "url": "http://example.org/StructureMap/m", "name": "M", "status": "draft",
            "group": [group]}  # fmt: skip


def test_a_map_names_what_is_there() -> None:
    source = {"context": "s", "element": "name", "variable": "n"}
    target = {
        "context": "t",
        "contextType": "variable",
        "element": "name",
        "transform": "copy",
        "parameter": [{"valueId": "n"}],
    }
    rule = "StructureMap.group[0].rule[0]"
    assert found(mapped(source, target)) == []
    assert found(mapped({**source, "context": "x"}, target)) == [("definition-map-context", f"{rule}.source[0]")]
    assert found(mapped({**source, "element": "nme"}, target)) == [("definition-map-element", f"{rule}.source[0]")]
    assert found(mapped(source, {**target, "context": "x"})) == [("definition-map-context", f"{rule}.target[0]")]
    assert found(mapped(source, {**target, "element": "nme"})) == [("definition-map-element", f"{rule}.target[0]")]


def test_structures_without_an_alias_name_no_input_and_any_resource_may_stand_in_a_bundle() -> None:
    structures = [{"url": CORE + "Patient", "mode": "source"}, {"url": CORE + "Coding", "mode": "source"}]
    inputs = [{"name": "s", "type": "Bundle", "mode": "source"}, {"name": "t", "mode": "target"}]
    inner = {"name": "i", "source": [{"context": "e", "element": "resource", "type": "Patient", "variable": "p"}],
             "target": [{"context": "t", "contextType": "variable", "element": "item"}]}  # fmt: skip
    rule = {"name": "r", "source": [{"context": "s", "element": "entry", "variable": "e"}], "rule": [inner]}
    group = {"name": "g", "typeMode": "none", "input": inputs, "rule": [rule]}
    whole = mapped({"context": "s"}, {"context": "t", "contextType": "variable"}) | {
        "structure": structures,
        "group": [group],
    }
    assert found(whole) == []


def coded(code: str, system: str = POPULATION) -> Node:
    return {"coding": [{"system": system, "code": code}]}


def measure(scoring: str = "proportion", **group: Any) -> Node:
    criteria = {"language": "text/plain", "expression": "everybody"}
    populations = [{"code": coded(one), "criteria": criteria} for one in ("numerator", "denominator")]
    return {"resourceType": "Measure", "url": "http://example.org/Measure/m", "name": "M", "status": "draft",
            "scoring": coded(scoring, "http://terminology.hl7.org/CodeSystem/measure-scoring"),
            "group": [{"population": populations, **group}]}  # fmt: skip


def report(*groups: Node, kind: str = "summary") -> Node:
    whole = {"population": [{"code": coded("numerator"), "count": 1}, {"code": coded("denominator"), "count": 2}],
             "measureScore": {"value": 0.5}}  # fmt: skip
    return {"resourceType": "MeasureReport", "status": "complete", "type": kind, "measure": "http://example.org/Measure/m",
            "period": {"start": "2020"}, "group": [{**whole, **one} for one in groups or ({},)]}  # fmt: skip


GROUP = "MeasureReport.group[0]"
UNKNOWN = [{"code": coded("numerator"), "count": 1}, {"code": coded("numerator-exclusion"), "count": 1}]


@pytest.mark.parametrize(
    ("given", "issues"),
    [
        (report(), []),
        (report({"measureScore": {"value": 2}}), [("measure-score", f"{GROUP}.measureScore.value")]),
        (report({"measureScore": {"value": 1, "unit": "%"}}), [("measure-score", f"{GROUP}.measureScore.unit")]),
        (report({"measureScore": None}), [("measure-score", GROUP)]),
        (
            report({"population": UNKNOWN}),
            [("measure-population", f"{GROUP}.population[1]"), ("measure-population", GROUP)],
        ),
        (report({"population": UNKNOWN[:1]}), [("measure-population", GROUP)]),
        (report({}, {}), [("measure-group", GROUP), ("measure-group", "MeasureReport.group[1]")]),
        (report({"stratifier": [{"code": [coded("x")]}]}), [("measure-stratifier", f"{GROUP}.stratifier[0]")]),
        (report(kind="data-collection"), [("measure-score", f"{GROUP}.measureScore")]),
    ],
)
def test_a_report_has_what_its_measure_asks_for(given: Node, issues: list[tuple[str, str]]) -> None:
    given["group"] = [{key: value for key, value in one.items() if value is not None} for one in given["group"]]
    assert [one for one in found(given, measure()) if one[0].startswith("measure-")] == issues


def test_a_cohort_has_no_score_and_a_ratio_should_have_a_unit() -> None:
    assert found(report(), measure("cohort")) == [("measure-score", f"{GROUP}.measureScore")]
    assert ("measure-score", f"{GROUP}.measureScore") in found(report(), measure("ratio"), least="warning")


def test_the_stratifiers_of_a_measure_are_in_its_report() -> None:
    asked = measure(
        stratifier=[
            {"code": coded("age", "http://example.org/c"), "criteria": {"language": "text/plain", "expression": "…"}}
        ]
    )
    assert found(report(), asked) == [("measure-stratifier", GROUP)]
    assert found(report({"stratifier": [{"code": [coded("age", "http://example.org/c")]}]}), asked) == []


def test_an_expression_in_cql_is_of_a_library_of_the_measure() -> None:
    def stratified(expression: str) -> Node:
        return measure(stratifier=[{"criteria": {"language": "text/cql", "expression": expression}}])

    import base64

    compiled = b'<library xmlns="urn:hl7-org:elm:r1"><statements><def name="Old"/></statements></library>'
    library = {"resourceType": "Library", "url": "http://example.org/Library/l", "name": "L", "status": "draft",
               "type": {"text": "logic"}, "content": [
                   {"contentType": "application/elm+xml", "data": base64.b64encode(compiled).decode()}]}  # fmt: skip
    wrong = [("measure-criteria", "Measure.group[0].stratifier[0].criteria")]
    assert found(stratified("L.Old")) == wrong
    named = {"library": [library["url"]]}
    assert found(stratified("L.Old") | named, library) == found(stratified("Old") | named, library) == []
    assert found(stratified("L.Young") | named, library) == found(stratified("X.Old") | named, library) == wrong
