"""What the rules of a StructureMap call: other groups, and transforms (https://hl7.org/fhir/R4/structuremap.html#transform)."""

from __future__ import annotations

from collections.abc import Mapping

from fhir_case.fhirpath import FHIRPathError
from fhir_case.fhirpath.parser import parse
from fhir_case.terminology.reading import texts
from fhir_case.validation.conformance.reading import below, known, numbered, objects, text
from fhir_case.validation.nearest import nearest
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run

Groups = dict[str, list[str]]
"""The groups that can be called, each with the modes of its inputs."""
_MOST = float("inf")
_PARAMETERS: dict[str, tuple[int, float]] = {
    "append": (1, _MOST), "cc": (2, 3), "copy": (0, 1), "create": (0, 1), "evaluate": (1, 1), "reference": (1, 1),
    "translate": (3, 3), "uuid": (0, 0),
}  # fmt: skip
"""How many parameters a transform takes, of those that HL7's validator counts."""
_TRANSLATED = ("code", "system", "display", "Coding", "CodeableConcept")


def groups_of(structure_map: Node, run: Run) -> Groups:
    """The groups of a map and of the maps that it imports, where these are known."""
    imported = [known(run, one, "StructureMap") for one in texts(structure_map, "import") if "*" not in one]
    found: Groups = {}
    for one in (structure_map, *imported):
        for group in objects(one, "group"):
            found.setdefault(text(group, "name"), [text(given, "mode") for given in objects(group, "input")])
    return found


def check_extended(group: Node, groups: Groups, at: At, run: Run) -> None:
    """The group that a group extends is there."""
    if name := text(group, "extends"):
        _check_is_there(name, groups, below(at, "extends"), run)


def check_dependents(rule: Node, groups: Groups, names: Mapping[str, Mapping[str, str]], at: At, run: Run) -> None:
    """Each group that a rule calls is there, and gets what it asks for: for a target, a target."""
    for index, one in numbered(rule, "dependent"):
        here, name = below(at, "dependent", index), text(one, "name")
        if not name or not _check_is_there(name, groups, here, run):
            continue
        given, modes = texts(one, "variable"), groups[name]
        if len(given) != len(modes):
            told = f"{name} takes {len(modes)} variables, and is given {len(given)}"
            run.say("definition-map-call", here, told)
            continue
        for number, (variable, mode) in enumerate(zip(given, modes, strict=True)):
            seen = {*names["target"], *(names["source"] if mode == "source" else ())}
            if variable not in seen:
                like = nearest(variable, seen)
                run.say("definition-map-call", below(here, "variable", number), f"{name} takes a {mode} here, and there is none "
                        "of this name", fix=f"did you mean {like}?" if like else "", value=variable)  # fmt: skip


def _check_is_there(name: str, groups: Groups, at: At, run: Run) -> bool:
    if name in groups:
        return True
    like = nearest(name, groups)
    run.say("definition-map-call", at, "no group of this map, or of those it imports that are known here, has this name",
            fix=f"did you mean {like}?" if like else "", value=name)  # fmt: skip
    return False


def check_transform(target: Node, at: At, run: Run) -> None:
    """A transform has as many parameters as it takes, and they can be read."""
    name, given = text(target, "transform"), objects(target, "parameter")
    least, most = _PARAMETERS.get(name, (0, _MOST))
    if not least <= len(given) <= most:
        wanted = str(least) if least == most else f"{least} or more" if most == _MOST else f"{least} to {most:.0f}"
        run.say("definition-map-call", at, f"the transform {name} takes {wanted} parameters, and is given {len(given)}")
    elif name == "evaluate":
        _check_expression(text(given[0], "valueString"), at, run)
    elif name == "translate" and (kind := text(given[2], "valueString")) and kind not in _TRANSLATED:
        told = f"what a translation gives is one of {', '.join(_TRANSLATED)}"
        run.say("definition-map-call", at, told, value=kind)


def _check_expression(expression: str, at: At, run: Run) -> None:
    try:
        parse(expression or "{}")
    except FHIRPathError as error:
        run.say("definition-map-call", at, f"the expression cannot be read: {error}", value=expression)
