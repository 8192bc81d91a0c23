"""The edit property (design.md, section 5): what is edited leaves nothing of the source behind, and all else stays."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from fhir_case import Case
from fhir_case.bundle.build import index_of
from fhir_case.bundle.registry import installed
from fhir_case.case.base import Part
from fhir_case.json import canonical, copied, dumps
from fhir_case.lens import Mapping, Refusal
from fhir_case.lens.slots import owned
from tests.generated import Making, cases

MARK = "of-the-source"
NARRATIVE = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{MARK}</div>'}


def _foreign(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource with what another system would have added: extensions everywhere, an element we do not map, narrative."""
    made = copied(resource)
    for key, value in list(made.items()):
        for one in value if isinstance(value, list) else [value]:
            filler = isinstance(one, dict) and (one.keys() == {"extension"} or one.get("use") == "anonymous")
            if isinstance(one, dict) and key not in ("extension", "meta") and not filler:
                one["extension"] = [
                    *one.get("extension", ()),
                    {"url": "http://x.example/e", "valueString": f"{MARK} {key}"},
                ]
    made["text"] = copied(NARRATIVE)
    made["notMapped"] = [{"a": MARK}]
    return made


def _element(line: Any, resource: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if owned(line, key)}


@settings(
    max_examples=60, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(cases(), st.data())
def test_an_edit_takes_all_of_the_edited_element_and_nothing_else(case: Case, data: st.DataObject) -> None:
    mappings = installed()
    index = index_of(case, mappings)
    usual = {key: one.address for key, one in index.by_id.items()}
    reading = index.reading(usual, {address: key for key, address in usual.items()})
    reading.source = (case.source.text if case.source else None) or ""
    writing = index.context(usual)
    making = Making(lambda strategy: data.draw(strategy))
    making.ids = {entry.id: entry.kind for entry in case.entries() if entry.kind != "source"}
    entries = list(case.entries())
    for entry in data.draw(st.lists(st.sampled_from(entries), max_size=4, unique_by=lambda entry: entry.id)):
        mapping = mappings.of_kind(entry.kind)
        reading.where = writing.where = making.current = entry.id
        source = _foreign(mapping.write(entry.item, writing))
        item = mapping.read(source, reading)
        if isinstance(item, Refusal):  # an extension on a status, say, can make it unreadable: carried, not edited
            event("refused")
            continue
        assert canonical(mapping.write(item, writing)) == canonical(source)
        _edit_one(mapping, item, source, making, data, writing)


def _edit_one(
    mapping: Mapping, item: Part, source: dict[str, Any], making: Making, data: st.DataObject, writing: Any
) -> None:
    lines = [line for line in mapping.lines if line.field and line.field not in ("quotes", "study")]
    line = data.draw(st.sampled_from(lines))
    name = data.draw(st.sampled_from(line.fields))
    new = data.draw(making.field(type(item), name))
    old = getattr(item, name)
    if repr(new) == repr(old):
        return
    edited = item.model_copy(update={name: new})
    writing.issues.clear()
    made = mapping.write(edited, writing)
    event(f"{mapping.kind} {line.element}")
    mine = _element(line, made)
    kept = [one for one in new if one in old] if isinstance(new, list) and isinstance(old, list) else []
    alone = sum(other.key == line.key for other in mapping.lines) == 1  # the entries of other lines stay
    if not kept and alone:
        assert MARK not in dumps(mine), "nothing of the edited element's original remains"
    for other in mapping.lines:
        filled = other.absent is not None and not getattr(item, other.fields[0])  # which can depend on what was edited
        if other.key != line.key and not filled:
            assert canonical(_element(other, made)) == canonical(_element(other, source)), other.element
    assert "text" not in made, "what was derived from the item is gone with the edit"
    assert made["notMapped"] == source["notMapped"], "what no line owns stays"
    assert any(issue.code == "derived-dropped" for issue in writing.issues)
    # A part (a name, a dosage) holds its own remainder: who replaces the part can see what goes with it.
    parts = any(isinstance(one, Part) for one in (old if isinstance(old, list) else [old]))
    if MARK in dumps(_element(line, source)) and alone and not kept and not parts:
        assert any(issue.code == "original-dropped" for issue in writing.issues)
