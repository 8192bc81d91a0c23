"""Where in a JSON text a value stands: asked only when there is something to say about it.

One pass over the text, without recursion, whatever its depth; texts that are not quite JSON (a comma missing, a comment) are
followed in the same way as `tolerant` reads them.
"""

from __future__ import annotations

import json as _json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
"""The way to a value: keys of objects and indices of arrays, from the whole text (`()`) inwards."""

Point = tuple[int, int]
"""Line and column, both from 1; columns count characters."""

TOKENS = re.compile(
    r"""
    (?P<space>\s++)
  | (?P<comment>//[^\n]*+ | /\*.*?\*/)
  | (?P<string>"(?:[^"\\]++|\\.)*+")
  | (?P<quoted>'(?:[^'\\\n]++|\\.)*+')
  | (?P<mark>[{}\[\]:,])
  | (?P<bare>[^\s{}\[\]:,"/]++ | .)
    """,
    re.VERBOSE | re.DOTALL,
)
"""Every text is a sequence of these; a text that is JSON has no `comment` and no `quoted`."""

_PLAIN = re.compile(r"""(?:[^"'{}\[\]/]++|"(?:[^"\\]++|\\.)*+")*+""", re.DOTALL)
"""All up to the next bracket, of text that is JSON."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands: from `start` to before `end`, its key at `key`.

    `path` is shorter than the one asked for where the rest of that is absent.
    """

    path: Path
    start: Point
    end: Point
    key: Point | None = None


class Lines:
    """Line and column of the offsets in a text."""

    def __init__(self, text: str) -> None:
        self._breaks = [found.start() for found in re.finditer("\n", text)]

    def point(self, offset: int) -> Point:
        """Line and column of an offset."""
        line = bisect_left(self._breaks, offset)
        return line + 1, offset - (self._breaks[line - 1] if line else -1)


def positions(text: str, paths: Iterable[Path]) -> dict[Path, Spot]:
    """Where the values at these paths stand; for what is absent, where its nearest parent stands. Linear in the text.

    A value that stands alone where a path has a list is the first of that list.
    """
    asked = list(dict.fromkeys(paths))
    wanted = _tree(asked)
    _follow(text, wanted)
    lines = Lines(text)
    return {path: _nearest(path, wanted, lines) for path in asked}


Find = Callable[[Iterable[Path]], dict[Path, Spot]]
"""What tells where the values at some paths stand: of one text, in JSON or in another form."""


class Spots:
    """The places of values in a text, looked for all at once when the first is asked for; then the text is let go.

    `paths` gives the paths of all values that can be asked for.
    """

    def __init__(self, find: Find, paths: Callable[[], Iterable[Path]]) -> None:
        self._asked: tuple[Find, Callable[[], Iterable[Path]]] | None = (find, paths)
        self._found: dict[Path, Spot] = {}

    def __getitem__(self, path: Path) -> Spot:
        asked = self._asked
        if asked is not None:
            find, paths = asked
            self._found = find(paths())
            self._asked = None  # last, so that threads may share it
        return self._found[path]


class _Node:
    """One wanted value: the wanted values in it, and its offsets in the text."""

    __slots__ = ("end", "held", "key", "start")

    def __init__(self) -> None:
        self.held: dict[str | int, _Node] = {}
        self.start = self.end = self.key = -1


def _tree(paths: list[Path]) -> _Node:
    root = _Node()
    for path in paths:
        node = root
        for step in path:
            node = node.held.setdefault(step, _Node())
    return root


def _nearest(path: Path, node: _Node, lines: Lines) -> Spot:
    found, depth = node, 0
    for step in path:
        node = node.held[step]
        if node.start < 0:
            break
        found, depth = node, depth + 1
    start = max(found.start, 0)
    key = lines.point(found.key) if found.key >= 0 else None
    return Spot(path[:depth], lines.point(start), lines.point(max(found.end, start)), key)


def _follow(text: str, root: _Node) -> None:
    """Write the offsets of the wanted values into their nodes.

    A frame of the stack is an open object or array: its node (None where nothing in it is wanted), and the index of the
    next item (None in an object).
    """
    stack: list[tuple[_Node | None, int | None]] = []
    node: _Node | None = None
    index: int | None = None
    name: str | None = None
    named = -1
    strict = True  # as far as has been seen
    tokens = TOKENS.finditer(text)
    while (token := next(tokens, None)) is not None:
        kind, start = token.lastgroup, token.start()
        if kind == "space" or kind == "comment":
            continue
        mark = token.group() if kind == "mark" else ""
        if mark == "," or mark == ":":
            continue
        if mark == "}" or mark == "]":
            if not stack:
                return
            if node is not None:
                node.end = token.end()
            node, index = stack.pop()
            name = None
            if not stack:
                return
            continue
        if stack and index is None and name is None:  # in an object: a name comes before each value
            if mark:
                return  # this is not even nearly JSON
            if node is not None:
                name, named = plain(token.group()), start
            else:
                name = ""
            continue
        child = root if not stack else node.held.get(name if index is None else index) if node is not None else None  # type: ignore[arg-type]
        if child is not None:
            child.start, child.key, child.end = start, (named if index is None and stack else -1), token.end()
            if mark != "[" and 0 in child.held:  # it stands alone
                child.held = child.held | child.held[0].held | {0: child}
        if index is not None:
            index += 1
        if mark and strict and stack and (child is None or not child.held):
            end = _after(text, start)
            strict = end > 0
            if strict:  # nothing in it is wanted: on from where it ends
                if child is not None:
                    child.end = end
                tokens, name = TOKENS.finditer(text, end), None
                continue
        if mark:
            stack.append((node, index))
            node, index = child, (0 if mark == "[" else None)
        elif not stack:
            return
        name = None


def _after(text: str, start: int) -> int:
    """Where the object or array ends that begins at `start`; -1 where that takes a look at each token."""
    depth, place = 0, start
    while (mark := text[place : place + 1]) and mark in "{}[]":
        depth += 1 if mark in "{[" else -1
        if not depth:
            return place + 1
        found = _PLAIN.match(text, place + 1)
        place = found.end() if found else place
    return -1


def plain(written: str) -> str:
    """The text that a string or a bare word stands for, as well as it can be told."""
    if written[:1] == '"':
        if "\\" not in written:
            return written[1:-1]
        try:
            return str(_json.loads(written, strict=False))
        except ValueError:
            return written[1:-1]
    return written[1:-1] if len(written) > 1 and written[0] == written[-1] == "'" else written


def written(path: Path, root: str = "") -> str:
    """A path as FHIRPath writes it: `Patient.name[0].given[1]`."""
    return root + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def at(value: Any, path: Path) -> Any:
    """The value at a path; None where there is none."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
