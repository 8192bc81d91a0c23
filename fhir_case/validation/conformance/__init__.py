"""The rules of definitions, and of measures: those that StructureDefinitions cannot say.

One module for each type of resource: https://hl7.org/fhir/R4/conformance-module.html, …/terminology-module.html,
…/clinicalreasoning-module.html. The behaviour agreed with is that of HL7's validator.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run

Check = Callable[[Node, At, Run], None]


def _rule(*modules: str) -> Check:
    """The functions `check_<module>` of modules, which are imported when the first resource of that type is met."""

    def check(node: Node, at: At, run: Run) -> None:
        for module in modules:
            found: Check = getattr(import_module(f"{__name__}.{module}"), f"check_{module}")
            found(node, at, run)

    return check


_URL_ALONE = (
    "ActivityDefinition", "ChargeItemDefinition", "CompartmentDefinition", "EffectEvidenceSynthesis", "EventDefinition",
    "Evidence", "EvidenceVariable", "ExampleScenario", "GraphDefinition", "Library", "MessageDefinition", "PlanDefinition",
    "ResearchDefinition", "ResearchElementDefinition", "RiskEvidenceSynthesis", "TerminologyCapabilities", "TestScript",
)  # fmt: skip
RULES: dict[str, Check] = {
    **dict.fromkeys(_URL_ALONE, _rule("canonical_url")),
    "CapabilityStatement": _rule("canonical_url", "capability_statement", "publisher"),
    "CodeSystem": _rule("canonical_url", "code_system", "publisher"),
    "ConceptMap": _rule("canonical_url", "concept_map", "publisher"),
    "Identifier": _rule("identifier"),
    "ImplementationGuide": _rule("canonical_url", "implementation_guide"),
    "Measure": _rule("canonical_url", "measure"),
    "MeasureReport": _rule("measure_report"),
    "OperationDefinition": _rule("canonical_url", "operation_definition", "publisher"),
    "SearchParameter": _rule("canonical_url", "search_parameter", "publisher"),
    "StructureDefinition": _rule("canonical_url", "structure_definition", "publisher"),
    "StructureMap": _rule("canonical_url", "structure_map", "publisher"),
    "ValueSet": _rule("canonical_url", "value_set", "publisher"),
}
"""By type: what is checked of each resource, or data type, of it."""
