"""Code tables that several resources use."""

from fhir_case.lens import codes, concepts, filler, unknown

IPS = "http://hl7.org/fhir/uv/ips/StructureDefinition/"

OBSERVATION_STATUS = codes(
    "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"
)
"""https://hl7.org/fhir/R4/valueset-observation-status.html"""

EVENT_STATUS = codes(
    "preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown"
)
"""https://hl7.org/fhir/R4/valueset-event-status.html"""

GENDER = codes("male", "female", "other", "unknown")
"""https://hl7.org/fhir/R4/valueset-administrative-gender.html"""

OBSERVATION_CATEGORY = concepts(
    "http://terminology.hl7.org/CodeSystem/observation-category",
    social_history="Social History", vital_signs="Vital Signs", imaging="Imaging", laboratory="Laboratory",
    procedure="Procedure", survey="Survey", exam="Exam", therapy="Therapy", activity="Activity",
)  # fmt: skip

ABSENT_REASON = concepts(
    "http://terminology.hl7.org/CodeSystem/data-absent-reason",
    **{
        "unknown": "Unknown", "asked-unknown": "Asked But Unknown", "temp-unknown": "Temporarily Unknown",
        "not-asked": "Not Asked", "asked-declined": "Asked But Declined", "masked": "Masked",
        "not-applicable": "Not Applicable", "unsupported": "Unsupported", "as-text": "As Text", "error": "Error",
        "not-a-number": "Not a Number (NaN)", "negative-infinity": "Negative Infinity (NINF)",
        "positive-infinity": "Positive Infinity (PINF)", "not-performed": "Not Performed",
        "not-permitted": "Not Permitted",
    },
)  # fmt: skip

SIDE = concepts("http://snomed.info/sct", **{
    "7771000": "Left (qualifier value)", "24028007": "Right (qualifier value)",
    "51440002": "Right and left (qualifier value)",
})  # fmt: skip

UNKNOWN_DATE = filler({"_effectiveDateTime": unknown()})
"""IPS demands a time of everything that was observed; unknown is how it is told (IPS 2.0.0, "Empty Sections & Missing Data")."""

UNKNOWN_PERIOD = filler({"effectivePeriod": unknown()})
"""The same where an invariant of the profile (ips-1) or the kind of statement wants a period."""
