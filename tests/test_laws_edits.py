"""The edit property of design.md, section 5, for every line of every mapping: each is edited, in several ways."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_case.lens import Line, Mapping
from tests import edits
from tests.same import assert_same

EDITS = [
    pytest.param(mapping, line, id=f"{name}-{line.element}-{line.field}")
    for name, mapping in edits.all_mappings().items()
    for line in mapping.lines
    if line.field is not None
]


def test_every_mapping_and_every_line_with_a_field_is_edited():
    assert len(edits.all_mappings()) >= 25
    assert len(EDITS) >= 200


@pytest.mark.parametrize(("mapping", "line"), EDITS)
@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_an_edit_leaves_nothing_of_the_edited_element_and_all_of_the_others(
    mapping: Mapping, line: Line, data: st.DataObject
):
    around = edits.Surroundings.drawn(
        lambda strategy: data.draw(strategy), "source" if mapping.kind == "source" else "it"
    )
    given_: dict[str, Any] = {
        name: data.draw(around.making.field(mapping.model, name)) for name in line.fields[:1] if name != "quotes"
    }
    if "study" in mapping.model.model_fields:
        given_["study"] = "imaging-0"
    item = around.making.part(mapping.model, **given_)
    resource = edits.foreign(mapping, mapping.write(item, around.writing))
    read = edits.read(mapping, resource, around)
    assert_same(mapping.write(read, around.writing), resource)
    edited = edits.changed(read, line, around)
    edits.assert_only_the_edited_element_differs(mapping, line, resource, read, edited, around)
