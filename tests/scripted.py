"""A server that is a plain function: steps are run against it without a connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from fhir_case.client.messages import NoAnswerError, Request, Response, Step
from fhir_case.json import dumps, loads

T = TypeVar("T")

BASE = "http://server.example/fhir"


def drive(step: Step[T], server: Callable[[Request], Response]) -> T:
    """Run a step; the server raises `NoAnswerError` for an answer that doesn't come."""
    try:
        request = next(step)
        while True:
            try:
                response = server(request)
            except NoAnswerError as lost:
                request = step.throw(lost)
            else:
                request = step.send(response)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


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
