"""What a whole case must hold together: ids, references, times and quotes that lead somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, get_args, get_origin
from unicodedata import normalize

from fhir_case.case.base import REFERENCE, Item, Model, Part
from fhir_case.case.links import Link, item_of
from fhir_case.case.model import PATIENT, PHENOPACKET, SOURCE, CaseModel, Entry
from fhir_case.case.positions import Path
from fhir_case.case.problems import nearest, shortened
from fhir_case.case.when import Date, Relative, Span, When

RESERVED = frozenset({PATIENT, SOURCE, PHENOPACKET, "composition", "provenance"})
"""Ids of resources that every case has or may have."""

INDEX = "index"

TIMES = {
    "timeline": ("",), "diagnoses": ("", "diagnosed", "resolved"), "findings": ("",), "labs": ("",),
    "procedures": ("",), "imaging": ("",), "imaging.findings": ("",), "reports": ("",), "medications": ("",),
    "outcomes": ("",), "allergies": ("",), "immunizations": ("",), "patient": ("",), "prescriptions": ("",),
    "administrations": ("",), "care_plans": ("",),
}  # fmt: skip
"""The times of each kind of item that others can be relative to; empty: its main one."""


_OBSERVED = ("findings", "labs", "outcomes", "imaging.findings")
_PEOPLE = ("practitioners", "roles", "organizations", "patient")
_STAFF = ("practitioners", "roles")

TARGETS: dict[str, tuple[str, ...]] = {
    "assessments": (*_OBSERVED, "reports"),
    "asserter": (*_STAFF, "patient"),
    "assigner": ("organizations",),
    "authenticator": (*_STAFF, "organizations"),
    "author": (*_STAFF, "patient"),
    "authority": ("organizations",),
    "authors": _PEOPLE,
    "based_on": ("care_plans",),
    "because_of": ("diagnoses", "procedures", *_OBSERVED),
    "collector": _STAFF,
    "contributors": (*_PEOPLE, "care_teams", "devices"),
    "custodian": ("organizations",),
    "derived_from": (*_OBSERVED, "documents", "imaging"),
    "destination": ("locations", "organizations"),
    "device": ("devices",),
    "devices": ("devices",),
    "diagnosis": ("diagnoses", "procedures"),
    "drug": ("drugs",),
    "due_to": ("diagnoses", "procedures", "medications", "immunizations"),
    "encounter": ("timeline",),
    "encounters": ("timeline",),
    "goals": ("goals",),
    "imaging": ("imaging",),
    "informant": _PEOPLE,
    "interpreters": _STAFF,
    "issuer": ("organizations",),
    "location": ("locations",),
    "locations": ("locations",),
    "manufacturer": ("organizations",),
    "on_behalf_of": ("organizations",),
    "organization": ("organizations",),
    "organizations": ("organizations",),
    "origin": ("locations", "organizations"),
    "owner": ("organizations",),
    "parents": ("specimens",),
    "parts": _OBSERVED,
    "patient": ("patient",),
    "performer": ("organizations",),
    "performers": _PEOPLE,
    "practitioner": ("practitioners",),
    "practitioners": (*_STAFF, "organizations"),
    "procedure": ("procedures",),
    "reasons": ("diagnoses", *_OBSERVED, "reports"),
    "recorder": _STAFF,
    "reference": ("prescriptions",),
    "referrer": _STAFF,
    "replaces": ("prescriptions",),
    "reports": ("reports",),
    "request": ("prescriptions",),
    "requester": _PEOPLE,
    "results": (*_OBSERVED, "variants", "implications"),
    "sample": ("specimens",),
    "specimens": ("specimens",),
    "teams": ("care_teams",),
    "used": ("devices", "drugs"),
    "variants": ("variants",),
    "who": _STAFF,
    "administrations.part_of": ("administrations", "procedures"),
    "administrations.performers": (*_STAFF, "patient", "devices"),
    "administrations.reasons": ("diagnoses", *_OBSERVED, "reports"),
    "allergies.recorder": (*_STAFF, "patient"),
    "care_plans.author": (*_PEOPLE, "care_teams", "devices"),
    "care_plans.performers": (*_PEOPLE, "care_teams", "devices"),
    "care_plans.reasons": ("diagnoses",),
    "care_teams.reasons": ("diagnoses",),
    "care_teams.who": (*_PEOPLE, "care_teams"),
    "diagnoses.recorder": (*_STAFF, "patient"),
    "documents.authors": (*_PEOPLE, "devices"),
    "goals.reasons": ("diagnoses", *_OBSERVED, "medications"),
    "immunizations.performers": (*_STAFF, "organizations"),
    "locations.part_of": ("locations",),
    "medications.based_on": ("care_plans", "prescriptions"),
    "medications.derived_from": (),
    "medications.part_of": ("administrations", "medications", "procedures", *_OBSERVED),
    "medications.reasons": ("diagnoses", *_OBSERVED),
    "organizations.part_of": ("organizations",),
    "prescriptions.based_on": ("care_plans", "prescriptions"),
    "prescriptions.reasons": ("diagnoses", *_OBSERVED),
    "procedures.part_of": ("procedures", "administrations", *_OBSERVED),
    "procedures.recorder": (*_STAFF, "patient"),
    "reports.based_on": ("care_plans", "prescriptions"),
    "reports.performers": (*_STAFF, "organizations"),
    "specimens.patient": ("patient", "devices", "locations"),
    "timeline.part_of": ("timeline",),
} | {
    f"{kind}.{name}": sections
    for kind in _OBSERVED
    for name, sections in (
        ("part_of", ("administrations", "medications", "procedures", "immunizations", "imaging")),
        ("based_on", ("care_plans", "prescriptions")),
    )
}  # fmt: skip
"""The sections whose items a field may name, after the target types of R4's references; fields not here name any."""


def targets(kind: str, name: str) -> tuple[str, ...]:
    """The sections whose items a field of a section may name; empty: all."""
    own = TARGETS.get(f"{kind}.{name}")
    return TARGETS.get(name, ()) if own is None else own


class Problem(NamedTuple):
    """One thing that does not hold: its code, where in the case, what, and the likely fix."""

    code: str
    path: Path
    message: str
    fix: str = ""


def check(case: CaseModel, dropped: frozenset[str] = frozenset()) -> Iterator[Problem]:
    """Everything that does not hold together; `dropped` are ids of items that could not be read."""
    entries = list(case.entries())
    kinds = {entry.id: entry.kind for entry in entries}
    yield from _ids(case, entries)
    known = set(kinds) | set(case.resources) | dropped | RESERVED
    for entry in entries:
        where = path_of(entry)
        yield from _references(entry, where, known, kinds, case)
        for path, when in times(entry.item, where):
            yield from _anchors(when, path, kinds, known, dropped, case)
        yield from _quotes(case, entry.item, where)
    yield from _cycles(entries)
    yield from _header(case, dropped)


def path_of(entry: Entry) -> Path:
    """Where an item stands in the case."""
    if entry.parent is not None:
        return ("imaging", entry.parent, "findings", entry.id)
    return (entry.kind,) if entry.kind == entry.id else (*entry.kind.split("."), entry.id)


def _ids(case: CaseModel, entries: list[Entry]) -> Iterator[Problem]:
    seen: dict[str, Path] = {}
    places = [(entry.id, path_of(entry)) for entry in entries]
    places += [(key, ("resources", key)) for key in case.resources if key not in ("composition", "provenance")]
    for key, path in places:
        first = seen.setdefault(key, path)
        if first != path:
            yield Problem(
                "case-duplicate-id", path, f"the id {key!r} is already that of {'.'.join(map(str, first))}",
                "every item of a case needs an id of its own",
            )  # fmt: skip
        elif key in RESERVED and len(path) > 1 and path[0] != "resources":
            yield Problem("case-duplicate-id", path, f"the id {key!r} is kept for the {key} of the case")


@cache
def reference_fields(model: type[Model]) -> tuple[str, ...]:
    """The fields of a model that name other items."""
    return tuple(n for n, f in model.model_fields.items() if not f.exclude and _mentions(f.annotation, f.metadata))


def _mentions(annotation: Any, metadata: Any = ()) -> bool:
    marks = (*metadata, *getattr(annotation, "__metadata__", ()))
    return any(isinstance(m, str) and m == REFERENCE for m in marks) or any(map(_mentions, get_args(annotation)))


def refers_well(case: CaseModel) -> bool:
    """Whether every field names items that it can name. What others wrote may not, and is kept as they wrote it."""
    entries = list(case.entries())
    kinds = {entry.id: entry.kind for entry in entries}
    return not any(
        _misdirected(entry, name, key, kinds) for entry in entries for name, _path, key in named_items(entry.item)
    )


def _misdirected(entry: Entry, name: str, key: str, kinds: dict[str, str]) -> bool:
    allowed = targets(entry.kind, name)
    return key == entry.id or bool(allowed and key in kinds and kinds[key] not in allowed)


def links(value: Part, where: Path = ()) -> Iterator[tuple[str, Path, str | Link]]:
    """Every reference in an item and its parts, with the name of its field and its place."""
    fields = vars(value)
    for name in reference_fields(type(value)):
        held = fields[name]
        if not held:
            continue
        if isinstance(held, list):
            for place, one in enumerate(held):
                yield name, (*where, name, place), one
        else:
            yield name, (*where, name), held
    for name in part_fields(type(value)):
        held = fields[name]
        if isinstance(held, list):
            for place, part in enumerate(held):
                yield from links(part, (*where, name, place))
        elif isinstance(held, Part):
            yield from links(held, (*where, name))


def named_items(item: Part, where: Path = ()) -> Iterator[tuple[str, Path, str]]:
    """The references that name items of the case."""
    for name, path, link in links(item, where):
        key = item_of(link)
        if key is not None:
            yield name, path, key


@cache
def part_fields(model: type[Model]) -> tuple[str, ...]:
    """The fields of a model that hold parts."""
    return tuple(name for name, info in model.model_fields.items() if _holds_part(info.annotation))


def _holds_part(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return True
    origin = get_origin(annotation)
    return origin is not dict and any(map(_holds_part, get_args(annotation)))


def _references(
    entry: Entry, where: Path, known: set[str], kinds: dict[str, str], case: CaseModel
) -> Iterator[Problem]:
    for name, path, key in named_items(entry.item, where):
        if key not in known:
            yield Problem("case-reference", path, f"there is no item {key!r}", nearest(key, known - RESERVED))
        elif case.bundle is not None or not _misdirected(entry, name, key, kinds):
            continue  # what others wrote is kept as they wrote it; there are bundles with such references
        elif key == entry.id:
            yield Problem("case-reference", path, f"{key!r} refers to itself", "name another item, or leave it out")
        else:
            allowed = targets(entry.kind, name)
            fix = nearest(key, [one for one, kind in kinds.items() if kind in allowed])
            said = f"{key!r} stands in {kinds[key]}, and this can only name an item of {' or '.join(allowed)}"
            yield Problem("case-reference", path, said, fix)


def times(value: Any, where: Path) -> Iterator[tuple[Path, When]]:
    """Every time in an item and its parts, with its place."""
    for name in type(value).model_fields:
        held = getattr(value, name)
        if isinstance(held, When):
            yield (*where, name), held
        elif isinstance(held, Part):
            yield from times(held, (*where, name))
        elif isinstance(held, list) and held and isinstance(held[0], Part):
            for place, part in enumerate(held):
                yield from times(part, (*where, name, place))


def _anchors(
    when: When, path: Path, kinds: dict[str, str], known: set[str], dropped: frozenset[str], case: CaseModel
) -> Iterator[Problem]:
    for moment in when.moments():
        if not isinstance(moment, Relative) or moment.anchor in dropped or moment.anchor in case.resources:
            continue
        anchor = moment.anchor
        if anchor == INDEX and INDEX not in kinds:
            yield Problem(
                "case-reference", path, "this is relative to the index visit, which the timeline does not have",
                "add to the timeline: 'index: {types: [Index visit]}'",
            )  # fmt: skip
        elif anchor not in kinds:
            found = nearest(anchor, set(kinds) - {SOURCE})
            yield Problem("case-reference", path, f"there is no item {anchor!r} to be relative to", found)
        elif moment.point not in TIMES.get(kinds[anchor], ()):
            points = [point for point in TIMES.get(kinds[anchor], ()) if point]
            said = f"{anchor!r} has no time {moment.point!r}" if moment.point else f"{anchor!r} has no time of its own"
            yield Problem("case-reference", path, said, f"it has {', '.join(points)}" if points else "")


def _quotes(case: CaseModel, item: Item, where: Path) -> Iterator[Problem]:
    """Find each quote in the source text, and remember where it stands."""
    text = case.source.text if case.source and case.source.text else None
    for place, quote in enumerate(item.quotes):
        path = (*where, "quotes", place)
        if text is None:
            yield Problem("quote-no-source", path, "the case has no source text in which this quote could stand",
                          "give source.file (or source.text), or make it a note")  # fmt: skip
            return
        if quote.at is not None and text[quote.at : quote.at + len(quote.text)] == quote.text:
            continue
        found = text.find(quote.text)
        if found < 0:
            yield Problem("quote-missing", path, f"the quote {shortened(quote.text)} is not in the source text",
                          _near(quote.text, text))  # fmt: skip
        elif quote.at is not None:
            yield Problem("quote-moved", path, f"the quote {shortened(quote.text)} is not at {quote.at} in the source text",
                          f"it is at {found}")  # fmt: skip
        elif text.find(quote.text, found + 1) >= 0:
            yield Problem("quote-ambiguous", path, f"the quote {shortened(quote.text)} stands more than once in the source",
                          f"say which with at: {found}, or quote more")  # fmt: skip
        else:
            quote.at = found


def _near(quote: str, text: str) -> str:
    """The line of the source that is nearest to a quote that is not in it."""
    squeezed = " ".join(quote.split())
    if squeezed in " ".join(text.split()):
        return "it stands there with other line breaks; quote each line on its own"
    if _alike(squeezed) in _alike(" ".join(text.split())):
        return "it stands there with other signs (capitals, quotation marks, dashes, accents); copy it from the source"
    fix = nearest(
        squeezed, [line.strip() for line in text.splitlines() if line.strip()], fix="the nearest line is {!r}"
    )
    return fix if len(fix) < 200 else fix[:197] + "...'"


_SIGNS = str.maketrans({**dict.fromkeys("’‘‚‛", "'"), **dict.fromkeys("“”„‟", '"'), **dict.fromkeys("‐‑‒–—−", "-")})


def _alike(text: str) -> str:
    """A text without what keyboards and word processors make of it."""
    return normalize("NFKD", text).translate(_SIGNS).casefold()


def _cycles(entries: list[Entry]) -> Iterator[Problem]:
    """Times that are relative to one another in a circle say nothing."""
    after: dict[str, list[tuple[str, Path]]] = {}
    for entry in entries:
        for path, when in times(entry.item, path_of(entry)):
            after.setdefault(entry.id, []).extend(
                (m.anchor, path) for m in when.moments() if isinstance(m, Relative)
            )  # fmt: skip
    settled: set[str] = set()
    for start in after:
        trail: list[str] = []
        here, path = start, ()
        while here in after and here not in settled and here not in trail:
            trail.append(here)
            here, path = after[here][0] if after[here] else ("", ())
        if here in trail:
            circle = " -> ".join([*trail[trail.index(here) :], here])
            yield Problem("time-circle", path, f"these times are relative to one another in a circle: {circle}",
                          "make one of them absolute, or relative to the index visit")  # fmt: skip
        settled.update(trail)


def _header(case: CaseModel, dropped: frozenset[str]) -> Iterator[Problem]:
    patient = case.patient
    if patient is None:
        return
    if patient.birth is not None and patient.age is not None:
        yield Problem(
            "case-value", ("patient", "age"), "the patient has a birth date and an age", "leave one of them out"
        )
    if patient.birth is not None and isinstance(patient.birth.time, Date) and "T" in patient.birth.time.text:
        yield Problem("time-invalid", ("patient", "birth"), "a birth date has no time of day", "give the date alone")
    if (
        patient.age is not None
        and isinstance(patient.age.time, Span)
        and (patient.age.time.high or patient.age.time.comparator)
    ):
        yield Problem("time-invalid", ("patient", "age"), "expected one age, found a range", "give the completed years")
    if patient.age is not None and INDEX not in {*case.timeline, *case.resources, *dropped}:
        yield Problem("case-reference", ("patient", "age"), "an age is one at the index visit, which the timeline lacks",
                      "add to the timeline: 'index: {types: [Index visit]}'")  # fmt: skip
