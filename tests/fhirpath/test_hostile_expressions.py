"""Expressions and resources of strangers: an error or an answer, never a crash, a hang, or their code."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_case.fhirpath import Alone, FHIRPathError, Undecidable, compile  # noqa: A004
from fhir_case.fhirpath.functions.library import FUNCTIONS, WRITTEN_OUT

PATIENT: dict[str, Any] = {
    "resourceType": "Patient", "id": "p", "active": True, "birthDate": "1974-12-25", "multipleBirthInteger": 2,
    "name": [{"given": ["Peter", None], "_given": [None, {"extension": [{"url": "u", "valueCode": "x"}]}], "use": "usual"}],
    "contact": [{"period": {"start": "2012"}}], "extension": [{"url": "q", "valueQuantity": {"value": 5, "code": "mg",
        "system": "http://unitsofmeasure.org"}}], "contained": [{"resourceType": "Patient", "id": "x"}],
}  # fmt: skip


def answers(expression: str, resource: Any = PATIENT) -> str:
    """What happened, in one word."""
    try:
        one = compile(expression)
        one(resource)
        one.check(resource, Alone(resource))
    except FHIRPathError:
        return "error"
    except Undecidable:
        return "undecidable"
    return "answer"


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "-" * 5000 + "1",
        "a(" * 5000,
        "a[" * 5000,
        "not(" * 60 + ")" * 60,
        "where(" * 30 + "true" + ")" * 30,
        " implies ".join(f"(a{n}" for n in range(200)) + ")" * 200,
        "'" + "\\u0041" * 50_000,
        "1" * 99_999 + " * 2",
        "a" * 200_000,
        "name.aggregate($total & $total, 'a')" + ".select($this & $this)" * 40,
        "(1|2|3|4|5|6|7|8|9).aggregate($total * $total, 123456789)",
        "10.power(10000)",
        "1.power(1000000)",
        "'a'.replace('', '" + "b" * 9000 + "')" + ".replace('', 'cccccccccccccccccccc')" * 8,
        "1000000000000000000000000000000.lowBoundary()",
        "@2012-01-01 + 999999999999 years",
        "@9999-12-31 + 1 day",
        "@0001-01-01 - 1 day",
        "@2012 + 99999999999999999999999999999 'd'",
        "1 '" + "(" * 400 + "'" + " = 1 'm'",
        "1 'm99999999' * 1 'm99999999'",
        "'x'.matches('(a+)+$')",
    ],
)
def test_a_hostile_expression_ends_soon(expression: str) -> None:
    assert answers(expression) in ("error", "answer", "undecidable")


@pytest.mark.parametrize(
    "expression",
    [
        "'\\'); import os; os.abort() #'",
        "`'); import os; os.abort() #`",
        'a.`\\"\\"\\"\\n    import os`',
        "%`'); import os; os.abort() #` = 1",
        "where(`__class__`.exists())",
        "`{}`.`{0}`",
    ],
)
def test_text_of_an_expression_never_becomes_code(expression: str) -> None:
    made = compile(expression)
    assert "import" not in made.source
    assert answers(expression) in ("error", "answer")


def test_long_chains_are_no_depth() -> None:
    assert compile(" or ".join(f"id = '{n}'" for n in range(5000)))(PATIENT) == [False]
    assert compile("id" + ".trace('x')" * 2000)(PATIENT) == ["p"]
    assert compile("'p' in (" + " | ".join(f"'{n}'" for n in range(3000)) + ")")(PATIENT) == [False]


@pytest.mark.parametrize("expression", ["descendants().count()", "repeat(extension).count()", "$this = $this",
    "$this ~ %resource", "descendants().distinct().count()", "children().exists()", "extension.all(url.exists())"])  # fmt: skip
def test_a_resource_nested_10000_deep_is_answered_or_refused(expression: str) -> None:
    inner: dict[str, Any] = {"url": "x"}
    for _ in range(10_000):
        inner = {"url": "x", "extension": [inner]}
    assert answers(expression, {"resourceType": "Patient", "extension": [inner]}) in ("answer", "error")


def test_many_elements_are_distinct_in_linear_time() -> None:
    resource = {"resourceType": "Questionnaire", "item": [{"linkId": str(n)} for n in range(50_000)]}
    assert compile("descendants().linkId.isDistinct()")(resource) == [True]
    assert answers("item.linkId | item.linkId", resource) == "answer"
    assert answers("item.exclude(item.take(20000)).count()", resource) == "answer"


NAMES = st.sampled_from(
    ["name", "given", "id", "active", "birthDate", "Patient", "extension", "value", "contact", "period"]
)
LITERALS = st.sampled_from(["1", "-1", "2.50", "'a'", "''", "true", "{}", "@2012", "@2012-01-01T10:00:00Z", "@T10:00",
    "1 'mg'", "3 days", "4 months", "$this", "%resource", "1 'cm2'", "99999999999", "'2012-01'"])  # fmt: skip
OPERATORS = st.sampled_from("+ - * / div mod & | = != ~ !~ < > <= >= and or xor implies in contains".split())


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> str:
    kind = draw(st.integers(0, 4)) if depth else 0
    if kind == 0:
        return draw(st.one_of(NAMES, LITERALS))
    inner = expressions(depth - 1)
    if kind == 1:
        return f"({draw(inner)} {draw(OPERATORS)} {draw(inner)})"
    if kind == 2:
        return f"{draw(inner)}.{draw(NAMES)}"
    name = draw(st.sampled_from([*FUNCTIONS, *WRITTEN_OUT]))
    least, most = (FUNCTIONS[name].least, FUNCTIONS[name].most) if name in FUNCTIONS else WRITTEN_OUT[name]
    if name in ("is", "as", "ofType"):
        return f"{draw(inner)}.{name}({draw(st.sampled_from(['Patient', 'System.String', 'string', 'Quantity']))})"
    arguments = [draw(inner) for _ in range(draw(st.integers(least, min(most, 3))))]
    return f"{draw(inner)}.{name}({', '.join(arguments)})"


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions())
def test_any_expression_gives_an_answer_or_an_error(expression: str) -> None:
    answers(expression)


@given(st.text("abc.()[]{}'`%$@1234567890:-+*/|&=!<>~, \n\\\"TZ"))
def test_any_text_is_an_expression_or_an_error(text: str) -> None:
    answers(text)


def test_what_is_the_same_for_all_items_is_walked_once() -> None:
    elements = [{"path": "Patient"}, *({"path": f"Patient.{n}"} for n in range(5000))]
    resource = {"resourceType": "StructureDefinition", "snapshot": {"element": elements}}
    text = "snapshot.element.tail().all(path.startsWith(%resource.snapshot.element.first().path & '.'))"
    assert compile(text)(resource) == [True]


def nested(name: str, depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(depth):
        made = {name: [made]}
    return made


@pytest.mark.parametrize(
    ("of", "expression", "resource"),
    [
        ("Questionnaire", "descendants().linkId.isDistinct()", nested("item", 10_000)),
        ("Questionnaire", "descendants().linkId.isDistinct()", {"item": [{"linkId": str(n)} for n in range(50_000)]}),
        ("CodeSystem", "concept.code.combine($this.descendants().concept.code).isDistinct()", nested("concept", 10_000)),
        ("CodeSystem", "descendants().concept.code.isDistinct()", {"concept": [{"code": "a" * 200_000, "concept": {}}] * 99}),
        ("Bundle", "entry" + ".select(%resource.entry)" * 5 + ".exists()", {"entry": [{"fullUrl": "a"}] * 2_000}),
        ("Bundle", "entry" + ".combine(entry)" * 60 + ".fullUrl.isDistinct()", {"entry": [{"fullUrl": "a"}] * 2_000}),
        ("ElementDefinition", "max.toInteger() > 1", {"max": "9" * 1_000_000}),
        ("ElementDefinition", "path.matches('(a+)+$')", {"path": "a" * 5_000 + "b"}),
        ("ElementDefinition", "path.matches('x*(a|aa)+y*$')", {"path": "a" * 5_000 + "b"}),
        ("ElementDefinition", "path.matches('[^.]{1,64}([.][^.]{1,64})*')", {"path": "." * 100_000}),
    ],
)  # fmt: skip
def test_a_hostile_resource_is_checked_directly_soon_and_as_the_engine_does(
    of: str, expression: str, resource: dict[str, Any]
) -> None:
    value = resource if of == "ElementDefinition" else {"resourceType": of, **resource}
    one = compile(expression, of)
    said = []
    for check in (one.check, one.general):
        try:
            said.append(check(value, Alone(value)))
        except (FHIRPathError, Undecidable) as error:
            said.append(type(error).__name__)
    assert said[0] == said[1]
