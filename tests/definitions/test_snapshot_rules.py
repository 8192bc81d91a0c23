"""What a differential means: each rule of the snapshot generator on a profile of a few lines."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapshots import CORE, KNOWN, SLICING, Element, definition, e, element, finder, profile

from fhir_case.definitions.snapshot import snapshot


def made(*elements: Element, known: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Element]:
    return {e["id"]: e for e in snapshot(profile(*elements, **more), finder(*known))}


def test_an_empty_differential_gives_the_elements_of_the_base_unchanged() -> None:
    elements = snapshot(profile(), finder())
    assert [x["id"] for x in elements] == [x["id"] for x in KNOWN[CORE + "Thing"]["snapshot"]["element"]]


def test_what_is_left_alone_is_shared_with_the_base_and_never_changed() -> None:
    base = definition(element("Thing", base={}), element("Thing.code", "code", base={"path": "Thing.code"}))
    before = repr(base)
    [root, code] = snapshot(profile(e("Thing", short="x")), lambda _: base)
    assert code is base["snapshot"]["element"][1]
    assert root["short"] == "x"
    assert repr(base) == before


def test_a_constraint_reaches_its_element_and_every_element_says_where_it_comes_from() -> None:
    elements = made(e("Thing.code", max="1", mustSupport=True, patternCodeableConcept={"text": "t"}))
    code = elements["Thing.code"]
    assert (code["min"], code["mustSupport"], code["patternCodeableConcept"]) == (1, True, {"text": "t"})
    assert code["base"] == {"path": "Thing.code", "min": 1, "max": "1"}


def test_constraints_accumulate_by_key_and_bindings_are_laid_over_those_of_the_base() -> None:
    new = [{"key": "p-1", "human": "other"}, {"key": "x-1", "human": "mine"}]
    elements = made(e("Thing.part", constraint=new), e("Thing.code", binding={"strength": "required"}))
    assert [(c["key"], c["human"]) for c in elements["Thing.part"]["constraint"]] == [("p-1", "h"), ("x-1", "mine")]
    assert elements["Thing.code"]["binding"] == {"strength": "required", "valueSet": "http://x/all"}


def test_a_fixed_value_takes_the_place_of_one_of_another_type() -> None:
    first = profile(e("Thing.value[x]", fixedString="a"), url="http://x/first")
    elements = made(e("Thing.value[x]", fixedBoolean=True), base="http://x/first", known=(first,))
    assert {n: v for n, v in elements["Thing.value[x]"].items() if n.startswith("fixed")} == {"fixedBoolean": True}


def test_the_elements_of_a_type_appear_where_the_differential_walks_into_it() -> None:
    elements = made(e("Thing.part.amount.unit", min=1))
    assert [i for i in elements if i.startswith("Thing.part.amount.")] == [
        f"Thing.part.amount.{n}" for n in ("id", "extension", "value", "unit")
    ]
    assert elements["Thing.part.amount.unit"]["min"] == 1
    assert elements["Thing.part.amount.unit"]["base"]["path"] == "Quantity.unit"


def test_walking_into_an_element_with_a_type_profile_starts_from_that_profile() -> None:
    strict = profile(e("Quantity.unit", min=1), url="http://x/strict", base=CORE + "Quantity")
    elements = made(
        e("Thing.part.amount", type=[{"code": "Quantity", "profile": ["http://x/strict"]}]),
        e("Thing.part.amount.value", min=1),
        known=(strict,),
    )
    assert elements["Thing.part.amount.unit"]["min"] == elements["Thing.part.amount.value"]["min"] == 1


def test_a_content_reference_is_absolute_and_opens_to_the_elements_it_means() -> None:
    assert made()["Thing.part.part"]["contentReference"] == CORE + "Thing#Thing.part"
    opened = made(e("Thing.part.part.part.note", min=1))
    assert "contentReference" not in opened["Thing.part.part"]
    assert opened["Thing.part.part"]["type"] == [{"code": "BackboneElement"}]
    assert opened["Thing.part.part.part.note"]["min"] == 1
    assert opened["Thing.part.part.part.part"]["contentReference"] == CORE + "Thing#Thing.part"


def test_slices_follow_what_they_slice_with_all_children_and_are_optional() -> None:
    elements = made(
        e("Thing.part", slicing=SLICING, min=1),
        e("Thing.part", sliceName="a", max="1"),
        e("Thing.part.note", fixedString="a"),
        e("Thing.part", sliceName="b", min=1),
    )
    ids = [i for i in elements if i.startswith("Thing.part")]
    assert (
        ids.index("Thing.part.part")
        < ids.index("Thing.part:a")
        < ids.index("Thing.part:a.note")
        < ids.index("Thing.part:b")
    )
    assert elements["Thing.part:a.note"]["fixedString"] == "a"
    assert "fixedString" not in elements["Thing.part:b.note"]
    assert "slicing" not in elements["Thing.part:a"]
    assert [elements[i]["min"] for i in ("Thing.part", "Thing.part:a", "Thing.part:b")] == [1, 0, 1]


def test_what_is_said_of_the_children_of_a_sliced_element_holds_in_its_slices() -> None:
    elements = made(
        e("Thing.part", slicing=SLICING, max="3"),
        e("Thing.part.note", max="1"),
        e("Thing.part", sliceName="a"),
        e("Thing.part.amount", min=1),
    )
    assert elements["Thing.part:a.note"]["max"] == "1"
    assert elements["Thing.part:a"]["max"] == "3"
    assert (elements["Thing.part.amount"]["min"], elements["Thing.part:a.amount"]["min"]) == (0, 1)


def test_a_profile_on_a_profile_keeps_its_slices_changes_them_and_adds_more() -> None:
    first = profile(
        e("Thing.part", slicing=SLICING),
        e("Thing.part", sliceName="a"),
        e("Thing.part", sliceName="b"),
        url="http://x/first",
    )
    elements = made(
        e("Thing.part", sliceName="c"), e("Thing.part", sliceName="a", min=1), base="http://x/first", known=(first,)
    )
    assert [i for i in elements if i.startswith("Thing.part:") and "." not in i[6:]] == [
        f"Thing.part:{n}" for n in "abc"
    ]
    assert elements["Thing.part:a"]["min"] == 1
    assert elements["Thing.part"]["slicing"] == SLICING


def test_a_reslice_starts_from_the_slice_it_divides_and_stands_behind_it() -> None:
    elements = made(
        e("Thing.part", slicing=SLICING),
        e("Thing.part", sliceName="a", slicing=SLICING),
        e("Thing.part.note", max="1"),
        e("Thing.part", sliceName="b"),
        e("Thing.part", sliceName="a/one", min=1),
        e("Thing.part", sliceName="@default"),
    )
    slices = [i for i in elements if i.startswith("Thing.part:") and "." not in i[6:]]
    assert slices == [f"Thing.part:{n}" for n in ("a", "a/one", "b", "@default")]
    assert elements["Thing.part:a/one.note"]["max"] == "1"
    assert "slicing" in elements["Thing.part:a"]
    assert "slicing" not in elements["Thing.part:a/one"]


def test_slices_inside_slices_have_their_own_ids() -> None:
    elements = made(
        e("Thing.part", slicing=SLICING),
        e("Thing.part", sliceName="a"),
        e("Thing.part.amount", slicing=SLICING),
        e("Thing.part.amount", sliceName="mg"),
        e("Thing.part.amount.unit", fixedString="mg"),
    )
    assert elements["Thing.part:a.amount:mg.unit"]["fixedString"] == "mg"
    assert "slicing" not in elements["Thing.part.amount"]


SHORT = [e("Thing.valueQuantity", min=1), e("Thing.valueQuantity.unit", min=1)]
LONG = [
    e("Thing.value[x]", slicing={"discriminator": [{"type": "type", "path": "$this"}], "rules": "open"}),
    e("Thing.value[x]", sliceName="valueQuantity", min=1, type=[{"code": "Quantity"}]),
    e("Thing.value[x].unit", min=1),
]
MIXED = [
    {"id": "Thing.value[x]:valueQuantity", "path": "Thing.valueQuantity", "sliceName": "valueQuantity", "min": 1},
    {"id": "Thing.value[x]:valueQuantity.unit", "path": "Thing.valueQuantity.unit", "min": 1},
]


@pytest.mark.parametrize("written", [SHORT, LONG, MIXED], ids=["short", "long", "mixed"])
def test_value_quantity_is_the_slice_of_value_x_by_type_however_it_is_written(written: list[Element]) -> None:
    elements = made(*written)
    choice, quantity = elements["Thing.value[x]"], elements["Thing.value[x]:valueQuantity"]
    assert choice["slicing"]["discriminator"] == [{"type": "type", "path": "$this"}]
    assert (choice["min"], choice["type"]) == (1, [{"code": "Quantity"}])  # a required slice leaves no other type
    assert quantity["type"] == [{"code": "Quantity"}]
    assert quantity["path"] == "Thing.value[x]"
    assert elements["Thing.value[x]:valueQuantity.unit"]["min"] == 1


def test_an_optional_type_slice_leaves_the_other_types_and_the_slicing_open() -> None:
    elements = made(e("Thing.valueQuantity.unit", min=1))
    assert [t["code"] for t in elements["Thing.value[x]"]["type"]] == ["Quantity", "string", "boolean"]
    assert elements["Thing.value[x]"]["slicing"]["rules"] == "open"
    assert elements["Thing.value[x]:valueQuantity"]["min"] == 0


def test_parts_of_value_quantity_are_parts_of_value_x_once_that_can_be_nothing_else() -> None:
    elements = made(e("Thing.value[x]", type=[{"code": "Quantity"}]), e("Thing.valueQuantity.unit", min=1))
    assert elements["Thing.value[x].unit"]["min"] == 1
    assert "slicing" not in elements["Thing.value[x]"]


def test_extensions_are_sliced_by_url_and_take_cardinality_from_their_definition() -> None:
    extension = profile(
        e("Extension", max="1", short="Colour"),
        e("Extension.url", fixedUri="http://x/colour"),
        e("Extension.valueCode", min=1),
        url="http://x/colour",
        base=CORE + "Extension",
    )
    used = [{"code": "Extension", "profile": ["http://x/colour"]}]
    elements = made(e("Thing.extension", sliceName="colour", type=used), known=(extension,))
    assert elements["Thing.extension"]["slicing"]["discriminator"] == [{"type": "value", "path": "url"}]
    colour = elements["Thing.extension:colour"]
    assert (colour["min"], colour["max"], colour["short"], colour["type"]) == (0, "1", "Colour", used)
    definition_ = {x["id"]: x for x in snapshot(extension, finder())}
    assert definition_["Extension.value[x]"]["type"] == [{"code": "code"}]


def test_a_complex_extension_has_slices_with_their_own_url_and_value() -> None:
    elements = made(
        e("Extension.extension", sliceName="a", min=1),
        e("Extension.extension.url", fixedUri="a"),
        e("Extension.extension.value[x]", type=[{"code": "code"}]),
        e("Extension.value[x]", max="0"),
        base=CORE + "Extension",
    )
    assert elements["Extension.extension:a.url"]["fixedUri"] == "a"
    assert elements["Extension.extension:a.value[x]"]["type"] == [{"code": "code"}]
    assert (elements["Extension.extension"]["min"], elements["Extension.value[x]"]["max"]) == (1, "0")


@given(st.permutations(range(6)))
def test_the_order_of_a_differential_with_ids_does_not_matter(order: list[int]) -> None:
    written = [
        {"id": "Thing.part", "path": "Thing.part", "slicing": SLICING},
        {"id": "Thing.part:a", "path": "Thing.part", "sliceName": "a"},
        {"id": "Thing.part:a.note", "path": "Thing.part.note", "max": "1"},
        {"id": "Thing.part:a.amount.unit", "path": "Thing.part.amount.unit", "min": 1},
        {"id": "Thing.code", "path": "Thing.code", "mustSupport": True},
        {"id": "Thing.value[x]", "path": "Thing.value[x]", "max": "0"},
    ]
    assert snapshot(profile(*(written[i] for i in order)), finder()) == snapshot(profile(*written), finder())


def test_a_specialization_adds_elements_and_renames_what_it_has_from_its_base() -> None:
    model = {
        "url": "http://x/Model",
        "type": "http://x/Model",
        "derivation": "specialization",
        "baseDefinition": CORE + "Element",
        "differential": {
            "element": [
                e("Model"),
                e("Model.a", min=0, max="1", type=[{"code": "BackboneElement"}]),
                e("Model.a.b", min=1, max="1", type=[{"code": "string"}]),
            ]
        },
    }
    elements = snapshot(model, finder())
    assert [x["id"] for x in elements] == [
        *("Model", "Model.id", "Model.extension", "Model.a", "Model.a.id", "Model.a.extension", "Model.a.b")
    ]
    assert elements[-1]["base"]["path"] == "Model.a.b"


def test_a_base_or_type_without_a_snapshot_gets_one_on_the_way() -> None:
    first = profile(e("Thing.code", mustSupport=True), url="http://x/first")
    second = profile(e("Thing.part", max="1"), url="http://x/second", base="http://x/first")
    elements = made(base="http://x/second", known=(first, second))
    assert (elements["Thing.code"]["mustSupport"], elements["Thing.part"]["max"]) == (True, "1")
