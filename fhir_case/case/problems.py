"""What is wrong with one value of a case file, said to the person who wrote it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class Unreadable(ValueError):
    """A value that cannot be read: what was expected and found, the likely fix, and the code of the issue."""

    def __init__(self, message: str, fix: str = "", code: str = "case-value", key: str | None = None) -> None:
        super().__init__(message)
        self.message, self.fix, self.code = message, fix, code
        self.key = key
        """The key of the value's long form that is meant, where it is one of them and not the whole value."""


def nearest(word: str, words: Iterable[str], *, fix: str = "did you mean {!r}?") -> str:
    """A fix that names the nearest of the known words, or nothing where none is near."""
    known = {one.casefold(): one for one in words}
    meant = word.casefold()
    found = get_close_matches(meant, known, n=1, cutoff=0.6) or [
        one for one in known if meant and one.startswith(meant)
    ]
    return fix.format(known[found[0]]) if len(found) == 1 else ""


def shortened(value: object) -> str:
    """A value as a message shows it: one line, at most 60 characters."""
    text = " ".join(str(value).split())
    return repr(text if len(text) <= 60 else text[:57] + "...")
