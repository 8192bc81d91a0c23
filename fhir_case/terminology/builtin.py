"""Code systems that FHIR uses and that are a grammar or a table of a standard, not a CodeSystem resource.

https://hl7.org/fhir/R4/terminologies-systems.html: UCUM, languages (BCP 47), MIME types (BCP 13), countries (ISO 3166),
currencies (ISO 4217), US states, URIs; and those whose codes are not here (`external`): of
SNOMED CT and LOINC the check digits can be computed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import msgspec

from fhir_case.terminology import bcp_47, checks, ucum
from fhir_case.terminology.code_system import Check, CodeSystem
from fhir_case.terminology.concept import Concept, Designation
from fhir_case.terminology.external import external
from fhir_case.terminology.reading import Resource, text
from fhir_case.terminology.systems import ALIASES

SNOMED, LOINC, UCUM = ALIASES["snomed"], ALIASES["loinc"], ALIASES["ucum"]
LANGUAGE, MIME = "urn:ietf:bcp:47", "urn:ietf:bcp:13"
IDENTIFIER_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
USPS = "https://www.usps.com/"
COUNTRY, CURRENCY, URI = "urn:iso:std:iso:3166", "urn:iso:std:iso:4217", "urn:ietf:rfc:3986"
ITEM = "urn:fhir-case:item"
"""The marks by which a bundle of ours says which item a resource is (`bundle/identity.py`): any code is one."""

_CHECKED = frozenset((SNOMED, LOINC))


class Grammar(CodeSystem):
    """A code system whose codes are those that a grammar allows: too many to list, and none has a name here."""

    codes = None

    def __init__(self, url: str, name: str, problem: Check, case_sensitive: bool = True) -> None:
        super().__init__({"url": url, "title": name, "content": "complete", "caseSensitive": case_sensitive}, problem)

    def contains(self, code: str) -> bool | None:
        return self.problem_with(code) is None

    def lookup(self, code: str) -> Concept | None:
        return Concept(code) if self.problem_with(code) is None else None


class Languages(Grammar):
    """Language tags, with the parts of a tag as the properties that filters know it by."""

    properties = frozenset(bcp_47.PARTS)

    def __init__(self) -> None:
        super().__init__(LANGUAGE, "Languages (BCP 47)", bcp_47.problem_with, case_sensitive=False)

    def lookup(self, code: str) -> Concept | None:
        found = super().lookup(code)
        return msgspec.structs.replace(found, properties=bcp_47.parts(code)) if found else None


class Table(CodeSystem):
    """A code system whose codes and names are a table of a standard."""

    def __init__(self, url: str, name: str, rows: Callable[[], dict[str, Concept]]) -> None:
        super().__init__({"url": url, "title": name, "content": "complete", "caseSensitive": True})
        self._rows = rows

    @property
    def _concepts(self) -> dict[str, Concept]:
        return self._rows()


class IdentifierTypes(CodeSystem):
    """HL7's table 0203: besides the codes that it lists it has NNxxx, xxx being a country of ISO 3166."""

    def lookup(self, code: str) -> Concept | None:
        found = super().lookup(code)
        if found is None and code.startswith("NN") and (country := _countries().get(code[2:])):
            return Concept(code, f"National Identifier for {country.display}")
        return found


@cache
def builtin(url: str) -> CodeSystem | None:
    """The code system of that URI, if it is one of those that are built in."""
    make = _BUILTIN.get(url)
    return make() if make else _elsewhere(url)() if url in external() else None


def listed(resource: Resource) -> CodeSystem:
    """The code system that a CodeSystem resource describes."""
    url = text(resource, "url")
    return IdentifierTypes(resource) if url == IDENTIFIER_TYPES else CodeSystem(resource, check_of(url))


def check_of(url: str) -> Check | None:
    """What tells a wrong code of a system by its check digit, even where its codes are not here."""
    return (lambda code: checks.problem_with(url, code)) if url in _CHECKED else None


# MIME types: RFC 6838 §4.2 for the names, RFC 2045 §5.1 for the parameters. FHIR also has the short forms of its own
# formats, and * in the place of a subtype where a family of types is meant (image/*).
_NAME = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105
_MIME = re.compile(rf"{_NAME}/(?:{_NAME}|\*)(?:\s*;\s*{_TOKEN}=(?:{_TOKEN}|\"[^\"\\]*\"))*")
_FORMATS = frozenset(("xml", "json", "ttl", "html"))


def _mime_problem(code: str) -> str | None:
    if code in _FORMATS or (len(code) < 1000 and _MIME.fullmatch(code)):
        return None
    return f"{code[:60]!r} is no MIME type: expected one like application/pdf or text/plain; charset=utf-8"


def _uri_problem(code: str) -> str | None:
    # A reference may be relative (§4.1), so only characters that no URI has are wrong.
    if code and not re.search(r"[\s<>\"{}|\\^`]", code):
        return None
    return f"{code[:60]!r} is no URI"


@cache
def _countries() -> dict[str, Concept]:
    from fhir_case.terminology.iso_3166 import COUNTRIES

    made: dict[str, Concept] = {}
    for row in COUNTRIES.split("\n"):
        alpha2, alpha3, numeric, names = row.split(" ", 3)
        first, *others = names.split("|")
        # ISO itself adds the article that it sorts by: Netherlands (the).
        others += [f"{one} (the)" for one in (first, *others)]
        for code in (alpha2, alpha3, numeric):
            made[code] = Concept(code, first, tuple(Designation(one, "en") for one in others))
    return made


@cache
def _currencies() -> dict[str, Concept]:
    from fhir_case.terminology.iso_4217 import CURRENCIES

    return {row[:3]: Concept(row[:3], row[4:]) for row in CURRENCIES.split("\n")}


@cache
def _states() -> dict[str, Concept]:
    from fhir_case.terminology.usps import STATES

    return {row[:2]: Concept(row[:2], row[3:]) for row in STATES.split("\n")}


def _elsewhere(url: str, name: str = "") -> Callable[[], CodeSystem]:
    """One whose codes are not here."""
    return lambda: CodeSystem(
        {"url": url, "title": name, "content": "not-present", "caseSensitive": True}, check_of(url)
    )


_BUILTIN: dict[str, Callable[[], CodeSystem]] = {
    UCUM: lambda: Grammar(UCUM, "UCUM", ucum.problem_with),
    LANGUAGE: Languages,
    MIME: lambda: Grammar(MIME, "MIME types (BCP 13)", _mime_problem),
    URI: lambda: Grammar(URI, "URIs (RFC 3986)", _uri_problem),
    COUNTRY: lambda: Table(COUNTRY, "Countries (ISO 3166-1)", _countries),
    USPS: lambda: Table(USPS, "US states (USPS)", _states),
    CURRENCY: lambda: Table(CURRENCY, "Currencies (ISO 4217)", _currencies),
    SNOMED: _elsewhere(SNOMED, "SNOMED CT"),
    LOINC: _elsewhere(LOINC, "LOINC"),
    ITEM: lambda: Grammar(ITEM, "items of a case", lambda code: None),
}
