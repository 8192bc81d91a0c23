"""Data types that many resources have parts of."""

from fhir_case.case.people import Address, Contact, Name
from fhir_case.case.records import Attachment, Identifier
from fhir_case.lens import Mapping, code, codes, concept, document, each, integer, part, period, quotes, reference, text

IDENTIFIER = Mapping(
    Identifier, None,
    code("use", "use", codes("usual", "official", "temp", "secondary", "old")),
    text("system", "system"),
    text("value", "value"),
    concept("type", "type"),
    period("when", "period"),
    reference("assigner", "assigner"),
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
    period("when", "period"),
    kind="HumanName",
)  # fmt: skip

CONTACT = Mapping(
    Contact, None,
    code("system", "system", codes("phone", "fax", "email", "pager", "url", "sms", "other")),
    text("value", "value"),
    code("use", "use", codes("home", "work", "temp", "old", "mobile")),
    integer("rank", "rank"),
    period("when", "period"),
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
    period("when", "period"),
    kind="Address",
)  # fmt: skip

ATTACHMENT = Mapping(
    Attachment, None,
    text("media_type", "contentType"),
    text("language", "language"),
    document("text|data", "data"),
    text("url", "url"),
    integer("size", "size"),
    text("hash", "hash"),
    text("title", "title"),
    text("created", "creation"),
    kind="Attachment",
)  # fmt: skip

RECORD = (quotes(), text("language", "language"), each(part("identifiers", "identifier", IDENTIFIER)))
"""What nearly every resource has."""
