"""Measure: its groups, and the expressions that select who counts (https://hl7.org/fhir/R4/measure.html)."""

from __future__ import annotations

import base64
import binascii
import re

from fhir_case.validation.conformance.reading import below, known, numbered, objects, text, texts
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run

_CQL = ("text/cql", "text/cql.identifier", "text/cql-identifier", "text/cql-expression")
_DEFINED = re.compile(rb"<(?:[\w.-]+:)?def\b[^<>]*?\bname\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_MOST = 50_000_000


def check_measure(measure: Node, at: At, run: Run) -> None:
    """The groups of a Measure, with their populations and stratifiers."""
    libraries = _libraries(measure, at, run)
    groups = list(numbered(measure, "group"))
    if not groups:
        run.say("measure-group", at, "a measure has one group at least", "warning")
    for index, group in groups:
        here = below(at, "group", index)
        if len(groups) > 1 and "code" not in group:
            run.say("measure-group", here, "of several groups, each should have a code", "warning")
        if "population" not in group:
            run.say("measure-population", here, "a group should have one population at least", "warning")
        for part, told in (("population", "measure-population"), ("stratifier", "measure-stratifier")):
            _check_coded(group, part, told, here, run)
        for number, stratifier in numbered(group, "stratifier"):
            place = below(here, "stratifier", number)
            _check_criteria(stratifier, libraries, place, run)
            _check_coded(stratifier, "component", "measure-stratifier", place, run)
            for position, component in numbered(stratifier, "component"):
                _check_criteria(component, libraries, below(place, "component", position), run)


def _libraries(measure: Node, at: At, run: Run) -> list[Node]:
    found = []
    for canonical in texts(measure, "library"):
        library = known(run, canonical, "Library")
        if library is None:
            run.say("measure-library", at, "the library is not known here: expressions can't be checked", "information",
                    value=canonical)  # fmt: skip
        else:
            found.append(library)
    return found


def _check_coded(holder: Node, part: str, code: str, at: At, run: Run) -> None:
    parts = list(numbered(holder, part))
    for index, one in parts if len(parts) > 1 else ():
        if "code" not in one:
            run.say(code, below(at, part, index), f"of several, each {part} should have a code", "warning")


def _check_criteria(holder: Node, libraries: list[Node], at: At, run: Run) -> None:
    criteria = holder.get("criteria")
    language = text(criteria, "language")
    if not isinstance(criteria, dict) or not language:
        return  # what is missing is said of the type Expression
    place = below(at, "criteria")
    if language not in _CQL[:2]:
        run.say("measure-criteria", place, f"expressions in {language} are not checked", "warning", value=language)
        return
    library, wrong = _library(text(criteria, "expression"), libraries)
    if library is not None:
        wrong = _undefined(text(criteria, "expression").rpartition(".")[2], library)
    if wrong:
        run.say("measure-criteria", place, wrong, value=text(criteria, "expression"))


def _library(expression: str, libraries: list[Node]) -> tuple[Node | None, str]:
    """The library that a CQL expression is of, or why it has none."""
    if not libraries:
        return None, "the measure names no library that is known here, where CQL would be defined"
    name, dot, _ = expression.partition(".")
    if not dot:
        if len(libraries) > 1:
            return None, "an expression without the name of its library, and there are several libraries"
        return libraries[0], ""
    found = [one for one in libraries if text(one, "name") == name]
    if len(found) > 1:
        return None, f"several libraries have the name {name}"
    return (found[0], "") if found else (None, f"no library of the measure has the name {name}")


def _undefined(name: str, library: Node) -> str:
    """Why the compiled form (ELM) of a library does not define an expression; nothing if it does."""
    compiled = [one for one in objects(library, "content") if text(one, "contentType") == "application/elm+xml"]
    if not compiled:
        return f"the library {text(library, 'url')} has no compiled CQL (application/elm+xml)"
    data = text(compiled[-1], "data")
    try:
        elm = base64.b64decode(data[:_MOST])
    except (binascii.Error, ValueError):
        return f"the compiled CQL of the library {text(library, 'url')} can't be read"
    if b"urn:hl7-org:elm:r1" not in elm:
        return f"the compiled CQL of the library {text(library, 'url')} is no ELM (urn:hl7-org:elm:r1)"
    names = {(double or single).decode("utf-8", "replace") for double, single in _DEFINED.findall(elm)}
    return "" if name in names else f"the library {text(library, 'url')} defines no {name}"
