"""Whether a text is XML, without reading it."""

from __future__ import annotations

import re

_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*<(?!<)|\xff\xfe<\x00|\xfe\xff\x00<")


def is_xml(text: str | bytes) -> bool:
    """Whether a text is meant to be XML: it begins with `<`, which no JSON does (of YAML only a merge key, `<<`)."""
    if isinstance(text, str):
        return is_xml(text[:1000].encode("utf-8", "replace"))
    return _BEGINS.match(text) is not None
