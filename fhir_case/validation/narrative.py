"""Narratives: the XHTML that FHIR allows (https://hl7.org/fhir/R4/narrative.html#xhtml)."""

from __future__ import annotations

from typing import Any

from fhir_case.validation.narrative_reading import read
from fhir_case.validation.narrative_rules import Place
from fhir_case.validation.places import At, Step
from fhir_case.validation.run import Node, Run

_DIV = Step("div", "div", "Narrative.div", "xhtml")


def check_narrative(node: Node, at: At, run: Run) -> None:
    """The `div` of a narrative: well-formed, nothing but what is allowed, links inside the resource lead somewhere."""
    text = node.get("div")
    if not isinstance(text, str) or not text:
        return
    here = (at, _DIV, None)
    found = read(text, run.checks.narratives)
    for told in dict.fromkeys(found.problems):
        run.say("narrative-xhtml", here, told, fix=_fix(told))
    for told in found.doubts:
        run.say("narrative-xhtml", here, told, "warning", _fix(told))
    if not found.says_something and not found.problems:
        run.say("narrative-xhtml", here, "the narrative says nothing (txt-2)")
    inside = [one for one in found.links if one.startswith("#") and one != "#" and one[1:] not in found.ids]
    if inside:
        known = _ids_of(run.root, run.checks.narratives, text)
        for link in dict.fromkeys(inside):
            if link[1:] not in known and not (run.bundle and link[1:] in _ids_of_bundle(run)):
                run.say("narrative-link", here, "a link leads to an id that is not here", value=link)


def _fix(told: str) -> str:
    if told.startswith(("not well-formed: mismatched tag", "not well-formed: no element found")):
        return "close every element, in the order in which they were opened: <br/>, <p>…</p>"
    return "take it out" if told.endswith("is not allowed") else ""


def _ids_of(resource: Node, outside: Place, without: str = "") -> set[str]:
    """The ids of a resource, its elements and its narratives, but those of one narrative."""
    found: set[str] = set()
    stack: list[Any] = [resource]
    while stack:
        held = stack.pop()
        if type(held) is dict:
            name = held.get("id")
            if type(name) is str:
                found.add(name)
            div = held.get("div")
            if type(div) is str and div is not without and ("id=" in div or "name=" in div):
                found |= read(div, outside).ids
            stack.extend(held.values())
        elif type(held) is list:
            stack.extend(held)
    return found


def _ids_of_bundle(run: Run) -> set[str]:
    """The ids in the whole Bundle, collected once."""
    if run.bundle is None:
        return set()
    if run.bundle.ids is None:
        run.bundle.ids = _ids_of(run.bundle.bundle, run.checks.narratives)
    return run.bundle.ids
