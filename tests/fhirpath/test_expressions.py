"""What the suite does not ask: places of errors, twins of primitives, scopes, FHIR's functions, pickling, threads."""

from __future__ import annotations

import pickle
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from fhir_case.fhirpath import Alone, FHIRPathError, Undecidable, compile  # noqa: A004
from fhir_case.json import loads

TWINS = {
    "resourceType": "Patient",
    "_birthDate": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]},
    "name": [{"given": ["Ada", None, "M."], "_given": [None, {"id": "x", "extension": [{"url": "u"}]}, None]}],
}  # fmt: skip


def one(expression: str, resource: Any = None, **variables: Any) -> Any:
    (found,) = compile(expression)({"resourceType": "Patient"} if resource is None else resource, **variables)
    return found


@pytest.mark.parametrize(
    ("expression", "position", "message"),
    [
        ("name.", 6, "expected a name or a function, found the end of the expression"),
        ("name.where(use = 'x'", 21, "expected ')', found the end of the expression"),
        ("a b", 3, "expected an operator, or the end of the expression, found 'b'"),
        ("a = 'x", 5, "the string has no end"),
        ('a = "x"', 5, "strings stand in single quotes"),
        ("a = @2012-13", 5, "@2012-13 is no date"),
        ("a = @2011-02-29", 5, "@2011-02-29 is no date"),
        ("'a\\d'", 3, "\\d is no escape sequence of FHIRPath; \\\\d would do"),
        ("name.exist()", 6, "there is no function exist(); exists() would do"),
        ("name.first(1)", 6, "first() takes 0 arguments, found 1"),
        ("name.is(Strin)", 9, "there is no type Strin; String would do"),
        ("name and $index = 1", 10, "$index has a value in a criterion only"),
        ("#", 1, "expected FHIRPath, found '#'"),
        ("", 1, "expected a value, a name or a function"),
    ],
)
def test_a_wrong_expression_is_told_with_its_column(expression: str, position: int, message: str) -> None:
    with pytest.raises(FHIRPathError) as caught:
        compile(expression)
    assert (caught.value.position, caught.value.expression) == (position, expression)
    assert message in str(caught.value)


def test_an_error_while_evaluating_names_the_column_of_the_step() -> None:
    with pytest.raises(FHIRPathError) as caught:
        compile("name.exists() and name.given.lower() = 'a'")(TWINS)
    assert caught.value.position == 30
    assert "lower() takes one item, found 3" in str(caught.value)


def test_errors_pickle() -> None:
    error = FHIRPathError("no", "a.b", 3, "c")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("birthDate.exists()", [True]),
        ("birthDate.hasValue()", [False]),
        ("birthDate.extension.value", ["unknown"]),
        ("birthDate < today()", []),
        ("birthDate = @2012", [False]),
        ("name.given.count()", [3]),
        ("name.given.select(hasValue())", [True, False, True]),
        ("name.given.where(hasValue())", ["Ada", "M."]),
        ("name.given[1].extension.url", ["u"]),
        ("name.given.id", ["x"]),
        ("descendants().where($this is Extension).count()", [2]),
        ("children().count()", [2]),
        ("name.given.children().count()", [2]),
    ],
)
def test_primitives_without_value_are_elements_all_the_same(expression: str, found: list[Any]) -> None:
    assert compile(expression)(TWINS) == found


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("value.is(Quantity)", [True]),
        ("value.ofType(Quantity).value", [Decimal("7.20")]),
        ("value as string", []),
        ("valueQuantity", []),
        ("value.unit", ["mg"]),
        ("Observation.value = 7200 'ug'", [True]),
        ("DomainResource.status", ["final"]),
        ("Resource.id", ["o"]),
        ("$this is DomainResource", [True]),
        ("component.value.is(CodeableConcept)", [True]),
        ("component.repeat(extension).value", [3]),
    ],
)
def test_choices_are_named_without_their_type(expression: str, found: list[Any]) -> None:
    observation = loads(
        b"""{"resourceType": "Observation", "id": "o", "status": "final",
        "valueQuantity": {"value": 7.20, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"},
        "component": [{"valueCodeableConcept": {"text": "x"},
            "extension": [{"url": "a", "extension": [{"url": "b", "valueInteger": 3}]}]}]}"""
    )
    assert compile(expression)(observation) == found


def test_decimals_keep_their_digits() -> None:
    held = loads('{"resourceType": "Observation", "valueQuantity": {"value": 1e2}}')
    assert str(one("value.value", held)) == "1e2"
    assert one("value.value.toString()", held) == "1e2"
    assert one("value.value * 2", held) == 200


def test_references_lead_to_contained_resources_and_to_entries() -> None:
    patient = {"resourceType": "Patient", "id": "p", "contained": [{"resourceType": "Organization", "id": "o", "name": "Ward"}],
        "managingOrganization": {"reference": "#o"}}  # fmt: skip
    assert one("managingOrganization.resolve().name", patient) == "Ward"
    bundle = {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient", "id": "1"}},
        {"resource": {"resourceType": "Condition", "subject": {"reference": "urn:uuid:1"}}}]}  # fmt: skip
    assert one("entry.resource.ofType(Condition).subject.resolve().id", bundle) == "1"
    assert compile("entry.resource.subject.resolve().id")({**bundle, "entry": bundle["entry"][1:]}) == []


def test_variables_are_given_by_name() -> None:
    assert one("%limit + 1", limit=2) == 3
    assert one("%who.id", who={"resourceType": "Patient", "id": "a"}) == "a"
    assert compile("%none")({}, none=None) == []
    with pytest.raises(FHIRPathError, match="there is no variable %limi; %limit would do"):
        compile("%limi")({}, limit=1)


def test_an_invariant_is_evaluated_on_its_element_with_its_resource() -> None:
    observation = {"resourceType": "Observation", "code": {"text": "c"}, "component": [{"code": {"text": "d"}}]}
    scope = Alone(observation)
    check = compile("code.text != %resource.code.text", "Observation.component").check
    assert check(observation["component"][0], scope) is True
    assert check({"code": {"text": "c"}}, scope) is False
    assert check({}, scope) is None
    assert compile("$this.length() = 2", "string").check("ab", scope) is True
    assert (
        compile("hasValue().not() and extension.exists()", "date").check(None, scope, {"extension": [{"url": "u"}]})
        is True
    )


def test_several_items_are_true_for_an_invariant_as_in_the_oracle() -> None:
    assert compile("name.given", "Patient").check(TWINS, Alone(TWINS)) is True
    assert compile("contact", "Patient").check(TWINS, Alone(TWINS)) is None


class Terminology(Alone):
    """A scope that knows one value set, one profile, and the time."""

    def member_of(self, value: Any, url: str) -> bool | None:
        return value in ("male", "female") if url == "http://gender" else None

    def conforms(self, node: dict[str, Any], url: str) -> bool | None:
        return "name" in node if url == "http://named" else None

    def now(self) -> datetime:
        return datetime(2024, 2, 29, 23, 59, 58, 123456, tzinfo=UTC)


def test_the_scope_decides_about_value_sets_and_profiles() -> None:
    scope = Terminology({"resourceType": "Patient", "gender": "male"})
    assert compile("gender.memberOf('http://gender')", "Patient").check(scope.resource, scope) is True
    assert compile("conformsTo('http://named')", "Patient").check(scope.resource, scope) is False
    assert compile("birthDate.memberOf('http://gender')", "Patient").check(scope.resource, scope) is None
    for unknown in ("gender.memberOf('http://x')", "conformsTo('http://x')", "elementDefinition()"):
        with pytest.raises(Undecidable):
            compile(unknown, "Patient").check(scope.resource, scope)


def test_the_clock_is_the_scopes() -> None:
    scope = Terminology({"resourceType": "Patient"})
    said = {text: str(compile(text).items(scope.resource, scope)[0]) for text in ("now()", "today()", "timeOfDay()")}
    assert said == {"now()": "2024-02-29T23:59:58.123Z", "today()": "2024-02-29", "timeOfDay()": "23:59:58.123"}
    assert compile("today() + 1 year = @2025-02-28").check({"resourceType": "Patient"}, scope) is True


def test_html_checks_look_at_the_narrative() -> None:
    def narrative(inner: str) -> dict[str, Any]:
        return {"resourceType": "Patient", "text": {"div": f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>'}}

    assert one("text.div.htmlChecks()".replace("div", "`div`"), narrative("<p>text</p>")) is True
    assert one("text.`div`.htmlChecks2()", narrative("<p> </p>")) is False
    for wrong in ("<script>x</script>", "<p onclick='x'>a</p>", "<p>", "&nbsp;x"):
        assert one("text.`div`.htmlChecks()", narrative(wrong)) is False


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("37 'Cel' = 98.6 '[degF]'", True), ("1 'mmol/L' = 1000 'umol/L'", True), ("1 '[in_i]' = 2.54 'cm'", True),
        ("120 'mm[Hg]' > 15.9 'kPa'", True), ("1 'min' = 60 seconds", True), ("2 'mg' + 1 'g' = 1002 'mg'", True),
        ("1 year = 12 months", True), ("1 'kg' > 999 'g'", True), ("1 'm2' = 10000 'cm2'", True), ("1 '%' = 0.01 '1'", True),
        ("(1 'kg' = 1 'm')", False), ("(1 year = 365 days)", None), ("1 'mg' < 1 'cm'", None), ("1 '{cells}' = 1 '1'", True),
        ("@2012-01-31 + 1 month = @2012-02-29", True), ("@2012 + 25 months = @2014", True), ("@T23:30 + 1 hour = @T00:30", True),
        ("@2012-03-01T00:30:00+01:00 - 1 hour = @2012-02-29T23:30:00+01:00", True), ("@2012-01 + 40 days = @2012-02", True),
        ("@2012-01-01T00:00:00Z - 1 'ms' = @2011-12-31T23:59:59.999Z", True), ("@2012-01-01 < @2012-01-02T00:00:00Z", True),
        ("@2012-01-01T23:00:00-02:00 = @2012-01-02T01:00:00Z", True), ("@2012-01-01T10:00 = @2012-01-01T10:00:00", None),
    ],
)  # fmt: skip
def test_quantities_and_times(expression: str, found: bool | None) -> None:
    assert compile(expression)({}) == ([] if found is None else [found])


def test_expressions_pickle_and_are_shared_between_threads() -> None:
    expression = compile("name.where(use = 'a').given", "Patient")
    again = pickle.loads(pickle.dumps(expression))
    held = {"resourceType": "Patient", "name": [{"use": "a", "given": ["x"]}]}
    with ThreadPoolExecutor(8) as pool:
        assert all(found == ["x"] for found in pool.map(again, [held] * 200))


def test_the_syntax_is_plain_data_and_the_source_is_python() -> None:
    expression = compile("name.exists() or id = 'a'")
    assert "member(this, 'name')" in expression.source
    assert hash(expression.ast) == hash(compile("name.exists() or id = 'a' ").ast)
    with pytest.raises(AttributeError):
        expression.ast.at = 1  # type: ignore[misc,union-attr]


def test_problems_name_what_cannot_be_on_the_type() -> None:
    (problem,) = compile("name.gven.first() = 'x'", "Patient").problems
    assert (problem.position, problem.nearest) == (6, "given")
    assert "HumanName has no element gven; given would do" in str(problem)
    (problem,) = compile("Observation.valueQuantity.exists()", "Observation").problems
    assert problem.nearest == "value.ofType(Quantity)"
    assert compile("entry.resource.anything", "Bundle").problems == ()


def test_importing_loads_nothing_heavy() -> None:
    code = "import sys, fhir_case.fhirpath; print({'pydantic', 'httpx', 'rich', 'asyncio', 'difflib'} & {*sys.modules})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_tracebacks_show_the_generated_source() -> None:
    class Broken(Alone):
        def resolve(self, reference: str) -> dict[str, Any] | None:
            raise KeyError(reference)

    for name in ("subject", "encounter"):
        held = {"resourceType": "Observation", name: {"reference": "#a"}}
        with pytest.raises(KeyError) as caught:
            compile(f"{name}.resolve()").items(held, Broken(held))
        shown = "".join(traceback.format_exception(caught.value))
        assert "f_resolve(env, v1)" in shown
