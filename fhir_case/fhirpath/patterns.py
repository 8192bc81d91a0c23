"""Regular expressions of profiles, which nobody has checked: they give an answer in bounded time, or say that they can't.

Python's `re` goes back and forth, and some patterns make it do so for years (`(a+)+$`). A pattern whose worst case is
small for the text at hand goes to `re`; another one is run by `automaton`, whose time grows with the text alone; what
neither can do is `Undecidable`.
"""

from __future__ import annotations

import re
import re._compiler as sre_compiler  # type: ignore[import-not-found]
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
from functools import lru_cache
from typing import Any

from fhir_case.fhirpath.determined import is_determined
from fhir_case.fhirpath.errors import FHIRPathError, Undecidable

LONGEST = 5_000
"""Characters in a pattern; the longest in use have some hundreds."""
STEPS = 2_000_000
"""Steps of `re` in the worst case; a hundredth of a second or so."""

_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_REFERS = re.compile(r"\\[1-9]|\(\?[P(]")
"""Parts that refer to others."""
_SUBSTITUTE = re.compile(r"\\(.)|\$(\d)|\$\{(\w+)\}", re.S)


class Pattern:
    """A pattern that was looked at: `degree` bounds the steps of `re` by `length ** degree`, None: there is no bound.

    `search` finds whether it is somewhere in a text, quickly if that has `longest` characters at most.
    """

    __slots__ = ("compiled", "degree", "longest", "search")

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise Undecidable(f"a pattern of more than {LONGEST} characters")
        try:
            self.compiled = re.compile(text, re.S)
            tree = sre_parser.parse(text, re.S)
        except (re.error, OverflowError) as error:
            if "\\p" in text or "\\P" in text or "&&" in text:
                raise Undecidable(f"the pattern {text[:80]!r} is not written as Python writes them") from None
            raise FHIRPathError(f"{text[:80]!r} is no regular expression: {error}") from None
        except RecursionError:
            raise Undecidable("a pattern that is nested too deep") from None
        self.degree = _steps(tree)
        self.search = self.compiled.search
        if not _REFERS.search(text) and _without_ends(tree):
            self.search = sre_compiler.compile(tree).search
        degree = _steps(tree)
        self.longest = 0 if degree is None else 2**31 if degree == 0 else int(STEPS ** (1 / degree) * 0.999)

    def quick(self, text: str) -> bool:
        """May `re` be given this text?"""
        return self.degree is not None and max(len(text), 2) ** self.degree <= STEPS


pattern = lru_cache(1024)(Pattern)
"""The pattern of a text. Raises `FHIRPathError`, `Undecidable`."""


def _steps(tree: Any) -> int | None:
    inner = _degree(tree)
    if (inner is None or inner > 1) and is_determined(tree):
        inner = 1
    anchored = bool(tree) and tree[0][0] is sre.AT and tree[0][1] is sre.AT_BEGINNING
    return None if inner is None else inner + (not anchored)


def _without_ends(tree: Any) -> bool:
    """Leave out what may be missing at either end: `a+b*` is somewhere in a text if `a` is. Was there any?"""
    parts = list(tree)
    while parts and parts[-1][0] in _REPEATS and parts[-1][1][0] == 0:
        parts.pop()
    while parts and parts[0][0] in _REPEATS[:2] and parts[0][1][0] == 0:
        del parts[0]
    for place in {0, len(parts) - 1} if parts else ():
        code, argument = parts[place]
        if code in _REPEATS[:2]:
            parts[place] = (code, (argument[0], argument[0], argument[2]))
    changed = parts != list(tree)
    tree.data = parts
    return changed


def found(regex: str, text: str) -> bool:
    """Is the pattern somewhere in the text (as Java's `find` with DOTALL)? Raises `FHIRPathError`, `Undecidable`."""
    known = pattern(regex)
    if len(text) <= known.longest:
        return known.search(text) is not None
    from fhir_case.fhirpath.automaton import automaton

    return automaton(regex).found(text)


def replaced(regex: str, new: str, text: str) -> str:
    """The text with every match replaced; `$1` is what the first group matched."""
    known = pattern(regex)
    if not known.quick(text):
        raise Undecidable(f"replaceMatches() with the pattern {regex[:80]!r} may take too long")

    def one(match: re.Match[str]) -> str:
        def part(found: re.Match[str]) -> str:
            if found.group(1) is not None:
                return found.group(1)
            group = found.group(2) or found.group(3)
            try:
                return match.group(int(group) if group.isdigit() else group) or ""
            except IndexError:
                raise FHIRPathError(f"the pattern has no group {group}") from None

        return _SUBSTITUTE.sub(part, new)

    if len(new) * (len(text) + 1) > 100_000_000:
        raise Undecidable("replaceMatches() would make too long a text")
    return known.compiled.sub(one, text)


def _degree(tree: Any) -> int | None:
    """Each repetition of varying length is a place to go back to; one within another has no bound here."""
    total = 0
    for code, argument in tree:
        one = _of(code, argument)
        if one is None:
            return None
        total += one
    return total


def _of(code: Any, argument: Any) -> int | None:
    if code in _REPEATS:
        least, most, body = argument
        inner = _degree(body)
        if inner is None or (inner and most > 1):
            return None if least != most or inner is None or inner * most > 6 else inner * int(most)
        if least == most or (most == 1 and least == 0):
            return inner + (most == 1 and least == 0 and inner == 0 and _width(body) > 1)
        return 1 if not _branches(body) else None
    if code is sre.SUBPATTERN:
        return _degree(argument[3])
    if code is sre.BRANCH:
        inner_ones = [_degree(branch) for branch in argument[1]]
        return None if None in inner_ones else max(one for one in inner_ones if one is not None)
    if code in (sre.ASSERT, sre.ASSERT_NOT):
        return _degree(argument[1])
    if code in (sre.GROUPREF, sre.GROUPREF_EXISTS) or code is sre.ATOMIC_GROUP:
        return None
    return 0


def _branches(tree: Any) -> bool:
    """Are there alternatives or optional parts, which may match one text in several ways when repeated?"""
    for code, argument in tree:
        if code is sre.BRANCH or (code in _REPEATS and argument[0] != argument[1]):
            return True
        if code is sre.SUBPATTERN and _branches(argument[3]):
            return True
        if code in _REPEATS and _branches(argument[2]):
            return True
    return False


def _width(tree: Any) -> int:
    return sum(1 for _ in tree)
