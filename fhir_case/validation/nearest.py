"""The nearest word that would have fitted."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, words: Iterable[str]) -> str:
    """The known word most like `word`, or "" where none is like it. Long words are not compared."""
    if len(word) > 80:
        return ""
    folded = {one.casefold(): one for one in words}
    found = get_close_matches(word.casefold(), folded, 1, 0.6)
    return folded[found[0]] if found else ""
