"""Reading a resource with foreign material in it, editing one field of the item, and what must hold of what is written."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from pydantic import ValidationError

import fhir_case.mappings
from fhir_case.bundle.index import Index, Indexed, marked_as
from fhir_case.bundle.registry import Mappings, installed
from fhir_case.case.base import Part, Quote, Stated
from fhir_case.case.model import KINDS
from fhir_case.json import Json, canonical, copied, dumps
from fhir_case.lens import Context, Line, Mapping, Refusal
from fhir_case.lens.slots import owned
from tests.generated import Making, slug

TEXT = "What the source says: aaaa bbbb cccc"
"""The text of the source, for quotes."""

UNMAPPED = {"language": "x-foreign", "contained": [{"resourceType": "Basic", "id": "foreign"}], "foreign": [{"a": 1}]}
"""Elements that no line owns."""


def all_mappings() -> dict[str, Mapping]:
    """Every mapping of items and their parts, by the name it has in its module; the header of a document is no item."""
    modules = [import_module(f"fhir_case.mappings.{found.name}") for found in iter_modules(fhir_case.mappings.__path__)]
    return {
        name: one
        for module in modules
        for name, one in vars(module).items()
        if isinstance(one, Mapping) and one.kind != "header"
    }


@dataclass
class Surroundings:
    """The other items of the case, and the contexts in which the item is read and written."""

    making: Making
    reading: Context
    writing: Context

    @classmethod
    def drawn(cls, draw: st.DrawFn, where: str) -> Surroundings:
        """One item of each kind, each with an address."""
        making = Making(draw)
        mappings: Mappings = installed()
        making.ids = {"patient": "patient", "index": "timeline", **{f"{slug(kind)}-0": kind for kind in KINDS}}
        making.anchors = [("patient", ""), ("index", ""), ("diagnoses-0", "diagnosed"), ("labs-0", "")]
        held = {**making.ids, "source": "source", where: "source" if where == "source" else "timeline"}
        index = Index(
            [
                Indexed(key, type := mappings.of_kind(kind).type or "", marked_as("c", key, type))
                for key, kind in held.items()
            ],
            mappings,
        )
        usual = {key: one.address for key, one in index.by_id.items()}
        made = cls(making, index.reading(usual, {address: key for key, address in usual.items()}), index.context(usual))
        for context in (made.reading, made.writing):
            context.where, context.source = where, TEXT
        return made


def foreign(mapping: Mapping, resource: dict[str, Json]) -> dict[str, Json]:
    """The resource with what another system adds: extensions on every element, named after it; unmapped elements."""
    made = copied(resource)
    fixed = {line.key for line in mapping.lines if line.kind == "fixed"}
    for key, value in resource.items():
        if key == "resourceType" or key[0] == "_" or key in fixed:
            continue
        marker = {"url": "http://foreign.example/x", "valueString": f"of {key}"}
        if isinstance(value, dict | list) and not _plain(value):
            _mark_all(made[key], marker, inside_extension=key == "extension")
        elif f"_{key}" not in made:
            marked = {"extension": [marker]}
            made[f"_{key}"] = [copied(marked) for _ in value] if isinstance(value, list) else marked
    owned_keys = {key for key in UNMAPPED if any(owned(line, key) for line in mapping.lines)}
    made |= {key: copied(value) for key, value in UNMAPPED.items() if key not in owned_keys}
    if mapping.type is not None:
        made["text"] = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">foreign</div>'}
        made["extension"] = [
            *made.get("extension", ()), {"url": "http://foreign.example/root", "valueString": "of no element"},
        ]  # fmt: skip
    return made


def _plain(value: Json) -> bool:
    return isinstance(value, list) and not any(isinstance(one, dict | list) for one in value)


def _mark_all(value: Json, marker: Json, *, inside_extension: bool) -> None:
    """An extension on every object in an element; not beside an extension's own value, where FHIR allows none."""
    if isinstance(value, list):
        for one in value:
            _mark_all(one, marker, inside_extension=inside_extension)
    elif isinstance(value, dict):
        for name, held in value.items():
            if not (inside_extension and name == "url"):
                _mark_all(held, marker, inside_extension=name == "extension")
        if not inside_extension and "extension" not in value:
            value["extension"] = [copied(marker)]


def element(line: Line, resource: dict[str, Json]) -> dict[str, Json]:
    """What of a resource belongs to a line's element, the other lines' entries of the same list included."""
    return {key: value for key, value in resource.items() if owned(line, key)}


def read(mapping: Mapping, resource: dict[str, Json], around: Surroundings) -> Part:
    """The item; it must be readable, if there is anything in it that a line can say."""
    item = mapping.read(resource, around.reading)
    if issubclass(mapping.model, Stated):
        assume(not isinstance(item, Refusal))
    assert not isinstance(item, Refusal), item
    return item


_NO_VALUE = {"value": None, "absent": False, "missing": None}


def changed(item: Part, line: Line, around: Surroundings) -> Part:
    """The item with another value in one field of the line: another value, none, or a list with its entries moved."""
    draw = around.making.draw
    name = draw(st.sampled_from(line.fields))
    old = getattr(item, name)
    new = draw(_values(item, name, line, around) | (_moved(old) if isinstance(old, list) and old else st.nothing()))
    assume(_told(new) != _told(old))
    updates = {name: new}
    # What FHIR does not allow beside it goes, where it is the same element or follows from it.
    if name in ("value", "absent") and new not in (None, False):
        updates |= {n: empty for n, empty in _NO_VALUE.items() if n != name and hasattr(item, n)}
    if name in ("birth", "age") and hasattr(item, "birth") and hasattr(item, "age") and new is not None:
        updates["age" if name == "birth" else "birth"] = None
    try:
        type(item)(**{n: v for n, v in {**dict(item), **updates}.items() if not type(item).model_fields[n].exclude})
    except ValidationError:
        assume(False)
    return item.model_copy(update=updates)


def _values(item: Part, name: str, line: Line, around: Surroundings) -> st.SearchStrategy[Any]:
    if name == "quotes":
        made = st.integers(0, len(TEXT) - 5).map(lambda at: Quote(text=TEXT[at : at + 4], at=at))
        return st.lists(made.filter(lambda quote: bool(quote.text.strip())), max_size=3)
    info = type(item).model_fields[name]
    other = around.making.field(type(item), name)
    if info.is_required() or line.required:
        return other
    return other | st.just([] if isinstance(getattr(item, name), list) else info.get_default(call_default_factory=True))


def _moved(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    """The same entries in another order, or fewer of them."""
    return st.permutations(values) | st.integers(0, len(values)).map(lambda n: values[:n] + values[n + 1 :])


def _told(value: Any) -> str:
    return repr([_told(one) for one in value]) if isinstance(value, list) else repr(value)


def assert_only_the_edited_element_differs(
    mapping: Mapping, line: Line, before: dict[str, Json], old: Part, new: Part, around: Surroundings
) -> None:
    """What the property demands of the resource that is written for the edited item."""
    around.writing.issues.clear()
    after = mapping.write(new, around.writing)
    pure = mapping.write(_without_remainder(new), around.writing)
    reported = [issue.code for issue in around.writing.issues]
    dependent = {"dataAbsentReason"} if {"value", "parts", "components"} & set(line.fields) else set()
    if "number" in line.fields:
        dependent = {"uid"}
    for key in (before.keys() | after.keys()) - {"text"}:
        if not owned(line, key) and key.lstrip("_") not in dependent:
            assert canonical(after.get(key)) == canonical(before.get(key)), f"{key} is another element"
    if line.entry:
        _assert_entries(line, before, after, pure, old, new)
    else:
        if not any(isinstance(one, Part) for field in line.fields for one in _as_list(getattr(new, field))):
            assert f"of {line.key}" not in dumps(element(line, after)), "something of the original remains"
        rendering = mapping.write(new.model_copy(update={"remainder": None}), around.writing)
        assert canonical(element(line, after)) == canonical(element(line, rendering)), "the rendering alone"
    if mapping.type is not None and line.field != "quotes":  # where it is said is no part of what is said
        assert "text" not in after, "the narrative was derived from what was edited"
        assert "derived-dropped" in reported


def _assert_entries(
    line: Line, before: dict[str, Json], after: dict[str, Json], pure: dict[str, Json], old: Part, new: Part
) -> None:
    """Each entry is one that was there, or one as the lines write it; and what was edited is not there any more."""
    was, now, plain = ([canonical(one) for one in held.get(line.key, ())] for held in (before, after, pure))
    assert all(entry in was or entry in plain for entry in now), "an entry that is neither the source's nor the item's"
    field = line.fields[0]
    ours, theirs = ([_told(one) for one in _as_list(getattr(item, field))] for item in (new, old))
    kept = len([entry for entry in now if entry in was])
    gone = len([one for one in theirs if one not in ours])
    assert kept <= len(was) - gone, "an entry whose value is gone is still there"


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _without_remainder(item: Part) -> Part:
    """The item as if it had been written by hand, its parts too."""
    bare: dict[str, Any] = {"remainder": None}
    for name in type(item).model_fields:
        held = getattr(item, name)
        if isinstance(held, list) and held and isinstance(held[0], Part):
            bare[name] = [_without_remainder(one) for one in held]
    return item.model_copy(update=bare)
