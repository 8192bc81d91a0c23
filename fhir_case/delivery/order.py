"""Which entries go together: parts of at most so many, each of which refers only to itself and to earlier parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from fhir_case.bundle.identity import SHARED
from fhir_case.bundle.references import addresses
from fhir_case.delivery.entries import Entry
from fhir_case.json import Json

Graph = dict[str, tuple[str, ...]]
"""What each entry refers to, among the entries themselves, by fullUrl."""


@dataclass(frozen=True, slots=True)
class Part:
    """What goes in one transaction."""

    entries: tuple[Entry, ...]
    again: bool = False
    """They were written before, without the references that could not be written then."""


def graph(entries: Iterable[Entry]) -> Graph:
    """What refers to what: by fullUrl, by place (`PUT Type/id`), by conditional reference.

    https://hl7.org/fhir/R4/bundle.html#references, https://hl7.org/fhir/R4/http.html#trules
    """
    every = list(entries)
    names: dict[str, str] = {}
    for entry in every:
        names[entry.address] = entry.address
        if entry.criterion is not None:
            query = entry.request.get("ifNoneExist") if entry.method == "POST" else entry.request["url"]
            names.setdefault(f"{entry.type}?{str(query).rpartition('?')[2]}", entry.address)
            if entry.criterion.placed:
                names.setdefault(str(entry.request["url"]).lstrip("/"), entry.address)
    return {
        entry.address: tuple(
            dict.fromkeys(
                target
                for address in addresses(entry.resource)
                if (target := names.get(address.partition("#")[0])) is not None and target != entry.address
            )
        )
        for entry in every
    }


def circles(edges: Graph, first: Iterable[str] = ()) -> list[tuple[str, ...]]:
    """The strongly connected components, what is referred to before what refers to it (Tarjan); `first` come early."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on: set[str] = set()
    made: list[tuple[str, ...]] = []
    for root in (*first, *edges):
        if root in index:
            continue
        work: list[tuple[str, Iterator[str]]] = [(root, iter(edges[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on.add(root)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on.add(target)
                    work.append((target, iter(edges[target])))
                    break
                if target in on:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = stack.index(node)
                    made.append(tuple(stack[at:]))
                    on.difference_update(stack[at:])
                    del stack[at:]
    return made


def groups(entries: Sequence[Entry]) -> list[tuple[Entry, ...]]:
    """The entries in circles of reference, what is referred to first; hubs that much refers to come early."""
    by_address = {entry.address: entry for entry in entries}
    hubs = [entry.address for entry in entries if entry.type in SHARED]
    return [tuple(by_address[one] for one in circle) for circle in circles(graph(entries), hubs)]


def on_themselves(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that refer to themselves."""
    return [entry for entry in entries if entry.address in addresses(entry.resource)]


def parts(entries: Sequence[Entry], limit: int, apart: Sequence[Entry] = ()) -> list[Part]:
    """The entries in as few transactions as need be, of at most `limit` each (0: as many as there are).

    A circle stays in one transaction. One that is larger than the limit is written twice: first without the references
    to what is not yet there (they name it by its identity), then whole; and so is what refers to itself, `apart`.
    """
    limit = limit or len(entries) or 1
    whole = {entry.address: entry for entry in apart}
    twice = list(apart)
    if whole:
        entries = [
            replace(one, resource=_without(one.resource, {one.address: one})) if one.address in whole else one
            for one in entries
        ]
    if len(entries) <= limit:
        first = [Part(tuple(entries))] if entries else []
    else:
        first, later = _within(entries, limit)
        twice += [entry for entry in later if entry.address not in whole]
    return first + [Part(tuple(twice[at : at + limit]), again=True) for at in range(0, len(twice), limit)]


def _within(entries: Sequence[Entry], limit: int) -> tuple[list[Part], list[Entry]]:
    """Parts within the limit, and the entries that lost references for it, whole."""
    made: list[list[Entry]] = [[]]
    twice: list[Entry] = []
    for circle in groups(entries):
        if len(circle) > limit:
            circle, later = _opened(circle, limit)
            twice += later
            made += [list(circle[start : start + limit]) for start in range(0, len(circle), limit)]
            made.append([])
        elif len(made[-1]) + len(circle) > limit:
            made.append(list(circle))
        else:
            made[-1] += circle
    return [Part(tuple(part)) for part in made if part], twice


def _opened(circle: tuple[Entry, ...], limit: int) -> tuple[tuple[Entry, ...], list[Entry]]:
    """The circle without its references into later transactions, and the entries that lost some, whole."""
    number = {entry.address: at // limit for at, entry in enumerate(circle)}
    by_address = {entry.address: entry for entry in circle}
    edges = graph(circle)
    made, later = [], []
    for entry in circle:
        ahead = {one for one in edges[entry.address] if number[one] > number[entry.address]}
        if ahead:
            later.append(entry)
            entry = replace(entry, resource=_without(entry.resource, {one: by_address[one] for one in ahead}))
        made.append(entry)
    return tuple(made), later


def _without(value: Json, ahead: dict[str, Entry]) -> Json:
    """The resource with references to what is not there yet as logical ones, which any server takes.

    https://hl7.org/fhir/R4/references.html#logical
    """
    if isinstance(value, list):
        return [_without(one, ahead) for one in value]
    if not isinstance(value, dict):
        return value
    target = ahead.get(value.get("reference", "")) if isinstance(value.get("reference"), str) else None
    if target is None:
        return {name: _without(one, ahead) for name, one in value.items()}
    made = {name: one for name, one in value.items() if name != "reference"}
    token = target.criterion.token if target.criterion else None
    named = {"system": token[1], "value": token[2]} if token and token[0] == "identifier" else None
    return {**made, "type": target.type, **({"identifier": named} if named else {"display": f"{target.type} to come"})}


def reaching(entries: Sequence[Entry], bad: Iterable[str]) -> dict[str, str]:
    """The entries that refer to a bad one, directly or not, each with the bad one that it reaches."""
    edges = graph(entries)
    back: dict[str, list[str]] = {}
    for source, targets in edges.items():
        for target in targets:
            back.setdefault(target, []).append(source)
    bad = list(bad)
    made: dict[str, str] = {}
    for cause in bad:
        left = [cause]
        while left:
            for source in back.get(left.pop(), ()):
                if source not in made and source not in bad:
                    made[source] = cause
                    left.append(source)
    return made
