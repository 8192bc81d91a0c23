"""Where in a text a value stands."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fhir_case.json.places import Path, Point, positions

TEXT = """{
  "resourceType": "Patient",
  "name": [ {"family": "Ågren"}, {"given": ["Bo",
    "Li"]} ],
  "birthDate" : "1970-02-30"
}"""


def after(text: str, point: Point) -> str:
    """What stands from a point on."""
    lines = text.split("\n")
    return "\n".join([lines[point[0] - 1][point[1] - 1 :], *lines[point[0] :]])


def test_a_value_and_its_key_are_found_with_line_and_column() -> None:
    spot = positions(TEXT, [("birthDate",)])["birthDate",]
    assert (spot.start, spot.key, spot.end) == ((5, 17), (5, 3), (5, 29))


def test_an_item_of_an_array_has_no_key() -> None:
    spot = positions(TEXT, [("name", 1, "given", 1)])["name", 1, "given", 1]
    assert (spot.start, spot.key) == ((4, 5), None)


def test_what_is_absent_has_the_place_of_its_nearest_parent() -> None:
    asked: list[Path] = [("name", 0, "given", 3), ("contact",), ("birthDate", 1)]
    found = positions(TEXT, asked)
    assert [found[path].path for path in asked] == [("name", 0), (), ("birthDate",)]
    assert found[asked[0]].start == (3, 13)


def test_a_value_that_stands_alone_is_the_first_of_its_list() -> None:
    found = positions('{"name": {"given": "Bo"}}', [("name", 0, "given", 0), ("name", 0, "text"), ("name",)])
    assert [(path, spot.path, spot.start[1], spot.end[1]) for path, spot in found.items()] == [
        (("name", 0, "given", 0), ("name", 0, "given", 0), 20, 24),
        (("name", 0, "text"), ("name", 0), 10, 25),
        (("name",), ("name",), 10, 25),
    ]


def test_columns_count_characters_not_bytes() -> None:
    assert positions(TEXT, [("name", 1)])["name", 1].start == (3, 34)


def test_of_a_key_that_stands_twice_the_last_counts_as_when_it_is_read() -> None:
    assert positions('{"a": 1, "a": 2}', [("a",)])["a",].start == (1, 15)


def test_a_text_with_a_comment_and_a_missing_comma_is_followed_all_the_same() -> None:
    text = '{ /* "b": 1 */ "a": 1 b: [1 2, // "x"\n 3]}'
    found = positions(text, [("b", 1), ("b", 2)])
    assert [found["b", 1].start, found["b", 2].start] == [(1, 29), (2, 2)]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


def all_paths(value: Any, path: Path = ()) -> list[Path]:
    held = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for step, one in held for found in all_paths(one, (*path, step)))]


@given(values, st.sampled_from([None, 1]), st.booleans())
def test_at_each_place_stands_the_value_of_its_path(value: Any, indent: int | None, plain: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=plain)
    for path, spot in positions(text, all_paths(value)).items():
        held = value
        for step in path:
            held = held[step]
        rest = after(text, spot.start)
        assert json.JSONDecoder().raw_decode(rest)[0] == held
        assert spot.path == path
        if path and isinstance(path[-1], str):
            assert spot.key is not None
            assert json.JSONDecoder().raw_decode(after(text, spot.key))[0] == path[-1]


@given(st.text(alphabet='{}[]:,"a1/*\\ \n', max_size=40))
def test_no_text_is_too_strange(text: str) -> None:
    positions(text, [("a",), (0, "a"), (1, 1)])


def test_depth_and_length_cost_time_in_proportion_only() -> None:
    deep, wide = "[" * 100_000 + "]" * 100_000, '["' + "x" * 20_000_000 + '"' + ', {"a": "b"}' * 100_000 + "]"
    assert positions(deep, [(0,) * 100_000])[(0,) * 100_000].start == (1, 100_000)
    assert positions(wide, [(100_000, "a")])[100_000, "a"].start == (1, len(wide) - 4)
