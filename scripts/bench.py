"""`just bench`: what the seed case costs, in CPU time, and how much of HL7's examples the lines read.

Everything is measured in one process on one core; the same bundle through the models of fhir.resources is the peer.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from fhir.resources.R4B.bundle import Bundle

from fhir_case import Case, dumps, loads
from fhir_case.bundle.registry import installed
from fhir_case.case.base import Part
from fhir_case.json import Json, canonical

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "fixtures/cases/juvenile-dermatomyositis-calcinosis/case.yaml"


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--case", type=Path, default=SEED, help="the case to measure with (the seed case)")
    options.add_argument("--seconds", type=float, default=2.0, help="CPU seconds for each figure (2)")
    options.add_argument("--no-examples", action="store_true", help="leave out the share of leaves read by lines")
    chosen = options.parse_args()
    print_speeds(chosen.case, chosen.seconds)
    print_starts()
    if not chosen.no_examples:
        print_shares(examples())


# --- speed ------------------------------------------------------------------------------------------------------------


def seconds_each(work: Callable[[], object], at_least: float) -> float:
    """CPU seconds for one run of `work`: the best of five stretches."""
    work()  # what is made on first use is made before
    stretches = []
    for _ in range(5):
        start, runs = time.process_time(), 0
        while time.process_time() - start < at_least / 5:
            work()
            runs += 1
        stretches.append((time.process_time() - start) / runs)
    return min(stretches)


def print_speeds(path: Path, at_least: float) -> None:
    """The seed case to a bundle, back, and through the peer."""
    case = Case.load(path)
    bundle = case.to_bundle("transaction")
    print(f"{path.parent.name}: {len(list(case.entries()))} items, {len(bundle['entry'])} resources\n")
    build = seconds_each(lambda: case.to_bundle("transaction"), at_least)
    text = seconds_each(lambda: dumps(case.to_bundle("transaction")), at_least)
    plain = for_peer(bundle)
    peer = seconds_each(lambda: Bundle.model_validate(plain).model_dump_json(), at_least)
    read = seconds_each(lambda: Case.from_bundle(bundle), at_least)
    load = seconds_each(lambda: Case.load(path), at_least)
    figure("case -> transaction bundle", f"{1 / build:8.0f} cases/s", "at least 400, aim 600")
    figure("bundle -> case", f"{1 / read:8.0f} cases/s", "at least 200, aim 300")
    figure("Case.load", f"{load * 1000:8.1f} ms", "under 60")
    figure("case -> bundle as JSON text", f"{1 / text:8.0f} cases/s")
    figure("the same through fhir.resources", f"{1 / peer:8.0f} cases/s", "models made and written: the peer")
    figure("ours : peer", f"{peer / text:8.1f} : 1")


def for_peer(value: Json) -> Json:
    """The bundle as the peer takes it: its Extension knows no `_value[x]`, so these are left out (in its favour)."""
    if isinstance(value, dict):
        return {k: for_peer(held) for k, held in value.items() if not ("url" in value and k.startswith("_value"))}
    return [for_peer(held) for held in value] if isinstance(value, list) else value


STARTS = {
    "python, nothing else": ("pass", ""),
    "import fhir_case": ("import fhir_case", "under 0.1"),
    "from fhir_case import Case": ("from fhir_case import Case", "under 0.35"),
    "from fhir_case import FHIRClient": ("from fhir_case import FHIRClient", ""),
    "fhir-case --help": ("import sys; sys.argv = ['fhir-case', '--help']; from fhir_case.cli import main; main()", "under 0.5"),
}  # fmt: skip


def print_starts() -> None:
    """What it costs to start."""
    print()
    for name, (code, aim) in STARTS.items():
        figure(name, f"{min(cpu_of(code) for _ in range(5)):8.3f} s", aim)


def cpu_of(code: str) -> float:
    """CPU seconds, of user and system, of a new Python that runs the code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def figure(name: str, value: str, aim: str = "") -> None:
    """One line of the table."""
    print(f"  {name:34}{value:22}{aim}".rstrip(), flush=True)


# --- how much the lines read ------------------------------------------------------------------------------------------

_AROUND = frozenset({"resourceType", "id", "meta", "text"})
"""What is no statement of the resource: its type, its id, what the server says of it, its narrative."""


def examples() -> Iterator[dict[str, Json]]:
    """HL7's examples of FHIR R4, of the types that have a mapping."""
    folder = subprocess.run([ROOT / "scripts/fetch-examples"], check=True, stdout=subprocess.PIPE, text=True).stdout
    mapped = {mapping.type for mapping in installed().all}
    for path in sorted(Path(folder.strip()).glob("*.json")):
        if path.name.split("-")[0] in mapped:
            example = loads(path.read_bytes())
            if isinstance(example, dict) and example.get("resourceType") in mapped:
                yield example


def print_shares(resources: Iterator[dict[str, Json]]) -> None:
    """By type: how many leaves (scalars) of the examples the lines alone give back, what is only carried left out."""
    print(f"\n  {'leaves read by lines':24}{'resources':>10}{'carried':>10}{'leaves':>10}{'read':>10}")
    total: Counter[str] = Counter()
    found = sorted(resources, key=lambda one: one["resourceType"])
    for type, same in groupby(found, key=lambda one: one["resourceType"]):
        counts: Counter[str] = Counter()
        for one in same:
            counts.update(counted(one))
        total += counts
        print_row(type, counts)
    print_row("all", total)


def print_row(name: str, counts: Counter[str]) -> None:
    """One line of the table of shares."""
    share = counts["read"] / max(counts["leaves"], 1)
    print(f"  {name:24}{counts['resources']:10}{counts['carried']:10}{counts['leaves']:10}{share:10.1%}", flush=True)


def counted(example: dict[str, Json]) -> dict[str, int]:
    """Leaves of one resource, and those that its item gives back once everything verbatim is taken from it."""
    case = Case.from_bundle({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": example}]})
    theirs = Counter(leaves(without(example)))
    carried = bool(case.resources)
    if not carried:
        for entry in case.entries():
            strip(entry.item)
        rendered = case.to_bundle()["entry"][0]["resource"]
        read = (theirs & Counter(leaves(without(rendered)))).total()
    return {"resources": 1, "carried": int(carried), "leaves": theirs.total(), "read": 0 if carried else read}


def without(one: dict[str, Json]) -> dict[str, Json]:
    """The resource without what is around it."""
    return {key: value for key, value in one.items() if key not in _AROUND}


def leaves(value: Json, path: str = "") -> Iterator[tuple[str, bytes]]:
    """All scalars with their paths; places in lists do not count, since an order may differ."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield from leaves(held, f"{path}.{key}")
    elif isinstance(value, list):
        for held in value:
            yield from leaves(held, path)
    elif value is not None:
        yield path, canonical(value)


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
