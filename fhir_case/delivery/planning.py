"""From a bundle and what the server has to a plan, and what is needed to carry it out."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fhir_case.bundle.identity import SHARED
from fhir_case.client.answers import outcome_text
from fhir_case.client.messages import Step, together
from fhir_case.client.writing import validated
from fhir_case.delivery.abilities import Abilities
from fhir_case.delivery.compare import Comparison
from fhir_case.delivery.entries import Entry, criterion
from fhir_case.delivery.find import Held, among, existing, found, still
from fhir_case.delivery.home import is_withdrawn
from fhir_case.delivery.order import Part, on_themselves, parts
from fhir_case.delivery.places import place
from fhir_case.delivery.plan import Action, Choices, Plan, Planned, Withdraw
from fhir_case.delivery.withdraw import in_error, ours
from fhir_case.issues import FHIRCaseError, Issue, Refused
from fhir_case.json import Json


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a resource was when it was pulled, and in which version."""

    reference: str
    version: str = ""
    foreign: bool = False
    """It has no mark of ours there, so it is known by this place alone."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be pushed, and what is known about it and about the server."""

    base: str
    entries: tuple[Entry, ...]
    choices: Choices = field(default_factory=Choices)
    can: Abilities = field(default_factory=Abilities)
    origin: Mapping[str, Origin] = field(default_factory=dict)
    """Of entries, by fullUrl; empty for what was not pulled."""
    source: str = ""
    batch: bool = False
    """Each entry stands for itself: one that is refused stops no other."""
    looks: bool = False
    """It is looked for what is ours there and no longer here."""


@dataclass(frozen=True, slots=True)
class Work:
    """A plan, and what carrying it out needs."""

    plan: Plan
    parts: tuple[Part, ...] = ()
    removals: tuple[str, ...] = ()
    """Places to be deleted, what refers before what is referred to."""
    have: Held = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    """Where each known fullUrl is on the server (`Type/id`)."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is sent, each once and whole: what is written twice is whole the second time."""
        return tuple({entry.address: entry for part in self.parts for entry in part.entries}.values())


def planned(
    job: Job, known: Mapping[str, str] | None = None, limit: int = 0, settled: Container[str] = frozenset()
) -> Step[Work]:
    """Ask the server what it has, and decide. `known`: places of entries; `settled`: those that need no further look.

    Raises `Conflict` where several resources match one identity, `Refused` and `Unreachable`.
    """
    places = dict(known or {})
    entries = [entry for entry in job.entries if entry.address not in settled]
    attached: list[Planned] = []
    if job.choices.patient is not None:
        one = the_patient(job.entries)
        there = yield from existing(job.base, job.choices.patient)
        entries = [entry for entry in entries if entry is not one]
        places[one.address] = job.choices.patient
        attached = [Planned(one.address, "attach", "Patient", job.choices.patient, version_of(there))]
    mine, issues = yield from _mine(job, entries)
    have = yield from _held(job, entries, among(entries, mine))
    work = decided(job, entries, have, places, attached, limit)
    work = _withdrawing(job, replace(work, plan=replace(work.plan, issues=(*work.plan.issues, *issues))), mine, limit)
    if job.choices.ask:
        work = yield from _asked(job, work)
    return work


def _mine(job: Job, entries: Sequence[Entry]) -> Step[tuple[list[dict[str, Json]], list[Issue]]]:
    """All that is ours there, where it is to be looked for: both what the case has still and what it has no longer."""
    if not job.looks and not job.choices.withdraw:
        return [], []
    patient = job.choices.patient
    if patient is None:
        patients = [entry for entry in entries if entry.type == "Patient"]
        there = yield from found(job.base, patients)
        patient = next((where for one in patients if (where := place(there.get(one.address, {})))), None)
    if patient is None:
        return [], []
    return (yield from ours(job.base, patient, job.entries, job.can))


def _held(job: Job, entries: Sequence[Entry], mine: Held) -> Step[Held]:
    """What the server has: by identity, or at the place that a foreign resource was pulled from."""
    foreign = {
        entry.address: job.origin[entry.address].reference
        for entry in entries
        if entry.address in job.origin and job.origin[entry.address].foreign
    }
    asked = [entry for entry in entries if entry.address not in foreign and entry.address not in mine]
    have = yield from found(job.base, asked)
    there = yield from still(job.base, list(foreign.values()))
    return {**mine, **have, **{address: there[where] for address, where in foreign.items() if where in there}}


def decided(
    job: Job, entries: Sequence[Entry], have: Held, places: Mapping[str, str],
    attached: Sequence[Planned] = (), limit: int = 0,
) -> Work:  # fmt: skip
    """What is to be done with each entry, given what the server has. Pure."""
    at = {**places, **{address: where for address, held in have.items() if (where := place(held))}}
    comparison = Comparison({where: address for address, where in at.items()}, job.base)
    issues: list[Issue] = []
    made = [
        _decided(entry, job, have.get(entry.address), at.get(entry.address, ""), comparison, issues)
        for entry in entries
    ]
    send = [e for e, one in zip(entries, made, strict=True) if one.action in ("create", "update", "send")]
    split = _split(send, limit or job.choices.limit, job)
    writing = [e for e, one in zip(entries, made, strict=True) if one.action in ("create", "send")]
    guarantee, because = job.can.guarantee(writing or [entry for entry in entries if entry.puts])
    order = {entry.address: entry.number for entry in job.entries}
    every = tuple(sorted((*made, *attached), key=lambda one: order[one.address]))
    plan = Plan(
        job.base, every, guarantee, because, tuple(len(part.entries) for part in split),
        _twice(split), job.choices, tuple(issues), job.source,
    )  # fmt: skip
    return Work(plan, split, (), have, at)


def _twice(split: Sequence[Part]) -> tuple[str, ...]:
    return tuple(entry.address for part in split if part.again for entry in part.entries)


def _split(send: Sequence[Entry], limit: int, job: Job) -> tuple[Part, ...]:
    if job.batch:  # no entry of a batch may refer to another: https://hl7.org/fhir/R4/http.html#transaction
        size = limit or len(send) or 1
        return tuple(Part(tuple(send[at : at + size])) for at in range(0, len(send), size))
    apart = () if job.can.self_references else on_themselves(send)
    return tuple(parts(send, 1 if not job.can.transaction else limit, apart))


def _decided(
    entry: Entry, job: Job, held: dict[str, Json] | None, where: str, comparison: Comparison, issues: list[Issue]
) -> Planned:
    pulled = job.origin.get(entry.address)
    if not entry.puts or entry.resource is None:
        refused = job.can.refuses(entry)
        why = refused or f"{entry.method}, as the bundle states it"
        return Planned(entry.address, "refuse" if refused else "send", entry.type, why=why)
    why = job.can.refuses(entry, held is not None)
    if why and held is None:
        return Planned(entry.address, "refuse", entry.type, why=why)
    if held is None:
        if pulled is not None and not job.choices.overwrite:
            why = f"{pulled.reference} was deleted there since it was pulled"
            return Planned(entry.address, "conflict", entry.type, pulled.reference, pulled.version, why=why)
        return Planned(entry.address, "create", entry.type)
    version = version_of(held)
    if not (differs := comparison.difference(held, entry.resource)):
        return Planned(entry.address, "unchanged", entry.type, where, version)
    if (entry.shared or (pulled is not None and pulled.foreign and entry.type in SHARED)) and not job.choices.own:
        why = "others share it; it stays as the server has it"
        return Planned(entry.address, "keep", entry.type, where, version, comparison.changes(held, entry.resource), why)
    changes = comparison.changes(held, entry.resource)
    if why:
        return Planned(entry.address, "refuse", entry.type, where, version, changes, why)
    if pulled is not None and pulled.version and version != pulled.version and not job.choices.overwrite:
        why = f"changed there since it was pulled: version {pulled.version} then, {version} now"
        return Planned(entry.address, "conflict", entry.type, where, version, changes, why)
    if differs == "digits":
        issues.append(_digits(where))
    return Planned(entry.address, "update", entry.type, where, version, changes)


def _withdrawing(job: Job, work: Work, mine: Sequence[dict[str, Json]], limit: int) -> Work:
    """The plan with what is ours there and no longer here."""
    here = set(work.places.values())
    left = [one for one in mine if place(one) not in here]
    how = job.choices.withdraw
    made: list[Planned] = []
    update: list[Entry] = []
    have, places = dict(work.have), dict(work.places)
    remove: list[Entry] = []
    for resource in left:
        where = place(resource) or ""
        address = f"{job.base}/{where}"
        action, why, stated = _taken_back(resource, how)
        made.append(Planned(address, action, resource["resourceType"], where, version_of(resource), why=why))
        if action == "withdraw":
            request: dict[str, Json] = {"method": "PUT", "url": where}
            entry = Entry(-1, address, stated or resource, request, criterion(request))
            (remove if how == "delete" else update).append(entry)
            have[address], places[address] = resource, where
    if not made:
        return work
    plan = replace(work.plan, entries=(*work.plan.entries, *made))
    split = _split([*work.entries, *update], limit or job.choices.limit, job) if update else work.parts
    removals = tuple(reversed([e.request["url"] for part in parts(remove, 1) for e in part.entries]))
    counts = tuple(len(part.entries) for part in split) + ((len(removals),) if removals else ())
    return Work(replace(plan, transactions=counts, twice=_twice(split)), split, removals, have, places)


def _taken_back(resource: dict[str, Json], how: Withdraw) -> tuple[Action, str, dict[str, Json] | None]:
    if is_withdrawn(resource) and how != "delete":
        return "withdrawn", "taken back already: it says that it was entered in error", None
    if how == "entered-in-error":
        stated = in_error(resource)
        if stated is None:
            return (
                "withdrawn",
                f"{resource['resourceType']} has no status that says so; --withdraw=delete would remove it",
                None,
            )
        return "withdraw", "is said to be entered in error", stated
    if how == "delete":
        return "withdraw", "is deleted", None
    return "withdrawn", "no longer in the case; nothing is done, --withdraw says what is to be", None


def _asked(job: Job, work: Work) -> Step[Work]:
    """The plan with what the server's own `$validate` refuses."""
    asked = [entry for entry in work.entries if entry.puts and entry.resource]
    answers = yield from together(validated(job.base, entry.resource or {}) for entry in asked)
    refused: dict[str, str] = {}
    issues: list[Issue] = []
    for entry, answer in zip(asked, answers, strict=True):
        if isinstance(answer, FHIRCaseError):
            issues.append(
                Issue(
                    "plan-not-asked",
                    f"{entry.type}: the server did not say whether it is valid ({answer})",
                    "information",
                )
            )
        elif text := outcome_text(_errors(answer)):
            refused[entry.address] = f"the server's $validate says: {text}"
    entries = tuple(
        replace(one, action="refuse", why=refused[one.address]) if one.address in refused else one
        for one in work.plan.entries
    )
    if len(issues) > 3:
        issues = [*issues[:3], Issue("plan-not-asked", f"and {len(issues) - 3} more", "information")]
    return replace(work, plan=replace(work.plan, entries=entries, issues=(*work.plan.issues, *issues)))


def _errors(outcome: dict[str, Json]) -> dict[str, Json]:
    bad = [
        one for one in outcome.get("issue") or () if isinstance(one, dict) and one.get("severity") in ("error", "fatal")
    ]
    return {**outcome, "issue": bad}


def the_patient(entries: Sequence[Entry]) -> Entry:
    """The one Patient among the entries. Raises `Refused` where there is none, or more than one."""
    patients = [entry for entry in entries if entry.type == "Patient"]
    if len(patients) != 1:
        raise Refused(
            f"expected one Patient in the bundle, to be replaced by the one on the server; found {len(patients)}. "
            "Nothing was sent"
        )
    return patients[0]


def checked(patient: str | None) -> None:
    """Raises `Refused` for what is no place of a patient."""
    if patient is not None and not re.fullmatch(r"Patient/[A-Za-z0-9.-]{1,64}", patient):
        raise Refused(f"{patient[:80]!r} is not the place of a patient; expected Patient/id, such as Patient/123")


def _digits(where: str) -> Issue:
    return Issue(
        "push-digits",
        f"{where} differs from what the server has only in how numbers are written (as 7.20 and 7.2 do); a server that "
        "does not keep digits is sent it again, and makes a new version, with every push",
        "warning",
        where,
    )


def version_of(resource: Json) -> str:
    """The version of a resource that a server gave, "" where it states none."""
    meta = resource.get("meta") if isinstance(resource, dict) else None
    version = meta.get("versionId") if isinstance(meta, dict) else None
    return version if isinstance(version, str) else ""
