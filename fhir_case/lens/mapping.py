"""A mapping: one kind of item, one resource type, and the list of lines that is read both ways."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from pydantic import ValidationError

from fhir_case.case.base import Part, Verbatim
from fhir_case.json import Json, canonical
from fhir_case.lens.context import Context
from fhir_case.lens.line import UNREAD, Fragment, Line
from fhir_case.lens.modifiers import MODIFIERS, has_unknown_modifier
from fhir_case.lens.slots import MALFORMED, Entries, Values, Whole, owned
from fhir_case.lens.ways import Way, way_through

READ_AS = "$read"
"""The key of a remainder that holds the digest of the item as it was read: another one now means it was edited."""

DERIVED = ("text",)
"""What a source derived from the other elements: dropped once the item was edited."""

STALE = frozenset({"interpretation", "conclusion", "conclusionCode", "presentedForm", "summary"})
"""What may no longer hold once the item was edited: kept and reported."""


_UNOWNED = 12
"""How many elements that no line owns a usual resource has at most."""

_UNKNOWN_MODIFIER = "it has a modifier extension or implicit rules"


_LEANING = STALE.union(DERIVED)
"""What leans on the rest of the item, so that it matters whether that was edited."""


class Refusal(NamedTuple):
    """Why a mapping does not read a resource."""

    reason: str


class Mapping:
    """The lines between one model of the case and one resource (or backbone element), in the order of printing.

    Raises `ValueError` when it is made from lines of which two own one element, or name a field the model has not.
    """

    def __init__(
        self, model: type[Part], type: str | None, *lines: Line, kind: str = "", points: dict[str, str] | None = None,
        modifiers: Iterable[str] = (),
    ) -> None:  # fmt: skip
        self.model, self.type, self.kind = model, type, kind
        self.points = points or {}
        """The item's times that others can be relative to, by name (empty: the main one) -> element path."""
        self._modifiers = MODIFIERS.get(type or kind, frozenset()) | frozenset(modifiers)
        self.lines = tuple(
            replace(line, defaulted=_defaulted(model, line), modifier=any(owned(line, key) for key in self._modifiers))
            for line in lines
        )
        self._slots = _slots(self.lines, f"{type or model.__name__}")
        musts = (_element(slot) for slot in self._slots if slot.required and not _is_choice(slot))
        self._musts = [(key, Refusal(f"it has no {key}")) for key in musts]
        self._guards = [
            (line.key, line.claims, Refusal(f"its {line.key} is not one that {kind} has"))
            for line in self.lines
            if line.required and line.claims is not None and line.field is None
        ]
        self._writing = [(n, slot.only, slot.put if slot.only else slot.write) for n, slot in enumerate(self._slots)]
        self._straight = {key: straight for slot in self._slots for key, straight in slot.straight.items()}
        self._way = lru_cache(maxsize=500)(self._way_through)
        self._made = model.__pydantic_validator__.validate_python
        self._defaults = dict.fromkeys(name for line in self.lines if line.defaulted for name in line.fields)
        self._owner: dict[str, int | None] = {}

    def __repr__(self) -> str:
        return f"Mapping({self.model.__name__}, {self.type!r}, {len(self.lines)} lines)"

    def but(self, *lines: Line) -> Mapping:
        """The same mapping with these lines in the places of those for the same fields. Raises `ValueError`."""
        new = {line.field: line for line in lines}
        known = {line.field for line in self.lines}
        for name in new:
            if name is None or name not in known:
                raise ValueError(f"{self.kind} has no line for the field {name!r}")
        made = [new.get(line.field, line) for line in self.lines]
        return Mapping(self.model, self.type, *made, kind=self.kind, points=self.points)

    @property
    def slots(self) -> tuple[Whole | Entries, ...]:
        """The elements that the lines own, in the order of printing."""
        return self._slots

    def write(self, item: Part, context: Context) -> dict[str, Json]:
        """The item as a resource (or backbone element): its lines, and its remainder where the lines are silent."""
        out: Fragment = {"resourceType": self.type} if self.type else {}
        remainder = item.remainder or {}
        held: dict[int, Fragment] = {}
        for key, value in remainder.items():
            slot = self._slot(key)
            if slot is not None:
                held.setdefault(slot, {})[key] = value
        fields = item.__dict__
        for n, only, put in self._writing:
            if n in held:
                self._slots[n].restore(item, held[n], out, context)
            elif only is None:
                put(item, out, context)
            else:
                value = fields[only]
                if value is not None and (value.__class__ is not list or value):
                    put(value, out, context)
        if remainder:
            self._carry(item, remainder, out, context)
        return out

    def _carry(self, item: Part, remainder: Fragment, out: Fragment, context: Context) -> None:
        edited = READ_AS in remainder and remainder[READ_AS] != digest(item)
        for key, value in remainder.items():
            if key == READ_AS or self._slot(key) is not None:
                continue
            if edited and key in DERIVED:
                context.note("derived-dropped", "edited: what the source had derived from it is gone", key)
                continue
            if edited and key in STALE:
                context.note("possibly-stale", "edited: this may no longer hold", key)
            out.update(context.outward({key: value}))

    def read(self, resource: dict[str, Json], context: Context) -> Part | Refusal:
        """The item that a resource states, or why it is not read but carried.

        Never read: a resource with a modifier that no line knows, or a status whose code none knows
        (https://hl7.org/fhir/R4/conformance-rules.html#isModifier).
        """
        refused = self._refused(resource)
        if refused is not None:
            return refused
        keys = tuple(resource.keys())
        # Hostile input must not fill the memory.
        way = self._way(keys) if len(keys) <= len(self.lines) + _UNOWNED else self._way_through(keys)
        return self._read(resource, context, way)

    def read_apart(self, resource: dict[str, Json], context: Context) -> Part | Refusal:
        """The same without reading any element straight, for comparison."""
        return self._read(resource, context, way_through(tuple(resource), self.type, self._slots, self._slot, {}))

    def take(self, resource: dict[str, Json], context: Context) -> Any:
        """The item where writing it gives the resource again, to the last byte, else UNREAD."""
        way = self._way(tuple(resource)) if len(resource) <= len(self.lines) + 1 else None
        if way is None or not way.straight or resource.get("resourceType") != self.type:
            return UNREAD
        values = Values(self._defaults)
        try:
            for _step in way.unread(resource, values, context):
                return UNREAD
            for absent, _slot in way.silent:
                if absent(values, context) is not None:
                    return UNREAD
            return self._made(values)
        except MALFORMED:
            return UNREAD

    def _way_through(self, keys: tuple[str, ...]) -> Way:
        return way_through(keys, self.type, self._slots, self._slot, self._straight)

    def _read(self, resource: dict[str, Json], context: Context, way: Way) -> Part | Refusal:
        """The item: each element straight where nothing of it is left over, else with its original in the remainder."""
        for key in way.carried:
            if key in self._modifiers:
                return self._refusal(resource, f"it has {key}, which can change its meaning")
        values = Values(self._defaults)
        left: list[tuple[Fragment, Any]] = []
        for step in way.unread(resource, values, context):
            fragment = {key: resource[key] for key in step.keys}
            rendering = step.slot.read(fragment, values, context)
            if rendering is None:
                return self._refusal(resource, self._not_ours(step.slot))
            left.append((fragment, rendering))
        remainder: Fragment = {key: resource[key] for key in way.carried}
        if left or remainder:
            refused = self._kept(remainder, left)
            if refused is not None:
                return refused
        for absent, slot in way.silent:
            if absent(values, context) is not None:
                made = slot.read({}, values, context)
                if made is None:
                    return self._refusal(resource, self._not_ours(slot))
                remainder.update(dict.fromkeys(made or ()))
        try:
            item: Part = self._made(values)
        except ValidationError as error:
            where = ".".join(map(str, error.errors()[0]["loc"]))
            return self._refusal(resource, f"its {where} is not one that the case can hold")
        if remainder:
            kept = Verbatim(context.inward(remainder))
            if not _LEANING.isdisjoint(remainder):
                kept[READ_AS] = digest(item)
            item.__dict__["remainder"] = kept  # it is known to fit; assigning validates the whole item again
        return item

    def _kept(self, remainder: Fragment, left: list[tuple[Fragment, Any]]) -> Refusal | None:
        """Add to the remainder what its lines would write differently; or why nothing of this can be kept beside an item."""
        unsure = dict(remainder)
        for fragment, _ in left:
            unsure.update(fragment)
        if self.type and has_unknown_modifier(unsure, canonical(unsure)):
            return Refusal(_UNKNOWN_MODIFIER)
        if READ_AS in remainder or None in [held for fragment, _ in left for held in fragment.values()]:
            return Refusal(f"it has null, or {READ_AS}, which mean something else in a remainder")
        for fragment, rendering in left:
            if (
                rendering is UNREAD
                or fragment.keys() != rendering.keys()
                or canonical(fragment) != canonical(rendering)
            ):
                remainder.update(fragment)
        return None

    def _not_ours(self, slot: Whole | Entries) -> str:
        return f"its {_element(slot)} is not one that {self.kind or 'this'} has"

    def _refusal(self, resource: dict[str, Json], reason: str) -> Refusal:
        """Why it is not read; a modifier that nobody knows tells more than anything else."""
        unknown = self.type and has_unknown_modifier(resource, canonical(resource))
        return Refusal(_UNKNOWN_MODIFIER if unknown else reason)

    def _refused(self, resource: dict[str, Json]) -> Refusal | None:
        """What tells most resources that are not this mapping's: an element is missing, or a guard's code is."""
        for key, missing in self._musts:
            if key not in resource:
                return missing
        for key, claims, another in self._guards:
            try:
                if not any(map(claims, resource[key])):
                    return another
            except MALFORMED:
                return Refusal(f"its {key} cannot be read")
        return None

    def _slot(self, key: str) -> int | None:
        """Which slot owns a key of the resource; remembered, since the keys are few."""
        if key not in self._owner:
            if len(self._owner) > 500:  # hostile input must not fill the memory
                self._owner.clear()
            self._owner[key] = next((n for n, slot in enumerate(self._slots) if _owns(slot, key)), None)
        return self._owner[key]


def digest(item: Part) -> str:
    """A short digest of what the item says, without where it is said."""
    plain = item.model_dump(exclude={"remainder", "quotes"}, exclude_defaults=True)
    # What the place of an item says (the study of a finding) is no part of its dump.
    plain |= {name: getattr(item, name) for name, info in type(item).model_fields.items() if info.exclude}
    return blake2b(canonical(plain), digest_size=8).hexdigest()


def _element(slot: Whole | Entries) -> str:
    return slot.line.element if isinstance(slot, Whole) else slot.key


def _is_choice(slot: Whole | Entries) -> bool:
    return isinstance(slot, Whole) and slot.line.choice


def _owns(slot: Whole | Entries, key: str) -> bool:
    return owned(slot.line, key) if isinstance(slot, Whole) else key == slot.key


def _defaulted(model: type[Part], line: Line) -> bool:
    """Whether the field has a default that says something, so that a source without it must be told apart."""
    for field in line.fields:
        if field not in model.model_fields:
            raise ValueError(f"{model.__name__} has no field {field!r}")
    if len(line.fields) != 1:
        return False
    info = model.model_fields[line.fields[0]]
    return not info.is_required() and info.get_default(call_default_factory=True) not in (None, False, [], {})


def _slots(lines: Iterable[Line], where: str) -> tuple[Whole | Entries, ...]:
    """The elements in the order of their first lines; two lines that own one element are an error."""
    made: dict[str, Whole | list[Line]] = {}
    for line in lines:
        held = made.get(line.key)
        if line.entry and (held is None or isinstance(held, list)):
            made.setdefault(line.key, []).append(line)  # type: ignore[union-attr]
        elif held is None:
            made[line.key] = Whole(line)
        else:
            raise ValueError(f"{where}: two lines own {line.key}")
    return tuple(slot if isinstance(slot, Whole) else Entries(key, tuple(slot)) for key, slot in made.items())
