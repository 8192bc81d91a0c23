"""Profiles that cannot be right, and those that mean harm: a sentence that helps, and never a crash or a hang."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import CORE, SLICING, Element, definition, e, element, finder, profile
from work import calls

from fhir_case.definitions.snapshot import snapshot
from fhir_case.issues import DefinitionError

USED = [{"code": "Extension", "profile": ["http://x/b"]}]

WRONG: dict[str, tuple[list[Element], str]] = {
    "an element that is not there": (
        [e("Thing.cods", min=1)],
        r"http://x/thing: Thing has no element cods; expected one of id, extension, code, .*; did you mean code\?",
    ),
    "an element of a type that has no such element": (
        [e("Thing.part.amount.units", min=1)],
        r"Thing\.part\.amount has no element units; .*did you mean unit\?",
    ),
    "a part of a choice that has several types": (
        [e("Thing.value[x].unit", min=1)],
        r"Thing\.value\[x\] has no element unit, since it can be Quantity or string or boolean",
    ),
    "a choice of a type that is not allowed": (
        [e("Thing.valueRange", min=1)],
        r"Thing\.valueRange: value\[x\] can't be that; expected one of its types Quantity, string, boolean",
    ),
    "slices without slicing": (
        [e("Thing.part", sliceName="a"), e("Thing.part", sliceName="b")],
        r"Thing\.part has slices but no slicing",
    ),
    "an element twice": ([e("Thing.code", min=1), e("Thing.code", max="1")], r"Thing\.code is there twice"),
    "an element twice in two spellings": (
        [e("Thing.valueQuantity", min=1), e("Thing.value[x]", sliceName="valueQuantity", max="1")],
        r"is there twice in the differential, under two spellings",
    ),
    "another root": ([e("Thing"), e("Other.code")], r"the path Other\.code starts with Other, expected Thing"),
    "a type unknown": (
        [e("Thing.code.text", min=1)],
        r"Thing\.code: its type CodeableConcept is not known, so text can't be found in it",
    ),
    "no path": ([{"min": 1}], r"expected a path in each element, found nothing"),
    "a minimum in words": ([e("Thing.code", min="one")], r"Thing\.code: min should be a whole number, found 'one'"),
    "types that are text": ([e("Thing.code", type="code")], r"type should be a list of objects, found 'code'"),
    "a path of a thousand steps": ([e("Thing" + ".part" * 1000)], r"has more than 64 segments"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_differential_is_refused_with_a_sentence_that_helps(name: str) -> None:
    elements, expected = WRONG[name]
    with pytest.raises(DefinitionError, match=expected):
        snapshot(profile(*elements), finder())


def test_a_base_that_is_missing_or_of_another_type_is_named() -> None:
    with pytest.raises(DefinitionError, match="its base http://x/none is not known"):
        snapshot(profile(base="http://x/none"), finder())
    with pytest.raises(DefinitionError, match=r"expected Quantity, the type of .*Quantity, found Thing"):
        snapshot(profile(base=CORE + "Quantity"), finder())
    with pytest.raises(DefinitionError, match="expected a baseDefinition, found none"):
        snapshot({"url": "http://x/a", "type": "Thing"}, finder())


def test_constraints_on_elements_that_are_not_there_can_be_left_out_and_told() -> None:
    told: list[str] = []
    elements = snapshot(profile(e("Thing.cods", min=1), e("Thing.code", max="0")), finder(), told.append)
    assert [x["max"] for x in elements if x["id"] == "Thing.code"] == ["0"]
    assert len(told) == 1
    assert "Thing has no element cods" in told[0]


def test_profiles_in_a_circle_are_refused_with_the_circle() -> None:
    first = profile(url="http://x/a", base="http://x/b")
    second = profile(url="http://x/b", base="http://x/a")
    with pytest.raises(DefinitionError, match="http://x/a → http://x/b → http://x/a"):
        snapshot(first, finder(first, second))
    own = profile(url="http://x/c", base="http://x/c")
    with pytest.raises(DefinitionError, match="http://x/c → http://x/c"):
        snapshot(own, finder(own))


def test_extensions_that_may_contain_one_another_are_no_circle() -> None:
    both = [
        profile(
            e("Extension", max=most),
            e("Extension.extension", sliceName="other", type=[{"code": "Extension", "profile": [f"http://x/{other}"]}]),
            url=f"http://x/{own}",
            base=CORE + "Extension",
        )
        for own, other, most in (("a", "b", "1"), ("b", "a", "2"))
    ]
    elements = {x["id"]: x for x in snapshot(both[0], finder(*both))}
    assert elements["Extension.extension:other"]["max"] == "2"


def test_a_tower_of_profiles_is_bounded() -> None:
    tower = [profile(url=f"http://x/{n}", base=f"http://x/{n + 1}") for n in range(500)]
    with pytest.raises(DefinitionError, match="more than 40 definitions stand on one another"):
        snapshot(tower[0], finder(*tower))


def test_a_broken_extension_definition_does_not_spoil_the_profile_that_uses_it() -> None:
    broken = profile(e("Extension.nothing"), url="http://x/b", base=CORE + "Extension")
    elements = snapshot(profile(e("Thing.extension", sliceName="b", type=USED)), finder(broken))
    assert "Thing.extension:b" in [x["id"] for x in elements]


def slices(count: int) -> list[Element]:
    return [e("Thing.part", slicing=SLICING), *(e("Thing.part", sliceName=f"s{n}") for n in range(count))]


def deep(count: int) -> list[Element]:
    return [e(f"Thing{'.part' * (n % 60 + 1)}", short=str(n)) for n in range(60)] + slices(count)[1:]


def work(*elements: Element) -> int:
    """The calls that the snapshot of a profile with these elements needs."""
    return calls(lambda: snapshot(profile(*elements), finder()))


def test_work_grows_with_the_number_of_slices_not_with_its_square() -> None:
    assert work(*slices(5_000)) < 10 * work(*slices(500)) * 1.2


def test_ids_and_reslices_of_hostile_length_are_read_in_linear_time() -> None:
    dots = {"id": "Thing.part:" + "a." * 200_000, "path": "Thing.part", "sliceName": "a." * 200_000}
    nested = [e("Thing.part", sliceName="/".join("a" * n)) for n in range(1, 600)]
    snapshot(profile(e("Thing.part", slicing=SLICING), *nested), finder())
    snapshot(profile({"id": "Thing.part", "path": "Thing.part", "slicing": SLICING}, dots), finder())


def test_a_snapshot_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(DefinitionError, match="more than 200,000 elements"):
        snapshot(profile(*slices(40_000)), finder())
    inner = [{"id": f"Thing.part.amount:s{n}", "path": "Thing.part.amount", "sliceName": f"s{n}"} for n in range(5_000)]
    sliced = {"id": "Thing.part.amount", "path": "Thing.part.amount", "slicing": SLICING}
    first = profile(sliced, *inner, url="http://x/first")
    outer = [{"id": f"Thing.part:s{n}", "path": "Thing.part", "sliceName": f"s{n}"} for n in range(5_000)]
    touched = [
        {"id": f"Thing.part:s{n}.amount:s{n}", "path": "Thing.part.amount", "sliceName": f"s{n}", "min": 1}
        for n in range(5_000)
    ]
    base = {"id": "Thing.part", "path": "Thing.part", "slicing": SLICING}
    with pytest.raises(DefinitionError, match="more than 200,000 elements"):
        snapshot(profile(base, *outer, *touched, base="http://x/first"), finder(first))


def test_fifty_thousand_constraints_on_what_is_not_there_are_not_all_told() -> None:
    told: list[str] = []
    with pytest.raises(DefinitionError, match="more than 100 such problems"):
        snapshot(profile(*(e(f"Thing.x{n}") for n in range(50_000))), finder(), told.append)
    assert len(told) == 100


def test_a_snapshot_whose_elements_do_not_follow_their_parents_is_refused() -> None:
    odd = definition(element("Thing"), element("Thing.a.b"), element("Thing.a"))
    with pytest.raises(
        DefinitionError, match=re.escape("the snapshot has Thing.a.b where its parent Thing.a is not open")
    ):
        snapshot(profile(), lambda _: odd)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(
    "id path sliceName min max type slicing binding constraint contentReference base extension condition mapping "
    "fixedString patternCode definition comment alias example code".split()
)
PATHS = st.sampled_from(
    "Thing Thing.code Thing.value[x] Thing.valueQuantity Thing.part Thing.part.part.note Thing.extension Thing.x .. [x]".split()
)


@settings(max_examples=300)
@given(
    st.lists(
        st.builds(lambda path, more: {"path": path, **more}, PATHS, st.dictionaries(FIELDS, JSON)) | JSON, max_size=6
    )
)
def test_whatever_a_differential_is_the_answer_is_a_snapshot_or_a_refusal(elements: list[Any]) -> None:
    written = {**profile(), "differential": {"element": elements}}
    try:
        assert snapshot(written, finder())
    except DefinitionError as error:
        assert str(error).startswith("http://x/thing")  # noqa: PT017


@settings(max_examples=300)
@given(
    st.lists(
        st.builds(lambda path, more: {"path": path, **more}, PATHS, st.dictionaries(FIELDS, JSON)) | JSON, max_size=5
    )
)
def test_whatever_a_base_is_the_answer_is_a_snapshot_or_a_refusal(elements: list[Any]) -> None:
    base = {"url": "http://x/base", "type": "Thing", "snapshot": {"element": [{"path": "Thing"}, *elements]}}
    over = [e("Thing.part.part.note", min=1), e("Thing.valueQuantity", min=1), e("Thing.code", sliceName="a", max="1")]
    try:
        assert snapshot(profile(*over), lambda c: base if c == CORE + "Thing" else finder()(c), lambda _: None)
    except DefinitionError as error:
        assert str(error).startswith("http://x/")  # noqa: PT017


@given(st.dictionaries(st.sampled_from("url type baseDefinition derivation differential snapshot".split()), JSON))
def test_whatever_a_structure_is_the_answer_is_a_refusal(structure: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError):
        snapshot(structure, finder())
