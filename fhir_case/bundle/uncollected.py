"""Work that makes very many small objects and no cycles, without Python's search for cycles in between."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def uncollected(work: Callable[P, T]) -> Callable[P, T]:
    """The same function, during which the cyclic garbage collector rests, as in Mercurial's `util.nogc`.

    The collector goes through all objects again and again while their number grows; a bundle is a tree, of which it
    frees nothing. Memory is given back by reference counts as ever. Where it was off already, it stays off.
    https://docs.python.org/3/library/gc.html
    """

    @wraps(work)
    def resting(*args: P.args, **kwargs: P.kwargs) -> T:
        if not gc.isenabled():
            return work(*args, **kwargs)
        gc.disable()
        try:
            return work(*args, **kwargs)
        finally:
            gc.enable()

    return resting
