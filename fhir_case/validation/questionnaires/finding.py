"""The Questionnaire a response names, and when it may be answered."""

from __future__ import annotations

from fhir_case.issues import Severity
from fhir_case.validation.comparing import moments
from fhir_case.validation.places import At, Step
from fhir_case.validation.questionnaires.form import Form, contained, text
from fhir_case.validation.run import Node, Run

_QUESTIONNAIRE = Step("questionnaire", "questionnaire", "QuestionnaireResponse.questionnaire", "canonical")
_AUTHORED = Step("authored", "authored", "QuestionnaireResponse.authored", "dateTime")
_EXAMPLES = ("http://example.org", "https://example.org")


def form_of(response: Node, at: At, run: Run) -> Form | None:
    """The form a response answers; None where it is unknown, which is said, or where nobody wants to know."""
    wanted = run.checks.settings.questionnaires
    if wanted == "ignore":
        return None
    canonical = text(response, "questionnaire")
    if not canonical:
        severity: Severity = "error" if wanted == "require" else "information"
        run.say(
            "questionnaire-missing", at, "no questionnaire is named: the answers can be held against none", severity
        )
        return None
    form = _contained(response, canonical[1:], run) if canonical.startswith("#") else _known(canonical, run)
    if form is None:
        severity = "error" if wanted == "require" else "information" if canonical.startswith(_EXAMPLES) else "warning"
        run.say("questionnaire-unknown", (at, _QUESTIONNAIRE, None), "this Questionnaire is not known: the answers cannot be "
                "held against it", severity, "give the package or file that has it", value=canonical)  # fmt: skip
    return form


def _contained(response: Node, name: str, run: Run) -> Form | None:
    for holder in (response, run.root):
        found = contained(holder, name, "Questionnaire")
        if found is not None:
            return Form(found, holder)
    return None


def _known(canonical: str, run: Run) -> Form | None:
    kept = run.shared.forms
    if canonical not in kept:
        found = run.checks.definitions.find(canonical, "Questionnaire")
        kept[canonical] = Form(found) if found else None
    return kept[canonical]


def check_period(response: Node, form: Form, at: At, run: Run) -> None:
    """The response was written while the Questionnaire was in use (Questionnaire.effectivePeriod)."""
    period, authored = form.node.get("effectivePeriod"), response.get("authored")
    if not isinstance(period, dict):
        return
    for key, wrong, word in (("start", -1, "begins"), ("end", 1, "ends")):
        if moments(authored, period.get(key)) == wrong:
            run.say("questionnaire-period", (at, _AUTHORED, None), f"the time in which {form.url} may be answered {word} "
                    f"{period[key]}", "warning", value=authored)  # fmt: skip
