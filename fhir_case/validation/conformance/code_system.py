"""CodeSystem: what it says of itself, and each of its concepts (https://hl7.org/fhir/R4/codesystem.html)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fhir_case.terminology.code_system import CodeSystem
from fhir_case.validation.conformance.properties import Properties
from fhir_case.validation.conformance.reading import below, is_hl7, known, numbered, objects, text
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run
from fhir_case.validation.settings import Level


def check_code_system(system: Node, at: At, run: Run) -> None:
    """A CodeSystem: its content, its properties, its concepts, and the code system it supplements."""
    concepts = list(_concepts(system, at))
    supplements = text(system, "supplements")
    _check_content(system, supplements, len(concepts), at, run)
    _check_whole_set(system, len(concepts), at, run)
    base = _base(system, supplements, at, run)
    codes = {code for concept, _ in concepts if isinstance(code := concept.get("code"), str)}
    properties = Properties(system, base, codes, at, run)
    _check_concepts(system, concepts, properties, run)
    if base is not None:
        _check_supplement(concepts, base, supplements, run)


def _concepts(system: Node, at: At) -> Iterator[tuple[Node, At]]:
    """All concepts in document order, with their places; deep trees do not use Python's stack."""
    todo: list[tuple[Node, At]] = [(system, at)]
    while todo:
        holder, here = todo.pop()
        if holder is not system:
            yield holder, here
        if "concept" in holder:
            todo += [(one, below(here, "concept", index)) for index, one in numbered(holder, "concept")][::-1]


def _check_content(system: Node, supplements: str, count: int, at: At, run: Run) -> None:
    content = text(system, "content")
    if supplements and content != "supplement":
        run.say("definition-supplement", below(at, "content"), "a code system with `supplements` has the content `supplement`",
                fix="supplement", value=content)  # fmt: skip
    if not supplements and content == "supplement":
        run.say(
            "definition-supplement",
            below(at, "content"),
            "a supplement says in `supplements` which code system it adds to",
        )
    if supplements and "caseSensitive" in system:
        run.say("definition-supplement", below(at, "caseSensitive"), "whether case matters is said by the code system that "
                "is supplemented", fix="leave it out")  # fmt: skip
    if not supplements:
        _check_stated(system, at, run)
    if content == "complete" and not count:
        run.say("definition-content", at, "a complete code system has no concepts", "warning")
    if content == "not-present" and count:
        run.say("definition-content", below(at, "concept", 0), "the content is `not-present`, and here are concepts",
                fix="the content `fragment` or `complete`")  # fmt: skip
    _check_count(system.get("count"), content, count, below(at, "count"), run)


def _check_stated(system: Node, at: At, run: Run) -> None:
    """What a user of the codes must know (R4's ShareableCodeSystem)."""
    url = text(system, "url")
    level: Level = "warning" if "hl7.org" in url or "fhir.org" in url else "information"
    if "caseSensitive" not in system:
        told = "caseSensitive is not said: whether A and a are the same code"
        run.say("definition-incomplete", at, told, level)
    if "hierarchyMeaning" not in system and any("concept" in one for one in objects(system, "concept")):
        told = "hierarchyMeaning is not said: what it means that concepts stand in one another"
        run.say("definition-incomplete", at, told, level)


def _check_count(stated: Any, content: str, count: int, at: At, run: Run) -> None:
    if not isinstance(stated, int) or isinstance(stated, bool) or stated < 0:
        return
    if content == "complete" and stated != count:
        run.say("definition-count", at, f"{count} concepts are here, {stated} are stated", fix=str(count), value=stated)
    elif content in ("example", "fragment") and count >= stated:
        run.say("definition-count", at, f"a part of the code system has {count} concepts, the whole is said to have {stated}",
                "warning", value=stated)  # fmt: skip


def _check_whole_set(system: Node, count: int, at: At, run: Run) -> None:
    """The value set of all codes (CodeSystem.valueSet): nothing but this code system."""
    canonical = text(system, "valueSet")
    if not canonical:
        return
    if text(system, "content") != "complete":
        run.say("definition-all-codes", at, "a code system that is not complete should name no value set of all its codes",
                "information", value=canonical)  # fmt: skip
    found = known(run, canonical, "ValueSet")
    wrong = _not_all_of(found, text(system, "url"), count) if found else ""
    if wrong:
        run.say("definition-all-codes", at, f"the value set {canonical} is not that of all codes: {wrong}")


def _not_all_of(value_set: Node, url: str, count: int) -> str:
    compose = value_set.get("compose")
    includes = objects(compose, "include")
    if len(includes) != 1:
        return f"it has {len(includes)} includes, one was expected"
    [include] = includes
    if text(include, "system") != url:
        return f"it includes {text(include, 'system') or 'no system'}, not {url}"
    if any(include.get(key) for key in ("valueSet", "concept", "filter")):
        return "it includes only a part of it"
    expansion = value_set.get("expansion")
    if isinstance(expansion, dict) and len(objects(expansion, "contains")) != count:
        return f"its expansion has {len(objects(expansion, 'contains'))} codes, here are {count}"
    return ""


def _base(system: Node, supplements: str, at: At, run: Run) -> CodeSystem | None:
    """The code system that a supplement adds to, where it is known."""
    url, _, version = supplements.partition("|")
    base = run.checks.terminology.code_system(url, version or None) if url else None
    if base is None:
        if supplements and system.get("concept"):
            run.say("definition-supplement", at, "the code system that is supplemented is not known: its codes can't be checked",
                    "warning", value=supplements)  # fmt: skip
        return None
    original = known(run, supplements, "CodeSystem")
    mine, theirs = text(system, "hierarchyMeaning"), text(original, "hierarchyMeaning")
    if mine and theirs and mine != theirs:
        run.say("definition-supplement", at, f"hierarchyMeaning is {mine}, in the code system that is supplemented {theirs}",
                fix=theirs)  # fmt: skip
    return base


def _check_supplement(concepts: list[tuple[Node, At]], base: CodeSystem, supplements: str, run: Run) -> None:
    for concept, place in concepts:
        code = concept.get("code")
        if isinstance(code, str) and code and base.contains(code) is False:
            run.say(
                "definition-supplement", place, f"{supplements} has no such code: a supplement adds none", value=code
            )


def _check_concepts(system: Node, concepts: list[tuple[Node, At]], properties: Properties, run: Run) -> None:
    seen: set[str] = set()
    language = text(system, "language")
    wanted = {"display", "definition"} if is_hl7(system) else set()
    for concept, place in concepts:
        code = concept.get("code")
        if isinstance(code, str):
            if code in seen:
                run.say("definition-code-duplicate", place, "another concept has this code", value=code)
            seen.add(code)
        if wanted and not wanted <= concept.keys():
            for name in sorted(wanted - concept.keys()):
                run.say("definition-incomplete", place, f"in a code system of HL7 each concept has a {name}", "warning")
                wanted.discard(name)
        if "designation" in concept:
            _check_designations(concept, language, place, run)
        if "property" in concept:
            properties.check(concept, place, run)


def _check_designations(concept: Node, language: str, at: At, run: Run) -> None:
    """A designation without a use, in the language of the display, is another display."""
    display = text(concept, "display")
    for index, one in numbered(concept, "designation"):
        own = text(one, "language")
        if "use" in one or own not in ("", language) or not display or text(one, "value") == display:
            continue
        run.say("definition-designation", below(at, "designation", index),
                f"neither use nor language tell this designation from the display, {display[:80]}", "warning", "give it a use",
                value=text(one, "value"))  # fmt: skip
