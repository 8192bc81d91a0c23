"""From a resource to its issues: one validation, begun, run and written out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from fhir_case.issues import SEVERITIES, Issue, Place
from fhir_case.json import places, tolerant
from fhir_case.validation import resources
from fhir_case.validation.checks import Checks
from fhir_case.validation.places import keys_of, path_of, root
from fhir_case.validation.run import TAKEN_BACK, Findings, Found, Run, Shared


def issues_of(checks: Checks, resource: Any, profiles: tuple[str, ...]) -> list[tuple[Found, str]]:
    """What is wrong with a resource, and where: in the order in which it was found, each defect once."""
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    at = root(kind if isinstance(kind, str) else "")
    whole = resource if isinstance(resource, dict) else {}
    run = Run(checks, Findings(), whole, whole, Shared())
    try:
        resources.check_whole(resource, at, run, profiles)
    except RecursionError:
        run.say("limit-depth", at, "nested too deep to be checked any further")
    return _once(run.found, checks.settings.max_issues)


def _once(found: Iterable[Found], most: int) -> list[tuple[Found, str]]:
    """Each defect once: two profiles that demand the same thing make one issue, of the graver severity."""
    kept: dict[tuple[str, str, str], Found] = {}
    for one in found:
        if one.code == TAKEN_BACK:
            continue
        key = (one.code, path_of(one.at), one.message)
        known = kept.get(key)
        if known is None or SEVERITIES.index(one.severity) < SEVERITIES.index(known.severity):
            kept[key] = one
    made = [(one, path) for (_, path, _), one in kept.items()]
    if len(made) > most:
        told = f"{len(made) - most} more issues are not listed"
        last, path = made[most]
        made = [*made[:most], (Found("limit-size", last.at, told, "error"), path)]
    return made


def validated(
    checks: Checks, value: Any, find: places.Find | None, file: str, profiles: tuple[str, ...]
) -> list[Issue]:
    """The issues of a resource; where there is a text to `find` values in, each knows its line and column when asked for it."""
    found = issues_of(checks, value, profiles)
    bare = Place(file) if file else None
    spots = places.Spots(find, lambda: [_way(one) for one, _ in found]) if find is not None else None
    return [
        Issue(
            one.code, one.message, one.severity, path,
            Place.counted(file or "input", partial(_point, spots, one)) if spots else bare,
            one.fix, one.definition, one.link, value=one.value,
        )
        for one, path in found
    ]  # fmt: skip


def _way(one: Found) -> places.Path:
    """The keys that lead to what is wrong."""
    return (*keys_of(one.at), one.key) if one.key else keys_of(one.at)


def _point(spots: places.Spots, one: Found) -> places.Point:
    way = _way(one)
    spot = spots[way]
    # What is wrong with a key is shown at the key.
    return spot.key if one.key and spot.key and spot.path == way else spot.start


def faults(read: tolerant.Read, file: str) -> list[Issue]:
    """What is wrong with the JSON itself."""
    kind = read.value.get("resourceType") if isinstance(read.value, dict) else None
    return [
        Issue(
            one.code,
            one.message,
            "fatal" if one.fatal else "error",
            named(kind if isinstance(kind, str) else "", one.path),
            Place(file or "input", one.line, one.column),
            one.fix,
        )
        for one in read.faults
    ]


def named(kind: str, keys: Iterable[str | int]) -> str:
    """Keys and indices of JSON as a path: `Patient.name[0].given`; without a type that is known `name[0].given`."""
    return (kind + "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in keys)).removeprefix(".")
