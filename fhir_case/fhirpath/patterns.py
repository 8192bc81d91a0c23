"""Regular expressions of profiles, which nobody has checked."""

from __future__ import annotations

import re


def found(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.S) is not None


def replaced(pattern: str, new: str, text: str) -> str:
    return re.sub(pattern, lambda match: match.expand(re.sub(r"\$(\d)", r"\\\1", new)), text, flags=re.S)
