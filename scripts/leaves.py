"""`just leaves`: how much of what others wrote the lines read into fields, by resource type, and what is only carried.

A leaf is a scalar of a resource; its type, id, meta and narrative do not count. It is read where the item gives it back
once everything that the case keeps verbatim has been taken from it.
"""

from __future__ import annotations

import argparse
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from fhir_case import Case, loads
from fhir_case.bundle.registry import installed
from fhir_case.case.base import Part
from fhir_case.json import Json, canonical

SCRIPTS = Path(__file__).resolve().parent
DATA = SCRIPTS.parent.parent / "shared/data"

AROUND = frozenset({"resourceType", "id", "meta", "text"})
"""What is no statement of the resource: its type, its id, what the server says of it, its narrative."""


class Share(NamedTuple):
    """What was found of one resource type."""

    resources: int
    carried: int
    """Resources that no mapping read."""
    leaves: int
    left: Counter[str]
    """The paths of the leaves that are not read, and how many there are."""

    @property
    def read(self) -> int:
        """The leaves that are read into fields."""
        return self.leaves - self.left.total()

    @property
    def share(self) -> float:
        """Which part of the leaves is read."""
        return self.read / max(self.leaves, 1)

    def plus(self, other: Share) -> Share:
        """Both together."""
        return Share(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


NOTHING = Share(0, 0, 0, Counter())


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("files", nargs="*", type=Path, help="bundles (IPS documents and Synthea's patients)")
    options.add_argument("--left", type=int, default=0, metavar="N", help="the N paths that are left most, by type")
    options.add_argument("--examples", action="store_true", help="HL7's examples of the mapped types instead")
    chosen = options.parse_args()
    shares = measured(examples() if chosen.examples else map(read, chosen.files or documents()))
    print_table(shares)
    for type, share in sorted(shares.items()) if chosen.left else ():
        for path, count in share.left.most_common(chosen.left):
            print(f"  {count:8}  {type}{path}")


def documents() -> list[Path]:
    """The IPS documents and the patients of Synthea."""
    return [*sorted((DATA / "ips-bundles").glob("*.json")), *sorted((DATA / "synthea").glob("patient-*.json"))]


def read(path: Path) -> dict[str, Json]:
    """The bundle in a file."""
    bundle: dict[str, Json] = loads(path.read_bytes())
    return bundle


def examples() -> Iterator[dict[str, Json]]:
    """HL7's examples of FHIR R4, of the types that have a mapping, each in a bundle of its own."""
    fetched = subprocess.run([SCRIPTS / "fetch-examples"], check=True, stdout=subprocess.PIPE, text=True)
    types = {mapping.type for mapping in installed().all}
    for path in sorted(Path(fetched.stdout.strip()).glob("*.json")):
        if path.name.split("-")[0] in types:
            yield {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": loads(path.read_bytes())}]}


def measured(bundles: Iterable[dict[str, Json]]) -> dict[str, Share]:
    """What the lines read of bundles, by resource type."""
    shares: dict[str, Share] = {}
    for bundle in bundles:
        for type, share in _of_bundle(bundle):
            shares[type] = shares.get(type, NOTHING).plus(share)
    return shares


def mapped(shares: dict[str, Share]) -> dict[str, Share]:
    """Those of the types that have a mapping."""
    types = {mapping.type for mapping in installed().all}
    return {type: share for type, share in shares.items() if type in types}


def together(shares: dict[str, Share]) -> Share:
    """All types as one."""
    whole = NOTHING
    for share in shares.values():
        whole = whole.plus(share)
    return whole


def print_table(shares: dict[str, Share]) -> None:
    """By type: how many leaves there are, and which part of them is read."""
    print(f"  {'leaves read by lines':28}{'resources':>10}{'carried':>10}{'leaves':>10}{'read':>10}")
    known = mapped(shares)
    for type, share in sorted(known.items()):
        _print_row(type, share)
    _print_row("all mapped types", together(known))
    others = {type: share for type, share in shares.items() if type not in known}
    if others:
        print(f"  carried: {', '.join(f'{type} ({share.resources})' for type, share in sorted(others.items()))}")


def _print_row(name: str, share: Share) -> None:
    print(f"  {name:28}{share.resources:10}{share.carried:10}{share.leaves:10}{share.share:10.1%}")


def _of_bundle(bundle: dict[str, Json]) -> Iterator[tuple[str, Share]]:
    case = Case.from_bundle(bundle)
    verbatim = set(case.resources)
    for entry in case.entries():
        strip(entry.item)
    for key, resource in case.resources.items():
        case.resources[key] = {"resourceType": resource["resourceType"]}
    rendered = case.to_bundle(None).get("entry", [])
    items = [came.item for came in case.bundle.entries] if case.bundle else [None] * len(rendered)
    for theirs, ours, item in zip(bundle.get("entry", []), rendered, items, strict=True):
        if "resource" in theirs:
            yield _of_resource(theirs["resource"], ours["resource"], carried=item in verbatim)


def _of_resource(theirs: dict[str, Json], ours: dict[str, Json], *, carried: bool) -> tuple[str, Share]:
    stated = Counter(leaves(without(theirs)))
    left: Counter[str] = Counter()
    for (path, _value), count in (stated - Counter(leaves(without(ours)))).items():
        left[path] += count
    return theirs["resourceType"], Share(1, int(carried), stated.total(), left)


def without(one: dict[str, Json]) -> dict[str, Json]:
    """The resource without what is around it."""
    return {key: value for key, value in one.items() if key not in AROUND}


def leaves(value: Json, path: str = "") -> Iterator[tuple[str, bytes]]:
    """All scalars with their paths; places in lists do not count, since an order may differ."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield from leaves(held, f"{path}.{key}" + _url(value, key))
    elif isinstance(value, list):
        for held in value:
            yield from leaves(held, path)
    elif value is not None:
        yield path, canonical(value)


def _url(holder: dict[str, Json], key: str) -> str:
    """Extensions are told by the ends of their urls."""
    url = holder.get("url")
    return f"({re.split('[/#]', url)[-1]})" if key.startswith("value") and isinstance(url, str) else ""


def strip(value: Any) -> None:
    """Take everything verbatim from an item and its parts."""
    if isinstance(value, Part):
        value.remainder = None
        for name in type(value).model_fields:
            strip(getattr(value, name))
    elif isinstance(value, dict | list):
        for held in value.values() if isinstance(value, dict) else value:
            strip(held)


if __name__ == "__main__":
    main()
