"""The elements of a resource and the lines that own them: reading them, writing them, and what stays verbatim.

The remainder is a partial resource. It holds the elements that no line owns, and the originals of those whose line would
write them differently; `null` says that the source had nothing where a line would write something. When written again,
an original returns as long as the item still says what was read from it; once the item says something else, nothing of
the original remains, and that is reported. Lists do this entry by entry.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any, NamedTuple

from fhir_case.json import Json, copied
from fhir_case.lens.context import Context
from fhir_case.lens.direct import IMPLIED, put_entries, put_whole, take_entries, take_whole, told
from fhir_case.lens.line import UNREAD, Fragment, Line

MALFORMED = (TypeError, KeyError, AttributeError, ValueError, IndexError)
"""What reading JSON that is no valid FHIR raises: the element is not read, only carried."""


class Values(dict[str, Any]):
    """The fields read so far; as attributes, with None for what was not read."""

    def __getattr__(self, name: str) -> Any:
        return self.get(name)


class Whole:
    """An element that one line owns."""

    __slots__ = ("_get", "fields", "line", "lines", "only", "put", "quiet", "required", "straight")

    def __init__(self, line: Line) -> None:
        self.line, self.lines, self.fields = line, (line,), line.fields
        self._get = attrgetter(*self.fields) if self.fields else None
        self.required = line.required
        self.quiet = _quiet(line)
        self.only = _only(line)
        """The one field that the element depends on: where it has nothing, there is nothing to do."""
        self.put = put_whole(line)
        """Add the element to a resource for a value of that field, which is neither None nor an empty list."""
        self.straight = take_whole(line)
        """How the element is read where nothing is left over, by key."""

    def write(self, item: Any, out: Fragment, context: Context) -> None:
        """Add the element to the resource `out`."""
        line = self.line
        if self._get is None:
            out.update(line.put(IMPLIED, context))
            return
        value = told(self._get(item))
        if value is not None:
            self.put(value, out, context)
        elif line.absent is not None and (filler := line.absent(item, context)) is not None:
            context.note("required-unknown", "not stated, and the profile requires the element", line.element)
            out.update(copied(filler))

    def restore(self, item: Any, remainder: Fragment, out: Fragment, context: Context) -> None:
        """Add the element as the source had it where it still says what the item says."""
        line = self.line
        original = {k: v for k, v in remainder.items() if owned(line, k)}
        if original:
            present = {k: v for k, v in original.items() if v is not None}
            value = told(self._get(item)) if self._get is not None else IMPLIED
            if self._get is None or _same(self.value(present, item, context), value):
                out.update(context.outward(present))
                return
            if present:
                context.note("original-dropped", "edited: what the source's FHIR said here is gone", line.element)
        self.write(item, out, context)

    def read(self, fragment: Fragment, values: Values, context: Context) -> Any:
        """Read the element into `values`, and give what would be written for it: a fragment, or UNREAD.

        None where the line is required, or a modifier, and cannot be read.
        """
        line = self.line
        value = self.value(fragment, values, context)
        stated = value is not None and value is not UNREAD
        if (line.required and not stated) or (line.modifier and value is UNREAD):
            return None
        if self.fields and (stated or line.defaulted):
            if len(self.fields) > 1 and stated:
                values.update(zip(self.fields, value, strict=True))
            else:
                values[self.fields[0]] = value if stated else None
        if stated:
            return line.put(value, context)
        if value is UNREAD:
            return UNREAD
        return (line.absent(values, context) if line.absent is not None else None) or {}

    def value(self, fragment: Fragment, item: Any, context: Context) -> Any:
        """What the element says: a value, None for nothing, or UNREAD."""
        line = self.line
        try:
            if self._get is None:
                return IMPLIED if not line.required or line.take(fragment, context) is not UNREAD else UNREAD
            if not fragment:
                return None
            if line.absent is None:
                return told(line.take(fragment, context))
            nothing = line.absent(item, context)
            if fragment == nothing:  # fillers are text alone
                return None
            value = told(line.take(fragment, context))
            if nothing is None or value is None or value is UNREAD:
                return value
            # What says no more than the filler says nothing, whatever else stands beside it.
            return value if line.put(value, context) != nothing else None
        except MALFORMED:
            return UNREAD


class _Entry(NamedTuple):
    """What one entry of a list says: the line that owns it (None: it is only carried) and the value it has there."""

    line: Line | None
    value: Any


class Entries:
    """A list whose entries belong to one or several lines."""

    __slots__ = ("_gets", "key", "lines", "only", "put", "quiet", "required", "straight")

    def __init__(self, key: str, lines: tuple[Line, ...]) -> None:
        self.key, self.lines = key, lines
        self._gets = [attrgetter(line.field) if line.field else None for line in lines]
        self.required = any(line.required for line in lines)
        self.quiet = all(map(_quiet, lines))
        self.only = _only(lines[0]) if len(lines) == 1 else None
        self.put = put_entries(lines[0])
        straight = take_entries(lines)
        self.straight = {key: straight} if straight else {}

    def write(self, item: Any, out: Fragment, context: Context) -> None:
        """Add the list to the resource `out`."""
        made: list[Json] = []
        for line, get in zip(self.lines, self._gets, strict=True):
            if get is None:
                made.append(line.put(IMPLIED, context))
                continue
            value = get(item)
            if line.many and value:
                made += [line.put(one, context) for one in value]
            elif value is not None and not line.many:
                made.append(line.put(value, context))
            elif line.absent is not None and (filler := line.absent(item, context)) is not None:
                context.note("required-unknown", "not stated, and the profile requires the element", line.element)
                made.append(copied(filler))
        if made:
            out[self.key] = made

    def restore(self, item: Any, remainder: Fragment, out: Fragment, context: Context) -> None:
        """Add the list with the source's entries where they still say what the item says."""
        if self.key not in remainder:
            self.write(item, out, context)
            return
        said = [_Entry(line, one) for line in self.lines for one in self._values(item, line)]
        made = self._merged(self._with_implied(said, item, context), remainder[self.key], item, context)
        if made is not None:
            out[self.key] = made

    def read(self, fragment: Fragment, values: Values, context: Context) -> Any:
        """Read the list into `values`, and give what would be written for it.

        None where a required line finds no entry of its own.
        """
        found = self.owners(fragment.get(self.key), values, context)
        made: list[Json] = []
        for line in self.lines:
            mine = [value for owner, value in found if owner is line]
            if line.required and not mine:
                return None
            if line.field is None:
                made.append(line.put(IMPLIED, context))
                continue
            stated = [value for value in mine if value is not IMPLIED]
            if stated or (line.defaulted and not line.many):
                values[line.field] = stated if line.many else stated[0] if stated else None
            if stated:
                made += [line.put(value, context) for value in stated]
            elif line.absent is not None and (filler := line.absent(values, context)) is not None:
                made.append(copied(filler))
        return {self.key: made} if made else {}

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
            made += mine or ([_Entry(line, IMPLIED)] if implied else [])
        return made

    def owners(self, original: Json, item: Any, context: Context) -> list[_Entry]:
        """Each entry of the source's list with its owner."""
        single: set[int] = set()
        given = original if isinstance(original, list) else ()
        return [self._owner(entry, single, item, context) for entry in given]

    def _owner(self, entry: Json, single: set[int], item: Any, context: Context) -> _Entry:
        for line in self.lines:
            if id(line) in single or line.claims is None:
                continue
            try:
                if line.absent is not None and entry == line.absent(item, context):  # fillers are text alone
                    value: Any = IMPLIED
                elif not line.claims(entry):
                    continue
                else:
                    value = line.take(entry, context) if line.field is not None else IMPLIED
            except MALFORMED:
                continue
            if value is UNREAD:
                continue
            if not line.many:
                single.add(id(line))
            return _Entry(line, value)
        return _Entry(None, UNREAD)

    def _merged(self, said: list[_Entry], original: Json, item: Any, context: Context) -> Json:
        """The source's entries where they still say what the item says, renderings for the rest; None for no list."""
        found = self.owners(original, item, context)
        had = {id(line) for line, _ in found}
        # What is only implied is not forced upon a source that did without it.
        said = [entry for entry in said if entry.value is not IMPLIED or id(entry.line) in had]
        if all(_agree(line, said, found) for line in self.lines):
            return _outward(self.key, original, context)
        kept = original if isinstance(original, list) else []
        kept = _outward(self.key, kept, context)
        unused = [(entry, held) for entry, held in zip(found, kept, strict=True) if entry.line is not None]
        made: list[Json] = []
        for entry in said:
            match = next(
                (n for n, u in enumerate(unused) if u[0].line is entry.line and _same(u[0].value, entry.value)), None
            )
            made.append(_rendered(entry, item, context) if match is None else unused.pop(match)[1])
        if unused:
            context.note("original-dropped", "edited: what the source's FHIR said here is gone", self.key)
        for place, entry in enumerate(found):
            if entry.line is None:
                made.insert(min(place, len(made)), kept[place])
        return made or None


def _agree(line: Line, said: list[_Entry], found: list[_Entry]) -> bool:
    """Whether the item and the source's list say the same in the same order, for one line."""
    ours = [entry.value for entry in said if entry.line is line and entry.value is not IMPLIED]
    theirs = [entry.value for entry in found if entry.line is line and entry.value is not IMPLIED]
    return len(ours) == len(theirs) and all(_same(a, b) for a, b in zip(ours, theirs, strict=True))


def _outward(key: str, value: Json, context: Context) -> Json:
    """Verbatim JSON on its way out; its key tells whether texts in it are addresses."""
    return context.outward({key: value})[key]


def _rendered(entry: _Entry, item: Any, context: Context) -> Json:
    line, value = entry
    if line is None:
        raise AssertionError("only entries that a line owns are rendered")
    if value is IMPLIED and line.absent is not None:
        return copied(line.absent(item, context))
    return line.put(value, context)


def _only(line: Line) -> str | None:
    return line.fields[0] if len(line.fields) == 1 and line.absent is None else None


def _quiet(line: Line) -> bool:
    return bool(line.fields) and line.absent is None and not line.required and not line.defaulted


def owned(line: Line, key: str) -> bool:
    """Whether a key of the resource belongs to the line's element."""
    bare = key[1:] if key[:1] == "_" else key
    name = line.key
    if not line.choice:
        return bare == name
    return bare.startswith(name) and bare[len(name) : len(name) + 1].isupper()


def _same(a: Any, b: Any) -> bool:
    """Whether two values of a field say the same, digit by digit."""
    if a is None or a is UNREAD or b is None or b is UNREAD:
        return (a is None or a is UNREAD) and (b is None or b is UNREAD)
    return type(a) is type(b) and a == b and repr(a) == repr(b)
