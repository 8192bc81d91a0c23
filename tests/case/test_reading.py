"""Case files: what is read, and what is said when it cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_case.case.positions import dotted
from fhir_case.case.reading import Document, read_text
from fhir_case.case.scalars import Plain, json_scalar, verbatim
from fhir_case.issues import CaseError, Issue
from fhir_case.json import canonical


def issues(text: str | bytes, file: str = "case.yaml") -> tuple[Issue, ...]:
    with pytest.raises(CaseError) as caught:
        read_text(text, file)
    return caught.value.issues


def only(text: str | bytes, file: str = "case.yaml") -> tuple[str, str]:
    """The code and place of the only issue."""
    (issue,) = issues(text, file)
    assert issue.message
    return issue.code, str(issue.place)


# What is read


def test_scalars_stay_the_text_that_was_written() -> None:
    written = ["no", "0123", "1:30", "7.20", "1e3", "2008-03-14", "yes", "0x1F", "1_000", ".inf", "=", "on"]
    read = read_text("".join(f"k{i}: {text}\n" for i, text in enumerate(written)), "case.yaml").data
    assert list(read.values()) == written
    assert all(isinstance(value, Plain) for value in read.values())


def test_quoted_and_block_text_is_not_plain() -> None:
    read = read_text("a: '1'\nb: \"2\"\nc: |\n  3\nd: >\n  4\n", "case.yaml").data
    assert read == {"a": "1", "b": "2", "c": "3\n", "d": "4\n"}
    assert not any(isinstance(value, Plain) for value in read.values())


@pytest.mark.parametrize("written", ["", "~", "null", "Null", "NULL"])
def test_nothing_is_none_unless_it_is_quoted(written: str) -> None:
    assert read_text(f"a: {written}\nb: '{written}'\n", "case.yaml").data == {"a": None, "b": written}


def test_keys_are_text_whatever_they_look_like() -> None:
    assert list(read_text("1: a\nno: b\n~: c\n2008-03-14: d\n", "case.yaml").data) == ["1", "no", "~", "2008-03-14"]


def test_an_anchor_may_be_used_again() -> None:
    read = read_text("a: &x [1, {b: c}]\nd: *x\ne: *x\n", "case.yaml")
    assert read.data["a"] == read.data["d"] == read.data["e"] == ["1", {"b": "c"}]
    assert str(read.positions.value(("d",))) == "case.yaml:2:4"


@pytest.mark.parametrize("text", ["\ufeffa: é\n", "a: é\r\n", "a: é", "---\na: é\n", "# c\n\na: é # d\n...\n"])
def test_byte_order_mark_line_ends_and_document_marks_make_no_difference(text: str) -> None:
    assert read_text(text, "case.yaml").data == {"a": "é"}
    assert read_text(text.encode(), "case.yaml").data == {"a": "é"}


def test_json_is_read_with_its_digits_and_types() -> None:
    read = read_text('{"a": 7.20, "b": [1e2, true, null, "7.20"], "c": "a\\/b\\ud83d\\ude00"}', "case.json")
    assert canonical(read.data) == '{"a":7.20,"b":[1e2,true,null,"7.20"],"c":"a/b😀"}'.encode()


def test_text_that_starts_with_a_brace_is_json_whatever_the_file_is_called() -> None:
    assert read_text('  {"a":\t1}', "case.yaml").data == {"a": 1}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("7.20", "7.20"),
        ("1e2", "1e2"),
        ("-0", "-0"),
        ("12", "12"),
        ("true", "true"),
        ("no", '"no"'),
        ("0123", '"0123"'),
        ("2008", "2008"),
        ("2008-03", '"2008-03"'),
        ("'7.20'", '"7.20"'),
        ('"true"', '"true"'),
        (".5", '".5"'),
        ("NaN", '"NaN"'),
        ("1_0", '"1_0"'),
        ("True", '"True"'),
        ("null", "null"),
        ("+1", '"+1"'),
        ("1.", '"1."'),
        ("123456789012345678901234567890.10", "123456789012345678901234567890.10"),
    ],
)
def test_in_verbatim_parts_unquoted_scalars_are_typed_by_the_rules_of_json(written: str, value: str) -> None:
    read = read_text(f"a:\n  - {{b: {written}}}\n", "case.yaml").data
    assert canonical(verbatim(read)) == f'{{"a":[{{"b":{value}}}]}}'.encode()


def test_text_that_is_not_plain_is_never_typed() -> None:
    assert json_scalar("1") == "1"
    assert json_scalar(Plain("1")) == 1


# Where it stands


DOCUMENT = """\
# a comment
id: x
diagnoses:
  jdm:
    code: snomed 1212005
    quotes:
      - one
      - {text: two}
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("id",), (2, 1), (2, 5)),
        (("diagnoses",), (3, 1), (4, 3)),
        (("diagnoses", "jdm"), (4, 3), (5, 5)),
        (("diagnoses", "jdm", "code"), (5, 5), (5, 11)),
        (("diagnoses", "jdm", "quotes", 0), (7, 9), (7, 9)),
        (("diagnoses", "jdm", "quotes", 1, "text"), (8, 10), (8, 16)),
        (("diagnoses", "jdm", "status"), (4, 3), (4, 3)),
        (("diagnoses", "other", "code"), (3, 1), (3, 1)),
        (("nothing",), (2, 1), (2, 1)),
        ((), (2, 1), (2, 1)),
    ],
)
def test_every_value_and_key_has_its_place_or_that_of_the_nearest_parent(path: Any, key: Any, value: Any) -> None:
    positions = read_text(DOCUMENT, "case.yaml").positions
    assert (positions.key(path).line, positions.key(path).column) == key
    assert (positions.value(path).line, positions.value(path).column) == value


def test_json_has_places_too() -> None:
    positions = read_text('{"a": 1,\n "b": {"c\\"": [true,\n  "x"]}}', "case.json").positions
    assert str(positions.key(("b",))) == "case.json:2:2"
    assert str(positions.value(("b", 'c"', 1))) == "case.json:3:3"
    assert str(positions.key(("b", 'c"'))) == "case.json:2:8"


def test_a_path_is_written_with_dots_and_brackets() -> None:
    assert dotted(("diagnoses", "jdm", "quotes", 0, "text")) == "diagnoses.jdm.quotes[0].text"


# What cannot be read


@pytest.mark.parametrize(
    ("text", "code", "place", "says"),
    [
        ("a: b: c", "file-syntax", "1:5", "quotes"),
        ("a:\n\t- x", "file-syntax", "2:1", "tab"),
        ("\ta: b", "file-syntax", "1:1", "tab"),
        ("a: 'x", "file-syntax", "1:6", "close the quote that opens at line 1, column 4"),
        ("a: [1\nb: 2", "file-syntax", "2:2", "close the bracket that opens at line 1, column 4"),
        ("a: @x", "file-syntax", "1:4", "'@'"),
        ("a: 'it's'", "file-syntax", "1:8", "doubled"),
        ('a: "\\q"', "file-syntax", "1:5", "backslash"),
        ("a\nb: c", "file-syntax", "2:2", "indentation"),
        ("? [a]\n: b", "file-syntax", "1:3", "a key must be text"),
        ("a: *x", "file-alias", "1:4", "no anchor"),
        ("a: &x\n  b: *x", "file-alias", "2:6", "inside what it repeats"),
        ("a: 1\n---\nb: 2", "file-documents", "2:1", "one case"),
        ("a: !!python/object:os.system x", "file-tag", "1:4", "!!python/object:os.system"),
        ("<<: {a: b}", "file-merge-key", "1:1", "write out"),
        ("", "file-no-case", "1:1", "nothing"),
        ("- a", "file-no-case", "1:1", "a list"),
        ("just words", "file-no-case", "1:1", "a text"),
        ('{"id": "a",\n "resourceType": "Bundle"}', "file-no-case", "2:2", "'Bundle'"),
        (
            "resourceType: Patient",
            "file-no-case",
            "1:1",
            "fhir-case convert FILE -o case.yaml makes a case of it; push and diff take it as it is",
        ),
        ("x: é\x07", "file-encoding", "1:5", "U+0007"),
        ("a: \ud800", "file-encoding", "1:4", "surrogate"),
        ("a: é".encode("latin-1"), "file-encoding", "1:4", "0xE9"),
        ("a: b\nc: é".encode("utf-16"), "file-encoding", "1:1", "UTF-16"),
        ('{"a": }', "file-syntax", "1:7", "JSON"),
        ('{"a": NaN}', "file-syntax", "1:1", "NaN"),
        ("{", "file-syntax", "1:2", "JSON"),
    ],
)
def test_a_file_that_is_wrong_gets_one_issue_with_its_place(
    text: str | bytes, code: str, place: str, says: str
) -> None:
    (issue,) = issues(text)
    assert (issue.code, str(issue.place)) == (code, f"case.yaml:{place}")
    assert says in str(issue)


def test_all_duplicate_keys_are_reported_with_both_places() -> None:
    found = issues("a: 1\nb: {c: 1, d: 2, c: 3}\na: 2\na: 3\n")
    assert [(issue.code, str(issue.place), issue.path) for issue in found] == [
        ("file-duplicate-key", "case.yaml:2:17", "b.c"),
        ("file-duplicate-key", "case.yaml:3:1", "a"),
        ("file-duplicate-key", "case.yaml:4:1", "a"),
    ]
    assert "line 2, column 5" in found[0].message
    assert "line 1, column 1" in found[2].message


def test_duplicate_keys_of_json_are_reported_with_both_places() -> None:
    found = issues('{"a": 1,\n "a": 2, "b": [{"c": 1, "c": 2}], "c": {"c": 1}}', "case.json")
    assert [(issue.code, str(issue.place)) for issue in found] == [
        ("file-duplicate-key", "case.json:2:2"),
        ("file-duplicate-key", "case.json:2:25"),
    ]
    assert "line 1, column 2" in found[0].message


def test_duplicate_keys_are_reported_together_with_what_stops_the_reading() -> None:
    assert [issue.code for issue in issues("a: 1\na: 2\nb: *x\n")] == ["file-duplicate-key", "file-alias"]


def test_a_billion_laughs_are_one_issue() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    assert only("\n".join(lines))[0] == "file-alias"


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        "- " * 100_000 + "x",
        "{a: " * 100_000,
        "\n".join(" " * i + "a:" for i in range(1000)),
        '{"a":' * 100_000,
        '{"a":' + "[" * 300 + "]" * 300 + "}",
    ],
    ids=["flow", "closed flow", "block", "flow mappings", "block mappings", "json", "json, less deep"],
)
def test_what_is_nested_too_deep_is_one_short_issue(text: str) -> None:
    (issue,) = issues(text)
    assert issue.code in ("file-too-deep", "file-syntax")
    assert len(str(issue)) < 300


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fhir_case.case.reading.LARGEST", 10)
    assert only("a: b\nc: dddddd")[0] == "file-too-large"


def outcome(text: str | bytes) -> Document | tuple[Issue, ...]:
    try:
        return read_text(text, "case.yaml")
    except CaseError as error:
        return error.issues


@given(st.text(alphabet=st.sampled_from("a1:-?[]{}&*!|>'\"%@#,. \n\t\\<~é\x07\ufeff"), max_size=40))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    found = outcome(text)
    if isinstance(found, tuple):
        assert found
        assert all(issue.place and issue.place.line >= 1 and issue.place.column >= 1 for issue in found)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert outcome(data)


@pytest.mark.parametrize("text", ["title: Case #1 of a man\n", "a: {sex: male #x\n}\n", "- Größe #2\n"])
def test_a_comment_that_may_be_the_rest_of_a_value_is_an_error(text: str) -> None:
    assert only(text)[0] == "file-comment"


def test_a_comment_after_a_space_and_a_sign_within_a_value_are_none() -> None:
    assert read_text("a: 1  # one\nb: a#1\nc: 'x #1'\n#d\n", "case.yaml").data == {"a": "1", "b": "a#1", "c": "x #1"}
