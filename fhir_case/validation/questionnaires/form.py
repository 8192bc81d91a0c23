"""A Questionnaire ready to be asked: its questions by linkId, each with the questions in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fhir_case.terminology.terminology import Terminology
from fhir_case.terminology.value_set import ValueSet
from fhir_case.validation.run import Node

if TYPE_CHECKING:
    from fhir_case.validation.questionnaires.options import Options

EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"


class Question:
    """An item of a Questionnaire; the Questionnaire itself is the outermost one, a group without a linkId."""

    __slots__ = ("depth", "end", "kind", "link_id", "node", "options", "order", "parent", "positions", "questions")

    def __init__(self, node: Node, parent: Question | None, order: int) -> None:
        self.node, self.parent, self.order = node, parent, order
        self.depth: int = parent.depth + 1 if parent else 0
        self.end = order + 1
        """The order of the first question after this one and all those in it."""
        self.link_id = text(node, "linkId") if parent else ""
        self.kind = text(node, "type") if parent else "group"
        self.questions: list[Question] = []
        self.positions: dict[str, int] = {}
        """The place of each linkId among `questions`."""
        self.options: Options | None = None
        """Made when it is first answered (options.py)."""

    @property
    def required(self) -> bool:
        """Whether a completed response has this."""
        return self.node.get("required") is True

    @property
    def repeats(self) -> bool:
        """Whether it may be answered, or stand there, more than once."""
        return self.node.get("repeats") is True

    def has(self, other: Question) -> bool:
        """Whether `other` is in this one."""
        return self.order < other.order < self.end


class Form:
    """A Questionnaire with its questions. `holder` is the resource that contains it, if it is a contained one."""

    def __init__(self, node: Node, holder: Node | None = None) -> None:
        self.node, self.holder = node, holder
        self.url = text(node, "url") or "#" + text(node, "id")
        self.root = Question(node, None, 0)
        self.by_link: dict[str, Question] = {}
        self._value_sets: dict[str, ValueSet | None] = {}
        self._index()

    def _index(self) -> None:
        """Number the questions in the order of the Questionnaire. Not recursive: no depth of nesting stops it."""
        order = 1
        open_ones: list[tuple[Question, Iterator[Node]]] = [(self.root, objects(self.node, "item"))]
        while open_ones:
            parent, nodes = open_ones[-1]
            node = next(nodes, None)
            if node is None:
                parent.end = order
                open_ones.pop()
                continue
            made = Question(node, parent, order)
            order += 1
            if made.link_id:
                parent.positions.setdefault(made.link_id, len(parent.questions))
                self.by_link.setdefault(made.link_id, made)
            parent.questions.append(made)
            open_ones.append((made, objects(node, "item")))

    def value_set(self, url: str, terminology: Terminology) -> ValueSet | None:
        """The value set a question names: known, or contained (`#id`) in the Questionnaire or beside it."""
        if url not in self._value_sets:
            if not url.startswith("#"):
                self._value_sets[url] = terminology.value_set(url)
            else:
                found = contained(self.holder, url[1:], "ValueSet") or contained(self.node, url[1:], "ValueSet")
                self._value_sets[url] = terminology.of(found) if found else None
        return self._value_sets[url]


def common(one: Question, other: Question) -> Question:
    """The innermost question that both are, or are in."""
    left: Question | None = one
    right: Question | None = other
    while left is not right and left is not None and right is not None:
        if left.depth >= right.depth:
            left = left.parent
        else:
            right = right.parent
    assert left is not None  # all questions of a form are in its root
    return left


def contained(holder: Node | None, name: str, kind: str) -> Node | None:
    """The contained resource of that id and type."""
    for one in objects(holder or {}, "contained"):
        if one.get("id") == name and one.get("resourceType") == kind:
            return one
    return None


def objects(node: Node, key: str) -> Iterator[Node]:
    """The objects of a list; what is no object there, others say."""
    held = node.get(key)
    return (one for one in held if isinstance(one, dict)) if isinstance(held, list) else iter(())


def numbered(node: Node, key: str) -> Iterator[tuple[int, Node]]:
    """The objects of a list, each with its number there."""
    held = node.get(key)
    return ((n, one) for n, one in enumerate(held) if isinstance(one, dict)) if isinstance(held, list) else iter(())


def text(node: Node, key: str) -> str:
    """The text of an element, or ""."""
    held = node.get(key)
    return held if isinstance(held, str) else ""


def value_of(node: Node, prefix: str = "value") -> tuple[str, Any]:
    """The value of a choice element and the end of its key: ("Coding", {…}); ("", None) where there is none."""
    for key, held in node.items():
        if key.startswith(prefix) and len(key) > len(prefix) and key[len(prefix)].isupper():
            return key[len(prefix) :], held
    return "", None


def extensions(node: Node, url: str) -> list[Any]:
    """The values of the extensions with that url."""
    return [value_of(one)[1] for one in objects(node, "extension") if one.get("url") == url]


def extension(node: Node, url: str) -> Any:
    """The value of the first extension with that url, or None."""
    found = extensions(node, url)
    return found[0] if found else None
