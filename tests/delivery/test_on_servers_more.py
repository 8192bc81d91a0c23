"""Taking back, parts, circles, batches and refusals in part, on real servers."""

from __future__ import annotations

from typing import Any

import pytest
import small
from test_on_servers import Server, case, changed, content, hapi_server, medplum_server, server

from fhir_case.client.drivers import run
from fhir_case.delivery.home import home
from fhir_case.delivery.plan import Choices
from fhir_case.delivery.push import job_of, plan_of
from fhir_case.issues import Refused
from fhir_case.json import canonical

__all__ = ["case", "hapi_server", "medplum_server", "server"]


def with_diagnosis(server: Server, case: str) -> dict[str, Any]:
    bundle = server.bundle(case)
    extra = {"subject": small.to(case, "Patient", "patient"), "code": {"text": "Migraine"}}
    bundle["entry"].append(small.entry(case, "migraine", "Condition", extra))
    return bundle


@pytest.mark.parametrize("how", ["entered-in-error", "delete"])
def test_a_diagnosis_removed_from_the_case_is_taken_back_and_gone_from_the_next_pull(
    server: Server, case: str, how: Any
) -> None:
    pushed = server.push(with_diagnosis(server, case))
    place = next(one.reference for one in pushed.entries if one.address == pushed.entries[-1].address)
    bundle = server.bundle(case)
    job = job_of(server.base, bundle, looks=True)
    (left,) = run(plan_of(job), server.client).of("withdrawn")
    assert left.reference == place
    assert len(server.push(bundle).unchanged) == 8
    taken = server.push(bundle, withdraw=how)
    assert [one.reference for one in taken.withdrawn] == [place]
    came = home(server.pull(pushed.patient).entries, server.base)
    assert set(content(came.bundle)) == set(content(bundle))
    again = server.push(bundle, withdraw=how)
    assert (len(again.unchanged), again.withdrawn) == (8, ())
    assert not any(request.method in ("PUT", "DELETE") for request in server.asked)
    back = server.push(with_diagnosis(server, case))
    assert len(back.created) + len(back.updated) == 1
    came = home(server.pull(pushed.patient).entries, server.base)
    assert set(content(came.bundle)) == set(content(with_diagnosis(server, case)))


def circle(server: Server, case: str) -> dict[str, Any]:
    """The stay names the diagnosis that it was for, the diagnosis the stay that it was made in."""
    return changed(
        server.bundle(case), "stay", diagnosis=[{"condition": small.to(case, "Condition", "dm")}], status="finished"
    )


@pytest.mark.parametrize(("limit", "transactions"), [(1, [1] * 9), (3, [3, 3, 2])])
def test_what_is_too_large_for_one_transaction_goes_in_parts_that_keep_references_whole(
    server: Server, case: str, limit: int, transactions: list[int]
) -> None:
    bundle = circle(server, case)
    plan = run(plan_of(job_of(server.base, bundle, Choices(limit=limit))), server.client)
    assert sum(plan.transactions) == sum(transactions)
    assert max(plan.transactions) <= limit
    assert bool(plan.twice) == (limit == 1)
    pushed = server.push(bundle, limit=limit)
    assert [one.what for one in pushed.entries] == ["created"] * 8
    assert [one.what for one in server.push(bundle).entries] == ["unchanged"] * 8
    came = home(server.pull(pushed.patient).entries, server.base)
    assert set(content(came.bundle)) == set(content(bundle))


def bad(server: Server, case: str) -> tuple[dict[str, Any], str, int]:
    """A bundle with one entry that the server refuses, the element, and how many others depend on the entry."""
    if "R4" in server.base:
        bundle = server.bundle(case)
        del bundle["entry"][5]["resource"]["status"]
        return bundle, "status", 0
    bundle = changed(server.bundle(case), "stay", serviceProvider={"reference": "Organization/404404"})
    return bundle, "serviceProvider", 4


def test_what_is_not_refused_is_stored_where_that_is_wanted(server: Server, case: str) -> None:
    bundle, element, held = bad(server, case)
    pushed = server.push(bundle, partial=True)
    (one,) = pushed.rejections
    assert (one.element, len(one.held)) == (element, held)
    assert one.outcome is not None
    assert len(pushed.created) == 7 - held
    assert [issue.code for issue in pushed.issues] == ["push-rejected"]
    mended = server.bundle(case)
    again = server.push(mended)
    assert (len(again.unchanged), len(again.created)) == (7 - held, 1 + held)
    assert set(content(home(server.pull(again.patient).entries, server.base).bundle)) == set(content(mended))


def test_what_is_stored_in_part_refers_to_what_was_there_before(server: Server, case: str) -> None:
    bundle, element, held = bad(server, case)
    server.push({**bundle, "entry": bundle["entry"][:2]})
    pushed = server.push(bundle, partial=True)
    assert [(one.element, len(one.held)) for one in pushed.rejections] == [(element, held)]
    assert (len(pushed.unchanged), len(pushed.created)) == (2, 5 - held)


def test_what_was_there_before_is_neither_stored_nor_not_stored_by_a_push_that_is_refused(
    hapi_server: Server, case: str
) -> None:
    bundle, _, _ = bad(hapi_server, case)
    hapi_server.push({**bundle, "entry": bundle["entry"][:2]})
    with pytest.raises(Refused, match="Nothing was stored") as caught:
        hapi_server.push(bundle)
    assert (caught.value.stored, len(caught.value.not_stored)) == ((), 6)


def test_several_bad_entries_are_named_with_nothing_stored_on_hapi(hapi_server: Server, case: str) -> None:
    bundle = hapi_server.bundle(case)
    patient = small.to(case, "Patient", "patient")
    for number in range(40):
        more = {"status": "final", "code": {"text": f"{number}"}, "subject": patient}
        if number in (7, 23):
            more["status"] = "nonsense"
        if number == 31:
            more["focus"] = [{"reference": "Condition/404404"}]
        bundle["entry"].append(small.entry(case, f"more{number}", "Observation", more))
    with pytest.raises(Refused) as caught:
        hapi_server.push(bundle)
    error = caught.value
    assert [issue.path for issue in error.issues] == [
        "Bundle.entry[15].resource.status", "Bundle.entry[31].resource.status", "Bundle.entry[39].resource.focus",
    ]  # fmt: skip
    assert "refuses 3 of 48 entries" in str(error)
    assert (error.stored, len(error.not_stored)) == ((), 48)
    assert "nonsense" not in str(error), "values of the patient's stay out of messages"
    assert len([one for one in hapi_server.asked if str(one.url) == hapi_server.base]) < 30


def test_the_entries_of_a_batch_stand_for_themselves(server: Server, case: str) -> None:
    bundle = server.bundle(case)
    good = [bundle["entry"][0], bundle["entry"][1]]
    wrong = small.entry(case, "wrong", "Condition", {})
    del wrong["resource"]["identifier"]
    wrong["request"] = {"method": "PUT", "url": "Condition/x_y"} if "R4" not in server.base else wrong["request"]
    wrong["resource"]["id"] = "x_y"
    if "R4" in server.base:
        wrong["resource"]["onsetAge"] = 3
    pushed = server.push({"resourceType": "Bundle", "type": "batch", "entry": [good[0], wrong, good[1]]})
    assert [one.what for one in pushed.entries] == ["created", "refused", "created"]
    (one,) = pushed.rejections
    assert one.number == 1
    again = server.push({"resourceType": "Bundle", "type": "batch", "entry": good})
    assert [entry.what for entry in again.entries] == ["unchanged"] * 2


def test_requests_of_other_kinds_go_as_they_stand(server: Server, case: str) -> None:
    there = server.create({"resourceType": "Basic", "code": {"text": "x"}})
    place = f"Basic/{there['id']}"
    bundle = server.bundle(case)
    bundle["entry"] = [*bundle["entry"][:2], {"request": {"method": "DELETE", "url": place}}]
    pushed = server.push(bundle)
    assert [one.what for one in pushed.entries] == ["created", "created", "sent"]
    with pytest.raises(Refused):
        server.read(place)


def test_a_document_is_stored_whole(server: Server, case: str) -> None:
    document = {
        "resourceType": "Bundle", "type": "document", "timestamp": "2026-01-01T00:00:00Z",
        "identifier": {"system": "urn:x", "value": case},
        "entry": [{"fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000001", "resource": {
            "resourceType": "Composition", "status": "final", "type": {"text": "t"}, "date": "2026",
            "author": [{"display": "a"}], "title": "t"}}],
    }  # fmt: skip
    query = f"identifier=urn%3Ax|{case}"
    entry = {"fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000002", "resource": document,
             "request": {"method": "PUT", "url": f"Bundle?{query}"}}  # fmt: skip
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    (one,) = server.push(bundle).created
    there = server.read(one.reference)
    assert canonical(there["entry"]) == canonical(document["entry"])
    assert len(server.push(bundle).unchanged) == 1
