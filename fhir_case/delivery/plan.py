"""A plan: what a push would do, resource by resource, and how surely. Plain data; `planning` makes it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from fhir_case.delivery.abilities import Guarantee
from fhir_case.delivery.compare import Change
from fhir_case.issues import Issue, Refused
from fhir_case.json import Json

Action = Literal[
    "create", "update", "unchanged", "keep", "attach", "send", "conflict", "refuse", "withdraw", "withdrawn"
]
"""`keep`: shared, differs, and stays as the server has it; `attach`: the patient there; `send`: a request that states no
resource (DELETE, PATCH, GET), sent as it is; `withdraw`: what is to be done about what is no longer in the case;
`withdrawn`: seen, nothing is done."""

WRITES: tuple[Action, ...] = ("create", "update", "send", "withdraw")

Withdraw = Literal["", "entered-in-error", "delete"]


@dataclass(frozen=True, slots=True)
class Choices:
    """How a case is to be pushed."""

    patient: str | None = None
    """Attach it to this patient (`Patient/123`), who stays untouched."""
    own: bool = False
    """Update what others share too, where it differs."""
    overwrite: bool = False
    """Update also what was changed on the server since it was pulled."""
    withdraw: Withdraw = ""
    """What is done about resources of ours that are no longer in the case; "" only tells of them."""
    partial: bool = False
    """Store what is not refused, where not all can be."""
    ask: bool = False
    """Ask the server to validate each resource that would be sent."""
    limit: int = 0
    """How many entries a transaction may have; 0: as many as the server takes."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What would become of one resource."""

    address: str
    """Its fullUrl in the bundle; where it is on the server, for what is withdrawn."""
    action: Action
    type: str
    reference: str = ""
    """`Type/id` on the server, "" where it is not there."""
    version: str = ""
    """The version that was seen there."""
    changes: tuple[Change, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a push would do, entry by entry in the order of the bundle, then what is withdrawn."""

    base: str
    entries: tuple[Planned, ...]
    guarantee: Guarantee = "exactly once"
    because: str = ""
    """Why the server gives this guarantee and no other."""
    transactions: tuple[int, ...] = ()
    """How many resources go in each transaction."""
    twice: tuple[str, ...] = ()
    """What is written twice: its references go in a circle larger than a transaction may be, or it refers to itself and
    the server does not take that at once."""
    choices: Choices = field(default_factory=Choices)
    issues: tuple[Issue, ...] = ()
    source: str = ""
    """The digest of what is to be pushed."""

    def of(self, *actions: Action) -> tuple[Planned, ...]:
        """The entries with one of these actions."""
        return tuple(entry for entry in self.entries if entry.action in actions)

    @property
    def writes(self) -> tuple[Planned, ...]:
        """What would be written."""
        return self.of(*WRITES)

    @property
    def stopped(self) -> tuple[Planned, ...]:
        """What stops a push: conflicts, and what the server cannot store."""
        return self.of("conflict", "refuse")

    def to_dict(self, *, values: bool = False) -> dict[str, Json]:
        """The plan as JSON; what elements hold only with `values`."""
        return {
            "format": FORMAT, "server": self.base, "source": self.source, "guarantee": self.guarantee,
            "because": self.because, "transactions": [*self.transactions], "twice": [*self.twice],
            "choices": asdict(self.choices), "entries": [_plain(entry, values) for entry in self.entries],
            "issues": [
                {"code": one.code, "severity": one.severity, "path": one.path, "message": one.message}
                for one in self.issues
            ],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, plain: Any) -> Plan:
        """The plan that `to_dict` wrote. Raises `Refused` for anything else."""
        try:
            if plain["format"] != FORMAT:
                raise Refused(f"expected a plan of format {FORMAT}, found {str(plain['format'])[:40]!r}; plan again")
            known = {one.name for one in fields(Choices)}
            choices = Choices(**{name: value for name, value in plain["choices"].items() if name in known})
            entries = tuple(
                Planned(
                    one["address"], one["action"], one["type"], one["reference"], one["version"],
                    tuple(Change(change["path"]) for change in one["changes"]), one["why"],
                )
                for one in plain["entries"]
            )  # fmt: skip
            issues = tuple(Issue(one["code"], one["message"], one["severity"], one["path"]) for one in plain["issues"])
            return cls(
                plain["server"], entries, plain["guarantee"], plain["because"], tuple(plain["transactions"]),
                tuple(plain["twice"]), choices, issues, plain["source"],
            )  # fmt: skip
        except (KeyError, TypeError, AttributeError):
            raise Refused(
                "this is no plan: expected the JSON that `fhir-case plan -o` writes. Nothing was sent"
            ) from None


FORMAT = "fhir-case-plan-1"


def _plain(entry: Planned, values: bool) -> dict[str, Json]:
    made: dict[str, Json] = {
        "address": entry.address, "action": entry.action, "type": entry.type, "reference": entry.reference,
        "version": entry.version, "why": entry.why,
    }  # fmt: skip
    made["changes"] = [
        {"path": one.path, **({"before": one.before, "after": one.after} if values else {})} for one in entry.changes
    ]
    return made


def departed(plan: Plan, now: Plan, begun: Container[str] = frozenset()) -> tuple[str, ...]:
    """Why a plan can no longer be applied: what is otherwise now; empty where all is as it was. `begun`: what carrying
    it out has changed already."""
    if plan.base != now.base:
        return (f"it was made for {plan.base}, and this is {now.base}",)
    if plan.source and plan.source != now.source:
        return ("what is to be pushed is not what was planned: the case or bundle has changed since",)
    then: Mapping[str, Planned] = {one.address: one for one in plan.entries if _counts(one, begun)}
    here: Mapping[str, Planned] = {one.address: one for one in now.entries if _counts(one, begun)}
    made = []
    for address in (*then, *(one for one in here if one not in then)):
        before, after = then.get(address), here.get(address)
        if before is None or after is None:
            one = before or after
            made.append(
                f"{one.reference or one.type if one else address} is {'no longer' if after is None else 'now'} part of it"
            )
        elif (before.action, before.reference, before.version) != (after.action, after.reference, after.version):
            made.append(f"{_named(before, after)}: planned was {_worded(before)}, now it would be {_worded(after)}")
    return tuple(made)


def _counts(one: Planned, begun: Container[str]) -> bool:
    return one.action != "withdrawn" and one.address not in begun


def _named(before: Planned, after: Planned) -> str:
    return before.reference or after.reference or before.type


def _worded(one: Planned) -> str:
    return f"{one.action} (version {one.version})" if one.version else str(one.action)
