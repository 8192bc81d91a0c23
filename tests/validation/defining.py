"""Small definitions that are right, to be made wrong, and what is found in them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fhir_case.definitions import r4
from fhir_case.terminology.terminology import Terminology
from fhir_case.validation.checks import Checks
from fhir_case.validation.places import path_of
from fhir_case.validation.settings import ValidationSettings
from fhir_case.validation.validator import issues_of

Node = dict[str, Any]
CORE = "http://hl7.org/fhir/StructureDefinition/"
GENDERS = "http://hl7.org/fhir/administrative-gender"


@lru_cache(1)
def _plain() -> Checks:
    return Checks(r4(), Terminology(r4()), ValidationSettings())


def found(resource: Node, *also: Node, least: str = "error") -> list[tuple[str, str]]:
    """Code and place of each issue that is an error (or at least a warning), `also` being other definitions."""
    checks = _plain()
    if also:
        definitions = r4().extended(resources=also)
        checks = Checks(definitions, Terminology(definitions), ValidationSettings())
    levels = ("fatal", "error") if least == "error" else ("fatal", "error", "warning")
    return [(one.code, path_of(one.at)) for one, _ in issues_of(checks, resource, ()) if one.severity in levels]


def profile(of: str, *elements: Node, **more: Any) -> Node:
    """A profile of a type of R4 with these elements in its differential; None takes something away."""
    made = {
        "resourceType": "StructureDefinition",
        "url": "http://example.org/StructureDefinition/p",
        "name": "P",
        "status": "draft",
        "kind": "resource",
        "abstract": False,
        "type": of,
        "baseDefinition": CORE + of,
        "derivation": "constraint",
        "differential": {"element": [{"id": of, "path": of}, *elements]},
        **more,
    }
    return {key: value for key, value in made.items() if value is not None}


def element(path: str, name: str = "", **more: Any) -> Node:
    """An element; `name` is its id, where that is not its path."""
    return {"id": name or path, "path": path, **more}


def sliced(path: str, *discriminators: tuple[str, str], **more: Any) -> Node:
    """An element with a slicing."""
    told = [{"type": kind, "path": where} for kind, where in discriminators]
    return element(path, slicing={"discriminator": told, "rules": "open"}, **more)


def code_system(*concepts: Node, **more: Any) -> Node:
    """A complete code system."""
    made = {
        "resourceType": "CodeSystem",
        "url": "http://example.org/CodeSystem/c",
        "name": "C",
        "status": "draft",
        "content": "complete",
        "caseSensitive": True,
        "concept": list(concepts) or [{"code": "a"}, {"code": "b"}],
        **more,
    }
    return {key: value for key, value in made.items() if value is not None}


def value_set(include: Node, **more: Any) -> Node:
    """A value set with one include."""
    return {
        "resourceType": "ValueSet",
        "url": "http://example.org/ValueSet/v",
        "name": "V",
        "status": "draft",
        "compose": {"include": [include]},
        **more,
    }


def concept_map(*elements: Node, **more: Any) -> Node:
    """A map from genders to those of v3."""
    group = {
        "source": GENDERS,
        "target": "http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender",
        "element": list(elements),
    }
    return {
        "resourceType": "ConceptMap",
        "url": "http://example.org/ConceptMap/m",
        "name": "M",
        "status": "draft",
        "group": [group],
        **more,
    }
