"""What is not quite JSON is read as far as it goes, and every fault is told with its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_places import values

from fhir_case.json import canonical, loads
from fhir_case.json.tolerant import DEEPEST, MOST, read


@pytest.mark.parametrize(
    ("text", "value", "message", "path", "point"),
    [
        ('{"a": 1, "a": 2}', {"a": 2}, "the key 'a' stands twice", ("a",), (1, 10)),
        ('{"b": [{"a": 1, "a": [{"c": 1,\n"c": 2}]}]}', {"b": [{"a": [{"c": 2}]}]}, "the key 'a'", ("b", 0, "a"), (1, 17)),
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}, "a comma is missing", (), (1, 9)),
        ("[1 2]", [1, 2], "a comma is missing", (), (1, 4)),
        ("[1,]", [1], "a comma too many", (0,), (1, 3)),
        ("[1,,2]", [1, 2], "a comma too many", (0,), (1, 4)),
        ('{"a": 1,}', {"a": 1}, "a comma too many", ("a",), (1, 8)),
        ('{a: 1}', {"a": 1}, "property name a has no double quotes", ("a",), (1, 2)),
        ('{"a": male}', {"a": "male"}, "male has no double quotes", ("a",), (1, 7)),
        ("{'a': 1}", {"a": 1}, "property name a has no double quotes", ("a",), (1, 2)),
        ("['a']", ["a"], "strings stand in double quotes", (0,), (1, 2)),
        ("[01]", [1], "01 is not how JSON writes a number", (0,), (1, 2)),
        ("[+1]", [1], "+1 is not how JSON writes a number", (0,), (1, 2)),
        ('["a\nb"]', ["a\nb"], "a line break", (0,), (1, 2)),
        ('["\\q"]', ["\\q"], "a backslash", (0,), (1, 2)),
        ('{"a": 1, // why\n "b": 2}', {"a": 1, "b": 2}, "comments are not allowed", ("b",), (1, 10)),
        ('/* x */ {"a": 1}', {"a": 1}, "comments are not allowed", ("a",), (1, 1)),
        ('["\\ud83d x"]', ["\ufffd x"], "half a character", (0,), (1, 2)),
        ('[NaN]', ["NaN"], "NaN has no double quotes", (0,), (1, 2)),
    ],
)  # fmt: skip
def test_a_small_fault_is_told_and_the_reading_goes_on(
    text: str, value: object, message: str, path: tuple[str | int, ...], point: tuple[int, int]
) -> None:
    found = read(text)
    fault = found.faults[0]
    assert canonical(found.value) == canonical(value) or found.value == value
    assert message in fault.message
    assert (fault.path, (fault.line, fault.column)) == (path, point)
    assert not fault.fatal


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends too early"), ("  ", "ends too early"), ("{", "ends too early"), ('{"a"}', "has no value"),
        ('{"a": }', "has no value"), ('{"a": 1]', "closes nothing"), ("}", "closes nothing"),
        ('{"a" 1}', "no colon"), ('["a', "does not end"), ("{} {}", "after the end"), ("[1] 2", "after the end"),
        ('{"a": , "b": 1}', "comma where a value belongs"), ("[:]", "colon where none"), ('{"a":: 1}', "colon where none"),
        ("{#}", "expected the name of a property"), ("{{}}", "expected the name"), (b"\xff\xfe", "not UTF-8"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_ends_the_reading(text: str | bytes, message: str) -> None:
    found = read(text)
    assert found.value is None
    assert message in found.faults[-1].message
    assert found.faults[-1].fatal


def test_a_fault_says_where_it_is_in_fhirpath() -> None:
    found = read('{"resourceType": "Patient", "name": [{"given": ["a", Bo]}]}')
    assert [found.where(fault) for fault in found.faults] == ["Patient.name[0].given[1]"]
    assert read("[1,]").where(read("[1,]").faults[0]) == "[0]"


def test_depth_is_a_fault_and_no_crash() -> None:
    for text in ("[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000):
        assert [fault.code for fault in read(text).faults] == ["limit-depth"]
    assert read("[" * DEEPEST + "]" * DEEPEST).faults == ()


def test_a_text_full_of_faults_is_given_up_in_time() -> None:
    for text in ("[" + "1 " * 3_000_000 + "]", "[" + "/**/" * 1_000_000, '{"a":1,' * 500 + '"b":1,"b":1' * 2000):
        found = read(text)
        assert found.value is None
        assert len(found.faults) <= MOST + 1


@given(values)
def test_what_is_json_has_no_faults_and_is_read_as_by_loads(value: object) -> None:
    text = json.dumps(value)
    assert read(text) == read(text.encode())
    assert read(text).faults == ()
    assert canonical(read(text).value) == canonical(loads(text))


@given(values, st.data())
def test_a_text_with_a_piece_taken_out_is_read_or_refused_with_a_place(value: object, data: st.DataObject) -> None:
    text = json.dumps(value)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    cut = text[:start] + text[end:]
    found = read(cut)
    try:
        assert canonical(found.value) == canonical(loads(cut))
    except ValueError:
        assert found.faults


@given(st.text(alphabet='{}[]:,"a1/*\\ \n-.e', max_size=40))
def test_no_text_is_too_strange(text: str) -> None:
    found = read(text)
    assert found.value is not None or found.faults or text.strip() == "null"
