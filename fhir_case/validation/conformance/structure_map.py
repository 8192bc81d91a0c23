"""StructureMap: what its rules refer to is there (https://hl7.org/fhir/R4/structuremap.html)."""

from __future__ import annotations

import re

from fhir_case.fhirpath.elements import type_named
from fhir_case.validation.conformance.map_calls import (
    Groups,
    check_dependents,
    check_extended,
    check_transform,
    groups_of,
)
from fhir_case.validation.conformance.reading import below, known, numbered, objects, text
from fhir_case.validation.nearest import nearest
from fhir_case.validation.places import At
from fhir_case.validation.primitives import is_absolute
from fhir_case.validation.run import Node, Run

_DEEPEST = 100
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")

_Names = dict[str, str]
"""Inputs and variables, each with its type of R4 or its path there (`Patient.contact`); "" where that is not known."""


def check_structure_map(structure_map: Node, at: At, run: Run) -> None:
    """The groups: named once, their rules with contexts that are inputs or variables, their elements those of the types."""
    names: set[str] = set()
    aliases = {text(one, "alias"): one for one in objects(structure_map, "structure") if text(one, "alias")}
    groups = groups_of(structure_map, run)
    for index, group in numbered(structure_map, "group"):
        here = below(at, "group", index)
        name = text(group, "name")
        if name in names:
            run.say("definition-map-group", here, "another group has this name", value=name)
        names.add(name)
        _check_name(name, here, run)
        check_extended(group, groups, here, run)
        inputs: dict[str, _Names] = {"source": {}, "target": {}}
        for number, one in numbered(group, "input"):
            given, mode = text(one, "name"), text(one, "mode")
            _check_name(given, below(here, "input", number), run)
            if any(given in held for held in inputs.values()):
                run.say(
                    "definition-map-group", below(here, "input", number), "another input has this name", value=given
                )
            if mode in inputs:
                inputs[mode][given] = _type(text(one, "type"), mode, aliases, below(here, "input", number), run)
        _check_rules(group, inputs, groups, here, run, 0)


def _check_name(name: str, at: At, run: Run) -> None:
    """Names are used in expressions and in the mapping language: no other signs than letters and digits."""
    if name and not _NAME.fullmatch(name):
        run.say("definition-map-name", at, "a name in a map is a letter, then letters and digits", value=name)


def _type(name: str, mode: str, aliases: dict[str, Node], at: At, run: Run) -> str:
    """The type of an input, by the structure whose alias it has, or by its own name."""
    if name in aliases:
        said = text(aliases[name], "mode")
        if said == "source" and mode == "target":
            run.say(
                "definition-map-context",
                at,
                f"the structure {name[:80]} is a {said}, and cannot be a {mode}",
                value=mode,
            )
        definition = known(run, text(aliases[name], "url"), "StructureDefinition")
        if definition is None:
            return ""
        name = text(definition, "type")
    elif name and not is_absolute(name) and run.checks.definitions.type(name) is None:
        told = "neither the alias of a structure of this map nor a type of R4"
        run.say("definition-map-context", at, told, value=name)
    return name if name in run.checks.definitions.resources or name in run.checks.definitions.datatypes else ""


def _check_rules(holder: Node, names: dict[str, _Names], groups: Groups, at: At, run: Run, depth: int) -> None:
    """Rules see the variables of the rules around them, and those that come before in themselves."""
    for index, rule in numbered(holder, "rule"):
        here = below(at, "rule", index)
        inner = {mode: dict(held) for mode, held in names.items()}
        _check_name(text(rule, "name"), here, run)
        for number, one in numbered(rule, "source"):
            _check_step(one, "source", inner["source"], inner["source"], below(here, "source", number), run)
        for number, one in numbered(rule, "target"):
            # A target may write into what an earlier target made, and into what a source is read as.
            seen = inner["source"] | inner["target"]
            _check_step(one, "target", seen, inner["target"], below(here, "target", number), run)
            check_transform(one, below(here, "target", number), run)
        check_dependents(rule, groups, inner, here, run)
        if depth < _DEEPEST:
            _check_rules(rule, inner, groups, here, run, depth + 1)


def _check_step(one: Node, mode: str, seen: _Names, variables: _Names, at: At, run: Run) -> None:
    """One source or target of a rule: its context, the element of it, and the variable that it becomes."""
    context, element, kind = text(one, "context"), text(one, "element"), ""
    if context and context not in seen:
        like = nearest(context, seen)
        run.say("definition-map-context", at, f"there is no {mode} of this name here",
                fix=f"did you mean {like}?" if like else "", value=context)  # fmt: skip
    elif context:
        kind = seen[context]
        for name in element.split(".") if element and kind else ():
            found = _child(kind, name)
            if found is None:
                run.say("definition-map-element", at, f"{kind} has no element {name[:80]}", value=element)
                kind = ""
                break
            kind = found
        _check_type(one, kind, mode, at, run)
    if variable := text(one, "variable"):
        _check_name(variable, at, run)
        variables[variable] = text(one, "type") if mode == "source" and one.get("type") else _made(one, kind)


def _check_type(one: Node, kind: str, mode: str, at: At, run: Run) -> None:
    """The type that a source is said to be of is that of its element, where that has but one."""
    said = text(one, "type")
    told = said and one.get("element") and kind and "." not in kind and kind not in ("Resource", "DomainResource")
    if mode == "source" and told and said != kind:
        run.say("definition-map-element", at, f"the element is of type {kind}, not {said[:80]}", value=said)


def _child(kind: str, name: str) -> str | None:
    """The type of an element of a type; "" where it can't be told, None where there is none."""
    of = type_named(kind)
    if not of.known or of.name in ("Resource", "DomainResource"):
        return ""
    found = of.fields(name)
    if not found:
        return None
    return found[0][1].name if len(found) == 1 and found[0][1].known else ""


def _made(target: Node, kind: str) -> str:
    """The type of what a target makes: what it creates, else what its element is."""
    if text(target, "transform") != "create":
        return kind if not target.get("transform") else ""
    created = text(next(iter(objects(target, "parameter")), None), "valueString")
    return created if type_named(created).known else ""
