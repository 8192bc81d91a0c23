"""Which entries of a refused transaction are the bad ones: they are looked for by halves."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from fhir_case.client.answers import outcome_text
from fhir_case.client.messages import Step
from fhir_case.delivery.entries import Entry
from fhir_case.delivery.order import reaching
from fhir_case.delivery.pushed import Rejection
from fhir_case.issues import ServerError
from fhir_case.json import Json

Attempt = Callable[[list[Entry]], Step[ServerError | None]]
"""Whether the server takes these (what they refer to is among them, or was taken before): None, or why it does not."""

MOST = 400
"""Attempts, whatever there is to find; then what was found so far is told."""

Circles = Sequence[tuple[Entry, ...]]
"""Entries that refer to one another in a circle together; what is referred to before what refers to it."""


def narrowed(circles: Circles, attempt: Attempt, known: ServerError) -> Step[tuple[list[Rejection], bool]]:
    """The bad entries, and whether all were found. `known`: why all of them together were refused.

    Any beginning of the order refers only to itself, so the shortest one that is refused ends with a bad entry. That
    and what reaches it are left out, and the rest is looked at again: about log2(n) attempts for each bad entry.
    """
    made: list[Rejection] = []
    taken: list[Entry] = []
    left, error, tries = list(circles), known, 0
    while left:
        if made:
            refusal = yield from attempt([*taken, *(entry for one in left for entry in one)])
            if refusal is None:
                return made, True
            error = refusal
        low, high = 0, len(left)
        while high - low > 1:
            tries += 1
            if tries > MOST:
                return made, False
            middle = (low + high) // 2
            refusal = yield from attempt([*taken, *(entry for one in left[:middle] for entry in one)])
            if refusal is None:
                low = middle
            else:
                high, error = middle, refusal
        bad = left[high - 1]
        taken += [entry for one in left[: high - 1] for entry in one]
        rest = [entry for one in left[high:] for entry in one]
        held = reaching([*bad, *rest], [entry.address for entry in bad])
        made += rejections(bad, error, tuple(held))
        left = [one for one in left[high:] if one[0].address not in held]
    return made, True


def rejections(bad: Sequence[Entry], error: ServerError, held: tuple[str, ...]) -> list[Rejection]:
    """One entry, or all that go in one circle: the one that the server's words fit, if they fit only one."""
    fitting = [entry for entry in bad if _fits(entry, error.outcome)] if len(bad) > 1 else []
    bad = fitting if len(fitting) == 1 else bad
    reason = outcome_text(error.outcome) or error.message
    return [
        Rejection(entry.address, entry.number, reason, element_of(entry, error.outcome), error.outcome, held)
        for entry in bad
    ]


_IN_WORDS = (
    re.compile(r'\[element="([A-Za-z]+)"\]'),  # HAPI-1821, of the parser
    re.compile(
        r"path: [A-Z][A-Za-z]+\.([A-Za-z]+(?:\[\d+\])?(?:\.[a-z][A-Za-z]*(?:\[\d+\])?)*)(?![A-Za-z(])"
    ),  # HAPI-1094
    re.compile(r"element named '([A-Za-z]+)'"),  # HAPI-0541
)


def element_of(entry: Entry, outcome: Json) -> str:
    """The element of the resource that an OperationOutcome names, by `expression` or in its words, "" where none."""
    for issue in _issues(outcome):
        for path in issue.get("expression") or ():
            found = re.match(rf"(?:Bundle\.entry\[\d+\]\.resource\.|{re.escape(entry.type)}\.)(.+)", str(path))
            if found:
                return found[1]
        text = str(issue.get("diagnostics") or "")
        for pattern in _IN_WORDS:
            if found := pattern.search(text):
                return found[1].removesuffix(".where")
    return ""


def suspects(entries: Sequence[Entry], outcome: Json) -> list[Entry]:
    """The entries that the server's words fit, where no attempt can tell: the types and elements that it names."""
    return [entry for entry in entries if _fits(entry, outcome)]


def _fits(entry: Entry, outcome: Json) -> bool:
    for issue in _issues(outcome):
        for path in issue.get("expression") or ():
            if found := re.match(r"Bundle\.entry\[(\d+)\]", str(path)):
                return int(found[1]) == entry.number
            type_, _, element = str(path).partition(".")
            if type_ == entry.type:
                return entry.resource is not None and element.split("[")[0].split(".")[0] not in entry.resource
        text = str(issue.get("diagnostics") or "")
        if text and (quoted := re.search(r"(?:within resource of type: |path: )([A-Z][A-Za-z]+)", text)):
            return quoted[1] == entry.type
    return False


def _issues(outcome: Json) -> list[dict[str, Json]]:
    held = outcome.get("issue") if isinstance(outcome, dict) else None
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def probe(token: str) -> dict[str, Json]:
    """An entry that no server with referential integrity stores, and that is refused last: what is sent with it is not
    stored either, and is in order if this is all that the server complains of."""
    system = "urn:fhir-case:probe"
    return {
        "fullUrl": f"urn:uuid:{token}",
        "resource": {
            "resourceType": "Basic",
            "identifier": [{"system": system, "value": token}],
            "code": {"text": "Sent to be refused: finds out which other entry is"},
            "subject": {"reference": f"Patient/{token}"},
        },
        "request": {"method": "PUT", "url": f"Basic?identifier={system}|{token}"},
    }


def only_the_probe(error: ServerError, token: str) -> bool:
    """Whether the server complains of nothing but the probe."""
    return token in str(_issues(error.outcome)[:1])
