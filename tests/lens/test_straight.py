"""Straight reading is exact: what it reads is written again to the last byte, and the other reading says the same of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from fhir_case.case.base import Part
from fhir_case.json import Json, canonical, copied, number
from fhir_case.lens import Mapping
from tests.edits import Surroundings, all_mappings

MAPPINGS = all_mappings()


def places(value: Json) -> Iterator[tuple[Any, Any]]:
    """Every value in a resource: what holds it, and under which key or number."""
    for key, held in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if key != "resourceType":
            yield value, key
        if isinstance(held, dict | list):
            yield from places(held)


def alike(value: Json) -> list[Json]:
    """What Python takes for the same, or nearly, and JSON does not."""
    if value is None or value in ([], {}):
        return [None, "", [], {}]
    if isinstance(value, bool):
        return [int(value), Decimal(value), str(value)]
    if isinstance(value, int | float | Decimal):
        return [Decimal(str(value)) * Decimal("1.0"), float(value), int(value), str(value), value == 1, number("1e0")]
    if isinstance(value, str):
        return ["", [value], {"value": value}, value + " ", None]
    if isinstance(value, list):
        return [
            [],
            [*value, *copied(value)],
            value[::-1],
            [*value, None],
            value[0],
            {str(n): one for n, one in enumerate(value)},
        ]
    return [{}, [value], None, {**value, "id": "a"}, {**value, "extension": []}, dict(reversed(value.items()))]


BESIDE = {
    "id": "a", "effectiveDateTime": "2020", "_effectiveDateTime": {}, "effectivePeriod": {"start": "2020"},
    "deceasedBoolean": False, "onsetString": "x", "valueBoolean": False, "valueInteger": 0, "birthDate": "2020",
    "_birthDate": None, "status": "final", "active": False, "performer": [], "category": [], "component": [], "content": [],
    "modifierExtension": [], "given": [], "text": None,
}  # fmt: skip


@pytest.mark.parametrize("name", MAPPINGS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_is_read_straight_is_written_again_to_the_last_byte(name: str, data: st.DataObject) -> None:
    mapping: Mapping = MAPPINGS[name]
    around = Surroundings.drawn(data.draw, mapping.kind if mapping.kind == "source" else "index")
    resource = mapping.write(around.making.part(mapping.model), around.writing)
    for _ in range(data.draw(st.integers(0, 3))):
        if not (found := list(places(resource))):
            break
        holder, key = data.draw(st.sampled_from(found))
        what = data.draw(st.sampled_from(["alike", "alike", "gone", "beside"]))
        if what == "beside" and isinstance(holder, dict):
            beside = data.draw(st.sampled_from(sorted(BESIDE)))
            holder.setdefault(beside, copied(BESIDE[beside]))
        elif what == "gone":
            del holder[key]
        else:
            holder[key] = copied(data.draw(st.sampled_from(alike(holder[key]))))
    item = mapping.take(resource, around.reading)
    event("read" if isinstance(item, Part) else "left")
    apart = mapping.read_apart(resource, around.reading)
    if isinstance(item, Part):
        assert canonical(mapping.write(item, around.writing)) == canonical(resource)
        assert isinstance(apart, Part)
        assert apart.remainder is None
        assert repr(apart) == repr(item)
    mixed = mapping.read(resource, around.reading)
    if isinstance(mixed, Part):
        assert canonical(mapping.write(mixed, around.writing)) == canonical(resource)
        assert isinstance(apart, Part)
        assert canonical(mixed.remainder) == canonical(apart.remainder)
        assert repr({**dict(mixed), "remainder": None}) == repr({**dict(apart), "remainder": None})


@pytest.mark.parametrize("name", MAPPINGS)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_the_lines_wrote_is_read_straight(name: str, data: st.DataObject) -> None:
    mapping: Mapping = MAPPINGS[name]
    around = Surroundings.drawn(data.draw, mapping.kind if mapping.kind == "source" else "index")
    resource = mapping.write(around.making.part(mapping.model), around.writing)
    again = mapping.read(resource, around.reading)
    if isinstance(again, Part) and again.remainder is None and mapping.kind != "source":
        assert isinstance(mapping.take(resource, around.reading), Part)


def test_a_position_keeps_the_digits_of_its_numbers() -> None:
    resource = {"longitude": number("1e0"), "latitude": Decimal("2.50")}
    around: Any = None  # numbers ask nothing of it
    item = MAPPINGS["POSITION"].read(resource, around)
    assert isinstance(item, Part)
    assert canonical(MAPPINGS["POSITION"].write(item, around)) == b'{"latitude":2.50,"longitude":1e0}'
