"""The elements at the root of R4's resource types that R5 alone has.

Taken from R4's definitions and the models of `fhir.resources`, which are R5's; a test does it again.
https://hl7.org/fhir/R5/resourcelist.html
"""

from __future__ import annotations

_NAMES = """
Account: balance billingStatus calculatedAt currency diagnosis procedure relatedAccount
ActivityDefinition: asNeededBoolean asNeededCodeableConcept
AdverseEvent: code contributingFactor expectedInResearchStudy mitigatingAction note occurrenceDateTime occurrencePeriod
      occurrenceTiming participant preventiveAction resultingEffect status supportingInfo
AllergyIntolerance: participant
Appointment: account cancellationDate cancellationReason class note occurrenceChanged originatingAppointment
      previousAppointment reason recurrenceId recurrenceTemplate replaces subject virtualService
AppointmentResponse: occurrenceDate proposedNewTime recurrenceId recurring
AuditEvent: authorization basedOn category code encounter occurredDateTime occurredPeriod patient severity
BiologicallyDerivedProduct: biologicalSourceEvent division expirationDate productStatus property
BodyStructure: excludedStructure includedStructure
Bundle: issues
CapabilityStatement: acceptLanguage identifier
CarePlan: custodian
CareTeam: reason
ChargeItem: encounter totalPriceComponent unitPriceComponent
ChargeItemDefinition: name purpose
Claim: encounter event traceNumber
ClaimResponse: decision diagnosisRelatedGroup encounter event traceNumber
ClinicalImpression: changePattern performer
CodeSystem: approvalDate author editor effectivePeriod endorser lastReviewDate relatedArtifact reviewer topic
Communication: reason
CommunicationRequest: informationProvider intent reason
CompartmentDefinition: title
Composition: name note url useContext version
ConceptMap: additionalAttribute approvalDate author editor effectivePeriod endorser lastReviewDate property
      relatedArtifact reviewer topic
Condition: participant
Consent: controller date decision grantee grantor manager period regulatoryBasis subject
Coverage: insurancePlan insurer kind paymentBy
CoverageEligibilityRequest: event
CoverageEligibilityResponse: event
DetectedIssue: category encounter subject
Device: availabilityStatus biologicalSourceEvent category conformsTo cycle displayName duration endpoint gateway mode
      name
DeviceDefinition: chargeItem classification conformsTo correctiveAction description guideline hasPart link packaging
      partNumber productionIdentifierInUDI regulatoryIdentifier
DeviceMetric: device measurementFrequency
DeviceRequest: asNeeded asNeededFor doNotPerform quantity reason replaces
DiagnosticReport: composition note study supportingInfo
DocumentReference: attester basedOn bodySite event facilityType modality period practiceSetting version
Encounter: actualPeriod admission careTeam dietPreference plannedEndDate plannedStartDate reason specialArrangement
      specialCourtesy virtualService
Endpoint: description environmentType payload
EpisodeOfCare: careTeam reason
Evidence: assertion certainty citeAsMarkdown citeAsReference experimental purpose statistic studyDesign synthesisType
      variableDefinition
EvidenceVariable: actual category experimental handling purpose
ExampleScenario: description title
ExplanationOfBenefit: decision encounter event traceNumber
FamilyMemberHistory: participant procedure reason
Goal: continuous outcome source
GraphDefinition: copyright copyrightLabel identifier node title
Group: description membership
GuidanceResponse: reason
HealthcareService: availability contact offeredIn
ImagingStudy: partOf procedure reason
Immunization: administeredProduct basedOn informationSource reason supportingInformation
ImplementationGuide: identifier purpose
Invoice: creation periodDate periodPeriod
Location: characteristic contact form virtualService
Measure: basis term
MeasureReport: dataUpdateType inputParameters location reportingVendor scoring supplementalData
Medication: definition doseForm marketingAuthorizationHolder totalVolume
MedicationAdministration: basedOn encounter isSubPotent occurenceDateTime occurencePeriod occurenceTiming reason
      recorded subPotentReason
MedicationDispense: basedOn encounter notPerformedReason recorded renderedDosageInstruction
MedicationKnowledge: author clinicalUseIssue definitional identifier indicationGuideline intendedJurisdiction name
      storageGuideline
MedicationRequest: device effectiveDosePeriod informationSource reason renderedDosageInstruction
MedicationStatement: adherence encounter reason relatedClinicalInformation renderedDosageInstruction
MolecularSequence: focus formatted literal relative subject
NamingSystem: approvalDate author copyright copyrightLabel editor effectivePeriod endorser experimental identifier
      lastReviewDate purpose relatedArtifact reviewer title topic url version versionAlgorithmCoding
      versionAlgorithmString
NutritionOrder: basedOn groupIdentifier outsideFoodAllowed performer priority subject supportingInformation
Observation: bodyStructure instantiatesCanonical instantiatesReference triggeredBy
ObservationDefinition: approvalDate bodySite component contact copyright copyrightLabel date derivedFromCanonical
      derivedFromUri description device effectivePeriod experimental hasMember jurisdiction lastReviewDate name
      performerType permittedUnit publisher purpose qualifiedValue specimen status subject title url useContext version
      versionAlgorithmCoding versionAlgorithmString
OperationDefinition: copyright copyrightLabel identifier
Organization: description qualification
OrganizationAffiliation: contact
PaymentNotice: reporter
PaymentReconciliation: accountNumber allocation amount authorization cardBrand date enterer expirationDate issuerType
      kind location method processor referenceNumber returnedAmount tenderedAmount type
Person: communication deceasedBoolean deceasedDateTime maritalStatus
PlanDefinition: actor asNeededBoolean asNeededCodeableConcept
Practitioner: deceasedBoolean deceasedDateTime
PractitionerRole: availability characteristic communication contact
Procedure: focus occurrenceAge occurrenceDateTime occurrencePeriod occurrenceRange occurrenceString occurrenceTiming
      reason recorded reportedBoolean reportedReference supportingInfo used
Provenance: authorization basedOn encounter patient
ResearchStudy: associatedParty classifier comparisonGroup date label name outcomeMeasure progressStatus recruitment
      region result studyDesign url version whyStopped
ResearchSubject: actualComparisonGroup assignedComparisonGroup progress subject
RiskAssessment: reason
Schedule: name
SearchParameter: constraint copyright copyrightLabel identifier processingMode title
ServiceRequest: bodyStructure focus location reason
Specimen: combined feature role
SpecimenDefinition: approvalDate contact copyright copyrightLabel date derivedFromCanonical derivedFromUri description
      effectivePeriod experimental jurisdiction lastReviewDate name publisher purpose status subjectCodeableConcept
      subjectReference title url useContext version versionAlgorithmCoding versionAlgorithmString
StructureMap: const
Subscription: content contentType endpoint filterBy heartbeatPeriod identifier managingEntity maxCount name parameter
      timeout topic
Substance: expiry quantity
SubstancePolymer: identifier
SupplyRequest: basedOn deliverFor reason
Task: doNotPerform performer reason requestedPerformer requestedPeriod
TerminologyCapabilities: identifier
TestScript: scope
ValueSet: approvalDate author editor effectivePeriod endorser lastReviewDate relatedArtifact reviewer scope topic
"""


def _read(text: str) -> dict[str, frozenset[str]]:
    made: dict[str, set[str]] = {}
    names: set[str] = set()
    for word in text.split():
        if word.endswith(":"):
            names = made.setdefault(word[:-1], set())
        else:
            names.add(word)
    return {type: frozenset(held) for type, held in made.items()}


R5_ELEMENTS = _read(_NAMES)
"""By type."""
