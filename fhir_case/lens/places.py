"""Where a value stands: an element, an entry of a list, an extension. Every field kind says only what the value is.

An element is a name (`code`), a choice (`value[x]`), an entry of a list (`evidence[].detail[]`) or an extension
(`extension(url)`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from fhir_case.json import Json
from fhir_case.lens.context import Context
from fhir_case.lens.line import UNREAD, ChoiceCodec, Codec, Line, by_key, choice, keys_of, whole

CORE = "http://hl7.org/fhir/StructureDefinition/"
ABSENT_REASON = CORE + "data-absent-reason"


def unknown(reason: str = "unknown") -> dict[str, Json]:
    """An element of which only is said that its value is not known (or does not apply)."""
    return {"extension": [absent_reason(reason)]}


def absent_reason(reason: str = "unknown") -> dict[str, Json]:
    """The extension that says why there is no value."""
    return {"url": ABSENT_REASON, "valueCode": reason}


@dataclass(frozen=True, slots=True)
class Extension:
    """An element that is an extension, known by its url."""

    url: str


def extension(name: str) -> Extension:
    """An extension of FHIR itself by its name, any other by its url."""
    return Extension(name if ":" in name else CORE + name)


def filler(made: Json) -> Callable[[Any, Context], Json]:
    """What stands there whenever the field says nothing."""
    return lambda item, context: made


def at(field: str | None, element: str | Extension, codec: Codec | ChoiceCodec, **more: Any) -> Line:
    """The line for a value of this kind at that element."""
    if isinstance(element, Extension):
        return _extension(field, element.url, codec, **more)
    if isinstance(codec, ChoiceCodec):
        return choice(field, element, codec, **more)
    if "[]." in element:
        return _inner(field, element, codec, **more)
    return whole(field, element, codec, **more)


def _extension(field: str | None, url: str, codec: Codec | ChoiceCodec, **more: Any) -> Line:
    if isinstance(codec, ChoiceCodec):
        inner: ChoiceCodec = codec
    else:
        one, type = codec, codec.name[:1].upper() + codec.name[1:]
        inner = ChoiceCodec(
            one.name,
            lambda value, context: (type, one.put(value, context)),
            {type: one.take},
            one.as_is or one.primitive,
        )
    keys = keys_of("value", inner)
    read = by_key({keys[suffix]: take for suffix, take in inner.takes.items()})

    def put(value: Any, context: Context) -> Json:
        suffix, made = inner.put(value, context)
        return {"url": url, keys[suffix]: made}

    def take(entry: Json, context: Context) -> Any:
        return read({key: held for key, held in entry.items() if key != "url"}, context)

    name = url.removeprefix(CORE)
    return Line(field, f"extension:{name}", put, take, inner.name, claims=lambda e: e.get("url") == url, **more)


def _inner(field: str | None, element: str, codec: Codec, **more: Any) -> Line:
    """Entries of a list of backbone elements that hold this one value: `evidence[].detail[]`."""
    name = element.split("[].")[1].removesuffix("[]")
    listed = element.endswith("[]")

    def put(value: Any, context: Context) -> Json:
        made = codec.put(value, context)
        return {name: [made] if listed else made}

    def take(entry: Json, context: Context) -> Any:
        held = entry[name]
        if entry.keys() != {name} or (listed and len(held) != 1):
            return UNREAD
        return codec.take(held[0] if listed else held, context)

    return Line(field, element, put, take, codec.name, claims=lambda e: name in e, **more)


def each(line: Line) -> Line:
    """The same line for a field that holds a list: one entry per value."""
    if line.entry:
        return replace(line, many=True)
    codec = line.codec
    if codec is None:
        raise ValueError(f"{line.element}: a choice element holds one value")
    if codec.primitive:

        def take(held: Json, context: Context) -> Any:
            return _all([codec.take(one, context) for one in held])

        several = Codec(
            codec.name,
            lambda values, context: [codec.put(value, context) for value in values],
            take,
            primitive=True,
            exact=lambda held, context: (take(held, context) if type(held) is list else UNREAD) or UNREAD,
        )
        return whole(line.field, line.element, several, absent=line.absent, required=line.required)
    return Line(
        line.field, line.element, codec.put, codec.take, line.kind, True, _anything, line.absent, line.required,
        codec=codec,
    )  # fmt: skip


def first(line: Line) -> Line:
    """The same line for a field that holds one value where FHIR has a list: the first entry that can be read."""
    return replace(each(line), many=False)


def _anything(entry: Json) -> bool:
    return True


def _all(values: list[Any]) -> Any:
    return UNREAD if any(value is UNREAD for value in values) else values
