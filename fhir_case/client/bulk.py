"""Bulk export: asking for it, waiting for it, and fetching its files. Files are named by the caller.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from fhir_case import json
from fhir_case.client.answers import ask, refusal
from fhir_case.client.messages import MEDIA_TYPE, Request, Response, Step, Wait, origin
from fhir_case.client.paging import following
from fhir_case.client.retry import retry_after
from fhir_case.client.search import Params
from fhir_case.issues import Refused, Unreachable
from fhir_case.json import Json

NDJSON = "application/fhir+ndjson"

FIRST, LONGEST = 2.0, 120.0
"""Seconds between two questions whether it is ready, where the server names none: at first, and at last."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of an export."""

    type: str
    url: str
    count: int | None
    """How many resources it has, where the server says so."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export has brought forth."""

    time: str
    """Instant up to which it holds what was changed."""
    files: tuple[File, ...]
    errors: tuple[File, ...]
    """Files of OperationOutcomes: what could not be exported, and remarks."""
    deleted: tuple[File, ...]
    needs_token: bool


def kicked_off(base: str, of: str = "", params: Params = ()) -> Step[str]:
    """Ask for an export, of the whole server (``), of its patients (`Patient`) or of a group (`Group/7`): where to ask
    how far it is. Raises `Refused` or `Unreachable`."""
    what = "asking for an export"
    headers = {"Accept": MEDIA_TYPE, "Prefer": "respond-async"}
    where = f"{base}/{of}/$export" if of else f"{base}/$export"
    response = yield from ask(Request("GET", where, params, headers, repeatable=False), what)
    if response.status != 202:
        raise _no(response, what) if response.status >= 300 else Refused(
            f"{what}: expected status 202, found {response.status}; does the server export asynchronously?"
        )  # fmt: skip
    stated = response.headers.get("content-location")
    if not stated:
        raise Refused(f"{what}: the server does not say where to ask for it (no Content-Location)")
    url = urljoin(where, stated)
    return url if origin(url) == origin(base) else following(base, where, stated)


def ready(status_url: str, seen: Callable[[str], None] = lambda _: None) -> Step[Manifest]:
    """Wait until the export is ready, as long as it takes; `seen` is told what the server says of its progress.

    Raises `Refused` where the export failed or is no longer there, and `Unreachable`.
    """
    what, pause = "waiting for the export", FIRST
    while True:
        response = yield from ask(Request("GET", status_url, (), {"Accept": "application/json"}), what)
        if response.status in (404, 410):
            raise Refused(f"{what}: the server has it no more; it expired, or was taken back", status=response.status)
        if response.status == 200:
            return _manifest(response, what)
        if response.status != 202:
            raise _no(response, what)
        seen(" ".join(response.headers.get("x-progress", "").split())[:80])
        asked = retry_after(response)
        # A server that asks for two minutes may be ready in ten seconds, but it is the one to say.
        yield Wait(min(asked, 600.0) if asked is not None else pause)
        pause = min(pause * 2, LONGEST)


def fetched(file: File, into: Path, *, token: bool, trusted: Collection[str]) -> Step[None]:
    """Fetch a file, or what is missing of it, into `into`. Raises `Refused` (404, 410: it is not there, or no more; 401 of
    a server that is not trusted with our login) or `Unreachable`."""
    what = f"fetching a file of {file.type} resources"
    if token and origin(file.url) not in trusted:
        raise Refused(
            f"{what}: it is kept by {origin(file.url)} for those with a login, which that server is not trusted with; "
            f"--trust-origin {origin(file.url)} does",
            status=401,
        )
    for _ in range(2):
        response = yield from ask(Request("GET", file.url, (), {"Accept": NDJSON}, into=into), what)
        if response.status != 416:
            break
        into.unlink(missing_ok=True)  # what was there is longer than the file: of something else
    if response.status not in (200, 206):
        raise _no(response, what)


def removed(status_url: str) -> Step[bool]:
    """Tell the server that the export is not needed any more; whether it took that."""
    response = yield from ask(Request("DELETE", status_url, (), {"Accept": MEDIA_TYPE}), "removing the export")
    return response.status in (200, 202, 204)


def _no(response: Response, what: str) -> Exception:
    return refusal(response, what)


def _manifest(response: Response, what: str) -> Manifest:
    try:
        stated = json.loads(response.body)
    except json.JSONError:
        stated = None
    if not isinstance(stated, dict) or not isinstance(stated.get("output"), list):
        raise Unreachable(f"{what}: expected a list of files (output), found something else", status=response.status)
    return manifest_of(stated, response.url)


def manifest_of(stated: dict[str, Json], url: str) -> Manifest:
    """The manifest of the server's words; its addresses are taken from `url`, where they are relative."""
    held = {name: tuple(_files(stated.get(name), url)) for name in ("output", "error", "deleted")}
    return Manifest(
        str(stated.get("transactionTime") or ""), held["output"], held["error"], held["deleted"],
        stated.get("requiresAccessToken") is True,
    )  # fmt: skip


def _files(stated: Json, url: str) -> list[File]:
    made = []
    for one in stated if isinstance(stated, list) else []:
        if isinstance(one, dict) and isinstance(one.get("url"), str):
            count = one.get("count")
            kind = str(one.get("type") or "")
            made.append(File(
                kind if kind.isascii() and kind.isalpha() else "Resource", urljoin(url, one["url"]),
                int(count) if isinstance(count, int) and not isinstance(count, bool) else None,
            ))  # fmt: skip
    return made
