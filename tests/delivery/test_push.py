"""Push against scripted servers: what is sent, and what is said when it goes wrong."""

from __future__ import annotations

import contextlib
import copy
from base64 import b64decode, b64encode
from typing import Any

import pytest
import small
from scripted import BASE, answer, body, drive, outcome, page, params

from fhir_case.client.messages import NoAnswerError, Request, Response
from fhir_case.delivery.plan import Choices
from fhir_case.delivery.push import ROUNDS, job_of, push
from fhir_case.issues import Conflict, Refused, ServerError, Unreachable
from fhir_case.json import Json, canonical

EVERY = tuple(entry["fullUrl"] for entry in small.bundle("c")["entry"])


class Fake:
    """A server that has some resources, takes transactions, and remembers what it was sent."""

    def __init__(self, *resources: dict[str, Json], response: Any = None, searches: Any = None) -> None:
        self.resources = list(resources)
        self.response, self.searches = response, searches
        self.sent: list[dict[str, Json]] = []

    def __call__(self, request: Request) -> Response:
        if request.url == BASE:
            self.sent.append(body(request))
            made = self.response or self.stored
            return made(self.sent[-1]) if callable(made) else made
        if request.url.endswith("_search"):
            if self.searches:
                return self.searches(request)
            type_ = request.url.split("/")[-2]
            return answer(page(*(one for one in self.resources if one["resourceType"] == type_)))
        found = [one for one in self.resources if request.url == f"{BASE}/{one['resourceType']}/{one['id']}"]
        return answer(found[0]) if found else answer(outcome("not known"), 404)

    def stored(self, bundle: dict[str, Json]) -> Response:
        entries = []
        for entry in bundle["entry"]:
            made = {"id": str(100 + len(self.resources)), **entry["resource"]}
            there = [one for one in self.resources if one["id"] == entry["resource"].get("id")]
            for one in there:
                self.resources.remove(one)
            self.resources.append(made)
            place = f"{made['resourceType']}/{made['id']}/_history/{1 + len(there)}"
            entries.append({"response": {"status": "200 OK" if there else "201 Created", "location": place}})
        return answer({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})


def held(item: int, **content: Json) -> dict[str, Json]:
    entry = small.bundle("c")["entry"][item]
    return {
        **entry["resource"],
        "id": f"{item}",
        "meta": {**entry["resource"].get("meta", {}), "versionId": "1"},
        **content,
    }


def test_the_request_is_conditional_for_what_is_not_there_and_literal_for_what_is() -> None:
    server = Fake(held(0), held(1, name="Other"), held(4, subject={"reference": "Patient/0"}, status="amended"))
    pushed = drive(push(job_of(BASE, small.bundle("c"))), server)
    assert [one.what for one in pushed.entries] == [
        "unchanged", "kept", "created", "created", "updated", "created", "created", "created",
    ]  # fmt: skip
    (sent,) = server.sent
    assert sent["type"] == "transaction"
    urls = {entry["resource"]["resourceType"]: entry["request"] for entry in sent["entry"]}
    assert urls["Observation"] == {"method": "PUT", "url": "Observation/4", "ifMatch": 'W/"1"'}
    assert urls["Condition"] == {"method": "PUT", "url": "Condition?identifier=urn%3Afhir-case%3Aitem|c%2Fdm"}
    assert urls["Provenance"] == {"method": "PUT", "url": "Provenance?_tag=urn%3Afhir-case%3Aitem|c%2Fsource"}
    assert "Patient" not in urls
    encounter = next(e["resource"] for e in sent["entry"] if e["resource"]["resourceType"] == "Encounter")
    assert encounter["subject"] == {"reference": "Patient/0"}
    assert encounter["serviceProvider"] == {"reference": "Organization/1"}
    medication = next(e["resource"] for e in sent["entry"] if "dosage" in e["resource"])
    assert medication["reasonReference"] == [small.to("c", "Condition", "dm")]


def test_the_bundle_that_comes_in_is_not_changed() -> None:
    bundle = small.bundle("c")
    drive(push(job_of(BASE, bundle, Choices(patient="Patient/7"))), Fake({"resourceType": "Patient", "id": "7"}))
    assert canonical(bundle) == canonical(small.bundle("c"))


def test_identities_are_asked_for_by_post_a_type_at_a_time() -> None:
    asked: list[Request] = []

    def searches(request: Request) -> Response:
        asked.append(request)
        return answer(page())

    drive(push(job_of(BASE, small.bundle("c"))), Fake(searches=searches))
    assert len(asked) == 8
    assert {request.method for request in asked} == {"POST"}
    assert not any("fhir-case" in request.url or request.params for request in asked)


def test_a_server_that_does_not_take_several_identities_at_once_is_asked_for_one_by_one() -> None:
    def searches(request: Request) -> Response:
        wanted = params(request).get("identifier", "")
        if "," in wanted:
            return answer(outcome("too complex"), 400)
        return answer(page(*(one for one in there if wanted.endswith(one["identifier"][0]["value"]))))

    bundle = small.bundle("c")
    bundle["entry"] = [small.entry("c", f"x{n}", "Condition", {}) for n in range(3)]
    there = [{**bundle["entry"][1]["resource"], "id": "1"}]
    pushed = drive(push(job_of(BASE, bundle)), Fake(searches=searches))
    assert [one.what for one in pushed.entries] == ["created", "unchanged", "created"]


def test_a_server_that_ignores_the_search_parameter_does_not_lend_its_resources_an_identity() -> None:
    strangers = [{"resourceType": type_, "id": "1"} for type_ in ("Patient", "Condition", "Composition")]
    pushed = drive(push(job_of(BASE, small.bundle("c"))), Fake(*strangers))
    assert [one.what for one in pushed.entries] == ["created"] * 8


def test_an_answer_with_fewer_entries_than_the_request_is_not_zipped() -> None:
    def folded(bundle: dict[str, Json]) -> Response:
        made = server.stored(bundle)
        entries = page()
        entries |= {"type": "transaction-response", "entry": [{"response": {"status": "201"}}] * 3}
        return answer(entries) if made else made

    server = Fake(response=folded)
    pushed = drive(push(job_of(BASE, small.bundle("c"))), server)
    assert [one.what for one in pushed.entries] == ["created"] * 8
    for one in pushed.entries:
        type_, id_ = one.reference.split("/")
        there = next(r for r in server.resources if r["id"] == id_)
        expected = next(e["resource"] for e in small.bundle("c")["entry"] if e["fullUrl"] == one.address)
        assert (there["resourceType"], expected["resourceType"]) == (type_, type_)


def test_entries_that_failed_inside_a_success_are_an_error() -> None:
    def some(bundle: dict[str, Json]) -> Response:
        types = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
        entries = [
            {"response": {"status": "422 No" if t == "Condition" else "201", "location": f"{t}/1"}} for t in types
        ]
        return answer({"resourceType": "Bundle", "type": "batch-response", "entry": entries})

    with pytest.raises(Refused, match="refused 1 of 8 entries") as caught:
        drive(push(job_of(BASE, small.bundle("c"))), Fake(response=some))
    assert caught.value.not_stored == (EVERY[3],)
    assert caught.value.stored == (*EVERY[:3], *EVERY[4:])


def test_a_refusal_names_what_was_not_stored() -> None:
    with pytest.raises(Refused, match=r"storing 8 resources: .* status 422: bad code\. Nothing was stored") as caught:
        drive(push(job_of(BASE, small.bundle("c"))), Fake(response=answer(outcome("bad code"), 422)))
    assert (caught.value.stored, caught.value.not_stored) == ((), EVERY)


def test_an_answer_that_was_lost_after_storing_is_settled_by_reading() -> None:
    def stored_and_gone(bundle: dict[str, Json]) -> Response:
        server.stored(bundle)
        raise NoAnswerError("the connection broke off", sent=True)

    server = Fake(response=stored_and_gone)
    pushed = drive(push(job_of(BASE, small.bundle("c"))), server)
    assert [one.what for one in pushed.entries] == ["created"] * 8
    assert all(one.reference for one in pushed.entries)
    assert [issue.code for issue in pushed.issues] == ["push-settled"]
    assert len(server.sent) == 1


def test_what_an_earlier_sending_created_is_told_as_created_though_the_later_one_found_it() -> None:
    """A transaction that takes longer than the client waits: it is read before it is there, and sent again."""
    bundle = small.bundle("c")
    late = Fake()

    def slow(sent: dict[str, Json]) -> Response:
        if len(server.sent) == 1:
            late.stored(sent)
            raise NoAnswerError("it took too long", sent=True)
        stored = late.resources
        entries = [
            {"response": {"status": "200 OK", "location": f"{one['resourceType']}/{one['id']}/_history/1"}}
            for one in stored
        ]
        return answer({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})

    server = Fake(response=slow)
    pushed = drive(push(job_of(BASE, bundle)), server)
    assert {one.what for one in pushed.entries} == {"created"}


def test_an_answer_that_was_lost_before_storing_is_settled_by_sending_again() -> None:
    def lost_once(bundle: dict[str, Json]) -> Response:
        if len(server.sent) == 1:
            raise NoAnswerError("the connection broke off", sent=True)
        return server.stored(bundle)

    server = Fake(response=lost_once)
    pushed = drive(push(job_of(BASE, small.bundle("c"))), server)
    assert [one.what for one in pushed.entries] == ["created"] * 8
    assert not pushed.issues
    assert len(server.sent) == 2


def test_an_answer_that_was_lost_with_the_server_leaves_it_open() -> None:
    def gone(request: Request) -> Response:
        if request.url == BASE:
            gone_for_good.append(True)
        if gone_for_good:
            raise NoAnswerError("the connection broke off", sent=True)
        return answer(page())

    gone_for_good: list[bool] = []
    with pytest.raises(Unreachable, match=r"may or may not have stored them\. Push again") as caught:
        drive(push(job_of(BASE, small.bundle("c"))), gone)
    assert (caught.value.stored, caught.value.not_stored) == ((), ())


def test_a_server_that_is_not_there_stored_nothing() -> None:
    def nowhere(_: Request) -> Response:
        raise NoAnswerError("no connection", sent=False)

    with pytest.raises(Unreachable) as caught:
        drive(push(job_of(BASE, small.bundle("c"))), nowhere)
    assert (caught.value.stored, caught.value.not_stored) == ((), EVERY)


@pytest.mark.parametrize("requests", range(10))
def test_a_push_that_was_killed_and_run_again_ends_as_one_that_was_not(requests: int) -> None:
    class KilledError(Exception):
        pass

    def dying(request: Request) -> Response:
        nonlocal requests
        if requests == 0:
            raise KilledError
        requests -= 1
        made = server(request)
        if requests == 0 and request.url == BASE:
            raise KilledError
        return made

    server, other = Fake(), Fake()
    with contextlib.suppress(KilledError):
        drive(push(job_of(BASE, small.bundle("c"))), dying)
    drive(push(job_of(BASE, small.bundle("c"))), server)
    drive(push(job_of(BASE, small.bundle("c"))), other)
    assert canonical(server.resources) == canonical(other.resources)


def test_a_stale_version_is_read_again_and_decided_anew() -> None:
    def stale_twice(bundle: dict[str, Json]) -> Response:
        (request,) = (one["request"] for one in bundle["entry"] if one["request"]["url"] == "Observation/4")
        there = next(one for one in server.resources if one["id"] == "4")
        if request["ifMatch"] != f'W/"{there["meta"]["versionId"]}"' or len(server.sent) < 3:
            there["meta"] = {"versionId": str(len(server.sent) + 1)}
            return answer(outcome("stale"), 409)
        return server.stored(bundle)

    server = Fake(held(4, status="amended"), response=stale_twice)
    waits: list[float] = []
    pushed = drive(push(job_of(BASE, small.bundle("c"))), server, waits)
    assert [one.reference for one in pushed.updated] == ["Observation/4"]
    assert (len(server.sent), len(waits)) == (3, 2)


def test_what_a_server_cannot_store_with_a_reference_to_itself_is_written_twice() -> None:
    """As HAPI 8.8 does, whose stack overflows."""
    bundle = small.bundle("c")
    itself = bundle["entry"][4]
    itself["resource"]["hasMember"] = [{"reference": itself["fullUrl"]}]

    def overflowing(sent: dict[str, Json]) -> Response:
        if any(one["fullUrl"] in canonical(one["resource"]).decode() for one in sent["entry"] if one.get("fullUrl")):
            return answer(outcome("StackOverflowError"), 500)
        return server.stored(sent)

    server = Fake(response=overflowing)
    pushed = drive(push(job_of(BASE, bundle)), server)
    assert {one.what for one in pushed.entries} == {"created"}
    stored = next(one for one in server.resources if one.get("hasMember"))
    assert stored["hasMember"] == [{"reference": f"Observation/{stored['id']}"}]
    assert len(server.sent) == 3
    again = drive(push(job_of(BASE, bundle)), server)
    assert {one.what for one in again.entries} == {"unchanged"}


def test_a_conflict_that_does_not_end_is_given_up_within_a_bound() -> None:
    server = Fake(held(4, status="amended"), response=answer(outcome("stale"), 409))
    with pytest.raises(Conflict, match="Nothing was stored"):
        drive(push(job_of(BASE, small.bundle("c"))), server)
    assert len(server.sent) == ROUNDS


def test_two_matches_for_one_identity_are_a_conflict_that_names_them() -> None:
    with pytest.raises(Conflict, match="Condition/3, Condition/9 all match the identity of one entry") as caught:
        drive(push(job_of(BASE, small.bundle("c"))), Fake(held(3), held(3, id="9")))
    assert caught.value.not_stored == EVERY


def test_one_resource_that_matches_two_entries_is_a_conflict() -> None:
    two = [{"system": small.ITEM, "value": f"c/{item}"} for item in ("x1", "x2")]
    bundle = {**small.bundle("c"), "entry": [small.entry("c", item, "Condition", {}) for item in ("x1", "x2")]}
    with pytest.raises(Conflict, match="Condition/1 matches the identities of two entries"):
        drive(push(job_of(BASE, bundle)), Fake({"resourceType": "Condition", "id": "1", "identifier": two}))


def test_two_entries_of_one_identity_that_say_different_things_are_refused() -> None:
    bundle = small.bundle("c")
    other = copy.deepcopy(bundle["entry"][3])
    other["fullUrl"], other["resource"]["code"] = "urn:uuid:00000000-0000-4000-8000-000000000009", {"text": "Other"}
    bundle["entry"].append(other)
    with pytest.raises(Refused, match="have one identity but say different things"):
        drive(push(job_of(BASE, bundle)), Fake())


def test_an_identifier_that_the_item_states_may_be_the_criterion() -> None:
    bundle = small.bundle("c")
    mrn = {"system": "http://hospital.example/mrn", "value": "1,2|3"}
    bundle["entry"][0]["resource"]["identifier"].append(mrn)
    bundle["entry"][0]["request"]["ifNoneExist"] = r"identifier=http://hospital.example/mrn|1\,2\|3"
    asked: list[str] = []

    def searches(request: Request) -> Response:
        asked.append(params(request).get("identifier", ""))
        return answer(page({"resourceType": "Patient", "id": "7"} if "mrn" in asked[-1] else {"resourceType": "X"}))

    pushed = drive(push(job_of(BASE, bundle)), Fake(searches=searches))
    assert r"http://hospital.example/mrn|1\,2\|3" in asked
    assert [one.reference for one in pushed.kept] == ["Patient/7"]


def test_an_entry_with_a_plain_place_is_compared_with_what_is_there() -> None:
    resource = {"resourceType": "Device", "id": "d1", "status": "active"}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": resource, "request": {"method": "PUT", "url": "Device/d1"}},
    ]}  # fmt: skip
    server = Fake({**resource, "meta": {"versionId": "1"}})
    assert len(drive(push(job_of(BASE, bundle)), server).unchanged) == 1
    assert not server.sent
    assert len(drive(push(job_of(BASE, bundle)), Fake()).created) == 1


@pytest.mark.parametrize(
    ("bundle", "message"),
    [
        ({"resourceType": "Bundle", "type": "collection"}, "expected a Bundle of type transaction, found 'collection'"),
        ({"resourceType": "Patient"}, "found 'Patient'"),
        ({"resourceType": "Bundle", "type": "transaction", "entry": [{}]}, "entry 1 of the bundle has no request"),
        ({"resourceType": "Bundle", "type": "transaction", "entry": [{"request": {"method": "PUT", "url": "X/1"}}]},
         "entry 1 of the bundle has no resource to PUT"),
    ],
)  # fmt: skip
def test_a_bundle_that_cannot_be_pushed_is_refused_before_anything_is_asked(bundle: Any, message: str) -> None:
    def never(request: Request) -> Response:
        raise AssertionError(request)

    with pytest.raises(Refused, match=message):
        drive(push(job_of(BASE, bundle)), never)


@pytest.mark.parametrize("patient", ["123", "Observation/1", "Patient/", "Patient/1/x", "Patient?name=x"])
def test_what_is_no_place_of_a_patient_is_refused_with_an_example(patient: str) -> None:
    with pytest.raises(Refused, match="such as Patient/123"):
        drive(push(job_of(BASE, small.bundle("c"), Choices(patient=patient))), Fake())


def test_an_attachment_names_the_patient_that_a_case_is_attached_to_by_the_absolute_address() -> None:
    bundle = small.bundle("c")
    urn = small.to("c", "Patient", "patient")["reference"]
    attachment = {"contentType": "text/plain", "data": b64encode(f"About {urn}.".encode()).decode()}
    bundle["entry"][3]["resource"]["extension"] = [{"url": "http://x.org/report", "valueAttachment": attachment}]
    server = Fake({"resourceType": "Patient", "id": "7"})
    drive(push(job_of(BASE, bundle, Choices(patient="Patient/7"))), server)
    sent = next(e["resource"] for e in server.sent[0]["entry"] if e["resource"]["resourceType"] == "Condition")
    assert b64decode(sent["extension"][0]["valueAttachment"]["data"]).decode() == f"About {BASE}/Patient/7."
    assert len(drive(push(job_of(BASE, bundle, Choices(patient="Patient/7"))), server).unchanged) == 7


def test_attaching_needs_one_patient_in_the_bundle() -> None:
    bundle = small.bundle("c")
    bundle["entry"].append(small.entry("c", "mother", "Patient", {}, shared=True))
    with pytest.raises(Refused, match="found 2"):
        drive(push(job_of(BASE, bundle, Choices(patient="Patient/1"))), Fake())


def test_an_empty_transaction_asks_nothing() -> None:
    pushed = drive(push(job_of(BASE, {"resourceType": "Bundle", "type": "transaction"})), Fake())
    assert pushed.entries == ()


def test_errors_of_a_push_are_server_errors_without_the_identities() -> None:
    with pytest.raises(ServerError) as caught:
        drive(push(job_of(BASE, small.bundle("miller"))), Fake(response=answer(outcome('no "miller"'), 400)))
    assert "miller" not in str(caught.value)
