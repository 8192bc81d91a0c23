"""The single requests that write, or ask for several things at once: transactions, batches, one resource, operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fhir_case.client.answers import ask, fetch, refusal, resource
from fhir_case.client.messages import MEDIA_TYPE, NoAnswerError, Request, Response, Step, post
from fhir_case.issues import ServerError, Unreachable
from fhir_case.json import Json, dumps

Answered = tuple[dict[str, Json], bool]
"""The transaction-response (or batch-response), and whether the request was sent more than once: then an earlier sending
of it may be what stored the entries."""

SECONDS = 0.1
"""How long a server may take for each entry of a transaction. HAPI takes a hundredth, and ten times that under load: a
case of 6,000 entries needs minutes, and who gives up before sends it twice."""

MINIMAL = {"Prefer": "return=minimal"}
"""What was stored need not come back (https://hl7.org/fhir/R4/http.html#ops)."""


def transaction(base: str, bundle: dict[str, Json]) -> Step[Answered]:
    """Post a transaction, or a batch.

    Raises `Refused`, `Conflict` (409, 412) or `Unreachable`. A transaction is stored whole or not at all, so an error
    names all its entries in `not_stored`, but for an answer that was lost or cannot be read: then none is named, since
    the server may have stored them.
    https://hl7.org/fhir/R4/http.html#transaction
    """
    plain = post(base, bundle, repeatable=all(map(_conditional, bundle["entry"])))
    request = replace(plain, headers={**plain.headers, **MINIMAL}, seconds=SECONDS * len(bundle["entry"]))
    names = tuple(str(entry.get("fullUrl", "")) for entry in bundle["entry"])
    what = f"storing {len(names)} resources"
    response = yield from _sent(request, what, names)
    answer = resource(response, what)
    if answer["resourceType"] != "Bundle" or answer.get("type") not in ("transaction-response", "batch-response"):
        raise Unreachable(f"{what}: expected a transaction-response, found another resource", status=response.status)
    return answer, response.repeated


def single(base: str, entry: dict[str, Json]) -> Step[Answered]:
    """The request of one entry by itself, its answer as that of a transaction of one; raises what `transaction` raises.

    https://hl7.org/fhir/R4/http.html#create, #update, #delete
    """
    stated, body = entry["request"], entry.get("resource")
    headers = {"Accept": MEDIA_TYPE, **MINIMAL}
    for name, header in (("ifNoneExist", "If-None-Exist"), ("ifMatch", "If-Match"), ("ifNoneMatch", "If-None-Match")):
        if name in stated:
            headers[header] = str(stated[name])
    content = None
    if body is not None:
        headers["Content-Type"] = MEDIA_TYPE
        content = dumps(body).encode()
    url = f"{base}/{str(stated['url']).lstrip('/')}"
    request = Request(str(stated["method"]), url, (), headers, content, _conditional(entry))
    what = f"storing {url.removeprefix(base + '/').partition('?')[0]}"
    response = yield from _sent(request, what, (str(entry.get("fullUrl", "")),))
    answer: dict[str, Json] = {"status": str(response.status)}
    for name, header in (("location", "location"), ("etag", "etag")):
        if header in response.headers:
            answer[name] = response.headers[header]
    answer.setdefault("location", response.headers.get("content-location", ""))
    found = resource(replace(response, status=200), what) if response.body.strip() else {}
    entries = [{"response": answer, **({"resource": found} if found.get("id") else {})}]
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}, response.repeated


def _sent(request: Request, what: str, names: tuple[str, ...]) -> Step[Response]:
    try:
        response: Response = yield request
    except NoAnswerError as lost:
        if lost.sent:
            raise Unreachable(f"{what}: {lost.reason}; the server may or may not have stored them") from None
        raise Unreachable(f"{what}: {lost.reason}; nothing was sent", not_stored=names) from None
    if not 200 <= response.status < 300:
        error: ServerError = refusal(response, what)
        # A gateway's 502 or 504 says nothing of what the server did, nor does an answer to a second sending of the first.
        if 300 <= response.status < 500 and not response.repeated:
            error.not_stored = names
        raise error
    return response


def _conditional(entry: dict[str, Json]) -> bool:
    """Whether doing the entry's request twice creates nothing twice, and makes no second version.

    A conditional PUT of the same content does make one on some servers (Medplum): where its answer is lost, what is there
    is read.
    """
    request = entry.get("request") or {}
    method = request.get("method")
    return "ifNoneExist" in request if method == "POST" else method in ("GET", "HEAD", "DELETE")


def batch(base: str, queries: Sequence[str]) -> Step[list[dict[str, Json] | None]]:
    """Several searches (`Condition?patient=…`) in one request: what each answers with, None where that is nothing.

    https://hl7.org/fhir/R4/http.html#transaction
    """
    entries = [{"request": {"method": "GET", "url": query}} for query in queries]
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    answer = yield from fetch(post(base, bundle, repeatable=True), f"{len(queries)} searches")
    given = answer.get("entry") or []
    made: list[dict[str, Json] | None] = []
    for one in given if len(given) == len(queries) else [{}] * len(queries):
        response = one.get("response") if isinstance(one.get("response"), dict) else {}
        found = one.get("resource") or response.get("outcome")
        made.append(found if isinstance(found, dict) else None)
    return made


def validated(base: str, made: dict[str, Json]) -> Step[dict[str, Json]]:
    """What the server's own `$validate` says of a resource: an OperationOutcome, also where it is one of refusal.

    Raises `Refused` where the server has no such operation, and `Unreachable`.
    https://hl7.org/fhir/R4/resource-operation-validate.html
    """
    type_ = str(made["resourceType"])
    what = f"validating a {type_}"
    request = post(f"{base}/{type_}/$validate", made, repeatable=True)
    response = yield from ask(request, what)
    if response.status in (400, 412, 422):
        no = refusal(response, what)
        if no.outcome is not None and not _unknown_operation(no.outcome):
            return no.outcome
        raise no
    return resource(response, what)


def _unknown_operation(outcome: dict[str, Json]) -> bool:
    codes = {one.get("code") for one in outcome.get("issue") or () if isinstance(one, dict)}
    return bool(codes & {"not-supported", "not-found"}) or "operation" in str(outcome).lower()


def process_message(base: str, message: dict[str, Json]) -> Step[dict[str, Json] | None]:
    """Hand a message to `$process-message`; the message that answers it, None where there is none.

    Raises `Refused`, `Conflict` or `Unreachable`. https://hl7.org/fhir/R4/messageheader-operation-process-message.html
    """
    what = "handing the message to $process-message"
    response = yield from _sent(post(f"{base}/$process-message", message), what, ())
    return resource(response, what) if response.body.strip() else None
