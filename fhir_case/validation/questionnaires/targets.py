"""References as answers: what they may lead to (http://hl7.org/fhir/R4/extension-questionnaire-referenceresource.html)."""

from __future__ import annotations

from typing import Any

from fhir_case.issues import Severity
from fhir_case.validation.places import At
from fhir_case.validation.questionnaires.asked import Asked
from fhir_case.validation.questionnaires.form import EXTENSION, extensions, text
from fhir_case.validation.references import resolve, type_in

_ALLOWED = EXTENSION + "questionnaire-referenceResource"


def check_target(asked: Asked, value: Any, at: At) -> None:
    """A Reference: to a resource of an allowed type, where its type can be told."""
    if not isinstance(value, dict):
        return
    reference = text(value, "reference")
    if not reference:
        return
    settings, known = asked.run.checks.settings, asked.run.checks.definitions.resources
    target = resolve(asked.run, reference)
    absolute = ":" in reference.split("/")[0]
    found = text(target.resource, "resourceType") if target else ""
    if not found and (settings.assume_valid_rest_references or not absolute):
        found = type_in(reference)
    allowed = [one for one in extensions(asked.question.node, _ALLOWED) if isinstance(one, str)]
    # What an address looks like is as good as what it leads to only where somebody says so, as for HL7's validator.
    level: Severity = "error" if target or settings.assume_valid_rest_references else "warning"
    if found and allowed and found not in allowed:
        told = f"leads to a resource of type {found}; allowed: {', '.join(allowed)[:200]}"
        asked.say("questionnaire-answer-target", at, told, level, value=reference)
    elif found and found not in known:
        asked.say("questionnaire-answer-target", at, f"R4 has no resource type {found}", level, value=reference)
