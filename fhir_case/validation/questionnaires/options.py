"""Answers that must be one of those offered: answerOption and answerValueSet.

https://hl7.org/fhir/R4/questionnaire.html#2.39.5.1; in R4 not only choices may have options (que-5).
"""

from __future__ import annotations

from typing import Any

from fhir_case.validation.places import At
from fhir_case.validation.questionnaires import comparing
from fhir_case.validation.questionnaires.asked import Asked, named
from fhir_case.validation.questionnaires.form import EXTENSION, Question, extension, objects, text, value_of
from fhir_case.validation.run import Node

CHOICES = ("choice", "open-choice")
_EXCLUSIVE = EXTENSION + "questionnaire-optionExclusive"
_OPEN = ("boolean", "quantity", "attachment", "reference", "text", "url")
"""Types of questions that have no options (quantity may, but no option can be a Quantity)."""

Offered = dict[str, list[tuple[Any, Node]]]
"""The options by type: each value with its answerOption."""


def offered(question: Question) -> Offered:
    """The options of a question."""
    made: Offered = {}
    for one in objects(question.node, "answerOption"):
        kind, value = value_of(one)
        made.setdefault(kind, []).append((value, one))
    return made


def check_option(asked: Asked, options: Offered, kind: str, value: Any, at: At, count: int) -> None:
    """One answer of `count` against the options and the value set of its question."""
    question = asked.question
    if question.kind in _OPEN:
        return
    if options:
        _check_listed(asked, options, kind, value, at, count)
    elif url := text(question.node, "answerValueSet"):
        _check_value_set(asked, url, kind, value, at)
    elif question.kind in CHOICES:
        asked.say("questionnaire-options-missing", at, "the question offers no options: the answer cannot be held against them",
                  "information")  # fmt: skip


def _check_listed(asked: Asked, options: Offered, kind: str, value: Any, at: At, count: int) -> None:
    if kind == "String" and asked.question.kind == "open-choice":
        _check_free_text(asked, options, value, at)
        return
    alike = [one for name in _comparable(kind) for one in options.get(name, [])]
    found = next((option for held, option in alike if _same(kind, held, value)), None)
    if found is None:
        told = "none of the options" if alike else f"the question offers no options of type {named(kind)}"
        asked.say("questionnaire-answer-option", at, told, fix=_some(options), value=_shown(value))
    elif count > 1 and extension(found, _EXCLUSIVE) is True:
        asked.say(
            "questionnaire-answer-exclusive", at, f"{_shown(value)} excludes all other answers, and there are {count}"
        )


def _comparable(kind: str) -> tuple[str, ...]:
    # Options have neither decimal nor dateTime: such questions offer whole numbers and days.
    return {"Decimal": ("Decimal", "Integer"), "DateTime": ("DateTime", "Date")}.get(kind, (kind,))


def _same(kind: str, option: Any, value: Any) -> bool:
    if kind == "Coding":
        if not isinstance(option, dict) or not isinstance(value, dict):
            return False
        return all(option.get(key) == value.get(key) for key in ("system", "code"))
    if kind == "Reference":
        if not isinstance(option, dict) or not isinstance(value, dict):
            return False
        return bool(text(value, "reference")) and option.get("reference") == value.get("reference")
    if kind in ("Integer", "Decimal"):
        return comparing.numbers(option, value) == 0
    return bool(option == value)


def _check_free_text(asked: Asked, options: Offered, value: Any, at: At) -> None:
    """Free text that says the same as an option should have been that option."""
    if not isinstance(value, str):
        return
    for coding, _ in options.get("Coding", []):
        names = (text(coding, "display"), text(coding, "code")) if isinstance(coding, dict) else ()
        if any(name and name.casefold() == value.casefold() for name in names):
            asked.say("questionnaire-answer-text", at, "free text that is one of the options", "warning", f"{_shown(coding)}?",
                      value)  # fmt: skip
            return


def _check_value_set(asked: Asked, url: str, kind: str, value: Any, at: At) -> None:
    question = asked.question
    coded = kind == "Coding" and isinstance(value, dict)
    if not coded and (kind != "String" or question.kind == "open-choice"):
        return
    if not coded and question.kind == "choice":
        asked.say("questionnaire-options-missing", at, "the question has a value set: expected a Coding", "information")
        return
    terminology = asked.run.checks.terminology
    values = asked.form.value_set(url, terminology)
    if values is None:
        asked.say("questionnaire-value-set-unknown", at, f"the value set {url[:200]} is not known here", "warning")
        return
    code = text(value, "code") if coded else value
    system = text(value, "system") if coded else ""
    if coded and not (system and code):
        verdict: bool | None = False  # a code means nothing without its system
    else:
        verdict = values.contains(system or None, code, text(value, "version") or None if coded else None)
    if verdict is False:
        like = values.nearest(code) if code else None
        asked.say("questionnaire-answer-option", at, f"none of the codes of {values.name[:200]}",
                  fix=f"{like}?" if like else "", value=_shown(value))  # fmt: skip
    elif verdict is None:
        asked.say("code-undecided", at, f"{values.name[:200]}: {values.undecided}", "information")


def _some(options: Offered) -> str:
    """The first of the options, for the one who must choose."""
    shown = [_shown(value) for held in options.values() for value, _ in held[:5]]
    return "one of " + ", ".join(shown[:5]) + (", …" if len(shown) > 5 else "") if shown else ""


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        code, display = text(value, "code"), text(value, "display")
        return (f"{code} ({display})" if code and display else code or display or text(value, "reference"))[:64]
    return str(value)[:64]
