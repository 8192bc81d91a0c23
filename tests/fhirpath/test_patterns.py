"""Regular expressions of strangers: the same answers as `re`, and never a hang."""

from __future__ import annotations

import re
import re._parser as sre_parser  # type: ignore[import-not-found]

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fhir_case.fhirpath import FHIRPathError, Undecidable
from fhir_case.fhirpath.automaton import automaton
from fhir_case.fhirpath.determined import is_determined
from fhir_case.fhirpath.patterns import found, replaced

HOSTILE = ["(a+)+$", "^(a*)*$", "^(a|a)*$", "(a|aa)+$", "(.*a){20}$", "^((a+)?b?)*$", "^(([a-z])+.)+[A-Z]([a-z])+$"]
HOSTILE += ["(x+x+)+y", r"(\s*([0-9a-zA-Z\+/=]){4}\s*)+$", "a*a*a*a*a*a*a*a*a*b", "(?:a{1,64}){1,64}$"]


@pytest.mark.parametrize("pattern", HOSTILE)
def test_a_hostile_pattern_is_answered_at_once(pattern: str) -> None:
    assert found(pattern, "a" * 5000 + "!") is False  # `re` would not end


@pytest.mark.parametrize("pattern", [r"(a+)\1+$", r"((?=a+)a)+$", r"(\p{L}+)+", "(" * 900 + ")" * 900, "a" * 6000])
def test_what_cannot_be_answered_is_undecidable(pattern: str) -> None:
    with pytest.raises(Undecidable):
        found(pattern, "a" * 5000 + "!")


def test_a_hostile_replacement_is_undecidable() -> None:
    with pytest.raises(Undecidable):
        replaced("(a+)+$", "b", "a" * 5000 + "!")


def test_what_is_no_pattern_says_so() -> None:
    with pytest.raises(FHIRPathError, match="is no regular expression"):
        found("(", "a")


def test_groups_are_replaced_as_java_writes_them() -> None:
    assert replaced(r"(\d+)-(\d+)", "$2/$1", "12-34 5-6") == "34/12 6/5"


def test_a_missing_group_is_named() -> None:
    with pytest.raises(FHIRPathError, match="no group 7"):
        replaced("a", "$7", "a")


_ATOMS = st.sampled_from(
    ["a", "b", ".", "[ab]", "[^a]", r"\d", r"\s", "(?:ab)", "^", "$", "(a|b)", "(a|ab)", "(?:a|)", r"\."]
)


@st.composite
def patterns(draw: st.DrawFn, depth: int = 1) -> str:
    """Small ones: `re` itself needs exponential time for what repeats the repeated."""
    made = ""
    for _ in range(draw(st.integers(1, 3))):
        piece = draw(_ATOMS) if depth == 0 or draw(st.booleans()) else f"({draw(patterns(depth - 1))})"
        repeated = (
            "" if piece in "^$" else draw(st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,3}", "*?", "{0,2}"]))
        )
        made += piece + repeated
    return made


@given(patterns(), st.text("ab.1\n ", max_size=8))
def test_the_automaton_answers_as_re_does(pattern: str, text: str) -> None:
    assert automaton(pattern).found(text) is (re.search(pattern, text, re.S) is not None)
    assert found(pattern, text) is (re.search(pattern, text, re.S) is not None)


@pytest.mark.parametrize(
    ("pattern", "determined"),
    [
        (r"^[A-Za-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*(\[x])?)*$", True),  # a path: only a dot begins another step
        (r"^(a+,)*b?$", True),
        (r"^(a|ab)*$", True),  # read as a(|b)
        (r"^(a+)*$", False),
        (r"^(a+,)*a+$", False),
        (r"^(ab?)*b$", False),
        (r"^(\w+\.?)*$", False),
        (r"^([^a]|ü)*$", False),
        (r"(?i)^(a|A)*$", False),
        (r"^(a)\1*$", False),
    ],
)
def test_a_pattern_is_determined_where_one_part_alone_can_take_each_character(pattern: str, determined: bool) -> None:
    assert is_determined(sre_parser.parse(pattern, re.S)) is determined


@given(patterns(2), st.text("ab.1\n ", max_size=20))
def test_re_never_hangs_on_what_is_determined(pattern: str, text: str) -> None:
    whole = f"^(?:{pattern})$"
    assume(is_determined(sre_parser.parse(whole, re.S)))
    re.search(whole, text * 500 + "!", re.S)
