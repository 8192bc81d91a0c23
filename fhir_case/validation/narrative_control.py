"""What a profile says of the sections of a narrative: languages, and where the text comes from.

http://hl7.org/fhir/StructureDefinition/narrative-language-control and …/narrative-source-control, on a Narrative element.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from fhir_case.validation.places import At
from fhir_case.validation.plan import Element
from fhir_case.validation.run import Run
from fhir_case.validation.settings import Level

if TYPE_CHECKING:
    from fhir_case.validation.types import Item

_XML_LANG, _CLASS = "http://www.w3.org/XML/1998/namespace lang", "class"
_SOURCES = frozenset(("boilerplate", "generated", "original", "extensions", "additional"))
_LEVELS: dict[str, Level] = {"fatal": "error", "error": "error", "warning": "warning", "information": "information"}


@dataclass(slots=True)
class Sections:
    """The parts of a narrative: the languages of its sections, and the beginnings of what names no source."""

    languages: list[str] = field(default_factory=list)
    without_source: list[str] = field(default_factory=list)


def controls(element: Element, definition: str) -> list[Item]:
    """The functions for what the extensions of an element demand of its narrative."""
    made: list[Item] = []
    for name, value in element.extended:
        if name == "narrative-language-control":
            made.append(partial(_check_language, value, definition))
        elif name == "narrative-source-control" and value in _LEVELS:
            made.append(partial(_check_sources, _LEVELS[value], definition))
    return made


def _check_language(wanted: str, definition: str, value: Any, at: At, run: Run) -> None:
    found = _sections(value)
    if found is None:
        return
    there = ", ".join(found.languages) or "none"
    told = ""
    if wanted == "_no":
        told = f"language sections are not allowed here; there are some: {there}" if found.languages else ""
    elif wanted == "_yes":
        told = "" if found.languages else "language sections are required here, and there are none"
    else:
        language = run.resource.get("language") if wanted == "_resource" else wanted
        if isinstance(language, str) and language not in found.languages:
            told = f"a section in the language {language[:40]} is required here; there is {there}"
    if told:
        run.say("narrative-sections", at, told, definition=definition)


def _check_sources(level: Level, definition: str, value: Any, at: At, run: Run) -> None:
    found = _sections(value)
    for start in found.without_source if found else ():
        told = f"no class says where this comes from (boilerplate, generated, original): {start}"
        run.say("narrative-sections", at, told, level, definition=definition)


def _sections(value: Any) -> Sections | None:
    """The sections of a narrative; None where it cannot be read."""
    from xml.parsers import expat

    text = value.get("div") if isinstance(value, dict) else None
    if not isinstance(text, str):
        return None
    found = Sections()
    depth = 0
    top = 1  # sections stand in the outermost div, or in those of a language
    waiting = False

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, top, waiting
        if depth == 1 and _XML_LANG in attributes and name.rpartition(" ")[2] == "div":
            found.languages.append(attributes[_XML_LANG])
            top = 2
        elif depth == top:
            waiting = _SOURCES.isdisjoint(attributes.get(_CLASS, "").split())
        depth += 1

    def end(name: str) -> None:
        nonlocal depth, top, waiting
        depth -= 1
        if depth <= top:
            waiting = False
        top = min(top, max(depth, 1))

    def characters(data: str) -> None:
        nonlocal waiting
        if data.strip() and (depth == top or waiting):
            found.without_source.append(data.strip()[:40])
            waiting = False

    def doctype(*_: Any) -> None:
        raise ValueError

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError):
        return None  # said by the rules of the narrative itself
    return found
