"""What extensions of a question demand of numbers, times and texts.

http://hl7.org/fhir/R4/extension-minvalue.html, -maxvalue, -minlength, -maxdecimalplaces, -regex; Questionnaire.item.maxLength
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fhir_case.fhirpath.errors import FHIRPathError, Undecidable
from fhir_case.fhirpath.patterns import found
from fhir_case.validation import comparing
from fhir_case.validation.places import At
from fhir_case.validation.questionnaires.asked import Asked
from fhir_case.validation.questionnaires.form import EXTENSION, extension

_LEAST, _MOST = EXTENSION + "minValue", EXTENSION + "maxValue"
_SHORTEST = EXTENSION + "minLength"
_DECIMALS = EXTENSION + "maxDecimalPlaces"
_REGEX, _FORMAT = EXTENSION + "regex", EXTENSION + "entryFormat"


def check_number(asked: Asked, value: Any, at: At) -> None:
    """An integer or decimal."""
    _check_range(asked, value, at, comparing.numbers)
    check_decimals(asked, value, at)


def check_moment(asked: Asked, value: Any, at: At) -> None:
    """A date or dateTime."""
    _check_range(asked, value, at, comparing.moments)


def check_time(asked: Asked, value: Any, at: At) -> None:
    """A time of day."""
    _check_range(asked, value, at, comparing.times)


def _check_range(asked: Asked, value: Any, at: At, compare: Callable[[Any, Any], int | None]) -> None:
    node = asked.question.node
    if "extension" not in node:
        return
    for url, wrong, word in ((_LEAST, -1, "least"), (_MOST, 1, "most")):
        bound = extension(node, url)
        if bound is not None and compare(value, bound) == wrong:
            asked.say("questionnaire-answer-range", at, f"the {word} that is allowed is {str(bound)[:64]}", value=value)


def check_decimals(asked: Asked, value: Any, at: At) -> None:
    """The digits behind the point, as they were written."""
    most = extension(asked.question.node, _DECIMALS) if "extension" in asked.question.node else None
    if type(most) is not int or not isinstance(value, (int, float, Decimal)):
        return
    _, _, decimals = str(value).partition(".")
    if len(decimals) > most:
        asked.say(
            "questionnaire-answer-decimals",
            at,
            f"{len(decimals)} decimal places; at most {most} are allowed",
            value=value,
        )


def check_text(asked: Asked, value: Any, at: At) -> None:
    """A string or uri: of the right length and form."""
    if not isinstance(value, str):
        return
    node = asked.question.node
    most = node.get("maxLength")
    if type(most) is int and len(value) > most:
        asked.say(
            "questionnaire-answer-length", at, f"{len(value)} characters; at most {most} are allowed", value=value
        )
    if asked.question.kind == "string" and ("\n" in value or "\r" in value):
        asked.say("questionnaire-answer-lines", at, "more than one line, which the answer to a question of type text may have",
                  "warning", value=value)  # fmt: skip
    if "extension" not in node:
        return
    least = extension(node, _SHORTEST)
    if type(least) is int and len(value) < least:
        asked.say(
            "questionnaire-answer-length", at, f"{len(value)} characters; at least {least} are demanded", value=value
        )
    pattern = extension(node, _REGEX)
    if isinstance(pattern, str):
        _check_pattern(asked, value, pattern, at)


def _check_pattern(asked: Asked, value: str, pattern: str, at: At) -> None:
    form = extension(asked.question.node, _FORMAT)
    wanted = form if isinstance(form, str) else pattern
    try:
        fits = found(rf"\A(?:{pattern})\Z", value)
    except Undecidable as reason:
        asked.say(
            "questionnaire-answer-undecided", at, f"the question's regex cannot be tried: {reason}", "information"
        )
    except FHIRPathError as error:
        asked.say("questionnaire-broken", at, f"the question's regex cannot be read: {error.message}", "warning")
    else:
        if not fits:
            asked.say("questionnaire-answer-pattern", at, f"not of the form {wanted[:120]}", value=value)
