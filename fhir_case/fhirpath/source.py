"""Python source that grows line by line, for `generate` and for `direct`.

Element names stand in it only if they are plain identifiers; every other value is bound as an object, so no text of a
profile can become code.
"""

from __future__ import annotations

import builtins
import re
import zlib
from collections.abc import Callable
from typing import Any

from fhir_case.fhirpath.errors import FHIRPathError

BLOCKS = 60
"""Blocks within one another; Python allows 100."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*\Z")


class Source:
    """Source that grows line by line; `places` holds the offset in the expression for each line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: list[str] = []
        self.places: list[int] = []
        self.bound: dict[str, Any] = {}
        self.depth = 1
        self.loops = 0
        self.count = 0

    def wrong(self, message: str, at: int, nearest: str = "") -> FHIRPathError:
        return FHIRPathError(message, self.text, at + 1, nearest)

    def line(self, code: str, at: int) -> None:
        self.lines.append("    " * self.depth + code)
        self.places.append(at)

    def name(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def put(self, code: str, at: int) -> str:
        made = self.name()
        self.line(f"{made} = {code}", at)
        return made

    def bind(self, value: Any) -> str:
        made = f"k{len(self.bound) + 1}"
        self.bound[made] = value
        return made

    def word(self, name: str) -> str:
        """An element's name, quoted or bound."""
        return repr(name) if _PLAIN.match(name) and len(name) < 65 else self.bind(name)

    def indent(self, at: int) -> None:
        self.depth += 1
        if self.depth > BLOCKS:
            raise self.wrong("the expression is nested too deep", at)


class _Loader:
    """Lets a traceback show generated source (`linecache` asks a module's loader), and nothing more."""

    def __init__(self, source: str) -> None:
        self.source = source

    def get_source(self, _: str) -> str:
        return self.source


def function(name: str, source: str, bound: dict[str, Any]) -> Callable[..., Any]:
    """The function of a name that some source defines, with what it may call."""
    # One name for each source, since tracebacks keep what they showed under a name.
    file = f"fhirpath-{zlib.crc32(source.encode()):08x}-{len(source)}"
    space: dict[str, Any] = {**bound, "__name__": file, "__loader__": _Loader(source)}
    exec(builtins.compile(source, file, "exec"), space)  # noqa: S102
    made: Callable[..., Any] = space[name]
    return made
