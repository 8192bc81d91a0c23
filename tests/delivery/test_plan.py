"""Plans: what would be done with each resource, how surely, and what it costs to find out."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import small
from scripted import BASE, answer, body, drive, outcome, page, params

from fhir_case.client.messages import Request, Response
from fhir_case.client.steps import capabilities
from fhir_case.delivery.abilities import Abilities, TypeAbilities, abilities
from fhir_case.delivery.entries import entries_of
from fhir_case.delivery.plan import Choices, Plan, departed
from fhir_case.delivery.planning import Origin
from fhir_case.delivery.push import job_of, plan_of, push
from fhir_case.issues import Conflict, Refused
from fhir_case.json import Json, dumps, loads

EVERY = [entry["fullUrl"] for entry in small.bundle("c")["entry"]]


def held(item: int, version: str = "1", **content: Json) -> dict[str, Json]:
    resource = small.bundle("c")["entry"][item]["resource"]
    meta = {**resource.get("meta", {}), "versionId": version}
    return {**resource, "id": f"{item}", "meta": meta, **content}


def having(*resources: dict[str, Json]) -> Any:
    """A server that has these and takes nothing."""

    def server(request: Request) -> Response:
        assert request.url.endswith("_search") or body(request)["type"] == "batch", "a plan writes nothing"
        if not request.url.endswith("_search"):
            return answer({"resourceType": "Bundle", "type": "batch-response", "entry": []})
        return answer(page(*(one for one in resources if one["resourceType"] == request.url.split("/")[-2])))

    return server


def planned(*resources: dict[str, Json], bundle: Any = None, choices: Choices | None = None, **known: Any) -> Plan:
    return drive(plan_of(job_of(BASE, bundle or small.bundle("c"), choices, **known)), having(*resources))


def test_each_resource_is_created_updated_unchanged_or_kept() -> None:
    plan = planned(held(0), held(1, name="Other"), held(4, subject={"reference": "Patient/0"}, status="amended"))
    assert [one.action for one in plan.entries] == [
        "unchanged", "keep", "create", "create", "update", "create", "create", "create",
    ]  # fmt: skip
    assert [one.address for one in plan.entries] == EVERY
    (update,) = plan.of("update")
    assert [(one.path, one.before, one.after) for one in update.changes] == [("status", "amended", "final")]
    assert (update.reference, update.version) == ("Observation/4", "1")
    assert plan.transactions == (6,)
    assert plan.guarantee == "exactly once"


def test_the_elements_that_change_are_named_as_far_down_as_both_have_them() -> None:
    there = held(
        5, subject={"reference": "Patient/9"}, reasonReference=[],
        dosage=[{"doseAndRate": [{"doseQuantity": {"value": 61, "unit": "mg"}}]}],
    )  # fmt: skip
    (update,) = planned(there).of("update")
    assert [one.path for one in update.changes] == [
        "subject.reference", "reasonReference", "dosage[0].doseAndRate[0].doseQuantity.value",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("version", "overwrite", "action"), [("1", False, "update"), ("2", False, "conflict"), ("2", True, "update")]
)
def test_what_was_changed_there_since_it_was_pulled_is_a_conflict(version: str, overwrite: bool, action: str) -> None:
    origin = {EVERY[4]: Origin("Observation/4", "1")}
    plan = planned(held(4, version, status="amended"), origin=origin, choices=Choices(overwrite=overwrite))
    assert plan.entries[4].action == action
    assert ("version 1 then, 2 now" in plan.entries[4].why) == (action == "conflict")


def test_what_was_changed_there_to_what_we_have_too_is_no_conflict() -> None:
    there = held(4, "7", subject=small.to("c", "Patient", "patient"))
    assert planned(there, origin={EVERY[4]: Origin("Observation/4", "1")}).entries[4].action == "unchanged"


def test_what_was_deleted_there_since_it_was_pulled_is_a_conflict() -> None:
    plan = planned(origin={EVERY[4]: Origin("Observation/4", "1")})
    assert (plan.entries[4].action, plan.entries[4].why) == (
        "conflict", "Observation/4 was deleted there since it was pulled",
    )  # fmt: skip


def test_a_conflict_stops_the_push_before_anything_is_written() -> None:
    job = job_of(BASE, small.bundle("c"), origin={EVERY[4]: Origin("Observation/4", "1")})
    with pytest.raises(Conflict, match=r"Observation/4: changed there .* Nothing was stored") as caught:
        drive(push(job), having(held(4, "2", status="amended")))
    assert caught.value.not_stored == tuple(EVERY)
    assert [issue.path for issue in caught.value.issues] == ["Bundle.entry[4]"]


def test_a_foreign_resource_that_was_pulled_is_updated_where_it_is() -> None:
    there = {"resourceType": "Observation", "id": "77", "status": "amended", "meta": {"versionId": "3"}}

    def server(request: Request) -> Response:
        found = params(request).get("_id") == "77"
        return answer(page(*([there] if found else [])))

    job = job_of(BASE, small.bundle("c"), origin={EVERY[4]: Origin("Observation/77", "3", foreign=True)})
    one = drive(plan_of(job), server).entries[4]
    assert (one.action, one.reference, one.version) == ("update", "Observation/77", "3")


# --- what the server can do -------------------------------------------------------------------------------------------

FULL = {"interaction": [{"code": one} for one in ("read", "create", "update", "search-type")]}


def stating(**of: dict[str, Any]) -> Abilities:
    types = {entry["resource"]["resourceType"]: FULL for entry in small.bundle("c")["entry"]}
    every = {"conditionalCreate": True, "conditionalUpdate": True}
    stated = [{"type": type_, **codes, **every, **of.get(type_, {})} for type_, codes in types.items()]
    return abilities({"resource": stated, "interaction": [{"code": "transaction"}]})


@pytest.mark.parametrize(
    ("can", "guarantee", "why"),
    [
        (Abilities(), "exactly once", "conditional requests"),
        (stating(), "exactly once", "conditional requests"),
        (stating(Observation={"conditionalUpdate": False}), "exactly once", "conditional creates"),
        (stating(Observation={"conditionalUpdate": False, "updateCreate": True}), "exactly once", "ids made from"),
        (stating(Observation={"conditionalUpdate": False, "conditionalCreate": False}), "one writer only", "of Observation:"),
        (stating(Observation={"versioning": "no-version"}), "one writer only", "no versions of Observation"),
        (
            stating(Observation={"interaction": [{"code": "create"}], "conditionalUpdate": False, "conditionalCreate": False}),
            "at least once", "Observation has no identity",
        ),
    ],
)  # fmt: skip
def test_the_plan_says_how_surely_each_is_written_once_and_why(can: Abilities, guarantee: str, why: str) -> None:
    plan = planned(can=can)
    if "update" in {one.why for one in plan.of("refuse")}:
        pytest.fail("nothing is refused here")
    assert plan.guarantee == guarantee
    assert why in plan.because


@pytest.mark.parametrize(
    ("stated", "url", "more"),
    [
        ({}, "Observation?identifier=urn%3Afhir-case%3Aitem|c%2Fck", {}),
        ({"updateCreate": True}, "Observation?identifier=urn%3Afhir-case%3Aitem|c%2Fck", {}),
        ({"conditionalUpdate": False, "updateCreate": True}, f"Observation/{EVERY[4].removeprefix('urn:uuid:')}", {}),
        ({"conditionalUpdate": False}, "Observation", {"ifNoneExist": "identifier=urn%3Afhir-case%3Aitem|c%2Fck"}),
        ({"conditionalUpdate": False, "conditionalCreate": False}, "Observation", {}),
    ],
)
def test_identity_is_kept_by_what_the_server_offers(stated: dict[str, Any], url: str, more: dict[str, str]) -> None:
    sent: list[Any] = []

    def server(request: Request) -> Response:
        if request.url != BASE:
            return answer(page())
        sent.append(body(request))
        entries = [{"response": {"status": "201", "location": f"{one['resource']['resourceType']}/{n}"}}
                   for n, one in enumerate(sent[-1]["entry"])]  # fmt: skip
        return answer({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})

    drive(push(job_of(BASE, small.bundle("c"), can=stating(Observation=stated))), server)
    one = next(one for one in sent[0]["entry"] if one["resource"]["resourceType"] == "Observation")
    assert one["request"]["url"] == url
    assert {key: value for key, value in one["request"].items() if key not in ("method", "url")} == more
    assert one["resource"].get("id") == (url.partition("/")[2] or None)


def test_what_the_server_cannot_store_would_be_refused() -> None:
    can = Abilities({"Patient": TypeAbilities(frozenset({"read"}))})
    plan = planned(can=can)
    assert {one.action for one in plan.entries} == {"refuse"}
    assert plan.entries[0].why == "the server offers no create of Patient (only read)"
    assert plan.entries[1].why.startswith("the server does not store Organization")


def test_what_the_servers_own_validation_refuses_is_asked_for() -> None:
    def server(request: Request) -> Response:
        if request.url.endswith("/Observation/$validate"):
            return answer(outcome("no category"))
        if "$validate" in request.url:
            return answer(outcome("all well", severity="information"))
        return answer(page())

    plan = drive(plan_of(job_of(BASE, small.bundle("c"), Choices(ask=True))), server)
    assert [(one.type, one.why) for one in plan.of("refuse")] == [
        ("Observation", "the server's $validate says: no category")
    ]


def test_a_server_that_names_types_and_no_conditions_offers_none() -> None:
    made = abilities({"resource": [{"type": "Basic", "interaction": [{"code": "create"}]}]})
    assert made.types["Basic"] == TypeAbilities(frozenset({"create"}), False, False)
    assert made.transaction


# --- saved ------------------------------------------------------------------------------------------------------------


def test_a_saved_plan_has_no_values_unless_they_are_asked_for_and_is_read_again() -> None:
    plan = planned(held(4, status="amended"), choices=Choices(own=True, limit=3))
    text = dumps(plan.to_dict())
    assert "amended" not in text
    assert "7.20" not in text
    assert "amended" in dumps(plan.to_dict(values=True))
    again = Plan.from_dict(loads(text))
    assert again.to_dict() == plan.to_dict()
    assert (again.choices, departed(again, plan)) == (plan.choices, ())


@pytest.mark.parametrize("nonsense", [{}, [], {"format": "other"}, {"format": "fhir-case-plan-1", "entries": 3}, "x"])
def test_what_is_no_plan_is_refused(nonsense: Any) -> None:
    with pytest.raises(Refused, match="plan"):
        Plan.from_dict(nonsense)


def test_a_plan_is_not_applied_where_anything_is_otherwise_now() -> None:
    then = planned(held(4, status="amended"))
    for now, why in [
        (planned(held(4, "2", status="amended")), "Observation/4: planned was update (version 1), now it would be"),
        (planned(), "Observation/4: planned was update (version 1), now it would be create"),
    ]:
        assert [text for text in departed(then, now) if text.startswith(why)]


# --- cost -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stored", [True, False])
def test_planning_a_thousand_resources_needs_at_most_25_requests(stored: bool) -> None:
    types = """Condition Observation MedicationStatement Procedure Encounter DiagnosticReport Immunization
        AllergyIntolerance CarePlan CareTeam ImagingStudy Device Claim ExplanationOfBenefit DocumentReference""".split()
    bundle = small.bundle("c")
    bundle["entry"] = bundle["entry"][:2] + [
        small.entry("c", f"i{n}", "Observation" if n % 3 else types[n // 3 % len(types)], {"n": n}) for n in range(998)
    ]
    there = [{**copy.deepcopy(e["resource"]), "id": str(n)} for n, e in enumerate(bundle["entry"])] if stored else []
    asked: list[Request] = []

    def paged(type_: str, start: int = 0) -> dict[str, Any]:
        found = [one for one in there if one["resourceType"] == type_]
        link = [{"relation": "next", "url": f"{BASE}?next={type_}.{start + 200}"}] if len(found) > start + 200 else []
        return page(*found[start : start + 200], link=link)

    def server(request: Request) -> Response:
        asked.append(request)
        if request.url.endswith("/metadata"):
            return answer({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"})
        if "?next=" in request.url:
            type_, _, start = request.url.rpartition("=")[2].partition(".")
            return answer(paged(type_, int(start)))
        if request.url == BASE:
            types = [one["request"]["url"].partition("?")[0] for one in body(request)["entry"]]
            entries = [{"resource": paged(type_), "response": {"status": "200"}} for type_ in types]
            return answer({"resourceType": "Bundle", "type": "batch-response", "entry": entries})
        wanted = {one.rpartition("|")[2] for one in params(request)["identifier"].split(",")}
        type_ = request.url.split("/")[-2]
        found = [one for one in there if one["resourceType"] == type_ and one["identifier"][0]["value"] in wanted]
        assert len(found) <= 200, "HAPI gives pages of 200"
        return answer(page(*found))

    drive(capabilities(BASE), server)
    plan = drive(plan_of(job_of(BASE, bundle, looks=True)), server)
    assert [one.action for one in plan.entries] == ["unchanged" if stored else "create"] * 1000
    assert len(asked) <= 25


def test_entries_of_one_identity_are_one_entry() -> None:
    bundle = small.bundle("c")
    bundle["entry"].append({**bundle["entry"][1], "fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000001"})
    assert len(entries_of(bundle)) == 8
