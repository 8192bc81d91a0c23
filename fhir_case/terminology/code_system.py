"""Code systems: which codes are in it, what they mean, how they are ordered, and what they are called.

One interface for the ones that list their codes (a CodeSystem resource) and the ones that are a grammar or a standard's
table (`builtin`): `contains` says True, False, or None where the codes are not here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from fhir_case.terminology import display as displays
from fhir_case.terminology.concept import Concept, Designation
from fhir_case.terminology.display import WrongDisplay
from fhir_case.terminology.reading import Resource, concepts, objects, text

Check = Callable[[str], str | None]
_PARENTS, _CHILDREN = frozenset(("parent", "subsumedBy")), "child"
_WHY = {
    "fragment": "only a part of {} is here",
    "example": "{} has only examples of its codes",
    "supplement": "{} is a supplement, it has no codes of its own",
}
NOT_HERE = "the codes of {} are not here"


class CodeSystem:
    """A code system as a CodeSystem resource lists it; with no concepts it is one whose content is not here.

    `problem` tells what is wrong with the shape of a code, where that can be told without its content (a check digit).
    https://hl7.org/fhir/R4/codesystem.html
    """

    def __init__(self, resource: Resource, problem: Check | None = None) -> None:
        self.url = text(resource, "url")
        self.version = text(resource, "version")
        self.name = text(resource, "title") or text(resource, "name") or self.url
        self.content = text(resource, "content") or "complete"
        self.supplements = text(resource, "supplements")
        # "When the rule is not known, … accept codes in any case" (CodeSystem.caseSensitive).
        self.case_sensitive = resource.get("caseSensitive") is True
        self.language = text(resource, "language")
        self._problem = problem
        self._defined = frozenset(text(one, "code") for one in objects(resource, "property"))
        self._unread: Resource | None = resource
        self._tree: tuple[dict[str, Concept], dict[str, list[str]]] | None = None
        self._lock = threading.Lock()

    @property
    def undecided(self) -> str:
        """Why not every code can be decided, or nothing."""
        if self.content == "complete":
            return ""
        return _WHY.get(self.content, NOT_HERE).format(self.url)

    # Which codes there are

    def contains(self, code: str) -> bool | None:
        """Is this one of its codes? None where that can't be told here."""
        if self.lookup(code) is not None:
            return True
        return False if self.content == "complete" or self.problem_with(code) else None

    def lookup(self, code: str) -> Concept | None:
        """The concept of a code, in any case where case does not matter; None if it is not among those here."""
        found = self._concepts.get(code)
        if found is None and not self.case_sensitive:
            found = self._concepts.get(self._folded.get(code.casefold(), ""))
        return found

    def canonical(self, code: str) -> str:
        """The code as the code system writes it, if it is one of its codes; else as it is given."""
        found = self.lookup(code)
        return found.code if found else code

    def problem_with(self, code: str) -> str | None:
        """What is wrong with the shape or check digit of a code, in a sentence; None if nothing is known to be wrong."""
        return self._problem(code) if self._problem else None

    @property
    def codes(self) -> frozenset[str] | None:
        """All its codes, where all are here."""
        return self.known if self.content == "complete" else None

    @cached_property
    def known(self) -> frozenset[str]:
        """The codes that are here, all or not."""
        return frozenset(self._concepts)

    def _read(self) -> tuple[dict[str, Concept], dict[str, list[str]]]:
        """The concepts, and the children of each that has some; read on first use, then the resource is let go."""
        tree = self._tree
        if tree is None:
            with self._lock:
                if self._tree is None:
                    self._tree, self._unread = _tree(self._unread or {}), None
                tree = self._tree
        return tree

    @property
    def _concepts(self) -> dict[str, Concept]:
        return self._read()[0]

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {code.casefold(): code for code in reversed(self._concepts)}

    # How they are ordered

    def children(self, code: str) -> list[str]:
        """The codes right below this one."""
        return self._read()[1].get(code, [])

    def parents(self, code: str) -> list[str]:
        """The codes right above this one."""
        return self._above.get(code, [])

    def descendants(self, code: str) -> frozenset[str]:
        """All codes below this one, itself not among them unless it is below itself."""
        seen: set[str] = set()
        todo = list(self.children(code))
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                todo += self.children(one)
        return frozenset(seen)

    def ancestors(self, code: str) -> frozenset[str]:
        """All codes above this one."""
        seen: set[str] = set()
        todo = [code]
        while todo:
            for above in self._above.get(todo.pop(), ()):
                if above not in seen:
                    seen.add(above)
                    todo.append(above)
        return frozenset(seen)

    @cached_property
    def _above(self) -> dict[str, list[str]]:
        above: dict[str, list[str]] = {}
        for code, below in self._read()[1].items():
            for one in below:
                above.setdefault(one, []).append(code)
        return above

    @cached_property
    def properties(self) -> frozenset[str]:
        """The properties that its concepts have or that it defines."""
        return self._defined | {name for one in self._concepts.values() for name, _ in one.properties}

    # What they are called

    def names(self, code: str) -> list[Designation]:
        """All names of a concept, the preferred one first."""
        found = self.lookup(code)
        if found is None:
            return []
        preferred = [Designation(found.display, self.language)] if found.display else []
        return [*preferred, *found.designations]

    def check_display(
        self, code: str, display: str, languages: Sequence[str] = (), also: Iterable[Designation] = ()
    ) -> WrongDisplay | None:
        """What is wrong with the display of a code; None if it is right, or the names of the code are not here.

        `languages`: BCP-47 tags, any if empty. `also`: names from elsewhere (of a value set, a supplement) that do too.
        """
        names = self.names(code)
        return displays.check(display, [*names, *also], languages) if names else None

    def nearest(self, code: str) -> str | None:
        """The code that was likely meant."""
        from fhir_case.terminology.nearest import nearest

        return nearest(code, self._concepts)


def _tree(resource: Resource) -> tuple[dict[str, Concept], dict[str, list[str]]]:
    found: dict[str, Concept] = {}
    below: dict[str, list[str]] = {}
    for concept, above in concepts(resource):
        found.setdefault(concept.code, concept)
        if above:
            below.setdefault(above, []).append(concept.code)
        for name, value in concept.properties:
            if name in _PARENTS:
                below.setdefault(value, []).append(concept.code)
            elif name == _CHILDREN:
                below.setdefault(concept.code, []).append(value)
    return found, below
