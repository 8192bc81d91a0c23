"""Push and pull on real servers."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import small

from fhir_case.client.drivers import run
from fhir_case.client.messages import Request, Response, Step
from fhir_case.client.steps import capabilities, read
from fhir_case.client.through import Exchange, through
from fhir_case.client.wire import sync_client
from fhir_case.delivery.home import home
from fhir_case.delivery.plan import Choices
from fhir_case.delivery.pull import Pulled, pull
from fhir_case.delivery.push import job_of, plan_of, push
from fhir_case.delivery.pushed import Pushed
from fhir_case.issues import Conflict, Refused, ServerError
from fhir_case.json import Number, canonical, dumps, loads


class Server:
    """One server, the steps run on it, and the requests that were made of it."""

    def __init__(self, base: str, numbers: str = '{"a": 7.20, "b": 3.50, "c": 60}') -> None:
        self.base = base
        self.numbers = numbers
        self.asked: list[httpx.Request] = []
        self.client = sync_client(event_hooks={"request": [self.asked.append]})

    def bundle(self, case: str) -> dict[str, Any]:
        """The small bundle with numbers that this server keeps as they are written."""
        return small.bundle(case, self.numbers)

    def push(self, bundle: dict[str, Any], **options: Any) -> Pushed:
        self.asked.clear()
        return run(push(job_of(self.base, bundle, Choices(**options))), self.client)

    def pull(self, patient: str) -> Pulled:
        return run(pull(self.base, patient), self.client)

    def read(self, reference: str) -> dict[str, Any]:
        return run(read(self.base, reference), self.client)

    def create(self, resource: dict[str, Any]) -> dict[str, Any]:
        answer = self.client.post(
            f"{self.base}/{resource['resourceType']}",
            content=dumps(resource),
            headers={"content-type": "application/fhir+json"},
        )
        answer.raise_for_status()
        return loads(answer.content)

    @property
    def wrote(self) -> bool:
        return any(one.method == "POST" and str(one.url) == self.base for one in self.asked)


@pytest.fixture(params=[pytest.param("hapi", marks=pytest.mark.java), pytest.param("medplum", marks=pytest.mark.node)])
def server(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(f"{request.param}_server")


@pytest.fixture
def medplum_server(medplum: str) -> Any:
    # JavaScript has no 7.20: Medplum answers 7.2.
    made = Server(medplum, '{"a": 7.25, "b": 3.5, "c": 60}')
    yield made
    made.client.close()


@pytest.fixture
def hapi_server(hapi: str) -> Any:
    made = Server(hapi)
    yield made
    made.client.close()


@pytest.fixture
def case(request: pytest.FixtureRequest) -> str:
    """A name for the case of each test, so that tests do not meet on the server."""
    return "".join(one if one.isalnum() else "-" for one in request.node.name)


def content(bundle: dict[str, Any]) -> dict[str, bytes]:
    return {entry["fullUrl"]: canonical(entry["resource"]) for entry in bundle["entry"]}


def changed(bundle: dict[str, Any], item: str, **content: Any) -> dict[str, Any]:
    made = copy.deepcopy(bundle)
    one = next(entry for entry in made["entry"] if f'/{item}"' in dumps(entry["resource"].get("identifier", "")))
    one["resource"].update(content)
    return made


def test_the_server_is_known_as_r4(server: Server) -> None:
    assert run(capabilities(server.base), server.client).fhir_version == "4.0.1"


def test_pushing_twice_creates_nothing_sends_nothing_and_makes_no_new_version(server: Server, case: str) -> None:
    first = server.push(server.bundle(case))
    assert [one.what for one in first.entries] == ["created"] * 8
    assert first.patient.startswith("Patient/")
    second = server.push(server.bundle(case))
    assert [one.what for one in second.entries] == ["unchanged"] * 8
    assert not server.wrote
    assert [one.reference for one in first.entries] == [one.reference for one in second.entries]
    assert [one.version for one in first.entries] == [one.version for one in second.entries]


def test_what_was_pushed_comes_home_equal(server: Server, case: str) -> None:
    bundle = server.bundle(case)
    pushed = server.push(bundle)
    pulled = server.pull(pushed.patient)
    came = home(pulled.entries, server.base)
    expected = content(bundle)
    assert content(came.bundle) == expected
    assert not came.issues
    assert came.origin["patient"] == pushed.patient
    assert {address: one["reference"] for address, one in came.origin["resources"].items()} == {
        one.address: one.reference for one in pushed.entries
    }


def test_pulling_misses_nothing_that_can_be_searched_for_on_hapi(hapi_server: Server, case: str) -> None:
    pushed = hapi_server.push(small.bundle(case))
    assert hapi_server.pull(pushed.patient).issues == ()


def test_only_what_changed_is_updated(server: Server, case: str) -> None:
    bundle = server.bundle(case)
    before = {one.address: one for one in server.push(bundle).entries}
    pushed = server.push(changed(bundle, "ck", status="amended"))
    assert [one.reference.split("/")[0] for one in pushed.updated] == ["Observation"]
    assert len(pushed.unchanged) == 7
    one = pushed.updated[0]
    assert one.version != before[one.address].version
    assert server.read(one.reference)["subject"] == {"reference": pushed.patient}
    assert [entry.what for entry in server.push(changed(bundle, "ck", status="amended")).entries] == ["unchanged"] * 8


def test_a_last_digit_is_a_change_on_hapi(hapi_server: Server, case: str) -> None:
    bundle = small.bundle(case)
    hapi_server.push(bundle)
    pushed = hapi_server.push(changed(bundle, "ck", valueQuantity={"value": Number("7.200"), "unit": "U/L"}))
    assert len(pushed.updated) == 1
    assert str(hapi_server.read(pushed.updated[0].reference)["valueQuantity"]["value"]) == "7.200"


def test_a_server_that_does_not_keep_digits_is_told_of(medplum_server: Server, case: str) -> None:
    medplum_server.push(small.bundle(case))
    again = medplum_server.push(small.bundle(case))
    assert [one.reference.split("/")[0] for one in again.updated] == ["Observation"]
    assert [issue.code for issue in again.issues] == ["push-digits"]


def test_shared_resources_that_are_there_are_left_as_they_are(server: Server, case: str) -> None:
    bundle = server.bundle(case)
    for type in ("Practitioner", "PractitionerRole"):
        bundle["entry"].insert(2, small.entry(case, type.lower(), type, {"active": True}, shared=True))
    there = [
        server.create({**entry["resource"], "telecom": [{"system": "phone", "value": "1"}]})
        for entry in bundle["entry"][:4]
    ]
    pushed = server.push(bundle)
    assert [one.what for one in pushed.entries] == ["kept"] * 4 + ["created"] * 6
    assert [one.reference for one in pushed.kept] == [f"{one['resourceType']}/{one['id']}" for one in there]
    for one in there:
        assert canonical(server.read(f"{one['resourceType']}/{one['id']}")) == canonical(one)


def test_shared_resources_are_updated_for_their_owner(server: Server, case: str) -> None:
    bundle = server.bundle(case)
    server.create({**bundle["entry"][1]["resource"], "name": "Old name"})
    pushed = server.push(bundle, own=True)
    assert [one.reference.split("/")[0] for one in pushed.updated] == ["Organization"]
    assert server.read(pushed.updated[0].reference)["name"] == "Children's Hospital"


def test_a_case_is_attached_to_a_patient_who_stays_untouched(server: Server, case: str) -> None:
    there = server.create({"resourceType": "Patient", "birthDate": "1999"})
    patient = f"Patient/{there['id']}"
    pushed = server.push(server.bundle(case), patient=patient)
    assert [one.what for one in pushed.entries] == ["attached"] + ["created"] * 7
    assert pushed.patient == patient
    assert canonical(server.read(patient)) == canonical(there)
    condition = server.read(next(one.reference for one in pushed.entries if "Condition/" in one.reference))
    assert condition["subject"] == {"reference": patient}
    assert f'href="{patient}"' in condition["text"]["div"]
    observation = server.read(next(one.reference for one in pushed.entries if "Observation/" in one.reference))
    target = observation["_effectiveDateTime"]["extension"][0]["extension"][0]["valueReference"]
    assert target == {"type": "Patient", "identifier": {"system": small.ITEM, "value": f"{case}/patient"}}
    again = server.push(server.bundle(case), patient=patient)
    assert [one.what for one in again.entries] == ["attached"] + ["unchanged"] * 7


def test_attaching_to_a_patient_who_is_not_there_is_refused_before_anything_is_stored(
    server: Server, case: str
) -> None:
    with pytest.raises(Refused, match="Patient/nobody is not on the server") as caught:
        server.push(server.bundle(case), patient="Patient/nobody")
    assert caught.value.status == 404
    assert len(caught.value.not_stored) == 8
    assert not server.wrote


def test_two_resources_of_one_identity_are_named(server: Server, case: str) -> None:
    bundle = server.bundle(case)
    resource = {"resourceType": "Organization", **bundle["entry"][1]["resource"]}
    there = [server.create(resource) for _ in range(2)]
    with pytest.raises(Conflict) as caught:
        server.push(bundle)
    for one in there:
        assert f"Organization/{one['id']}" in str(caught.value)
    assert not server.wrote


def test_equal_entries_of_one_identity_are_sent_once(server: Server, case: str) -> None:
    bundle = server.bundle(case)
    twin = copy.deepcopy(bundle["entry"][1])
    twin["fullUrl"] = "urn:uuid:00000000-0000-4000-8000-000000000001"
    bundle["entry"].append(twin)
    bundle["entry"][2]["resource"]["serviceProvider"] = {"reference": twin["fullUrl"]}
    pushed = server.push(bundle)
    places = {one.address: one.reference for one in pushed.entries}
    assert len(places) == 8
    stay = server.read(places[bundle["entry"][2]["fullUrl"]])
    assert stay["serviceProvider"] == {"reference": places[bundle["entry"][1]["fullUrl"]]}


@pytest.mark.parametrize("dead", ["Organization/404404", "urn:uuid:00000000-0000-4000-8000-00000000dead"])
def test_a_reference_that_leads_nowhere_is_refused_with_nothing_stored_on_hapi(
    hapi_server: Server, case: str, dead: str
) -> None:
    bundle = changed(small.bundle(case), "stay", serviceProvider={"reference": dead})
    with pytest.raises(Refused) as caught:
        hapi_server.push(bundle)
    error = caught.value
    assert "the server refuses 1 of 8 entries: entry 3 (serviceProvider)" in str(error)
    assert [issue.path for issue in error.issues] == ["Bundle.entry[2].resource.serviceProvider"]
    assert dead in str(error)
    assert "Nothing was stored" in str(error)
    assert error.outcome is not None
    assert (error.stored, len(error.not_stored)) == ((), 8)


def test_what_a_server_without_rollback_did_store_is_said(medplum_server: Server, case: str) -> None:
    bundle = medplum_server.bundle(case)
    del bundle["entry"][5]["resource"]["status"]
    with pytest.raises(ServerError) as caught:
        medplum_server.push(bundle)
    error = caught.value
    assert "MedicationStatement.status" in str(error)
    assert set(error.stored) | set(error.not_stored) == {entry["fullUrl"] for entry in bundle["entry"]}
    assert bundle["entry"][5]["fullUrl"] in error.not_stored
    assert error.stored
    again = medplum_server.push(medplum_server.bundle(case))
    assert set(error.stored) <= {one.address for one in again.unchanged}
    assert set(error.not_stored) == {one.address for one in again.created}


def test_many_entries_reach_a_server_that_takes_few_conditions(server: Server, case: str) -> None:
    bundle = server.bundle(case)
    patient = small.to(case, "Patient", "patient")
    bundle["entry"] += [
        small.entry(case, f"finding{n}", "Condition", {"code": {"text": f"F{n}"}, "subject": patient})
        for n in range(50)
    ]
    pushed = server.push(bundle)
    assert len(pushed.created) == 58
    assert [issue.code for issue in pushed.issues] == (["push-unconditional"] if "R4" in server.base else [])
    assert len(server.push(bundle).unchanged) == 58
    came = home(server.pull(pushed.patient).entries, server.base)
    assert set(content(came.bundle)) == set(content(bundle))


def _meddled(server: Server, meddle: Callable[[], Any]) -> Exchange:
    """Each request as it is; before the first that writes, something else happens on the server."""
    left = [meddle]

    def exchange(request: Request) -> Step[Response]:
        if request.method == "POST" and request.url == server.base and left:
            left.pop()()
        response: Response = yield request
        return response

    return exchange


def test_a_plan_is_not_applied_to_what_changed_between_looking_and_writing(server: Server, case: str) -> None:
    bundle = server.bundle(case)
    server.push(bundle)
    wanted = job_of(server.base, changed(bundle, "ck", status="amended"))
    plan = run(plan_of(wanted), server.client)
    meddled = _meddled(server, lambda: server.push(changed(bundle, "ck", status="corrected")))
    with pytest.raises(Refused, match="the plan can no longer be applied: Observation/"):
        run(through(push(wanted, expected=plan), meddled), server.client)
    one = next(one for one in server.push(changed(bundle, "ck", status="corrected")).entries if "Obs" in one.reference)
    assert one.what == "unchanged"


def test_without_a_plan_it_is_decided_anew(server: Server, case: str) -> None:
    bundle = server.bundle(case)
    server.push(bundle)
    wanted = job_of(server.base, changed(bundle, "ck", status="amended"))
    meddled = _meddled(server, lambda: server.push(changed(bundle, "ck", status="corrected")))
    pushed = run(through(push(wanted), meddled), server.client)
    (one,) = pushed.updated
    assert server.read(one.reference)["status"] == "amended"
