"""Is what a server holds the same as what would be sent, and where does it differ?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from typing import Literal
from xml.etree.ElementTree import ParseError, canonicalize

from fhir_case.bundle.references import rewrite
from fhir_case.delivery.home import bare, toward
from fhir_case.json import Json, canonical

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)

_SETS = ("profile", "security", "tag")
"""Of `meta`, whose order means nothing and is not kept (HAPI sorts): https://hl7.org/fhir/R4/resource.html#Meta"""


Difference = Literal["", "digits", "content"]
"""How two resources differ: not at all, in the notation of numbers only (`7.20` and `7.2`), or in what they say."""


@dataclass(frozen=True, slots=True)
class Change:
    """One element that differs: its path in the resource, what the server has and what would be sent (None: nothing)."""

    path: str
    before: Json = None
    after: Json = None


class Comparison:
    """How resources that a server holds differ from those that would be sent.

    `addresses` gives the fullUrl for each known place (`Type/id`) on the server: a reference to the one is a reference
    to the other. Compared are canonical bytes, so `7.20` is not `7.2`.
    """

    def __init__(self, addresses: dict[str, str], base: str) -> None:
        self._to, self._in_text = toward(addresses, base)

    def difference(self, held: dict[str, Json], wanted: dict[str, Json]) -> Difference:
        """How they differ."""
        here, there = self._plain(held), self._plain(wanted)
        if canonical(here) == canonical(there):
            return ""
        here, there = _same_markup(here), _same_markup(there)
        if canonical(here) == canonical(there):
            return ""
        return "digits" if canonical(_shortest(here)) == canonical(_shortest(there)) else "content"

    def changes(self, held: dict[str, Json], wanted: dict[str, Json]) -> tuple[Change, ...]:
        """The elements that differ, each as far down as both have it; lists of other lengths as a whole."""
        made: list[Change] = []
        _compare("", _same_markup(self._plain(held)), _same_markup(self._plain(wanted)), made)
        return tuple(made)

    def _plain(self, resource: dict[str, Json]) -> dict[str, Json]:
        made: dict[str, Json] = rewrite(bare(resource), self._to, self._in_text)
        meta = made.get("meta")
        if isinstance(meta, dict):
            sets = {name: sorted(meta[name], key=canonical) for name in _SETS if isinstance(meta.get(name), list)}
            made = {**made, "meta": {**meta, **sets}}
        return made


def _compare(path: str, before: Json, after: Json, made: list[Change]) -> None:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in (*before, *(name for name in after if name not in before)):
            _compare(f"{path}.{name}" if path else name, before.get(name), after.get(name), made)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            _compare(f"{path}[{index}]", one, other, made)
    elif canonical(before) != canonical(after):
        made.append(Change(path, before, after))


def _same_markup(value: Json) -> Json:
    """The value with its narratives in canonical XML: HAPI writes the same XHTML with other quotes and entities."""
    if isinstance(value, dict):
        return {
            name: _canonical_xml(one) if name == "div" and isinstance(one, str) else _same_markup(one)
            for name, one in value.items()
        }
    return [_same_markup(one) for one in value] if isinstance(value, list) else value


def _canonical_xml(text: str) -> str:
    """https://www.w3.org/TR/xml-c14n2/, or the text itself where it is not XML, or has declarations of its own."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return text
    try:
        return canonicalize(text, with_comments=True)
    except ParseError:
        return text


def _shortest(value: Json) -> Json:
    """The value with its numbers as text in the one form that tells only how much they are."""
    if isinstance(value, dict):
        return {name: _shortest(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_shortest(one) for one in value]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        exact = Decimal(value)
        return {"number": f"{exact.normalize(_EXACT):E}" if exact else "0"}
    return value
