"""What stands where in a resource: each value with the element that defines it, for who wants to change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fhir_case.definitions import Definitions

Node = dict[str, Any]
BASE = "http://hl7.org/fhir/StructureDefinition/"


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a type, as far as changing it needs."""

    path: str
    name: str
    min: int
    listed: bool
    types: tuple[str, ...]
    targets: tuple[str, ...] = ()
    """The types that a reference may lead to; empty: any."""
    strength: str = ""
    value_set: str = ""
    choice: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """One value in a resource: `holder[key]`, or `holder[key][index]` in a list."""

    holder: Node
    key: str
    index: int | None
    element: Element
    kind: str
    """Its type: `code`, `HumanName`, `Patient.contact`, or that of a resource."""
    path: str
    """Its place, in FHIRPath."""
    resource: Node
    """The resource it is in."""

    @property
    def value(self) -> Any:
        """What stands there."""
        held = self.holder[self.key]
        return held if self.index is None else held[self.index]

    def put(self, value: Any) -> None:
        """Put another value there."""
        if self.index is None:
            self.holder[self.key] = value
        else:
            self.holder[self.key][self.index] = value

    @property
    def there(self) -> bool:
        """Whether it is still there."""
        return self.key in self.holder


class Shapes:
    """The elements of R4's types and backbones, by the key they have in JSON."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.of = cache(self._of)

    def _of(self, kind: str) -> dict[str, tuple[Element, str]]:
        """Key in JSON -> element and type of its value; `kind` is a type, or the path of a backbone element."""
        structure = self.definitions.type(kind.split(".", 1)[0])
        made: dict[str, tuple[Element, str]] = {}
        for one in structure["snapshot"]["element"] if structure else ():
            path: str = one["path"]
            if path.rpartition(".")[0] != kind:
                continue
            element = _element(one)
            for type in element.types:
                key = element.name + type[0].upper() + type[1:] if element.choice else element.name
                inner = path if type in ("BackboneElement", "Element") else type
                made[key] = element, inner
            if reference := one.get("contentReference"):
                made[element.name] = element, reference.partition("#")[2]
        return made

    def sites(self, resource: Node) -> Iterator[Site]:
        """Every value of the resource and of those in it that R4 has an element for."""
        kind = resource.get("resourceType")
        if isinstance(kind, str) and kind in self.definitions.resources:
            yield from self._sites(resource, kind, kind, resource)

    def _sites(self, holder: Node, kind: str, path: str, resource: Node) -> Iterator[Site]:
        shape = self.of(kind)
        for key, held in list(holder.items()):
            if key not in shape:
                continue
            element, inner = shape[key]
            name = f"{element.name}.ofType({inner})" if element.choice else key
            for index, value in enumerate(held) if isinstance(held, list) else [(None, held)]:
                where = f"{path}.{name}" + (f"[{index}]" if index is not None else "")
                yield Site(holder, key, index, element, inner, where, resource)
                if isinstance(value, dict):
                    if inner == "Resource":
                        type = value.get("resourceType")
                        if isinstance(type, str) and type in self.definitions.resources:
                            yield from self._sites(value, type, where, value)
                    else:
                        yield from self._sites(value, inner, where, resource)


def _element(one: Node) -> Element:
    name: str = one["path"].rpartition(".")[2]
    types = []
    for type in one.get("type", ()):
        code = type.get("code", "")
        if code.startswith("http://hl7.org/fhirpath/"):
            said = [e.get("valueUrl") or e.get("valueUri") for e in type.get("extension", ())]
            code = said[0] if said else "string"
        types.append(code)
    targets = [url.removeprefix(BASE) for type in one.get("type", ()) for url in type.get("targetProfile", ())]
    binding = one.get("binding") or {}
    return Element(
        one["path"], name.removesuffix("[x]"), one.get("min", 0), (one.get("base") or one).get("max") != "1",
        tuple(types), tuple(targets), binding.get("strength", ""), binding.get("valueSet", ""), name.endswith("[x]"),
    )  # fmt: skip


def codes(definitions: Definitions, value_set: str) -> list[tuple[str, str]]:
    """System and code of what a value set lists or takes whole from a code system; empty where that cannot be told."""
    held = definitions.find(value_set, "ValueSet")
    compose = (held or {}).get("compose") or {}
    found: list[tuple[str, str]] = []
    for include in compose.get("include", ()):
        system = include.get("system", "")
        if include.get("filter") or include.get("valueSet") or compose.get("exclude"):
            return []
        listed = include.get("concept")
        if listed is None:
            listed = _concepts(definitions.find(system, "CodeSystem") or {})
        found += [(system, one["code"]) for one in listed]
    return found


def _concepts(held: Node) -> list[Node]:
    return [found for one in held.get("concept", ()) for found in (one, *_concepts(one))]
