"""Versions of definitions: how they are compared, and which answers which."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_case.definitions.versions import fits, order, split

VERSIONS = st.one_of(
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){1,2}(-[a-z0-9.]{1,6})?", fullmatch=True), st.text(max_size=12)
)


@pytest.mark.parametrize(
    ("canonical", "url", "version"),
    [
        ("http://a/b", "http://a/b", ""),
        ("http://a/b|1.0.0", "http://a/b", "1.0.0"),
        ("http://a/b#part", "http://a/b", ""),
        ("http://a/b|1.0.0#part", "http://a/b", "1.0.0"),
        ("", "", ""),
    ],
)
def test_a_canonical_is_taken_apart(canonical: str, url: str, version: str) -> None:
    assert split(canonical) == (url, version)


RELEASES = ["", "1.0.0-ballot", "1.0.0", "1.9", "1.10", "2.0.0-ballot1", "2.0.0-ballot2", "2.0.0", "10.0.0"]


@given(st.permutations(RELEASES))
def test_versions_are_in_the_order_of_their_releases(versions: list[str]) -> None:
    assert sorted(versions, key=order) == RELEASES


def test_versions_that_are_dates_are_in_their_order() -> None:
    assert order("20180812") < order("20190101")
    assert order("2018-08-12") < order("2019-01-01")


@given(st.lists(VERSIONS, max_size=8), st.randoms())
def test_any_versions_can_be_sorted(versions: list[str], random: Random) -> None:
    shuffled = random.sample(versions, len(versions))
    assert [order(one) for one in sorted(shuffled, key=order)] == [order(one) for one in sorted(versions, key=order)]


@pytest.mark.parametrize(
    ("version", "asked", "found"),
    [
        ("4.0.1", "4.0.1", 3),
        ("4.0.1", "4.0", 2),
        ("4.0.1-x", "4.0.1", 2),
        ("4.0.1", "4.0.0", 1),
        ("4.0.1", "4.1.0", 0),
        ("4.0.1", "4.0.1-x", 0),
        ("6.1.0", "6.1.x", 3),
        ("6.1.0", "6.x", 3),
        ("6.1.0", "6.x.0", 3),
        ("6.2.0", "6.1.x", 0),
        ("6.1.0", "6.1.?", 3),
        ("7.0.0", "6.x", 0),
        ("2018-08-12", "2018-08-12", 3),
        ("2018-08-12", "2018", 0),
        ("", "1.0.0", 0),
    ],
)
def test_a_version_answers_what_is_asked(version: str, asked: str, found: int) -> None:
    assert fits(version, asked) == found


@given(VERSIONS, VERSIONS)
def test_every_version_answers_itself(version: str, asked: str) -> None:
    assert fits(version, version) == 3
    assert fits(version, asked) in (0, 1, 2, 3)
