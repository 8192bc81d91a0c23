"""The rules of a type that no StructureDefinition can say, by type."""

from __future__ import annotations

from collections.abc import Callable

from fhir_case.validation import attachments, bundles, codings, meta, narrative, references
from fhir_case.validation.conformance import RULES as CONFORMANCE
from fhir_case.validation.places import At
from fhir_case.validation.questionnaires import check_questionnaire, check_response
from fhir_case.validation.run import Node, Run

SPECIAL: dict[str, Callable[[Node, At, Run], None]] = {
    "Attachment": attachments.check_attachment,
    "Bundle": bundles.check,
    "Coding": codings.check_coding,
    **dict.fromkeys(("Quantity", "Age", "Count", "Distance", "Duration"), codings.check_quantity),
    "Meta": meta.check_meta,
    "Narrative": narrative.check_narrative,
    "Questionnaire": check_questionnaire,
    "QuestionnaireResponse": check_response,
    "Reference": references.check_reference,
    **CONFORMANCE,
}
