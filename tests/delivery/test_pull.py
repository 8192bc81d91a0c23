"""Pull against scripted servers: everything that is reachable, and a word on what is not."""

from __future__ import annotations

from typing import Any

import pytest
from scripted import BASE, answer, drive, outcome, page, params

from fhir_case.client.messages import Request, Response
from fhir_case.delivery import pull as pulling
from fhir_case.delivery.compartment import PATIENT
from fhir_case.delivery.places import TYPES
from fhir_case.delivery.pull import pull
from fhir_case.issues import Refused


def ref(place: str) -> dict[str, str]:
    return {"reference": place}


def resource(place: str, **content: Any) -> dict[str, Any]:
    type_, id_ = place.split("/")
    return {"resourceType": type_, "id": id_, **content}


class Server:
    """Holds resources; `$everything` gives those named, a search by reference those that refer to one asked for."""

    def __init__(
        self, *resources: dict[str, Any], everything: list[str] | None = None, ignores: frozenset[str] = frozenset()
    ) -> None:
        self.resources = {f"{one['resourceType']}/{one['id']}": one for one in resources}
        self.everything, self.ignores = everything, ignores
        self.asked: list[str] = []

    def __call__(self, request: Request) -> Response:
        path = request.url.removeprefix(BASE + "/")
        self.asked.append(path)
        if path.endswith("$everything"):
            if self.everything is None:
                return answer(outcome("no such operation"), 400)
            return answer(page(*(self.resources[place] for place in self.everything)))
        if path.endswith("_search"):
            type_ = path.split("/")[0]
            ((name, wanted),) = [(n, v.split(",")) for n, v in params(request).items() if n != "_count"]
            found = [one for place, one in self.resources.items() if place.startswith(type_ + "/")]
            if name == "_id":
                found = [one for one in found if one["id"] in wanted]
            elif name not in self.ignores:
                found = [one for one in found if any(f"'{w}'" in repr(one.get(name)) for w in wanted)]
            return answer(page(*found))
        return answer(self.resources[path]) if path in self.resources else answer(outcome("unknown"), 404)


def places(pulled: Any) -> list[str]:
    return [entry["fullUrl"].removeprefix(BASE + "/") for entry in pulled.entries]


def test_what_everything_leaves_out_is_found_from_both_ends() -> None:
    server = Server(
        resource("Patient/1", generalPractitioner=[ref("Practitioner/1")]),
        resource("Condition/1", subject=ref("Patient/1")),
        resource("Practitioner/1"),
        resource("PractitionerRole/1", practitioner=ref("Practitioner/1"), organization=ref("Organization/1")),
        resource("Organization/1", partOf=ref(f"{BASE}/Organization/2/_history/4")),
        resource("Organization/2"),
        resource("Provenance/1", target=[ref("Practitioner/1")]),
        resource("Provenance/2", target=[ref("Provenance/1")]),
        resource("Composition/1", subject=ref("Patient/1")),
        resource("Binary/1"),
        resource("DocumentReference/1", subject=ref("Patient/1"), content=[{"attachment": {"url": "Binary/1"}}]),
        resource("Condition/9", subject=ref("Patient/9")),
        everything=["Patient/1", "Condition/1"],
    )
    pulled = drive(pull(BASE, "Patient/1"), server)
    assert places(pulled)[0] == "Patient/1"
    assert sorted(places(pulled)) == sorted(set(server.resources) - {"Condition/9"})
    assert pulled.issues == ()


def test_without_everything_the_compartment_is_searched() -> None:
    server = Server(
        resource("Patient/1"),
        resource("Condition/1", patient=ref("Patient/1")),
        resource("Observation/1", performer=[ref("Patient/1")]),
        resource("Condition/9", patient=ref("Patient/9")),
    )
    assert sorted(places(drive(pull(BASE, "Patient/1"), server))) == ["Condition/1", "Observation/1", "Patient/1"]


def test_a_server_that_ignores_a_parameter_does_not_mix_in_other_patients() -> None:
    every = frozenset(param for _, params in PATIENT for param in params) | {"target", "practitioner", "subject"}
    server = Server(
        resource("Patient/1"),
        resource("Condition/1", patient=ref("Patient/1")),
        resource("Condition/11", patient=ref("Patient/11")),
        resource("Provenance/11", target=[ref("Patient/11")]),
        ignores=every,
    )
    assert sorted(places(drive(pull(BASE, "Patient/1"), server))) == ["Condition/1", "Patient/1"]


def test_what_is_referred_to_and_not_there_is_an_issue_with_its_place() -> None:
    server = Server(resource("Patient/1", managingOrganization=ref("Organization/404")), everything=["Patient/1"])
    pulled = drive(pull(BASE, "Patient/1"), server)
    assert places(pulled) == ["Patient/1"]
    assert [(issue.code, issue.path) for issue in pulled.issues] == [("pull-unreachable", "Organization/404")]
    assert server.asked.count("Organization/404") == 1


def test_a_provenance_of_an_import_does_not_bring_in_other_patients() -> None:
    server = Server(
        resource("Patient/1"),
        resource("Provenance/1", target=[ref("Patient/1"), ref("Patient/2"), ref("Condition/2")]),
        resource("Patient/2"),
        resource("Condition/2", subject=ref("Patient/2")),
        everything=["Patient/1"],
    )
    pulled = drive(pull(BASE, "Patient/1"), server)
    assert places(pulled) == ["Patient/1", "Provenance/1"]
    assert [(issue.code, issue.path) for issue in pulled.issues] == [("pull-not-followed", "Provenance/1.target")]


def test_references_are_followed_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "MOST", 3)
    chain = [resource(f"Organization/{n}", partOf=ref(f"Organization/{n + 1}")) for n in range(10)]
    server = Server(resource("Patient/1", managingOrganization=ref("Organization/0")), *chain, everything=["Patient/1"])
    pulled = drive(pull(BASE, "Patient/1"), server)
    assert len(pulled.entries) == 3
    assert [issue.path for issue in pulled.issues] == ["Organization/2"]


def test_references_in_a_circle_end() -> None:
    server = Server(
        resource("Patient/1", managingOrganization=ref("Organization/1")),
        resource("Organization/1", partOf=ref("Organization/2")),
        resource("Organization/2", partOf=ref("Organization/1")),
        everything=["Patient/1"],
    )
    assert sorted(places(drive(pull(BASE, "Patient/1"), server))) == ["Organization/1", "Organization/2", "Patient/1"]


def test_what_belongs_to_another_patient_is_left_where_it_is_and_said_once() -> None:
    """A hospital that refers to a document of another case must not lead to that case's patient."""
    server = Server(
        resource("Patient/1", managingOrganization=ref("Organization/1"), link=[{"other": ref("Patient/2")}]),
        resource("Organization/1", extension=[{"url": "x", "valueReference": ref("DocumentReference/2")}]),
        resource("DocumentReference/2", subject=ref("Patient/2")),
        resource("Patient/2"),
        everything=["Patient/1"],
    )
    pulled = drive(pull(BASE, "Patient/1"), server)
    assert sorted(places(pulled)) == ["Organization/1", "Patient/1"]
    told = sorted(issue.path for issue in pulled.issues if issue.code == "pull-other-patient")
    assert told == ["DocumentReference/2", "Patient/2"]


def test_what_a_server_cannot_search_for_is_said() -> None:
    def server(request: Request) -> Response:
        if "PractitionerRole" in request.url or "Provenance" in request.url:
            return answer(outcome("no such type"), 404)
        return known(request)

    known = Server(resource("Patient/1"), resource("Practitioner/1"), everything=["Patient/1", "Practitioner/1"])
    pulled = drive(pull(BASE, "Patient/1"), server)
    assert {issue.code for issue in pulled.issues} == {"pull-not-searched"}
    assert any("Provenance?target" in issue.message for issue in pulled.issues)


def test_a_patient_who_is_not_there_is_an_error() -> None:
    with pytest.raises(Refused, match="reading Patient/1") as caught:
        drive(pull(BASE, "Patient/1"), Server())
    assert caught.value.status == 404


def test_what_is_no_place_of_a_patient_is_refused() -> None:
    with pytest.raises(Refused, match="such as Patient/123"):
        drive(pull(BASE, "Condition/1"), Server())


def test_the_compartment_names_types_of_r4() -> None:
    assert len(TYPES) == 146
    assert {type_ for type_, _ in PATIENT} <= TYPES
    assert dict(PATIENT)["Observation"] == ("subject", "performer")
