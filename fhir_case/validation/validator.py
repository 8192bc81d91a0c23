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


def issues_of(checks: Checks, resource: Any, profiles: tuple[str, ...]) -> list[Found]:
    """What is wrong with a resource, in the order in which it was found, each defect once."""
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    at = root(kind if isinstance(kind, str) else "")
    whole = resource if isinstance(resource, dict) else {}
    run = Run(checks, Findings(), whole, whole, Shared())
    try:
        resources.check_whole(resource, at, run, profiles)
    except RecursionError:
        run.say("limit-depth", at, "nested too deep to be checked any further")
    return _once(run.found, checks.settings.max_issues)


def _once(found: Iterable[Found], most: int) -> list[Found]:
    """Each defect once: two profiles that demand the same thing make one issue, of the graver severity."""
    kept: dict[tuple[Any, ...], Found] = {}
    for one in found:
        if one.code == TAKEN_BACK:
            continue
        key = (one.code, path_of(one.at), one.message)
        known = kept.get(key)
        if known is None or SEVERITIES.index(one.severity) < SEVERITIES.index(known.severity):
            kept[key] = one
    made = list(kept.values())
    if len(made) > most:
        told = f"{len(made) - most} more issues are not listed"
        made = [*made[:most], Found("limit-size", made[most].at, told, "error")]
    return made


def validated(
    checks: Checks, value: Any, find: places.Find | None, file: str, profiles: tuple[str, ...]
) -> list[Issue]:
    """The issues of a resource; where there is a text to `find` values in, each knows its line and column when asked for it."""
    found = issues_of(checks, value, profiles)
    ways = [_way(value, (*keys_of(one.at), one.key) if one.key else keys_of(one.at)) for one in found]
    spots = places.Spots(find, ways) if find is not None else None
    bare = Place(file) if file else None
    return [
        Issue(
            one.code, one.message, one.severity, path_of(one.at),
            Place.counted(file or "input", partial(_point, spots, way, bool(one.key))) if spots else bare,
            one.fix, one.definition, one.link, value=one.value,
        )
        for one, way in zip(found, ways, strict=True)
    ]  # fmt: skip


def _way(value: Any, keys: places.Path) -> places.Path:
    """The keys as the JSON has them: one value where a list belongs is said to be its first, and stands for itself."""
    taken: list[str | int] = []
    for key in keys:
        if isinstance(key, int) and not isinstance(value, list):
            continue
        taken.append(key)
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            value = None
    return tuple(taken)


def _point(spots: places.Spots, way: places.Path, at_key: bool) -> places.Point:
    spot = spots[way]
    # What is wrong with a key is shown at the key.
    return spot.key if at_key and spot.key and spot.path == way else spot.start


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
