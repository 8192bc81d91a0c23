"""What other Python clients need to create the same resources: run in an environment of its own, which knows nothing of ours.

    uv run --no-project --with fhirpy python scripts/benches/clients.py fhirpy URL < RESOURCES     one a line, the patient first

Prints the client's version, resources, wall and CPU seconds, as JSON. Each is called as its own documentation says; none
of them sends a transaction of its own, so each resource is a request.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from collections.abc import Callable
from typing import Any

Create = Callable[[dict[str, Any]], str]
"""Creates a resource, and says where it is (`Patient/1`)."""


def fhirpy(url: str) -> Create:
    """https://pypi.org/project/fhirpy: `client.resource(type, **content).create()`."""
    from fhirpy import SyncFHIRClient  # type: ignore[import-not-found]

    client = SyncFHIRClient(url)

    def create(resource: dict[str, Any]) -> str:
        made = client.resource(resource["resourceType"], **resource)
        made.create()
        return f"{made.resource_type}/{made.id}"

    return create


def fhirclient(url: str) -> Create:
    """https://pypi.org/project/fhirclient: the model of the type, and its `create`."""
    from fhirclient.client import FHIRClient  # type: ignore[import-not-found]
    from fhirclient.models.fhirelementfactory import FHIRElementFactory  # type: ignore[import-not-found]

    server = FHIRClient(settings={"app_id": "bench", "api_base": url}).server

    def create(resource: dict[str, Any]) -> str:
        answer = FHIRElementFactory.instantiate(resource["resourceType"], resource).create(server)
        return f"{resource['resourceType']}/{answer['id']}"

    return create


CLIENTS: dict[str, Callable[[str], Create]] = {"fhirpy": fhirpy, "fhirclient": fhirclient}


def main() -> None:
    """The first resource is created before the watch runs."""
    name, url = sys.argv[1:]
    first, *rest = (json.loads(line) for line in sys.stdin)
    create = CLIENTS[name](url)
    patient = {"reference": create(first)}
    resources = [{**one, "subject": patient} for one in rest]
    wall, cpu = time.perf_counter(), time.process_time()
    for one in resources:
        create(one)
    taken = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    print(json.dumps({"version": importlib.metadata.version(name), "resources": len(resources), **taken}))


if __name__ == "__main__":
    main()
