"""SARIF 2.1.0, which code hosts and editors read (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from fhir_case.catalogue import CATALOGUE, Code, kind_of
from fhir_case.issues import Issue
from fhir_case.json import Json, dumps
from fhir_case.json.places import TOKENS
from fhir_case.reports.result import UNDECIDED, Result

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"fatal": "error", "error": "error", "warning": "warning", "information": "note"}


def report(results: Iterable[Result], version: str = "") -> dict[str, Json]:
    """The report as a SARIF log with one run."""
    held = list(results)
    names = sorted({issue.code for result in held for issue in _all(result)})
    driver: dict[str, Json] = {"name": "fhir-case", "rules": [_rule(name) for name in names]}
    if version:
        driver["semanticVersion"] = version
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [found for result in held for found in _results(result, names)],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _all(result: Result) -> Iterator[Issue]:
    yield from result.issues
    yield from (one.issue for one in result.suppressed)


def _rule(name: str) -> dict[str, Json]:
    code = CATALOGUE.get(name) or Code(name, name, name)
    text = "\n\n".join(filter(None, (code.explanation, code.fix)))
    example = f"\n\n```\n{code.wrong}\n```\n\nRight:\n\n```\n{code.right}\n```" if code.wrong else ""
    made: dict[str, Json] = {
        "id": name,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.explanation},
        "help": {"text": text, "markdown": text + example},
        "properties": {"tags": ["FHIR", code.kind]},
    }
    if code.link:
        made["helpUri"] = code.link
    return made


def _results(result: Result, names: list[str]) -> Iterator[dict[str, Json]]:
    lines = result.text.split("\n") if result.text is not None else []
    for issue in result.issues:
        yield _result(result, issue, names, lines)
    for one in result.suppressed:
        suppression = {"kind": "external", "justification": one.reason}
        yield {**_result(result, one.issue, names, lines), "suppressions": [suppression]}


def _result(result: Result, issue: Issue, names: list[str], lines: list[str]) -> dict[str, Json]:
    open_ = kind_of(issue.code) == UNDECIDED
    place = result.spot(issue)
    physical: dict[str, Json] = {"artifactLocation": {"uri": uri(place.file if place else result.name)}}
    if place and place.line:
        physical["region"] = _region(place.line, place.column, lines)
    location: dict[str, Json] = {"physicalLocation": physical}
    if issue.path:
        location["logicalLocations"] = [{"fullyQualifiedName": issue.path, "kind": "element"}]
    made: dict[str, Json] = {
        "ruleId": issue.code,
        "ruleIndex": names.index(issue.code),
        "kind": "open" if open_ else "fail",
        "level": "none" if open_ else LEVELS[issue.severity],
        "message": {"text": " – ".join(filter(None, (issue.message, issue.fix))) or issue.code},
        "locations": [location],
        "partialFingerprints": {"fhirCaseIssue/v1": _fingerprint(result.name, issue)},
    }
    if issue.definition:
        made["properties"] = {"definition": issue.definition}
    if issue.origin and issue.origin is not place:
        region = {"startLine": max(1, issue.origin.line), "startColumn": max(1, issue.origin.column)}
        artifact = {"artifactLocation": {"uri": uri(issue.origin.file)}, "region": region}
        made["relatedLocations"] = [{"physicalLocation": artifact, "message": {"text": "written here in the case"}}]
    return made


def _region(line: int, column: int, lines: list[str]) -> dict[str, Json]:
    made = {"startLine": line, "startColumn": max(1, column)}
    token = TOKENS.match(lines[line - 1], max(0, column - 1)) if line <= len(lines) else None
    if token is not None and token.lastgroup in ("string", "bare"):
        made |= {"endLine": line, "endColumn": token.end() + 1}
    return made


def _fingerprint(name: str, issue: Issue) -> str:
    """What an issue is known by when the lines have moved."""
    return hashlib.sha256("\0".join((name, issue.code, issue.path, issue.definition)).encode()).hexdigest()[:32]


def uri(name: str) -> str:
    """The address of a file: relative as it was named, or absolute."""
    path = Path(name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def rendered(results: Iterable[Result], *, values: bool = False) -> str:
    """The report as JSON text; SARIF goes to other people's servers, so it never shows values."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        version = installed("fhir-case")
    except PackageNotFoundError:
        version = ""
    return dumps(report(results, version), indent=2) + "\n"
