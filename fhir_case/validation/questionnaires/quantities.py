"""Quantities as answers: within their limits, in one of the units.

http://hl7.org/fhir/uv/sdc/StructureDefinition-sdc-questionnaire-minQuantity.html, -maxQuantity;
http://hl7.org/fhir/R4/extension-questionnaire-unitoption.html, -unitvalueset
"""

from __future__ import annotations

from typing import Any

from fhir_case.validation import comparing
from fhir_case.validation.places import At
from fhir_case.validation.questionnaires.asked import Asked
from fhir_case.validation.questionnaires.form import EXTENSION, SDC, extension, extensions, text
from fhir_case.validation.questionnaires.limits import check_decimals
from fhir_case.validation.run import Node

_LEAST, _MOST = SDC + "minQuantity", SDC + "maxQuantity"
_OPTION, _VALUE_SET = EXTENSION + "questionnaire-unitOption", EXTENSION + "questionnaire-unitValueSet"


def check_quantity(asked: Asked, value: Any, at: At) -> None:
    """A Quantity."""
    node = asked.question.node
    if not isinstance(value, dict) or "extension" not in node:
        return
    for url, wrong, word in ((_LEAST, -1, "least"), (_MOST, 1, "most")):
        bound = extension(node, url)
        if isinstance(bound, dict):
            _check_limit(asked, value, bound, wrong, word, at)
    check_decimals(asked, value.get("value"), at)
    units = [one for one in extensions(node, _OPTION) if isinstance(one, dict)]
    if units and not any(_in_unit(value, one) for one in units):
        words = ", ".join(text(one, "code") or text(one, "display") for one in units)
        asked.say("questionnaire-answer-unit", at, f"expected one of the units {words[:200]}", value=_shown(value))
    url = extension(node, _VALUE_SET)
    if isinstance(url, str):
        _check_value_set(asked, value, url, at)


def _check_limit(asked: Asked, value: Node, bound: Node, wrong: int, word: str, at: At) -> None:
    if comparing.number(value.get("value")) is None:
        return
    found = comparing.quantities(value, bound) if all(_coded(one) for one in (value, bound)) else None
    if found is None:
        why = (
            "units can be compared only by their codes"
            if not (_coded(value) and _coded(bound))
            else "units of another kind"
        )
        asked.say("questionnaire-answer-unit", at, f"cannot be compared with the {word} that is allowed, {_shown(bound)}: {why}",
                  value=_shown(value))  # fmt: skip
    elif found == wrong:
        asked.say(
            "questionnaire-answer-range", at, f"the {word} that is allowed is {_shown(bound)}", value=_shown(value)
        )


def _coded(quantity: Node) -> bool:
    return bool(text(quantity, "system") and text(quantity, "code"))


def _in_unit(value: Node, option: Node) -> bool:
    if text(option, "code"):
        return all(key not in option or option[key] == value.get(key) for key in ("system", "code"))
    return text(option, "display") == text(value, "unit")


def _check_value_set(asked: Asked, value: Node, url: str, at: At) -> None:
    values = asked.form.value_set(url, asked.run.checks.terminology)
    if values is None:
        asked.say(
            "questionnaire-value-set-unknown", at, f"the value set of units {url[:200]} is not known here", "warning"
        )
        return
    code = text(value, "code")
    verdict = values.contains(text(value, "system") or None, code) if code else False
    if verdict is False:
        like = values.nearest(code) if code else None
        asked.say("questionnaire-answer-unit", at, f"expected a unit of {values.name[:200]}",
                  fix=f"did you mean {like}?" if like else "", value=_shown(value))  # fmt: skip
    elif verdict is None:
        asked.say("code-undecided", at, f"{values.name[:200]}: {values.undecided}", "information")


def _shown(quantity: Node) -> str:
    return f"{quantity.get('value')} {text(quantity, 'unit') or text(quantity, 'code')}".strip()[:64]
