"""Patterns as automata: all ways to match are followed at once, so time grows with the text, whatever the pattern.

Thompson's construction (https://swtch.com/~rsc/regexp/regexp1.html), the sets of states kept once they were met.
"""

from __future__ import annotations

import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from fhir_case.fhirpath.errors import Undecidable

STATES = 20_000
"""States of an automaton, counted repetitions written out."""
WORK = 20_000_000
"""States visited for one text; some seconds at most."""
KEPT = 5_000
"""Sets of states kept."""

Test = Callable[[str], bool]
States = frozenset[int]

_CATEGORIES: dict[Any, Test] = {
    sre.CATEGORY_DIGIT: str.isdecimal,
    sre.CATEGORY_NOT_DIGIT: lambda one: not one.isdecimal(),
    sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_NOT_SPACE: lambda one: not one.isspace(),
    sre.CATEGORY_WORD: lambda one: one.isalnum() or one == "_",
    sre.CATEGORY_NOT_WORD: lambda one: not (one.isalnum() or one == "_"),
}


class Automaton:
    """States by number: what a character must be, or where to go on without one."""

    def __init__(self, text: str) -> None:
        self.text = text
        tree = sre_parser.parse(text, re.S)
        if tree.state.flags & (re.I | re.M | re.A):
            raise self.beyond()
        self.tests: list[Test | None] = []
        self.next: list[list[int]] = []
        self.places: list[Any] = []
        """Where the text must stand for a state to go on (`^`, `$`), None mostly."""
        self.kept: dict[tuple[States, str], States] = {}
        start, end = self.state(), self.state()
        self.start, self.end = start, end
        self.sequence(tree, start, end)

    def beyond(self) -> Undecidable:
        return Undecidable(f"the pattern {self.text[:80]!r} may take too long")

    def state(self, test: Test | None = None, place: Any = None) -> int:
        if len(self.tests) >= STATES:
            raise self.beyond()
        self.tests.append(test)
        self.next.append([])
        self.places.append(place)
        return len(self.tests) - 1

    def sequence(self, tree: Any, start: int, end: int) -> None:
        """States for what is matched one after the other, from `start` to `end`."""
        at = start
        for code, argument in tree:
            after = self.state()
            self.one(code, argument, at, after)
            at = after
        self.next[at].append(end)

    def one(self, code: Any, argument: Any, start: int, end: int) -> None:
        if code in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            self.repeat(argument[0], argument[1], argument[2], start, end)
        elif code is sre.SUBPATTERN:
            if argument[1] or argument[2]:
                raise self.beyond()
            self.sequence(argument[3], start, end)
        elif code is sre.BRANCH:
            for branch in argument[1]:
                self.sequence(branch, start, end)
        elif code is sre.AT:
            if argument not in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING, sre.AT_END, sre.AT_END_STRING):
                raise self.beyond()
            self.next[start].append(self.to(self.state(place=argument), end))
        else:
            self.next[start].append(self.to(self.state(self.test(code, argument)), end))

    def to(self, state: int, end: int) -> int:
        self.next[state].append(end)
        return state

    def repeat(self, least: int, most: Any, body: Any, start: int, end: int) -> None:
        at = start
        for _ in range(least):
            after = self.state()
            self.sequence(body, at, after)
            at = after
        if most is sre.MAXREPEAT:
            loop = self.state()
            self.next[at].append(loop)
            self.sequence(body, loop, loop)
            self.next[loop].append(end)
            return
        for _ in range(int(most) - least):
            after = self.state()
            self.next[at].append(end)
            self.sequence(body, at, after)
            at = after
        self.next[at].append(end)

    def test(self, code: Any, argument: Any) -> Test:
        if code is sre.LITERAL:
            return chr(argument).__eq__
        if code is sre.NOT_LITERAL:
            return chr(argument).__ne__
        if code is sre.ANY:
            return lambda _: True
        if code is sre.RANGE:
            low, high = map(chr, argument)
            return lambda one: low <= one <= high
        if code is sre.CATEGORY:
            return _CATEGORIES[argument]
        if code is not sre.IN:
            raise self.beyond()
        negated = argument[0][0] is sre.NEGATE
        tests = [self.test(*one) for one in argument[negated:]]
        return lambda one: any(test(one) for test in tests) is not negated

    def closure(self, states: Any, at: int, length: int, last: bool) -> States:
        """All states that are reached without a character."""
        met = set(states)
        waiting = list(met)
        while waiting:
            state = waiting.pop()
            if self.tests[state] is not None or not self.stands(self.places[state], at, length, last):
                continue
            for following in self.next[state]:
                if following not in met:
                    met.add(following)
                    waiting.append(following)
        return frozenset(met)

    @staticmethod
    def stands(place: Any, at: int, length: int, last: bool) -> bool:
        if place is None:
            return True
        if place in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
            return at == 0
        return at == length or (place is sre.AT_END and last and at == length - 1)

    def found(self, text: str) -> bool:
        """Is the pattern somewhere in the text?"""
        length, last = len(text), text.endswith("\n")
        states = self.closure((self.start,), 0, length, last)
        work = 0
        for at, one in enumerate(text):
            if self.end in states:
                return True
            within = at < length - 2
            key = (states, one)
            known = self.kept.get(key) if within else None
            if known is None:
                work += len(states)
                if work > WORK:
                    raise self.beyond()
                moved = [self.next[state][0] for state in states if (test := self.tests[state]) and test(one)]
                known = self.closure((*moved, self.start), at + 1, length, last)
                if within and len(self.kept) < KEPT:
                    self.kept[key] = known
            states = known
        return self.end in states


@lru_cache(256)
def automaton(pattern: str) -> Automaton:
    """The automaton of a pattern. Raises `Undecidable` for what automata cannot do (references, looking around)."""
    return Automaton(pattern)
