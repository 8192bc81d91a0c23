r"""A patient from one server to another: loaded by its own transactions, pulled as a case, pushed to the second, compared.

    python scripts/two_servers.py http://127.0.0.1:8080/fhir http://127.0.0.1:8081/fhir \
        hospital.json practitioner.json patient-00.json

The last file is the patient's; the ones before are what it refers to (Synthea's hospital and practitioner files). The
first server takes the files as they are; the second is empty. Prints what was stored, and where the two cases differ;
the exit status is 1 if they do. `just hapi PORT` starts a server.
"""

from __future__ import annotations

import argparse
import sys
from difflib import unified_diff
from pathlib import Path

import httpx

from fhir_case import Case, FHIRClient, dumps, loads
from fhir_case.json import Json, canonical


def main() -> int:
    """Load, pull, push, pull, compare."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("first", help="the base address of the server that the files are loaded to")
    options.add_argument("second", help="the base address of the empty one")
    options.add_argument("files", nargs="+", type=Path, help="transactions, the patient's last")
    chosen = options.parse_args()
    for file in chosen.files:
        patient = loaded(chosen.first, file)
    here, there = moved(chosen.first, chosen.second, patient)
    print(f"{patient}: {sum(1 for _ in here.entries())} items, {len(here.resources)} resources kept verbatim")
    differences = compared(here, there)
    print("\n".join(differences[:40]) or "the second server's patient is equal to the first's")
    return 1 if differences else 0


def loaded(base: str, file: Path) -> str:
    """Send a transaction as it is; the patient that it stored, if any. Raises for what the server refuses."""
    headers = {"content-type": "application/fhir+json"}
    answer = httpx.post(base, content=file.read_bytes(), headers=headers, timeout=600)
    if answer.status_code >= 400:
        raise SystemExit(f"{file}: {answer.status_code} {answer.text[:500]}")
    places = [entry.get("response", {}).get("location", "") for entry in loads(answer.content).get("entry", ())]
    print(f"{file.name}: {len(places)} entries stored")
    found = next((place for place in places if place.startswith("Patient/")), "")
    return found.partition("/_history")[0]


def moved(first: str, second: str, patient: str) -> tuple[Case, Case]:
    """The case as the first server has it, and as the second has it once it was pushed there."""
    with FHIRClient(first) as server:
        here = server.pull(patient)
    with FHIRClient(second) as server:
        pushed = server.push(here)
        print(f"{pushed.patient}: {len(pushed.created)} created on the second server")
        there = server.pull(pushed.patient)
    return here, there


def compared(here: Case, there: Case) -> list[str]:
    """The lines in which two cases differ, but for how their bundles came: addresses and order are each server's own."""
    ours, theirs = (said(case) for case in (here, there))
    if canonical(ours) == canonical(theirs):
        return []
    lines = [dumps(loads(canonical(one)), indent=1).splitlines() for one in (ours, theirs)]
    return list(unified_diff(*lines, "first", "second", lineterm="", n=2))


def said(case: Case) -> Json:
    """What the case says."""
    return {name: value for name, value in case.plain().items() if name != "bundle"}


if __name__ == "__main__":
    sys.exit(main())
