"""The single requests that read: what the server is, one resource. `writing` has those that write.

Every step takes the server's base address first, as `fhir_case.client.messages.base_url` gives it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from fhir_case.client.answers import ask, fetch, resource
from fhir_case.client.messages import Step, get
from fhir_case.issues import Refused, Unreachable
from fhir_case.json import Json

_LOCAL = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a server says that it is (https://hl7.org/fhir/R4/capabilitystatement.html)."""

    fhir_version: str
    software: str = ""
    """Name and version, where it states them."""
    formats: tuple[str, ...] = ()
    rest: Mapping[str, Json] = field(default_factory=dict, repr=False)
    """What it says of its interactions, as far as was asked for: `interaction`, and of each `resource` what can be
    done with it."""


_ASKED = (
    "fhirVersion", "software", "format", "rest.mode", "rest.interaction",
    *(
        f"rest.resource.{name}"
        for name in ("type", "interaction", "versioning", "updateCreate", "conditionalCreate", "conditionalUpdate")
    ),
)  # fmt: skip
"""All of HAPI's statement are 1.6 MB, this is 40 kB; a server that doesn't know _elements sends it whole."""


def capabilities(base: str) -> Step[Capabilities]:
    """What the server is. The first step of every session, since it finds the wrong address and the wrong version.

    Raises `Unreachable` where nothing answers, or what answers is no FHIR R4 server (the version is named).
    https://hl7.org/fhir/R4/http.html#capabilities
    """
    wanted = (("_elements", ",".join(_ASKED)),)
    what = f"reading {base}/metadata"
    response = yield from ask(get(f"{base}/metadata", wanted), what)
    try:
        statement = resource(response, what)
    except Refused as no:
        message = f"{no}; expected the FHIR base address of an R4 server, such as http://localhost:8080/fhir"
        raise Unreachable(message, no.outcome, no.status) from None
    if statement["resourceType"] != "CapabilityStatement":
        # DSTU2's is called Conformance.
        found = "Conformance (FHIR DSTU2)" if statement["resourceType"] == "Conformance" else "something else"
        raise Unreachable(f"{what}: expected a CapabilityStatement of FHIR R4 (4.0.x), found {found}")
    version = statement.get("fhirVersion")
    if not isinstance(version, str) or not re.match(r"4\.0(\.|$)", version):
        stated = f"FHIR {str(version)[:20]}" if version else "no FHIR version"
        raise Unreachable(f"{what}: expected a server of FHIR R4 (4.0.x), found {stated}; nothing was sent to it")
    software = statement.get("software")
    parts = [software.get("name"), software.get("version")] if isinstance(software, dict) else []
    formats = tuple(name for name in statement.get("format") or () if isinstance(name, str))
    modes = [
        one for one in statement.get("rest") or () if isinstance(one, dict) and one.get("mode", "server") == "server"
    ]
    name = " ".join(part for part in parts if isinstance(part, str))
    return Capabilities(version, name, formats, modes[0] if modes else {})


def read(base: str, reference: str) -> Step[dict[str, Json]]:
    """The resource at `Type/id`. Raises `Refused` (status 404: never there; 410: deleted) or `Unreachable`.

    https://hl7.org/fhir/R4/http.html#read
    """
    local_place(reference)
    return (yield from fetch(get(f"{base}/{reference}"), f"reading {reference}"))


def local_place(reference: str) -> None:
    """Raises `Refused` for what is not `Type/id`."""
    if not _LOCAL.fullmatch(reference):
        raise Refused(f"{reference[:80]!r} is not the place of a resource; expected Type/id, such as Patient/123")
