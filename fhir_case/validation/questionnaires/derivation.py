"""Questionnaires derived from others: what they may change (https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.derivedFrom).

The kind of derivation is said by http://hl7.org/fhir/StructureDefinition/questionnaire-derivationType.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fhir_case.issues import Severity
from fhir_case.validation.places import At, Step
from fhir_case.validation.questionnaires.form import (
    EXTENSION,
    Form,
    Question,
    extension,
    numbered,
    objects,
    text,
    value_of,
)
from fhir_case.validation.run import Node, Run

_DERIVED = Step("derivedFrom", "derivedFrom", "Questionnaire.derivedFrom", "canonical")
_OPTION = Step("answerOption", "answerOption", "Questionnaire.item.answerOption", "Questionnaire.item.answerOption")
_TYPE = EXTENSION + "questionnaire-derivationType"
_SYSTEM = "http://hl7.org/fhir/questionnaire-derivationType"


@dataclass(frozen=True, slots=True)
class Source:
    """A Questionnaire that another is derived from; whether the other may add items."""

    form: Form
    extends: bool


def sources(questionnaire: Node, at: At, run: Run) -> list[Source]:
    """The Questionnaires that one is derived from, those that it must keep to."""
    urls, twins = questionnaire.get("derivedFrom"), questionnaire.get("_derivedFrom")
    made = []
    for number, url in enumerate(urls if isinstance(urls, list) else ()):
        if not isinstance(url, str):
            continue
        place = (at, _DERIVED, number)
        found = run.checks.definitions.find(url, "Questionnaire")
        if found is None:
            _unchecked(place, "this Questionnaire is not known: what was derived from it is not checked", url, run)
            continue
        twin = twins[number] if isinstance(twins, list) and number < len(twins) else None
        how = extension(twin, _TYPE) if isinstance(twin, dict) else None
        code = text(how, "code") if isinstance(how, dict) and how.get("system") == _SYSTEM else ""
        if code in ("extends", "compliesWith"):
            made.append(Source(Form(found), code == "extends"))
        elif code == "inspiredBy":
            _unchecked(place, "inspired by this Questionnaire: it need not agree with it", url, run, "information")
        else:
            _unchecked(
                place, "how it is derived is not said (questionnaire-derivationType): it is not checked", url, run
            )
    return made


def _unchecked(at: At, told: str, url: str, run: Run, severity: Severity = "warning") -> None:
    run.say("questionnaire-derivation-unchecked", at, told, severity, value=url)


def check_item(source: Source, question: Question, at: At, run: Run) -> None:
    """An item against the one of the same linkId in the Questionnaire it is derived from."""
    base = source.form.by_link.get(question.link_id)
    here, url = question.node, source.form.url

    def wrong(told: str, place: At = at) -> None:
        run.say(
            "questionnaire-derivation", place, f"{told} in {url}, from which this is derived", value=question.link_id
        )

    if base is None:
        if not source.extends and question.link_id:
            wrong("there is no such item")
        return
    if "type" in here and question.kind != base.kind:
        wrong(f"the type is {base.kind[:64]}", (at, Step("type", "type"), None))
    if question.repeats and not base.repeats:
        wrong("it does not repeat", (at, Step("repeats", "repeats"), None))
    if base.required and here.get("required") is False:
        wrong("it is required", (at, Step("required", "required"), None))
    most, own = base.node.get("maxLength"), here.get("maxLength")
    if type(most) is int and not (type(own) is int and own <= most):
        wrong(f"the maxLength is {most}", (at, Step("maxLength", "maxLength"), None) if own is not None else at)
    if base.node.get("answerOption"):
        _check_options(base.node, here, at, wrong)
    elif base.node.get("answerValueSet") and here.get("answerOption"):
        wrong("the answers are those of a value set")


def _check_options(base: Node, here: Node, at: At, wrong: Any) -> None:
    if "answerValueSet" in here:
        wrong("the answers are listed as options")
    elif not here.get("answerOption"):
        wrong("there are options, and some of them must be here")
    else:
        known = [value_of(one) for one in objects(base, "answerOption")]
        for number, one in numbered(here, "answerOption"):
            kind, value = value_of(one)
            if not any(kind == name and _alike(kind, value, held) for name, held in known):
                wrong("there is no such option", (at, _OPTION, number))


def _alike(kind: str, value: Any, other: Any) -> bool:
    keys = {"Coding": ("system", "version", "code"), "Reference": ("reference",)}.get(kind)
    if keys is None or not isinstance(value, dict) or not isinstance(other, dict):
        return bool(value == other)
    return all(value.get(key) == other.get(key) for key in keys)
