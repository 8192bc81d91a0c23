"""The table of modifiers is R4's own, and what has one that no line knows is not read."""

from __future__ import annotations

import pytest
from examples import definition

from fhir_case.bundle.registry import installed
from fhir_case.lens.modifiers import MODIFIERS
from fhir_case.mappings.document import COMPOSITION
from tests.edits import all_mappings

EVERYWHERE = frozenset({"modifierExtension", "implicitRules"})
"""Those that every resource can have, known by name wherever they stand."""

TYPES = sorted({mapping.type or "" for mapping in (*installed().all, COMPOSITION)})
DATA_TYPES = sorted({mapping.kind for mapping in all_mappings().values() if mapping.type is None and mapping.kind})


def modifiers_of(type: str) -> frozenset[str]:
    """The elements of a type (or backbone element), outermost only, that its definition calls modifiers; of a choice
    each type."""
    found: set[str] = set()
    within = type.split(".")
    for element in definition(within[0])["snapshot"]["element"]:
        *holder, name = element["path"].split(".")
        if not element.get("isModifier") or holder != within or name in EVERYWHERE:
            continue
        if name.endswith("[x]"):
            found |= {name.removesuffix("[x]") + one["code"][:1].upper() + one["code"][1:] for one in element["type"]}
        else:
            found.add(name)
    return frozenset(found)


@pytest.mark.parametrize("type", [*TYPES, *DATA_TYPES])
def test_the_modifiers_of_a_type_are_those_of_its_definition(type: str) -> None:
    assert MODIFIERS.get(type, frozenset()) == modifiers_of(type)


def test_the_table_names_no_type_that_is_not_mapped() -> None:
    assert set(MODIFIERS) <= {*TYPES, *DATA_TYPES}


@pytest.mark.parametrize("type", TYPES)
def test_every_part_of_a_type_that_has_a_modifier_is_a_mapping_of_its_own(type: str) -> None:
    """Which does not apply where a modifier is unknown, so that the part is only carried."""
    inside = [
        element["path"].rpartition(".")[0]
        for element in definition(type)["snapshot"]["element"]
        if element.get("isModifier")
        and element["path"].count(".") > 1
        and element["path"].split(".")[-1] not in EVERYWHERE
    ]
    assert set(inside) <= set(DATA_TYPES)


@pytest.mark.parametrize("name", sorted(all_mappings()))
def test_every_modifier_of_a_mapping_that_a_line_reads_makes_the_line_one(name: str) -> None:
    mapping = all_mappings()[name]
    for line in mapping.lines:
        is_one = any(key.startswith(line.key) for key in MODIFIERS.get(mapping.type or mapping.kind, ()))
        assert line.modifier == is_one, line.element
