"""YAML text to plain data, event by event: no recursion, nothing constructed, nothing typed.

PyYAML's C parser yields the events (https://pyyaml.org/wiki/PyYAMLDocumentation, `yaml.parse`); how deep they go, and
how much their aliases repeat, is bounded before anything is made of them.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from fhir_case.case.positions import Mark, Path, Point, Positions, Spot, dotted, place_after
from fhir_case.case.scalars import NULLS, Plain
from fhir_case.issues import CaseError, Issue

DEEPEST = 200
"""Levels of nesting: FHIR's deepest published example has fewer than fifty."""
MOST_REPEATED = 100_000
"""Values that the aliases of a file may repeat, all together."""
_COMMENT = re.compile(r"[ \t]+#[^\s#]")
"""What cuts off a plain text: `Case #1` is `Case` and a comment. Who means a comment puts a space after the sign."""
_SHOWN = 12
"""Steps of a path that an issue shows."""

_FIXES = (
    ("mapping values are not allowed", "put a text that holds ': ' in quotes, and check the indentation of this line"),
    ("could not find expected ':'", "a key needs a colon and a space after it; a text of several lines starts with |"),
    ("did not find expected key", "check the indentation of this line, and that a quote inside quotes is doubled ('')"),
    ("did not find expected '-' indicator", "this line is indented like a list but does not start with '- '"),
    ("found unexpected end of stream", "close the quote that opens at {context}"),
    ("did not find expected ',' or", "close the bracket that opens at {context}, or put a comma before this"),
    (
        "found unknown escape character",
        "inside double quotes a backslash is written \\\\; single quotes need no escapes",
    ),
    ("found a tab character", "use spaces for indentation, not tabs"),
    ("block sequence entries are not allowed", "start the list on a new line under its key"),
)


class _Frame:
    """A mapping or list whose end has not come yet."""

    __slots__ = ("anchor", "before", "key", "made", "marks", "spot", "step")

    def __init__(self, made: dict[str, Any] | list[Any], spot: Spot, anchor: str | None, before: int) -> None:
        self.made, self.spot, self.anchor, self.before = made, spot, anchor, before
        self.step: str | int | None = 0 if isinstance(made, list) else None
        """The key, or the index, of the value that comes next; None where a key comes next."""
        self.key: Mark | None = None
        self.marks: dict[str, Mark] = {}


class _Reader:
    """Makes the data of the events, and collects what is wrong."""

    def __init__(self, file: str) -> None:
        self.positions = Positions(file, lambda: self.root)
        self.issues: list[Issue] = []
        self.text = ""
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Any, Spot, int] | None] = {}
        self.made: Any = None
        self.root = Spot(Point(0, 0, 0), Point(0, 0, 0), None)
        self.count = 0
        self.repeated = 0
        self.documents = 0

    def read(self, text: str) -> Any:
        event: Any
        self.text = text
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self.scalar(event)
            elif kind is yaml.MappingStartEvent:
                self.open(event, {})
            elif kind is yaml.SequenceStartEvent:
                self.open(event, [])
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self.close(event.end_mark)
            elif kind is yaml.AliasEvent:
                self.alias(event)
            elif kind is yaml.DocumentStartEvent:
                self.documents += 1
                if self.documents > 1:
                    self.stop("file-documents", "a second document starts here", event.start_mark,
                              "a file holds one case: remove the line '---'")  # fmt: skip
        return self.made

    def scalar(self, event: Any) -> None:
        """A key, or a value that holds no others."""
        text, plain, start = event.value, not event.style, event.start_mark
        if event.tag is not None:
            self.tagged(event.tag, start)
            plain = False
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.step is None:
            self.key(frame, text, plain, start)
            return
        if plain and (cut := _COMMENT.match(self.text, event.end_mark.index)):
            end, spaces = event.end_mark, len(cut[0]) - 2
            self.say(
                "file-comment", "what stands from the # on is a comment, and would not be read",
                Point(end.line, end.column + spaces, end.index + spaces),
                "put the whole value in quotes; a comment has a space after its #",
            )  # fmt: skip
        value = (None if text in NULLS else Plain(text)) if plain else text
        self.count += 1
        self.place(value, Spot(start, event.end_mark, frame.key if frame else None), event.anchor, 1)

    def key(self, frame: _Frame, text: str, plain: bool, mark: Mark) -> None:
        """The key of the value that comes next."""
        first = frame.marks.get(text)
        if first is not None:
            self.say(
                "file-duplicate-key", f"the key {text[:60]!r} stands twice here; it stood already at "
                f"line {first.line + 1}, column {first.column + 1}", mark, "rename one, or join the two", text,
            )  # fmt: skip
        elif plain and text == "<<":
            self.say("file-merge-key", "merge keys (<<) are not read", mark, "write out what is meant", text)
        frame.marks.setdefault(text, mark)
        frame.step, frame.key = text, mark

    def open(self, event: Any, made: dict[str, Any] | list[Any]) -> None:
        """A mapping or a list starts."""
        if len(self.stack) >= DEEPEST:
            self.stop("file-too-deep", f"the values are nested deeper than {DEEPEST} levels", event.start_mark)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.step is None:
            self.no_key(event.start_mark)
        if event.tag is not None:
            self.tagged(event.tag, event.start_mark)
        spot = Spot(event.start_mark, event.end_mark, frame.key if frame else None)
        spot.inside, spot.flow = {}, bool(event.flow_style)
        if event.anchor is not None:
            self.anchors[event.anchor] = None  # not to be used before it is complete
        self.stack.append(_Frame(made, spot, event.anchor, self.count))
        self.count += 1

    def close(self, end: Mark) -> None:
        """A mapping or a list is complete."""
        frame = self.stack.pop()
        frame.spot.end = end
        self.place(frame.made, frame.spot, frame.anchor, self.count - frame.before)

    def alias(self, event: Any) -> None:
        """What stood at an anchor stands here again."""
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.step is None:
            self.no_key(event.start_mark)
        name = event.anchor
        known = self.anchors.get(name)
        if known is None:
            what = "stands inside what it repeats" if name in self.anchors else "has no anchor (&) before it"
            self.stop("file-alias", f"the alias *{name[:60]} {what}", event.start_mark, "write out what is meant")
            return
        value, there, size = known
        self.count += size
        self.repeated += size
        if self.repeated > MOST_REPEATED:
            what = f"the aliases (*) repeat more than {MOST_REPEATED:,} values"
            self.stop("file-alias", what, event.start_mark, "write out what is meant")
        spot = Spot(event.start_mark, event.end_mark, frame.key if frame else None)
        spot.inside, spot.flow = there.inside, True
        self.place(value, spot, None, size)

    def place(self, value: Any, spot: Spot, anchor: str | None, size: int) -> None:
        """Put a complete value where it belongs."""
        if anchor is not None:
            self.anchors[anchor] = (value, spot, size)
        if not self.stack:
            self.made, self.root = value, spot
            return
        frame = self.stack[-1]
        step, inside = frame.step, frame.spot.inside
        assert inside is not None
        if isinstance(frame.made, list):
            inside[len(frame.made)] = spot
            frame.made.append(value)
            frame.step = len(frame.made)
        elif isinstance(step, str):
            inside[step] = spot
            frame.made[step] = value
            frame.step = frame.key = None

    def path(self) -> Path:
        """The keys and indices that lead to what is being read."""
        return tuple(frame.step for frame in self.stack if frame.step is not None)

    def say(self, code: str, message: str, mark: Mark, fix: str = "", key: str | None = None) -> None:
        path = self.path() if key is None else (*self.path(), key)
        shown = dotted(path) if len(path) <= _SHOWN else dotted(path[:_SHOWN]) + "…"
        self.issues.append(Issue(code, message, path=shown, place=self.positions.place(mark), fix=fix))

    def stop(self, code: str, message: str, mark: Mark, fix: str = "") -> None:
        """Say it and read no further."""
        self.say(code, message, mark, fix)
        raise CaseError(tuple(self.issues))

    def no_key(self, mark: Mark) -> None:
        self.stop(
            "file-syntax", "a key must be text, found a list, a mapping or an alias", mark, "put the key in quotes"
        )

    def tagged(self, tag: str, mark: Mark) -> None:
        if tag != "tag:yaml.org,2002:str":
            shown = tag.replace("tag:yaml.org,2002:", "!!")[:60]
            self.say("file-tag", f"the tag {shown} is not read", mark, "remove it: the case's model types its values")


def read_yaml(text: str, file: str) -> tuple[Any, Positions]:
    """The data and the places of its values. Raises `CaseError` with all duplicate keys, or with what stops reading."""
    reader = _Reader(file)
    try:
        data = reader.read(text)
    except yaml.MarkedYAMLError as error:
        raise CaseError((*reader.issues, _syntax(error, reader, text))) from None
    except yaml.reader.ReaderError as error:
        raise CaseError((*reader.issues, _character(text, file, error))) from None
    if reader.issues:
        raise CaseError(tuple(reader.issues))
    return data, reader.positions


def _syntax(error: yaml.MarkedYAMLError, reader: _Reader, text: str) -> Issue:
    problem = error.problem or error.context or "this is not YAML"
    mark: Any = error.problem_mark or error.context_mark or Point(0, 0, 0)
    context = error.context_mark
    place = reader.positions.place(mark)
    if "cannot start any token" in problem:
        at = text[mark.index : mark.index + 1]
        message = "a tab stands where only spaces may" if at == "\t" else f"no value can start with {at!r}"
        fix = "use spaces for indentation, not tabs" if at == "\t" else "put the value in quotes"
        return Issue("file-syntax", message, place=place, fix=fix)
    where = f"line {context.line + 1}, column {context.column + 1}" if context else "the line before"
    fix = next((fix.format(context=where) for start, fix in _FIXES if start in problem), "")
    return Issue("file-syntax", f"this is not YAML: {problem}", path=dotted(reader.path()), place=place, fix=fix)


def _character(text: str, file: str, error: yaml.reader.ReaderError) -> Issue:
    """The first character that YAML does not allow (https://yaml.org/spec/1.1/#c-printable); the error counts bytes."""
    before = text.encode()[: error.position].decode(errors="ignore")
    number = ord(text[len(before)]) if len(before) < len(text) else None
    message = f"the character {error.reason if number is None else f'U+{number:04X}'} cannot stand in a text file"
    escape = (
        ""
        if number is None or number > 0xFF
        else f', or write it as an escape inside double quotes ("\\x{number:02X}")'
    )
    fix = f"remove it{escape}"
    return Issue("file-encoding", message, place=place_after(before, file), fix=fix)
