"""UCUM, the unified code for units of measure, decided offline: is this text a unit, and if not, what would do?

The grammar is that of https://ucum.org/ucum, §1-§13, the case sensitive code, which is the one FHIR uses
(https://hl7.org/fhir/R4/valueset-ucum-units.html). The parser is a loop over the tokens, so no text is too deep for it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from fhir_case.terminology.ucum_atoms import METRIC, NON_METRIC, PREFIXES

LONGEST = 500
"""Characters in a unit; the longest in use have about thirty."""

_TOKEN = re.compile(
    r"(?P<note>\{[^{}]*\})|(?P<mark>[./()])|(?P<unit>(?:\[[^\[\]]*\]|[^\[\]./(){}])+)|(?P<other>.)", re.S
)
_EXPONENT = re.compile(r"[+-]?[0-9]+\Z")
# §12 allows an annotation the ASCII characters 33-126 but no braces; FHIR's own list of common units also has single
# spaces in it ({clock time}: https://hl7.org/fhir/R4/valueset-ucum-common.html).
_ANNOTATION = re.compile(r"\{[!-z|~]*(?: [!-z|~]+)*\}\Z")


def is_atom(symbol: str) -> bool:
    """A unit symbol, with its prefix or without (`mol`, `mmol`, `[iU]`)?"""
    if symbol in METRIC or symbol in NON_METRIC:
        return True
    # Only `da` and the binary prefixes (Ki, Mi, ...) have two letters.
    return any(symbol[:size] in PREFIXES and symbol[size:] in METRIC for size in (1, 2))


def is_unit(token: str) -> bool:
    """A number, or a unit symbol with or without an exponent (`12`, `m2`, `10*-3`)?"""
    if token.isascii() and token.isdigit():
        return True
    return is_atom(token) or is_atom(_EXPONENT.sub("", token))


def tokens(code: str) -> list[tuple[str, str]]:
    """The code as (kind, text): kinds `unit`, `mark` (`.`, `/`, `(` or `)`), `note` (an annotation), `other`."""
    return [(match.lastgroup or "", match.group()) for match in _TOKEN.finditer(code)]


@lru_cache(maxsize=4096)
def problem_with(code: str) -> str | None:
    """What is wrong with a UCUM code, with the nearest unit that would do; None if it is a unit.

    The sentence names the code, what was expected, and where it can be told, the unit to write instead.
    """
    found = _fault(code)
    if found is None:
        return None
    # Imported here: a case without a wrong unit needs no table of what people mistype.
    from fhir_case.terminology.ucum_nearest import nearest

    shown = code if len(code) <= 60 else code[:57] + "..."
    reason = "" if found == _unknown(code) else f": {found}"
    near = nearest(code)
    return f"{shown!r} is no UCUM unit{reason}" + (f"; {near} would do" if near else "")


def is_valid(code: str) -> bool:
    """Is the code a UCUM unit?"""
    return _fault(code) is None


def _fault(code: str) -> str | None:
    if not code:
        return "it is empty (the unit of a pure number is 1)"
    if len(code) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    depth = 0
    due = True  # a unit must come next
    noted = False  # the unit before has its annotation already
    previous = ""
    for kind, text in tokens(code):
        if kind == "other":
            return f"{text!r} has no partner" if text in "[]{}" else f"{text!r} cannot stand in a unit"
        if kind == "note":
            if not _ANNOTATION.match(text):
                return f"the annotation {text} may hold ASCII and single spaces only"
            if noted:
                return f"there are two annotations on one unit, {previous} and {text}"
            due, noted = False, True
        elif kind == "unit":
            if not due:
                return f"a . or / is missing before {text!r}"
            if wrong := _wrong_unit(text):
                return wrong
            due, noted = False, False
        elif text == "(":
            if not due:
                return "a . or / is missing before '('"
            depth += 1
        elif text == ")":
            if due:
                return f"a unit is missing between {previous!r} and ')'"
            if not depth:
                return "')' has no partner"
            depth, noted = depth - 1, False
        else:
            # §7: a division may begin a unit (/min); nothing else may stand without a unit on its left.
            if due and not (text == "/" and not previous):
                return f"a unit is missing before {text!r}"
            due, noted = True, False
        previous = text
    if due:
        return f"a unit is missing after {previous!r}"
    return "'(' has no partner" if depth else None


def _wrong_unit(text: str) -> str | None:
    if is_unit(text):
        return None
    if text != text.strip() or " " in text:
        return f"{text!r} has a space in it"
    number = re.match(r"[0-9]+", text)
    if number and is_unit(text[number.end() :]):
        return f"a . is missing after the number in {text!r}"
    return _unknown(text)


def _unknown(text: str) -> str:
    return f"UCUM has no {text!r}"
