"""Extensions: known, of their definition, where they may stand."""

from __future__ import annotations

import pytest
from defining import found
from instances import CORE, HERE, Node, claims, observation, patient, profile

AT = "Patient.extension[0]"
PLACE = {"url": CORE + "patient-birthPlace", "valueAddress": {"city": "x"}}
NATION = CORE + "patient-nationality"
CODE = {"url": "code", "valueCodeableConcept": {"text": "x"}}
UNKNOWN = {"url": "http://example.org/e", "valueString": "x"}


@pytest.mark.parametrize(
    ("extension", "right"),
    [
        (PLACE, True),
        (UNKNOWN, True),
        ({"url": NATION, "extension": [CODE]}, True),
        ({**PLACE, "valueAddress": None, "valueString": "x"}, False),
        ({"valueString": "x"}, False),
        ({**UNKNOWN, "extension": [CODE]}, False),
        ({"url": UNKNOWN["url"]}, False),
        ({**UNKNOWN, "valueCode": "y"}, False),
        ({"url": UNKNOWN["url"], "valueFoo": "x"}, False),
        ({"url": "foo", "valueString": "x"}, False),
        ({"url": NATION, "extension": [{"url": "foo", "valueString": "x"}]}, False),
        ({"url": NATION, "extension": [{"url": "code", "valueString": "x"}]}, False),
        ({"url": NATION, "extension": [CODE, CODE]}, False),
        ({"url": CORE + "HumanName", "valueString": "x"}, False),
        ({"url": CORE + "observation-delta", "valueCodeableConcept": {"text": "x"}}, False),
    ],
)
def test_an_extension_is_what_its_definition_says(extension: Node, right: bool) -> None:
    held = {key: value for key, value in extension.items() if value is not None}
    said = found(patient(extension=[held]))
    assert (said == []) is right
    assert all(at.startswith(AT) for _, at in said)


@pytest.mark.parametrize(
    ("key", "url"), [("extension", "http://example.org/e"), ("modifierExtension", "http://example.org/e")]
)
def test_an_extension_that_is_not_known_is_a_warning(key: str, url: str) -> None:
    resource = patient(**{key: [{"url": url, "valueString": "x"}]})
    assert found(resource) == []
    assert found(resource, least="warning") == [("extension-unknown", f"Patient.{key}[0]")]


@pytest.mark.parametrize(("version", "codes"), [("4.0.1", ["extension-version"]), ("9.9", ["extension-version"])])
def test_the_url_of_an_extension_has_no_version(version: str, codes: list[str]) -> None:
    assert [code for code, _ in found(patient(extension=[{**PLACE, "url": f"{PLACE['url']}|{version}"}]))] == codes


def test_an_extension_that_modifies_nothing_is_no_modifier() -> None:
    assert ("extension-modifier", "Patient.modifierExtension[0]") in found(patient(modifierExtension=[PLACE]))


@pytest.mark.parametrize(
    ("kind", "right"), [("decimal", True), ("integer", True), ("quantity", False), ("string", False)]
)
def test_the_element_that_has_an_extension_meets_the_invariant_of_its_context(kind: str, right: bool) -> None:
    unit = {
        "url": CORE + "questionnaire-unit",
        "valueCoding": {"system": "http://unitsofmeasure.org", "code": "kg", "display": "kg"},
    }
    item = {"linkId": "1", "text": "x", "type": kind, "extension": [unit]}
    said = found({"resourceType": "Questionnaire", "status": "active", "item": [item]})
    assert said == ([] if right else [("extension-context", "Questionnaire.item[0].extension[0]")])


def test_an_extension_stands_where_its_context_is() -> None:
    assert found(patient(name=[{"text": "x", "extension": [PLACE]}])) == [
        ("extension-context", "Patient.name[0].extension[0]")
    ]
    assert found(observation(extension=[PLACE])) == [("extension-context", "Observation.extension[0]")]


OWN = profile(
    "own", "Extension",
    {"path": "Extension.url", "fixedUri": HERE + "own"}, {"path": "Extension.extension", "max": "0"},
    {"path": "Extension.value[x]", "min": 1, "type": [{"code": "string"}]},
    context=[{"type": "element", "expression": "Patient"}],
)  # fmt: skip
WITH = profile(
    "with", "Patient",
    {"path": "Patient.extension", "slicing": {"discriminator": [{"type": "value", "path": "url"}], "rules": "open"}},
    {"id": "Patient.extension:own", "path": "Patient.extension", "sliceName": "own", "min": 1, "max": "1",
     "type": [{"code": "Extension", "profile": [HERE + "own"]}]},
)  # fmt: skip
ONE = {"url": HERE + "own", "valueString": "x"}


@pytest.mark.parametrize(
    ("extensions", "codes"),
    [
        ([ONE], set()),
        ([ONE, UNKNOWN], set()),
        ([], {"slice-missing"}),
        ([ONE, ONE], {"slice-too-many"}),
        ([{"url": HERE + "own", "valueInteger": 1}], {"type-not-allowed"}),
        ([{"url": HERE + "own"}], {"extension-value", "element-missing"}),
    ],
)
def test_a_profile_demands_an_extension(extensions: list[Node], codes: set[str]) -> None:
    resource = claims(patient(**({"extension": extensions} if extensions else {})), "with")
    assert {code for code, _ in found(resource, WITH, OWN)} == codes
