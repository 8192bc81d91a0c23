"""The answers to one question: their type, and what the question demands of values of that type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fhir_case.validation.places import At
from fhir_case.validation.questionnaires import attachments, limits, options, quantities, targets
from fhir_case.validation.questionnaires.asked import ANSWER, Asked, named, value_step
from fhir_case.validation.questionnaires.form import numbered, value_of
from fhir_case.validation.run import Node

_CHOICE = ("Coding", "Date", "Time", "Integer", "String")
_KINDS: dict[str, tuple[str, ...]] = {
    "boolean": ("Boolean",),
    "decimal": ("Decimal",),
    "integer": ("Integer",),
    "date": ("Date",),
    "dateTime": ("DateTime",),
    "time": ("Time",),
    "string": ("String",),
    "text": ("String",),
    "url": ("Uri",),
    "choice": _CHOICE,
    "open-choice": _CHOICE,
    "attachment": ("Attachment",),
    "reference": ("Reference",),
    "quantity": ("Quantity",),
}
"""The types of answers by type of question (https://hl7.org/fhir/R4/valueset-item-type.html)."""

_LIMITS: dict[str, Callable[[Asked, Any, At], None]] = {
    "Integer": limits.check_number,
    "Decimal": limits.check_number,
    "Date": limits.check_moment,
    "DateTime": limits.check_moment,
    "Time": limits.check_time,
    "String": limits.check_text,
    "Uri": limits.check_text,
    "Quantity": quantities.check_quantity,
    "Attachment": attachments.check_attachment,
    "Reference": targets.check_target,
}


def check_answers(asked: Asked, item: Node, at: At) -> None:
    """All answers of an item."""
    question = asked.question
    allowed = _KINDS.get(question.kind)
    if allowed is None:
        if question.kind != "question":
            asked.say("questionnaire-broken", at, f"the Questionnaire gives {question.link_id[:64]} no type that is known",
                      value=question.kind)  # fmt: skip
        return
    if question.kind in options.CHOICES and "Reference" in options.options_of(question).kinds:
        allowed = (*allowed, "Reference")
    answers = list(numbered(item, "answer"))
    for number, answer in answers:
        kind, value = value_of(answer)
        if not kind:
            continue
        place = ((at, ANSWER, number), value_step(kind), None)
        if kind not in allowed:
            words = " or ".join(named(one) for one in allowed)
            asked.say("questionnaire-answer-type", place, f"expected {words}, found {named(kind)[:64]}",
                      fix=f"answer with value{allowed[0]}" if len(allowed) == 1 else "")  # fmt: skip
            continue
        if kind in _LIMITS:
            _LIMITS[kind](asked, value, place)
        options.check_option(asked, kind, value, place, len(answers))
