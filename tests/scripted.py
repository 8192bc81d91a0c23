"""A server that is a plain function: steps are run against it without a connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from fhir_case.client.messages import NoAnswerError, Request, Response, Step, Together
from fhir_case.issues import FHIRCaseError
from fhir_case.json import dumps, loads

T = TypeVar("T")

BASE = "http://server.example/fhir"


def drive(step: Step[T], server: Callable[[Request], Response], waits: list[float] | None = None) -> T:
    """Run a step; the server raises `NoAnswerError` for an answer that doesn't come. Pauses are noted in `waits`, and
    what may run at the same time runs in its order."""
    try:
        wanted = next(step)
        while True:
            came: Any = None
            if isinstance(wanted, Request):
                try:
                    came = server(wanted)
                except NoAnswerError as lost:
                    wanted = step.throw(lost)
                    continue
            elif isinstance(wanted, Together):
                came = tuple(_result(one, server, waits) for one in wanted.steps)
            elif waits is not None:
                waits.append(wanted.seconds)
            wanted = step.send(came)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def _result(step: Step[T], server: Callable[[Request], Response], waits: list[float] | None) -> T | FHIRCaseError:
    try:
        return drive(step, server, waits)
    except FHIRCaseError as error:
        return error


def answer(resource: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    body = resource if isinstance(resource, bytes) else dumps(resource).encode()
    return Response(status, {"content-type": "application/fhir+json", **(headers or {})}, body, BASE)


def outcome(text: str, **more: Any) -> dict[str, Any]:
    issue = {"severity": "error", "code": "processing", "diagnostics": text, **more}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def params(request: Request) -> dict[str, str]:
    return dict(request.params) | dict(parse_qsl((request.body or b"").decode()) if request.method == "POST" else ())


def page(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources], **more}


def body(request: Request) -> Any:
    return loads(request.body or b"null")
