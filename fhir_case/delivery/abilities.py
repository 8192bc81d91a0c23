"""What a server can do for a push, and so how surely each resource is written once.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from fhir_case.delivery.entries import Entry
from fhir_case.json import Json

Guarantee = Literal["exactly once", "one writer only", "at least once"]
"""Whatever happens, each resource is there once; or it is if nobody else writes the same at the same moment; or a push
that was interrupted and run again may have created some twice."""

GUARANTEES: tuple[Guarantee, ...] = ("exactly once", "one writer only", "at least once")

Means = Literal["condition", "place", "client id", "create", "search", "none"]
"""How an entry that the server does not have is written: as the conditional request that it is; where it says itself
(`PUT Type/id`); under an id made from its identity; as a conditional create in place of a conditional update; plainly,
after it was looked for and not found; plainly, without an identity to look for."""


@dataclass(frozen=True, slots=True)
class TypeAbilities:
    """What can be done with one type of resource."""

    interactions: frozenset[str] = frozenset()
    """Empty where the server does not say."""
    conditional_create: bool = True
    conditional_update: bool = True
    client_ids: bool = False
    versions: bool = True
    """It keeps versions, so that an update can say which one it means to change."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a server says that it can do; what it does not speak of it is taken to do, until it shows otherwise."""

    types: Mapping[str, TypeAbilities] = field(default_factory=dict)
    """Empty where the server names none."""
    transaction: bool = True
    batch: bool = True
    self_references: bool = True
    """It stores what refers to itself at once (HAPI 8.8 overflows its stack where that is new in a transaction)."""

    def refuses(self, entry: Entry, there: bool = False) -> str:
        """Why the server cannot store the entry, "" where it can; `there`: it has the resource already."""
        if not self.types:
            return ""
        known = self.types.get(entry.type)
        if known is None:
            return (
                f"the server does not store {entry.type}: its CapabilityStatement names {len(self.types)} other types"
            )
        needed = {"DELETE": "delete", "PATCH": "patch"}.get(entry.method, "")
        if entry.puts:
            puts = there or (entry.method == "PUT" and self.means(entry) in ("condition", "place", "client id"))
            needed = "update" if puts else "create"
        if needed and known.interactions and needed not in known.interactions:
            offered = ", ".join(sorted(known.interactions))
            return f"the server offers no {needed} of {entry.type} (only {offered})"
        return ""

    def means(self, entry: Entry) -> Means:
        """How the entry is written where the server does not have it yet."""
        known = self.types.get(entry.type, _UNSAID)
        if entry.criterion is None:
            return "none"
        if entry.criterion.placed:
            return "place"
        if known.conditional_create if entry.shared else known.conditional_update:
            return "condition"
        if known.client_ids and entry.address.startswith("urn:uuid:"):
            return "client id"
        if known.conditional_create:
            return "create"
        return "search" if not known.interactions or "search-type" in known.interactions else "none"

    def versioned(self, entry: Entry) -> bool:
        """Whether an update can name the version that it changes."""
        return self.types.get(entry.type, _UNSAID).versions

    def guarantee(self, entries: Iterable[Entry]) -> tuple[Guarantee, str]:
        """How surely these are written once, and why: the weakest of them all tells."""
        made: dict[Means, list[str]] = {}
        unversioned: list[str] = []
        for entry in entries:
            if entry.puts:
                made.setdefault(self.means(entry), []).append(entry.type)
                if not self.versioned(entry):
                    unversioned.append(entry.type)
        if plain := made.get("none"):
            return GUARANTEES[2], (
                f"{_named(plain)} {_have(plain)} no identity that the server can be asked for, and would be created again"
            )
        if looked := made.get("search"):
            return GUARANTEES[1], (
                f"the server offers no conditional create of {_named(looked)}: what it was seen not to have is created "
                "plainly, so two pushes at one moment could create it twice"
            )
        if unversioned:
            return GUARANTEES[1], (
                f"the server keeps no versions of {_named(unversioned)}, so an update cannot tell whether someone else "
                "has just changed it"
            )
        ways = {
            "condition": "conditional requests", "place": "places that the bundle states",
            "client id": "ids made from their identities", "create": "conditional creates",
        }  # fmt: skip
        used = ", ".join(text for name, text in ways.items() if name in made) or "nothing new"
        return GUARANTEES[0], f"the server offers what it takes: {used}, updates of the version that was seen"


_UNSAID = TypeAbilities()


def abilities(rest: Mapping[str, Json]) -> Abilities:
    """What the `rest` part of a CapabilityStatement says."""
    types: dict[str, TypeAbilities] = {}
    for stated in rest.get("resource") or ():
        if not isinstance(stated, dict) or not isinstance(stated.get("type"), str):
            continue
        codes = _codes(stated)
        types[stated["type"]] = TypeAbilities(
            codes, _flag(stated, "conditionalCreate", codes), _flag(stated, "conditionalUpdate", codes),
            stated.get("updateCreate") is True, stated.get("versioning") != "no-version",
        )  # fmt: skip
    codes = _codes(rest)
    # HAPI names transaction and not batch, and offers both; only who names other things alone is taken to offer neither.
    writes = codes & {"transaction", "batch"}
    return Abilities(types, not codes or "transaction" in codes, not codes or bool(writes))


def _flag(stated: dict[str, Json], name: str, codes: frozenset[str]) -> bool:
    """A server that lists what it does with a type and is silent about conditions offers none."""
    return stated.get(name) is True if codes else stated.get(name) is not False


def _codes(stated: Mapping[str, Json]) -> frozenset[str]:
    return frozenset(
        str(one["code"]) for one in stated.get("interaction") or () if isinstance(one, dict) and "code" in one
    )


def _named(types: list[str]) -> str:
    return ", ".join(dict.fromkeys(types))


def _have(types: list[str]) -> str:
    return "has" if len(set(types)) == 1 else "have"
