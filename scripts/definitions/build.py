"""build.py: makes fhir_case/definitions/tables/r4.bin from HL7's packages; `--check` only says whether it is current.

    python scripts/definitions/build.py [EXAMPLES_FOLDER] [EXPANSIONS_TGZ] [--check]

Sources: npm hl7.fhir.r4.examples@4.0.1 (scripts/fetch-examples unpacks it) and hl7.fhir.r4.expansions@4.0.1
(`npm pack`). What goes in and what is left out is written in fhir_case/definitions/r4.py.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from shelving import shelved

from fhir_case import json
from fhir_case.definitions.r4 import TABLE
from fhir_case.definitions.shelf import Shelf
from fhir_case.definitions.stripping import stripped

Resource = dict[str, Any]
HERE = Path(__file__).parent
KINDS = (
    "StructureDefinition ValueSet CodeSystem ConceptMap SearchParameter OperationDefinition CompartmentDefinition "
    "CapabilityStatement"
).split()
CANONICAL = ("http://hl7.org/fhir/", "http://terminology.hl7.org/")
TOO_COSTLY = "http://hl7.org/fhir/StructureDefinition/valueset-toocostly"  # the expansion was cut short
PRIMITIVE, COMPLEX, RESOURCE = "primitive-type", "complex-type", "resource"


def examples() -> Path:
    """The unpacked package of examples; fetched the first time."""
    run = subprocess.run(["sh", str(HERE.parent / "fetch-examples")], check=True, capture_output=True, text=True)
    return Path(run.stdout.strip())


def expansions() -> Path:
    """The package of expansions as npm packs it; fetched the first time."""
    archive = examples().parents[1] / "hl7.fhir.r4.expansions-4.0.1.tgz"
    if not archive.exists():
        subprocess.run(
            ["npm", "pack", "--silent", "hl7.fhir.r4.expansions@4.0.1", "--pack-destination", str(archive.parent)],
            check=True,
            capture_output=True,
        )
    return archive


def sources(folder: Path, archive: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files that count, by name: definitions of the examples package, and expansions."""
    kept = {path.name: path.read_bytes() for kind in KINDS for path in folder.glob(f"{kind}-*.json")}
    with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as tar:
        # Every file stands there twice, with and without its ending.
        expanded = {
            member.name: tar.extractfile(member).read()  # type: ignore[union-attr]
            for member in tar
            if member.name.startswith("package/ValueSet-") and member.name.endswith(".json")
        }
    return kept, expanded


def digest(*groups: dict[str, bytes]) -> str:
    """sha256 over names and contents of the sources."""
    made = hashlib.sha256()
    for group in groups:
        for name in sorted(group):
            made.update(name.encode() + b"\0" + hashlib.sha256(group[name]).digest())
    return made.hexdigest()


def definitions(kept: dict[str, bytes], expanded: dict[str, bytes]) -> Iterator[Resource]:
    """The resources that go in, stripped."""
    resources = [one for one in map(json.loads, kept.values()) if one.get("url")]  # a map of the examples has none
    published = {one["url"]: one for one in map(json.loads, expanded.values())}
    here = {one["url"] for one in resources if one["resourceType"] == "CodeSystem" and one["content"] == "complete"}
    for one in resources:
        if one["resourceType"] == "ValueSet":
            yield stripped(with_expansion(one, published.get(one["url"]), here))
        elif one["resourceType"] == "SearchParameter":
            yield {name: one[name] for name in SEARCH_PARAMETER if name in one}
        elif one["url"].startswith(CANONICAL) or one["resourceType"] in ("StructureDefinition", "CodeSystem"):
            yield stripped(one)


SEARCH_PARAMETER = (
    "resourceType id url version name derivedFrom status code base type expression target multipleOr multipleAnd "
    "comparator modifier component"
).split()


def with_expansion(value_set: Resource, published: Resource | None, here: set[str]) -> Resource:
    """The value set with its published expansion where its compose needs systems that are not here, if it is complete."""
    made = {name: held for name, held in value_set.items() if name != "expansion"}
    if published is None or all(system in here for system in systems(value_set)):
        return made
    expansion = published["expansion"]
    marks = [{"url": one["url"], "valueBoolean": True} for one in expansion.get("extension", ())]
    if not expansion.get("contains") or any(mark["url"] == TOO_COSTLY for mark in marks):
        return made
    return {**made, "expansion": {
        **({"extension": marks} if marks else {}),
        "parameter": [one for one in expansion.get("parameter", ()) if one["name"] == "version"],
        "contains": list(members(expansion["contains"])),
    }}  # fmt: skip


def systems(value_set: Resource) -> set[str | None]:
    """The code systems whose content a value set needs: where it lists its codes, it needs none."""
    compose = value_set["compose"]
    parts = [one for part in ("include", "exclude") for one in compose.get(part, ())]
    return {one.get("system") for one in parts if "concept" not in one}


def members(contains: Iterable[Resource]) -> Iterator[Resource]:
    """The entries of an expansion without what validation doesn't use."""
    for one in contains:
        made = {
            name: one[name] for name in ("system", "version", "code", "display", "abstract", "inactive") if name in one
        }
        if one.get("contains"):
            made["contains"] = list(members(one["contains"]))
        yield made


def names(resources: list[Resource]) -> dict[str, list[str]]:
    """The names of R4's types: those that a resource or an element can have, abstract ones apart."""

    def of(kind: str, abstract: bool = False) -> list[str]:
        return sorted(
            one["type"]
            for one in resources
            if one["resourceType"] == "StructureDefinition"
            and one["kind"] == kind
            and one.get("derivation") != "constraint"
            and one["abstract"] is abstract
        )

    return {
        "resources": of(RESOURCE),
        "datatypes": sorted(of(COMPLEX) + of(COMPLEX, abstract=True)),
        "primitives": of(PRIMITIVE),
        "abstract": of(RESOURCE, abstract=True),
    }


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    paths = [Path(one) for one in arguments if one != "--check"]
    groups = sources(paths[0] if paths else examples(), paths[1] if len(paths) > 1 else expansions())
    resources = list(definitions(*groups))
    about = {"fhirVersion": "4.0.1", "source": digest(*groups), **names(resources)}
    made = shelved(resources, about)
    if check:
        current = TABLE.exists() and TABLE.read_bytes() == made
        print(f"{TABLE.name}: {'current' if current else 'not what its sources and the generator give'}")
        return 0 if current else 1
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_bytes(made)
    shelf = Shelf(TABLE)
    print(f"{TABLE.name}: {len(shelf.entries)} resources, {len(made):,} bytes, sources {about['source'][:16]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
