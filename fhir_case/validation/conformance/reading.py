"""Definitions as they come from outside, which may be wrong in any way: what is not as it should be is left out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from fhir_case.terminology.reading import objects, text, texts
from fhir_case.validation.places import At, Step
from fhir_case.validation.run import Node, Run

__all__ = [
    "Choice",
    "below",
    "choice",
    "choice_at",
    "extensions",
    "is_hl7",
    "known",
    "numbered",
    "objects",
    "text",
    "texts",
]


@lru_cache(512)
def _step(key: str) -> Step:
    return Step(key, key)


def below(at: At, key: str, index: int | None = None) -> At:
    """The place of the element `key` of what stands at `at`."""
    return (at, _step(key), index)


def numbered(holder: Any, key: str) -> Iterator[tuple[int, Node]]:
    """The objects in the list `key`, each with its number there."""
    held = holder.get(key) if isinstance(holder, dict) else None
    if isinstance(held, list):
        for index, one in enumerate(held):
            if isinstance(one, dict):
                yield index, one


class Choice(NamedTuple):
    """What stands in a choice element."""

    key: str
    """`valueCoding`"""
    type: str
    """`Coding`"""
    value: Any


def choice(node: Node, name: str, primitives: frozenset[str]) -> Choice | None:
    """The value of the choice element `name` (`value`) of a node; None if there is none."""
    if name not in " ".join(node):  # most often so, and sooner known than of each key
        return None
    for key in node:
        if key.startswith(name) and (kind := key[len(name) :]) and kind[0].isupper():
            plain = kind[0].lower() + kind[1:]
            return Choice(key, plain if plain in primitives else kind, node[key])
    return None


def choice_at(at: At, name: str, one: Choice) -> At:
    """The place of a choice element's value: `….value.ofType(Coding)`."""
    return (at, Step(one.key, f"{name}.ofType({one.type})"), None)


def extensions(node: Any, url: str) -> Iterator[tuple[int, Node]]:
    """The extensions of a node with this url, each with its number."""
    return ((index, one) for index, one in numbered(node, "extension") if one.get("url") == url)


def is_hl7(definition: Node) -> bool:
    """Whether HL7 publishes this definition, by its url: it has rules for its own."""
    return "hl7" in text(definition, "url")


def known(run: Run, canonical: str, kind: str | None = None) -> Node | None:
    """The definition of a canonical, among those loaded and those contained here (`#id`)."""
    if canonical.startswith("#"):
        held = (one for _, one in numbered(run.root, "contained") if one.get("id") == canonical[1:])
        return next((one for one in held if kind in (None, one.get("resourceType"))), None)
    return run.checks.definitions.find(canonical, kind, near=text(run.root, "url"))
