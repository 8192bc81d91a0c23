"""Parts of a bundle that is too large: what refers to what stays together, or comes after."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_case.bundle.references import addresses
from fhir_case.delivery.entries import Entry, entries_of
from fhir_case.delivery.narrow import narrowed
from fhir_case.delivery.order import circles, graph, groups, on_themselves, parts, reaching
from fhir_case.delivery.plan import Plan
from fhir_case.delivery.planning import Work
from fhir_case.issues import Refused, ServerError
from tests.scripted import BASE, drive

SYSTEM = "urn:fhir-case:item"


def of(edges: dict[int, set[int]], hubs: int = 0) -> list[Entry]:
    """Entries that refer to one another so; the first `hubs` are patients."""
    entries = []
    for number, targets in edges.items():
        type_ = "Patient" if number < hubs else "Observation"
        resource = {"resourceType": type_, "focus": [{"reference": f"urn:uuid:{one}"} for one in sorted(targets)]}
        url = f"{type_}?identifier={SYSTEM}|c/{number}"
        entries.append(
            {"fullUrl": f"urn:uuid:{number}", "resource": resource, "request": {"method": "PUT", "url": url}}
        )
    return entries_of({"resourceType": "Bundle", "type": "transaction", "entry": entries})


@st.composite
def graphs(draw: st.DrawFn) -> dict[int, set[int]]:
    count = draw(st.integers(1, 24))
    targets = st.sets(st.integers(0, count - 1), max_size=3)
    return {number: draw(targets) - {number} for number in range(count)}


def numbers(entries: Any) -> list[int]:
    return [int(entry.address.rpartition(":")[2]) for entry in entries]


def reach(edges: dict[int, set[int]], start: int) -> set[int]:
    seen: set[int] = set()
    left = [start]
    while left:
        for target in edges[left.pop()] - seen:
            seen.add(target)
            left.append(target)
    return seen


@given(graphs())
def test_circles_are_what_reaches_itself_and_come_after_what_they_refer_to(edges: dict[int, set[int]]) -> None:
    made = [set(numbers(circle)) for circle in groups(of(edges))]
    assert sorted(one for circle in made for one in circle) == sorted(edges)
    before: set[int] = set()
    for circle in made:
        for one in circle:
            assert circle == {other for other in reach(edges, one) if one in reach(edges, other)} | {one}
            assert edges[one] <= before | circle
        before |= circle


@given(graphs(), st.integers(1, 8))
def test_parts_keep_to_the_limit_and_refer_only_to_themselves_and_to_what_came_before(
    edges: dict[int, set[int]], limit: int
) -> None:
    entries = of(edges)
    made = parts(entries, limit)
    first = [one for part in made if not part.again for one in numbers(part.entries)]
    assert sorted(first) == sorted(edges)
    assert all(0 < len(part.entries) <= limit for part in made)
    written: set[int] = set()
    for part in made:
        written |= set(numbers(part.entries))
        for entry in part.entries:
            assert {int(one.rpartition(":")[2]) for one in addresses(entry.resource)} <= written
    whole = {entry.address: entry.resource for entry in entries}
    last = {entry.address: entry.resource for part in made for entry in part.entries}
    assert last == whole
    again = {one for part in made if part.again for one in numbers(part.entries)}
    large = {one for circle in groups(entries) if len(circle) > limit for one in numbers(circle)}
    assert again <= large
    assert bool(again) == bool(large)


def test_what_is_not_there_yet_is_named_by_its_identity() -> None:
    first, second, again = parts(of({0: {1}, 1: {0}}), 1)
    assert again.again
    (held,) = first.entries[0].resource["focus"]  # type: ignore[index]
    (other,) = {0, 1} - set(numbers(first.entries))
    assert held == {"type": "Observation", "identifier": {"system": SYSTEM, "value": f"c/{other}"}}
    assert numbers(again.entries) == numbers(first.entries)
    assert numbers(second.entries) == [other]


@given(graphs(), st.sampled_from([0, 1, 2, 5]), st.data())
def test_what_refers_to_itself_can_be_written_twice(
    edges: dict[int, set[int]], limit: int, data: st.DataObject
) -> None:
    alone = data.draw(st.sets(st.sampled_from(sorted(edges)), min_size=1))
    entries = of({one: targets | ({one} if one in alone else set()) for one, targets in edges.items()})
    assert set(numbers(on_themselves(entries))) == alone
    made = parts(entries, limit, on_themselves(entries))
    first = {entry.address: entry for part in made if not part.again for entry in part.entries}
    assert not on_themselves(first.values())
    again = [entry.address for part in made if part.again for entry in part.entries]
    assert len(again) == len(set(again))
    work = Work(Plan(BASE, ()), tuple(made))
    assert {entry.address: entry.resource for entry in work.entries} == {one.address: one.resource for one in entries}


def test_hubs_come_first() -> None:
    entries = of({0: set(), 1: {0}, 2: {0}, 3: {0}}, hubs=1)
    assert numbers(parts(entries[::-1], 2)[0].entries)[0] == 0


def test_a_bundle_within_the_limit_is_left_in_its_order() -> None:
    entries = of({0: {1}, 1: {2}, 2: set()})
    assert [numbers(part.entries) for part in parts(entries, 3)] == [[0, 1, 2]]
    assert [numbers(part.entries) for part in parts(entries, 0)] == [[0, 1, 2]]
    assert parts([], 5) == []


def test_places_and_conditional_references_are_references_too() -> None:
    entries = entries_of({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": {"resourceType": "Encounter", "subject": {"reference": "Patient/p1"}},
         "request": {"method": "POST", "url": "Encounter"}},
        {"resource": {"resourceType": "Patient", "id": "p1",
                      "managingOrganization": {"reference": "Organization?identifier=s|v"}},
         "request": {"method": "PUT", "url": "Patient/p1"}},
        {"resource": {"resourceType": "Organization"},
         "request": {"method": "POST", "url": "Organization", "ifNoneExist": "identifier=s|v"}},
    ]})  # fmt: skip
    assert [len(one) for one in circles(graph(entries))] == [1, 1, 1]
    assert [entry.type for (entry,) in groups(entries)] == ["Organization", "Patient", "Encounter"]


@settings(deadline=None)
@given(graphs(), st.data())
def test_the_bad_entries_are_found_by_halves(edges: dict[int, set[int]], data: st.DataObject) -> None:
    bad = data.draw(st.sets(st.sampled_from(sorted(edges)), min_size=1, max_size=3))
    entries = of(edges)
    tries: list[int] = []

    def attempt(some: list[Entry]) -> Any:
        tries.append(len(some))
        there = set(numbers(some))
        assert all(edges[one] <= there for one in there), "what is tried refers to what is tried with it"
        found = [one for one in numbers(some) if one in bad]
        return Refused(f"{found[0]} is bad") if found else None
        yield

    made, complete = drive(narrowed(groups(entries), attempt, Refused("bad")), lambda _: None)  # type: ignore[arg-type, return-value]
    assert complete
    named = {int(one.address.rpartition(":")[2]) for one in made}
    # In a circle it cannot be told which one is bad; what reaches a bad one is not looked at.
    together = {one: {other for other in reach(edges, one) if one in reach(edges, other)} | {one} for one in edges}
    assert all(together[one] & bad for one in named)
    held = {int(one.rpartition(":")[2]) for rejection in made for one in rejection.held}
    assert {one for one in edges if (reach(edges, one) | {one}) & bad} == named | held
    assert len(tries) <= len(bad) * (len(edges).bit_length() + 2)


@given(graphs(), st.data())
def test_what_reaches_a_bad_entry_is_held_back(edges: dict[int, set[int]], data: st.DataObject) -> None:
    bad = data.draw(st.sets(st.sampled_from(sorted(edges)), max_size=3))
    held = reaching(of(edges), [f"urn:uuid:{one}" for one in sorted(bad)])
    assert {int(one.rpartition(":")[2]) for one in held} == {one for one in edges if reach(edges, one) & bad} - bad


def test_the_refusal_of_one_entry_says_which_element() -> None:
    issue = {"severity": "error", "code": "processing", "diagnostics": 'HAPI-1821: [element="focus"] Invalid'}
    error = Refused("no", {"resourceType": "OperationOutcome", "issue": [issue]}, 400)

    def attempt(some: list[Entry]) -> Any:
        return error
        yield

    def never(_: Any) -> Any:
        raise AssertionError

    ((one,), _) = drive(narrowed(groups(of({0: set()})), attempt, error), never)
    assert (one.element, one.number, isinstance(error, ServerError)) == ("focus", 0, True)
