"""What profiles demand by extensions, additional bindings and imposed profiles.

HL7's validator was asked about each row; about limits in other units and about canonicals, for which HAPI lacks the tables
and the fetcher, its source was read (InstanceValidator of org.hl7.fhir.core 6.7.9: checkQuantity, validateReference).
"""

from __future__ import annotations

from typing import Any

import pytest
from defining import found
from instances import CORE, HERE, UNKNOWN, Node, claims, coding, concept, observation, patient, profile

UCUM = "http://unitsofmeasure.org"
GENDERS, SET = "http://hl7.org/fhir/administrative-gender", "http://hl7.org/fhir/ValueSet/administrative-gender"
FEW: Node = {
    "resourceType": "ValueSet", "url": HERE + "few", "status": "active",
    "compose": {"include": [{"system": GENDERS, "concept": [{"code": "male"}, {"code": "female"}]}]},
}  # fmt: skip


def said(name: str, **value: Any) -> Node:
    """An extension of an ElementDefinition."""
    return {"url": CORE + name, **value}


def family(name: str) -> Node:
    """A patient of that name."""
    return patient(name=[{"family": name}])


def photo(data: str) -> Node:
    """A patient with a photo."""
    return patient(photo=[{"contentType": "image/png", "data": data}])


def quantity(value: Any, code: str = "kg", system: str = UCUM) -> Node:
    """An observation with a quantity."""
    return observation(valueQuantity={"value": value, "code": code, "system": system})


REGEX = said("regex", valueString="[A-Z][a-z]+")
NAME, VALUE = "Patient.name.family", "Observation.value[x]"
QUANTITY = {"path": VALUE, "type": [{"code": "Quantity"}]}
BOUND = QUANTITY | {
    "minValueQuantity": {"value": 1, "code": "kg", "system": UCUM},
    "maxValueQuantity": {"value": 5, "code": "kg", "system": UCUM},
}
AT = "Observation.value.ofType(Quantity)"


@pytest.mark.parametrize(
    ("elements", "resource", "wrong"),
    [
        ([{"path": NAME, "extension": [REGEX]}], family("Abc"), []),
        ([{"path": NAME, "extension": [REGEX]}], family("Abc1"), [("value-format", "Patient.name[0].family")]),
        # A regex of the type alone is not one of the element; beside that of the element it goes before it.
        ([{"path": NAME, "type": [{"code": "string", "extension": [REGEX]}]}], family("abc"), []),
        (
            [
                {
                    "path": NAME,
                    "extension": [said("regex", valueString="1")],
                    "type": [{"code": "string", "extension": [REGEX]}],
                }
            ],
            family("Abc"),
            [],
        ),
        ([{"path": NAME, "extension": [said("minLength", valueInteger=3)]}], family("Abc"), []),
        (
            [{"path": NAME, "extension": [said("minLength", valueInteger=3)]}],
            family("Ab"),
            [("value-length", "Patient.name[0].family")],
        ),
        ([{"path": "Patient.photo", "extension": [said("maxSize", valueDecimal=2)]}], photo("AAA="), []),
        (
            [{"path": "Patient.photo", "extension": [said("maxSize", valueDecimal=2)]}],
            photo("AAAA"),
            [("value-length", "Patient.photo[0]")],
        ),
        (
            [{"path": "Patient.photo.data", "extension": [said("maxSize", valueDecimal=2)]}],
            photo("AAAA"),
            [("value-length", "Patient.photo[0].data")],
        ),
        (
            [QUANTITY, {"path": VALUE + ".value", "extension": [said("maxDecimalPlaces", valueInteger=1)]}],
            quantity(1.25),
            [("value-format", AT + ".value")],
        ),
        ([BOUND], quantity(3000, "g"), []),
        ([BOUND], quantity(500, "g"), [("value-range", AT)]),
        ([BOUND], quantity(6), [("value-range", AT)]),
        ([BOUND], quantity(3, "cm"), [("value-range", AT), ("value-range", AT)]),
        ([BOUND], quantity(9, "kg", "http://example.org/units"), []),
        ([QUANTITY, {"path": VALUE + ".value", "fixedDecimal": 1.0}], quantity(1), [("value-fixed", AT + ".value")]),
        ([QUANTITY, {"path": VALUE + ".value", "fixedDecimal": 1.0}], quantity(1.0), []),
        # An invariant that is no FHIRPath.
        (
            [{"path": "Patient", "constraint": [{"key": "a", "severity": "error", "human": "a", "expression": "(("}]}],
            patient(),
            [("invariant-broken", "Patient")],
        ),
    ],
)
def test_extensions_of_a_definition_and_limits_are_demands(
    elements: list[Node], resource: Node, wrong: list[Any]
) -> None:
    kind = resource["resourceType"]
    assert found(claims(resource, "p"), profile("p", kind, *elements)) == wrong


def test_content_of_another_element_is_constrained_where_it_is_used() -> None:
    made = profile("p", "Observation", {"path": "Observation.component.referenceRange.text", "min": 1})
    bare = {"low": {"value": 1}}
    within = observation(component=[{"code": {"text": "y"}, "referenceRange": [bare]}])
    at = "Observation.component[0].referenceRange[0]"
    assert found(claims(within, "p"), made) == [("element-missing", at)]
    assert found(claims(observation(referenceRange=[bare]), "p"), made) == []


def test_an_extension_that_is_demanded_of_a_value_is_missed_where_the_value_has_none() -> None:
    made = profile("p", "Patient", {"path": "Patient.birthDate.extension", "min": 1})
    assert found(claims(patient(birthDate="2000"), "p"), made) == [("element-missing", "Patient.birthDate")]
    assert found(claims(patient(), "p"), made) == []


@pytest.mark.parametrize(("mode", "wrong"), [("contained", 0), ("referenced", 1), ("bundled", 1)])
def test_a_profile_says_where_a_reference_may_lead(mode: str, wrong: int) -> None:
    kind = {"code": "Reference", "targetProfile": [CORE + "Organization"], "aggregation": [mode]}
    made = profile("p", "Patient", {"path": "Patient.managingOrganization", "type": [kind]})
    held = {"resourceType": "Organization", "id": "o", "name": "n"}
    inside = patient(contained=[held], managingOrganization={"reference": "#o"})
    assert len(found(claims(inside, "p"), made)) == wrong
    outside = patient(managingOrganization={"reference": "Organization/1"})
    assert len(found(claims(outside, "p"), made)) == (mode != "referenced")


def additional(purpose: str, *more: Node) -> Node:
    """A binding with an additional one."""
    url = "http://hl7.org/fhir/tools/StructureDefinition/additional-binding"
    parts = [{"url": "purpose", "valueCode": purpose}, {"url": "valueSet", "valueCanonical": HERE + "few"}, *more]
    return {"strength": "preferred", "valueSet": SET, "extension": [{"url": url, "extension": parts}]}


MAX = {"url": CORE + "elementdefinition-maxValueSet", "valueCanonical": HERE + "few"}
LOCAL = concept(coding("x"))
OTHER, MALE, TEXT = concept(coding("other", GENDERS)), concept(coding("male", GENDERS)), {"text": "x"}


@pytest.mark.parametrize(
    ("binding", "code", "wrong"),
    [
        (additional("required"), MALE, []),
        (additional("required"), OTHER, ["code-not-in-value-set"]),
        (additional("maximum"), OTHER, ["code-not-in-value-set"]),
        (additional("required"), TEXT, ["code-missing"]),
        (additional("extensible"), OTHER, []),
        (additional("candidate"), OTHER, []),
        (additional("required", {"url": "usage"}), OTHER, []),
        ({"strength": "extensible", "valueSet": SET, "extension": [MAX]}, OTHER, []),
        ({"strength": "extensible", "valueSet": SET, "extension": [MAX]}, LOCAL, ["code-not-in-value-set"]),
        ({"strength": "preferred", "valueSet": SET, "extension": [MAX]}, LOCAL, []),
        ({"strength": "extensible", "valueSet": SET, "extension": [MAX]}, TEXT, ["code-missing"]),
        ({"strength": "preferred", "valueSet": SET, "extension": [MAX]}, TEXT, []),
    ],
)
def test_additional_bindings_and_limits_bind(binding: Node, code: Node, wrong: list[str]) -> None:
    made = profile("p", "Observation", {"path": "Observation.code", "binding": binding})
    assert [one for one, _ in found(claims(observation(code=code), "p"), made, FEW)] == wrong


def test_an_extension_is_no_code_where_one_is_required() -> None:
    assert found(patient(_gender=UNKNOWN)) == [("code-missing", "Patient.gender")]
    assert found(patient(_birthDate=UNKNOWN)) == []
    made = profile("p", "Patient", {"path": NAME, "binding": {"strength": "required", "valueSet": SET}})
    nameless = patient(name=[{"_family": UNKNOWN}])
    assert found(nameless, made) == []
    assert found(claims(nameless, "p"), made) == [("code-missing", "Patient.name[0].family")]


def test_what_a_profile_imposes_is_demanded_too() -> None:
    imposes = {"url": CORE + "structuredefinition-imposeProfile", "valueCanonical": HERE + "other"}
    made = profile("p", "Patient", {"path": "Patient.name", "min": 1}, extension=[imposes])
    back = imposes | {"valueCanonical": HERE + "p"}
    other = profile("other", "Patient", {"path": "Patient.gender", "min": 1}, extension=[back])
    named = patient(name=[{"text": "x"}])
    assert found(claims(named, "p"), made, other) == [("element-missing", "Patient")]
    assert found(claims(named | {"gender": "male"}, "p"), made, other) == []


def test_a_list_of_codes_in_an_extension_is_said_to_be_none() -> None:
    status = {"url": CORE + "structuredefinition-standards-status", "valueCode": ["draft"]}
    kinds = [code for code, _ in found({"resourceType": "ValueSet", "status": "draft", "extension": [status]})]
    assert kinds == ["element-type"]


def test_an_element_without_a_value_meets_no_rule_about_its_value() -> None:
    rule = {"key": "a", "severity": "error", "human": "a", "expression": "value.matches('^[0-9]+$')"}
    made = profile("p", "Patient", {"path": "Patient.identifier", "constraint": [rule]})
    for one, wrong in (({"value": "12"}, []), ({"_value": UNKNOWN}, [("invariant", "Patient.identifier[0]")])):
        assert found(claims(patient(identifier=[one]), "p"), made) == wrong


def test_a_canonical_names_a_definition_of_a_type_that_is_allowed() -> None:
    item = {"linkId": "1", "text": "t", "type": "choice"}
    asks: Node = {"resourceType": "Questionnaire", "status": "draft", "derivedFrom": [SET], "item": [item]}
    assert found(asks) == [("reference-type", "Questionnaire.derivedFrom[0]")]
    assert found(asks | {"derivedFrom": [HERE + "unknown"]}) == []
    assert ("reference-unresolved", "Questionnaire.derivedFrom[0]") in found(asks | {"derivedFrom": ["#none"]})


@pytest.mark.parametrize("left", ["low", "high"])
def test_a_range_with_a_value_at_one_end_is_in_no_order(left: str) -> None:
    unit = {"unit": "a", "system": UCUM, "code": "a"}
    ends = {"low": unit | {"value": 39}, "high": unit | {"value": 49}}
    assert found(observation(valueRange=ends)) == []
    assert found(observation(valueRange=ends | {left: unit})) == [("invariant", "Observation.value.ofType(Range)")]
