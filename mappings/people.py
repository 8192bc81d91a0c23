"""The patient, practitioners and their roles, organizations. Carried: photos, hours, how well languages are spoken.

What others share (practitioners, roles, organizations) says nothing of the case: its quotes stand in the Composition.
"""

from fhir_case.case.people import Kin, Organization, Patient, Practitioner, Qualification, Role
from fhir_case.lens import (
    Mapping,
    birth,
    boolean,
    code,
    codes,
    concept,
    deceased,
    each,
    extension,
    filler,
    needed,
    part,
    period,
    profile,
    race,
    reference,
    text,
    truth_or_number,
    when,
)
from fhir_case.mappings.parts import ADDRESS, CONTACT, IDENTIFIER, NAME, RECORD
from fhir_case.mappings.tables import GENDER, IPS

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"

ANONYMOUS = filler({"use": "anonymous", "text": "Anonymous case-report patient"})
"""IPS (ips-pat-1) wants a text, a family or a given name; a case report has none."""

KIN = Mapping(
    Kin, None,
    each(concept("roles", "relationship")),
    part("name", "name", NAME),
    each(part("contacts", "telecom", CONTACT)),
    part("address", "address", ADDRESS),
    code("sex", "gender", GENDER),
    reference("organization", "organization"),
    period("when", "period"),
)  # fmt: skip

PATIENT = Mapping(
    Patient, "Patient",
    profile(IPS + "Patient-uv-ips"),
    *RECORD,
    code("birth_sex", extension(US_CORE + "us-core-birthsex"), codes("F", "M", "OTH", "UNK")),
    part("birth_place", extension("patient-birthPlace"), ADDRESS),
    text("mothers_maiden_name", extension("patient-mothersMaidenName")),
    race("race", extension(US_CORE + "us-core-race")),
    race("ethnicity", extension(US_CORE + "us-core-ethnicity")),
    boolean("active", "active"),
    each(part("name", "name", NAME, absent=ANONYMOUS)),
    each(part("contacts", "telecom", CONTACT)),
    code("sex", "gender", GENDER),
    birth("birth|age", "birthDate"),
    deceased("deceased", "deceased[x]", "dateTime"),
    each(part("addresses", "address", ADDRESS)),
    concept("marital_status", "maritalStatus"),
    truth_or_number("multiple_birth", "multipleBirth[x]"),
    each(part("kin", "contact", KIN)),
    each(concept("languages", "communication[].language")),
    each(reference("practitioners", "generalPractitioner")),
    reference("organization", "managingOrganization"),
    kind="patient", points={"": "birthDate"},
)  # fmt: skip

UNQUOTED = RECORD[1:]
"""What others share has no quotes."""

QUALIFICATION = Mapping(
    Qualification, None,
    each(part("identifiers", "identifier", IDENTIFIER)),
    needed(concept("code", "code")),
    period("when", "period"),
    reference("issuer", "issuer"),
)  # fmt: skip

ORGANIZATION = Mapping(
    Organization, "Organization",
    profile(IPS + "Organization-uv-ips"),
    *UNQUOTED,
    boolean("active", "active"),
    each(concept("types", "type")),
    needed(text("name", "name")),
    each(text("aliases", "alias")),
    each(part("contacts", "telecom", CONTACT)),
    each(part("addresses", "address", ADDRESS)),
    reference("part_of", "partOf"),
    kind="organizations",
)  # fmt: skip

PRACTITIONER = Mapping(
    Practitioner, "Practitioner",
    profile(IPS + "Practitioner-uv-ips"),
    *UNQUOTED,
    boolean("active", "active"),
    needed(each(part("name", "name", NAME))),
    each(part("contacts", "telecom", CONTACT)),
    each(part("addresses", "address", ADDRESS)),
    code("sex", "gender", GENDER),
    when("birth", "birthDate", "dateTime"),
    each(part("qualifications", "qualification", QUALIFICATION)),
    each(concept("languages", "communication")),
    kind="practitioners",
)  # fmt: skip

ROLE = Mapping(
    Role, "PractitionerRole",
    profile(IPS + "PractitionerRole-uv-ips"),
    *UNQUOTED,
    boolean("active", "active"),
    period("when", "period"),
    reference("practitioner", "practitioner"),
    reference("organization", "organization"),
    each(concept("codes", "code")),
    each(concept("specialties", "specialty")),
    each(reference("locations", "location")),
    each(part("contacts", "telecom", CONTACT)),
    kind="roles",
)  # fmt: skip

MAPPINGS = (PATIENT, ORGANIZATION, PRACTITIONER, ROLE)
