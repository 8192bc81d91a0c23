"""build_ips.py: makes fhir_case/definitions/tables/ips.bin; `--check` only says whether it is current.

    python scripts/definitions/build_ips.py [--check]

Sources: `../shared/data/ig-packages` (IPS 2.0.0, US Core 6.1.0) and npm hl7.fhir.uv.extensions.r4@5.3.0-ballot-tc1. What goes
in is written in fhir_case/definitions/embedded.py.
"""

from __future__ import annotations

import io
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from build import digest
from shelving import shelved

from fhir_case import json
from fhir_case.definitions.embedded import TABLES
from fhir_case.definitions.shelf import Shelf
from fhir_case.definitions.stripping import stripped

sys.path.append(str(Path(__file__).parents[1] / "oracle"))
from named import package
from verdicts import SHARED

Resource = dict[str, Any]
TABLE = TABLES / "ips.bin"
PACKAGES = (
    str(SHARED / "data/ig-packages/hl7.fhir.uv.ips-2.0.0.tgz"),
    "hl7.fhir.uv.extensions.r4@5.3.0-ballot-tc1",
    str(SHARED / "data/ig-packages/us_core_610.tgz"),
)
KINDS = ("StructureDefinition-", "ValueSet-", "CodeSystem-")
WRITTEN = (
    "StructureDefinition-derivation-reference", "StructureDefinition-us-core-race",
    "StructureDefinition-us-core-ethnicity", "ValueSet-omb-race-category", "ValueSet-detailed-race",
    "ValueSet-omb-ethnicity-category", "ValueSet-detailed-ethnicity",
)  # fmt: skip
REFERRED = (
    "StructureDefinition-allergyintolerance-abatement", "StructureDefinition-flag-priority",
    "StructureDefinition-individual-genderIdentity", "StructureDefinition-individual-pronouns",
    "StructureDefinition-note", "StructureDefinition-translation",
)  # fmt: skip
"""By profiles of IPS, in just this version."""


def sources() -> dict[str, bytes]:
    """The files that go in, by package and name."""
    found = {}
    for number, name in enumerate(PACKAGES):
        with tarfile.open(fileobj=io.BytesIO(package(name).read_bytes())) as tar:
            for member in tar:
                path = Path(member.name)
                wanted = path.name.startswith(KINDS) if number == 0 else path.stem in WRITTEN + REFERRED
                if path.parent == Path("package") and wanted and path.suffix == ".json":
                    held = tar.extractfile(member)
                    found[f"{number}/{path.name}"] = held.read() if held else b""
    return found


def definitions(found: dict[str, bytes]) -> Iterator[Resource]:
    """The resources that go in, stripped; those of the other packages only where IPS has none of that url."""
    seen = set()
    for name in sorted(found):
        resource = json.loads(found[name])
        if resource["url"] not in seen:
            seen.add(resource["url"])
            yield stripped(resource)


def main(arguments: list[str]) -> int:
    found = sources()
    made = shelved(definitions(found), {"fhirVersion": "4.0.1", "source": digest(found)})
    if "--check" in arguments:
        current = TABLE.exists() and TABLE.read_bytes() == made
        print(f"{TABLE.name}: {'current' if current else 'not what its sources and the generator give'}")
        return 0 if current else 1
    TABLE.write_bytes(made)
    print(f"{TABLE.name}: {len(Shelf(TABLE).entries)} resources, {len(made):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
