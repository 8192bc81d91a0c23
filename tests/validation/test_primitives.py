"""The formats of primitive values, and what may stand beside them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from defining import found
from instances import UNKNOWN, Node, observation, patient


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (
            "birthDate", ["2020", "2020-02", "2020-02-29"],
            ["2020-13", "2020-02-30", "2020-2-1", "20-01-01", "2020-01-01T00:00:00Z", "0000", "2020/01/01", "today", ""],
        ),
        ("active", [True, False], ["true", 1, "TRUE"]),
        ("id", ["a", "A-1.b", "a" * 64], ["a_b", "a b", "", "a" * 65, "é"]),
    ],
)  # fmt: skip
def test_values_have_the_format_of_their_type(kind: str, right: list[Any], wrong: list[Any]) -> None:
    for value in right:
        assert found(patient(**{kind: value})) == []
    for value in wrong:
        assert [at for _, at in found(patient(**{kind: value}))] == [f"Patient.{kind}"]


@pytest.mark.parametrize(
    ("key", "right", "wrong"),
    [
        (
            "effectiveDateTime",
            ["2020", "2020-01", "2020-01-01T00:00:00Z", "2020-01-01T23:59:60Z", "2020-01-01T00:00:00.123456789+14:00"],
            ["2020-01-01T00:00:00", "2020-01-01T00:00Z", "2020-01-01T24:00:00Z", "2020-01-01T00:00:00+15:00",
             "2020-01-01 00:00:00Z", "2020-01-01t00:00:00z"],
        ),
        ("issued", ["2020-01-01T00:00:00Z"], ["2020-01-01", "2020-01-01T00:00:00"]),
        ("valueTime", ["12:00:00", "12:00:00.5"], ["12:00", "24:00:00", "12:00:00Z"]),
        ("valueInteger", [1, -5, -2147483648], [Decimal("1.0"), "1", 2147483648]),
        ("status", ["final"], [" final", "final ", "Final", "", "fi nal"]),
    ],
)  # fmt: skip
def test_times_and_numbers_are_complete(key: str, right: list[Any], wrong: list[Any]) -> None:
    for value in right:
        assert found(observation(**{key: value})) == []
    for value in wrong:
        assert len(found(observation(**{key: value}))) >= 1


@pytest.mark.parametrize(
    ("uri", "right"),
    [
        ("http://x.org", True),
        ("urn:oid:1.2.3.4", True),
        ("urn:uuid:c757873d-ec9a-4326-a141-556f43239520", True),
        ("x y", False),
        ("urn:oid:01.2", False),
        ("urn:uuid:x", False),
        ("urn:uuid:C757873D-EC9A-4326-A141-556F43239520", False),
        ("oid:1.2", False),
        ("uuid:1", False),
        ("", False),
    ],
)
def test_a_uri_has_no_white_space_and_is_what_its_scheme_says(uri: str, right: bool) -> None:
    assert (found(patient(identifier=[{"system": uri, "value": "1"}])) == []) is right


@pytest.mark.parametrize(
    ("more", "right"),
    [
        ({"birthDate": "2020", "_birthDate": UNKNOWN}, True),
        ({"_birthDate": UNKNOWN}, True),
        ({"birthDate": "2020", "_birthDate": {"id": "x"}}, True),
        ({"_birthDate": {"id": "x"}}, False),
        ({"birthDate": "2020", "_birthDate": {"id": ""}}, False),
        ({"birthDate": "2020", "_birthDate": {}}, False),
        ({"birthDate": "2020", "_birthDate": [UNKNOWN]}, False),
        ({"birthDate": "2020", "_birthDate": {"foo": 1}}, False),
        ({"name": [{"text": "x"}], "_name": [UNKNOWN]}, False),
    ],
)
def test_beside_a_value_stand_its_id_and_extensions(more: Node, right: bool) -> None:
    assert (found(patient(**more)) == []) is right


@pytest.mark.parametrize(
    ("more", "right"),
    [
        ({"given": ["a", None], "_given": [None, UNKNOWN]}, True),
        ({"given": ["a", "b"], "_given": [UNKNOWN]}, True),
        ({"_given": [UNKNOWN]}, True),
        ({"given": ["a"], "_given": [{"id": "x"}]}, True),
        ({"given": ["a", None], "_given": [UNKNOWN, None]}, False),
        ({"given": [None]}, False),
        ({"given": [["a"]]}, False),
        ({"given": "a"}, False),
        ({"given": ["a"], "_given": UNKNOWN}, False),
    ],
)
def test_in_lists_null_keeps_the_place_of_a_value(more: Node, right: bool) -> None:
    assert (found(patient(name=[{"family": "x", **more}])) == []) is right


def test_a_control_character_is_doubted() -> None:
    assert [code for code, _ in found(patient(name=[{"text": "a\x01"}]), least="warning")] == ["value-format"]


@pytest.mark.parametrize("text", ["\n", " "])
def test_text_of_nothing_but_white_space_is_doubted(text: str) -> None:
    assert found(patient(name=[{"text": text}])) == []
    assert [code for code, _ in found(patient(name=[{"text": text}]), least="warning")] == ["value-whitespace"]
