"""What is sent for a case and for a bundle of each type."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_case import Case
from fhir_case.api.outgoing import outgoing
from fhir_case.issues import CaseError, Refused
from fhir_case.json import canonical

BASE = "http://server.example/fhir"
PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female"}
NOTE = {"resourceType": "Basic", "id": "n", "code": {"text": "x"}, "subject": {"reference": "Patient/p"}}


def bundle(type_: str, *entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": type_, **more, "entry": list(entries)}


def posts(*resources: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"fullUrl": f"urn:uuid:00000000-0000-4000-8000-00000000000{n}", "resource": one,
         "request": {"method": "POST", "url": one["resourceType"]}}
        for n, one in enumerate(resources)
    ]  # fmt: skip


@pytest.mark.parametrize("type_", ["transaction", "batch"])
def test_a_transaction_or_batch_whose_requests_say_what_they_are_goes_as_it_is(type_: str) -> None:
    entries = [
        {"resource": PATIENT, "request": {"method": "PUT", "url": "Patient/p"}},
        {"resource": NOTE, "request": {"method": "POST", "url": "Basic", "ifNoneExist": "identifier=s|v"}},
        {"request": {"method": "DELETE", "url": "Basic/old"}},
    ]
    source = bundle(type_, *entries)
    assert canonical(outgoing(source, BASE).bundle) == canonical(source)


def test_a_plain_post_is_given_our_identity_and_nothing_else_is_changed() -> None:
    source = bundle("transaction", *posts(PATIENT, NOTE), {"request": {"method": "DELETE", "url": "Basic/old"}})
    before = canonical(source)
    made = outgoing(source, BASE).bundle
    assert canonical(source) == before
    first, second, third = made["entry"]
    assert first["request"]["ifNoneExist"].startswith("identifier=urn%3Afhir-case%3Aitem|")
    assert (second["request"]["method"], second["request"]["url"].partition("?")[0]) == ("PUT", "Basic")
    assert {key: value for key, value in second["resource"].items() if key != "identifier"} == NOTE
    assert third == source["entry"][2]
    assert [one["fullUrl"] for one in (first, second)] == [one["fullUrl"] for one in source["entry"][:2]]
    assert canonical(outgoing(source, BASE).bundle) == canonical(made), "the same again"


@pytest.mark.parametrize("type_", ["collection", "searchset", "document"])
def test_resources_become_a_transaction_of_conditional_requests(type_: str) -> None:
    entries = [
        {"fullUrl": f"{BASE}/Patient/p", "resource": PATIENT, "search": {"mode": "match"}},
        {"fullUrl": f"{BASE}/Basic/n", "resource": NOTE, "search": {"mode": "include"}},
    ]
    made = outgoing(bundle(type_, *entries), BASE)
    assert made.bundle["type"] == "transaction"
    types = [one["resource"]["resourceType"] for one in made.bundle["entry"]]
    assert {"Patient", "Basic"} <= set(types)
    assert all("ifNoneExist" in one["request"] or "?" in one["request"]["url"] for one in made.bundle["entry"])


def test_what_a_search_said_about_itself_is_left_out_and_told() -> None:
    outcome = {"resource": {"resourceType": "OperationOutcome", "issue": []}, "search": {"mode": "outcome"}}
    made = outgoing(bundle("searchset", {"resource": PATIENT}, outcome), BASE)
    assert "OperationOutcome" not in {one["resource"]["resourceType"] for one in made.bundle["entry"]}
    assert [(one.code, one.path) for one in made.issues] == [("push-outcome-left-out", "Bundle.entry[1]")]


@pytest.mark.parametrize("type_", ["history", "transaction-response", "batch-response"])
def test_what_tells_what_was_done_is_refused_with_the_reason(type_: str) -> None:
    with pytest.raises(Refused, match=rf"a Bundle of type {type_} tells .* Nothing was sent"):
        outgoing(bundle(type_), BASE)


def test_a_message_is_handed_over_whole() -> None:
    made = outgoing(bundle("message", {"resource": {"resourceType": "MessageHeader"}}), BASE)
    assert made.message
    assert made.bundle["type"] == "message"


def test_a_document_goes_whole_under_its_identifier_where_that_is_wanted() -> None:
    stated = {"system": "urn:x", "value": "d"}
    document = bundle("document", {"resource": {"resourceType": "Composition"}}, identifier=stated)
    (entry,) = outgoing(document, BASE, as_document=True).bundle["entry"]
    assert entry["request"] == {"method": "PUT", "url": "Bundle?identifier=urn%3Ax|d"}
    assert entry["resource"] == document
    with pytest.raises(Refused, match="no identifier"):
        outgoing(bundle("document"), BASE, as_document=True)
    with pytest.raises(Refused, match="expected a document"):
        outgoing(bundle("collection"), BASE, as_document=True)


def test_a_case_goes_as_a_document_too() -> None:
    text = "id: c\ntitle: T\nrecorded: 2026-11-22T09:30:00Z\npatient: {sex: female}\n"
    (entry,) = outgoing(Case.loads(text), BASE, as_document=True).bundle["entry"]
    assert (entry["resource"]["type"], entry["request"]["url"].partition("?")[0]) == ("document", "Bundle")


def test_what_is_no_bundle_is_refused() -> None:
    with pytest.raises(CaseError, match="expected a case or a Bundle"):
        outgoing(PATIENT, BASE)


def test_a_pulled_case_knows_where_its_resources_are_on_that_server_and_on_no_other() -> None:
    case = Case.loads("id: c\ntitle: T\nrecorded: 2026-11-22T09:30:00Z\npatient: {sex: female}\n")
    address = next(iter(outgoing(case, BASE).origins))
    case._origin = {"base": BASE, "resources": {address: {"reference": "Patient/1", "versionId": "2"}}}
    assert outgoing(case, BASE).located[address].version == "2"
    assert outgoing(case, "http://other.example/fhir").located == {}
