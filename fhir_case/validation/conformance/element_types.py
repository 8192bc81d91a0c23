"""The types of an element: known, with profiles and targets that fit them (https://hl7.org/fhir/R4/elementdefinition.html#type)."""

from __future__ import annotations

from fhir_case.issues import DefinitionError
from fhir_case.validation.conformance.reading import below, known, numbered, objects, text, texts
from fhir_case.validation.conformance.structure import Structure, code_of
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run

_CORE = "http://hl7.org/fhir/StructureDefinition/"
_CANONICAL = frozenset((
    "Resource", "ActivityDefinition", "CapabilityStatement", "ChargeItemDefinition", "CodeSystem", "CompartmentDefinition",
    "ConceptMap", "EffectEvidenceSynthesis", "EventDefinition", "Evidence", "EvidenceVariable", "ExampleScenario",
    "GraphDefinition", "ImplementationGuide", "Library", "Measure", "MessageDefinition", "NamingSystem", "OperationDefinition",
    "PlanDefinition", "Questionnaire", "ResearchDefinition", "ResearchElementDefinition", "RiskEvidenceSynthesis",
    "SearchParameter", "StructureDefinition", "StructureMap", "TerminologyCapabilities", "TestScript", "ValueSet",
))  # fmt: skip
"""Resources that have a canonical url."""
_TARGETED = ("Reference", "canonical", "CodeableReference")


def check_types(structure: Structure, element: Node, at: At, run: Run) -> None:
    """Each type of an element."""
    path = text(element, "path")
    for index, one in numbered(element, "type"):
        code = code_of(one)
        if not code:
            continue
        here = below(at, "type", index)
        if one.get("targetProfile") and code not in _TARGETED:
            run.say(
                "definition-type-target",
                at,
                f"{code} refers to nothing: it has no targetProfile",
                fix="profile?",
                value=code,
            )
        for number, canonical in enumerate(texts(one, "profile")):
            _check_profile(canonical, code, path, below(here, "profile", number), run)
        for number, canonical in enumerate(texts(one, "targetProfile") if code in _TARGETED else ()):
            _check_target(
                canonical,
                code,
                below(here, "targetProfile", number),
                run,
                text(structure.definition, "kind") == "logical",
            )


def _check_profile(canonical: str, code: str, path: str, at: At, run: Run) -> None:
    profile = known(run, canonical.partition("#")[0], "StructureDefinition")
    if profile is None:
        run.say("definition-type-profile", at, "the profile is not known here", "warning", value=canonical)
        return
    kind = text(profile, "type")
    if "#" not in canonical and code not in _types_of(profile, run):
        run.say(
            "definition-type-profile",
            at,
            f"this is a profile of {kind}, and the element is of type {code}",
            value=canonical,
        )
    elif kind == "Extension" and code == "Extension":
        try:
            found = run.checks.definitions.structure(canonical)
        except DefinitionError:
            return
        root = objects((found or {}).get("snapshot"), "element")[:1]
        is_modifier = bool(root) and root[0].get("isModifier") is True
        if is_modifier != path.endswith(".modifierExtension") and root:
            wanted = "modifierExtension" if is_modifier else "extension"
            told = "a modifier" if is_modifier else "no modifier"
            run.say(
                "definition-type-profile", at, f"this extension is {told}", fix=f"an element {wanted}", value=canonical
            )


def _types_of(profile: Node, run: Run) -> set[str]:
    """What a value that meets a profile is: its type, and the abstract types that one specialises."""
    found = {text(profile, "type"), text(profile, "url")}
    for _ in range(20):
        base = text(profile, "baseDefinition")
        if not base or base in found:
            break
        above = known(run, base, "StructureDefinition")
        if above is None:
            break
        is_specialised = profile.get("derivation") != "constraint"
        if is_specialised and not above.get("abstract") and above.get("kind") != "logical":
            break
        found |= {base, text(above, "type")}
        profile = above
    return found


def _check_target(canonical: str, code: str, at: At, run: Run, logical: bool) -> None:
    profile = known(run, canonical, "StructureDefinition")
    if profile is None:
        run.say("definition-type-target", at, "the profile is not known here", "warning", value=canonical)
        return
    kind = text(profile, "type")
    if code == "canonical" and kind not in _CANONICAL:
        run.say("definition-type-target", at, f"{kind} is no resource that has a canonical url", value=canonical)
    elif code != "canonical" and profile.get("kind") != "resource" and not logical:
        run.say(
            "definition-type-target",
            at,
            f"this is a profile of {kind}, and a reference leads to a resource",
            value=canonical,
        )
