"""Published profiles: their snapshots, made again from their differentials, against those that were published."""

from __future__ import annotations

import json
import sys
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

from fhir_case.definitions.snapshot import snapshot
from fhir_case.issues import DefinitionError

R4 = Path.home() / ".cache/fhir-case/packages/hl7.fhir.r4.examples-4.0.1/package"
SHARED = Path("/work/shared/data/ig-packages")
NPM = Path("/tmp/npm")
MATTERS = (
    "path",
    "sliceName",
    "min",
    "max",
    "slicing",
    "type",
    "maxLength",
    "mustSupport",
    "contentReference",
    "binding",
)
"""Besides the id, fixed, pattern and least and greatest values, and the keys of constraints: what validation looks at."""

Structure = dict[str, Any]


@cache
def core() -> dict[str, Structure]:
    """R4's own StructureDefinitions."""
    return {s["url"]: s for f in sorted(R4.glob("StructureDefinition-*.json")) for s in [json.loads(f.read_bytes())]}


@cache
def package(path: Path) -> dict[str, Structure]:
    """The StructureDefinitions of a package, by url."""
    found = {}
    with tarfile.open(path) as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            if member.name.count("/") == 1 and name.startswith("StructureDefinition-") and name.endswith(".json"):
                structure = json.load(archive.extractfile(member) or sys.stdin)
                found[structure["url"]] = structure
    return found


def finder(*paths: Path) -> Callable[[str], Structure | None]:
    """What `snapshot` asks for definitions: the packages in this order, then R4."""
    shelves = [*(package(p) for p in paths), core()]

    def find(canonical: str) -> Structure | None:
        url = canonical.partition("|")[0]
        return next((shelf[url] for shelf in shelves if url in shelf), None)

    return find


def essence(element: dict[str, Any]) -> dict[str, Any]:
    """What validation looks at in an element, in one spelling."""
    kept: dict[str, Any] = {name: element[name] for name in MATTERS if name in element}
    kept |= {n: v for n, v in element.items() if n.startswith(("fixed", "pattern", "minValue", "maxValue"))}
    kept["constraint"] = sorted({c["key"] for c in element.get("constraint", ())})
    if not kept.get("mustSupport"):
        kept.pop("mustSupport", None)
    if "binding" in kept:
        kept["binding"] = (kept["binding"].get("strength"), _plain(kept["binding"].get("valueSet", "")))
    if "slicing" in kept:
        slicing = kept["slicing"]
        kept["slicing"] = (
            sorted((d["type"], d["path"]) for d in slicing.get("discriminator", ())),
            slicing.get("ordered", False),
            slicing.get("rules"),
        )
    if "contentReference" in kept:
        kept["contentReference"] = kept["contentReference"].partition("#")[2]
    kept["type"] = [
        (
            t.get("code"),
            sorted(_plain(p) for p in t.get("profile", ())),
            sorted(_plain(p) for p in t.get("targetProfile", ())),
        )
        for t in element.get("type", ())
    ]
    return kept


def _plain(canonical: str) -> str:
    """Without its version: some packages were published with all canonicals pinned (IPS 2.0.0: `|4.0.1`)."""
    return canonical.partition("|")[0]


def differences(made: list[dict[str, Any]], published: list[dict[str, Any]]) -> Iterator[tuple[str, str, Any, Any]]:
    """(id, what, made, published) of all that differs; `order` once."""
    ours, theirs = ({e["id"]: essence(e) for e in elements} for elements in (made, published))
    for identity in ours.keys() - theirs.keys():
        yield identity, "too many", None, None
    for identity in theirs.keys() - ours.keys():
        yield identity, "missing", None, None
    if [i for i in ours if i in theirs] != [i for i in theirs if i in ours]:
        yield "", "order", None, None
    for identity in ours.keys() & theirs.keys():
        one, other = ours[identity], theirs[identity]
        for name in one.keys() | other.keys():
            if one.get(name) != other.get(name):
                yield identity, name, one.get(name), other.get(name)


def remade(
    structures: dict[str, Structure], find: Callable[[str], Structure | None]
) -> Iterator[tuple[Structure, Any, float]]:
    """Each profile with its snapshot made anew (or the error), and the seconds it took."""
    for structure in structures.values():
        if not {"differential", "snapshot", "baseDefinition"} <= structure.keys():
            continue
        if (
            structure["url"].startswith("http://hl7.org/fhir/StructureDefinition/")
            and structure["derivation"] != "constraint"
        ):
            continue  # the types and resources of R4 are what all else stands on
        bare = {name: value for name, value in structure.items() if name != "snapshot"}
        begin = process_time()
        try:
            made: Any = snapshot(bare, find)
        except DefinitionError as error:
            made = error
        yield structure, made, process_time() - begin


SETS = {
    "R4": [],
    "us_core_311": [SHARED / "us_core_311.tgz"],
    "us_core_610": [SHARED / "us_core_610.tgz"],
    "ips_v110": [SHARED / "ips_v110.tgz"],
    "ips_200": [SHARED / "hl7.fhir.uv.ips-2.0.0.tgz"],
    "extensions": [NPM / "hl7.fhir.uv.extensions.r4-5.3.0-ballot-tc1.tgz"],
    "genomics": [NPM / "hl7.fhir.uv.genomics-reporting-3.0.0.tgz"],
    "mcode": [NPM / "hl7.fhir.us.mcode-4.0.0.tgz"],
    "sdc": [NPM / "hl7.fhir.uv.sdc-4.0.0-ballot.tgz"],
}
OTHERS = [SETS[n][0] for n in ("us_core_610", "genomics", "extensions", "ips_200", "sdc")]


def main(names: list[str], shown: int) -> None:
    """A table of the shares that are equal; with names, the differences of these sets too."""
    for name in names or SETS:
        paths = SETS[name]
        structures = package(paths[0]) if paths else core()
        kinds: Counter[str] = Counter()
        profiles = equal_profiles = elements = wrong = 0
        slowest = (0.0, "")
        lines = []
        for structure, made, seconds in remade(structures, finder(*paths, *OTHERS)):
            profiles += 1
            published = structure["snapshot"]["element"]
            elements += len(published)
            slowest = max(slowest, (seconds, structure["id"]))
            if isinstance(made, DefinitionError):
                kinds["error"] += 1
                wrong += len(published)
                lines.append(str(made))
                continue
            found = list(differences(made, published))
            equal_profiles += not found
            wrong += len({d[0] for d in found})
            kinds.update(d[1] for d in found)
            lines += [f"{structure['id']} {i}: {w} ours {a} theirs {b}" for i, w, a, b in sorted(found, key=str)]
        print(
            f"{name:12} profiles {equal_profiles}/{profiles} elements {elements - wrong}/{elements} "
            f"({100 * (1 - wrong / max(elements, 1)):.2f} %) slowest {slowest[0] * 1000:.1f} ms {slowest[1]} {dict(kinds)}"
        )
        for line in lines[:shown] if names else ():
            print("  ", line[:330])


if __name__ == "__main__":
    main(sys.argv[2:], int(sys.argv[1]) if sys.argv[1:] else 0)
