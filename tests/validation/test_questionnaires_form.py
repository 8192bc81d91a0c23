"""Questionnaires themselves: what enables their items, what they are derived from; and the laws of their index."""

from __future__ import annotations

from typing import Any

import pytest
from asking import EXTENSION, Node, ask, brief, extra, found, give, response, run_of, when
from hypothesis import given
from hypothesis import strategies as st
from work import calls

from fhir_case.definitions import r4
from fhir_case.validation.questionnaires.enabling import Given
from fhir_case.validation.questionnaires.form import Form, Question, common

BASE = "http://example.com/Questionnaire/base"
TOOLS = "http://hl7.org/fhir/tools/StructureDefinition/"


def questionnaire(items: list[Node], **more: Any) -> Node:
    return {
        "resourceType": "Questionnaire",
        "url": "http://example.com/Questionnaire/q",
        "status": "active",
        "item": items,
        **more,
    }


EXISTS = ("exists", "Boolean", True)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([ask("a", "string"), ask("b", "string", enableWhen=[when("a", *EXISTS)])], []),
        ([ask("a", "group", item=[ask("b", "string", enableWhen=[when("a", *EXISTS)])])], []),
        ([ask("a", "string", enableWhen=[when("aa", *EXISTS)])], [("error", "enabling", "item[0].enableWhen[0]")]),
        ([ask("a", "string", enableWhen=[when("a", *EXISTS)])], [("error", "enabling", "item[0].enableWhen[0]")]),
        (
            [ask("g", "group", enableWhen=[when("a", *EXISTS)], item=[ask("a", "string")])],
            [("error", "enabling", "item[0].enableWhen[0]")],
        ),
        (
            [ask("a", "string", enableWhen=[when("b", *EXISTS)]), ask("b", "string")],
            [("warning", "enabling-order", "item[0].enableWhen[0]")],
        ),
    ],
)
def test_an_item_is_enabled_by_another_that_comes_before(
    items: list[Node], expected: list[tuple[str, str, str]]
) -> None:
    assert brief(found(questionnaire(items))) == expected


BASE_ITEM = ask("a", "string", required=True, maxLength=5)
CHANGES: list[tuple[Node, Node, list[tuple[str, str]]]] = [
    (BASE_ITEM, BASE_ITEM, []),
    (BASE_ITEM, ask("a", "text", required=True, maxLength=5), [("derivation", "item[0].type")]),
    (BASE_ITEM, ask("a", "string", required=True, maxLength=5, repeats=True), [("derivation", "item[0].repeats")]),
    (BASE_ITEM, ask("a", "string", required=False, maxLength=5), [("derivation", "item[0].required")]),
    (BASE_ITEM, ask("a", "string", required=True, maxLength=6), [("derivation", "item[0].maxLength")]),
    (BASE_ITEM, ask("a", "string", required=True), [("derivation", "item[0]")]),
    (BASE_ITEM, ask("b", "string"), [("derivation", "item[0]")]),
    (
        ask("a", "choice", answerOption=[{"valueString": "x"}, {"valueCoding": {"code": "y"}}]),
        ask("a", "choice", answerOption=[{"valueCoding": {"code": "y", "display": "Y"}}, {"valueString": "z"}]),
        [("derivation", "item[0].answerOption[1]")],
    ),
    (
        ask("a", "choice", answerOption=[{"valueString": "x"}]),
        ask("a", "choice", answerValueSet="http://example.com/vs"),
        [("derivation", "item[0]")],
    ),
    (ask("a", "choice", answerOption=[{"valueString": "x"}]), ask("a", "choice"), [("derivation", "item[0]")]),
    (
        ask("a", "choice", answerValueSet="http://example.com/vs"),
        ask("a", "choice", answerOption=[{"valueString": "x"}]),
        [("derivation", "item[0]")],
    ),
]


def derived(item: Node, code: str | None) -> Node:
    coding = {"system": "http://hl7.org/fhir/questionnaire-derivationType", "code": code}
    twin = {"extension": [extra(EXTENSION + "questionnaire-derivationType", "Coding", coding)]} if code else None
    return questionnaire([item], derivedFrom=[BASE], **({"_derivedFrom": [twin]} if twin else {}))


@pytest.mark.parametrize(("base", "item", "expected"), CHANGES)
def test_a_derived_questionnaire_keeps_to_the_one_it_comes_from(
    base: Node, item: Node, expected: list[tuple[str, str]]
) -> None:
    definitions = r4().extended(resources=[{**questionnaire([base]), "url": BASE}])
    resource = derived(item, "compliesWith")
    findings = brief(found(resource, run_of(resource, definitions=definitions)))
    assert [(code, place) for _, code, place in findings] == expected


@pytest.mark.parametrize(
    ("code", "known", "expected"),
    [
        ("extends", True, []),
        ("inspiredBy", True, [("information", "derivation-unchecked")]),
        ("other", True, [("warning", "derivation-unchecked")]),
        (None, True, [("warning", "derivation-unchecked")]),
        ("extends", False, [("warning", "derivation-unchecked")]),
    ],
)
def test_the_kind_of_derivation_says_what_is_checked(
    code: str | None, known: bool, expected: list[tuple[str, str]]
) -> None:
    base = [{**questionnaire([BASE_ITEM]), "url": BASE}] if known else []
    resource = derived(ask("new", "string"), code)
    findings = brief(found(resource, run_of(resource, definitions=r4().extended(resources=base))))
    assert [(severity, code) for severity, code, _ in findings] == expected


@pytest.mark.parametrize(
    ("given_names", "expected"),
    [(["p"], []), ([], ["error"]), (["p", "activeOnly"], []), (["p", "unheard-of"], ["warning"])],
)
def test_the_parameters_of_a_value_set_are_given(given_names: list[str], expected: list[str]) -> None:
    def parameter(url: str, name: str) -> Node:
        return {"url": TOOLS + url, "extension": [extra("name", "Code", name)]}

    url = "http://example.com/ValueSet/parameterised"
    values = {
        "resourceType": "ValueSet",
        "url": url,
        "status": "active",
        "extension": [parameter("valueset-parameter", "p")],
    }
    twin = {"extension": [parameter("binding-parameter", name) for name in given_names]}
    resource = questionnaire([ask("a", "choice", answerValueSet=url, _answerValueSet=twin)])
    findings = brief(found(resource, run_of(resource, definitions=r4().extended(resources=[values]))))
    assert [severity for severity, _, _ in findings] == expected


LINKS = st.sampled_from("abcdefgh")
ITEMS = st.recursive(
    st.builds(lambda link_id: {"linkId": link_id, "type": "string"}, LINKS),
    lambda inner: st.builds(
        lambda link_id, items: {"linkId": link_id, "type": "group", "item": items}, LINKS, st.lists(inner, max_size=4)
    ),
    max_leaves=20,
)
GIVEN = st.recursive(
    st.builds(lambda link_id, n: {"linkId": link_id, "answer": [{"valueInteger": n}]}, LINKS, st.integers(0, 99)),
    lambda inner: st.builds(
        lambda link_id, items, below: {"linkId": link_id, "item": items, "answer": [{"valueInteger": 0, "item": below}]},
        LINKS, st.lists(inner, max_size=3), st.lists(inner, max_size=3),
    ),
    max_leaves=20,
)  # fmt: skip


def all_questions(question: Question) -> list[Question]:
    return [question, *(below for one in question.questions for below in all_questions(one))]


@given(st.lists(ITEMS, max_size=5))
def test_the_index_of_a_form_agrees_with_its_tree(items: list[Node]) -> None:
    form = Form(questionnaire(items))
    questions = all_questions(form.root)
    assert [one.order for one in questions] == list(range(len(questions)))
    first = {one.link_id: one for one in reversed(questions[1:])}
    assert form.by_link == first
    for one in questions:
        below = set(all_questions(one)[1:])
        assert below == {other for other in questions if one.has(other)}
        assert one.end == one.order + 1 + len(below)


@given(st.lists(ITEMS, min_size=1, max_size=5), st.data())
def test_the_common_group_is_the_innermost_with_both(items: list[Node], data: st.DataObject) -> None:
    form = Form(questionnaire(items))
    questions = all_questions(form.root)
    one, other = data.draw(st.sampled_from(questions)), data.draw(st.sampled_from(questions))
    groups = [group for group in questions if {one, other} <= set(all_questions(group))]
    assert common(one, other) is max(groups, key=lambda group: group.depth)


def walked(node: Node, link_id: str) -> list[Node]:
    below = [*node.get("item", ()), *(item for answer in node.get("answer", ()) for item in answer.get("item", ()))]
    found = list(node.get("answer", ())) if node.get("linkId") == link_id else []
    return found + [answer for item in below for answer in walked(item, link_id)]


@given(st.lists(GIVEN, max_size=4), LINKS)
def test_answers_are_found_as_by_walking_through(items: list[Node], link_id: str) -> None:
    whole: Node = {"resourceType": "QuestionnaireResponse", "item": items}
    index = Given(whole)
    todo = [whole]
    while todo:
        node = todo.pop()
        assert list(map(id, index.answers(link_id, node))) == list(map(id, walked(node, link_id)))
        todo += node.get("item", ())
        todo += (item for answer in node.get("answer", ()) for item in answer.get("item", ()))


@given(st.lists(ITEMS, max_size=4), st.lists(GIVEN, max_size=4))
def test_no_response_to_any_form_breaks_the_rules(questions: list[Node], items: list[Node]) -> None:
    found(response(questions, items))
    found(questionnaire(questions))


@pytest.mark.parametrize(
    "value", [None, True, 1, "x", [], {}, [None], [[]], [1], [{}], [{"item": 1}], [{"linkId": {}}]]
)
def test_malformed_items_are_survived(value: Any) -> None:
    good = [ask("a", "string", enableWhen=value, answerOption=value, extension=value, item=value)]
    for questions in (good, value):
        found(questionnaire(questions, derivedFrom=value, effectivePeriod=value))
        for items in ([give("a", ("String", "x"), item=value)], value):
            found(response(questions, items, contained=value if isinstance(value, list) else []))


def test_a_deep_questionnaire_is_indexed() -> None:
    item = ask("x", "string")
    for n in range(10_000):
        item = ask(f"g{n}", "group", item=[item])
    form = Form(questionnaire([item]))
    assert len(form.by_link) == 10_001
    assert found(questionnaire([item])) == []


def work(count: int) -> int:
    """The calls that a response to `count` questions needs, each enabled by the one before."""
    questions = [ask("q0", "integer")]
    questions += [ask(f"q{n}", "integer", enableWhen=[when(f"q{n - 1}", "=", "Integer", 1)]) for n in range(1, count)]
    resource = response(questions, [give(f"q{n}", ("Integer", 1)) for n in range(count)])
    assert found(resource) == []
    return calls(lambda: found(resource))


def test_work_grows_with_the_number_of_items_alone() -> None:
    assert work(2_000) < 10 * work(200) * 1.2


def test_a_thousand_conditions_on_ten_thousand_answers_end() -> None:
    questions = [ask("a", "integer", repeats=True)]
    questions += [ask(f"b{n}", "integer", enableWhen=[when("a", "=", "Integer", -1)]) for n in range(1_000)]
    found(response(questions, [give("a", *(("Integer", n) for n in range(10_000)))]))


def test_a_response_to_quite_another_form_ends_soon() -> None:
    questions = [ask(f"question-number-{n}", "string") for n in range(2_000)]
    findings = found(response(questions, [give(f"item-number-{n}", ("String", "x")) for n in range(2_000)]))
    assert len(findings) == 2_000
