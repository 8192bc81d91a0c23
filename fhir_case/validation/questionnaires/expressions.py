"""Questions enabled by FHIRPath (http://hl7.org/fhir/uv/sdc/behavior.html#enableWhenExpression)."""

from __future__ import annotations

from typing import Any

from fhir_case import fhirpath
from fhir_case.validation.questionnaires.form import EXTENSION, SDC, Form, Question, extension, extensions, text
from fhir_case.validation.run import Node, Run

_ENABLE = SDC + "enableWhenExpression"
_VARIABLE = EXTENSION + "variable"
_FHIRPATH = "text/fhirpath"
_NOT_HERE = (fhirpath.FHIRPathError, fhirpath.Undecidable, KeyError)
"""What an expression ends with that cannot be evaluated; `KeyError` for a variable nobody gave."""


def enabling(question: Question) -> Node | None:
    """The expression that enables a question, if it has one."""
    found = extension(question.node, _ENABLE) if "extension" in question.node else None
    return found if isinstance(found, dict) else None


def holds(expression: Node, question: Question, form: Form, response: Node, run: Run) -> bool | None:
    """Is it true of the response? None where it cannot be evaluated here, as one that asks for `%patient`."""
    if expression.get("language") != _FHIRPATH:
        return None
    try:
        found = _evaluated(text(expression, "expression"), response, run, _variables(question, form, response, run))
    except _NOT_HERE:
        return None
    # http://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections
    if len(found) == 1 and isinstance(found[0], bool):
        return found[0]
    return bool(found)


def _variables(question: Question, form: Form, response: Node, run: Run) -> dict[str, Any]:
    """The variables in scope: of the Questionnaire, then of each item down to the question; inner ones hide outer ones."""
    around: list[Question] = []
    one: Question | None = question
    while one is not None:
        around.append(one)
        one = one.parent
    made: dict[str, Any] = {"questionnaire": form.node}
    for one in reversed(around):
        for held in extensions(one.node, _VARIABLE) if "extension" in one.node else ():
            if not isinstance(held, dict) or held.get("language") != _FHIRPATH or not text(held, "name"):
                continue
            try:
                made[text(held, "name")] = _evaluated(text(held, "expression"), response, run, dict(made))
            except _NOT_HERE:
                made.pop(text(held, "name"), None)
    return made


def _evaluated(expression: str, response: Node, run: Run, variables: dict[str, Any]) -> list[Any]:
    return fhirpath.compile(expression).items(response, run, variables)
