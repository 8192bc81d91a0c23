"""`just bench-delivery URL`: pushing, beside httpx posting the same ready-made transactions, and pushing again.

The server is given (an empty HAPI on the same machine: `just hapi`). Wall time, and CPU time of this process alone, for
each resource. Each round has fresh identities, so that both ways create all that they send; the second push of the same
must write nothing. The ways take turns, since the server gets slower as it fills. Then other clients, each in an
environment of its own (`uv run --with`), creating the same kind of resources one by one, as they do; and how many
requests a plan of 1,000 resources takes.
"""

from __future__ import annotations

import argparse
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from fhir_case import FHIRClient, dumps, loads
from fhir_case.bundle.identity import Identity

ITEM = "urn:fhir-case:item"
CLIENTS = Path(__file__).parent / "benches/clients.py"
TYPES = ("Condition", "Observation", "Observation", "Procedure", "MedicationStatement", "Observation")


def transaction(resources: int) -> dict[str, Any]:
    """A patient and so many resources of his, each under an identity of its own."""
    case = f"bench-{uuid.uuid4()}"
    patient = Identity("Patient", ITEM, f"{case}/patient")
    entries = [_entry(patient, {"gender": "female"}, shared=True)]
    for number in range(resources - 1):
        type_ = TYPES[number % len(TYPES)]
        content: dict[str, Any] = {"subject": {"reference": patient.address}, "code": {"text": f"Finding {number}"}}
        if type_ == "MedicationStatement":
            content["medicationCodeableConcept"] = content.pop("code")
        if type_ != "Condition":
            content["status"] = {"Procedure": "completed", "MedicationStatement": "active"}.get(type_, "final")
        entries.append(_entry(Identity(type_, ITEM, f"{case}/{number}"), content))
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _entry(one: Identity, content: dict[str, Any], *, shared: bool = False) -> dict[str, Any]:
    resource = {"resourceType": one.type, "identifier": [{"system": ITEM, "value": one.value}], **content}
    create = {"method": "POST", "url": one.type, "ifNoneExist": one.query}
    update = {"method": "PUT", "url": f"{one.type}?{one.query}"}
    return {"fullUrl": one.address, "resource": resource, "request": create if shared else update}


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("server", help="the base address of an empty FHIR server")
    options.add_argument("--transactions", type=int, default=40, help="of each way (40)")
    options.add_argument("--size", type=int, default=250, help="resources in each (250)")
    options.add_argument(
        "--peers", type=int, default=1000, help="resources that each other client creates (1000); 0: none"
    )
    chosen = options.parse_args()
    headers = {"Content-Type": "application/fhir+json"}
    totals: dict[str, list[float]] = {name: [0.0, 0.0] for name in ("httpx, ready-made", "push", "push again")}
    with httpx.Client(timeout=300) as client, FHIRClient(chosen.server) as server:
        server.capabilities()

        def bare(body: str) -> None:
            client.post(chosen.server, content=body, headers=headers).raise_for_status()

        bare(dumps(transaction(chosen.size)))
        server.push(transaction(chosen.size))
        for _ in range(chosen.transactions):
            ready, ours = dumps(transaction(chosen.size)), transaction(chosen.size)
            for name, work in (
                ("httpx, ready-made", lambda ready=ready: bare(ready)),
                ("push", lambda ours=ours: _all(server.push(ours).created, chosen.size)),
                ("push again", lambda ours=ours: _all(server.push(ours).unchanged, chosen.size)),
            ):
                for place, seconds in enumerate(timed(work)):
                    totals[name][place] += seconds
        planned = requests_of_a_plan(server)
    count = chosen.transactions * chosen.size
    print(f"{chosen.transactions} transactions of {chosen.size} resources, {count:,} in all")
    print("\n| | wall ms a resource | beside httpx | client CPU ms a resource |\n| --- | ---: | ---: | ---: |")
    first = totals["httpx, ready-made"][0] / count
    for name, (wall, cpu) in totals.items():
        row(name, wall / count, cpu / count, first)
    for name in ("fhirpy", "fhirclient") if chosen.peers else ():
        found = created_by(name, chosen.server, chosen.peers)
        each = found["resources"]
        row(f"{name} {found['version']}, one by one", float(found["wall"]) / each, float(found["cpu"]) / each, first)
    faster = totals["push"][0] / totals["push again"][0]
    print(f"\na plan of 1,000 resources: {planned} requests; pushing again is {faster:.1f} times as fast")


def row(name: str, wall: float, cpu: float, first: float) -> None:
    """One line of the table; seconds a resource."""
    print(f"| {name} | {wall * 1000:.2f} | {wall / first:.2f} | {cpu * 1000:.3f} |")


def requests_of_a_plan(server: FHIRClient) -> int:
    """How many requests are made to plan 1,000 resources, of which half are there."""
    bundle = transaction(1000)
    server.push({**bundle, "entry": bundle["entry"][:500]})
    before = server.conversation.metrics.requests
    plan = server.plan(bundle)
    if (len(plan.of("create")), len(plan.of("unchanged"))) != (500, 500):
        raise SystemExit("the plan is not what was to be measured")
    return server.conversation.metrics.requests - before


def created_by(name: str, server: str, resources: int) -> dict[str, Any]:
    """What another client needed."""
    lines = "\n".join(dumps(entry["resource"]) for entry in transaction(resources + 1)["entry"])
    done = subprocess.run(
        ["uv", "run", "--quiet", "--no-project", "--with", name, "python", str(CLIENTS), name, server],
        input=lines, capture_output=True, text=True, check=True,
    )  # fmt: skip
    made: dict[str, Any] = loads(done.stdout)
    return made


def _all(found: tuple[Any, ...], size: int) -> None:
    if len(found) != size:
        raise SystemExit(f"expected {size}, found {len(found)}: not what is to be measured")


if __name__ == "__main__":
    main()
