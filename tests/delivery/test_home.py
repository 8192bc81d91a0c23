"""Home: what a server made of a bundle becomes that bundle's resources again."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
import small
from hypothesis import given
from hypothesis import strategies as st

from fhir_case.delivery.compare import Comparison
from fhir_case.delivery.home import home
from fhir_case.json import Json, canonical, dumps, loads

BASE = "http://server.example/fhir"
META = {"versionId": "3", "lastUpdated": "2026-01-01T00:00:00Z", "source": "#abc"}
ITEMS = [("Patient", "patient"), ("Condition", "dm"), ("Provenance", "source"), ("Observation", "ck")]
URNS = [small.identity("c", type_, item).address for type_, item in ITEMS]

STYLES = ["{place}", BASE + "/{place}", "{place}/_history/3", BASE + "/{place}/_history/3"]


def as_stored(resources: dict[str, dict[str, Json]], style: str, source: str = "#abc") -> list[dict[str, Json]]:
    """What a server makes of resources: ids, meta, and its places wherever their addresses stood."""
    places = {urn: f"{one['resourceType']}/{1000 + n}" for n, (urn, one) in enumerate(resources.items())}
    entries = []
    for urn, resource in resources.items():
        text = dumps(resource)
        for address, place in places.items():
            text = text.replace(address, style.format(place=place))
        made = loads(text)
        made["id"] = places[urn].split("/")[1]
        made["meta"] = {**META, "source": source, **made.get("meta", {}), "project": "x"}
        entries.append({"fullUrl": f"{BASE}/{places[urn]}", "resource": made, "search": {"mode": "match"}})
    return entries


_REFERENCES = st.sampled_from([*URNS, "#inner", "http://elsewhere.example/fhir/Patient/1000", "urn:oid:1.2.3"])
_LEAVES = st.one_of(
    st.builds(lambda urn: {"reference": urn}, _REFERENCES),
    st.builds(lambda urn: {"url": "http://x.org/e", "valueUri": urn}, _REFERENCES),
    st.builds(lambda urn: {"attachment": {"contentType": "image/png", "url": urn, "data": "AAAA"}}, _REFERENCES),
    st.builds(lambda urn: {"div": f'<div><a href="{urn}">1 &lt; 2</a></div>'}, _REFERENCES),
    st.builds(lambda urn: {"policy": [urn, "http://law.example"]}, _REFERENCES),
    st.builds(lambda n: {"value": n}, st.sampled_from([loads(n) for n in ("7.20", "7.2", "1e2", "0", "-0.00", "12")])),
    st.builds(lambda t: {"text": t, "valueString": t}, st.text(st.characters(exclude_categories=["Cs"]), max_size=8)),
    st.sampled_from([{"identifier": [{"system": "urn:x", "value": "Patient/1000"}]}, {"display": "Patient/1000"}]),
)
_CONTENT = st.dictionaries(
    st.sampled_from(["subject", "_birthDate", "extension", "contained", "text", "note"]),
    st.recursive(_LEAVES, lambda inner: st.lists(inner, min_size=1, max_size=2), max_leaves=4),
    max_size=3,
)


@given(st.lists(_CONTENT, min_size=4, max_size=4), st.sampled_from(STYLES), st.sampled_from(["#abc", ""]))
def test_what_a_server_made_of_resources_comes_home_as_the_resources(
    contents: list[dict[str, Json]], style: str, source: str
) -> None:
    entries = [small.entry("c", item, type_, one) for (type_, item), one in zip(ITEMS, contents, strict=True)]
    sent = {entry["fullUrl"]: entry["resource"] for entry in entries}
    came = home(as_stored(sent, style, source), BASE)
    assert {one["fullUrl"]: canonical(one["resource"]) for one in came.bundle["entry"]} == {
        urn: canonical(one) for urn, one in sent.items()
    }


@given(st.permutations(range(4)))
def test_home_does_not_depend_on_the_order_in_which_a_server_gives(order: list[int]) -> None:
    sent = {urn: small.entry("c", item, type_, {})["resource"] for urn, (type_, item) in zip(URNS, ITEMS, strict=True)}
    entries = as_stored(sent, "{place}")
    came, other = home(entries, BASE), home([entries[n] for n in order], BASE)
    assert canonical(came.bundle) == canonical(other.bundle)
    assert canonical(came.origin) == canonical(other.origin)


def one_home(resource: dict[str, Any], *more: dict[str, Any]) -> dict[str, Any]:
    came = home([{"resource": {"id": "1", **one}} for one in (resource, *more)], BASE)
    return next(
        e["resource"] for e in came.bundle["entry"] if e["resource"]["resourceType"] == resource["resourceType"]
    )


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("Practitioner/9", f"{BASE}/Practitioner/9"),
        (f"{BASE}/Practitioner/9", f"{BASE}/Practitioner/9"),
        ("http://elsewhere.example/fhir/Patient/1", "http://elsewhere.example/fhir/Patient/1"),
        ("#p", "#p"),
        ("urn:uuid:00000000-0000-4000-8000-000000000001", "urn:uuid:00000000-0000-4000-8000-000000000001"),
        ("Patient?identifier=x|1", "Patient?identifier=x|1"),
        ("Nonsense/9", "Nonsense/9"),
        ("Patient/1#contained", f"{BASE}/Patient/1#contained"),
    ],
)
def test_a_reference_that_leads_out_is_made_absolute_and_no_other_touched(reference: str, expected: str) -> None:
    made = one_home({"resourceType": "Condition", "subject": {"reference": reference}})
    assert made == {"resourceType": "Condition", "subject": {"reference": expected}}


def test_a_place_in_the_text_of_an_attachment_is_only_touched_where_it_is_known() -> None:
    text = f'{{"a": "Patient/1", "b": "Patient/2", "c": "{BASE}/Patient/1"}}'
    attachment = {"contentType": "application/json", "data": b64encode(text.encode()).decode()}
    made = one_home(
        {"resourceType": "DocumentReference", "content": [{"attachment": attachment}]}, {"resourceType": "Patient"}
    )
    expected = f'{{"a": "{BASE}/Patient/1", "b": "Patient/2", "c": "{BASE}/Patient/1"}}'
    assert made["content"][0]["attachment"]["data"] == b64encode(expected.encode()).decode()


def test_resources_without_a_mark_keep_their_absolute_place_as_address() -> None:
    came = home([{"resource": {"resourceType": "Patient", "id": "7", "meta": META}}], BASE)
    assert came.bundle["entry"] == [{"fullUrl": f"{BASE}/Patient/7", "resource": {"resourceType": "Patient"}}]
    assert came.bundle["type"] == "collection"
    origin = {"reference": "Patient/7", **META}
    assert came.origin == {"base": BASE, "patient": "Patient/7", "resources": {f"{BASE}/Patient/7": origin}}


def test_a_stated_source_stays_and_the_request_that_hapi_appends_goes() -> None:
    made = one_home({"resourceType": "Patient", "meta": {**META, "source": "http://lab.example#Xy12"}})
    assert made == {"resourceType": "Patient", "meta": {"source": "http://lab.example"}}


def test_profiles_tags_and_security_stay() -> None:
    meta = {"profile": ["http://p.org"], "tag": [{"code": "t"}], "security": [{"code": "s"}]}
    assert one_home({"resourceType": "Patient", "meta": {**META, **meta}})["meta"] == meta


def test_two_resources_with_one_mark_are_both_kept_and_reported() -> None:
    resource = small.entry("c", "dm", "Condition", {})["resource"]
    came = home([{"resource": {**resource, "id": id_}} for id_ in ("1", "2")], BASE)
    assert [one["fullUrl"] for one in came.bundle["entry"]] == [f"{BASE}/Condition/2", URNS[1]]
    assert [issue.code for issue in came.issues] == ["home-twice"]
    assert "Condition/1 and Condition/2" in came.issues[0].message


def test_a_resource_without_an_id_is_reported() -> None:
    came = home([{"resource": {"resourceType": "Patient"}}], BASE)
    assert (came.bundle["entry"], [issue.code for issue in came.issues]) == ([], ["home-no-id"])


def test_what_was_pulled_is_not_changed() -> None:
    entries = as_stored(
        {urn: {"resourceType": "Patient", "link": [{"other": {"reference": urn}}]} for urn in URNS}, "{place}"
    )
    before = canonical(entries)
    home(entries, BASE)
    assert canonical(entries) == before


@pytest.mark.parametrize(
    ("held", "wanted", "expected"),
    [
        ({"subject": {"reference": "Patient/1"}}, {"subject": {"reference": "urn:p"}}, ""),
        ({"meta": {"profile": ["a", "b"], **META}}, {"meta": {"profile": ["b", "a"]}}, ""),
        ({"id": "5", "meta": META}, {}, ""),
        ({"meta": {"profile": ["a"]}}, {"meta": {"profile": ["b"]}}, "content"),
        ({"value": loads("7.20")}, {"value": loads("7.2")}, "digits"),
        ({"value": loads("100")}, {"value": loads("1e2")}, "digits"),
        ({"value": loads("0.0")}, {"value": loads("0")}, "digits"),
        ({"value": loads("7.20")}, {"value": loads("7.21")}, "content"),
        ({"value": 1}, {"value": True}, "content"),
        ({"value": "7.20"}, {"value": "7.2"}, "content"),
        ({"subject": {"reference": "Patient/2"}}, {"subject": {"reference": "urn:p"}}, "content"),
        # How HAPI writes narrative, and how others do.
        (
            {"div": "<p id='a' class='b'>&quot;&gt;&#x1F600;<br/></p>"},
            {"div": '<p class="b" id="a">"\N{GREATER-THAN SIGN}\U0001f600<br></br></p>'},
            "",
        ),
        ({"div": "<p>a</p>"}, {"div": "<p>b</p>"}, "content"),
        ({"div": "<p>a&nbsp;</p>"}, {"div": "<p>a</p>"}, "content"),
        ({"div": "<!DOCTYPE p [<!ENTITY e 'x'>]><p>&e;</p>"}, {"div": "<p>x</p>"}, "content"),
    ],
)
def test_a_difference_is_one_of_content_of_digits_or_none(held: Any, wanted: Any, expected: str) -> None:
    assert Comparison({"Patient/1": "urn:p"}, BASE).difference(held, wanted) == expected
