"""Identifiers whose system says what form the value has (https://hl7.org/fhir/R4/datatypes.html#Identifier)."""

from __future__ import annotations

import re

from fhir_case.issues import Severity
from fhir_case.validation.places import At
from fhir_case.validation.primitives import is_absolute
from fhir_case.validation.run import Node, Run

_URIS = "urn:ietf:rfc:3986"
_UUIDS = "https://tools.ietf.org/html/rfc4122"
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def check_identifier(node: Node, at: At, run: Run) -> None:
    """A system is an absolute uri; in the system of uris, so is the value."""
    system, value = node.get("system"), node.get("value")
    if isinstance(system, str) and not is_absolute(system):
        run.say("identifier-system", at, "the system of an identifier is an absolute uri", value=system)
    elif system == _UUIDS and isinstance(value, str):
        _check_uuid(value, at, run)
    elif system == _URIS and isinstance(value, str) and not is_absolute(value):
        run.say("identifier-value", at, f"an identifier of the system {_URIS} is a whole uri, with its scheme", fix=_uri(value),
                value=value)  # fmt: skip


def _check_uuid(value: str, at: At, run: Run) -> None:
    """RFC 4122 is no namespace of identifiers; a UUID is a uri (http://hl7.org/fhir/R4/datatypes.html#Identifier)."""
    bare = value.removeprefix("urn:uuid:")
    fix = f"write urn:uuid:{bare.lower()}, with the system {_URIS}" if _UUID.fullmatch(bare) else ""
    level: Severity = "warning" if fix or bare != value else "error"
    run.say("identifier-value", at, f"{_UUIDS} is no system of identifiers", level, fix, value=value)


def _uri(value: str) -> str:
    """What was likely meant."""
    if value[:2] in ("0.", "1.", "2.") and value.replace(".", "").isdecimal():
        return f"urn:oid:{value}"
    if len(value) == 36 and value.count("-") == 4:
        return f"urn:uuid:{value.lower()}"
    return ""
