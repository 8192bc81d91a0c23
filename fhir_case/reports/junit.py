"""JUnit XML, which every build server reads: a suite for each file, a failed case for each error."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from fhir_case.issues import Issue
from fhir_case.reports.result import UNDECIDED, Result, level, link

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write."""


def rendered(results: Iterable[Result], *, values: bool = False) -> str:
    """The report as XML; errors are failures, what could not be decided is skipped, all else passes."""
    suites = [_suite(result, values) for result in results]
    tests, failures = sum(one[1] for one in suites), sum(one[2] for one in suites)
    head = f'<testsuites name="fhir-case validate" tests="{tests}" failures="{failures}" errors="0">'
    return (
        "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *(one[0] for one in suites), "</testsuites>"]) + "\n"
    )


def _suite(result: Result, values: bool) -> tuple[str, int, int]:
    counted = [issue for issue in result.issues if level(issue) in ("fatal", "error", UNDECIDED)]
    failures = sum(level(issue) != UNDECIDED for issue in counted)
    skipped = len(counted) - failures
    cases = [_case(result.name, issue, values) for issue in counted]
    if not failures:
        cases.insert(0, f'    <testcase classname={_attribute(result.name)} name="conforms"/>')
    tests = len(cases)
    others = [issue for issue in result.issues if issue not in counted]
    told = "\n".join(_told(issue, values) for issue in others)
    out = [f"    <system-out>{_text(told)}</system-out>"] if told else []
    head = f'  <testsuite name={_attribute(result.name)} tests="{tests}" failures="{failures}" errors="0" skipped="{skipped}">'
    return "\n".join([head, *cases, *out, "  </testsuite>"]), tests, failures


def _case(name: str, issue: Issue, values: bool) -> str:
    where = f" at {issue.path}" if issue.path else ""
    head = f"    <testcase classname={_attribute(name)} name={_attribute(issue.code + where)}>"
    message = _attribute(issue.message)
    if level(issue) == UNDECIDED:
        return f"{head}<skipped message={message}/></testcase>"
    body = f"<failure type={_attribute(issue.code)} message={message}>{_text(_told(issue, values))}</failure>"
    return f"{head}{body}</testcase>"


def _told(issue: Issue, values: bool) -> str:
    found = f"\nfound: {issue.value}" if values and issue.value else ""
    more = "".join(f"\n{label}: {said}" for label, said in (
        ("demanded by", issue.definition), ("see", link(issue)), ("from", str(issue.origin or ""))) if said)  # fmt: skip
    return f"{issue.severity}: {issue}{found}{more}"


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("�", text))


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("�", text))
