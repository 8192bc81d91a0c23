"""The compiled checks of one Validator: every type and profile becomes functions when it is first met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from fhir_case.definitions import Definitions
from fhir_case.issues import DefinitionError
from fhir_case.terminology.terminology import Terminology
from fhir_case.validation import (
    bindings,
    canonicals,
    extended,
    extensions,
    invariants,
    profiles,
    references,
    resources,
    types,
    values,
)
from fhir_case.validation.narrative_rules import Place
from fhir_case.validation.places import At
from fhir_case.validation.plan import STRUCTURE, Constraint, Element, Type, tree
from fhir_case.validation.run import Run
from fhir_case.validation.settings import ValidationSettings
from fhir_case.validation.special import SPECIAL


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile as functions: what it demands beyond its type."""

    url: str
    version: str
    type: str
    check: types.Check
    tell: types.Check
    """What of it most often tells that a resource is something else, and soonest: a part of `check`."""


class Checks:
    """Functions by type and by profile, made on first use and kept. Making one twice does no harm: threads may share it."""

    def __init__(self, definitions: Definitions, terminology: Terminology, settings: ValidationSettings) -> None:
        self.definitions, self.terminology, self.settings = definitions, terminology, settings
        self.resource, self.contained = resources.check_resource, resources.check_contained
        self._trees: dict[str, Element] = {}
        self._types: dict[str, types.Check] = {}
        self._profiles: dict[str, Profile | DefinitionError | None] = {}
        self._ancestors: dict[str, tuple[str, ...]] = {}
        self._globals: dict[str, tuple[str, ...]] | None = None
        self.contexts: dict[str, extensions.Context] = {}
        self.narratives = Place("", None)

    def is_primitive(self, code: str) -> bool:
        """Whether a type is written as a JSON value and not as an object."""
        return code in self.definitions.primitives or code.startswith("http://hl7.org/fhirpath/System.")

    def tree(self, url: str) -> Element:
        """The plan of a type or profile. Raises `DefinitionError` where it is unknown or broken."""
        if url not in self._trees:
            structure = self.definitions.structure(url)
            if structure is None:
                raise DefinitionError(f"{url} is not known")
            self._trees[url] = tree(structure)
        return self._trees[url]

    def type(self, name: str) -> types.Check:
        """The function for the content of a type of R4."""
        if name not in self._types:
            self._types[name] = types.of_type(self, name)
        return self._types[name]

    def backbone(self, top: Element, path: str) -> types.Check:
        """The function for the content of the backbone element at `path`."""
        if path not in self._types:
            self._types[path] = types.of_backbone(self, top, path)
        return self._types[path]

    def profile(self, url: str) -> Profile | None:
        """What a profile demands beyond its type; None where it is unknown. Raises `DefinitionError` where it is broken."""
        if url not in self._profiles:
            try:
                self._profiles[url] = self._compiled(url)
            except DefinitionError as error:
                self._profiles[url] = error
        made = self._profiles[url]
        if isinstance(made, DefinitionError):
            raise made
        return made

    def _compiled(self, url: str) -> Profile | None:
        structure = self.definitions.structure(url)
        if structure is None:
            return None
        named = f"{structure.get('url', url)}|{structure.get('version', '')}".rstrip("|")
        check, tell = profiles.compiled(self, structure, named)
        return Profile(structure.get("url", url), structure.get("version", ""), structure.get("type", ""), check, tell)

    def ancestors(self, kind: str) -> tuple[str, ...]:
        """A type of R4 and the types it specialises: Patient, DomainResource, Resource."""
        if kind not in self._ancestors:
            found = [kind]
            structure = self.definitions.type(kind)
            while (
                structure
                and (base := structure.get("baseDefinition", "").removeprefix(STRUCTURE))
                and base not in found
            ):
                found.append(base)
                structure = self.definitions.type(base)
            if (
                "DomainResource" in found
                and {"url", "version", "status"} <= self.tree(STRUCTURE + kind).children.keys()
            ):
                found.append(
                    "CanonicalResource"
                )  # https://hl7.org/fhir/R5/canonicalresource.html, used by contexts for R4 too
            self._ancestors[kind] = tuple(found)
        return self._ancestors[kind]

    def global_profiles(self, kind: str) -> tuple[str, ...]:
        """The profiles that implementation guides demand of every resource of a type (ImplementationGuide.global)."""
        if self._globals is None:
            found: dict[str, list[str]] = {}
            for url in self.definitions.urls("ImplementationGuide"):
                guide = self.definitions.find(url, "ImplementationGuide") or {}
                for one in guide.get("global", ()):
                    found.setdefault(one.get("type", ""), []).append(one.get("profile", ""))
            self._globals = {one: tuple(urls) for one, urls in found.items()}
        return self._globals.get(kind, ())

    def special(self, kind: str) -> types.Check | None:
        """The rules of a type that no StructureDefinition can say: Bundle, Extension, Coding, …"""
        return SPECIAL.get(kind)

    def invariants(
        self,
        constraints: Iterable[Constraint],
        kind: str,
        element_id: str,
        url: str = "",
        known: frozenset[str] = frozenset(),
    ) -> list[invariants.Invariant]:
        """Constraints as functions, those with a key in `known` left out."""
        definition = f"{url}#{element_id}" if url else element_id
        made = (
            invariants.compiled(self, one, kind, f"{definition} ({one.key})")
            for one in constraints
            if one.key not in known
        )
        return [one for one in made if one is not None]

    def items(self, element: Element, kind: Type, base: Element | None, url: str = "") -> list[types.Item]:
        """The functions for each value of an element whose type is `kind`: what it demands beyond its type, and beyond `base`."""
        definition = f"{url}#{element.id}" if url else element.id
        made: list[types.Item] = []
        if element.fixed is not None and (base is None or base.fixed is None):
            made.append(partial(_turned, values.check_fixed, element.fixed, definition))
        if element.pattern is not None and (base is None or base.pattern is None):
            made.append(partial(_turned, values.check_pattern, element.pattern, definition))
        if element.max_length and (base is None or base.max_length != element.max_length):
            made.append(partial(_turned, values.check_length, element.max_length, definition))
        if element.extended and (base is None or base.extended != element.extended):
            made += extended.demands(element, kind, self.is_primitive(kind.code), definition)
        for limit, sign in ((element.least, 1), (element.most, -1)):
            if limit is not None:
                made.append(partial(_ranged, limit, sign, definition))
        if element.binding and (base is None or bindings.differs(element.binding, base.binding)):
            made += bindings.compiled(self, element, kind, definition)
        base_type = next((one for one in base.types if one.code == kind.code), None) if base else None
        new_profiles = tuple(one for one in kind.profiles if base_type is None or one not in base_type.profiles)
        if new_profiles:
            made.append(profiles.any_of(self, new_profiles, definition))
        led = (kind.targets, kind.aggregation)
        if (
            kind.code == "Reference"
            and kind.targets
            and (base_type is None or (base_type.targets, base_type.aggregation) != led)
        ):
            made.append(references.targets(self, kind, definition))
        if kind.code == "canonical" and kind.targets and (base_type is None or base_type.targets != kind.targets):
            made.append(canonicals.targets(self, kind, definition))
        if kind.code == "Extension" and base is None:
            made.append(
                extensions.check_modifier if element.name == "modifierExtension" else extensions.check_extension
            )
        if base is not None or element.children == {} or element.content:
            known = frozenset(one.key for one in base.constraints) if base else frozenset()
            if base is None and not self.is_primitive(kind.code) and kind.code in self.definitions.datatypes:
                known = frozenset(one.key for one in self.tree(STRUCTURE + kind.code).constraints)
            within = element.path if kind.code in ("BackboneElement", "Element") else kind.code
            made += [one.check for one in self.invariants(element.constraints, within, element.id, url, known)]
        return made

    def member_of(self, value: Any, url: str) -> bool | None:
        """Whether a code, Coding or CodeableConcept is in a value set; None: undecided."""
        return bindings.member_of(self, value, url)


def _turned(rule: Any, wanted: Any, definition: str, value: Any, at: At, run: Run) -> None:
    rule(value, wanted, at, run, definition)


def _ranged(limit: tuple[str, Any], sign: int, definition: str, value: Any, at: At, run: Run) -> None:
    values.check_range(value, limit, sign, at, run, definition)
