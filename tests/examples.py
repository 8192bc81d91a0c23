"""What others wrote: the examples of R4 (HL7's package `hl7.fhir.r4.examples`), IPS documents, bundles of Synthea."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from servers import SCRIPTS, unavailable

from fhir_case import loads
from fhir_case.json import Json

MAPPED = frozenset(
    """
    AllergyIntolerance CarePlan CareTeam Composition Condition Device DeviceUseStatement DiagnosticReport
    DocumentReference Encounter FamilyMemberHistory Flag Goal ImagingStudy Immunization Location Medication
    MedicationAdministration MedicationRequest MedicationStatement Observation Organization Patient Practitioner
    PractitionerRole Procedure Provenance Specimen
    """.split()
)
"""The types that have a mapping, or are made from the header of a case."""


@cache
def package() -> Path:
    """The folder of R4's examples and definitions; fetched with npm where it is not there yet."""
    cached = os.environ.get("FHIR_CASE_CACHE") or Path.home() / ".cache/fhir-case"
    folder = Path(cached, "packages/hl7.fhir.r4.examples-4.0.1/package")
    if not (folder / "package.json").exists():
        if not shutil.which("npm"):
            unavailable("node", f"npm, which fetches R4's examples, is not on the PATH, and they are not in {folder}")
        made = subprocess.run(["sh", SCRIPTS / "fetch-examples"], capture_output=True, text=True, check=False)
        if made.returncode:
            unavailable("node", f"R4's examples could not be fetched: {made.stderr[-500:]}")
    return folder


@cache
def examples() -> dict[str, bytes]:
    """The examples of the mapped types by file name, as text: who needs one reads it, and may spoil it."""
    return {
        path.name: text
        for path in sorted(package().glob("*.json"))
        if path.name.partition("-")[0] in MAPPED and loads(text := path.read_bytes()).get("resourceType") in MAPPED
    }


@cache
def others() -> dict[str, list[Path]]:
    """The examples of all other types, definitions among them, by type."""
    found: dict[str, list[Path]] = {}
    for path in sorted(package().glob("*-*.json")):
        type = path.name.partition("-")[0]
        if type not in MAPPED:
            found.setdefault(type, []).append(path)
    return found


def definition(type: str) -> Json:
    """R4's definition of a type."""
    return loads((package() / f"StructureDefinition-{type}.json").read_bytes())
