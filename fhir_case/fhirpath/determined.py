"""Whether a regular expression can read a text in one way only: then `re` never goes back far, however it repeats.

At each character no more than one part of the pattern can take it (A. Brüggemann-Klein, Regular Expressions into Finite
Automata, 1993), as in `[a-z]+(\\.[a-z]+)*`: only a dot begins the part that repeats, and no letter is a dot.
"""

from __future__ import annotations

import re
import re._compiler as sre_compiler  # type: ignore[import-not-found]
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
from typing import Any, NamedTuple

_ASCII = 128
_OTHERS = 1 << _ASCII
"""The bit of all characters that are not ASCII."""
_ONE = (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY)
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


class _Part(NamedTuple):
    """A part of a pattern: may it match nothing, and which characters (as bits) can begin it, or go on after a match."""

    empty: bool
    first: int
    more: int


class _Ambiguous(Exception):
    """Two parts can take the same character."""


def is_determined(tree: Any) -> bool:
    """Whether the parsed pattern (`re._parser.parse`) can read each text in one way only."""
    if tree.state.flags & ~(re.S | re.U):
        return False
    try:
        _sequence(tree)
    except _Ambiguous:
        return False
    return True


def _sequence(tree: Any) -> _Part:
    made = _Part(True, 0, 0)
    for code, argument in tree:
        made = _after(made, _part(tree.state, code, argument))
    return made


def _after(one: _Part, other: _Part) -> _Part:
    _apart(one.more | (one.first if one.empty else 0), other.first)
    return _Part(
        one.empty and other.empty,
        one.first | (other.first if one.empty else 0),
        other.more | (one.more | other.first if other.empty else 0),
    )


def _part(state: Any, code: Any, argument: Any) -> _Part:
    if code in _ONE:
        return _Part(False, _characters(state, code, argument), 0)
    if code is sre.AT:
        return _Part(True, 0, 0)
    if code is sre.SUBPATTERN and not argument[1] and not argument[2]:
        return _sequence(argument[3])
    if code is sre.BRANCH:
        made = _Part(False, 0, 0)
        for one in map(_sequence, argument[1]):
            _apart(made.first, one.first)
            if made.empty and one.empty:
                raise _Ambiguous
            made = _Part(made.empty or one.empty, made.first | one.first, made.more | one.more)
        return made
    if code in _REPEATS:
        least, most, body = argument
        one = _sequence(body)
        if most > 1:
            if one.empty:
                raise _Ambiguous
            _apart(one.more, one.first)
        return _Part(one.empty or least == 0, one.first, one.more | (one.first if most > 1 else 0))
    raise _Ambiguous  # what refers to other parts, or looks around


def _apart(one: int, other: int) -> None:
    if one & other:
        raise _Ambiguous


def _characters(state: Any, code: Any, argument: Any) -> int:
    """The characters that a part of one character matches."""
    match = sre_compiler.compile(sre_parser.SubPattern(state, [(code, argument)]), re.S).match
    found = sum(1 << place for place in range(_ASCII) if match(chr(place)))
    return found if _is_ascii(code, argument) else found | _OTHERS


def _is_ascii(code: Any, argument: Any) -> bool:
    if code is sre.LITERAL:
        return bool(argument < _ASCII)
    if code is sre.RANGE:
        return bool(argument[1] < _ASCII)
    return code is sre.IN and all(_is_ascii(*one) for one in argument)
