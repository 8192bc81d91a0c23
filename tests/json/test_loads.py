"""The quick way to read JSON gives what the thorough one gives, or leaves it to it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_places import values

from fhir_case.json import UNSURE, JSONError, canonical, dumps, loads, quickly, thoroughly


@pytest.mark.parametrize(
    "text",
    ["-0", "1e2", "1E+2", "0.0000001", "7.20", "1.0E400", "123456789012345678901234567890", "-0.0", "1e-7", "[-0 ]"],
)
def test_numbers_keep_their_digits(text: str) -> None:
    assert dumps(loads(text)) == text.replace(" ", "")


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":1}', '{"a":1,"\\u0061":1}', '[{"\\u003c":1,"<":2}]', '{"a" : {"b":1 , "b" :1}}']
)
def test_a_key_that_stands_twice_is_never_missed(text: str) -> None:
    with pytest.raises(JSONError, match="stands twice"):
        loads(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "\\u003cdiv\\u003e \\/ \\u0026"}',
        '{"\\u00e9": "\\u202F"}',
        '{"a": "<div xmlns=\\"x\\">é</div>", "b": [7.20, 12, null]}',
    ],
)
def test_what_writers_commonly_write_is_read_quickly(text: str) -> None:
    assert canonical(quickly(text)) == canonical(thoroughly(text))


@given(values, st.booleans(), st.sampled_from([None, 2]))
def test_both_ways_of_reading_agree(value: object, plain: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=plain, indent=indent)
    found = quickly(text)
    assert found is UNSURE or canonical(found) == canonical(thoroughly(text))


@given(st.text(alphabet='{}[]:,"a\\u003c/ -01.eE+', max_size=25))
def test_what_is_read_quickly_would_be_read_thoroughly_too(text: str) -> None:
    found = quickly(text)
    assert found is UNSURE or canonical(found) == canonical(thoroughly(text))
