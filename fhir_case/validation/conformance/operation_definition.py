"""OperationDefinition: its parameters are those of the profiles of its input and output.

https://hl7.org/fhir/R4/operationdefinition.html (inputProfile, outputProfile)
"""

from __future__ import annotations

from typing import Any

from fhir_case.validation.conformance.reading import below, extensions, known, numbered, objects, text, texts
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run

_ALLOWED = "http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type"


def check_operation_definition(operation: Node, at: At, run: Run) -> None:
    """The parameters against the profiles of Parameters that the definition names."""
    for use in ("in", "out"):
        canonical = text(operation, f"{use}putProfile")
        if canonical:
            _check_profile(operation, use, canonical, at, run)


def _check_profile(operation: Node, use: str, canonical: str, at: At, run: Run) -> None:
    place = below(at, f"{use}putProfile")
    profile = known(run, canonical, "StructureDefinition")
    if profile is None:
        run.say("definition-operation-profile", place, "the profile is not known here", value=canonical)
        return
    if text(profile, "type") != "Parameters":
        run.say("definition-operation-profile", place, f"this is a profile of {text(profile, 'type')}, not of Parameters",
                value=canonical)  # fmt: skip
        return
    structure = run.checks.definitions.structure(canonical) or {}
    slices = _slices(objects(structure.get("snapshot"), "element"))
    parameters = {text(one, "name"): index for index, one in numbered(operation, "parameter") if one.get("use") == use}
    for name, elements in slices.items():
        if name not in parameters:
            run.say("definition-operation-profile", place, f"the {use} profile has a parameter {name[:80]}, the operation none",
                    "warning", value=name)  # fmt: skip
            continue
        index = parameters[name]
        _check_parameter(operation["parameter"][index], elements, below(at, "parameter", index), run)
    for name, index in parameters.items():
        if name not in slices:
            run.say("definition-operation-profile", below(at, "parameter", index), f"the {use} profile has no such parameter",
                    "warning", value=name)  # fmt: skip


def _slices(elements: list[Node]) -> dict[str, dict[str, Node]]:
    """The slices of Parameters.parameter by the name they fix: of each, itself ("") and its elements by name."""
    found: dict[str, dict[str, Node]] = {}
    for one in elements:
        top, _, rest = text(one, "id").removeprefix("Parameters.parameter:").partition(".")
        if text(one, "id").startswith("Parameters.parameter:") and "." not in rest and ":" not in rest:
            found.setdefault(top, {})[rest] = one
    named = {}
    for slice_ in found.values():
        name = slice_.get("name", {})
        fixed = text(name, "fixedString") or text(name, "patternString")
        if fixed:
            named[fixed] = slice_
    return named


def _check_parameter(parameter: Node, elements: dict[str, Node], at: At, run: Run) -> None:
    own = elements.get("", {})
    for key in ("min", "max"):
        stated, wanted = parameter.get(key), own.get(key)
        if stated is not None and wanted is not None and stated != wanted:
            run.say("definition-operation-parameter", at, f"{key} is {stated}, in the profile {wanted}", fix=str(wanted),
                    value=stated)  # fmt: skip
    allowed = [_value(one) for _, one in extensions(parameter, _ALLOWED)] or [text(parameter, "type")]
    used = [name for name in ("value[x]", "resource", "part") if name in elements and _used(name, elements)]
    types = [of for name in used if name != "part" for of in objects(elements[name], "type")]
    _compare("type", allowed, [_code(of) for of in types], at, run)
    stated, profiled = texts(parameter, "targetProfile"), [url for of in types for url in texts(of, "targetProfile")]
    if stated or text(parameter, "type") in ("Reference", "canonical"):  # others can't say what a reference leads to
        _compare("target profile", stated, profiled, at, run)


def _used(name: str, elements: dict[str, Node]) -> bool:
    """Whether a parameter of this slice has it there: not forbidden, and nothing else is demanded instead."""
    others = [elements[one] for one in ("value[x]", "resource", "part") if one != name and one in elements]
    return elements[name].get("max") != "0" and not any(_least(one) > 0 for one in others)


def _compare(what: str, stated: list[str], profiled: list[str], at: At, run: Run) -> None:
    for one in stated:
        if one and one not in profiled:
            run.say("definition-operation-parameter", at, f"the profile does not allow the {what} {one[:200]}; it allows: "
                    f"{', '.join(profiled)[:200] or 'none'}", value=one)  # fmt: skip
    for one in dict.fromkeys(profiled):
        if one not in stated:
            run.say("definition-operation-parameter", at, f"the profile allows the {what} {one[:200]}, this definition "
                    f"{', '.join(stated)[:200] or 'none'}", value=one)  # fmt: skip


def _code(of: Node) -> str:
    return text(of, "code")


def _least(element: Node) -> int:
    value: Any = element.get("min")
    return value if isinstance(value, int) else 0


def _value(extension: Node) -> str:
    return next((held for key, held in extension.items() if key.startswith("value") and isinstance(held, str)), "")
