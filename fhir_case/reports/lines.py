"""The line of a text that an issue is on, as it may be shown: no clinical values unless asked for, nothing a terminal obeys."""

from __future__ import annotations

import re
from collections.abc import Callable

from fhir_case.json.places import TOKENS

WIDTH = 100
"""Characters of a line that are shown."""

FOLLOWED = 20_000
"""Characters up to which a line is followed from its beginning, to tell its values from its keys."""

_SCALAR = re.compile(
    r'(?P<open>"(?:resourceType|system|url)"\s*:\s*"(?:[^"\\]|\\.)*+")'
    r'|(?P<key>"(?:[^"\\]|\\.)*+"\s*:)|(?P<text>"(?:[^"\\]|\\.)*+"?)|(?P<bare>[^\s{}\[\]:,"]+)'
)
"""What `open` names is no clinical value."""


def harmless(text: str) -> str:
    """The text without characters that a terminal or a reader's eye would obey instead of show."""
    return text if text.isprintable() else "".join(one if one.isprintable() else "�" for one in text)


_YAML = re.compile(r"(?P<name>(?:^|(?<=[{,\[]))\s*+(?:-\s++)*+[\w-]++:(?=\s|$))|(?P<value>[^\s{}\[\],]++)")


def masked_yaml(line: str) -> str:
    """A line of YAML with its keys and brackets, and dots for its values."""
    return _YAML.sub(lambda found: found.group() if found["name"] else "·" * len(found.group()), line)


_XML = re.compile(
    r"""(?P<open><(?:system|url)\s+value="[^"]*"|\s(?:xmlns(?::\w+)?|url)="[^"]*")"""
    r"""|(?P<tag><[/?]?[A-Za-z][\w:.-]*|[/?]?>)|(?P<name>\s[\w:.-]+=(?=["']))"""
    r"""|(?P<value>"[^"]*"?|'[^']*'?)|(?P<bare>[^\s<>"']+)"""
)


def masked_xml(line: str) -> str:
    """A line of XML with its tags and the names of its attributes, and dots for its values and its text."""

    def dots(found: re.Match[str]) -> str:
        text = found.group()
        if found.lastgroup in ("open", "tag", "name"):
            return text
        if found.lastgroup == "value" and len(text) > 1:
            closed = text.endswith(text[0])
            return text[0] + "·" * (len(text) - 1 - closed) + text[0] * closed
        return "·" * len(text)

    return _XML.sub(dots, line)


def masking(name: str, text: str) -> Callable[[str], str]:
    """What hides the values in lines of that file."""
    if name.endswith((".yaml", ".yml")):
        return masked_yaml
    return masked_xml if text[:1000].lstrip("\ufeff \t\r\n").startswith("<") else masked


def masked(line: str) -> str:
    """A line of JSON with its keys and marks, and dots for its values; each dot stands for a character."""

    def dots(found: re.Match[str]) -> str:
        text = found.group()
        if found.lastgroup in ("key", "open"):
            return text
        if found.lastgroup == "text" and len(text) > 1:
            closed = text.endswith('"')
            return '"' + "·" * (len(text) - 1 - closed) + '"' * closed
        return "·" * len(text)

    return _SCALAR.sub(dots, line)


def excerpt(line: str, column: int, values: bool, mask: Callable[[str], str] = masked) -> tuple[str, str]:
    """The part of a line around a column (from 1), and the carets to put below it."""
    cut = 0
    if len(line) > FOLLOWED:  # of a file in one line, what comes before the place is not looked at
        cut = max(0, column - 1)
        line = line[cut : cut + FOLLOWED]
        column -= cut
    token = TOKENS.match(line, max(0, column - 1))
    length = len(token.group()) if token and token.lastgroup != "space" else 1
    shown = harmless(line.rstrip("\r\n") if values else mask(line.rstrip("\r\n")))
    indent = len(shown) - len(shown.lstrip())
    start = indent if len(shown) - indent <= WIDTH else max(indent, column - 1 - WIDTH // 3)
    part = shown[start : start + WIDTH]
    before, after = "…" if cut or start > indent else "", "…" if start + WIDTH < len(shown) else ""
    at = max(0, column - 1 - start)
    carets = " " * (len(before) + at) + "^" * max(1, min(length, len(part) - at))
    return before + part + after, carets
