"""Slices: which items belong to which, how many there are, in which order."""

from __future__ import annotations

from typing import Any

import pytest
from defining import found
from instances import CORE, HERE, SYSTEM, Node, claims, coding, concept, observation, patient, profile


def sliced(path: str, *by: tuple[str, str], rules: str = "open", ordered: bool = False) -> Node:
    told = [{"type": kind, "path": where} for kind, where in by]
    return {"path": path, "slicing": {"discriminator": told, "rules": rules, "ordered": ordered}}


def component(name: str, least: int = 0) -> list[Node]:
    """A slice of Observation.component by its code, which is its name."""
    at = f"Observation.component:{name}"
    return [
        {"id": at, "path": "Observation.component", "sliceName": name, "min": least, "max": "1"},
        {"id": at + ".code", "path": "Observation.component.code", "patternCodeableConcept": concept(coding(name))},
    ]


def by_code(name: str, kind: str = "pattern", path: str = "code", least: int = 0, **how: Any) -> Node:
    return profile(
        name, "Observation", sliced("Observation.component", (kind, path), **how), *component("a", least), *component("b")
    )  # fmt: skip


PROFILES = [
    by_code("pattern", least=1),
    by_code("value", "value", least=1),
    by_code("coding", "value", "code.coding", least=1),
    by_code("code", "value", "code.coding.code", least=1),
    by_code("closed", rules="closed"),
    by_code("ordered", ordered=True),
]
MISSING, MANY = ("slice-missing", "Observation"), ("slice-too-many", "Observation")
CLOSED, ORDER = "slice-closed", "slice-order"


def measured(codes: str) -> Node:
    """An Observation with components of these codes."""
    made = [{"code": concept(coding(one)), "valueString": "x"} for one in codes]
    return observation(**({"component": made} if made else {}))


@pytest.mark.parametrize("name", ["pattern", "value", "coding", "code"])
@pytest.mark.parametrize(
    ("codes", "wrong"),
    [
        ("a", []),
        ("ab", []),
        ("ba", []),
        ("cab", []),
        ("b", [MISSING]),
        ("", [MISSING]),
        ("aa", [MANY]),
        ("abb", [MANY]),
    ],
)
def test_items_belong_to_the_slice_whose_code_they_have(name: str, codes: str, wrong: list[tuple[str, str]]) -> None:
    assert found(claims(measured(codes), name), *PROFILES) == wrong


@pytest.mark.parametrize("name", ["pattern", "value", "coding", "code"])
def test_a_pattern_leaves_room_for_more(name: str) -> None:
    more = concept(coding("z"), coding("a", display="A"), text="t")
    assert found(claims(observation(component=[{"code": more, "valueString": "x"}]), name), *PROFILES) == []
    only_text = observation(component=[{"code": {"text": "a"}, "valueString": "x"}])
    assert found(claims(only_text, name), *PROFILES) == [MISSING]


def test_closed_slicing_allows_nothing_else() -> None:
    assert found(claims(measured("ba"), "closed"), *PROFILES) == []
    assert found(claims(measured("acb"), "closed"), *PROFILES) == [(CLOSED, "Observation.component[1]")]


def test_ordered_slices_stand_in_their_order() -> None:
    assert found(claims(measured("acb"), "ordered"), *PROFILES) == []
    assert [code for code, _ in found(claims(measured("ba"), "ordered"), *PROFILES)] == [ORDER]


QUANTITY = [
    {"id": "Observation.value[x]:valueQuantity", "path": "Observation.value[x]", "sliceName": "valueQuantity", "min": 0,
     "max": "1", "type": [{"code": "Quantity"}]},
    {"id": "Observation.value[x]:valueQuantity.unit", "path": "Observation.value[x].unit", "min": 1},
]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "value", "codes"),
    [
        ("open", {"valueQuantity": {"value": 1, "unit": "x"}}, []),
        ("open", {"valueQuantity": {"value": 1}}, ["element-missing"]),
        ("open", {"valueString": "x"}, []),
        ("closed", {"valueString": "x"}, []),  # what is said of one type says nothing of the others
        ("closed", {}, []),
    ],
)
def test_a_choice_is_sliced_by_type(rules: str, value: Node, codes: list[str]) -> None:
    made = profile("typed", "Observation", sliced("Observation.value[x]", ("type", "$this"), rules=rules), *QUANTITY)
    assert [code for code, _ in found(claims(observation(**value), "typed"), made)] == codes


def by_presence() -> Node:
    at = "Observation.component"
    return profile(
        "present", "Observation", sliced(at, ("exists", "interpretation")),
        {"id": at + ":with", "path": at, "sliceName": "with", "max": "1"},
        {"id": at + ":with.interpretation", "path": at + ".interpretation", "min": 1},
        {"id": at + ":without", "path": at, "sliceName": "without", "max": "1"},
        {"id": at + ":without.interpretation", "path": at + ".interpretation", "max": "0"},
    )  # fmt: skip


@pytest.mark.parametrize(("items", "many"), [("w", 0), ("o", 0), ("wo", 0), ("ww", 1), ("oo", 1)])
def test_items_are_told_apart_by_what_is_there(items: str, many: int) -> None:
    made: list[Node] = [
        {"code": {"text": "x"}, "valueString": str(index), **({"interpretation": [{"text": "x"}]} if one == "w" else {})}
        for index, one in enumerate(items)
    ]  # fmt: skip
    assert found(claims(observation(component=made), "present"), by_presence()) == [MANY] * many


CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"


@pytest.mark.parametrize(
    ("codes", "wrong"),
    [
        (["encounter-diagnosis"], []),
        ([None, "encounter-diagnosis"], []),
        ([None], [MISSING]),
        ([], [MISSING]),
        (["encounter-diagnosis", "problem-list-item"], [MANY]),
    ],
)
def test_items_are_told_apart_by_a_value_set(codes: list[str | None], wrong: list[tuple[str, str]]) -> None:
    binding = {"strength": "required", "valueSet": "http://hl7.org/fhir/ValueSet/condition-category"}
    made = profile(
        "bound", "Observation", sliced("Observation.category", ("value", "$this")),
        {"id": "Observation.category:g", "path": "Observation.category", "sliceName": "g", "min": 1, "max": "1",
         "binding": binding},
    )  # fmt: skip
    categories = [concept(coding(one, CATEGORY)) if one else {"text": "x"} for one in codes]
    resource = observation(**({"category": categories} if categories else {}))
    assert found(claims(resource, "bound"), made) == wrong


MRN = profile(
    "mrn", "Patient", sliced("Patient.identifier", ("value", "system")),
    {"id": "Patient.identifier:mrn", "path": "Patient.identifier", "sliceName": "mrn", "min": 1, "max": "1"},
    {"id": "Patient.identifier:mrn.system", "path": "Patient.identifier.system", "min": 1, "fixedUri": SYSTEM},
    {"id": "Patient.identifier:mrn.value", "path": "Patient.identifier.value", "min": 1, "maxLength": 5},
)  # fmt: skip


@pytest.mark.parametrize(
    ("identifiers", "codes"),
    [
        ([{"system": SYSTEM, "value": "1"}], []),
        ([{"system": SYSTEM, "value": "1"}, {"system": HERE, "value": "123456"}], []),
        ([{"system": SYSTEM, "value": "123456"}], ["value-length"]),
        ([{"system": SYSTEM}], ["element-missing"]),
        ([{"system": HERE, "value": "1"}], ["slice-missing"]),
        ([{"system": SYSTEM, "value": "1"}, {"system": SYSTEM, "value": "2"}], ["slice-too-many"]),
    ],
)
def test_what_a_slice_demands_is_demanded_of_its_items_alone(identifiers: list[Node], codes: list[str]) -> None:
    assert [code for code, _ in found(claims(patient(identifier=identifiers), "mrn"), MRN)] == codes


PRACTITIONER: Node = {"resourceType": "Practitioner", "id": "pr"}
ORGANIZATION: Node = {"resourceType": "Organization", "id": "pr", "name": "x"}


@pytest.mark.parametrize(
    ("target", "codes"), [(PRACTITIONER, []), (ORGANIZATION, ["slice-missing"]), (None, ["slice-missing"])]
)
def test_references_are_told_apart_by_what_they_lead_to(target: Node | None, codes: list[str]) -> None:
    at = "Observation.performer"
    made = profile(
        "led", "Observation", sliced(at, ("type", "resolve()")),
        {"id": at + ":pr", "path": at, "sliceName": "pr", "min": 1, "max": "1",
         "type": [{"code": "Reference", "targetProfile": [CORE + "Practitioner"]}]},
    )  # fmt: skip
    resource = observation(**({"contained": [target], "performer": [{"reference": "#pr"}]} if target else {}))
    assert [code for code, _ in found(claims(resource, "led"), made)] == codes


def resource_slice(name: str, kind: str, *profiles: str) -> list[Node]:
    """A slice of Bundle.entry by what its resource is."""
    at = f"Bundle.entry:{name}"
    told = {"code": kind, **({"profile": [*profiles]} if profiles else {})}
    return [
        {"id": at, "path": "Bundle.entry", "sliceName": name, "min": 0, "max": "1"},
        {"id": at + ".resource", "path": "Bundle.entry.resource", "min": 1, "type": [told]},
    ]


def test_entries_are_told_apart_by_type_and_profile_and_what_that_says_is_told_where_they_stand() -> None:
    late = {"key": "late", "severity": "warning", "human": "born late", "expression": "$this > @2000-01-01"}
    born = profile("born", "Patient", {"path": "Patient.birthDate", "min": 1, "constraint": [late]})
    entries = sliced("Bundle.entry", ("type", "resource"), ("profile", "resource"), rules="closed")
    parts = [*resource_slice("p", "Patient", HERE + "born"), *resource_slice("o", "Practitioner")]
    bundle: Node = {"resourceType": "Bundle", "type": "collection", "entry": [
        {"fullUrl": f"urn:uuid:00000000-0000-0000-0000-00000000000{number}", "resource": one}
        for number, one in enumerate(
            [patient(birthDate="1990-01-01"), patient(), PRACTITIONER, ORGANIZATION, PRACTITIONER]
        )
    ]}  # fmt: skip
    seen = found(claims(bundle, "parted"), born, profile("parted", "Bundle", entries, *parts), least="warning")
    assert sorted(one for one in seen if one[0] != "invariant-best-practice") == [
        ("invariant", "Bundle.entry[0].resource.birthDate"),
        ("slice-closed", "Bundle.entry[1]"),
        ("slice-closed", "Bundle.entry[3]"),
        ("slice-too-many", "Bundle"),
    ]
