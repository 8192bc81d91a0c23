"""The ledger of a case and its bundle as text and as JSON. Neither holds a value: only where values stand, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from fhir_case.bundle.ledger import Account, Ledger
from fhir_case.json import Json

_READ = {"mapped": "read", "carried": "carried", "defaulted": "implied", "refused": "dropped"}
"""The same words for the way from a bundle to a case."""

_ENTRY = re.compile(r"(Bundle\.entry\[\d+\])\.(?:resource\.)?")
_STEP = re.compile(r"\.?[^.\[]+|\[\d+\]")


def built(ledger: Ledger) -> str:
    """What became of each value of the case, item by item, and why the rest of the bundle is there."""
    return "\n".join(_lines(ledger, lambda one: (one.what, _case(one), _bundle(one))))


def read(ledger: Ledger) -> str:
    """What became of each value of the bundle, item by item."""
    return "\n".join(_lines(ledger, lambda one: (_READ[one.what], _bundle(one), _case(one))))


def plain(ledger: Ledger) -> dict[str, Json]:
    """The whole ledger as JSON, every leaf by its place."""
    accounts = [
        {"what": one.what, "item": one.item or None, "case": list(one.case), "bundle": list(one.bundle), "why": one.why}
        for one in ledger
    ]
    return {"leaves": dict(ledger.leaves), "accounts": accounts}


def _lines(ledger: Ledger, row: Callable[[Account], tuple[str, str, str]]) -> Iterator[str]:
    by_item: dict[str, list[Account]] = {}
    for one in ledger:
        by_item.setdefault(one.item, []).append(one)
    for item, accounts in by_item.items():
        entry = next((found[1] for one in accounts for leaf in one.bundle if (found := _ENTRY.match(leaf))), "")
        yield f"{item} · {entry}" if item and entry else item or "the bundle"
        for one in _together(accounts):
            what, left, right = row(one)
            way = " → ".join(side for side in (left, right) if side)
            why = "" if " ↔ " in one.why else f": {one.why}"
            yield f"  {what:<9} {way}{why}"


def _together(accounts: list[Account]) -> Iterator[Account]:
    """What one reason explains is one line, where no value of the case is in it."""
    places: dict[tuple[str, str], list[str]] = {}
    for one in accounts:
        if not one.case:
            places.setdefault((one.what, one.why), []).extend(one.bundle)
    for one in accounts:
        if one.case:
            yield one
        elif found := places.pop((one.what, one.why), None):
            yield replace(one, bundle=tuple(found))


def _case(one: Account) -> str:
    said = [leaf for leaf in one.case if ".remainder." not in leaf]  # what the source had is there for its spelling
    return _common([leaf.removeprefix(f"{one.item}.") if one.item else leaf for leaf in said or one.case])


def _bundle(one: Account) -> str:
    return _common([_ENTRY.sub("", leaf, count=1) if one.item else leaf for leaf in one.bundle])


def _common(places: Sequence[str]) -> str:
    """What these places have in common, and how many they are."""
    if len(places) < 2:
        return "".join(places)
    steps = [_STEP.findall(place) for place in places]
    shared = [level[0] for level in zip(*steps, strict=False) if len(set(level)) == 1]
    below = "".join(shared) or ", ".join(dict.fromkeys(one[0] for one in steps))
    return f"{below} ({len(places)})"
