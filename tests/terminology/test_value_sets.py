"""Value sets: what is in, what is out, and what can't be told."""

import itertools
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import Given, Resource, code_system, filtered, listed, value_set

from fhir_case.definitions import r4
from fhir_case.terminology import Terminology
from fhir_case.terminology.decided import all_of, any_of, negated

A, B, ELSEWHERE = "http://ex.org/a", "http://ex.org/b", "http://ex.org/elsewhere"
TREE = code_system(
    A,
    {"code": "top", "concept": [{"code": "left", "concept": [{"code": "leaf"}]}, {"code": "right"}]},
    {"code": "alone", "property": [{"code": "kind", "valueCode": "odd"}]},
    {"code": "old", "property": [{"code": "status", "valueCode": "retired"}]},
)
FLAT = code_system(B, "x", "y")
CODES = [(A, code) for code in ("top", "left", "leaf", "right", "alone", "old", "nothing")] + [(B, "x"), (B, "z")]


def of(*resources: Resource) -> Terminology:
    return Terminology(Given(TREE, FLAT, *resources))


def decided(include: Resource, *others: Resource) -> dict[str, bool | None]:
    made = of(value_set("http://ex.org/v", include), *others).value_set("http://ex.org/v")
    assert made
    return {code: made.contains(A, code) for system, code in CODES if system == A}


@pytest.mark.parametrize(
    ("filters", "inside"),
    [
        ([("concept", "is-a", "top")], "top left leaf right"),
        ([("concept", "is-a", "left")], "left leaf"),
        ([("concept", "descendent-of", "top")], "left leaf right"),
        ([("concept", "is-not-a", "top")], "alone old"),
        ([("concept", "generalizes", "leaf")], "leaf left top"),
        ([("concept", "child-of", "top")], "left right"),
        ([("concept", "descendent-leaf", "top")], "leaf right"),
        ([("concept", "=", "alone")], "alone"),
        ([("concept", "in", "left,right")], "left right"),
        ([("code", "not-in", "left, right")], "top leaf alone old"),
        ([("code", "regex", "l[a-z]*")], "left leaf"),
        ([("kind", "=", "odd")], "alone"),
        ([("kind", "exists", "false")], "top left leaf right old"),
        ([("kind", "exists", "true")], "alone"),
        ([("parent", "=", "top")], "left right"),
        ([("child", "=", "leaf")], "left"),
        ([("status", "=", "retired")], "old"),
        ([("inactive", "=", "false")], "top left leaf right alone"),
        ([("concept", "is-a", "top"), ("concept", "is-not-a", "left")], "top right"),
        ([], "top left leaf right alone old"),
    ],
)
def test_a_filter_takes_the_codes_that_fhir_says(filters: list[tuple[str, str, str]], inside: str) -> None:
    include = filtered(A, *filters)
    made = of(value_set("http://ex.org/v", include)).value_set("http://ex.org/v")
    assert made
    assert made.codes == frozenset(inside.split())
    assert decided(include) == {code: code in inside.split() for system, code in CODES if system == A}
    assert made.undecided == ""


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        ([("concept", "is-a", "nothing")], "which http://ex.org/a does not have"),
        ([("colour", "=", "red")], "property colour"),
        ([("concept", "is-like", "top")], "not one that is known"),
        ([("code", "regex", "(a+)+(?=b)")], "can't be used"),
        ([("kind", "exists", "maybe")], "neither true nor false"),
        ([("kind", "is-a", "top")], "not concept"),
    ],
)
def test_a_filter_that_makes_no_sense_leaves_it_undecided_and_says_why(
    filters: list[tuple[str, str, str]], reason: str
) -> None:
    made = of(value_set("http://ex.org/v", filtered(A, *filters))).value_set("http://ex.org/v")
    assert made
    assert made.contains(A, "top") is None
    assert made.contains(B, "x") is False
    assert reason in made.undecided
    assert made.codes is None


def test_without_inactive_codes_if_the_value_set_says_so() -> None:
    resource = value_set("http://ex.org/v", {"system": A})
    resource["compose"]["inactive"] = False
    made = of(resource).value_set("http://ex.org/v")
    assert made
    assert made.contains(A, "old") is False
    assert made.contains(A, "top") is True


def test_one_undecidable_include_does_not_hide_what_the_others_say() -> None:
    made = of(value_set("http://ex.org/v", listed(A, "top"), {"system": ELSEWHERE})).value_set("http://ex.org/v")
    assert made
    assert made.contains(A, "top") is True
    assert made.contains(A, "left") is False
    assert made.contains(ELSEWHERE, "q") is None
    assert made.contains("http://ex.org/third", "q") is False
    assert made.contains(None, "top") is True
    assert made.contains(None, "q") is None
    assert "http://ex.org/elsewhere is not known" in made.undecided


def test_excluded_codes_are_out_and_what_may_be_excluded_is_undecided() -> None:
    tests = [listed(A, "left"), {"valueSet": ["http://ex.org/unknown"]}]
    made = of(value_set("http://ex.org/v", {"system": A}, exclude=(tests[0],))).value_set("http://ex.org/v")
    open_ = of(value_set("http://ex.org/v", {"system": A}, exclude=tuple(tests))).value_set("http://ex.org/v")
    assert made
    assert open_
    assert (made.contains(A, "left"), made.contains(A, "top")) == (False, True)
    assert (open_.contains(A, "left"), open_.contains(A, "top"), open_.contains(B, "x")) == (False, None, False)


def test_codes_of_a_system_that_is_not_there_are_listed_by_the_value_set_itself() -> None:
    made = of(value_set("http://ex.org/v", listed(ELSEWHERE, "p", "q"))).value_set("http://ex.org/v")
    assert made
    assert made.pairs == {(ELSEWHERE, "p"), (ELSEWHERE, "q")}
    assert made.contains(ELSEWHERE, "r") is False


def test_one_include_is_an_intersection_several_are_a_union() -> None:
    others = [value_set("http://ex.org/l", listed(A, "left", "leaf")), value_set("http://ex.org/r", listed(A, "leaf"))]
    both = {"valueSet": ["http://ex.org/l", "http://ex.org/r"]}
    assert [code for code, found in decided(both, *others).items() if found] == ["leaf"]
    with_system = {**filtered(A, ("concept", "is-a", "top")), "valueSet": ["http://ex.org/l"]}
    assert [code for code, found in decided(with_system, *others).items() if found] == ["left", "leaf"]
    either = of(value_set("http://ex.org/v", *({"valueSet": [one["url"]]} for one in others)), *others)
    assert either.value_set("http://ex.org/v").codes == {"left", "leaf"}  # type: ignore[union-attr]


@pytest.mark.parametrize("first", ["http://ex.org/1", "http://ex.org/2", "http://ex.org/3"])
def test_value_sets_that_import_one_another_end_in_a_reason(first: str) -> None:
    ring = [
        value_set("http://ex.org/1", listed(A, "top"), {"valueSet": ["http://ex.org/2"]}),
        value_set("http://ex.org/2", listed(A, "left"), {"valueSet": ["http://ex.org/3"]}),
        value_set("http://ex.org/3", listed(A, "right"), {"valueSet": ["http://ex.org/1"]}),
    ]
    terminology = of(*ring)
    terminology.value_set(first)
    made = terminology.value_set("http://ex.org/1")
    assert made
    assert made.contains(A, "top") is True
    assert made.contains(A, "left") is None
    assert "circle" in made.undecided


def test_a_value_set_that_imports_itself_ends() -> None:
    made = of(value_set("http://ex.org/1", listed(A, "top"), {"valueSet": ["http://ex.org/1"]})).value_set(
        "http://ex.org/1"
    )
    assert made
    assert made.contains(A, "top") is True
    assert made.contains(A, "left") is None


def test_imports_that_are_deep_or_many_end_soon() -> None:
    chain = [
        value_set(f"http://ex.org/{n}", listed(A, "top"), {"valueSet": [f"http://ex.org/{n + 1}", f"http://ex.org/{n + 1}?"]},
                  {"valueSet": [f"http://ex.org/{n + 1}"]}) for n in range(5000)
    ]  # fmt: skip
    index = {one["url"]: one for one in chain}

    class Many:
        def find(self, canonical: str, kind: str | None = None, *, near: str = "") -> Resource | None:
            return index.get(canonical) if kind == "ValueSet" else None

    made = Terminology(Many()).value_set("http://ex.org/0")
    assert made
    assert made.contains(A, "top") is True
    assert made.contains(A, "left") is None
    assert len(made.undecided) <= 400


def test_a_published_expansion_decides_what_the_compose_leaves_open() -> None:
    contains = [{"system": ELSEWHERE, "code": "p", "contains": [{"system": ELSEWHERE, "code": "q"}]}]
    whole = value_set("http://ex.org/v", {"system": ELSEWHERE}, expansion={"total": 2, "contains": contains})
    part = value_set("http://ex.org/v", {"system": ELSEWHERE}, expansion={"total": 9, "contains": contains})
    made, some = of(whole).value_set("http://ex.org/v"), of(part).value_set("http://ex.org/v")
    assert made
    assert some
    assert [made.contains(ELSEWHERE, code) for code in "pqr"] == [True, True, False]
    assert [some.contains(ELSEWHERE, code) for code in "pqr"] == [True, True, None]
    assert made.codes == {"p", "q"}
    assert some.codes is None


def test_a_long_list_without_a_total_is_not_taken_for_all_there_is() -> None:
    contains = [{"system": ELSEWHERE, "code": str(n)} for n in range(1001)]
    made = of(value_set("http://ex.org/v", {"system": ELSEWHERE}, expansion={"contains": contains})).value_set(
        "http://ex.org/v"
    )
    assert made
    assert made.contains(ELSEWHERE, "1") is True
    assert made.contains(ELSEWHERE, "x") is None


def test_the_compose_is_believed_before_the_expansion() -> None:
    made = of(
        value_set("http://ex.org/v", listed(A, "top"), expansion={"contains": [{"system": A, "code": "left"}]})
    ).value_set("http://ex.org/v")
    assert made
    assert made.codes == {"top"}


def test_case_matters_only_where_the_code_system_says_so() -> None:
    loose = code_system("http://ex.org/loose", "Ab", case=None)
    terminology = of(
        loose,
        value_set("http://ex.org/v", {"system": "http://ex.org/loose"}, listed(A, "top")),
        value_set("http://ex.org/w", listed("http://ex.org/loose", "Ab"), {"system": ELSEWHERE}),
    )
    made, open_ = terminology.value_set("http://ex.org/v"), terminology.value_set("http://ex.org/w")
    assert made
    assert open_
    assert made.contains("http://ex.org/loose", "aB") is True
    assert made.contains(None, "AB") is True
    assert made.contains(A, "TOP") is False
    assert open_.contains("http://ex.org/loose", "aB") is True


def test_a_version_that_the_value_set_names_is_kept_to() -> None:
    pinned = code_system(A, "new", version="2")
    both = of(pinned, value_set("http://ex.org/v", {"system": A, "version": "2"}, {"system": B, "version": "7"}))
    made = both.value_set("http://ex.org/v")
    assert made
    assert made.contains(A, "new") is True
    assert made.contains(A, "new", "2") is True
    assert made.contains(A, "new", "1") is False
    assert made.contains(B, "x") is None
    assert "http://ex.org/b version 7 is not known" in made.undecided


def test_the_code_meant_is_found_by_case_punctuation_name_or_spelling() -> None:
    concepts = [{"code": one, "display": shown} for one, shown in (("in-progress", "In Progress"), ("M", "Married"))]
    made = of(value_set("http://ex.org/v", {"system": A, "concept": concepts})).value_set("http://ex.org/v")
    assert made
    assert made.nearest("In_Progress") == "in-progress"
    assert made.nearest("married") == "M"
    assert made.nearest("in-progres") == "in-progress"
    assert made.nearest("zzzzzz") is None
    assert made.nearest("x" * 10_000_000) is None


@pytest.mark.parametrize(
    "resource",
    [
        {}, {"compose": []}, {"compose": {"include": "x"}}, {"compose": {"include": [None, 3, {"system": 5}]}},
        {"compose": {"include": [{"system": A, "concept": [{"code": 7}, "x", None]}]}},
        {"compose": {"include": [{"system": A, "filter": [{"property": {}, "op": [], "value": 1}]}]}},
        {"compose": {"include": [{"valueSet": [None, {}]}]}}, {"expansion": {"contains": [[], {"code": []}]}},
        {"compose": {"include": [{}], "exclude": [{}]}},
    ],
)  # fmt: skip
def test_a_value_set_that_is_broken_gives_an_answer_all_the_same(resource: dict[str, Any]) -> None:
    made = of().of({"resourceType": "ValueSet", "url": "http://ex.org/v", **resource})
    assert made.contains(A, "top") in (True, False, None)
    assert made.contains(None, "top") in (True, False, None)
    made.nearest("top")


def test_a_contained_value_set_can_import_known_ones() -> None:
    made = of(value_set("http://ex.org/l", listed(A, "left"))).of(value_set("", {"valueSet": ["http://ex.org/l"]}))
    assert made.codes == {"left"}


def test_terminology_pickles_by_its_definitions() -> None:
    terminology = pickle.loads(pickle.dumps(Terminology(r4())))
    assert terminology.value_set("http://hl7.org/fhir/ValueSet/administrative-gender").contains(None, "male")


def test_names_come_from_the_value_set_and_the_supplements_it_asks_for() -> None:
    more = code_system("http://ex.org/more", {"code": "top", "designation": [{"language": "de", "value": "oben"}]},
                       content="supplement", supplements=A)  # fmt: skip
    asks = {
        "url": "http://hl7.org/fhir/StructureDefinition/valueset-supplement",
        "valueCanonical": "http://ex.org/more",
    }
    include = {"system": A, "concept": [{"code": "top", "display": "upmost"}]}
    made = of(more, value_set("http://ex.org/v", include, extension=[asks])).value_set("http://ex.org/v")
    assert made
    assert [one.value for one in made.designations(A, "top")] == ["upmost", "oben"]


@pytest.mark.parametrize(
    ("canonical", "system", "code", "found"),
    [
        ("http://snomed.info/sct?fhir_vs=isa/404684003", "http://snomed.info/sct", "404684003", True),
        ("http://snomed.info/sct?fhir_vs=isa/404684003", "http://snomed.info/sct", "38341003", None),
        ("http://snomed.info/sct?fhir_vs", "http://snomed.info/sct", "38341004", False),
        ("http://snomed.info/sct/731000124108?fhir_vs=refset/1", "http://loinc.org", "2160-0", False),
        ("http://loinc.org/vs/LL379-9|4.0.1", "http://loinc.org", "LA6683-2", None),
        ("http://loinc.org/vs", "http://loinc.org", "2160-1", False),
        ("http://unitsofmeasure.org/vs", "http://unitsofmeasure.org", "mm[Hg]", True),
    ],
)
def test_implicit_value_sets(canonical: str, system: str, code: str, found: bool | None) -> None:
    made = of().value_set(canonical)
    assert made
    assert made.contains(system, code) is found


# A value set of unions, intersections, differences and imports says what a plain reading of its JSON says.

_CODES = [code for _, code in CODES]
_PARTS = st.one_of(
    st.just({"system": A}),
    st.just({"system": ELSEWHERE}),
    st.lists(st.sampled_from(_CODES), max_size=3, unique=True).map(
        lambda codes: listed(A, *codes) if codes else {"system": B}
    ),
    st.sampled_from(["top", "left", "alone"]).map(lambda code: filtered(A, ("concept", "is-a", code))),
    st.just(listed(ELSEWHERE, "top")),
)
_BELOW = {"top": {"top", "left", "leaf", "right"}, "left": {"left", "leaf"}, "alone": {"alone"}}
_HAS = {A: {"top", "left", "leaf", "right", "alone", "old"}, B: {"x", "y"}}


@st.composite
def _sets(draw: st.DrawFn) -> list[Resource]:
    made: list[Resource] = []
    for n in range(draw(st.integers(1, 4))):

        def part(n: int = n) -> Resource:
            imported = draw(st.lists(st.integers(0, n), max_size=2, unique=True))
            urls = [f"http://ex.org/v{one}" if one < n else "http://ex.org/unknown" for one in imported]
            own = draw(_PARTS) if not urls or draw(st.booleans()) else {}
            return {**own, "valueSet": urls} if urls else own

        made.append(
            value_set(
                f"http://ex.org/v{n}",
                *(part() for _ in range(draw(st.integers(1, 3)))),
                exclude=tuple(part() for _ in range(draw(st.integers(0, 2)))),
            )
        )
    return made


def naive(sets: dict[str, Resource], url: str, system: str, code: str) -> bool | None:
    def part(one: Resource) -> bool | None:
        answers: list[bool | None] = []
        if "system" in one:
            if one["system"] != system:
                answers.append(False)
            elif "concept" in one:
                answers.append(code in [listed["code"] for listed in one["concept"]])
            elif "filter" in one:
                answers.append(code in _BELOW[one["filter"][0]["value"]])
            else:
                answers.append(code in _HAS[system] if system in _HAS else None)
        answers += [naive(sets, other, system, code) if other in sets else None for other in one.get("valueSet", [])]
        return all_of(answers)

    compose = sets[url]["compose"]
    included = any_of([part(one) for one in compose["include"]])
    return all_of([included, negated(any_of([part(one) for one in compose.get("exclude", [])]))])


@settings(deadline=None)  # the first one pays for imports; other work shares the processor
@given(_sets())
def test_a_composed_set_agrees_with_a_plain_reading(sets: list[Resource]) -> None:
    terminology = of(*sets)
    by_url = {one["url"]: one for one in sets}
    for one in sets:
        made = terminology.value_set(one["url"])
        assert made
        for system, code in itertools.product((A, B, ELSEWHERE), ("top", "leaf", "alone", "old", "x", "nothing")):
            expected = naive(by_url, one["url"], system, code)
            assert made.contains(system, code) is expected, (one["url"], system, code)
            if made.pairs is not None:
                assert ((system, code) in made.pairs) is expected
