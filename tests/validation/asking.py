"""Questionnaires and responses for tests, and what is found in them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fhir_case.definitions import Definitions, r4
from fhir_case.terminology.terminology import Terminology
from fhir_case.validation.checks import Checks
from fhir_case.validation.places import path_of, root
from fhir_case.validation.questionnaires import check_questionnaire, check_response
from fhir_case.validation.run import Findings, Found, Run, Shared
from fhir_case.validation.settings import ValidationSettings

Node = dict[str, Any]
EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
GENDERS = "http://hl7.org/fhir/administrative-gender"
GENDER_CODES = "http://hl7.org/fhir/ValueSet/administrative-gender"
URL = "http://example.com/Questionnaire/q"


@lru_cache(maxsize=4)
def checks(settings: ValidationSettings | None = None) -> Checks:
    """The checks of R4 alone."""
    return Checks(r4(), Terminology(r4()), settings or ValidationSettings())


def ask(link_id: str, kind: str, *, extension: list[Node] | None = None, **more: Any) -> Node:
    """An item of a Questionnaire."""
    return {"linkId": link_id, "type": kind, **({"extension": extension} if extension else {}), **more}


def extra(url: str, kind: str, value: Any) -> Node:
    """An extension."""
    return {"url": url, "value" + kind: value}


def when(question: str, operator: str, kind: str, value: Any) -> Node:
    """A condition of enableWhen."""
    return {"question": question, "operator": operator, "answer" + kind: value}


def give(link_id: str, *values: tuple[str, Any], **more: Any) -> Node:
    """An item of a response, with answers by type and value."""
    answers = [{"value" + kind: value} for kind, value in values]
    return {"linkId": link_id, **({"answer": answers} if answers else {}), **more}


def response(questions: list[Node], items: list[Node], *, contained: list[Node] | None = None, **more: Any) -> Node:
    """A response that contains its Questionnaire."""
    form = {"resourceType": "Questionnaire", "id": "q", "url": URL, "status": "active", "item": questions}
    made = {"resourceType": "QuestionnaireResponse", "contained": [form, *(contained or [])], "questionnaire": "#q"}
    return {**made, "status": "completed", "item": items, **more}


def run_of(resource: Node, settings: ValidationSettings | None = None, definitions: Definitions | None = None) -> Run:
    """A validation of a resource that has found nothing yet."""
    used = checks(settings)
    if definitions is not None:
        used = Checks(definitions, Terminology(definitions), settings or ValidationSettings())
    return Run(used, Findings(), resource, resource, Shared())


def found(resource: Node, run: Run | None = None) -> list[Found]:
    """All that the rules of questionnaires find in a response or a Questionnaire."""
    run = run or run_of(resource)
    kind = resource["resourceType"]
    (check_response if kind == "QuestionnaireResponse" else check_questionnaire)(resource, root(kind), run)
    return run.found


def said(questions: list[Node], items: list[Node], **more: Any) -> list[tuple[str, str, str]]:
    """Severity, code (without `questionnaire-`) and place (without `QuestionnaireResponse.`) of what is found in a response."""
    return brief(found(response(questions, items, **more)))


def brief(findings: list[Found]) -> list[tuple[str, str, str]]:
    """Severity, code and place, shortened."""
    return [(one.severity, one.code.removeprefix("questionnaire-"), _short(path_of(one.at))) for one in findings]


def _short(path: str) -> str:
    return path.removeprefix("QuestionnaireResponse").removeprefix("Questionnaire").removeprefix(".")
