"""StructureMap: what its rules refer to is there (https://hl7.org/fhir/R4/structuremap.html)."""

from __future__ import annotations

from fhir_case.fhirpath.elements import type_named
from fhir_case.validation.conformance.reading import below, known, numbered, objects, text
from fhir_case.validation.nearest import nearest
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run

_DEEPEST = 100

_Names = dict[str, str]
"""Inputs and variables, each with its type of R4 or its path there (`Patient.contact`); "" where that is not known."""


def check_structure_map(structure_map: Node, at: At, run: Run) -> None:
    """The groups: named once, their rules with contexts that are inputs or variables, their elements those of the types."""
    names: set[str] = set()
    aliases = {text(one, "alias"): text(one, "url") for one in objects(structure_map, "structure")}
    for index, group in numbered(structure_map, "group"):
        here = below(at, "group", index)
        name = text(group, "name")
        if name in names:
            run.say("definition-map-group", here, "another group has this name", value=name)
        names.add(name)
        inputs: dict[str, _Names] = {"source": {}, "target": {}}
        for number, one in numbered(group, "input"):
            given, mode = text(one, "name"), text(one, "mode")
            if any(given in held for held in inputs.values()):
                run.say(
                    "definition-map-group", below(here, "input", number), "another input has this name", value=given
                )
            if mode in inputs:
                inputs[mode][given] = _type(text(one, "type"), aliases, run)
        _check_rules(group, inputs, here, run, 0)


def _type(name: str, aliases: dict[str, str], run: Run) -> str:
    definition = known(run, aliases[name], "StructureDefinition") if name in aliases else None
    if name in aliases and definition is None:
        return ""
    name = text(definition, "type") if definition else name
    return name if name in run.checks.definitions.resources or name in run.checks.definitions.datatypes else ""


def _check_rules(holder: Node, names: dict[str, _Names], at: At, run: Run, depth: int) -> None:
    """Rules see the variables of the rules around them, and those that come before in themselves."""
    for index, rule in numbered(holder, "rule"):
        here = below(at, "rule", index)
        inner = {mode: dict(held) for mode, held in names.items()}
        for number, one in numbered(rule, "source"):
            _check_step(one, "source", inner["source"], inner["source"], below(here, "source", number), run)
        for number, one in numbered(rule, "target"):
            # A target may write into what an earlier target made, and into what a source is read as.
            seen = inner["source"] | inner["target"]
            _check_step(one, "target", seen, inner["target"], below(here, "target", number), run)
        if depth < _DEEPEST:
            _check_rules(rule, inner, here, run, depth + 1)


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
    if variable := text(one, "variable"):
        variables[variable] = text(one, "type") if mode == "source" and one.get("type") else _made(one, kind)


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
