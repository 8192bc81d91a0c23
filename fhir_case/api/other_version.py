"""Content of R5, told once for each resource, not element by element.

The validator says of each element that R4 has no such; where an element is one of R5, whoever made the resource has another
version of FHIR, and wants to be told that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fhir_case.api.sources import read_text
from fhir_case.definitions.r5_elements import R5_ELEMENTS
from fhir_case.issues import CaseError, Issue, Report
from fhir_case.json import Json
from fhir_case.json.places import Path, written


def told_once(report: Report, data: bytes) -> Report:
    """The report on a text, in which a resource of R5 has one issue: what else is wrong with it as R4 helps nobody."""
    unknown = [issue for issue in report.issues if issue.code == "element-unknown"]
    if not unknown:
        return report
    try:
        resource, _ = read_text(data)
    except CaseError:
        return report
    newer = dict(_newer(resource, (), str(resource.get("resourceType"))))
    if not newer:
        return report
    telling = {root: issue for issue in reversed(unknown) if (root := _root(issue.path, newer)) is not None}
    made: list[Issue] = []
    for issue in report.issues:
        root = _root(issue.path, newer)
        if root not in telling:
            made.append(issue)
        elif issue is telling[root]:
            message = f"this is R5: it has {newer[root]}; R4 is what is checked here, so nothing more is said of it"
            made.append(replace(issue, code="fhir-version", message=message, path=root, definition="", value="",
                                fix="convert it to R4 first", link="https://hl7.org/fhir/R5/diff.html"))  # fmt: skip
    return Report(tuple(made))


def _newer(value: Json, at: Path, kind: str) -> Iterator[tuple[str, str]]:
    """The resources that have elements of R5, by path, with these."""
    if isinstance(value, list):
        for place, one in enumerate(value):
            yield from _newer(one, (*at, place), kind)
    elif isinstance(value, dict):
        type = value.get("resourceType")
        if isinstance(type, str) and (found := sorted(R5_ELEMENTS.get(type, frozenset()) & value.keys())):
            yield written(at, kind), ", ".join(found)
        for key, held in value.items():
            if isinstance(held, dict | list):
                yield from _newer(held, (*at, key), kind)


def _root(path: str, newer: dict[str, str]) -> str | None:
    """The resource of R5 that a path is in; the innermost."""
    while path and path not in newer:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return path or None
