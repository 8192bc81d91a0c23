"""Bundles: addresses of entries, what each type of Bundle demands, documents as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from defining import found
from instances import Node, observation, patient, text

UUID = "urn:uuid:c757873d-ec9a-4326-a141-556f4323952"
PATIENT = patient(id="1")
OTHER = observation(id="2", subject={"reference": "Patient/1"})
COMPOSITION: Node = {
    "resourceType": "Composition", "id": "9", "text": text(), "status": "final", "type": {"text": "x"}, "date": "2020",
    "author": [{"display": "x"}], "title": "x", "subject": {"reference": UUID + "1"},
}  # fmt: skip
ID: dict[str, Any] = {"identifier": {"system": "http://x.org", "value": "1"}, "timestamp": "2020-01-01T00:00:00Z"}
POST: dict[str, Any] = {"request": {"method": "POST", "url": "Patient"}}


def bundle(kind: str, *entries: Node, **more: Any) -> Node:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries), **more}


def entry(resource: Node, url: str = "", **more: Any) -> Node:
    return {**({"fullUrl": url} if url else {}), "resource": resource, **more}


FIRST, SECOND = entry(COMPOSITION, UUID + "9"), entry(PATIENT, UUID + "1")


@pytest.mark.parametrize(
    "resource",
    [
        bundle("collection", SECOND),
        bundle("collection", entry(PATIENT, "http://x.org/Patient/1"), entry(OTHER, "http://x.org/Observation/2")),
        bundle("transaction", entry(PATIENT, **POST)),
        bundle("batch-response", entry(PATIENT, response={"status": "200"})),
        bundle("document", FIRST, SECOND, **ID),
        bundle(
            "document", FIRST, SECOND, entry(observation(id="5", subject={"reference": UUID + "1"}), UUID + "5"), **ID
        ),
    ],
)
def test_a_bundle_that_is_right_has_no_errors(resource: Node) -> None:
    assert found(resource) == []


@pytest.mark.parametrize(
    ("resource", "codes"),
    [
        (bundle("collection", entry(PATIENT)), {"bundle-fullurl"}),
        (bundle("collection", entry(PATIENT, "http://x.org/Patient/2")), {"bundle-fullurl"}),
        (bundle("collection", entry(PATIENT, "Patient/1")), {"bundle-fullurl"}),
        (bundle("collection", SECOND, SECOND), {"invariant"}),
        (bundle("collection", entry(PATIENT, UUID + "1", **POST)), {"invariant"}),
        (bundle("transaction", SECOND), {"invariant"}),
        (bundle("document", FIRST, SECOND, timestamp=ID["timestamp"]), {"invariant"}),
        (bundle("document", SECOND, **ID), {"bundle-first-entry", "invariant"}),
        (bundle("document", FIRST, **ID), {"bundle-reference"}),
        (bundle("document", FIRST, SECOND, entry(observation(id="5"), UUID + "5"), **ID), {"bundle-unreachable"}),
    ],
)
def test_what_a_type_of_bundle_demands(resource: Node, codes: set[str]) -> None:
    said = {code for code, _ in found(resource)}
    assert said & codes
    assert said <= codes


def test_a_reference_within_a_bundle_leads_to_the_type_that_is_allowed() -> None:
    wrong = entry({"resourceType": "Organization", "id": "1", "text": text(), "name": "x"}, UUID + "1")
    resource = bundle("collection", wrong, entry(observation(subject={"reference": UUID + "1"}), UUID + "2"))
    assert found(resource) == [("reference-type", "Bundle.entry[1].resource.subject")]
