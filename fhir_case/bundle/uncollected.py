"""Work that makes very many small objects and no cycles, with Python's search for cycles held back meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

SELDOM: Final = 100_000
"""So many objects may be made before the collector looks at them."""


class _Held:
    """How much such work is going on in this process, in whichever threads, and what held before it.

    The collector belongs to the whole process, and so must this. It is never switched off: what other threads leave
    behind is collected meanwhile, if later, and who has switched it off or changes its thresholds keeps that.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._going_on = 0
        self._before = 0

    def begin(self) -> None:
        """The first one holds the collector back."""
        with self._lock:
            self._going_on += 1
            usual, *others = gc.get_threshold()
            if self._going_on == 1 and 0 < usual < SELDOM:  # 0 is off
                self._before = usual
                gc.set_threshold(SELDOM, *others)

    def end(self) -> None:
        """The last one lets it go on, unless somebody else has said since when it is to."""
        with self._lock:
            self._going_on -= 1
            if self._going_on:
                return
            now, *others = gc.get_threshold()
            if self._before and now == SELDOM:
                gc.set_threshold(self._before, *others)
            self._before = 0


_HELD = _Held()


def uncollected(work: Callable[P, T]) -> Callable[P, T]:
    """The same function, during which the cyclic garbage collector looks seldom (Mercurial's `util.nogc` is the model).

    The collector goes through all objects again and again while their number grows; a bundle is a tree, of which it
    frees nothing. Memory is given back by reference counts as ever. https://docs.python.org/3/library/gc.html
    """

    @wraps(work)
    def held_back(*args: P.args, **kwargs: P.kwargs) -> T:
        _HELD.begin()
        try:
            return work(*args, **kwargs)
        finally:
            _HELD.end()

    return held_back
