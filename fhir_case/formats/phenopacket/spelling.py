"""How a packet spells its fields: `phenotypicFeatures`, as protobuf's JSON has them, or `phenotypic_features`.

Both are read, as protobuf's own readers do (https://protobuf.dev/programming-guides/json/); inside, fields are spelled in
camelCase.
"""

from __future__ import annotations

import re

from fhir_case.json import Json

_FIELDS = (
    "acmgPathogenicityClassification adverseEvents affectedStatus ageRange allelicState alternateIds alternateLabels"
    " alternateSymbols biosampleId bodySite causeOfDeath chromosomeLocation clinicalTnmFinding complexValue copyNumber"
    " createdBy cumulativeDose cytobandInterval dateOfBirth derivedFromId derivedSequenceExpression diagnosticMarkers"
    " diseaseStage doseIntervals drugType evidenceCode externalReferences familyId featureType fileAttributes geneContext"
    " geneId genomeAssembly genomicInterpretations gestationalAge histologicalDiagnosis individualId"
    " individualToFileIdentifiers interpretationStatus iriPrefix karyotypicSex literalSequenceExpression maternalId"
    " materialSample medicalActions metaData moleculeContext namespacePrefix ontologyClass paternalId pathologicalStage"
    " pathologicalTnmFinding phenopacketSchemaVersion phenotypicFeatures primarySite progressStatus radiationTherapy"
    " referenceRange regimenStatus repeatedSequenceExpression responseToTreatment reverseComplement routeOfAdministration"
    " sampleProcessing sampleStorage sampleType sampledTissue scheduleFrequency sequenceId sequenceInterval"
    " sequenceLocation sequenceState speciesId structuralType subjectOrBiosampleId submittedBy survivalTimeInDays"
    " therapeuticActionability therapeuticRegimen timeAtLastEncounter timeObserved timeOfCollection timeOfDeath"
    " treatmentIntent treatmentTarget treatmentTerminationReason tumorGrade tumorProgression typedQuantities valueId"
    " variantInterpretation variationDescriptor vcfRecord vitalStatus vrsRefAlleleSeq"
).split()
"""The fields of the schema (https://phenopacket-schema.readthedocs.io/en/latest/schema.html) that have two spellings."""

_CAMEL: dict[str, str] = {
    re.sub(r"(?<=[a-z])([A-Z])", lambda found: "_" + found[1].lower(), name): name for name in _FIELDS
}
_SNAKE = {camel: snake for snake, camel in _CAMEL.items()}
_DATA = frozenset(
    {"fileAttributes", "individualToFileIdentifiers", "file_attributes", "individual_to_file_identifiers"}
)
"""Fields whose keys are data, not fields."""


def in_camel_case(packet: Json) -> tuple[Json, list[str]]:
    """The packet with its fields in camelCase, and those that it spelled otherwise."""
    if not _has_snakes(packet):
        return packet, []
    snakes: set[str] = set()

    def walk(value: Json) -> Json:
        if isinstance(value, list):
            return [walk(one) for one in value]
        if not isinstance(value, dict):
            return value
        made: dict[str, Json] = {}
        for key, held in value.items():
            camel = _CAMEL.get(key)
            if camel is None or camel in value:  # both spellings in one message: this one is no field that is known
                camel = key
            else:
                snakes.add(camel)
            made[camel] = held if key in _DATA else walk(held)
        return made

    return walk(packet), sorted(snakes)


def _has_snakes(value: Json) -> bool:
    if isinstance(value, dict):
        return not _CAMEL.keys().isdisjoint(value) or any(map(_has_snakes, value.values()))
    return isinstance(value, list) and any(map(_has_snakes, value))


def in_snake_case(packet: Json, fields: frozenset[str]) -> Json:
    """The packet with these fields in snake_case."""
    if isinstance(packet, list):
        return [in_snake_case(one, fields) for one in packet]
    if not isinstance(packet, dict):
        return packet
    return {
        (_SNAKE[key] if key in fields and key in _SNAKE else key): held if key in _DATA else in_snake_case(held, fields)
        for key, held in packet.items()
    }
