"""Devices and their use, specimens, places. Carried: containers and processing of specimens, opening hours, versions."""

from fhir_case.case.care import UDI, Collection, Device, DeviceName, DeviceUse, Location, Position, Specimen
from fhir_case.lens import (
    Mapping,
    code,
    codes,
    coding,
    concept,
    each,
    needed,
    note,
    numeral,
    of_patient,
    part,
    quantity,
    reference,
    text,
    when,
)
from fhir_case.mappings.parts import ADDRESS, CONTACT, IDENTIFIER, RECORD

UDI_CARRIER = Mapping(
    UDI, None,
    text("device_identifier", "deviceIdentifier"),
    text("issuer", "issuer"),
    text("jurisdiction", "jurisdiction"),
    text("carrier", "carrierHRF"),
    code("entry", "entryType", codes("barcode", "rfid", "manual", "card", "self-reported", "unknown")),
)  # fmt: skip

NAMED = Mapping(
    DeviceName, None,
    needed(text("name", "name")),
    needed(code("type", "type", codes(
        "udi-label-name", "user-friendly-name", "patient-reported-name", "manufacturer-name", "model-name", "other"
    ))),
)  # fmt: skip

DEVICE = Mapping(
    Device, "Device",
    *RECORD,
    each(part("udi", "udiCarrier", UDI_CARRIER)),
    code("status", "status", codes("active", "inactive", "entered-in-error", "unknown")),
    each(concept("status_reason", "statusReason")),
    text("distinct_identifier", "distinctIdentifier"),
    text("manufacturer", "manufacturer"),
    when("manufactured", "manufactureDate", "dateTime"),
    when("expires", "expirationDate", "dateTime"),
    text("lot", "lotNumber"),
    text("serial", "serialNumber"),
    each(part("names", "deviceName", NAMED)),
    text("model", "modelNumber"),
    text("part_number", "partNumber"),
    concept("type", "type"),
    reference("patient", "patient"),
    reference("owner", "owner"),
    each(part("contacts", "contact", CONTACT)),
    reference("location", "location"),
    each(note("notes", "note")),
    kind="devices",
)  # fmt: skip

DEVICE_USE = Mapping(
    DeviceUse, "DeviceUseStatement",
    *RECORD,
    needed(code("status", "status", codes(
        "active", "completed", "entered-in-error", "intended", "stopped", "on-hold"
    ))),
    of_patient(),
    when("when", "timing[x]"),
    when("recorded", "recordedOn", "dateTime"),
    reference("informant", "source"),
    needed(reference("device", "device")),
    each(concept("indications", "reasonCode")),
    each(reference("reasons", "reasonReference")),
    concept("site", "bodySite"),
    each(note("notes", "note")),
    kind="device_uses",
)  # fmt: skip

COLLECTION = Mapping(
    Collection, None,
    reference("collector", "collector"),
    when("when", "collected[x]"),
    quantity("quantity", "quantity"),
    concept("method", "method"),
    concept("site", "bodySite"),
)  # fmt: skip

SPECIMEN = Mapping(
    Specimen, "Specimen",
    *RECORD,
    part("accession", "accessionIdentifier", IDENTIFIER),
    code("status", "status", codes("available", "unavailable", "unsatisfactory", "entered-in-error")),
    concept("type", "type"),
    reference("patient", "subject"),
    when("received", "receivedTime", "dateTime"),
    each(reference("parents", "parent")),
    part("collection", "collection", COLLECTION),
    each(concept("condition", "condition")),
    each(note("notes", "note")),
    kind="specimens",
)  # fmt: skip

POSITION = Mapping(
    Position, None,
    needed(numeral("longitude", "longitude")),
    needed(numeral("latitude", "latitude")),
    numeral("altitude", "altitude"),
)  # fmt: skip

LOCATION = Mapping(
    Location, "Location",
    *RECORD[1:],
    code("status", "status", codes("active", "suspended", "inactive")),
    coding("operation", "operationalStatus"),
    text("name", "name"),
    each(text("aliases", "alias")),
    text("description", "description"),
    code("mode", "mode", codes("instance", "kind")),
    each(concept("types", "type")),
    each(part("contacts", "telecom", CONTACT)),
    part("address", "address", ADDRESS),
    concept("form", "physicalType"),
    part("position", "position", POSITION),
    reference("organization", "managingOrganization"),
    reference("part_of", "partOf"),
    kind="locations",
)  # fmt: skip

MAPPINGS = (DEVICE, DEVICE_USE, SPECIMEN, LOCATION)
