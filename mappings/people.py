"""The patient, practitioners and their roles, organizations. Carried: photos, contacts' relations, qualifications.

What others share (practitioners, roles, organizations) says nothing of the case: its quotes stand in the Composition.
"""

from fhir_case.case.people import Address, Contact, Identifier, Name, Organization, Patient, Practitioner, Role
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
    profile,
    quotes,
    race,
    reference,
    text,
)
from fhir_case.mappings.tables import GENDER, IPS

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"

IDENTIFIER = Mapping(
    Identifier, None,
    code("use", "use", codes("usual", "official", "temp", "secondary", "old")),
    text("system", "system"),
    text("value", "value"),
    concept("type", "type"),
    kind="Identifier",
)  # fmt: skip

NAME = Mapping(
    Name, None,
    code("use", "use", codes("usual", "official", "temp", "nickname", "anonymous", "old", "maiden")),
    text("text", "text"),
    text("family", "family"),
    each(text("given", "given")),
    each(text("prefix", "prefix")),
    each(text("suffix", "suffix")),
    kind="HumanName",
)  # fmt: skip

CONTACT = Mapping(
    Contact, None,
    code("system", "system", codes("phone", "fax", "email", "pager", "url", "sms", "other")),
    text("value", "value"),
    code("use", "use", codes("home", "work", "temp", "old", "mobile")),
    kind="ContactPoint",
)  # fmt: skip

ADDRESS = Mapping(
    Address, None,
    code("use", "use", codes("home", "work", "temp", "old", "billing")),
    code("type", "type", codes("postal", "physical", "both")),
    text("text", "text"),
    each(text("line", "line")),
    text("city", "city"),
    text("district", "district"),
    text("state", "state"),
    text("postal_code", "postalCode"),
    text("country", "country"),
    kind="Address",
)  # fmt: skip

ANONYMOUS = filler({"use": "anonymous", "text": "Anonymous case-report patient"})
"""IPS (ips-pat-1) wants a text, a family or a given name; a case report has none."""

PATIENT = Mapping(
    Patient, "Patient",
    profile(IPS + "Patient-uv-ips"),
    quotes(),
    race("race", extension(US_CORE + "us-core-race")),
    race("ethnicity", extension(US_CORE + "us-core-ethnicity")),
    each(part("identifiers", "identifier", IDENTIFIER)),
    boolean("active", "active"),
    each(part("name", "name", NAME, absent=ANONYMOUS)),
    each(part("contacts", "telecom", CONTACT)),
    code("sex", "gender", GENDER),
    birth("birth|age", "birthDate"),
    deceased("deceased", "deceased[x]", "dateTime"),
    each(part("addresses", "address", ADDRESS)),
    concept("marital_status", "maritalStatus"),
    each(concept("languages", "communication[].language")),
    kind="patient", points={"": "birthDate"},
)  # fmt: skip

ORGANIZATION = Mapping(
    Organization, "Organization",
    profile(IPS + "Organization-uv-ips"),
    each(part("identifiers", "identifier", IDENTIFIER)),
    boolean("active", "active"),
    each(concept("types", "type")),
    needed(text("name", "name")),
    each(part("contacts", "telecom", CONTACT)),
    each(part("addresses", "address", ADDRESS)),
    reference("part_of", "partOf"),
    kind="organizations",
)  # fmt: skip

PRACTITIONER = Mapping(
    Practitioner, "Practitioner",
    profile(IPS + "Practitioner-uv-ips"),
    each(part("identifiers", "identifier", IDENTIFIER)),
    boolean("active", "active"),
    needed(each(part("name", "name", NAME))),
    each(part("contacts", "telecom", CONTACT)),
    each(part("addresses", "address", ADDRESS)),
    code("sex", "gender", GENDER),
    kind="practitioners",
)  # fmt: skip

ROLE = Mapping(
    Role, "PractitionerRole",
    profile(IPS + "PractitionerRole-uv-ips"),
    reference("practitioner", "practitioner"),
    reference("organization", "organization"),
    each(concept("codes", "code")),
    each(concept("specialties", "specialty")),
    each(part("contacts", "telecom", CONTACT)),
    kind="roles",
)  # fmt: skip

MAPPINGS = (PATIENT, ORGANIZATION, PRACTITIONER, ROLE)
