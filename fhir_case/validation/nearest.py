"""The nearest word that would have fitted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

FEW = 10
"""Words that are named when none of them is like the one that was found."""


def instead(like: str | None, words: Collection[str] = ()) -> str:
    """The fix for a word that is not allowed: the one that was likely meant, or of a few all."""
    if like:
        return f"did you mean {like}?"
    return f"one of {', '.join(sorted(words))}" if 0 < len(words) <= FEW else ""


def nearest(word: str, words: Iterable[str]) -> str:
    """The known word most like `word`, or "" where none is like it. Long words are not compared."""
    if len(word) > 80:
        return ""
    folded = {one.casefold(): one for one in words}
    found = get_close_matches(word.casefold(), folded, 1, 0.6)
    return folded[found[0]] if found else ""
