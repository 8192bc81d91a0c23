"""Whether a question is enabled (https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, TypeAlias

from fhir_case.terminology.decided import all_of, any_of
from fhir_case.validation import comparing
from fhir_case.validation.questionnaires import expressions
from fhir_case.validation.questionnaires.form import Form, Question, common, objects, text, value_of
from fhir_case.validation.run import Node, Run

Stack: TypeAlias = "tuple[Stack | None, Question, Node]"
"""The items of the response around a place, innermost first, each with its question."""

_NUMBERS = ("Integer", "Decimal")
_MOMENTS = ("Date", "DateTime")
_MOST = 200_000
"""Answers that are looked at for one response; beyond that nothing is said, so that no response takes forever."""
_ORDERS = {
    "=": (0,),
    "!=": (-1, 1),
    ">": (1,),
    "<": (-1,),
    ">=": (0, 1),
    "<=": (-1, 0),
}


class Enabling:
    """Decides for one response which questions of a form are enabled."""

    def __init__(self, form: Form, response: Node, run: Run) -> None:
        self.form, self.response, self.run = form, response, run
        self._given: Given | None = None
        self._left = _MOST

    def __call__(self, question: Question, stack: Stack | None) -> bool | None:
        """Is the question enabled where `stack` is around it? None where that cannot be said."""
        expression = expressions.enabling(question)
        if expression is not None:
            return expressions.holds(expression, question, self.form, self.response, self.run)
        conditions = list(objects(question.node, "enableWhen"))
        if not conditions:
            return True
        verdicts = [self._met(one, question, stack) for one in conditions]
        behaviour = question.node.get("enableBehavior")
        if len(verdicts) == 1 or behaviour == "any":
            return any_of(verdicts)
        # Which of the two is meant must be said where there are several (que-12).
        return all_of(verdicts) if behaviour == "all" else None

    def _met(self, condition: Node, question: Question, stack: Stack | None) -> bool | None:
        target = self.form.by_link.get(text(condition, "question"))
        operator = condition.get("operator")
        kind, wanted = value_of(condition, "answer")
        answers = self._answers(question, target, stack) if target else iter(())
        if operator == "exists":
            return any(answers) is wanted if isinstance(wanted, bool) else None
        if operator not in _ORDERS:
            return None
        verdict: bool | None = False
        for answer in answers:
            self._left -= 1
            if self._left < 0:
                return None
            held, value = value_of(answer)
            met = _compared(operator, held, value, kind, wanted) if held else False
            if met:
                return True
            verdict = None if met is None else verdict
        return verdict

    def _answers(self, question: Question, target: Question, stack: Stack | None) -> Iterator[Node]:
        """The answers to `target` that count here: those in the same occurrence of the innermost group with both."""
        if self._given is None:
            self._given = Given(self.response)
        group = common(question, target)
        while stack is not None and stack[1] is not group:
            stack = stack[0]
        if stack is None:
            return self._given.answers(target.link_id, self.response) if group.parent is None else iter(())
        return self._given.answers(target.link_id, stack[2])


class Given:
    """All answers of a response by linkId, each found in the item asked about without a walk through it."""

    def __init__(self, response: Node) -> None:
        self._items: dict[str, tuple[list[int], list[Node]]] = {}
        self._spans: dict[int, tuple[int, int]] = {}
        order = 0
        open_ones: list[tuple[Node, int, Iterator[Node]]] = [(response, order, _inner(response))]
        while open_ones:
            node, start, inner = open_ones[-1]
            item = next(inner, None)
            if item is None:
                self._spans[id(node)] = (start, order + 1)
                open_ones.pop()
                continue
            order += 1
            orders, items = self._items.setdefault(text(item, "linkId"), ([], []))
            orders.append(order)
            items.append(item)
            open_ones.append((item, order, _inner(item)))

    def answers(self, link_id: str, within: Node) -> Iterator[Node]:
        """The answers to a question, in an item of the response (or it itself) or the whole response."""
        start, end = self._spans[id(within)]
        orders, items = self._items.get(link_id, ([], []))
        for number in range(bisect_left(orders, start), bisect_left(orders, end)):
            yield from objects(items[number], "answer")


def _inner(node: Node) -> Iterator[Node]:
    yield from objects(node, "item")
    for answer in objects(node, "answer"):
        yield from objects(answer, "item")


def _compared(operator: str, kind: str, value: Any, wanted_kind: str, wanted: Any) -> bool | None:
    """Does an answer compare with the value of a condition as the operator says?"""
    if kind == "Coding" and wanted_kind == "Coding":
        return _equal(operator, _same_code(value, wanted))
    if kind == "Reference" and wanted_kind == "Reference":
        return _equal(operator, _reference(value) == _reference(wanted) != "")
    if kind == "Boolean" and wanted_kind == "Boolean":
        return _equal(operator, value is wanted)
    found: int | None = None
    if kind in _NUMBERS and wanted_kind in _NUMBERS:
        found = comparing.numbers(value, wanted)
    elif kind in _MOMENTS and wanted_kind in _MOMENTS:
        found = comparing.moments(value, wanted)
    elif kind == "Time" and wanted_kind == "Time":
        found = comparing.times(value, wanted)
    elif kind == "Quantity" and wanted_kind == "Quantity" and isinstance(value, dict) and isinstance(wanted, dict):
        found = comparing.quantities(value, wanted)
    elif isinstance(value, str) and isinstance(wanted, str) and {kind, wanted_kind} <= {"String", "Uri"}:
        found = (value > wanted) - (value < wanted)
    return None if found is None else found in _ORDERS[operator]


def _equal(operator: str, same: bool) -> bool | None:
    return same if operator == "=" else not same if operator == "!=" else None


def _same_code(value: Any, wanted: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(wanted, dict):
        return False
    system = wanted.get("system")
    return (system is None or value.get("system") == system) and value.get("code") == wanted.get("code")


def _reference(value: Any) -> str:
    return text(value, "reference") if isinstance(value, dict) else ""
