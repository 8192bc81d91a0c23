"""Asking a terminology server what can't be decided here: `$validate-code`, without any I/O.

`Remote.validate` is a generator: it yields each `Request` that it wants sent, is sent the `Response` (or None where no
answer came), and returns an `Answer`. Answers are kept; a server that stays silent is asked no more, and said so once.
https://hl7.org/fhir/R4/valueset-operation-validate-code.html, https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from fhir_case import json
from fhir_case.issues import Issue
from fhir_case.terminology.reading import objects, text

MEDIA_TYPE = "application/fhir+json"
_KEPT = 20_000
_PATIENCE = 3  # failures in a row until the server counts as gone
_LARGEST = 1_000_000  # bytes of an answer that are read


@dataclass(frozen=True, slots=True)
class Request:
    """A POST of a Parameters resource to an operation. Codes stand in the body, not in the URL, and so in no log."""

    url: str
    body: bytes = field(repr=False)
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = (("Accept", MEDIA_TYPE), ("Content-Type", MEDIA_TYPE))


@dataclass(frozen=True, slots=True)
class Response:
    """What the server answered."""

    status: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """Is this code in the value set, or (without one) in its code system; and is that its display?"""

    code: str
    system: str = ""
    """Empty: to be inferred from the value set (elements of type code)."""
    version: str = ""
    display: str = ""
    value_set: str = ""
    """Its canonical, with `|version` or without."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`result` is None where the server did not say; `message` is its own word, or why there is none."""

    result: bool | None
    message: str = ""
    display: str = ""
    """The right display, where the server names it."""


class Remote:
    """A terminology server at `base`, and what it has answered so far. Safe to share between threads.

    `issues` holds at most one note: that the server is gone, and with what it failed.
    """

    def __init__(self, base: str, kept: int = _KEPT) -> None:
        self.base = base.rstrip("/")
        self._most = kept
        self._kept: OrderedDict[Question, Answer] = OrderedDict()
        self._lock = threading.Lock()
        self._failures = 0
        self._gone = ""

    @property
    def issues(self) -> tuple[Issue, ...]:
        """The note that the server is gone, if it is."""
        if not self._gone:
            return ()
        message = (
            f"the terminology server {self.base} gives no answers any more ({self._gone}); what needed it is undecided"
        )
        return (Issue("terminology-server-gone", message, "warning", fix="check its address and that it is running"),)

    @property
    def gone(self) -> bool:
        """It has failed so often that it is asked no more."""
        return bool(self._gone)

    def known(self, question: Question) -> Answer | None:
        """What it answered before, if it was asked."""
        with self._lock:
            found = self._kept.get(question)
            if found is not None:
                self._kept.move_to_end(question)
            return found

    def validate(self, question: Question) -> Generator[Request, Response | None, Answer]:
        """The answer to one question; at most one request, none if it is known or the server is gone."""
        found = self.known(question)
        if found is not None:
            return found
        if self._gone:
            return Answer(None, f"the terminology server {self.base} is gone")
        response = yield self.request(question)
        answer, failure = _read(response)
        with self._lock:
            if failure:
                self._failures += 1
                if self._failures >= _PATIENCE:
                    self._gone = failure
            else:
                self._failures = 0
                self._kept[question] = answer
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return answer

    def request(self, question: Question) -> Request:
        """The request that asks the question."""
        url, _, version = question.value_set.partition("|")
        type_ = "ValueSet" if url else "CodeSystem"
        parameter = [
            _parameter("url", "uri", url or question.system),
            _parameter("valueSetVersion", "string", version),
            _parameter("system", "uri", question.system if url else ""),
            _parameter("systemVersion" if url else "version", "string", question.version),
            _parameter("code", "code", question.code),
            _parameter("display", "string", question.display),
        ]
        if url and not question.system:
            parameter.append({"name": "inferSystem", "valueBoolean": True})
        body = {"resourceType": "Parameters", "parameter": [one for one in parameter if one]}
        return Request(f"{self.base}/{type_}/$validate-code", json.dumps(body).encode())


def _parameter(name: str, type_: str, value: str) -> dict[str, Any] | None:
    return {"name": name, f"value{type_[0].upper()}{type_[1:]}": value} if value else None


def _read(response: Response | None) -> tuple[Answer, str]:
    """The answer, and in what way the server failed (nothing if it did not)."""
    if response is None:
        return Answer(None, "the terminology server did not answer"), "no answer"
    if response.status >= 500 or response.status in (401, 403, 408, 429):
        return Answer(None, f"the terminology server answered {response.status}"), f"status {response.status}"
    if len(response.body) > _LARGEST:
        return Answer(None, "the terminology server's answer is too long"), "an answer without end"
    try:
        resource = json.loads(response.body)
    except json.JSONError:
        return Answer(None, "the terminology server's answer is no JSON"), "an answer that is no FHIR"
    if text(resource, "resourceType") == "OperationOutcome":
        # It does not know the value set or the code system (404, 422): an answer, but none to the question.
        said = [text(one.get("details"), "text") or text(one, "diagnostics") for one in objects(resource, "issue")]
        return Answer(None, "; ".join(one for one in said if one) or f"status {response.status}"), ""
    if text(resource, "resourceType") != "Parameters":
        return Answer(None, "the terminology server's answer is no Parameters resource"), "an answer that is no FHIR"
    values = {text(one, "name"): one for one in objects(resource, "parameter")}
    result = values.get("result", {}).get("valueBoolean")
    message, display = text(values.get("message"), "valueString"), text(values.get("display"), "valueString")
    if not isinstance(result, bool):
        return Answer(None, message or "the terminology server's answer has no result"), ""
    return Answer(result, message, display), ""
