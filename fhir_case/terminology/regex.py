"""Regular expressions of value set filters, matched in time linear in the text whatever the pattern is.

The patterns come from packages, so nobody vouches for them: Python's `re` can take years for one that is written for
that. Here a pattern becomes a non-deterministic automaton, and all its states are followed at once (Thompson, 1968).
The whole text has to match, as in https://hl7.org/fhir/R4/valueset-filter-operator.html.
Known: characters, `.`, classes, `\\d \\w \\s` and their opposites, groups, `|`, `* + ? {n,m}`, `^` and `$` at the ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

LARGEST = 600
"""States of an automaton; `[A-Z]{3}` has three."""
_LONGEST = 400
_EFFORT = 1_000_000
"""States visited until a pattern is given up: one that is meant takes some hundreds, however many texts it is shown."""

Test = Callable[[str], bool]
# A state: (None, next states) leads on without a character; (test, (next,)) takes one character.
_State = tuple[Test | None, tuple[int, ...]]

_SETS: dict[str, Test] = {
    "d": lambda c: c.isdecimal(),
    "D": lambda c: not c.isdecimal(),
    "w": lambda c: c.isalnum() or c == "_",
    "W": lambda c: not (c.isalnum() or c == "_"),
    "s": str.isspace,
    "S": lambda c: not c.isspace(),
}
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
_COUNT = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{0,4}))?\}")


class Unsupported(ValueError):
    """The pattern is no regular expression, is too large, or has what is not known here."""


class Pattern:
    """A compiled pattern; `matches(text)` tells whether the whole text fits, None once it has proved too costly."""

    def __init__(self, pattern: str) -> None:
        if len(pattern) > _LONGEST:
            raise Unsupported(f"it is longer than {_LONGEST} characters")
        states, start = _Compiler(pattern).compiled()
        self._states = states
        self._start = self._closed((start,))
        self._steps: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._effort = 0

    def matches(self, text: str) -> bool | None:
        """Does the whole text fit?"""
        here = self._start
        for character in text:
            if self._effort > _EFFORT:
                return None
            here = self._step(here, character)
            if not here:
                return False
        return 0 in here

    def _step(self, here: frozenset[int], character: str) -> frozenset[int]:
        key = (here, character)
        known = self._steps.get(key)
        if known is None:
            reached = (after for at in here for test, after in (self._states[at],) if test and test(character))
            known = self._closed(one for after in reached for one in after)
            self._steps[key] = known
            self._effort += 1 + len(here) + len(known)
        return known

    def _closed(self, states: Iterable[int]) -> frozenset[int]:
        """The states, and those that they lead to without a character."""
        todo, seen = list(states), set[int]()
        while todo:
            at = todo.pop()
            if at not in seen:
                seen.add(at)
                test, after = self._states[at]
                if test is None:
                    todo += after
        return frozenset(seen)


@lru_cache(maxsize=64)
def compiled(pattern: str) -> Pattern:
    """The pattern, compiled once. Raises `Unsupported`."""
    return Pattern(pattern)


class _Compiler:
    """Builds the automaton from behind: each part is given the state that follows it. State 0 is the end."""

    def __init__(self, pattern: str) -> None:
        self._pattern, self._at = pattern, 0
        self._states: list[_State] = [(None, ())]

    def compiled(self) -> tuple[list[_State], int]:
        part = self._choice(0)
        if self._at < len(self._pattern):
            raise Unsupported(f"`)` at {self._at + 1} has no partner")
        return self._states, part(0)

    def _state(self, test: Test | None, *after: int) -> int:
        if len(self._states) >= LARGEST:
            raise Unsupported("it is too large")
        self._states.append((test, after))
        return len(self._states) - 1

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _choice(self, depth: int) -> Callable[[int], int]:
        if depth > 30:
            raise Unsupported("its groups are nested too deep")
        ways = [self._sequence(depth)]
        while self._peek() == "|":
            self._at += 1
            ways.append(self._sequence(depth))
        if len(ways) == 1:
            return ways[0]
        return lambda after: self._state(None, *(way(after) for way in ways))

    def _sequence(self, depth: int) -> Callable[[int], int]:
        parts: list[Callable[[int], int]] = []
        if depth == 0 and self._peek() == "^":
            self._at += 1  # the whole text has to match, so the ends need no mark
        while self._peek() not in ("", "|", ")"):
            if depth == 0 and self._peek() == "$" and self._pattern[self._at + 1 : self._at + 2] in ("", "|"):
                self._at += 1
                break
            parts.append(self._repeated(self._part(depth)))

        def build(after: int) -> int:
            for part in reversed(parts):
                after = part(after)
            return after

        return build

    def _repeated(self, part: Callable[[int], int]) -> Callable[[int], int]:
        mark = self._peek()
        if mark in ("*", "+", "?"):
            self._at += 1
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[mark]
        elif count := _COUNT.match(self._pattern, self._at):
            self._at = count.end()
            least = int(count[1])
            most = least if not count[2] else int(count[3]) if count[3] else None
            if most is not None and most < least:
                raise Unsupported(f"{count[0]} is no range")
        else:
            return part
        if self._peek() in ("*", "+", "?", "{") and self._peek():
            raise Unsupported("possessive, lazy and doubled quantifiers are not known here")

        def build(after: int) -> int:
            if most is None:
                loop = self._state(None)  # its ways are known only when the part is built
                self._states[loop] = (None, (part(loop), after))
                after = loop
            else:
                end = after
                for _ in range(most - least):
                    after = self._state(None, part(after), end)
            for _ in range(least):
                after = part(after)
            return after

        return build

    def _part(self, depth: int) -> Callable[[int], int]:
        character = self._peek()
        self._at += 1
        if character == "(":
            if self._peek() == "?":
                if self._pattern[self._at : self._at + 2] != "?:":
                    raise Unsupported("groups with (?…) are not known here")
                self._at += 2
            inside = self._choice(depth + 1)
            if self._peek() != ")":
                raise Unsupported("a `(` has no partner")
            self._at += 1
            return inside
        if character == "[":
            test = self._class()
        elif character == "\\":
            test = self._escaped()
        elif character == ".":
            test = _any
        elif character in "*+?{^$":
            raise Unsupported(f"`{character}` at {self._at} has nothing to stand on")
        else:
            test = character.__eq__
        return lambda after: self._state(test, after)

    def _escaped(self) -> Test:
        name = self._peek()
        self._at += 1
        if name in _SETS:
            return _SETS[name]
        if not name or (name.isalnum() and name not in _CONTROLS):
            raise Unsupported(f"\\{name} is not known here")
        return _CONTROLS.get(name, name).__eq__

    def _class(self) -> Test:
        opposite = self._peek() == "^"
        self._at += opposite
        tests: list[Test] = []
        first = True
        while first or self._peek() != "]":
            low = self._member()
            first = False
            if isinstance(low, str) and self._peek() == "-" and self._pattern[self._at + 1 : self._at + 2] != "]":
                self._at += 1
                high = self._member()
                if not isinstance(high, str) or high < low:
                    raise Unsupported("a class has a range that is none")
                tests.append(_between(low, high))
            else:
                tests.append(low.__eq__ if isinstance(low, str) else low)
        self._at += 1
        if opposite:
            return lambda character: not any(test(character) for test in tests)
        return lambda character: any(test(character) for test in tests)

    def _member(self) -> str | Test:
        character = self._peek()
        if not character or self._pattern.startswith(("[:", "&&"), self._at) or character == "[":
            raise Unsupported("a class has no end, or has what is not known here")
        self._at += 1
        if character != "\\":
            return character
        name = self._peek()
        if name in _SETS or not name or (name.isalnum() and name not in _CONTROLS):
            return self._escaped()
        self._at += 1
        return _CONTROLS.get(name, name)


def _any(character: str) -> bool:
    return character not in "\n\r"


def _between(low: str, high: str) -> Test:
    return lambda character: low <= character <= high
