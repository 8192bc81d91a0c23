"""The field kinds of codes: words of a code table, codes of a code system, concepts; and guards, which are codes too."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from fhir_case.case.coded import Coding, Concept
from fhir_case.json import Json
from fhir_case.lens.codes import CodeTable
from fhir_case.lens.context import Context
from fhir_case.lens.line import UNREAD, Codec, Line
from fhir_case.lens.places import Extension, at


def code(field: str, element: str | Extension, table: CodeTable, **more: Any) -> Line:
    """One of the words of a code table: a `code`, or a CodeableConcept where the table names its system."""
    return at(field, element, table.codec(), **more)


def category(field: str, element: str, table: CodeTable, **more: Any) -> Line:
    """The entry of a list of CodeableConcepts that has a code of the table's system."""
    codec = table.codec()
    return Line(field, element, codec.put, codec.take, "code", False, table.claims, codec=codec, **more)


def always(element: str, table: CodeTable, word: str) -> Line:
    """A guard: `put` writes the code, and without it the mapping does not apply."""
    return Line(
        None, element, lambda value, context: table.concept(word), lambda entry, context: True,
        f"= {word}", False, lambda entry: table.claims(entry) and table.word(entry) == word, None, True, as_is=True,
    )  # fmt: skip


_coding = lru_cache(maxsize=4096)(Coding)
"""A Coding; the same few stand in a record thousands of times, and each is made once."""


@lru_cache(maxsize=4096)
def _concept(words: str | None, *coding: str | None) -> Concept:
    """A concept of one coding, likewise."""
    return Concept(words, (_coding(*coding),))


def put_coding(coding: Coding, context: Context) -> Json:
    """A Coding."""
    made: dict[str, Json] = {}
    if coding.system is not None:
        made["system"] = coding.system
    if coding.version is not None:
        made["version"] = coding.version
    if coding.code is not None:
        made["code"] = coding.code
    if coding.display is not None:
        made["display"] = coding.display
    return made


def take_coding(held: Json, context: Context) -> Any:
    """Read a Coding."""
    parts = (held.get("system"), held.get("code"), held.get("display"), held.get("version"))
    said = False
    for part in parts:
        if part is not None:
            if type(part) is not str or not part:
                return UNREAD
            said = True
    return _coding(*parts) if said else UNREAD


def put_concept(concept_: Concept, context: Context) -> Json:
    """A CodeableConcept."""
    made: dict[str, Json] = {}
    codings = concept_.codings
    if codings:
        made["coding"] = [put_coding(codings[0], context)] if len(codings) == 1 else [
            put_coding(coding, context) for coding in codings
        ]  # fmt: skip
    if concept_.text is not None:
        made["text"] = concept_.text
    return made


def take_concept(held: Json, context: Context) -> Any:
    """Read a CodeableConcept."""
    words = held.get("text")
    if words is not None and (type(words) is not str or not words):
        return UNREAD
    codings = []
    for one in held.get("coding", ()):
        coding = take_coding(one, context)
        if coding is UNREAD:
            return UNREAD
        codings.append(coding)
    return Concept(words, tuple(codings)) if words or codings else UNREAD


_CODING_KEYS = frozenset({"system", "code", "display", "version"})
_CONCEPT_KEYS = frozenset({"text", "coding"})


def exact_coding(held: Json, context: Context) -> Any:
    """Read a Coding that has nothing else."""
    parts = _exact_parts(held)
    return UNREAD if parts is None else _coding(*parts)


def _exact_parts(held: Json) -> tuple[str | None, ...] | None:
    """System, code, display and version of a Coding that has nothing else."""
    if not held or not held.keys() <= _CODING_KEYS:
        return None
    for part in held.values():
        if type(part) is not str or not part:
            return None
    return held.get("system"), held.get("code"), held.get("display"), held.get("version")


def exact_concept(held: Json, context: Context) -> Any:
    """Read a CodeableConcept that has nothing else."""
    words, given = held.get("text"), held.get("coding")
    if len(held) != (words is not None) + (given is not None) or (words is not None and type(words) is not str):
        return UNREAD
    codings = []
    for one in given or ():
        parts = _exact_parts(one)
        if parts is None:
            return UNREAD
        codings.append(parts)
    if words == "" or not held or (given is not None and (type(given) is not list or not codings)):
        return UNREAD
    if len(codings) == 1:
        return _concept(words, *codings[0])
    return Concept(words, tuple(_coding(*parts) for parts in codings))


CODING = Codec("Coding", put_coding, take_coding, exact=exact_coding)
CONCEPT = Codec("CodeableConcept", put_concept, take_concept, exact=exact_concept)


WORDS = Codec("CodeableConcept", lambda value, context: {"text": value}, lambda held, context: _words(held), as_is=True)
"""A concept that is told in words alone."""


def _words(held: Json) -> Any:
    told = held.get("text")
    return told if held.keys() == {"text"} and type(told) is str and told else UNREAD


def words(*known: str) -> Codec:
    """A concept that is told in words alone, and in these only."""

    def take(held: Json, context: Context) -> Any:
        word = _words(held)
        return word if word in known else UNREAD

    return Codec("CodeableConcept", WORDS.put, take, as_is=True)


_CODE = re.compile(r"[^\s]+( [^\s]+)*")
"""https://hl7.org/fhir/R4/datatypes.html#code"""


def alone(system: str) -> Codec:
    """A concept that is the bare code of this system: an expression, mostly."""

    def put(code: str, context: Context) -> Json:
        return {"coding": [{"system": system, "code": code}]}

    def take(held: Json, context: Context) -> Any:
        (coding,) = held["coding"]
        code = coding["code"]
        return code if coding.get("system") == system and type(code) is str and _CODE.fullmatch(code) else UNREAD

    return Codec("CodeableConcept", put, take)


def coding(field: str, element: str, **more: Any) -> Line:
    """A Coding: one code of one system."""
    return at(field, element, CODING, **more)


def concept(field: str, element: str | Extension, **more: Any) -> Line:
    """A CodeableConcept: several codes of one meaning, and a text."""
    return at(field, element, CONCEPT, **more)
