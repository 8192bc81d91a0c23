"""Hostile input gives an issue: no crash, no hang, no execution."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fhir_case import DefinitionError, Report, ValidationSettings, Validator

DEEP = 10_000
CORE = "http://hl7.org/fhir/StructureDefinition/"


def report_on(resource: Any, validator: Validator | None = None) -> Report:
    """The report, which is made: what hangs is named by pytest (faulthandler_timeout)."""
    return (validator or Validator()).validate(resource)


def codes(report: Report) -> set[str]:
    return {issue.code for issue in report.issues}


def nested(depth: int, key: str, inner: Any, as_list: bool = True) -> Any:
    for _ in range(depth):
        inner = {"url": "http://x.test", key: [inner] if as_list else inner}
    return inner


# --- depth ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"extension":[', '{"resourceType":"Bundle","entry":[{"resource":'])
def test_text_nested_10_000_deep(opening: str) -> None:
    closing = "".join({"[": "]", "{": "}"}[sign] for sign in reversed(opening) if sign in "[{")
    whole = opening * DEEP + "1" + closing * DEEP
    report = report_on(f'{{"resourceType":"Patient","extension":{whole}}}')
    assert codes(report) & {"limit-depth", "json-syntax", "not-json"}, codes(report)
    assert not report.ok


def test_text_that_only_opens() -> None:
    assert not report_on("[" * 1_000_000).ok
    assert not report_on('{"a":' * 200_000).ok


@pytest.mark.parametrize(
    "resource",
    [
        {
            "resourceType": "Patient",
            "extension": [nested(DEEP, "extension", {"url": "http://x.test", "valueCode": "a"})],
        },
        {"resourceType": "Patient", "name": nested(DEEP, "family", "x", as_list=False)},
        {"resourceType": "Patient", "_active": nested(DEEP, "extension", {})},
        {"resourceType": "Patient", "made-up": nested(DEEP, "made-up", {})},
        {"resourceType": "Questionnaire", "status": "draft", "item": [nested(DEEP, "item", {"linkId": "1"})]},
    ],
    ids=["extensions", "a string", "a primitive's extensions", "an unknown element", "items"],
)
def test_dicts_nested_10_000_deep(resource: dict[str, Any]) -> None:
    assert not report_on(resource).ok


def test_bundles_in_bundles_10_000_deep() -> None:
    inner: dict[str, Any] = {"resourceType": "Bundle", "type": "collection"}
    for _ in range(DEEP):
        inner = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": inner}]}
    assert "limit-depth" in codes(report_on(inner))


def test_contained_in_contained_10_000_deep() -> None:
    inner: dict[str, Any] = {"resourceType": "Patient", "id": "a"}
    for _ in range(DEEP):
        inner = {"resourceType": "Patient", "id": "a", "contained": [inner]}
    assert not report_on(inner).ok


def test_the_next_resource_is_validated_as_if_nothing_had_been() -> None:
    validator = Validator()
    validator.validate({"resourceType": "Patient", "extension": [nested(DEEP, "extension", {})]})
    assert validator.validate({"resourceType": "Patient", "gender": "male"}).issues == ()


# --- size -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["a", " ", "<", "\n", "é", "{"])
def test_a_string_of_100_mb(sign: str) -> None:
    text = sign * (100_000_000 // len(sign.encode()))
    report = report_on({"resourceType": "Patient", "name": [{"family": text}]})
    assert codes(report) & {"value-length", "value-whitespace"}
    assert all(len(issue.message) < 1000 for issue in report.issues)


def test_a_text_of_100_mb_of_json() -> None:
    text = '{"resourceType":"Patient","name":[{"family":"' + "a" * 100_000_000 + '"}]}'
    assert "value-length" in codes(report_on(text))


@pytest.mark.parametrize("element", ["id", "gender", "birthDate", "implicitRules", "language"])
def test_a_long_value_of_each_kind(element: str) -> None:
    assert not report_on({"resourceType": "Patient", element: "1" * 5_000_000 + " "}).ok


def test_a_narrative_without_end() -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml">' + "<b>" * 200_000
    assert not report_on({"resourceType": "Patient", "text": {"status": "generated", "div": div}}).ok


def test_a_narrative_that_laughs() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    div = f'<!DOCTYPE div [<!ENTITY l0 "ha">{entities}]><div xmlns="http://www.w3.org/1999/xhtml">&l11;</div>'
    assert "narrative-xhtml" in codes(
        report_on({"resourceType": "Patient", "text": {"status": "generated", "div": div}})
    )


def test_more_issues_than_anybody_reads_end() -> None:
    settings = ValidationSettings(max_issues=100)
    patient = {"resourceType": "Patient", "name": [{f"x{number}": 1 for number in range(50_000)}]}
    report = report_on(patient, Validator(settings=settings))
    assert len(report.issues) == 101
    assert "49900 more" in report.issues[-1].message


def test_an_input_beyond_the_limit_is_not_read() -> None:
    report = Validator(settings=ValidationSettings(max_size=1000)).validate('{"resourceType":"Patient"}' + " " * 2000)
    assert codes(report) == {"limit-size"}


def test_numbers_of_a_million_digits() -> None:
    text = (
        '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":' + "9" * 1_000_000
    )
    report_on(text + "}}")
    report_on(text[:-1000000] + "1e999999999}}")


# --- definitions ------------------------------------------------------------------------------------------------------


def profile(name: str, *elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "StructureDefinition", "url": f"http://hostile.test/{name}", "name": name, "status": "draft",
        "fhirVersion": "4.0.1", "kind": "resource", "abstract": False, "type": "Patient", "derivation": "constraint",
        "baseDefinition": CORE + "Patient",
        "differential": {"element": [{"id": "Patient", "path": "Patient"}, *elements]}, **more,
    }  # fmt: skip


PATIENT = {"resourceType": "Patient", "name": [{"family": "A"}], "gender": "male"}


def told(validator: Validator, resource: Any = PATIENT) -> set[str]:
    return codes(validator.validate(resource))


def test_a_profile_that_is_its_own_base() -> None:
    own = profile("own", baseDefinition="http://hostile.test/own")
    with pytest.raises(DefinitionError):
        Validator(definitions=[own], profiles=[own["url"]]).validate(PATIENT)


def test_profiles_that_are_each_others_base() -> None:
    one, other = (
        profile("one", baseDefinition="http://hostile.test/other"),
        profile("other", baseDefinition="http://hostile.test/one"),
    )
    claimed = {**PATIENT, "meta": {"profile": [one["url"]]}}
    assert told(Validator(definitions=[one, other]), claimed) & {"profile-broken", "profile-unknown"}


def test_a_profile_whose_elements_are_profiled_by_itself() -> None:
    link = {"id": "Patient.contained", "path": "Patient.contained",
            "type": [{"code": "Resource", "profile": ["http://hostile.test/round"]}]}  # fmt: skip
    inner = {"resourceType": "Patient", "id": "a", "link": [{"other": {"reference": "#"}, "type": "seealso"}]}
    round_ = profile("round", link)
    report_on({**PATIENT, "contained": [inner]}, Validator(definitions=[round_], profiles=[round_["url"]]))


def test_an_extension_that_holds_itself() -> None:
    url = "http://hostile.test/ext"
    extension = {
        "resourceType": "StructureDefinition", "url": url, "name": "Ext", "status": "draft", "fhirVersion": "4.0.1",
        "kind": "complex-type", "abstract": False, "type": "Extension", "derivation": "constraint",
        "baseDefinition": CORE + "Extension", "context": [{"type": "element", "expression": "Element"}],
        "differential": {"element": [
            {"id": "Extension", "path": "Extension"},
            {"id": "Extension.extension", "path": "Extension.extension", "type": [{"code": "Extension", "profile": [url]}]},
            {"id": "Extension.url", "path": "Extension.url", "fixedUri": url}]},
    }  # fmt: skip
    resource: Any = {"url": url, "valueString": "x"}
    for _ in range(50):
        resource = {"url": url, "extension": [resource]}
    report_on({**PATIENT, "extension": [resource]}, Validator(definitions=[extension]))


def test_a_value_set_that_imports_itself() -> None:
    url = "http://hostile.test/vs"
    values = {"resourceType": "ValueSet", "url": url, "status": "draft", "compose": {"include": [{"valueSet": [url]}]}}
    bound = profile("bound", {"id": "Patient.gender", "path": "Patient.gender",
                              "binding": {"strength": "required", "valueSet": url}})  # fmt: skip
    report_on(PATIENT, Validator(definitions=[values, bound], profiles=[bound["url"]]))


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('touch {file}')",
        "name.where(family = '''+__import__('os').system('touch {file}')+''')",
        '\'\\\'); __import__("os").system("touch {file}") #\'',
        "%`__import__('os').system('touch {file}')`",
        "`); __import__('os').system('touch {file}')  #`",
        "name.family.trace('\\n__import__(\\'os\\').system(\\'touch {file}\\')')",
        "true\n__import__('os').system('touch {file}')",
        "1.0.__class__.__mro__",
        "this.__globals__",
        "name.__class__",
        "$this.__init__.__globals__['os']",
    ],
)
def test_an_invariant_that_looks_like_code_is_not_run(expression: str, tmp_path: Path) -> None:
    file = tmp_path / "touched"
    rule = {"key": "x", "severity": "error", "human": "x", "expression": expression.replace("{file}", str(file))}
    for where in ("Patient", "Patient.name"):
        hostile = (
            profile("code", {"id": where, "path": where, "constraint": [rule]})
            if where != "Patient"
            else profile("code")
        )
        if where == "Patient":
            hostile["differential"]["element"][0]["constraint"] = [rule]
        Validator(definitions=[hostile], profiles=[hostile["url"]]).validate(PATIENT)
    assert not file.exists()


@pytest.mark.parametrize(
    "text", ['"); import os #', "'''", '"""', "\\", "\n", "{x}", "%s", "\x00", "</script>", "\u2028"]
)
def test_names_and_values_of_a_profile_that_look_like_code_are_text(text: str) -> None:
    rule = {"key": text, "severity": "error", "human": text, "expression": "false"}
    hostile = profile(
        "text", {"id": f"Patient.name:{text}", "path": "Patient.name", "sliceName": text},
        {"id": "Patient.gender", "path": "Patient.gender", "patternCode": text, "constraint": [rule]},
    )  # fmt: skip
    hostile["name"] = text
    Validator(definitions=[hostile], profiles=[hostile["url"]]).validate(PATIENT)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){25}$", "([a-zA-Z]+)*$", "^(\\\\w+\\\\s?)*$"])
def test_a_regular_expression_that_would_never_end(pattern: str) -> None:
    rule = {"key": "re", "severity": "error", "human": "x", "expression": f"family.matches('{pattern}')"}
    hostile = profile("regex", {"id": "Patient.name", "path": "Patient.name", "constraint": [rule]})
    validator = Validator(definitions=[hostile], profiles=[hostile["url"]])
    patient = {"resourceType": "Patient", "name": [{"family": "a" * 60 + "!"}]}
    report_on(patient, validator)


def test_expressions_that_grow_without_end() -> None:
    for expression in ("1 + " * 5000 + "1 = 5001", "(" * 5000 + "true" + ")" * 5000, "name" + ".where(true)" * 3000,
                       "repeat(%resource)", "name.repeat(%resource).repeat(%resource)"):  # fmt: skip
        rule = {"key": "long", "severity": "error", "human": "x", "expression": expression}
        hostile = profile("long", {"id": "Patient.name", "path": "Patient.name", "constraint": [rule]})
        report_on(PATIENT, Validator(definitions=[hostile], profiles=[hostile["url"]]))
