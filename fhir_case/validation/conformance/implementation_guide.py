"""ImplementationGuide: what it depends on, and what HL7 demands of its own guides (https://hl7.org/fhir/R4/implementationguide.html)."""

from __future__ import annotations

import re

from fhir_case.validation.conformance.reading import below, extensions, is_hl7, numbered, text
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run
from fhir_case.validation.settings import Level

_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+")
_VERSION = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(\+[A-Za-z0-9.-]+)?")
_EXTENSION = "http://hl7.org/fhir/StructureDefinition/structuredefinition-"


def check_implementation_guide(guide: Node, at: At, run: Run) -> None:
    """The guides it depends on: a canonical of a guide, a package name, a version."""
    if not guide.get("fhirVersion"):
        run.say("definition-guide", at, "the guide does not say for which version of FHIR it is", "warning")
    for index, one in numbered(guide, "dependsOn"):
        _check_dependency(one, below(at, "dependsOn", index), run)
    if not is_hl7(guide):
        return
    for name, told in (
        ("standards-status", "its status as a standard"),
        ("wg", "its work group"),
        ("fmm", "its maturity"),
    ):
        if not any(extensions(guide, _EXTENSION + name)):
            level: Level = "warning" if name == "fmm" else "error"
            run.say("definition-guide", at, f"a guide of HL7 says {told}", level, _EXTENSION + name)


def _check_dependency(one: Node, at: At, run: Run) -> None:
    uri, name, version = text(one, "uri"), text(one, "packageId"), text(one, "version")
    uri, bar, said = uri.partition("|")
    if bar and said != version:
        told = f"`uri` says the version {said}, `version` {version}" if version else "the version stands in `version`"
        run.say("definition-guide", at, told, fix=f'"version": "{said}"' if said else "", value=said)
    if uri and "/ImplementationGuide/" not in uri:
        run.say(
            "definition-guide",
            at,
            "expected the canonical of an ImplementationGuide, …/ImplementationGuide/…",
            value=uri,
        )
    if name and not _PACKAGE.fullmatch(name):
        run.say("definition-guide", at, "not the name of a FHIR package", value=name)
    if not name or not version:
        run.say("definition-guide", at, "the package is not said with its name and version", "warning")
    elif not _VERSION.fullmatch(version):
        run.say("definition-guide", at, "not the version of a package", value=version)
