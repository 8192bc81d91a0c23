"""Responses against their Questionnaire: items, their order and number, and what enables them.

Verdicts and places are those of HL7's validator (asked with variants of these very resources), but where a test says otherwise.
"""

from __future__ import annotations

from typing import Any

import pytest
from asking import EXTENSION, SDC, Node, ask, brief, extra, found, give, response, run_of, said, when

from fhir_case.definitions import r4
from fhir_case.validation.settings import ValidationSettings
from fhir_case.validation.special import SPECIAL

TEXT = ("String", "x")


def test_both_resources_are_checked_by_the_validator() -> None:
    assert {"Questionnaire", "QuestionnaireResponse"} <= SPECIAL.keys()


def test_a_response_that_answers_as_asked_is_clean() -> None:
    questions = [
        ask(
            "g",
            "group",
            text="Group",
            item=[ask("a", "string", required=True, text="A"), ask("d", "display", text="D")],
        ),
        ask("b", "integer", repeats=True, item=[ask("c", "boolean")]),
    ]
    below: list[Node] = [{"valueInteger": 1, "item": [give("c", ("Boolean", True))]}, {"valueInteger": 2}]
    items = [give("g", item=[give("a", TEXT, text="A"), give("d")], text="Group"), {"linkId": "b", "answer": below}]
    assert said(questions, items) == []


ITEMS: dict[str, tuple[list[Node], list[Node], list[tuple[str, str, str]]]] = {
    "an unknown linkId": ([ask("a", "string")], [give("b", TEXT)], [("error", "item-unknown", "item[0]")]),
    "an item of another group": (
        [ask("g", "group", item=[ask("a", "string")])],
        [give("a", TEXT)],
        [("error", "item-misplaced", "item[0]")],
    ),
    "the wrong order": (
        [ask("a", "string"), ask("b", "string")],
        [give("b", TEXT), give("a", TEXT)],
        [("error", "item-order", "item[1]")],
    ),
    "another text": ([ask("a", "string", text="A")], [give("a", TEXT, text="B")], [("error", "item-text", "item[0]")]),
    "a text where the question has none": (
        [ask("a", "string")],
        [give("a", TEXT, text="B")],
        [("error", "item-text", "item[0]")],
    ),
    "an item twice": ([ask("a", "string")], [give("a", TEXT), give("a", TEXT)], [("error", "item-count", "item[1]")]),
    "an item twice that repeats": ([ask("a", "string", repeats=True)], [give("a", TEXT), give("a", TEXT)], []),
    "two answers": ([ask("a", "string")], [give("a", TEXT, TEXT)], [("error", "answer-count", "item[0].answer[1]")]),
    "two answers to a question that repeats": ([ask("a", "string", repeats=True)], [give("a", TEXT, TEXT)], []),
    "a required item is missing": ([ask("a", "string", required=True)], [], [("error", "item-required", "")]),
    "a required item has no answer": (
        [ask("a", "string", required=True)],
        [give("a")],
        [("error", "item-required", "item[0]")],
    ),
    "a required group has no items": (
        [ask("g", "group", required=True, item=[ask("a", "string")])],
        [give("g")],
        [("error", "item-required", "item[0]")],
    ),
    "what is required in a group that is missing": (
        [ask("g", "group", item=[ask("a", "string", required=True)])],
        [],
        [],
    ),
    "a group with an answer": (
        [ask("g", "group", item=[ask("a", "string")])],
        [give("g", TEXT)],
        [("error", "item-nesting", "item[0]")],
    ),
    "a display with an answer": ([ask("d", "display")], [give("d", TEXT)], [("error", "item-nesting", "item[0]")]),
    "a display with items": (
        [ask("d", "display")],
        [give("d", item=[give("z")])],
        [("error", "item-nesting", "item[0]")],
    ),
    "items of a question that are not below its answer": (
        [ask("a", "string", item=[ask("b", "string")])],
        [give("a", TEXT, item=[give("b", TEXT)])],
        [("error", "item-nesting", "item[0]")],
    ),
    "what is required below an answer": (
        [ask("a", "string", item=[ask("b", "string", required=True)])],
        [give("a", TEXT)],
        [("error", "item-required", "item[0].answer[0]")],
    ),
    "too few answers": (
        [ask("a", "string", repeats=True, extension=[extra(EXTENSION + "questionnaire-minOccurs", "Integer", 2)])],
        [give("a", TEXT)],
        [("error", "answer-count", "item[0]")],
    ),
    "too many answers": (
        [ask("a", "string", repeats=True, extension=[extra(EXTENSION + "questionnaire-maxOccurs", "Integer", 1)])],
        [give("a", TEXT, TEXT)],
        [("error", "answer-count", "item[0]")],
    ),
    # HL7's validator takes "maximum 2" for "fewer than 2", and counts the answers of groups.
    "exactly as many answers as are allowed": (
        [
            ask("a", "string", repeats=True, extension=[
                extra(EXTENSION + "questionnaire-maxOccurs", "Integer", 2),
                extra(EXTENSION + "questionnaire-minOccurs", "Integer", 2),
            ])
        ],
        [give("a", TEXT, TEXT)],
        [],
    ),
    "too few groups": (
        [
            ask("g", "group", repeats=True, item=[ask("a", "string")], extension=[
                extra(EXTENSION + "questionnaire-minOccurs", "Integer", 2)
            ])
        ],
        [give("g", item=[give("a", TEXT)])],
        [("error", "item-count", "item[0]")],
    ),
    "a question without a type": ([{"linkId": "a"}], [give("a", TEXT)], [("error", "broken", "item[0]")]),
}  # fmt: skip


@pytest.mark.parametrize("name", ITEMS)
def test_items_are_those_of_the_questionnaire(name: str) -> None:
    questions, items, expected = ITEMS[name]
    assert said(questions, items) == expected


@pytest.mark.parametrize(
    ("status", "severity"),
    [("completed", "error"), ("amended", "error"), ("in-progress", "warning"), ("stopped", "warning")],
)
def test_only_a_finished_response_must_have_all_that_is_required(status: str, severity: str) -> None:
    assert said([ask("a", "string", required=True)], [], status=status) == [(severity, "item-required", "")]


def test_an_unknown_linkid_is_told_the_nearest() -> None:
    findings = found(response([ask("weight", "decimal")], [give("wieght", ("Decimal", 1))]))
    assert [one.fix for one in findings] == ["did you mean weight?"]


# The answer to "a", the condition of "b", and whether "b" is enabled.
CONDITIONS: list[tuple[tuple[str, Any] | None, tuple[str, str, Any], bool | None]] = [
    (("Integer", 3), ("=", "Integer", 3), True),
    (("Integer", 3), ("=", "Integer", 4), False),
    (("Integer", 3), ("!=", "Integer", 4), True),
    (("Integer", 3), (">", "Integer", 3), False),
    (("Integer", 3), (">=", "Integer", 3), True),
    (("Integer", 3), ("<", "Decimal", 3.5), True),
    (("Decimal", 3.0), ("=", "Decimal", 3.00), True),
    (("Boolean", False), ("=", "Boolean", True), False),
    (("Boolean", False), ("exists", "Boolean", True), True),
    (("Boolean", False), ("exists", "Boolean", False), False),
    (None, ("exists", "Boolean", False), True),
    (None, ("exists", "Boolean", True), False),
    (None, ("!=", "Integer", 3), False),
    (("String", "A"), ("=", "String", "a"), False),
    (("String", "b"), (">", "String", "a"), True),
    (("Uri", "http://a.b"), ("=", "String", "http://a.b"), True),
    (("Date", "2020-06-01"), (">", "Date", "2020-05-31"), True),
    (("Date", "2020-06-01"), (">", "Date", "2020"), None),
    (("DateTime", "2020-06-01T10:00:00Z"), ("=", "DateTime", "2020-06-01T12:00:00+02:00"), True),
    (("Time", "10:00:00"), ("<=", "Time", "10:00:00"), True),
    (("Coding", {"system": "s", "code": "a"}), ("=", "Coding", {"system": "s", "code": "a", "display": "A"}), True),
    (("Coding", {"system": "s", "code": "a"}), ("=", "Coding", {"code": "a"}), True),
    (("Coding", {"code": "a"}), ("=", "Coding", {"system": "s", "code": "a"}), False),
    (("Coding", {"system": "s", "code": "a"}), ("!=", "Coding", {"system": "s", "code": "a"}), False),
    (("Coding", {"system": "s", "code": "a"}), (">", "Coding", {"system": "s", "code": "a"}), None),
    (("Reference", {"reference": "Patient/1"}), ("=", "Reference", {"reference": "Patient/1"}), True),
    (
        # HL7's validator compares the numbers alone.
        ("Quantity", {"value": 1000, "system": "http://unitsofmeasure.org", "code": "g"}),
        ("=", "Quantity", {"value": 1, "system": "http://unitsofmeasure.org", "code": "kg"}),
        True,
    ),
    (("Quantity", {"value": 3, "unit": "x"}), (">", "Quantity", {"value": 2, "unit": "x"}), True),
    (("Integer", 3), ("=", "String", "3"), None),
]

KINDS = {"Uri": "url", "Coding": "choice", "DateTime": "dateTime"}


@pytest.mark.parametrize(("answer", "condition", "enabled"), CONDITIONS)
def test_enable_when_compares_answers(
    answer: tuple[str, Any] | None, condition: tuple[str, str, Any], enabled: bool | None
) -> None:
    kind = KINDS.get(answer[0], answer[0].lower()) if answer else "integer"
    questions = [ask("a", kind), ask("b", "string", enableWhen=[when("a", *condition)])]
    items = ([give("a", answer)] if answer else []) + [give("b", TEXT)]
    place = f"item[{len(items) - 1}]"
    expected = {
        True: [],
        False: [("error", "answer-disabled", place)],
        None: [("information", "enabling-undecided", place)],
    }
    assert [one for one in said(questions, items) if one[1] != "options-missing"] == expected[enabled]


@pytest.mark.parametrize(("behaviour", "enabled"), [("any", True), ("all", False), (None, None)])
def test_several_conditions_are_joined_as_the_behaviour_says(behaviour: str | None, enabled: bool | None) -> None:
    conditions = [when("a", "=", "Integer", 1), when("a", "=", "Integer", 2)]
    more: Node = {"enableBehavior": behaviour} if behaviour else {}
    questions = [ask("a", "integer"), ask("b", "string", enableWhen=conditions, **more)]
    findings = said(questions, [give("a", ("Integer", 1)), give("b", TEXT)])
    expected = {True: [], False: ["answer-disabled"], None: ["enabling-undecided"]}[enabled]
    assert [code for _, code, _ in findings] == expected


def test_what_is_not_enabled_is_not_required() -> None:
    questions = [ask("a", "integer"), ask("b", "string", required=True, enableWhen=[when("a", "=", "Integer", 1)])]
    assert said(questions, [give("a", ("Integer", 2))]) == []
    assert said(questions, [give("a", ("Integer", 2)), give("b")]) == []
    assert said(questions, [give("a", ("Integer", 1))]) == [("error", "item-required", "")]


def test_conditions_look_at_the_answers_in_the_same_group() -> None:
    inner = [ask("a", "integer"), ask("b", "string", enableWhen=[when("a", "=", "Integer", 1)])]
    groups = [give("g", item=[give("a", ("Integer", n)), give("b", TEXT)]) for n in (1, 2)]
    assert said([ask("g", "group", repeats=True, item=inner)], groups) == [
        ("error", "answer-disabled", "item[1].item[1]")
    ]


def test_an_item_below_an_answer_is_found_below_it() -> None:
    """HL7's validator leaves the answer out of the place."""
    questions = [ask("a", "integer", item=[ask("b", "string", enableWhen=[when("a", "=", "Integer", 1)])])]
    items: list[Node] = [{"linkId": "a", "answer": [{"valueInteger": 2, "item": [give("b", TEXT)]}]}]
    assert said(questions, items) == [("error", "answer-disabled", "item[0].answer[0].item[0]")]


def enabled_by(expression: str, language: str = "text/fhirpath") -> list[Node]:
    return [extra(SDC + "enableWhenExpression", "Expression", {"language": language, "expression": expression})]


@pytest.mark.parametrize(
    ("expression", "codes"),
    [
        ("%resource.item.where(linkId = 'a').answer.value = 1", []),
        ("item.where(linkId = 'a').answer.value = 2", ["answer-disabled"]),
        ("%patient.active", ["enabling-undecided"]),
        ("item.where(", ["enabling-undecided"]),
    ],
)
def test_an_expression_can_enable_an_item(expression: str, codes: list[str]) -> None:
    questions = [ask("a", "integer"), ask("b", "string", extension=enabled_by(expression))]
    findings = said(questions, [give("a", ("Integer", 1)), give("b", TEXT)])
    assert [code for _, code, _ in findings] == codes


def test_expressions_know_the_variables_around_them() -> None:
    variable = {"name": "age", "language": "text/fhirpath", "expression": "item.where(linkId = 'a').answer.value"}
    questions = [
        ask("a", "integer", required=False),
        ask("g", "group", extension=[extra(EXTENSION + "variable", "Expression", variable)], item=[
            ask("b", "string", extension=enabled_by("%age > 17"))
        ]),
    ]  # fmt: skip
    inner = give("g", item=[give("b", TEXT)])
    assert said(questions, [give("a", ("Integer", 18)), inner]) == []
    assert said(questions, [give("a", ("Integer", 17)), inner]) == [("error", "answer-disabled", "item[1].item[0]")]


@pytest.mark.parametrize(
    ("wanted", "questionnaire", "expected"),
    [
        ("check", None, [("information", "missing", "")]),
        ("require", None, [("error", "missing", "")]),
        ("ignore", None, []),
        ("check", "http://acme.com/none", [("warning", "unknown", "questionnaire")]),
        ("check", "http://example.org/none", [("information", "unknown", "questionnaire")]),
        ("check", "#none", [("warning", "unknown", "questionnaire")]),
        ("require", "http://example.org/none", [("error", "unknown", "questionnaire")]),
        ("ignore", "http://acme.com/none", []),
    ],
)
def test_an_unknown_questionnaire_is_said_as_the_settings_ask(
    wanted: Any, questionnaire: str | None, expected: list[tuple[str, str, str]]
) -> None:
    resource: Node = {"resourceType": "QuestionnaireResponse", "status": "completed"}
    if questionnaire:
        resource["questionnaire"] = questionnaire
    run = run_of(resource, ValidationSettings(questionnaires=wanted))
    assert brief(found(resource, run)) == expected


def test_the_questionnaire_is_found_by_its_canonical_and_version() -> None:
    url = "http://example.com/Questionnaire/versioned"
    forms = [
        {
            "resourceType": "Questionnaire",
            "url": url,
            "version": version,
            "status": "active",
            "item": [ask(link_id, "string")],
        }
        for version, link_id in (("1.0.0", "old"), ("2.0.0", "new"))
    ]
    definitions = r4().extended(resources=forms)
    codes = {}
    for canonical in (url, url + "|1.0.0", url + "|2.0.0", url + "|3.0.0"):
        resource: Node = {"resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": canonical}
        resource["item"] = [give("new", TEXT)]
        findings = found(resource, run_of(resource, definitions=definitions))
        codes[canonical.removeprefix(url)] = [code for _, code, _ in brief(findings)]
    assert codes == {"": [], "|1.0.0": ["item-unknown"], "|2.0.0": [], "|3.0.0": ["unknown"]}


@pytest.mark.parametrize(
    ("authored", "codes"),
    [("2019", ["period"]), ("2020-06-01", []), ("2021-12-11T10:00:00Z", []), ("2021-12-12", ["period"]), (None, [])],
)
def test_a_response_is_written_while_its_questionnaire_is_in_use(authored: str | None, codes: list[str]) -> None:
    """The end of a period has all of its last day (https://hl7.org/fhir/R4/datatypes.html#Period)."""
    more: Node = {"authored": authored} if authored else {}
    resource = response([], [], **more)
    resource["contained"][0]["effectivePeriod"] = {"start": "2020-01-01", "end": "2021-12-11"}
    assert [code for _, code, _ in brief(found(resource))] == codes
