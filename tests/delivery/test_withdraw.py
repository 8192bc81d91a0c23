"""Taking back: the error status of each type, the rules that go with it, and whose resources are touched."""

from __future__ import annotations

from typing import Any

import pytest
import small
from scripted import BASE, answer, body, drive, page

from fhir_case import validate
from fhir_case.client.messages import Request, Response
from fhir_case.definitions.r4 import r4
from fhir_case.delivery.home import home
from fhir_case.delivery.plan import Choices
from fhir_case.delivery.push import job_of, push
from fhir_case.delivery.withdraw import ERROR_STATUS, in_error
from fhir_case.json import Json
from fhir_case.terminology.terminology import Terminology


def test_what_is_entered_in_error_is_valid() -> None:
    subject = {"reference": "Patient/1"}
    code = {"text": "x"}
    clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    for resource in (
        {"resourceType": "Condition", "subject": subject, "code": code,
         "clinicalStatus": {"coding": [{"system": clinical, "code": "active"}]}},
        {"resourceType": "AllergyIntolerance", "patient": subject, "code": code, "clinicalStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}]}},
        {"resourceType": "Observation", "subject": subject, "code": code, "status": "final"},
        {"resourceType": "Goal", "subject": subject, "description": code, "lifecycleStatus": "active"},
        {"resourceType": "Immunization", "patient": subject, "vaccineCode": code, "status": "completed",
         "occurrenceDateTime": "2020"},
    ):  # fmt: skip
        made = in_error(resource)  # type: ignore[arg-type]
        assert made is not None
        report = validate(made)
        assert report.ok, report.issues
    assert in_error({"resourceType": "Provenance"}) is None


class Server:
    """Has some resources, and notes what is asked of it."""

    def __init__(self, *resources: dict[str, Json]) -> None:
        self.resources, self.wrote = resources, list[Any]()

    def __call__(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.wrote.append(request.url.removeprefix(BASE + "/"))
            return answer({"resourceType": "OperationOutcome", "issue": []})
        if request.url.endswith("_search"):
            type_ = request.url.split("/")[-2]
            return answer(page(*(one for one in self.resources if one["resourceType"] == type_)))
        made = body(request)
        if made["type"] == "batch":
            types = [one["request"]["url"].partition("?")[0] for one in made["entry"]]
            return answer({"resourceType": "Bundle", "type": "batch-response", "entry": [
                {"response": {"status": "200"},
                 "resource": page(*(one for one in self.resources if one["resourceType"] == type_))}
                for type_ in types
            ]})  # fmt: skip
        self.wrote += made["entry"]
        entries = [
            {"response": {"status": "200", "location": f"{one['request']['url']}/_history/2"}} for one in made["entry"]
        ]
        return answer({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})


def stored() -> list[dict[str, Json]]:
    """All of the small case, and one diagnosis more, to which an observation of ours refers."""
    resources = [
        {**e["resource"], "id": f"{n}", "meta": {**e["resource"].get("meta", {}), "versionId": "1"}}
        for n, e in enumerate(small.bundle("c")["entry"])
    ]
    gone = {**small.entry("c", "gone", "Condition", {"subject": {"reference": "Patient/0"}})["resource"], "id": "gone"}
    sign = small.entry("c", "sign", "Observation", {"status": "final", "focus": [{"reference": "Condition/gone"}]})
    meta = {"meta": {"versionId": "5"}}
    other = small.entry("other", "gone", "Condition", {})["resource"]
    return [
        *resources, {**gone, **meta}, {**sign["resource"], "id": "sign", **meta}, {**other, "id": "others", **meta},
        {"resourceType": "Condition", "id": "theirs", **meta},
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["", "entered-in-error", "delete"])
def test_only_what_has_our_mark_of_this_case_is_taken_back(how: Any) -> None:
    server = Server(*stored())
    pushed = drive(push(job_of(BASE, small.bundle("c"), Choices(withdraw=how), looks=True)), server)
    touched = {one if isinstance(one, str) else one["request"]["url"] for one in server.wrote}
    assert {one for one in touched if "gone" in one or "sign" in one or "ther" in one} == (
        {"Condition/gone", "Observation/sign"} if how else set()
    )
    assert sorted(one.reference for one in pushed.withdrawn) == (["Condition/gone", "Observation/sign"] if how else [])
    if how == "delete":
        deleted = [one for one in server.wrote if isinstance(one, str)]
        assert deleted == ["Observation/sign", "Condition/gone"], "what refers to another goes first"
    elif how:
        (one,) = (one for one in server.wrote if one["request"]["url"] == "Condition/gone")
        assert one["request"]["ifMatch"] == 'W/"5"'
        assert one["resource"]["verificationStatus"]["coding"][0]["code"] == "entered-in-error"


def test_what_was_taken_back_is_not_taken_back_again_and_does_not_come_home() -> None:
    gone = {**stored()[-4], **(in_error(stored()[-4]) or {})}
    server = Server(*stored()[:-4], gone)
    drive(push(job_of(BASE, small.bundle("c"), Choices(withdraw="entered-in-error"))), server)
    assert not [one for one in server.wrote if one["request"]["url"] == "Condition/gone"]
    came = home([{"resource": one} for one in server.resources], BASE)
    assert len(came.bundle["entry"]) == 8
    assert [issue.code for issue in came.issues] == ["home-withdrawn"]


def test_the_table_of_error_statuses_is_that_of_the_definitions() -> None:
    made: dict[str, str] = {}
    terminology = Terminology(r4())
    for type_ in sorted(r4().resources):
        definition = r4().type(type_)
        assert definition is not None
        for element in definition["snapshot"]["element"]:
            binding = element.get("binding", {})
            if (
                element["path"] in (f"{type_}.status", f"{type_}.lifecycleStatus")
                and binding.get("strength") == "required"
            ):
                codes = terminology.value_set(binding["valueSet"])
                if codes is not None and "entered-in-error" in (codes.codes or ()):
                    made[type_] = element["path"].partition(".")[2]
    assert made == ERROR_STATUS
