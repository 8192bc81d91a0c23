"""The plan of a type or profile: its snapshot, from a list of elements to a small tree that can be printed.

Compiling sees plans and never an instance; checking sees instances and never a plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fhir_case.issues import DefinitionError

STRUCTURE = "http://hl7.org/fhir/StructureDefinition/"
_DEMANDS = frozenset((
    "narrative-language-control", "narrative-source-control", "minLength", "regex", "maxSize", "maxDecimalPlaces",
))  # fmt: skip
_REGEX = STRUCTURE + "regex"
_FHIR_TYPE = STRUCTURE + "structuredefinition-fhir-type"


@dataclass(frozen=True, slots=True)
class Type:
    """One type an element may have: its code, and what profiles it and the targets of its references must meet."""

    code: str
    profiles: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    aggregation: frozenset[str] = frozenset()
    versioning: str = ""


@dataclass(frozen=True, slots=True)
class Constraint:
    """An invariant (https://hl7.org/fhir/R4/conformance-rules.html#constraints)."""

    key: str
    severity: str
    human: str
    expression: str
    best_practice: bool = False


@dataclass(frozen=True, slots=True)
class Slicing:
    """How the items of an element are told apart (https://hl7.org/fhir/R4/profiling.html#slicing)."""

    discriminators: tuple[tuple[str, str], ...] = ()
    """Type (value, pattern, exists, type, profile) and path of each."""
    rules: str = "open"
    ordered: bool = False


@dataclass(slots=True)
class Element:
    """An element as a type or profile defines it, with its children by name and its slices by name."""

    id: str
    path: str
    name: str
    min: int = 0
    max: int | None = None
    """None: as many as there are."""
    listed: bool = False
    """Written as a JSON array: it may repeat in the type that defines it."""
    choice: bool = False
    types: tuple[Type, ...] = ()
    fixed: Any = None
    pattern: Any = None
    binding: dict[str, Any] | None = None
    constraints: tuple[Constraint, ...] = ()
    max_length: int | None = None
    least: tuple[str, Any] | None = None
    """minValue[x]: its type and value."""
    most: tuple[str, Any] | None = None
    slicing: Slicing | None = None
    content: str = ""
    """The path of the element whose content this one has (contentReference)."""
    must_support: bool = False
    modifier: bool = False
    extended: tuple[tuple[str, Any], ...] = ()
    """What extensions of the definition demand of the value: the end of the url, and the value."""
    profile: str = ""
    """On the root of a profile: its url."""
    children: dict[str, Element] = field(default_factory=dict)
    slices: dict[str, Element] = field(default_factory=dict)

    def lines(self, indent: str = "") -> Iterator[str]:
        """The plan as people read it, one element a line."""
        many = "*" if self.max is None else self.max
        kinds = "|".join(one.code.rsplit("/", 1)[-1] for one in self.types)
        more = [f"{label}={value}" for label, value in (("fixed", self.fixed), ("pattern", self.pattern)) if value]
        more += [f"binding={self.binding.get('strength')}"] if self.binding else []
        more += [one.key for one in self.constraints]
        name = self.id.rsplit(".", 1)[-1]
        yield f"{indent}{name} {self.min}..{many} {kinds} {' '.join(more)}".rstrip()
        if self.slicing:
            told = ", ".join(f"{kind}:{path}" for kind, path in self.slicing.discriminators)
            yield f"{indent}  slicing by {told or 'nothing'} ({self.slicing.rules})"
        for child in self.children.values():
            yield from child.lines(indent + "  ")
        for one in self.slices.values():
            yield from one.lines(indent + "  ")


def tree(structure: dict[str, Any]) -> Element:
    """The plan of a StructureDefinition that has a snapshot. Raises `DefinitionError` where there is none."""
    elements = (structure.get("snapshot") or {}).get("element")
    if not isinstance(elements, list) or not elements:
        raise DefinitionError(f"{structure.get('url')} has no snapshot")
    root = _element(elements[0])
    root.profile = structure.get("url", "") if structure.get("derivation") == "constraint" else ""
    open_elements = [root]
    for source in elements[1:]:
        made = _element(source)
        depth = made.path.count(".")
        if not 0 < depth <= len(open_elements):
            raise DefinitionError(f"{structure.get('url')}: the element {made.id} has no parent before it")
        del open_elements[depth:]
        parent = open_elements[-1]
        _place(parent, made, source.get("sliceName"))
        open_elements.append(made)
    return root


def _place(parent: Element, made: Element, slice_name: str | None) -> None:
    if not slice_name:
        parent.children[made.name] = made
        return
    holder = parent.children.get(made.name)
    if holder is None:
        # A slice with nothing before it: the sliced element itself says no more than its base.
        holder = parent.children[made.name] = Element(
            made.path, made.path, made.name, listed=made.listed, choice=made.choice, types=made.types
        )
    # Reslicing: "a/b" is a slice of slice a (https://hl7.org/fhir/R4/profiling.html#reslicing).
    *outer, last = slice_name.split("/")
    for name in outer:
        if name not in holder.slices:
            last = slice_name.rsplit("/", 1)[-1] if name == outer[-1] else last
            break
        holder = holder.slices[name]
    holder.slices[last] = made


def _element(source: dict[str, Any]) -> Element:
    path = source.get("path")
    if not isinstance(path, str) or not path:
        raise DefinitionError(f"an element without a path: {source.get('id')}")
    name = path.rsplit(".", 1)[-1]
    most = source.get("max", "*")
    base = source.get("base") or {}
    content = source.get("contentReference") or ""
    return Element(
        id=source.get("id") or path,
        path=path,
        name=name.removesuffix("[x]"),
        min=source.get("min", 0),
        max=None if most == "*" else int(most),
        listed=base.get("max", most) not in ("0", "1"),
        choice=name.endswith("[x]"),
        types=tuple(map(_type, source.get("type", ()))),
        fixed=_value(source, "fixed"),
        pattern=_value(source, "pattern"),
        binding=source.get("binding"),
        constraints=tuple(map(_constraint, source.get("constraint", ()))),
        max_length=source.get("maxLength"),
        least=_typed(source, "minValue"),
        most=_typed(source, "maxValue"),
        slicing=_slicing(source["slicing"]) if "slicing" in source else None,
        content=content.rsplit("#", 1)[-1],
        must_support=source.get("mustSupport", False),
        modifier=source.get("isModifier", False),
        extended=tuple(_extended(source)) if "extension" in source else (),
    )


def _extended(source: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    # FHIR-13328: where a type has a regex, too, that is the one.
    of_types = [one for kind in source.get("type", ()) for one in kind.get("extension", ()) if one.get("url") == _REGEX]
    for one in source["extension"]:
        one = of_types[0] if of_types and one.get("url") == _REGEX else one
        name = one.get("url", "").removeprefix(STRUCTURE)
        value = next((held for key, held in one.items() if key.startswith("value")), None)
        if name in _DEMANDS and value is not None:
            yield name, value


def _typed(source: dict[str, Any], stem: str) -> tuple[str, Any] | None:
    return next(((key[len(stem) :], value) for key, value in source.items() if key.startswith(stem)), None)


def _value(source: dict[str, Any], stem: str) -> Any:
    found = _typed(source, stem)
    return found[1] if found else None


def _type(source: dict[str, Any]) -> Type:
    code = source.get("code", "")
    for one in source.get("extension", ()):
        if one.get("url") == _FHIR_TYPE:
            code = one.get("valueUrl") or one.get("valueUri") or code
    return Type(
        code.removeprefix(STRUCTURE),
        tuple(source.get("profile", ())),
        tuple(source.get("targetProfile", ())),
        frozenset(source.get("aggregation", ())),
        source.get("versioning", ""),
    )


def _constraint(source: dict[str, Any]) -> Constraint:
    best = any(
        one.get("url") == STRUCTURE + "elementdefinition-bestpractice" and one.get("valueBoolean") is True
        for one in source.get("extension", ())
    )
    return Constraint(
        source.get("key", ""),
        source.get("severity", "error"),
        source.get("human", ""),
        source.get("expression", ""),
        best,
    )


def _slicing(source: dict[str, Any]) -> Slicing:
    return Slicing(
        tuple((one.get("type", ""), one.get("path", "")) for one in source.get("discriminator", ())),
        source.get("rules", "open"),
        source.get("ordered", False),
    )
