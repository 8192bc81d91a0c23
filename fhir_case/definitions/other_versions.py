"""Resource types that R4 does not have, and which version of FHIR does: what comes from there is named, not guessed at.

From the lists of resources of DSTU2, STU3, R4B and R5 (http://hl7.org/fhir/DSTU2/resourcelist.html and so on).
"""

from __future__ import annotations

_OLDER = """
    BodySite=BodyStructure Conformance=CapabilityStatement DataElement=StructureDefinition DeviceComponent=DeviceDefinition
    DeviceUseRequest=DeviceRequest DiagnosticOrder=ServiceRequest EligibilityRequest=CoverageEligibilityRequest
    EligibilityResponse=CoverageEligibilityResponse ImagingObjectSelection=ImagingStudy MedicationOrder=MedicationRequest
    Order=ServiceRequest OrderResponse=Task ProcedureRequest=ServiceRequest ReferralRequest=ServiceRequest
    ProcessRequest=Task ProcessResponse=Task ImagingManifest=ImagingStudy ExpansionProfile=Parameters
    Sequence=MolecularSequence ServiceDefinition=PlanDefinition
"""
_NEWER = """
    AdministrableProductDefinition Citation ClinicalUseDefinition EvidenceReport Ingredient ManufacturedItemDefinition
    MedicinalProductDefinition NutritionProduct PackagedProductDefinition RegulatedAuthorization SubscriptionStatus
    SubscriptionTopic SubstanceDefinition ActorDefinition ArtifactAssessment BiologicallyDerivedProductDispense
    ConditionDefinition DeviceAssociation DeviceDispense DeviceUsage=DeviceUseStatement EncounterHistory FormularyItem
    GenomicStudy ImagingSelection InventoryItem InventoryReport NutritionIntake Permission Requirements TestPlan Transport
"""


def _read(text: str, version: str) -> dict[str, tuple[str, str]]:
    pairs = (word.partition("=") for word in text.split())
    return {name: (version, r4) for name, _, r4 in pairs}


TYPES = _read(_OLDER, "DSTU2 or STU3") | _read(_NEWER, "R4B or R5")


def told(name: str) -> tuple[str, str] | None:
    """The version of FHIR that has this resource type, and what R4 has instead ("" for nothing); None for no such type."""
    return TYPES.get(name)
