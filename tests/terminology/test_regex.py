"""Regular expressions of filters: Python's answers, in linear time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_case.terminology.regex import Pattern, Unsupported

_ATOMS = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", "\\d", "\\w", "\\.", "[a-c0-9]", "1", "-"])


def _more(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,}"])).map(
            lambda two: f"({two[0]}){two[1]}"
        ),
    )


@given(st.recursive(_ATOMS, _more, max_leaves=8), st.text("ab1-.c", max_size=8))
def test_a_pattern_says_what_python_says(pattern: str, text: str) -> None:
    try:
        ours = Pattern(pattern).matches(text)
    except Unsupported:
        return  # too large
    assert ours == (re.fullmatch(pattern, text) is not None)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("[A-Z]{3}", "USA", "US"),
        ("[0-9]{3}", "840", "84a"),
        ("^A.*$", "A12", "BA"),
        ("(A|B)[0-9]+(\\.[0-9])?", "B12.3", "B12."),
        ("[^-]+-[]x]", "a-]", "a--"),
        ("A|^B.*$|^C", "Bx", "xB"),
        ("", "", "a"),
        ("a||b", "", "c"),
        ("a{0}", "", "a"),
    ],
)
def test_a_pattern_matches_the_whole_text(pattern: str, yes: str, no: str) -> None:
    assert Pattern(pattern).matches(yes)
    assert not Pattern(pattern).matches(no)


@pytest.mark.parametrize(
    "pattern",
    ["(a", "a)", "[a", "*", "a**", "a+?", "(?=a)", "\\1", "\\b", "[[:alpha:]]", "a{3,1}", "a" * 500, "(" * 40, "\\",
     "a{1000}", "((((a{99}){99}){99}){99})", "[b-a]", "[\\d-z]x(", "{2}"],
)  # fmt: skip
def test_what_is_not_known_or_too_large_is_refused(pattern: str) -> None:
    with pytest.raises(Unsupported):
        Pattern(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a*)*b", "([ab]*)*c", "(.*)(.*)(.*)(.*)x", "(a?){90}a{90}"])
def test_no_pattern_takes_long(pattern: str) -> None:
    assert not Pattern(pattern).matches("a" * 80)


def test_a_pattern_that_is_made_to_be_costly_is_given_up() -> None:
    pattern = Pattern("(a|b)*a(a|b){80}")
    texts = [f"{n:b}".replace("0", "a").replace("1", "b") * 12 for n in range(10_000, 20_000)]
    assert None in [pattern.matches(text) for text in texts]
