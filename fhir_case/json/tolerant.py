"""Reading what is not quite JSON: what is wrong is said with its place, and as much as can be is read all the same.

HL7's validator goes on after a comment, a missing or superfluous comma, a name or a word without quotes, and a key that
stands twice (the last one counts); so does this. What cannot be understood ends the reading: `value` is None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from fhir_case.json import UNSURE, Json, JSONError, canonical, decoded, places, quickly, thoroughly
from fhir_case.json.numbers import integer, number
from fhir_case.json.places import TOKENS, Lines, Path, plain

DEEPEST = 900
"""Objects and arrays in one another; FHIR's deepest published resources have some 40."""

MOST = 1000
"""Faults after which the reading ends: a text with that many is something else than JSON."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NEARLY = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[^\W\d]\w*")
_HALF = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f]")
_WORDS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with the text; `fatal` if nothing could be read for it."""

    code: str
    message: str
    path: Path
    line: int
    column: int
    fix: str = ""
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """The value of a text, and what is wrong with the text."""

    value: Json
    faults: tuple[Fault, ...] = ()

    def where(self, fault: Fault) -> str:
        """The place of a fault, in FHIRPath: `Patient.name[0]`."""
        kind = self.value.get("resourceType") if isinstance(self.value, dict) else None
        return places.written(fault.path, kind if isinstance(kind, str) else "").removeprefix(".")


def read(text: str | bytes) -> Read:
    """The value of a JSON text with all that is wrong with the text; never raises for what the text is."""
    value = quickly(text)
    if value is not UNSURE:
        return Read(value)
    try:
        clear = decoded(text)
    except JSONError as error:
        return Read(None, (Fault("json-syntax", error.message, (), error.line, error.column, fatal=True),))
    try:
        value = thoroughly(clear)
        canonical(value)
        return Read(value)
    except (JSONError, UnicodeEncodeError):
        reader = _Reader(clear)
        return Read(reader.read(), tuple(reader.faults))


class _End(Exception):
    """What comes here cannot be understood."""


@dataclass(slots=True)
class _Frame:
    """An open object or array, and what is expected next in it."""

    made: dict[str, Json] | list[Json]
    step: str | int = -1
    """The key or index of the value that is read, or was read last."""
    named: bool = False
    """In an object: whether a key is there that has no value yet, and `colon`: whether its colon was seen."""
    colon: bool = False
    comma: bool = True
    """Whether a value may come: at the start, and after a comma."""
    trailing: int = -1
    """Where the last comma stands, if nothing came after it."""


class _Reader:
    """One text, read token by token with a stack of its own."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines(text)
        self.faults: list[Fault] = []
        self.stack: list[_Frame] = []
        self.comments: list[int] = []
        """Where those comments stand that are not yet told of: a comment belongs to what comes after it."""
        self.value: Json = None
        self.whole = False

    def read(self) -> Json:
        """The value; None where the text cannot be understood."""
        try:
            for token in TOKENS.finditer(self.text):
                if token.lastgroup != "space":
                    self._token(str(token.lastgroup), token.group(), token.start())
            if not self.whole:
                raise self._end(len(self.text), "the text ends too early", "close what is open")
        except _End:
            self.value = None
            self.comments.clear()
        self._commented()
        self.faults.sort(key=lambda fault: (fault.line, fault.column))
        return self.value

    def _token(self, kind: str, written: str, at: int) -> None:
        frame = self.stack[-1] if self.stack else None
        if kind == "comment":
            self.comments.append(at)
        elif self.whole:
            raise self._end(at, f"{written[:20]!r} comes after the end of the resource", "keep one resource a file")
        elif kind == "mark" and written in "}]":
            self._close(frame, written, at)
        elif written == ",":
            self._comma(frame, at)
        elif written == ":":
            if frame is None or not frame.named or frame.colon:
                raise self._end(at, "there is a colon where none belongs", "leave it out")
            frame.colon = True
        elif frame is not None and isinstance(frame.made, dict) and not frame.named:
            self._name(frame, kind, written, at)
        else:
            self._item(frame, kind, written, at)

    def _comma(self, frame: _Frame | None, at: int) -> None:
        if frame is None or frame.named:
            raise self._end(at, "there is a comma where a value belongs", "add the value")
        if frame.comma:
            self._fault(at, "there is a comma too many", "leave it out")
        else:
            frame.comma, frame.trailing = True, at

    def _name(self, frame: _Frame, kind: str, written: str, at: int) -> None:
        name = plain(written)
        if kind == "mark" or (kind == "bare" and not _WORD.fullmatch(name)):
            raise self._end(at, f"expected the name of a property, found {written[:20]!r}")
        self._separated(frame, at)
        frame.step, frame.named, frame.colon = name, True, False
        self._commented()
        if kind == "string":
            self._string(written, at)
        else:
            self._fault(at, f"the property name {name[:40]} has no double quotes around it", f'write "{name[:40]}"')
        if name in frame.made:
            message = f"the key {name[:60]!r} stands twice in one object; the last one counts"
            self._fault(at, message, "rename one, or join the two", "json-duplicate-key")

    def _item(self, frame: _Frame | None, kind: str, written: str, at: int) -> None:
        if frame is not None and isinstance(frame.made, list):
            self._separated(frame, at)
            frame.step = len(frame.made)
            self._commented()
        elif frame is not None and not frame.colon:
            raise self._end(at, f"there is no colon after the property name {frame.step!r}", "add it")
        made: Any = self._scalar(kind, written, at) if kind != "mark" else {} if written == "{" else []
        if frame is None:
            self.value = made
        else:
            if isinstance(frame.made, list):
                frame.made.append(made)
            else:
                frame.made[str(frame.step)] = made
            frame.named, frame.comma, frame.trailing = False, False, -1
        if kind != "mark":
            self.whole = frame is None
        elif len(self.stack) < DEEPEST:
            self.stack.append(_Frame(made))
        else:
            raise self._end(at, f"objects and arrays are nested more than {DEEPEST} deep", code="limit-depth")

    def _close(self, frame: _Frame | None, written: str, at: int) -> None:
        if frame is None or (written == "}") != isinstance(frame.made, dict):
            raise self._end(at, f"{written!r} closes nothing that is open here", "look for what was left open before")
        if frame.named:
            raise self._end(at, f"the property {frame.step!r} has no value", "add the value, or leave the property out")
        if frame.trailing >= 0:
            self._fault(frame.trailing, "there is a comma too many", "leave it out")
        self.stack.pop()
        self.whole = not self.stack

    def _separated(self, frame: _Frame, at: int) -> None:
        if not frame.comma:
            frame.step = -1
            self._fault(at, "a comma is missing before this", "add a comma")

    def _commented(self) -> None:
        for at in self.comments:
            self._fault(at, "comments are not allowed in JSON", "leave the comment out")
        self.comments.clear()

    def _scalar(self, kind: str, written: str, at: int) -> Json:
        if kind == "string":
            return self._string(written, at)
        if kind == "quoted":
            self._fault(at, "strings stand in double quotes", "use double quotes")
            return plain(written)
        if written in _WORDS:
            return _WORDS[written]
        if _NUMBER.fullmatch(written):
            return number(written) if set(".eE") & set(written) else integer(written)
        if written == '"':
            raise self._end(at, "a string does not end", "close it with a double quote")
        if _NEARLY.fullmatch(written):
            self._fault(
                at,
                f"{written[:40]} is not how JSON writes a number",
                "no +, no zeros before it, digits around the point",
            )
            return number(written)
        self._fault(at, f"{written[:40]} has no double quotes around it", f'write "{written[:40]}"')
        return written

    def _string(self, written: str, at: int) -> str:
        text = plain(written)
        if _CONTROL.search(written):
            self._fault(at, "there is a line break or a control character in a string", "write it as an escape")
        elif "\\" in written and text == written[1:-1]:
            self._fault(at, "there is a backslash in a string that escapes nothing", "write two for a backslash")
        elif _HALF.search(text):
            self._fault(at, "there is half a character (a lone surrogate) in a string", "write both halves, or neither")
            text = _HALF.sub("\ufffd", text)
        return text

    def _fault(self, at: int, message: str, fix: str, code: str = "json-syntax", fatal: bool = False) -> None:
        path = tuple(frame.step for frame in self.stack if frame.step != -1)
        self.faults.append(Fault(code, message, path, *self.lines.point(at), fix, fatal))
        if len(self.faults) == MOST and not fatal:
            raise self._end(at, f"there are more than {MOST} faults; the rest was not read")

    def _end(self, at: int, message: str, fix: str = "", code: str = "json-syntax") -> _End:
        self._fault(at, message, fix, code, fatal=True)
        return _End()
