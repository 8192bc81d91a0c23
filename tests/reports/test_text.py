"""The report for people."""

from __future__ import annotations

import pytest
from some import ALL, FINE, SECRETS, WRONG
from syrupy.assertion import SnapshotAssertion

from fhir_case.issues import Issue, Place, Report
from fhir_case.reports import text
from fhir_case.reports.lines import WIDTH, excerpt, masked, masked_xml
from fhir_case.reports.result import Result


def test_it_reads_like_this(snapshot: SnapshotAssertion) -> None:
    assert text.rendered([WRONG, FINE]) == snapshot


def test_with_values_it_reads_like_this(snapshot: SnapshotAssertion) -> None:
    assert text.rendered([WRONG], values=True) == snapshot


def test_no_value_is_shown_unless_asked_for() -> None:
    assert not [secret for secret in SECRETS if secret in text.rendered(ALL)]
    assert SECRETS[0] in text.rendered(ALL, values=True)


def test_nothing_that_a_terminal_obeys_gets_through() -> None:
    shown = text.rendered(ALL, values=True)
    assert all(one.isprintable() or one == "\n" for one in shown)


def test_files_without_issues_are_counted_only() -> None:
    assert text.rendered([FINE, FINE]) == "2 files: 0 errors, 0 warnings\n"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('{"a": "xyz", "b": 1.25, "c": [true, null]}', '{"a": "···", "b": ····, "c": [····, ····]}'),
        ('  "given": ["Bo", "A\\"b"],', '  "given": ["··", "····"],'),
        ('"resourceType": "Patient", "system": "http://x.y"', '"resourceType": "Patient", "system": "http://x.y"'),
        ('"a": "never closed', '"a": "············'), ("plain: words", "·····: ·····"), ("", ""),
    ],
)  # fmt: skip
def test_values_become_dots_of_the_same_length(line: str, shown: str) -> None:
    assert masked(line) == shown
    assert len(shown) == len(line)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('<birthDate value="1970"/>', '<birthDate value="····"/>'),
        ('<system value="http://x.y"/>', '<system value="http://x.y"/>'),
        ("<url value='http://x.y'/>", "<url value='··········'/>"),
        ('<div xmlns="http://a.b"><p class="x">Bo Li, 7</p>', '<div xmlns="http://a.b"><p class="·">·· ··· ·</p>'),
        ('Bo"/>', '··"··'),
    ],
)
def test_values_in_xml_become_dots_and_its_tags_stay(line: str, shown: str) -> None:
    assert masked_xml(line) == shown
    assert len(shown) == len(line)


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    line = '{"a": "' + "x" * 5000 + '", "birthDate": "1970-02-30", "z": "' + "y" * 5000 + '"}'
    column = line.index('"1970') + 1
    shown, carets = excerpt(line, column, values=True)
    assert len(shown) <= WIDTH + 2
    assert shown[carets.index("^") : carets.rindex("^") + 1] == '"1970-02-30"'


def test_a_file_in_one_huge_line_costs_no_more_than_its_place() -> None:
    line = "[" + '{"birthDate": "1970-02-30"}, ' * 500_000 + "]"
    column = len(line) - 16
    for _ in range(200):
        shown, carets = excerpt(line, column, values=False)
    assert shown.startswith("…")
    assert carets.startswith(" ^")


@pytest.mark.parametrize("column", [0, 1, 5, 6, 500])
def test_a_place_beyond_its_line_does_no_harm(column: int) -> None:
    issue = Issue("value-format", "m", place=Place("f", 1, column))
    assert "[value-format]" in text.rendered([Result("f", Report((issue,)), "{ }")])
