"""The elements of a resource and the lines that own them: reading them, writing them, and what stays verbatim.

The remainder is a partial resource. It holds the elements that no line owns, and the originals of those whose line would
write them differently; `null` says that the source had nothing where a line would write something. When written again,
an original returns as long as the item still says what was read from it; once the item says something else, nothing of
the original remains, and that is reported. Lists do this entry by entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, NamedTuple

from fhir_case.json import Json, canonical, copied
from fhir_case.lens.context import Context
from fhir_case.lens.line import UNREAD, Fragment, Line

_MALFORMED = (TypeError, KeyError, AttributeError, ValueError, IndexError)
"""What reading JSON that is no valid FHIR raises: the element is not read, only carried."""

_IMPLIED: Final = "implied"
"""The value of an entry that stands there whatever the item says: a guard, or the filler of a required element."""


class Values(dict[str, Any]):
    """The fields read so far; as attributes, with None for what was not read."""

    def __getattr__(self, name: str) -> Any:
        return self.get(name)


class Whole:
    """An element that one line owns."""

    __slots__ = ("_get", "fields", "line")

    def __init__(self, line: Line) -> None:
        self.line, self.fields = line, line.fields
        self._get = attrgetter(*self.fields) if self.fields else None

    def write(self, item: Any, remainder: Fragment, out: Fragment, context: Context) -> None:
        """Add the element to the resource `out`."""
        line = self.line
        value = _stated(self._get(item)) if self._get is not None else _IMPLIED
        if remainder:
            original = {k: v for k, v in remainder.items() if owned(line, k)}
            if original:
                present = {k: v for k, v in original.items() if v is not None}
                if line.field is None or _same(self._value(present, item, context), value):
                    out.update({k: context.outward(v) for k, v in present.items()})
                    return
                if present:
                    context.note("original-dropped", "edited: what the source's FHIR said here is gone", line.element)
        if value is not None:
            out.update(line.put(value, context))
        elif line.absent is not None and (filler := line.absent(item, context)) is not None:
            context.note("required-unknown", "not stated, and the profile requires the element", line.element)
            out.update(copied(filler))

    def read(self, fragment: Fragment, values: Values, remainder: Fragment, context: Context) -> bool:
        """Read the element into `values`; False where the line is required and cannot be read."""
        line = self.line
        value = self._value(fragment, values, context)
        stated = value is not None and value is not UNREAD
        if (line.required and not stated) or (line.modifier and value is UNREAD):
            return False
        if line.field is not None and (stated or line.defaulted):
            several = len(self.fields) > 1 and stated
            values.update(zip(self.fields, value if several else [value if stated else None], strict=True))
        if value is UNREAD:
            remainder.update(fragment)
            return True
        filler = None if stated or line.absent is None else line.absent(values, context)
        rendering: Fragment = line.put(value, context) if stated else filler or {}
        if fragment.keys() != rendering.keys() or canonical(fragment) != canonical(rendering):
            remainder.update(fragment or dict.fromkeys(rendering))
        return True

    def _value(self, fragment: Fragment, item: Any, context: Context) -> Any:
        """What the element says: a value, None for nothing, or UNREAD."""
        line = self.line
        if not fragment and line.field is not None:
            return None
        if line.absent is not None and fragment and canonical(fragment) == canonical(line.absent(item, context)):
            return None
        try:
            if line.field is None:
                return _IMPLIED if not line.required or line.take(fragment, context) is not UNREAD else UNREAD
            return line.take(fragment, context)
        except _MALFORMED:
            return UNREAD


class _Entry(NamedTuple):
    """What one entry of a list says: the line that owns it (None: it is only carried) and the value it has there."""

    line: Line | None
    value: Any


@dataclass(frozen=True, slots=True)
class Entries:
    """A list whose entries belong to one or several lines."""

    key: str
    lines: tuple[Line, ...]

    def write(self, item: Any, remainder: Fragment, out: Fragment, context: Context) -> None:
        """Add the list to the resource `out`."""
        said = [_Entry(line, one) for line in self.lines for one in self._values(item, line)]
        said = self._with_implied(said, item, context)
        made: Json
        if remainder and self.key in remainder:
            made = self._merged(said, remainder[self.key], item, context)
        else:
            for line, value in said:
                if value is _IMPLIED and line is not None and line.field is not None:
                    context.note("required-unknown", "not stated, and the profile requires the element", line.element)
            made = [_rendered(entry, item, context) for entry in said]
        if made:
            out[self.key] = made

    def read(self, fragment: Fragment, values: Values, remainder: Fragment, context: Context) -> bool:
        """Read the list into `values`; False where a required line finds no entry of its own."""
        original = fragment.get(self.key)
        found = self._read(original, values, context)
        for line in self.lines:
            mine = [value for owner, value in found if owner is line]
            if line.required and not mine:
                return False
            stated = [value for value in mine if value is not _IMPLIED]
            if line.field is not None and (stated or (line.defaulted and not line.many)):
                values[line.field] = stated if line.many else stated[0] if stated else None
        said = self._with_implied([e for line in self.lines for e in found if e.line is line], values, context)
        rendering = [_rendered(entry, values, context) for entry in said]
        if original is None:
            if rendering:
                remainder[self.key] = None
        elif canonical(original) != canonical(rendering):
            remainder[self.key] = original
        return True

    def _values(self, item: Any, line: Line) -> list[Any]:
        if line.field is None:
            return []
        value = getattr(item, line.field)
        return list(value) if line.many else [] if value is None else [value]

    def _with_implied(self, said: list[_Entry], item: Any, context: Context) -> list[_Entry]:
        """What is said, with the guards and the fillers of what is required and not said, in the order of the lines."""
        made: list[_Entry] = []
        for line in self.lines:
            mine = [entry for entry in said if entry.line is line]
            implied = line.field is None or (line.absent is not None and line.absent(item, context) is not None)
            made += mine or ([_Entry(line, _IMPLIED)] if implied else [])
        return made

    def _read(self, original: Json, item: Any, context: Context) -> list[_Entry]:
        """Each entry of the source's list with its owner."""
        single: set[int] = set()
        given = original if isinstance(original, list) else ()
        return [self._owner(entry, single, item, context) for entry in given]

    def _owner(self, entry: Json, single: set[int], item: Any, context: Context) -> _Entry:
        for line in self.lines:
            if id(line) in single or line.claims is None:
                continue
            try:
                if line.absent is not None and canonical(entry) == canonical(line.absent(item, context)):
                    value: Any = _IMPLIED
                elif not line.claims(entry):
                    continue
                else:
                    value = line.take(entry, context) if line.field is not None else _IMPLIED
            except _MALFORMED:
                continue
            if value is UNREAD:
                continue
            if not line.many:
                single.add(id(line))
            return _Entry(line, value)
        return _Entry(None, UNREAD)

    def _merged(self, said: list[_Entry], original: Json, item: Any, context: Context) -> Json:
        """The source's entries where they still say what the item says, renderings for the rest."""
        found = self._read(original, item, context)
        had = {id(line) for line, _ in found}
        # What is only implied is not forced upon a source that did without it.
        said = [entry for entry in said if entry.value is not _IMPLIED or id(entry.line) in had]
        if all(_agree(line, said, found) for line in self.lines):
            return context.outward(original) if original is not None else []
        kept = original if isinstance(original, list) else []
        unused = [(entry, held) for entry, held in zip(found, kept, strict=True) if entry.line is not None]
        made: list[Json] = []
        for entry in said:
            match = next((u for u in unused if u[0].line is entry.line and _same(u[0].value, entry.value)), None)
            if match is not None:
                unused.remove(match)
            made.append(context.outward(match[1]) if match is not None else _rendered(entry, item, context))
        if unused:
            context.note("original-dropped", "edited: what the source's FHIR said here is gone", self.key)
        for place, entry in enumerate(found):
            if entry.line is None:
                made.insert(min(place, len(made)), context.outward(original[place]))
        return made


def _agree(line: Line, said: list[_Entry], found: list[_Entry]) -> bool:
    """Whether the item and the source's list say the same in the same order, for one line."""
    ours = [entry.value for entry in said if entry.line is line]
    theirs = [entry.value for entry in found if entry.line is line]
    return len(ours) == len(theirs) and all(_same(a, b) for a, b in zip(ours, theirs, strict=True))


def _rendered(entry: _Entry, item: Any, context: Context) -> Json:
    line, value = entry
    if line is None:
        raise AssertionError("only entries that a line owns are rendered")
    if value is _IMPLIED and line.absent is not None:
        return copied(line.absent(item, context))
    return line.put(value, context)


def owned(line: Line, key: str) -> bool:
    """Whether a key of the resource belongs to the line's element."""
    bare = key[1:] if key[0] == "_" else key
    name = line.key
    if not line.choice:
        return bare == name
    return bare.startswith(name) and bare[len(name) : len(name) + 1].isupper()


def _stated(value: Any) -> Any:
    """The value, None where it says nothing."""
    if type(value) is tuple:
        return value if any(_stated(one) not in (None, False) for one in value) else None
    return None if value == [] else value


def _same(a: Any, b: Any) -> bool:
    """Whether two values of a field say the same, digit by digit."""
    if a is None or a is UNREAD or b is None or b is UNREAD:
        return (a is None or a is UNREAD) and (b is None or b is UNREAD)
    return type(a) is type(b) and a == b and repr(a) == repr(b)
