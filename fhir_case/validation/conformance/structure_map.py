"""StructureMap: what its rules refer to is there (https://hl7.org/fhir/R4/structuremap.html)."""

from __future__ import annotations

from fhir_case.validation.conformance.reading import below, numbered, text
from fhir_case.validation.nearest import nearest
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run

_DEEPEST = 100


def check_structure_map(structure_map: Node, at: At, run: Run) -> None:
    """The groups: named once, their rules with contexts that are inputs or variables."""
    names: set[str] = set()
    for index, group in numbered(structure_map, "group"):
        here = below(at, "group", index)
        name = text(group, "name")
        if name in names:
            run.say("definition-map-group", here, "another group has this name", value=name)
        names.add(name)
        known: dict[str, set[str]] = {"source": set(), "target": set()}
        for number, one in numbered(group, "input"):
            given = text(one, "name")
            if given in known["source"] | known["target"]:
                run.say(
                    "definition-map-group", below(here, "input", number), "another input has this name", value=given
                )
            known.setdefault(text(one, "mode"), set()).add(given)
        _check_rules(group, known, here, run, 0)


def _check_rules(holder: Node, known: dict[str, set[str]], at: At, run: Run, depth: int) -> None:
    """Rules see the variables of the rules around them, and those that come before in themselves."""
    for index, rule in numbered(holder, "rule"):
        here = below(at, "rule", index)
        inner = {mode: set(names) for mode, names in known.items()}
        for mode in ("source", "target"):
            for number, one in numbered(rule, mode):
                context = text(one, "context")
                # A target may be without a context, and may copy into a variable that a target before it made.
                seen = inner[mode] if mode == "source" else inner["target"] | inner["source"]
                if context and context not in seen:
                    like = nearest(context, seen)
                    run.say("definition-map-context", below(here, mode, number), f"there is no {mode} of this name here",
                            fix=f"{like}?" if like else "", value=context)  # fmt: skip
                if variable := text(one, "variable"):
                    inner[mode].add(variable)
        if depth < _DEEPEST:
            _check_rules(rule, inner, here, run, depth + 1)
