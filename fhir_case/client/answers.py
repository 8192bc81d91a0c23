"""From a response to a resource, or to the error that says why there is none."""

from __future__ import annotations

import re

from fhir_case import json
from fhir_case.client.messages import NoAnswerError, Request, Response, Step, origin
from fhir_case.issues import Conflict, Refused, ServerError, Unreachable
from fhir_case.json import Json

# 409 and 412 both mean contention: HAPI answers a stale If-Match with 409, others with 412.
_CONFLICTS = frozenset({409, 412})

_QUOTED = re.compile(r"""(?<![A-Za-z])(?<!element=)(["'])(?!["']).*?\1(?![A-Za-z])""")
_MARKUP = re.compile(r"<[A-Za-z/!?][^>]*>.*", re.DOTALL)
_CRITERIA = re.compile(r"([?&][\w:.-]+=)[^&\s\"']+")

_HINTS = {
    401: "the server wants a login",
    403: "this login may not do that",
    404: "is the address the FHIR base, such as http://localhost:8080/fhir?",
    405: "the server does not offer this",
    413: "the bundle is larger than the server takes",
    429: "the server is busy: try again later",
    503: "the server is busy or starting: try again later",
}


def ask(request: Request, what: str) -> Step[Response]:
    """One request, its response whatever the status. Raises `Unreachable` where none came."""
    try:
        response: Response = yield request
    except NoAnswerError as lost:
        raise Unreachable(f"{what}: {lost.reason}") from None
    return response


def fetch(request: Request, what: str) -> Step[dict[str, Json]]:
    """One request, and the resource it answers with. Raises what `resource` raises; `Unreachable` where none came."""
    return resource((yield from ask(request, what)), what)


def resource(response: Response, what: str) -> dict[str, Json]:
    """The resource in a response of success; `what` says in errors what was asked for.

    Raises `Unreachable` where the answer is not FHIR JSON, `Conflict` for 409 and 412, `Refused` for other errors.
    """
    if not 200 <= response.status < 300:
        raise refusal(response, what)
    return _parsed(response, what)


def refusal(response: Response, what: str) -> ServerError:
    """The error that a response with an error status means, the server's own words with it.

    What stands between quotes is left out of the message, since servers quote what they were sent; `outcome` has
    it all.
    """
    status = response.status
    if 300 <= status < 400:
        return Unreachable(
            f"{what}: the server says that it has moved (status {status}) to {_place(response)}; give that address",
            status=status,
        )
    try:
        outcome = _parsed(response, what)
    except Unreachable:
        outcome = {}
    text = outcome_text(outcome)
    if not text:
        seen = "an HTML page" if _markup(response) else "no OperationOutcome"
        text = f"it answered with {seen}"
    hint = f" ({_HINTS[status]})" if status in _HINTS else ""
    kind = Conflict if status in _CONFLICTS else Refused
    return kind(f"{what}: the server says no, status {status}: {text}{hint}", outcome or None, status)


def outcome_text(outcome: Json) -> str:
    """The server's reasons, from `diagnostics` or `details.text`, with the place where the server names one.

    https://hl7.org/fhir/R4/operationoutcome.html
    """
    if not isinstance(outcome, dict) or outcome.get("resourceType") != "OperationOutcome":
        return ""
    found = []
    for issue in outcome.get("issue") or ():
        if not isinstance(issue, dict) or issue.get("severity") == "information":
            continue
        details = issue.get("details")
        text = issue.get("diagnostics") or (details.get("text") if isinstance(details, dict) else None)
        places = [place for place in issue.get("expression") or () if isinstance(place, str)]
        text = _masked(text) if isinstance(text, str) else str(issue.get("code", ""))
        if places and places[0] not in text:
            text += f" at {', '.join(places[:3])}"
        found.append(text)
    more = f"; and {len(found) - 5} more" if len(found) > 5 else ""
    return "; ".join(dict.fromkeys(found[:5])) + more


def _masked(text: str) -> str:
    """The text without what may be a value of the patient's: narrative, quoted strings, the values of search criteria."""
    short = _MARKUP.sub("<…>", " ".join(text.split()))
    short = _CRITERIA.sub(r"\1…", short)
    short = _QUOTED.sub(lambda match: match[0] if _element(match[0][1:-1]) else f"{match[1]}…{match[1]}", short)
    return short if len(short) <= 400 else short[:400] + "…"


def _element(text: str) -> bool:
    """Whether the text is the path of an element, such as `Observation.code`."""
    return bool(re.fullmatch(r"[A-Z][A-Za-z]+(\.[A-Za-z\[\]0-9]+)+", text))


def _parsed(response: Response, what: str) -> dict[str, Json]:
    seen = response.headers.get("content-type", "").split(";")[0] or "no content type"
    if _markup(response):
        kind = "FHIR XML, not JSON" if "fhir+xml" in seen else "a web page (HTML or XML), not FHIR"
        raise Unreachable(
            f"{what}: {origin(response.url)} answered with {kind}; expected the FHIR base address of an R4 server, "
            "such as http://localhost:8080/fhir",
            status=response.status,
        )
    if not response.body.strip():
        raise Unreachable(f"{what}: the server answered status {response.status} with nothing", status=response.status)
    try:
        made = json.loads(response.body)
    except json.JSONError as error:
        raise Unreachable(
            f"{what}: the answer is not JSON (line {error.line}, column {error.column}; {len(response.body)} bytes of "
            f"{seen}); was it cut off?",
            status=response.status,
        ) from None
    if not isinstance(made, dict) or not isinstance(made.get("resourceType"), str):
        raise Unreachable(f"{what}: the answer is JSON but no FHIR resource ({seen})", status=response.status)
    return made


def _markup(response: Response) -> bool:
    return response.body.lstrip()[:1] == b"<"


def _place(response: Response) -> str:
    return response.headers.get("location", "an address it does not name").split("?")[0]
