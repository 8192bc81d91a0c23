"""Value sets that ask for parameters (valueset-parameter), and items that give them (binding-parameter).

http://hl7.org/fhir/tools/StructureDefinition/valueset-parameter
"""

from __future__ import annotations

from fhir_case.validation.places import At, Step
from fhir_case.validation.questionnaires.form import extension, objects, text
from fhir_case.validation.run import Node, Run

_TOOLS = "http://hl7.org/fhir/tools/StructureDefinition/"
_VALUE_SET = Step("answerValueSet", "answerValueSet", "Questionnaire.item.answerValueSet", "canonical")
_STANDARD = frozenset(
    (
        "abstract activeOnly check-system-version check-valueset-version context contextDirection count date"
        " default-valueset-version designation displayLanguage exclude-system excludeNested excludeNotForUI"
        " excludePostCoordinated filter filterProperty force-system-version force-valueset-version includeDefinition"
        " includeDesignations inferSystem lenient-display-validation manifest offset property system-version useSupplement"
        " valueset-membership-only"
    ).split()
)
"""Those of $expand and $validate-code."""


def check_parameters(item: Node, at: At, run: Run) -> None:
    """What the value set of an item asks for is given, and nothing else."""
    url, twin = text(item, "answerValueSet"), item.get("_answerValueSet")
    resource = run.checks.definitions.find(url, "ValueSet") if url and not url.startswith("#") else None
    asked = _names(resource, "valueset-parameter") if resource else set()
    if not asked:
        return
    given = _names(twin, "binding-parameter") if isinstance(twin, dict) else set()
    place = (at, _VALUE_SET, None)
    for name in sorted(asked - given):
        run.say("questionnaire-parameter", place, f"the value set needs the parameter {name[:64]} (binding-parameter)")
    for name in sorted(given - asked - _STANDARD):
        run.say("questionnaire-parameter", place, f"the value set has no parameter {name[:64]}", "warning")


def _names(node: Node, name: str) -> set[str]:
    found = (extension(one, "name") for one in objects(node, "extension") if one.get("url") == _TOOLS + name)
    return {one for one in found if isinstance(one, str)}
