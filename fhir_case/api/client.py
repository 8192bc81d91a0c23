"""`FHIRClient` and `AsyncFHIRClient`: cases onto a FHIR R4 server and home again.

Both run the same steps, which do no I/O; only the loops differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypedDict, TypeVar, Unpack, cast

from fhir_case.api.access import Access, conversation, tls
from fhir_case.api.bulk import Exported, exporting, unseen, wanted
from fhir_case.api.case import Case, Reading
from fhir_case.api.depth import walked
from fhir_case.api.outgoing import Outgoing, moved_on, outgoing, renamed
from fhir_case.case.check import refers_well
from fhir_case.client.drivers import run, run_async
from fhir_case.client.history import History, changed, history
from fhir_case.client.messages import Step, base_url
from fhir_case.client.metrics import counted
from fhir_case.client.search import Found, search
from fhir_case.client.steps import Capabilities, capabilities
from fhir_case.client.wire import async_client, sync_client
from fhir_case.client.writing import process_message
from fhir_case.delivery.abilities import abilities
from fhir_case.delivery.home import home
from fhir_case.delivery.plan import Choices, Plan, Withdraw
from fhir_case.delivery.planning import Job
from fhir_case.delivery.pull import pull
from fhir_case.delivery.push import job_of, plan_of, push
from fhir_case.delivery.pushed import Pushed
from fhir_case.issues import Issue, Refused, Report

if TYPE_CHECKING:
    import httpx


T = TypeVar("T")


class Chosen(TypedDict, total=False):
    """How to push; each of these is explained at `fhir_case.delivery.plan.Choices`."""

    patient: str | None
    own: bool
    overwrite: bool
    withdraw: Withdraw
    partial: bool
    ask: bool
    limit: int


def _job(base: str, known: Capabilities, made: Outgoing, choices: Chosen, *, planned: bool) -> Job:
    """What is to be done for what is to be sent; a plan is known by the digest of it, and looks for what is left."""
    return job_of(
        base, made.bundle, Choices(**choices), can=abilities(known.rest), origin=made.located,
        source=made.digest if planned else "", looks=planned,
    )  # fmt: skip


def planning(base: str, known: Capabilities, source: Any, as_document: bool, choices: Chosen) -> Step[Plan]:
    """What a push would do."""
    made = outgoing(source, base, as_document=as_document)
    if made.message:
        raise Refused("a message is handed over, and what becomes of it is not known before; there is nothing to plan")
    plan = yield from plan_of(_job(base, known, made, choices, planned=True))
    return replace(plan, issues=(*made.issues, *plan.issues))


def pushing(
    base: str, known: Capabilities, source: Any, as_document: bool, plan: Plan | None, choices: Chosen
) -> Step[Pushed]:
    """Plan, and carry it out; or carry out `plan`, if it still holds."""
    made = outgoing(source, base, as_document=as_document)
    if made.message:
        answer = yield from process_message(base, made.bundle)
        text = "the server took the message" + (", and answered with another" if answer else "")
        return Pushed((), issues=(Issue("push-message", text, "information"),))
    if plan is not None:
        choices = cast(Chosen, asdict(plan.choices))
    pushed = yield from push(_job(base, known, made, choices, planned=plan is not None), expected=plan)
    if isinstance(source, Case):
        source._origin = moved_on(source.origin, base, pushed)
    return replace(pushed, issues=(*made.issues, *pushed.issues))


def opened(base: str, known: Capabilities | None) -> Step[Capabilities]:
    """What the server is; asked once, before anything is sent to it."""
    return (yield from capabilities(base)) if known is None else known


def pulled(base: str, patient: str) -> Step[Reading]:
    """The case that the server tells of a patient, and what was only carried or could not be reached."""
    found = yield from pull(base, patient)
    with walked():
        came = home(found.entries, base)
    reading = Case.read(came.bundle)
    items = renamed(reading.case)
    if refers_well(reading.case):  # else it must be known that others wrote it, for the case to be loaded again
        reading.case.bundle = None  # how the server sent it is no part of the case
    reading.case._origin = {**came.origin, **({"items": items} if items else {})}
    return Reading(reading.case, Report((*found.issues, *came.issues)) + reading.report)


def _entries(pushed: Pushed) -> int:
    return len(pushed.entries)


def _brought(reading: Reading) -> int:
    return len((reading.case.origin or {}).get("resources", ()))


class FHIRClient:
    """A FHIR R4 server, for as long as the `with` block lasts.

    `access`: how to get in, and how patiently. `client`: an `httpx.Client` of your own (its transport, proxies,
    certificates); it is not closed here. `conversation.metrics` tells how it went so far.
    """

    def __init__(self, base: str, *, access: Access | None = None, client: httpx.Client | None = None) -> None:
        self.base = base_url(base)
        self.conversation = conversation(self.base, access)
        self._own = client is None
        self._client = client or sync_client(**tls(access))
        self._capabilities: Capabilities | None = None

    def _run(self, step: Step[T]) -> T:
        return run(self.conversation.around(step), self._client)

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
        self._capabilities = self._run(opened(self.base, self._capabilities))
        return self._capabilities

    def plan(self, case: Any, *, as_document: bool = False, **choices: Unpack[Chosen]) -> Plan:
        """What `push` would do with a case or a bundle; nothing is written. Raises `ServerError`.

        `plan.entries` has each resource: to be created, updated (with the elements that change), unchanged, in conflict
        (changed there since it was pulled), refused, or no longer in the case; `plan.guarantee` how surely each is
        written once.
        """
        return self._run(planning(self.base, self.capabilities(), case, as_document, choices))

    def push(
        self, case: Any, *, plan: Plan | None = None, as_document: bool = False, **choices: Unpack[Chosen]
    ) -> Pushed:
        """Store a case (or a bundle), sending only what differs from what the server has.

        `plan`: carry out exactly this, or nothing. `as_document`: store it as one document. `patient`: attach it to
        `Patient/123`, which stays untouched. `own`: update the patient, organizations and practitioners too, which are
        otherwise created if absent and never overwritten. `overwrite`: update also what was changed there since it was
        pulled. `withdraw` (`entered-in-error`, `delete`): take back what is ours there and no longer in the case.
        `partial`: store what is not refused. `ask`: have the server validate first. `limit`: entries a transaction.
        Raises `ServerError`.
        """
        step = pushing(self.base, self.capabilities(), case, as_document, plan, choices)
        return self._run(counted(step, self.conversation.metrics, _entries))

    def search(self, type: str, *params: tuple[str, str]) -> Found:
        """All resources of a type that match, all pages; what `_include` asks for as well. Raises `ServerError`."""
        return self._run(search(self.base, type, params))

    def history(self, of: str = "", *, since: str = "") -> History:
        """What became of a resource (`Patient/123`), of a type, or of all; `since` an instant. Raises `ServerError`."""
        return self._run(history(self.base, of, since=since))

    def resource(self, reference: str, *, unless: str = "") -> dict[str, Any] | None:
        """The resource at `Type/id`; None while it is of the version `unless` still. Raises `ServerError`."""
        return self._run(changed(self.base, reference, unless))

    def export(
        self,
        folder: str | Path,
        of: str = "",
        *,
        since: str = "",
        types: Iterable[str] = (),
        seen: Callable[[str], None] = unseen,
    ) -> Exported:
        """Bulk export of the whole server, its patients (`Patient`) or a group (`Group/7`) into a folder, as NDJSON.

        Again into the same folder completes it. `since`: an instant; `seen`: told how far it is. Raises `ServerError`,
        and `FHIRCaseError` for a folder that holds something else.
        """
        step = exporting(self.conversation, Path(folder), of, wanted(since, types), seen)
        return self._run(counted(step, self.conversation.metrics, lambda found: found.resources))

    def read(self, patient: str) -> Reading:
        """All that the server has of `Patient/123`, as a case, with a report of what was only carried. Raises `ServerError`."""
        self.capabilities()
        return self._run(counted(pulled(self.base, patient), self.conversation.metrics, _brought))

    def pull(self, patient: str) -> Case:
        """All that the server has of `Patient/123`, as a case; see `read`."""
        return self.read(patient).case


class AsyncFHIRClient:
    """`FHIRClient` for asyncio: the same methods, awaited."""

    def __init__(self, base: str, *, access: Access | None = None, client: httpx.AsyncClient | None = None) -> None:
        self.base = base_url(base)
        self.conversation = conversation(self.base, access)
        self._own = client is None
        self._client = client or async_client(**tls(access))
        self._capabilities: Capabilities | None = None

    async def _run(self, step: Step[T]) -> T:
        return await run_async(self.conversation.around(step), self._client)

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
        self._capabilities = await self._run(opened(self.base, self._capabilities))
        return self._capabilities

    async def plan(self, case: Any, *, as_document: bool = False, **choices: Unpack[Chosen]) -> Plan:
        """See `FHIRClient.plan`."""
        return await self._run(planning(self.base, await self.capabilities(), case, as_document, choices))

    async def push(
        self, case: Any, *, plan: Plan | None = None, as_document: bool = False, **choices: Unpack[Chosen]
    ) -> Pushed:
        """See `FHIRClient.push`."""
        step = pushing(self.base, await self.capabilities(), case, as_document, plan, choices)
        return await self._run(counted(step, self.conversation.metrics, _entries))

    async def search(self, type: str, *params: tuple[str, str]) -> Found:
        """See `FHIRClient.search`."""
        return await self._run(search(self.base, type, params))

    async def history(self, of: str = "", *, since: str = "") -> History:
        """See `FHIRClient.history`."""
        return await self._run(history(self.base, of, since=since))

    async def resource(self, reference: str, *, unless: str = "") -> dict[str, Any] | None:
        """See `FHIRClient.resource`."""
        return await self._run(changed(self.base, reference, unless))

    async def export(
        self,
        folder: str | Path,
        of: str = "",
        *,
        since: str = "",
        types: Iterable[str] = (),
        seen: Callable[[str], None] = unseen,
    ) -> Exported:
        """See `FHIRClient.export`."""
        step = exporting(self.conversation, Path(folder), of, wanted(since, types), seen)
        return await self._run(counted(step, self.conversation.metrics, lambda found: found.resources))

    async def read(self, patient: str) -> Reading:
        """See `FHIRClient.read`."""
        await self.capabilities()
        return await self._run(counted(pulled(self.base, patient), self.conversation.metrics, _brought))

    async def pull(self, patient: str) -> Case:
        """See `FHIRClient.pull`."""
        return (await self.read(patient)).case
