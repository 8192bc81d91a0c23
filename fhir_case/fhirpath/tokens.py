"""The text of an expression as tokens (http://hl7.org/fhirpath/N1/#lexical-elements)."""

from __future__ import annotations

import re
from typing import NamedTuple

from fhir_case.fhirpath.errors import FHIRPathError

LONGEST = 100_000
"""Characters in an expression; the longest in use have about 4,000."""

_TIME = r"\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_TOKEN = re.compile(
    rf"""(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<space>\s+|//[^\r\n]*|/\*.*?\*/)
    |(?P<symbol><=|>=|!=|!~|[-+*/&|<>=~().,\[\]{{}}])
    |(?P<time>@T{_TIME})
    |(?P<datetime>@\d{{4}}(?:-\d{{2}}(?:-\d{{2}})?)?T(?:{_TIME}(?:Z|[+-]\d{{2}}:\d{{2}})?)?)
    |(?P<date>@\d{{4}}(?:-\d{{2}}(?:-\d{{2}})?)?)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<string>'(?:[^'\\]|\\.)*')
    |(?P<quoted>`(?:[^`\\]|\\.)*`)
    |(?P<external>%(?:[A-Za-z_][A-Za-z0-9_-]*|`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'))
    |(?P<variable>\$[a-z]+)
    """,
    re.S | re.X | re.A,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.S)
_ESCAPED = {"f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Token(NamedTuple):
    """`kind` is the name of a group above or `end`; `text` is without quotes and escapes; `at` the offset from 0."""

    kind: str
    text: str
    at: int


def tokens(text: str) -> list[Token]:
    """The tokens, an `end` last. Raises `FHIRPathError`."""
    if len(text) > LONGEST:
        raise FHIRPathError(f"the expression is longer than {LONGEST} characters", text, 1)
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FHIRPathError(_unreadable(text, at), text, at + 1)
        kind, piece = match.lastgroup or "", match.group()
        if kind in ("string", "quoted"):
            piece = _plain(text, piece[1:-1], at)
        elif kind == "external":
            piece = _plain(text, piece[2:-1], at) if piece[1] in "`'" else piece[1:]
        if kind != "space":
            found.append(Token(kind, piece, at))
        at = match.end()
    found.append(Token("end", "", len(text)))
    return found


def _plain(text: str, piece: str, at: int) -> str:
    def one(match: re.Match[str]) -> str:
        escape = match.group(1)
        if len(escape) == 5:
            return chr(int(escape[1:], 16))
        if escape in "\\/'\"`":
            return escape
        if escape in _ESCAPED:
            return _ESCAPED[escape]
        wrong = f"\\{escape} is no escape sequence of FHIRPath"
        raise FHIRPathError(wrong, text, at + match.start() + 2, f"\\\\{escape}")

    return _ESCAPE.sub(one, piece) if "\\" in piece else piece


def _unreadable(text: str, at: int) -> str:
    for mark, what in (("'", "string"), ("`", "name in backticks"), ("/*", "comment")):
        if text.startswith(mark, at):
            return f"the {what} has no end"
    if text[at] == '"':
        return "strings stand in single quotes, found a double quote"
    return f"expected FHIRPath, found {text[at]!r}"
