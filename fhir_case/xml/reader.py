"""From XML to the tree that JSON gives: every digit as written, every value with the type the definitions give it.

The parser is expat of the standard library, with no document type at all: without one there are no entities to expand and
nothing to fetch (defusedxml does the same around the same expat, but gives neither lines nor the narrative as written). It
needs no recursion, and its events become the tree as they come, in one pass.

What is wrong with the XML is a fault with its place; what can be kept is kept in the tree, so that the validator names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from fhir_case.json import Json
from fhir_case.json.numbers import integer, number
from fhir_case.json.places import Path, Point
from fhir_case.json.tolerant import MOST, Fault, Read
from fhir_case.xml.decoding import EncodingError, utf8
from fhir_case.xml.narrative import XHTML, alone
from fhir_case.xml.types import Child, Content, content, is_resource
from fhir_case.xml.wanted import Wanted

FHIR = "http://hl7.org/fhir"
DEEPEST = 450
"""Elements in one another; FHIR's deepest published resources have some 40."""

_LOCATION = "http://www.w3.org/2001/XMLSchema-instance schemaLocation"
_SPACE = " \t\r\n"
_DECLARES = re.compile(r"""<[\w.-]+(?:\s[^>]*?)?\sxmlns\s*=""")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS = {"true": True, "false": False}


class _End(Exception):
    """What comes here is not read."""


class _Frame:
    """An open element."""

    __slots__ = ("child", "content", "last", "made", "name", "nulls", "space", "step", "told", "value", "want")

    def __init__(self, name: str, child: Child | None, held: Content | None, step: Path, want: Wanted | None) -> None:
        self.name, self.child, self.content, self.step, self.want = name, child, held, step, want
        self.made: dict[str, Json] = {}
        self.value: str | None = None
        self.last = -1
        """The place that the definitions give the last element in it."""
        self.nulls: list[str] = []
        """Lists in it with an entry that has no value."""
        self.space = ""
        self.told = False
        """Whether the text was told of that stands since the last element in it."""


def read(text: str | bytes) -> Read:
    """The resource of an XML text, with all that is wrong with the text; never raises for what the text is."""
    reader = Reader(text)
    return Read(reader.read(), tuple(reader.faults))


class Reader:
    """One text, read event by event with a stack of its own; `want`: the values whose places are to be noted."""

    def __init__(self, text: str | bytes, want: Wanted | None = None) -> None:
        self.text = text
        self.want = want
        self.faults: list[Fault] = []
        self.stack: list[_Frame] = []
        self.whole: Json = None
        self.inside = 0
        """How deep in a narrative."""
        self.start = 0
        """Where the narrative begins, in bytes."""
        self.spaces: list[tuple[str, str]] = []
        """The namespaces in scope, with their prefixes."""

    def read(self) -> Json:
        """The resource; None where the text cannot be read to its end."""
        try:
            self.data, encoding = utf8(self.text)
        except EncodingError as error:
            self.faults.append(Fault("xml-encoding", str(error), (), 1, 1, "write it as UTF-8", True))
            return None
        if encoding:
            self.faults.append(Fault("xml-encoding", f"FHIR is written in UTF-8, this in {encoding}", (), 1, 1))
        self.parser = self._parser()
        try:
            self.parser.Parse(self.data, True)
        except _End:
            return None
        except expat.ExpatError as error:
            self._broken(error)
            return None
        return self.whole

    def _parser(self) -> expat.XMLParserType:
        # Without what the declaration says of the encoding: the bytes are UTF-8 by now.
        parser = expat.ParserCreate("UTF-8", " ")
        parser.StartElementHandler, parser.EndElementHandler = self._open, self._close
        parser.CharacterDataHandler = self._characters
        parser.StartCdataSectionHandler = self._cdata
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartNamespaceDeclHandler = lambda prefix, uri: self.spaces.append((prefix or "", uri or ""))
        parser.EndNamespaceDeclHandler = lambda prefix: self.spaces.pop()
        return parser

    # --- events -------------------------------------------------------------------------------------------------------

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        if self.inside:
            self.inside += 1
            return
        if len(self.stack) >= DEEPEST:
            raise self._end("limit-depth", f"elements are nested more than {DEEPEST} deep")
        space, _, local = name.rpartition(" ")
        outer = self.stack[-1] if self.stack else None
        child = outer.child if outer else None
        if outer is None or (child is not None and child.kind == "resource" and outer.content is None):
            if outer is None and space != FHIR and not is_resource(local):
                raise self._end("not-fhir", f"this is XML, but no FHIR: its root is <{local[:60]}>", f'xmlns="{FHIR}"')
            frame = self._resource(local, outer)
        else:
            frame = self._element(local, outer)
        if frame.want is not None:
            frame.want.at(self._here())
        frame.space = space
        if outer is not None:
            outer.told = False
        self.stack.append(frame)
        if frame.child is not None and frame.child.kind == "xhtml":
            self.inside, self.start = 1, self.parser.CurrentByteIndex
            return
        if space != FHIR and (outer is None or space != outer.space) and frame.content:
            self._fault("xml-namespace", f"<{local}> is in the namespace {space or '(none)'}", f'xmlns="{FHIR}"')
        if attributes:
            self._attributes(frame, attributes)

    def _close(self, name: str) -> None:
        if self.inside:
            self.inside -= 1
            if self.inside:
                return
        frame = self.stack.pop()
        for key in frame.nulls:
            if key in frame.made and not any(one is not None for one in frame.made[key]):
                del frame.made[key]
        outer = self.stack[-1] if self.stack else None
        if outer is None:
            self.whole = frame.made
        elif frame.child is None:
            self._unknown(frame, outer.made)
        elif frame.step:
            self._known(frame, frame.child, outer)

    def _characters(self, text: str) -> None:
        if not self.inside and text.strip(_SPACE):
            self._text()

    def _cdata(self) -> None:
        if not self.inside:
            self._text()

    def _text(self) -> None:
        """Tell of text, once for all that stands together; it comes in pieces."""
        frame = self.stack[-1]
        if not frame.told and (frame.content is not None or frame.child is not None):
            self._fault("xml-text", "there is text between the elements", 'values stand in attributes: value="…"')
        frame.told = True

    def _instruction(self, target: str, data: str) -> None:
        self._fault("xml-instruction", f"processing instructions are not allowed: <?{target[:40]}…?>", "leave it out")

    def _doctype(self, *_: object) -> None:
        raise self._end(
            "xml-doctype", "a document type (DOCTYPE) is not allowed, nor are entities of its", "leave it out"
        )

    # --- elements -----------------------------------------------------------------------------------------------------

    def _resource(self, name: str, outer: _Frame | None) -> _Frame:
        """A resource: the whole text, or what stands in `contained` or `resource`, whose place it takes."""
        held = content(name) if is_resource(name) else None
        frame = _Frame(name, outer.child if outer else None, held or {}, (), outer.want if outer else self.want)
        frame.made["resourceType"] = name
        if outer is None:
            return frame
        if outer.made:
            self._fault("element-too-many", f"<{outer.name}> holds one resource; <{name}> is one more and is not read")
            return frame
        outer.made = frame.made
        self._note(outer, "resourceType")
        return frame

    def _element(self, name: str, outer: _Frame) -> _Frame:
        siblings = outer.content or {}
        child = siblings.get(name)
        if child is not None and child.attribute:
            self._fault(
                "xml-attribute", f"{name} is an attribute of <{outer.name}>", f'write <{outer.name} {name}="…">'
            )
        if child is None or child.attribute:
            return _Frame(name, None, None, (name,), outer.want.under(name) if outer.want else None)
        step: Path = (name,)
        if child.listed:
            step = (name, len(outer.made.get(name, ())))
        elif name in outer.made or child.twin in outer.made:
            self._fault("element-too-many", f"<{name}> may be there once; this one is not read", "leave it out")
            step = ()
        if child.place < outer.last:
            behind = next(one.name for one in siblings.values() if one.place == outer.last)
            self._fault("xml-order", f"<{name}> stands after <{behind}>", f"write it before <{behind}>", more=step)
        outer.last = child.place
        held = None if child.kind in ("xhtml", "resource") else content(child.content)
        if outer.want is None or not step:
            return _Frame(name, child, held, step, None)
        want = outer.want.under(*step)
        for above in (outer.want.under(name), want):
            if above is not None:
                above.at(self._here())
        if child.kind == "value":  # what is in it stands beside it in JSON
            want = outer.want.under(child.twin, *step[1:])
        return _Frame(name, child, held, step, want)

    def _attributes(self, frame: _Frame, attributes: dict[str, str]) -> None:
        child = frame.child
        for name, value in attributes.items():
            if name == "value" and child is not None and child.kind == "value":
                frame.value = value
            elif child is None and frame.content is None:
                frame.made[name.rpartition(" ")[2]] = value
            elif frame.content is not None and name in frame.content and frame.content[name].attribute:
                frame.made[name] = value
                self._note(frame, name)
            elif name != _LOCATION:
                local = name.rpartition(" ")[2]
                self._fault("xml-attribute", f"<{frame.name}> has no attribute {local[:60]}", "leave it out")

    def _unknown(self, frame: _Frame, made: dict[str, Json]) -> None:
        """An element that the definitions don't know, as it stands: its value, or what is in it; several as a list."""
        name = frame.name
        value: Json = frame.made["value"] if frame.made.keys() == {"value"} else frame.made
        if name not in made:
            made[name] = value
        elif isinstance(made[name], list):
            made[name].append(value)
        else:
            made[name] = [made[name], value]

    def _known(self, frame: _Frame, child: Child, outer: _Frame) -> None:
        made, name = outer.made, frame.name
        if child.kind != "value":
            value: Json = self._narrative(frame) if child.kind == "xhtml" else frame.made
            if child.listed:
                made.setdefault(name, []).append(value)
            else:
                made[name] = value
            return
        value = None if frame.value is None else typed(child, frame.value)
        if value is None and not frame.made:
            value = ""  # the validator says that it is empty
        if not child.listed:
            if value is not None:
                made[name] = value
            if frame.made:
                made[child.twin] = frame.made
            return
        values = made.setdefault(name, [])
        if value is None:
            outer.nulls.append(name)
        twins = made.get(child.twin)
        if twins is None and frame.made:
            twins = made[child.twin] = [None] * len(values)
        if twins is not None:
            twins.append(frame.made or None)
        values.append(value)

    def _narrative(self, frame: _Frame) -> str:
        """The narrative as it stands in the text, to the letter."""
        end = self.parser.CurrentByteIndex
        if self.data.startswith(b"</", end):
            end = self.data.index(b">", end) + 1
        text = self.data[self.start : end].decode()
        if frame.space == XHTML and not _DECLARES.match(text):
            return alone(text, dict(self.spaces))
        return text

    # --- places and faults --------------------------------------------------------------------------------------------

    def _here(self) -> Point:
        return self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1

    def _note(self, frame: _Frame, name: str) -> None:
        """Note where the element stands as the place of what its attribute says."""
        if frame.want is not None and (found := frame.want.under(name)) is not None:
            found.at(self._here())

    def _path(self) -> Iterator[str | int]:
        for frame in self.stack:
            yield from frame.step

    def _fault(self, code: str, message: str, fix: str = "", fatal: bool = False, more: Path = ()) -> None:
        self.faults.append(Fault(code, message, (*self._path(), *more), *self._here(), fix, fatal))
        if len(self.faults) == MOST and not fatal:
            raise self._end("limit-size", f"there are more than {MOST} faults; the rest was not read")

    def _end(self, code: str, message: str, fix: str = "") -> _End:
        self._fault(code, message, fix, fatal=True)
        return _End()

    def _broken(self, error: expat.ExpatError) -> None:
        message, fix = _told(error, self.stack[-1].name if self.stack and not self.inside else "")
        path = tuple(self._path())
        self.faults.append(Fault("xml-syntax", message, path, error.lineno, error.offset + 1, fix, True))


def typed(child: Child, text: str) -> Json:
    """The value that JSON has for the text of an attribute; what is no number where one belongs stays text."""
    kind = child.scalar
    if kind == "text":
        return text
    if kind == "boolean":
        return _WORDS.get(text, text)
    if kind == "integer":
        return integer(text) if _INTEGER.fullmatch(text) else text
    if not _DECIMAL.fullmatch(text):
        return text
    try:
        return number(text) if set(".eE") & set(text) else integer(text)
    except ValueError:
        return text


def _told(error: expat.ExpatError, inner: str) -> tuple[str, str]:
    """What is wrong, in words, and what to do."""
    names = expat.errors
    said = expat.ErrorString(error.code) or "not XML"
    if said == names.XML_ERROR_NO_ELEMENTS:
        return "the text ends before it is whole" + (f": <{inner}> is not closed" if inner else ""), "send all of it"
    if said == names.XML_ERROR_UNCLOSED_TOKEN or said == names.XML_ERROR_PARTIAL_CHAR:
        return "the text ends in the middle of a tag", "send all of it"
    if said == names.XML_ERROR_TAG_MISMATCH:
        return "the end tag closes something else than what is open" + (f", <{inner}>" if inner else ""), ""
    if said == names.XML_ERROR_UNDEFINED_ENTITY:
        return (
            "XML has no such entity (only &amp; &lt; &gt; &quot; &apos;)",
            "write the character, or its number: &#160;",
        )
    if said == names.XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
        return "something comes after the end of the resource", "keep one resource a file"
    return f"this is not XML: {said}", ""
