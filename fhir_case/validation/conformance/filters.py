"""Filters of a value set: a property the code system knows, an operator it allows, a value of the property's type.

https://hl7.org/fhir/R4/valueset-filter-operator.html, https://hl7.org/fhir/R4/codesystem.html#filters
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from fhir_case.terminology.regex import compiled
from fhir_case.validation.conformance.parameters import EXPRESSION, Parameters
from fhir_case.validation.conformance.properties import TYPES
from fhir_case.validation.conformance.reading import below, extensions, objects, text, texts
from fhir_case.validation.nearest import nearest
from fhir_case.validation.places import At, Step
from fhir_case.validation.run import Node, Run

_HIERARCHY = ("=", "in", "is-a", "descendent-of", "is-not-a", "generalizes", "not-in")
_OPERATORS = {"concept": _HIERARCHY, "code": (*_HIERARCHY, "regex")}
_CONCEPTS = frozenset(("concept", "code", "parent", "child", "partOf"))
"""Properties whose values are codes of the same code system."""
_ELSEWHERE = frozenset((
    "http://snomed.info/sct", "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm", "http://unitsofmeasure.org",
    "http://www.ama-assn.org/go/cpt", "urn:ietf:bcp:47",
))  # fmt: skip
"""Code systems with properties of their own, which their publishers define (https://hl7.org/fhir/R4/terminologies-systems.html)."""
_LOINC = ("=", "exists", "regex", "in", "not-in")
"""The operators of LOINC's properties (https://terminology.hl7.org/LOINC.html)."""
_LITERAL = re.compile(r"([^|#\s]+)(?:\|([^#]*))?#(\S.*)")
_COMPARING = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
_DATE = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)
_FORMS: dict[str, tuple[Callable[[str], object], str]] = {
    "boolean": (lambda value: value in ("true", "false"), "true or false"),
    "dateTime": (lambda value: _DATE.fullmatch(_compared(value)), "a date, or a date and a time"),
    "decimal": (lambda value: re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", _compared(value)), "a decimal number"),
    "integer": (lambda value: re.fullmatch(r"[+-]?\d+", _compared(value)), "a whole number"),
    "Coding": (_LITERAL.fullmatch, "system#code, or system|version#code"),
    "code": (lambda value: value == value.strip(), "a code, without white space around it"),
}
_VALUE = Step("_value", "value")


class _Rule(NamedTuple):
    type: str
    operators: tuple[str, ...]


def check_filter(
    one: Node, url: str, version: str, definition: Node | None, parameters: Parameters, at: At, run: Run
) -> None:
    """One filter of an include of the code system `url`; `definition` is that CodeSystem, where it is known."""
    name, operator = text(one, "property"), text(one, "op")
    if not name:
        return
    rule = _rule(name, definition, url)
    if rule is None:
        names = _names(definition)
        like = nearest(name, names)
        run.say("definition-filter", at, f"{url} is not known to have this property", "warning" if definition else "information",
                f"did you mean {like}?" if like else "", value=name)  # fmt: skip
        return
    allowed = not rule.operators or operator in rule.operators
    if not allowed:
        told = f"the operator {operator} is not allowed for {name}; allowed: {', '.join(rule.operators)}"
        run.say("definition-filter", at, told, value=operator)
    value = one.get("value")
    held = next(extensions(one.get("_value"), EXPRESSION), None)
    if held is not None:
        parameters.check_expression(held[1], below((at, _VALUE, None), "extension", held[0]), run)
        if isinstance(value, str):
            run.say("definition-filter", at, "a filter has a value, or an expression for it, not both")
    elif isinstance(value, str) and allowed:
        _check_value(name, operator, value, rule.type, url, version, at, run)


def _rule(name: str, definition: Node | None, url: str) -> _Rule | None:
    """What holds for filters by a property: of what the code system defines, else of what holds in all; None: unknown."""
    operators: list[str] = []
    known = name in _OPERATORS or name in TYPES
    for one in objects(definition, "filter"):
        if text(one, "code") == name:
            operators += texts(one, "operator")
            known = True
    kind = next((text(one, "type") for one in objects(definition, "property") if text(one, "code") == name), "")
    if kind:
        return _Rule(kind, tuple(operators))
    if url in _ELSEWHERE:
        return _Rule("", _LOINC if url == "http://loinc.org" and name not in _OPERATORS else ())
    if not known:
        return None
    kind = "code" if name in _OPERATORS else TYPES.get(name, "")
    return _Rule(kind, tuple(dict.fromkeys((*operators, *_OPERATORS.get(name, ())))))


def _names(definition: Node | None) -> list[str]:
    own = [text(one, "code") for part in ("property", "filter") for one in objects(definition, part)]
    return [*own, *_OPERATORS, *TYPES]


def _check_value(name: str, operator: str, value: str, kind: str, url: str, version: str, at: At, run: Run) -> None:
    if operator == "regex":
        _check_regex(name, value, at, run)
        return
    values = value.split(",") if operator in ("in", "not-in") else [value]
    kind = "boolean" if operator == "exists" else kind
    form = _FORMS.get(kind)
    for one in values:
        if form is not None and not form[0](one):
            run.say("definition-filter", at, f"the value of a filter by {name} is {form[1]}", value=one)
        elif kind == "Coding":
            _check_coding(one, at, run)
        elif kind == "code" and name in _CONCEPTS:
            system = run.checks.terminology.code_system(url, version or None)
            if system is not None and system.contains(one.strip()) is False:
                like = system.nearest(one)
                run.say(
                    "definition-filter",
                    at,
                    f"{url} has no such code",
                    fix=f"did you mean {like}?" if like else "",
                    value=one,
                )


def _check_regex(name: str, value: str, at: At, run: Run) -> None:
    if name == "concept":
        run.say(
            "definition-filter",
            at,
            "a regex applies to codes or to the values of a property, not to concepts",
            fix="code",
        )
    wrong = _no_regex(value)
    if wrong:
        run.say("definition-filter", at, f"not a regular expression: {wrong}", value=value)


def _no_regex(value: str) -> str:
    """Why a text is no regular expression; what only one kind of engine knows may be one."""
    try:
        compiled(value)
    except ValueError as error:
        try:
            re.compile(re.sub(r"\\[pP]\{\w+\}", "x", value[:5000]))
        except (re.error, OverflowError, RecursionError):
            return str(error)
    return ""


def _check_coding(value: str, at: At, run: Run) -> None:
    found = _LITERAL.fullmatch(value)
    if found is None:
        return
    system = run.checks.terminology.code_system(found[1], found[2] or None)
    if system is not None and system.contains(found[3]) is False:
        run.say("definition-filter", at, f"{found[1]} has no such code", value=found[3])


def _compared(value: str) -> str:
    """The value without the sign of comparison before it."""
    return value[2:] if value[:2] in _COMPARING else value
