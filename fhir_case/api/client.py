"""`FHIRClient` and `AsyncFHIRClient`: cases onto a FHIR R4 server and home again.

Both run the same steps, which do no I/O; only the loops differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from fhir_case.api.case import Case, Reading
from fhir_case.api.depth import walked
from fhir_case.api.sources import resource_of
from fhir_case.case.check import refers_well
from fhir_case.client.drivers import run, run_async
from fhir_case.client.messages import Step, base_url
from fhir_case.client.steps import Capabilities, capabilities
from fhir_case.client.wire import async_client, sync_client
from fhir_case.delivery.home import home
from fhir_case.delivery.pull import pull
from fhir_case.delivery.push import push
from fhir_case.delivery.pushed import Pushed
from fhir_case.issues import CaseError, Issue, Report

if TYPE_CHECKING:
    import httpx


def bundle_of(source: Any) -> dict[str, Any]:
    """The transaction that is pushed for a case, or for a bundle in any form.

    Raises `CaseError` for a bundle of which nothing can be pushed.
    """
    if isinstance(source, Case):
        return source.to_bundle("transaction")
    bundle = resource_of(source)
    if bundle.get("resourceType") != "Bundle":
        kind = str(bundle.get("resourceType"))[:40]
        raise CaseError((Issue("not-a-bundle", f"expected a case or a Bundle to push, found {kind}"),))
    return Case.from_bundle(bundle).to_bundle("transaction")


def opened(base: str, known: Capabilities | None) -> Step[Capabilities]:
    """What the server is; asked once, before anything is sent to it."""
    return (yield from capabilities(base)) if known is None else known


def pulled(base: str, patient: str) -> Step[Reading]:
    """The case that the server tells of a patient, and what was only carried or could not be reached."""
    found = yield from pull(base, patient)
    with walked():
        came = home(found.entries, base)
    reading = Case.read(came.bundle)
    if refers_well(reading.case):  # else it must be known that others wrote it, for the case to be loaded again
        reading.case.bundle = None  # how the server sent it is no part of the case
    reading.case._origin = came.origin
    return Reading(reading.case, Report((*found.issues, *came.issues)) + reading.report)


class FHIRClient:
    """A FHIR R4 server, for as long as the `with` block lasts.

    `client`: an `httpx.Client` of your own (its transport, certificates, login); it is not closed here.
    """

    def __init__(self, base: str, *, client: httpx.Client | None = None) -> None:
        self.base = base_url(base)
        self._own = client is None
        self._client = client or sync_client()
        self._capabilities: Capabilities | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, unless they are those of a client that was given."""
        if self._own:
            self._client.close()

    def capabilities(self) -> Capabilities:
        """What the server says that it is. Raises `Unreachable` where that is no FHIR R4 server."""
        self._capabilities = run(opened(self.base, self._capabilities), self._client)
        return self._capabilities

    def push(self, case: Any, *, patient: str | None = None, own: bool = False) -> Pushed:
        """Store a case (or a bundle), sending only what differs from what the server has.

        `patient`: attach it to `Patient/123`, which stays untouched. `own`: update the patient, organizations and
        practitioners too, which are otherwise created if absent and never overwritten. Raises `ServerError`.
        """
        self.capabilities()
        return run(push(self.base, bundle_of(case), patient=patient, own=own), self._client)

    def read(self, patient: str) -> Reading:
        """All that the server has of `Patient/123`, as a case, with a report of what was only carried. Raises `ServerError`."""
        self.capabilities()
        return run(pulled(self.base, patient), self._client)

    def pull(self, patient: str) -> Case:
        """All that the server has of `Patient/123`, as a case; see `read`."""
        return self.read(patient).case


class AsyncFHIRClient:
    """`FHIRClient` for asyncio: the same methods, awaited."""

    def __init__(self, base: str, *, client: httpx.AsyncClient | None = None) -> None:
        self.base = base_url(base)
        self._own = client is None
        self._client = client or async_client()
        self._capabilities: Capabilities | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections, unless they are those of a client that was given."""
        if self._own:
            await self._client.aclose()

    async def capabilities(self) -> Capabilities:
        """What the server says that it is. Raises `Unreachable` where that is no FHIR R4 server."""
        self._capabilities = await run_async(opened(self.base, self._capabilities), self._client)
        return self._capabilities

    async def push(self, case: Any, *, patient: str | None = None, own: bool = False) -> Pushed:
        """See `FHIRClient.push`."""
        await self.capabilities()
        return await run_async(push(self.base, bundle_of(case), patient=patient, own=own), self._client)

    async def read(self, patient: str) -> Reading:
        """See `FHIRClient.read`."""
        await self.capabilities()
        return await run_async(pulled(self.base, patient), self._client)

    async def pull(self, patient: str) -> Case:
        """See `FHIRClient.pull`."""
        return (await self.read(patient)).case
