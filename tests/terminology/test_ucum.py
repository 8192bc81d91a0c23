"""UCUM: what is a unit, and what was meant by what is none."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_case.fhirpath import units_table
from fhir_case.terminology import ucum
from fhir_case.terminology.ucum_atoms import METRIC, NON_METRIC, PREFIXES
from fhir_case.terminology.ucum_nearest import nearest

# http://hl7.org/fhir/ValueSet/ucum-common, 4.0.1: its codes, one a line.
COMMON = (Path(__file__).parent / "ucum-common.txt").read_text(encoding="utf-8").splitlines()

# Units and verdicts (facts) of UCUM's functional tests: https://github.com/ucum-org/ucum, docs/FunctionalTests.md
_VALID = """m /m 10*3/ul 10*-3/ul 10*+3/ul m[H2O] 10*23 rad2 m3.kg-1.s-2 4.[pi].10*-7.N/A2 rad2{a} 1{c} {e} % [cup_us]
    1/d 1/min meq mU pg/ml /[HPF] /mmol [APL'U] 10*12/L Cel mmol/mmol nmol/h/mL umol/2.h mm[Hg] {a}.rad2{b}"""
_INVALID = """m/ 10+3/ul iU molv [BETH'U] g/12h g/48h mg/12h mL/10h mmol/5h mmol/kg[H20] U/1h {a}rad2"""


def test_every_common_unit_of_fhir_is_accepted() -> None:
    assert len(COMMON) > 1300
    assert {code: problem for code in COMMON if (problem := ucum.problem_with(code))} == {}


@pytest.mark.parametrize("code", _VALID.split())
def test_a_unit_that_the_official_tests_accept_is_accepted(code: str) -> None:
    assert ucum.problem_with(code) is None


@pytest.mark.parametrize("code", _INVALID.split())
def test_a_unit_that_the_official_tests_refuse_is_refused(code: str) -> None:
    assert ucum.problem_with(code)


@pytest.mark.parametrize(
    "code",
    [
        "mg/dL",
        "mg/dl",
        "ug",
        "%",
        "10*9/L",
        "10^9/L",
        "mm[Hg]",
        "/min",
        "{score}",
        "mL/min/{1.73_m2}",
        "[iU]/L",
        "m2",
        "g/(12.h)",
        "kg/m2",
        "mg/(kg.d)",
        "mg/(8.h){shift}",
        "B[10.nV]",
        "[m/s2/Hz^(1/2)]",
        "''",
        "[in_i'Hg]",
        "{#}/{platelet}",
        "dag",
    ],
)
def test_the_grammar_has_terms_prefixes_exponents_parentheses_and_annotations(code: str) -> None:
    assert ucum.problem_with(code) is None


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("mgr", "mg"),
        ("years", "a"),
        ("IU", "[iU]"),
        ("mcg", "ug"),
        ("µg", "ug"),
        ("μg/L", "ug/L"),
        ("mmHg", "mm[Hg]"),
        ("mm Hg", "mm[Hg]"),
        ("mIU/L", "m[iU]/L"),
        ("Kg", "kg"),
        ("mEq/L", "meq/L"),
        ("U/12h", "U/(12.h)"),
        ("x10^9/L", "10*9/L"),
        ("10E9/L", "10*9/L"),
        ("x 10³/µl", "10*3/ul"),
        ("°C", "Cel"),
        ("bpm", "/min"),
        ("mg per day", "mg/d"),
        ("mg/kg/day", "mg/kg/d"),
        ("mL/min/1.73m2", "mL/min/{1.73_m2}"),
        ("mL/min/1.73 m²", "mL/min/{1.73_m2}"),
        ("mg/m²", "mg/m2"),
        ("kg/m^2", "kg/m2"),
        ("cells/uL", "{cells}/uL"),
        ("hpf", "[HPF]"),
        ("[BETH'U]", "[beth'U]"),
        ("INR", "{INR}"),
        ("weeks", "wk"),
        ("mg/", "mg"),
        ("cmH2O", "cm[H2O]"),
        ("MMOL/L", "mmol/L"),
        ("mg/dL ", "mg/dL"),
        ("mgdL", "mg/dL"),
        ("mmolL", "mmol/L"),
        ("tablets", "{tbl}"),
        ("{clock  time}", "{clock_time}"),
    ],
)
def test_a_mistyped_unit_is_named_with_the_one_that_would_do(code: str, meant: str) -> None:
    assert nearest(code) == meant
    assert ucum.problem_with(meant) is None
    assert str(ucum.problem_with(code)).endswith(f"{meant} would do")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "it is empty"),
        ("(m", "'(' has no partner"),
        ("m)", "')' has no partner"),
        ("m..s", "a unit is missing before '.'"),
        ("m(s)", "a . or / is missing before '('"),
        ("()", "a unit is missing"),
        ("m{a}{b}", "two annotations"),
        ("m{a", "'{' has no partner"),
        ("m]", "']' has no partner"),
        ("{錠}", "ASCII"),
        ("m s", "a space"),
        (".m", "a unit is missing before '.'"),
        ("(/m)", "a unit is missing before '/'"),
        ("m" * 501, "longer than 500"),
        ("kg" + "(" * 400, "a . or / is missing"),
        ("(" * 200 + "m" + ")" * 199, "'(' has no partner"),
    ],
)
def test_what_is_wrong_is_said(code: str, reason: str) -> None:
    assert reason in str(ucum.problem_with(code))


def test_parentheses_may_be_nested_as_deep_as_the_length_allows() -> None:
    assert ucum.problem_with("(" * 200 + "m" + ")" * 200) is None


def test_a_unit_that_takes_no_prefix_is_refused_with_one() -> None:
    assert ucum.is_valid("min")
    assert not ucum.is_valid("kmin")


@given(st.text(max_size=60))
def test_any_text_gets_an_answer_and_what_is_offered_is_a_unit(text: str) -> None:
    problem = ucum.problem_with(text)
    offered = nearest(text)
    assert offered is None or ucum.is_valid(offered)
    assert (problem is None) == ucum.is_valid(text)


simple = st.one_of(
    st.sampled_from(sorted(NON_METRIC)),
    st.builds(str.__add__, st.sampled_from(["", *sorted(PREFIXES)]), st.sampled_from(sorted(METRIC))),
)
component = st.builds(
    lambda unit, power, note: unit + power + note,
    simple,
    st.sampled_from(["", "2", "-1", "+3"]),
    st.sampled_from(["", "{total}", "{1.73_m2}"]),
)
term = st.recursive(
    component,
    lambda inner: st.one_of(
        st.builds("{}.{}".format, inner, inner),
        st.builds("{}/{}".format, inner, inner),
        st.builds("({})".format, inner),
    ),
    max_leaves=6,
)


@given(term)
def test_whatever_the_grammar_makes_is_accepted(code: str) -> None:
    assert ucum.problem_with(code) is None
    assert ucum.problem_with("/" + code) is None


def test_the_symbols_are_those_of_the_table_of_what_units_are_made_of() -> None:
    """They stand twice since a case that names a unit loads no FHIRPath; both come from one file of UCUM's."""
    entries = [entry.rpartition("=")[0] for entry in units_table.UNITS.split()]
    tens = {"10*", "10^"}
    assert {one.removesuffix("*") for one in entries if one.endswith("*") and one not in tens} == METRIC
    assert {one for one in entries if not one.endswith("*") or one in tens} == NON_METRIC
    assert {entry.partition("=")[0] for entry in units_table.PREFIXES.split()} == PREFIXES
