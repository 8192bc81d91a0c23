"""Whether a text is XML, without reading it."""

from __future__ import annotations

import re

_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*<|\xff\xfe<\x00|\xfe\xff\x00<")


def is_xml(text: str | bytes) -> bool:
    """Whether a text is meant to be XML: it begins with `<`, which no JSON does."""
    if isinstance(text, str):
        return text[:1000].lstrip("\ufeff \t\r\n").startswith("<")
    return _BEGINS.match(text) is not None
