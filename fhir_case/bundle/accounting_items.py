"""Accounting for one resource: which of its values a line says, which are kept verbatim, which stand there always."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from fhir_case.bundle.book import Book, leaves
from fhir_case.bundle.ledger import What
from fhir_case.case.base import Part
from fhir_case.json import Json, canonical
from fhir_case.lens import UNREAD, Context, Line, Mapping
from fhir_case.lens.mapping import READ_AS
from fhir_case.lens.owned import Owned, Path, mapping_in, pieces

_ALWAYS = {
    "profile": "the profile that it claims", "the patient": "whom the case is about",
    "fixed": "what every resource of this kind says",
}  # fmt: skip
"""Why something stands there whatever the item says, by the kind of line."""

_NOWHERE: Path = ("",)


@dataclass(slots=True)
class Page:
    """One resource, and where its values are in the bundle and in the case."""

    book: Book
    context: Context
    """Reads the bundle."""
    writing: Context
    """Wrote it."""
    resource: dict[str, Json]
    """Without our mark and id."""
    root: Path
    at: Path
    """Where the item is in the case."""
    origin: str
    shift: int = 0
    """How many identifiers our mark puts before its own."""
    moves: dict[Path, Path] | None = None
    """Where its extensions stand; None: in their place."""
    fields: dict[str, Path] | None = None
    """Where its fields are in the case; None: in the item."""
    kept: Path | None = None
    """Where what is kept verbatim is; None: in the item's remainder."""

    def there(self, place: Path) -> Path:
        """The place in the bundle of a place in the resource."""
        if self.moves is not None and place[:1] == ("extension",):
            return (*self.root, *self.moves.get(place[:2], _NOWHERE), *place[2:])
        if self.shift and place[:1] == ("identifier",) and len(place) > 1 and isinstance(place[1], int):
            place = ("identifier", place[1] + self.shift, *place[2:])
        return (*self.root, *place)

    def enter(self, what: What, why: str, case: list[Path], places: list[Path]) -> None:
        """Enter what the resource has at these places."""
        self.book.enter(what, why, case, [self.there(place) for place in places], self.origin)


@dataclass(slots=True)
class _Held:
    """An item, or a part of one: where its fields are, and its remainder."""

    mapping: Mapping
    item: Part
    at: Path
    fields: dict[str, Path] | None
    kept: Path
    remainder: dict[str, Json] = field(default_factory=dict)

    def field_at(self, name: str) -> Path:
        return (*self.at, name) if self.fields is None else self.fields.get(name, _NOWHERE)


def written(page: Page, mapping: Mapping, item: Part) -> None:
    """The accounts of a resource that a mapping wrote."""
    held = _Held(mapping, item, page.at, page.fields, page.kept or (*page.at, "remainder"), item.remainder or {})
    _pieces(page, held, page.resource, ())
    if page.book.is_empty(page.at):  # an item of which nothing is stated
        page.enter("mapped", f"{mapping.kind} ↔ {mapping.type}", [page.at], [("resourceType",)])
    page.enter("defaulted", "the type of its resource", [], [("resourceType",)])


def verbatim(page: Page, resource: dict[str, Json]) -> None:
    """The accounts of a resource that is carried whole."""
    for key in resource:
        page.enter("carried", "kept verbatim: no mapping reads it", [(*page.at, key)], [(key,)])


def _pieces(page: Page, held: _Held, node: dict[str, Json], at: Path) -> None:
    for piece in pieces(held.mapping, held.item, node, page.context):
        _piece(page, held, piece, (*at, *piece.at))
    for name in (name for line in held.mapping.lines if line.defaulted for name in line.fields):
        if getattr(held.item, name) is None:
            page.enter("mapped", f"{name}: nothing is stated, not even its default", [held.field_at(name)], [])
    for key, value in held.remainder.items():
        place = [(*held.kept, key)]
        if key == READ_AS:
            page.enter("carried", "tells whether the item was edited since", place, [])
        elif value is None:
            page.enter("carried", "the source had nothing where a line would write something", place, [])
        else:
            page.enter("refused", "edited: what the source had here holds no more", place, [])


def _piece(page: Page, held: _Held, piece: Owned, here: Path) -> None:
    """The accounts of one element, or of one entry of a list."""
    line, kept = piece.line, _kept_at(page, held, piece)
    if line is not None and kept is None and _part(page, held, line, piece, here):
        return
    said = _said(piece)
    origins = [held.field_at(name) for name in line.fields] if line is not None else []
    if piece.place is not None:
        origins = [(*one, piece.place) for one in origins]
    stated = line is not None and bool(said) and any(page.book.has(one) for one in origins)
    if stated and line is not None:
        again = [(*kept, *leaf) for leaf in said] if kept is not None else []
        why = f"{held.mapping.kind or held.mapping.model.__name__}.{line.field} ↔ {_type(held)}.{line.element}"
        page.enter("mapped", why, [*origins, *again], [(*here, *leaf) for leaf in said])
    if kept is not None:
        page.enter("carried", "kept verbatim: no line says it", [kept], [here])
    elif line is not None:
        page.enter("defaulted", _why(held, line, piece), [], [here])


def _type(held: _Held) -> str:
    return held.mapping.type or held.mapping.model.__name__


def _part(page: Page, held: _Held, line: Line, piece: Owned, here: Path) -> bool:
    """A part of the item has a mapping of its own."""
    inner = mapping_in(line)
    if inner is None or piece.rendering is UNREAD or line.field is None:
        return False
    value: Any = attrgetter(line.field)(held.item)
    at = held.field_at(line.field)
    if piece.place is not None:
        if not isinstance(value, list) or piece.place >= len(value):
            return False
        value, at = value[piece.place], (*at, piece.place)
    if not isinstance(value, Part) or not isinstance(piece.held, dict):
        return False
    below = _Held(inner, value, at, None, (*at, "remainder"), value.remainder or {})
    _pieces(page, below, piece.held, here)
    return True


def _kept_at(page: Page, held: _Held, piece: Owned) -> Path | None:
    """Where the original of an element stands in what is kept verbatim."""
    key, *rest = piece.at
    original = held.remainder.get(str(key))
    if original is None:
        return None
    ours = canonical(piece.held)
    kept = page.writing.outward({str(key): original})[str(key)]
    if not rest:
        return (*held.kept, key) if canonical(kept) == ours else None
    if not isinstance(kept, list):
        return None
    (place,) = rest
    order = sorted(range(len(kept)), key=lambda n: n != place)  # most stand where they stood
    found = next((n for n in order if canonical(kept[n]) == ours), None)
    return None if found is None else (*held.kept, key, found)


def _said(piece: Owned) -> list[Path]:
    """The places in an element of what the line says there: what it would write, whichever place in a list that has."""
    if piece.line is None or piece.rendering is UNREAD:
        return []
    made = Counter(_named(piece.rendering, leaf) for leaf in leaves(piece.rendering))
    said = []
    for leaf in leaves(piece.held):
        name = _named(piece.held, leaf)
        if made[name]:
            made[name] -= 1
            said.append(leaf)
    return said or list(leaves(piece.held))  # where nothing is written in the same way, all of it was needed to read it


def _named(value: Json, leaf: Path) -> tuple[Path, bytes]:
    for step in leaf:
        value = value[step]
    return tuple(step for step in leaf if isinstance(step, str)), canonical(value)


def _why(held: _Held, line: Line, piece: Owned) -> str:
    """Why something is in the resource that the case does not state."""
    if line.field is None:
        return _ALWAYS.get(line.kind, f"tells that it is one of {held.mapping.kind}")
    if piece.rendering is UNREAD:
        return f"{line.field} is not stated, and the profile requires the element"
    if any(held.mapping.model.model_fields[name].exclude for name in line.fields):
        return "where the item stands in the case"
    return f"{line.field} has its default"
