"""One line of a mapping: a field of the item, an element of the resource, and how a value passes between them.

A line owns its element whole: `onset[x]` with all its types and its `_` twins, an extension by its url. What a line
cannot read without loss of meaning is `UNREAD`; it stays in the remainder as it came.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from fhir_case.json import Json, canonical
from fhir_case.lens.context import Context

Fragment = dict[str, Json]
"""The keys of a resource that belong to one element: `{"onsetAge": …}`, `{"birthDate": …, "_birthDate": …}`."""


Take = Callable[[Json, Context], Any]
"""Reads a value from the JSON of an element: the value, or `UNREAD`."""


class _Unread:
    """The element is there, and this line cannot say what it says."""

    def __repr__(self) -> str:
        return "UNREAD"

    def __bool__(self) -> bool:
        return False


UNREAD: Final = _Unread()


@dataclass(frozen=True, slots=True)
class Codec:
    """How one value is written as JSON and read back; `take(put(x)) == x`."""

    name: str
    put: Callable[[Any, Context], Json]
    take: Take
    primitive: bool = False
    """The JSON is text, a number or a truth value, so the element can have a `_` twin."""
    as_is: bool = False
    """Numbers and truth values, if it has any, are kept as they are read, so that `==` (`1 == True`) is exact."""
    exact: Take | None = None
    """Reads only what `put` writes again as it is; None: found out by writing it."""

    def exactly(self) -> Take:
        """Reads only what `put` writes again as it is, to the last byte."""
        return self.exact or (self.take if self.primitive else compared(self.put, self.take, as_is=self.as_is))


@dataclass(frozen=True, slots=True)
class ChoiceCodec:
    """How one value is written into a choice element, under one of several type suffixes (`Age`, `_DateTime`)."""

    name: str
    put: Callable[[Any, Context], tuple[str, Json]]
    """The suffix and the JSON."""
    takes: dict[str, Take]
    """How it is read back, by suffix."""
    as_is: bool = False
    """As a codec's."""
    exact: dict[str, Take] = dataclasses.field(default_factory=dict)
    """As a codec's, by suffix."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a mapping.

    `entry` lines own entries of a list that others may own entries of too (`claims` says which are theirs); all others
    own the element whole. `absent` is what stands in the element when the case does not state it and a profile
    requires it to be there.
    """

    field: str | None
    element: str
    put: Callable[[Any, Context], Any]
    """A whole line gives a `Fragment`, an entry line one entry of the list."""
    take: Callable[[Any, Context], Any]
    kind: str = ""
    many: bool = False
    claims: Callable[[Json], bool] | None = None
    absent: Callable[[Any, Context], Json] | None = None
    required: bool = False
    """Without it, the mapping does not apply."""
    defaulted: bool = False
    """The model has a default for the field, so that "not stated" must be said."""
    modifier: bool = False
    """The element can turn the resource into its opposite: unread, the mapping does not apply."""
    codec: Codec | None = None
    as_is: bool = False
    """As a codec's, of what stands there whatever the item says."""
    exact: dict[str, Take] = dataclasses.field(default_factory=dict)
    """How an element that the line owns whole is read exactly, by its key: a choice has several."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the item whose values the element holds."""
        return tuple(self.field.split("|")) if self.field else ()

    @property
    def key(self) -> str:
        """The element's name in the resource, without `[x]`."""
        return self.element.split("[")[0].split(".")[0].split(":")[0]

    @property
    def choice(self) -> bool:
        """The element has one of several types."""
        return self.element.endswith("[x]")

    @property
    def entry(self) -> bool:
        """The line owns entries of a list."""
        return self.claims is not None


def needed(line: Line) -> Line:
    """The same line, without which the mapping does not apply to a resource."""
    return replace(line, required=True)


def whole(field: str | None, element: str, codec: Codec, **more: Any) -> Line:
    """A line that owns one element with one value. A `_` twin in the source makes its rendering differ, so it stays."""
    put = codec.put

    def put_fragment(value: Any, context: Context) -> Fragment:
        return {element: put(value, context)}

    return Line(
        field, element, put_fragment, by_key({element: codec.take}), codec.name,
        codec=codec, exact={element: codec.exactly()}, **more,
    )  # fmt: skip


def choice(field: str | None, element: str, codec: ChoiceCodec, **more: Any) -> Line:
    """A line that owns a choice element, all its types and twins."""
    keys = keys_of(element.removesuffix("[x]"), codec)
    put, takes = codec.put, {keys[suffix]: take for suffix, take in codec.takes.items()}

    def put_fragment(value: Any, context: Context) -> Fragment:
        suffix, made = put(value, context)
        return {keys[suffix]: made}

    def exactly(suffix: str, take: Take) -> Take:
        if suffix in codec.exact:
            return codec.exact[suffix]
        as_is = codec.as_is

        def exact(held: Json, context: Context) -> Any:
            value = take(held, context)
            if value is UNREAD:
                return UNREAD
            written, made = put(value, context)
            if written != suffix or made != held:
                return UNREAD
            return value if as_is or canonical(made) == canonical(held) else UNREAD

        return exact

    exact = {keys[suffix]: exactly(suffix, take) for suffix, take in codec.takes.items()}
    return Line(field, element, put_fragment, by_key(takes), codec.name, exact=exact, **more)


def keys_of(base: str, codec: ChoiceCodec) -> dict[str, str]:
    """The keys of a choice element by type suffix: `_effectiveDateTime` for `_DateTime`."""
    return {suffix: f"_{base}{suffix[1:]}" if suffix[:1] == "_" else base + suffix for suffix in codec.takes}


def then(take: Take, make: Callable[[Any], Any]) -> Take:
    """Reads with `take`, and gives what is made of that."""

    def taken(held: Json, context: Context) -> Any:
        value = take(held, context)
        return value if value is UNREAD else make(value)

    return taken


def compared(put: Callable[[Any, Context], Json], take: Take, *, as_is: bool = False) -> Take:
    """Reads with `take` what `put` writes again as it is, to the last byte, and nothing else."""

    def exact(held: Json, context: Context) -> Any:
        value = take(held, context)
        if value is UNREAD:
            return UNREAD
        made = put(value, context)
        if made != held:
            return UNREAD
        return value if as_is or canonical(made) == canonical(held) else UNREAD

    return exact


def by_key(takes: dict[str, Take]) -> Callable[[Fragment, Context], Any]:
    """Reads the one value that an element has, whether or not a `_` twin stands beside it."""

    def take(fragment: Fragment, context: Context) -> Any:
        keys = [key for key in fragment if key[0] != "_"] or list(fragment)
        return takes[keys[0]](fragment[keys[0]], context) if len(keys) == 1 and keys[0] in takes else UNREAD

    return take
