"""An existing case file with changed data: what did not change stays byte for byte, comments and style included.

The places that the reader keeps say where each value stands in the text; only the text of what changed is replaced. (A
YAML library's round trip would write the whole file anew, in its own style.)
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Any, NamedTuple

from fhir_case.case.base import Verbatim
from fhir_case.case.positions import Spot
from fhir_case.case.reading import read_data
from fhir_case.case.scalars import json_scalar
from fhir_case.case.writing import entry, item, write_yaml, written_value
from fhir_case.issues import CaseError
from fhir_case.json import canonical


def edit_yaml(old_text: str, new_plain: dict[str, Any], old_plain: dict[str, Any] | None = None) -> str:
    """The text of a case file, changed so that it says `new_plain`.

    `old_plain` is what the text says now, in the model's own words; where it equals `new_plain` the text stays, however
    it is written there. Without it, the data as read are compared. Raises `CaseError` if the old text cannot be read.
    """
    document = read_data(old_text, "case.yaml")
    old = document.data if old_plain is None else old_plain
    if same(old, new_plain):
        return old_text
    body = old_text.removeprefix("\ufeff")
    editor = _Editor(body)
    try:
        expected = editor.mapping(document.positions.root, document.data, old, new_plain, False)
        for made in editor.results():
            says = read_data(made, "case.yaml").data
            if same(says, expected) and (old_plain is not None or same(says, new_plain)):
                return old_text[: len(old_text) - len(body)] + made
    except (_Whole, CaseError):
        pass
    # The change does not fit the way the file is written (all of it in braces, say): then it is written anew.
    comments = takewhile(lambda line: line.startswith("#"), body.splitlines())
    return write_yaml(new_plain, "\n".join(line[1:].removeprefix(" ") for line in comments))


def same(old: Any, new: Any, json: bool = False) -> bool:
    """Whether data read from a file, or plain data, say the same; the order of keys says nothing."""
    json = json or isinstance(new, Verbatim)
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same(old[key], new[key], json) for key in new)
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        return len(old) == len(new) and all(same(a, b, json) for a, b in zip(old, new, strict=True))
    if isinstance(old, dict | list | tuple) or isinstance(new, dict | list | tuple):
        return False
    return canonical(_scalar(old, json)) == canonical(_scalar(new, json))


def _scalar(value: Any, json: bool) -> Any:
    if value is None:
        return None
    if json:
        return json_scalar(value) if isinstance(value, str) else value
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


class _Whole(Exception):
    """The value cannot be changed piece by piece: its whole text is to be replaced, by whoever holds it."""


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


class _Editor:
    """Collects the pieces of text to replace, and tells what the text will then say."""

    def __init__(self, text: str) -> None:
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.added = "" if text.endswith("\n") else self.newline
        self.text, self.edits = text + self.added, list[_Edit]()

    def results(self) -> Iterator[str]:
        """The changed text; first as the old one ended, without a line break where it had none."""
        made, at = list[str](), 0
        for edit in sorted(self.edits, key=lambda edit: edit.start):
            made += [self.text[at : edit.start], edit.text]
            at = edit.end
        text = "".join(made) + self.text[at:]
        yield from dict.fromkeys((text.removesuffix(self.added), text))

    def mapping(self, spot: Spot, data: Any, old: Any, new: dict[str, Any], json: bool) -> dict[str, Any]:
        """Change a mapping in block style entry by entry."""
        json = json or isinstance(new, Verbatim)
        inside = self.block(spot, data, dict)
        if not new or not isinstance(old, dict):
            raise _Whole
        expected = {}
        column = spot.start.column
        before: Spot | None = None  # the entry that a new one comes after
        for key in [*new, *(key for key in data if key not in new)]:
            there = inside.get(key)
            if key not in new:
                if key in old:
                    self.remove(self.key_index(there), there)
                else:
                    expected[key] = data[key]
            elif there is None:
                if key not in old or not same(old[key], new[key], json):
                    self.insert(before, spot, entry(key, new[key], column, json))
                    expected[key] = new[key]
            else:
                before = there
                kept = key in old and same(old[key], new[key], json)
                start = self.key_index(there)
                lines = entry(key, new[key], column, json)
                expected[key] = data[key] if kept else self.value(
                    there, start, data[key], old.get(key), new[key], lines, json
                )  # fmt: skip
        return expected

    def sequence(self, spot: Spot, data: Any, old: Any, new: list[Any], json: bool) -> list[Any]:
        """Change a list in block style entry by entry; entries that stayed are found wherever they are now."""
        inside = self.block(spot, data, list)
        if not new or not isinstance(old, list) or len(old) != len(data):
            raise _Whole
        expected: list[Any] = []
        column = spot.start.column
        names = [[canonical(_named(value, json)) for value in values] for values in (old, new)]
        for kind, i, i_end, j, j_end in SequenceMatcher(None, names[0], names[1], autojunk=False).get_opcodes():
            if kind == "equal":
                expected += data[i:i_end]
                continue
            pairs = min(i_end - i, j_end - j)
            for step in range(pairs):
                there, value = inside[i + step], new[j + step]
                lines = item(value, column, json)
                start = there.start.index
                expected.append(self.value(there, start, data[i + step], old[i + step], value, lines, json))
            for gone in range(i + pairs, i_end):
                self.remove(self.text.rfind("-", 0, inside[gone].start.index), inside[gone])
            for value in new[j + pairs : j_end]:
                self.insert(inside[i + pairs - 1] if i + pairs else None, spot, item(value, column, json))
                expected.append(value)
        return expected

    def value(self, spot: Spot, start: int, data: Any, old: Any, new: Any, lines: list[str], json: bool) -> Any:
        """Change one value: within, if it is in block style, else as a whole; `lines` are its entry written anew."""
        mark = len(self.edits)
        try:
            if isinstance(new, dict):
                return self.mapping(spot, data, old, new, json)
            if isinstance(new, list):
                return self.sequence(spot, data, old, new, json)
        except _Whole:
            del self.edits[mark:]
        end = self.end(spot)
        inline, below = written_value(new, 0, json)
        if inline and not below and spot.start.index < end and "\n" not in self.text[start : spot.start.index]:
            self.edits.append(_Edit(spot.start.index, end, inline))
            return new
        # A list's entry starts behind its dash, a mapping's with its key.
        first = lines[0].lstrip(" ")[2:] if start == spot.start.index else lines[0].lstrip(" ")
        # What follows in the line is a comment: it stays in the first line.
        line_end = self.line_end(end)
        text = self.newline.join([first + self.text[end:line_end].rstrip(), *lines[1:]])
        self.edits.append(_Edit(start, line_end, text))
        return new

    def block(self, spot: Spot, data: Any, kind: type) -> dict[Any, Spot]:
        if spot.inside is None or spot.flow or not isinstance(data, kind) or not spot.inside:
            raise _Whole
        return spot.inside

    def key_index(self, spot: Spot | None) -> int:
        if spot is None or spot.key is None:
            raise _Whole
        return spot.key.index

    def insert(self, before: Spot | None, spot: Spot, lines: list[str]) -> None:
        """New lines after an entry, or in front of the first."""
        at = self.line_start(spot.start.index) if before is None else self.next_line(self.end(before))
        self.edits.append(_Edit(at, at, "".join(line + self.newline for line in lines)))

    def remove(self, start: int, spot: Spot | None) -> None:
        """An entry's lines; those of comments around it stay."""
        if spot is None:
            raise _Whole
        self.edits.append(_Edit(self.line_start(start), self.next_line(self.end(spot)), ""))

    def line_start(self, index: int) -> int:
        start = self.text.rfind("\n", 0, index) + 1
        if self.text[start:index].strip(" "):
            raise _Whole  # something else begins in the same line (the dash of a list)
        return start

    def next_line(self, index: int) -> int:
        return self.text.index("\n", index) + 1

    def line_end(self, index: int) -> int:
        return len(self.text[: self.next_line(index)].rstrip("\r\n"))

    def end(self, spot: Spot) -> int:
        """Where the text of a value ends, the white space after it left out."""
        for last in self.last(spot):
            spot = last
        return len(self.text[: spot.end.index].rstrip())

    def last(self, spot: Spot) -> Iterator[Spot]:
        """The last value inside, and the last inside that: a block ends with it, the parser says later."""
        while spot.inside and not spot.flow:
            spot = max(spot.inside.values(), key=lambda inner: inner.start.index)
            yield spot


def _named(value: Any, json: bool) -> Any:
    """A value in a form that canonical bytes can be made of, equal where `same` says so."""
    json = json or isinstance(value, Verbatim)
    if isinstance(value, dict):
        return {key: _named(inner, json) for key, inner in value.items()}
    return [_named(inner, json) for inner in value] if isinstance(value, list | tuple) else _scalar(value, json)
