"""Reading from real servers: pages of five on HAPI, none on Medplum's router."""

from __future__ import annotations

import asyncio
import uuid

import httpx
import pytest

from fhir_case import AsyncFHIRClient, FHIRClient
from fhir_case.api.access import Access
from fhir_case.client.messages import post, together
from fhir_case.client.steps import read
from fhir_case.issues import Unreachable


@pytest.fixture(params=["hapi", "medplum"])
def base(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


def stored(base: str, type_: str, **elements: object) -> str:
    made = httpx.post(f"{base}/{type_}", json={"resourceType": type_, **elements}, timeout=60)
    assert made.status_code == 201, made.text
    return f"{type_}/{made.json()['id']}"


def test_a_search_gives_all_its_pages_and_what_is_included(base: str) -> None:
    mark = uuid.uuid4().hex
    organization = stored(base, "Organization", name=mark)
    for _ in range(12):
        stored(
            base, "Patient",
            identifier=[{"system": "urn:test", "value": mark}], managingOrganization={"reference": organization},
        )  # fmt: skip
    with FHIRClient(base) as server:
        found = server.search("Patient", ("identifier", f"urn:test|{mark}"), ("_include", "Patient:organization"))
    assert [issue.code for issue in found.issues] == []
    assert len(found.resources) == 13
    assert [f"{one['resourceType']}/{one['id']}" for one in found.included] == [organization]


def test_a_history_tells_of_each_version_and_of_the_deletion(hapi: str) -> None:
    place = stored(hapi, "Organization", name="one")
    id_ = place.partition("/")[2]
    for name in ("two", "three"):
        httpx.put(f"{hapi}/{place}", json={"resourceType": "Organization", "id": id_, "name": name})
    httpx.delete(f"{hapi}/{place}")
    with FHIRClient(hapi) as server:
        versions = server.history(place).versions
        assert [(one.version, one.resource and one.resource["name"]) for one in versions] == [
            ("4", None), ("3", "three"), ("2", "two"), ("1", "one"),
        ]  # fmt: skip
        assert {one.place for one in versions} == {place}
        since = versions[1].when
        assert {one.place for one in server.history("Organization", since=since).versions} >= {place}


def test_a_resource_is_sent_only_if_it_changed(base: str) -> None:
    place = stored(base, "Organization", name="one")
    with FHIRClient(base) as server:
        made = server.resource(place)
        assert made is not None
        assert server.resource(place, unless=made["meta"]["versionId"]) is None
        assert server.resource(place, unless="nonsense") is not None


def test_both_clients_ask_several_things_at_once(base: str) -> None:
    places = [stored(base, "Organization", name=str(number)) for number in range(10)]

    async def asked() -> tuple[object, ...]:
        async with AsyncFHIRClient(base) as server:
            return await server._run(together((read(base, place) for place in places), 4))

    with FHIRClient(base) as server:
        came = server._run(together((read(base, place) for place in places), 4))
        assert server.conversation.metrics.requests == 10
    assert [one["name"] for one in came if isinstance(one, dict)] == [str(number) for number in range(10)]
    assert asyncio.run(asked()) == came


def test_a_body_can_be_sent_as_gzip(base: str) -> None:
    from fhir_case.client.compressed import Gzip, compressed
    from fhir_case.client.drivers import run
    from fhir_case.client.messages import Request, Response, Step
    from fhir_case.client.wire import sync_client

    def once(request: Request) -> Step[Response]:
        came: Response = yield request
        return came

    gzip = Gzip()
    made = post(f"{base}/Organization", {"resourceType": "Organization", "name": "x" * 5000})
    with sync_client() as client:
        assert run(compressed(once(made), gzip), client).status == 201
    assert gzip.taken


def test_a_server_that_is_not_there_is_given_up_soon() -> None:
    with (
        FHIRClient("http://127.0.0.1:9/fhir", access=Access(retry_for=0)) as server,
        pytest.raises(Unreachable, match="no connection"),
    ):
        server.capabilities()
    assert server.conversation.metrics.lost == 1
