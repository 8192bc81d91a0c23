"""Answers that must be one of those offered: answerOption and answerValueSet.

https://hl7.org/fhir/R4/questionnaire.html#2.39.5.1; in R4 not only choices may have options (que-5).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from fhir_case.validation import comparing
from fhir_case.validation.places import At
from fhir_case.validation.questionnaires.asked import Asked, named
from fhir_case.validation.questionnaires.form import EXTENSION, Question, extension, objects, text, value_of

CHOICES = ("choice", "open-choice")
_EXCLUSIVE = EXTENSION + "questionnaire-optionExclusive"
_FREE = ("boolean", "quantity", "attachment", "reference", "text", "url")
"""Types of questions without options (a quantity may have some, but no option can be a Quantity)."""
# Options are neither decimals nor dateTimes: such questions offer whole numbers and days.
_ALIKE = {"Decimal": ("Decimal", "Integer"), "DateTime": ("DateTime", "Date")}
_SHOWN = 5


class Options:
    """The answerOptions of a question, each found in one step."""

    def __init__(self, question: Question) -> None:
        self.kinds: set[str] = set()
        self.first: list[str] = []
        """The first ones, as they are shown."""
        self._exclusive: dict[tuple[str, Hashable], bool] = {}
        self._names: dict[str, str] = {}
        for one in objects(question.node, "answerOption"):
            kind, value = value_of(one)
            self.kinds.add(kind)
            self._exclusive.setdefault((kind, _key(kind, value)), extension(one, _EXCLUSIVE) is True)
            if len(self.first) <= _SHOWN:
                self.first.append(_shown(value))
            if kind == "Coding" and isinstance(value, dict):
                for name in (text(value, "display"), text(value, "code")):
                    self._names.setdefault(name.casefold(), _shown(value))
        self._names.pop("", None)

    def __bool__(self) -> bool:
        return bool(self._exclusive)

    def find(self, kind: str, value: Any) -> bool | None:
        """Whether the option that this answer is excludes all others; None: it is none of the options."""
        key = _key(kind, value)
        found = (self._exclusive.get((name, key)) for name in _ALIKE.get(kind, (kind,)))
        return next((one for one in found if one is not None), None)

    def named(self, value: str) -> str:
        """The coded option whose display or code this text is, or ""."""
        return self._names.get(value.casefold(), "")


def options_of(question: Question) -> Options:
    """The options of a question, made once."""
    if question.options is None:
        question.options = Options(question)
    return question.options


def _key(kind: str, value: Any) -> Hashable:
    if kind == "Coding":
        return (_hashable(value.get("system")), _hashable(value.get("code"))) if isinstance(value, dict) else None
    if kind == "Reference":
        return _hashable(value.get("reference")) if isinstance(value, dict) else None
    return comparing.number(value) if kind in ("Integer", "Decimal") else _hashable(value)


def _hashable(value: Any) -> Hashable:
    return value if isinstance(value, str) else None


def check_option(asked: Asked, kind: str, value: Any, at: At, count: int) -> None:
    """One answer of `count` against the options and the value set of its question."""
    question = asked.question
    if question.kind in _FREE:
        return
    if options := options_of(question):
        _check_listed(asked, options, kind, value, at, count)
    elif url := text(question.node, "answerValueSet"):
        _check_value_set(asked, url, kind, value, at)
    elif question.kind in CHOICES:
        told = "the question offers no options: the answer cannot be held against them"
        asked.say("questionnaire-options-missing", at, told, "information")


def _check_listed(asked: Asked, options: Options, kind: str, value: Any, at: At, count: int) -> None:
    if kind == "String" and asked.question.kind == "open-choice":
        if isinstance(value, str) and (like := options.named(value)):
            asked.say(
                "questionnaire-answer-text",
                at,
                "free text that is one of the options",
                "warning",
                f"did you mean {like}?",
                value,
            )
        return
    exclusive = options.find(kind, value)
    if exclusive is None:
        alike = options.kinds.intersection(_ALIKE.get(kind, (kind,)))
        told = "none of the options" if alike else f"the question offers no options of type {named(kind)}"
        fix = "one of " + ", ".join(options.first[:_SHOWN]) + (", …" if len(options.first) > _SHOWN else "")
        asked.say("questionnaire-answer-option", at, told, fix=fix, value=_shown(value))
    elif exclusive and count > 1:
        told = f"this option excludes all other answers, and there are {count}"
        asked.say("questionnaire-answer-exclusive", at, told, value=_shown(value))


def _check_value_set(asked: Asked, url: str, kind: str, value: Any, at: At) -> None:
    question = asked.question
    coded = kind == "Coding" and isinstance(value, dict)
    # An open choice takes free text as a string; a Coding with nothing but a display was the way to give it in R3.
    if question.kind == "open-choice" and (kind == "String" or (coded and value.keys() == {"display"})):
        return
    if not coded and question.kind in CHOICES:
        told = f"expected a Coding: the answers are the codes of {url[:200]}"
        asked.say("questionnaire-answer-option", at, told, fix="valueCoding", value=_shown(value))
        return
    if not coded and kind != "String":
        return
    values = asked.form.value_set(url, asked.run.checks.terminology)
    if values is None:
        asked.say("questionnaire-value-set-unknown", at, f"the value set {url[:200]} is not known here", "warning")
        return
    code = text(value, "code") if coded else value if isinstance(value, str) else ""
    system, version = (text(value, "system"), text(value, "version")) if coded else ("", "")
    # A code without its system means nothing, which is said elsewhere; here it is wrong only if no system of the set has it.
    verdict = values.contains(system or None, code, version or None) if code else False
    if verdict is False:
        like = values.nearest(code) if code else None
        told, fix = f"none of the codes of {values.name[:200]}", f"did you mean {like}?" if like else ""
        asked.say("questionnaire-answer-option", at, told, fix=fix, value=_shown(value))
    elif verdict is None:
        asked.say("code-undecided", at, f"{values.name[:200]}: {values.undecided}", "information")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        code, display = text(value, "code"), text(value, "display")
        return (f"{code} ({display})" if code and display else code or display or text(value, "reference"))[:64]
    return str(value)[:64]
