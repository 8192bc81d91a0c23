"""Search: every page, whatever the links look like; never another server."""

from __future__ import annotations

from typing import Any

import pytest
from scripted import BASE, answer, drive, outcome, page, params

from fhir_case.client.history import changed, history
from fhir_case.client.messages import Request, Response
from fhir_case.client.paging import following
from fhir_case.client.search import escaped, everything, search
from fhir_case.issues import Refused


def patient(id_: str) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": id_}


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        (f"{BASE}?_getpages=a&_getpagesoffset=5", f"{BASE}?_getpages=a&_getpagesoffset=5"),
        (f"{BASE}/Patient?page=2", f"{BASE}/Patient?page=2"),
        ("?page=2", f"{BASE}/Patient?page=2"),
        ("Patient?page=2", f"{BASE}/Patient?page=2"),
        ("/Patient?page=2", f"{BASE}/Patient?page=2"),
        ("/fhir/Patient?page=2", f"{BASE}/Patient?page=2"),
        ("http://inner:8080/fhir/Patient?page=2", f"{BASE}/Patient?page=2"),
        ("https://server.example/fhir/Patient?page=2", f"{BASE}/Patient?page=2"),
        ("http://server.example:80:80/fhir?page=2", f"{BASE}?page=2"),
        ("//inner/fhir?page=2", f"{BASE}?page=2"),
    ],
)
def test_a_next_link_is_followed_on_this_server(link: str, leads_to: str) -> None:
    def server(request: Request) -> Response:
        if not asked:
            asked.append(request.url)
            return Response(200, {}, answer(page(patient("1"), link=[{"relation": "next", "url": link}])).body,
                            f"{BASE}/Patient")  # fmt: skip
        asked.append(request.url)
        return answer(page(patient("2")))

    asked: list[str] = []
    found = drive(search(BASE, "Patient", (), post=False), server)
    assert asked == [f"{BASE}/Patient", leads_to]
    assert [one["id"] for one in found.resources] == ["1", "2"]
    assert found.issues == ()


@pytest.mark.parametrize(
    "link",
    ["http://evil.example/steal?x=1", "https://evil.example", "ftp://server.example/fhir", "file:///etc/passwd",
     "http://server.example/fhirx/Patient", "http://server.example/fhir/../admin", "javascript:x"],
)  # fmt: skip
def test_a_next_link_that_leads_out_of_the_server_is_an_error_and_is_not_asked(link: str) -> None:
    with pytest.raises(Refused, match=r"outside of http://server\.example/fhir, and was not followed"):
        following(BASE, f"{BASE}/Patient", link)


def test_pages_that_go_in_a_circle_end_with_an_issue() -> None:
    def server(request: Request) -> Response:
        asked.append(request.url)
        number = len(asked) % 3
        return answer(page(patient(str(number)), link=[{"relation": "next", "url": f"{BASE}?p={number}"}]))

    asked: list[str] = []
    found = drive(search(BASE, "Patient", ()), server)
    assert len(asked) == 4
    assert sorted(one["id"] for one in found.resources) == ["0", "1", "2"]
    assert [issue.code for issue in found.issues] == ["search-loop"]


def test_pages_without_end_are_an_error() -> None:
    def server(request: Request) -> Response:
        asked.append(1)
        return answer(page(link=[{"relation": "next", "url": f"{BASE}?p={len(asked)}"}]))

    asked: list[int] = []
    with pytest.raises(Refused, match="more than 2000 pages"):
        drive(search(BASE, "Patient", ()), server)


def test_a_server_that_gives_less_than_it_counts_is_told_of() -> None:
    found = drive(search(BASE, "Patient", ()), lambda _: answer(page(patient("1"), total=7)))
    assert [issue.code for issue in found.issues] == ["search-truncated"]
    assert "counts 7 matches, but gave 1" in found.issues[0].message


def test_a_servers_remark_among_the_results_is_an_issue_not_a_resource() -> None:
    remark = {"resource": outcome("cannot search by x"), "search": {"mode": "outcome"}}
    answered = page(patient("1"))
    answered["entry"].append(remark)
    found = drive(search(BASE, "Patient", ()), lambda _: answer(answered))
    assert [one["id"] for one in found.resources] == ["1"]
    assert "cannot search by x" in found.issues[0].message


def test_what_stands_on_two_pages_is_found_once_and_entries_that_are_none_are_passed_over() -> None:
    pages = [page(patient("1"), patient("2"), link=[{"relation": "next", "url": "?p=2"}]), page(patient("2"))]
    pages[1]["entry"] += [None, {}, {"resource": 7}, {"resource": {"id": "x"}}]
    found = drive(search(BASE, "Patient", ()), lambda _: answer(pages.pop(0)))
    assert [one["id"] for one in found.resources] == ["1", "2"]


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_that_cannot_search_by_post_is_asked_by_get(status: int) -> None:
    def server(request: Request) -> Response:
        if request.method == "POST":
            return answer(outcome("no such thing"), status)
        assert params(request) == {"_id": "1", "_count": "1000"}
        return answer(page(patient("1")))

    assert len(drive(search(BASE, "Patient", (("_id", "1"),)), server).resources) == 1


def test_an_error_on_a_later_page_is_an_error() -> None:
    first = answer(page(patient("1"), link=[{"relation": "next", "url": "?p=2"}]))
    pages = {False: first, True: answer(outcome("expired"), 410)}
    with pytest.raises(Refused, match=r"reading \$everything \(page 2\).*expired"):
        drive(everything(BASE, "Patient/1"), lambda request: pages["?" in request.url])


def test_a_resource_in_place_of_a_search_result_is_an_error() -> None:
    with pytest.raises(Refused, match="expected a Bundle of type searchset"):
        drive(search(BASE, "Patient", ()), lambda _: answer(patient("1")))


def test_values_are_escaped_for_search() -> None:
    assert escaped(r"a,b|c$d\e") == r"a\,b\|c\$d\\e"


def matched(*ids: str, **more: Any) -> dict[str, Any]:
    made = page(*map(patient, ids), **more)
    for entry in made["entry"]:
        entry["search"] = {"mode": "match"}
    return made


NEXT = [{"relation": "next", "url": "?p=2"}]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((matched("1", "2", link=NEXT), matched("2", "3")), (matched("1", "2", link=NEXT), matched("3"))),
        (
            (matched("1", link=NEXT, total=2), matched("2", total=3)),
            (matched("1", link=NEXT, total=3), matched("2", "3", total=3)),
        ),
        ((matched("1", link=NEXT), answer(outcome("expired"), 410)), (matched("1", link=NEXT), matched("2", "3"))),
    ],
    ids=["a match on two pages", "another count", "pages that expired"],
)
def test_pages_that_changed_while_they_were_read_are_read_again(first: Any, second: Any) -> None:
    script = [*first, *second]
    found = drive(
        search(BASE, "Patient", ()), lambda _: one if isinstance(one := script.pop(0), Response) else answer(one)
    )
    assert [one["id"] for one in found.resources][-1] == "3"
    assert not found.issues
    assert not script


def test_pages_that_never_stay_the_same_are_used_and_told_of() -> None:
    def server(request: Request) -> Response:
        asked.append(request)
        return answer(matched("2", "3") if "?p=2" in request.url else matched("1", "2", link=NEXT))

    asked: list[Request] = []
    found = drive(search(BASE, "Patient", ()), server)
    assert [one["id"] for one in found.resources] == ["1", "2", "3"]
    assert [issue.code for issue in found.issues] == ["search-changed"]
    assert "a resource stood on two pages" in found.issues[0].message
    assert len(asked) == 6


def test_what_is_included_may_stand_on_each_page_and_is_told_apart() -> None:
    def included(id_: str) -> dict[str, Any]:
        return {"resource": {"resourceType": "Organization", "id": id_}, "search": {"mode": "include"}}

    pages = [matched("1", link=NEXT), matched("2")]
    for one in pages:
        one["entry"].append(included("o"))
    found = drive(search(BASE, "Patient", (("_include", "Patient:organization"),)), lambda _: answer(pages.pop(0)))
    assert [one["id"] for one in found.resources] == ["1", "o", "2"]
    assert [one["id"] for one in found.included] == ["o"]
    assert not found.issues


# --- history, and reading what changed --------------------------------------------------------------------------------

VERSIONS = {
    "resourceType": "Bundle",
    "type": "history",
    "entry": [
        {"request": {"method": "DELETE", "url": "Patient/1"},
         "response": {"status": "204", "etag": 'W/"3"', "lastModified": "2026-11-03T10:00:00Z"}},
        {"request": {"method": "PUT", "url": "Patient/1/_history/2"},
         "resource": {**patient("1"), "meta": {"versionId": "2", "lastUpdated": "2026-11-02T10:00:00Z"}}},
        {"request": {"method": "POST", "url": "Patient"}, "resource": patient("1"),
         "response": {"location": f"{BASE}/Patient/1/_history/1", "lastModified": "2026-11-01T10:00:00Z"}},
        {"response": {"status": "200"}}, None, 7, {"resource": 7, "request": "x"},
    ],
}  # fmt: skip


def test_a_history_has_each_version_and_that_it_was_deleted() -> None:
    found = drive(history(BASE, "Patient/1", since="2026-01-01T00:00:00Z"), lambda _: answer(VERSIONS))
    assert [(one.place, one.version, one.when[:10], one.resource is None) for one in found.versions] == [
        ("Patient/1", "3", "2026-11-03", True),
        ("Patient/1", "2", "2026-11-02", False),
        ("Patient/1", "1", "2026-11-01", False),
    ]


@pytest.mark.parametrize(
    ("of", "path"), [("", "/_history"), ("Patient", "/Patient/_history"), ("Patient/1", "/Patient/1/_history")]
)
def test_a_history_is_of_one_of_a_type_or_of_all(of: str, path: str) -> None:
    asked: list[Request] = []

    def server(request: Request) -> Response:
        asked.append(request)
        return answer({"resourceType": "Bundle", "type": "history"})

    assert drive(history(BASE, of), server).versions == ()
    assert asked[0].url == BASE + path


@pytest.mark.parametrize(("of", "since"), [("../admin", ""), ("Patient/1/x", ""), ("Patient", "2020-01-01")])
def test_a_history_of_nothing_that_is_is_not_asked_for(of: str, since: str) -> None:
    with pytest.raises(Refused, match="expected"):
        drive(history(BASE, of, since=since), lambda _: answer({}))


def test_a_resource_is_read_only_if_it_changed() -> None:
    def server(request: Request) -> Response:
        assert request.headers["If-None-Match"] == 'W/"2"'
        return said.pop(0)

    made = {**patient("1"), "meta": {"versionId": "3"}}
    said = [answer(b"", 304), answer(made), answer({**made, "meta": {"versionId": "2"}}), answer(outcome("gone"), 410)]
    assert drive(changed(BASE, "Patient/1", "2"), server) is None
    assert drive(changed(BASE, "Patient/1", "2"), server) == made
    assert drive(changed(BASE, "Patient/1", "2"), server) is None  # by a server that knows no conditional reads
    with pytest.raises(Refused, match="status 410"):
        drive(changed(BASE, "Patient/1", "2"), server)
