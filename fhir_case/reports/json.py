"""JSON: complete and stable. Keys are added in later versions, never renamed or removed.

    {"version": 1, "ok": false,
     "counts": {"fatal", "error", "warning", "information", "undecided", "suppressed"},
     "results": [{"file", "ok", "issues": [ISSUE…], "suppressed": [ISSUE with "reason"…]}…]}

An ISSUE has code, class (data, definition, unsupported, undecided: `fhir-case explain CODE`), severity (fatal, error, warning,
information), file, line and column (from 1, columns count characters; null where there are none), path (FHIRPath), message,
value (null unless values are asked for), fix, definition (profile url # element id), link (into the specification), and origin
(the place in the case file, or null). What is not known is "" or null; no key is ever missing. `ok` means: no error.
"""

from __future__ import annotations

from collections.abc import Iterable

from fhir_case.json import Json, dumps
from fhir_case.reports.result import UNDECIDED, Result, counts, plain

VERSION = 1


def report(results: Iterable[Result], *, values: bool = False) -> dict[str, Json]:
    """The report as JSON."""
    held = list(results)
    found = counts(held)
    names = ("fatal", "error", "warning", "information", UNDECIDED, "suppressed")
    return {
        "version": VERSION,
        "ok": all(result.report.ok for result in held),
        "counts": {name: found[name] for name in names},
        "results": [_result(result, values) for result in held],
    }


def _result(result: Result, values: bool) -> dict[str, Json]:
    return {
        "file": result.name,
        "ok": result.report.ok,
        "issues": [plain(issue, values) for issue in result.issues],
        "suppressed": [{**plain(one.issue, values), "reason": one.reason} for one in result.suppressed],
    }


def rendered(results: Iterable[Result], *, values: bool = False) -> str:
    """The report as JSON text."""
    return dumps(report(results, values=values), indent=2) + "\n"
