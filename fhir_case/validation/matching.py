"""Discriminators: what tells the items of a slice from others (https://hl7.org/fhir/R4/profiling.html#discriminator)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from fhir_case.issues import DefinitionError
from fhir_case.validation.plan import STRUCTURE, Element, Slicing
from fhir_case.validation.run import Run
from fhir_case.validation.values import meets, same

if TYPE_CHECKING:
    from fhir_case.validation.checks import Checks
    from fhir_case.validation.profiles import Picked

_STEP = re.compile(
    r"\$this|resolve\(\)|(?P<function>extension|ofType)\(\s*'?(?P<argument>[^')]*)'?\s*\)|(?P<name>[A-Za-z0-9_]+)(?:\[x\])?"
)

Held = tuple[Any, str]
"""A value on the way along a discriminator's path, and its type."""
Walk = Callable[[Held, Run], list[Held]]
Test = Callable[[list[Held], Run], "bool | None"]


@dataclass(frozen=True, slots=True)
class Typed:
    """That the value at a path must be of one of these types."""

    path: str
    walks: tuple[Walk, ...]
    kinds: frozenset[str]

    def resource_in(self, item: Picked, run: Run) -> str | None:
        """The type of the resource that the path leads to; None where it leads to something else."""
        held = _walked(self.walks, (item.value, item.kind), run)
        kind = held[0][0].get("resourceType") if len(held) == 1 and isinstance(held[0][0], dict) else None
        return kind if isinstance(kind, str) else None


@dataclass(frozen=True, slots=True)
class Match:
    """Whether an item belongs to a slice; None: undecided. `told` says in words what it takes."""

    tests: tuple[tuple[tuple[Walk, ...], Test], ...]
    told: str
    typed: Typed | None = None

    def __call__(self, item: Picked, run: Run) -> bool | None:
        value = item.value if item.value is not None else item.twin
        verdict: bool | None = True
        for walks, test in self.tests:
            found = test(_walked(walks, (value, item.kind), run), run)
            if found is False:
                return False
            if found is None:
                verdict = None
        return verdict


def _walked(walks: tuple[Walk, ...], start: Held, run: Run) -> list[Held]:
    held = [start]
    for walk in walks:
        held = [below for one in held for below in walk(one, run)]
    return held


def matcher(checks: Checks, how: Slicing, element: Element) -> Match | None:
    """The matcher of a slice; None where its discriminators say nothing that can be tested."""
    tests = []
    told = []
    typed = None
    for kind, path in how.discriminators:
        try:
            walks, elements = _walk(checks, path, element)
            made = _test(checks, kind, elements)
        except DefinitionError:
            made = None
        if made is None:
            continue  # this slice says nothing about it: the others decide
        test, words = made
        tests.append((tuple(walks), test))
        told.append(f"{path} {words}")
        if kind == "type" and typed is None:
            typed = Typed(path, tuple(walks), _kinds(elements))
    return Match(tuple(tests), ", ".join(told), typed) if tests else None


def _walk(checks: Checks, path: str, element: Element) -> tuple[list[Walk], list[Element]]:
    """The steps of a discriminator's path: how to walk them in an instance, and which elements of the profile they lead to."""
    walks: list[Walk] = []
    elements = [element]
    at = 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None or (step.end() < len(path) and path[step.end()] != "."):
            raise DefinitionError(f"the discriminator path {path!r} cannot be read")
        at = step.end() + 1
        text, name, function = step.group(), step["name"], step["function"]
        if text == "$this":
            continue
        if text == "resolve()":
            walks.append(_resolved)
            elements = [root for one in elements for root in _targets(checks, one)]
        elif function == "extension":
            url = step["argument"]
            walks.append(partial(_extensions, url))
            elements = [found for one in elements for found in _extension_elements(checks, one, url)]
        elif function == "ofType":
            wanted = step["argument"]
            walks.append(partial(_of_type, wanted))
        else:
            walks.append(_below(checks, elements, name))
            elements = [found for one in elements for found in _children(checks, one, name)]
    return walks, elements


def _resolved(held: Held, run: Run) -> list[Held]:
    value = held[0]
    text = value.get("reference") if isinstance(value, dict) else value
    found = run.resolve(text) if isinstance(text, str) else None
    return [(found, found.get("resourceType", ""))] if found else []


def _of_type(wanted: str, held: Held, run: Run) -> list[Held]:
    return [held] if held[1] == wanted else []


def _extensions(url: str, held: Held, run: Run) -> list[Held]:
    value = held[0]
    found = value.get("extension") if isinstance(value, dict) else None
    return [(one, "Extension") for one in found or () if isinstance(one, dict) and one.get("url") == url]


def _below(checks: Checks, elements: list[Element], name: str) -> Walk:
    kinds = {one.code for element in elements for found in _children(checks, element, name) for one in found.types}
    kind = next(iter(kinds)) if len(kinds) == 1 else ""

    def walk(held: Held, run: Run) -> list[Held]:
        value = held[0]
        if not isinstance(value, dict):
            return []
        found = value.get(name)
        if found is None:
            # A choice: `value` is written valueQuantity, valueString, …
            stem = len(name)
            return [
                (one, _typed(checks, key[stem:]))
                for key, one in value.items()
                if key.startswith(name) and key[stem : stem + 1].isupper()
            ]
        return [(one, _kind(one, kind)) for one in (found if isinstance(found, list) else [found])]

    return walk


def _kind(value: Any, kind: str) -> str:
    return value.get("resourceType", kind) if isinstance(value, dict) else kind


def _typed(checks: Checks, name: str) -> str:
    small = name[:1].lower() + name[1:]
    return small if small in checks.definitions.primitives else name


def _children(checks: Checks, element: Element, name: str) -> Iterator[Element]:
    """The elements of that name below one: its own, or those of its types and their profiles."""
    above = element.fixed if element.fixed is not None else element.pattern
    parts = _parts(above, name)
    if parts is not None:
        # What is demanded of the whole is demanded of its part.
        whole = element.fixed is not None and not isinstance(parts, list)
        yield Element(
            f"{element.id}.{name}", f"{element.path}.{name}", name,
            fixed=parts if whole else None, pattern=None if whole else parts,
        )  # fmt: skip
        return
    if name in element.children:
        yield element.children[name]
        return
    for one in element.types:
        for url in one.profiles or (STRUCTURE + one.code,):
            top = checks.tree(url)
            if name in top.children:
                yield top.children[name]


def _parts(above: Any, name: str) -> Any:
    """The value of that name in a fixed or pattern value; of a list, those of all its items; None: there is none."""
    if isinstance(above, dict):
        return above.get(name)
    if not isinstance(above, list):
        return None
    found: list[Any] = []
    for one in above:
        part = _parts(one, name)
        found += part if isinstance(part, list) else [] if part is None else [part]
    return found or None


def _targets(checks: Checks, element: Element) -> Iterator[Element]:
    for one in element.types:
        for url in one.targets:
            yield checks.tree(url)


def _extension_elements(checks: Checks, element: Element, url: str) -> Iterator[Element]:
    holder = next(_children(checks, element, "extension"), None)
    for one in holder.slices.values() if holder else ():
        if any(url in (profile.split("|")[0] for profile in kind.profiles) for kind in one.types):
            yield one


def _test(checks: Checks, kind: str, elements: list[Element]) -> tuple[Test, str] | None:
    if kind == "exists":
        return _exists(elements)
    if kind == "type":
        return _types(elements)
    if kind == "profile":
        return _profiles(elements)
    options = [found for one in elements if (found := _wanted(checks, one)) is not None]
    if not options:
        return None
    told = " or ".join(dict.fromkeys(words for _, words in options))

    def test(held: list[Held], run: Run) -> bool | None:
        verdicts = [option(held, run) for option, _ in options]
        return True if True in verdicts else None if None in verdicts else False

    return test, told


def _wanted(checks: Checks, element: Element) -> tuple[Test, str] | None:
    """What a value discriminator's element must be: fixed, pattern, in its value set, or there at all."""
    from fhir_case.validation.values import _short

    if element.fixed is not None:
        return (lambda held, run: any(same(one, element.fixed) for one, _ in held)), f"= {_short(element.fixed)}"
    if element.pattern is not None:
        pattern = element.pattern if isinstance(element.pattern, list) else [element.pattern]
        return (lambda held, run: meets([one for one, _ in held], pattern)), f"with {_short(element.pattern)}"
    if element.max == 0:
        return (lambda held, run: not held), "absent"
    below = _fixed_below(checks, element)
    if below is not None:
        return below
    binding = element.binding
    if binding and binding.get("strength") == "required" and binding.get("valueSet"):
        url = binding["valueSet"]

        def member(held: list[Held], run: Run) -> bool | None:
            verdicts = [checks.member_of(one, url) for one, _ in held]
            return True if True in verdicts else None if None in verdicts else False

        return member, f"in {url}"
    if element.min > 0:
        return (lambda held, run: bool(held)), "present"
    return None


def _fixed_below(checks: Checks, element: Element) -> tuple[Test, str] | None:
    """Children with fixed or pattern values tell slices apart as well as a pattern on the element itself."""
    made = []
    holders = [
        *element.children.values(),
        *(one for child in element.children.values() for one in child.slices.values()),
    ]
    for child in holders:
        if child.min == 0 or child.name in ("extension", "modifierExtension"):
            continue
        found = (
            _wanted(checks, child) if child.fixed is not None or child.pattern is not None or child.children else None
        )
        if found is not None:
            made.append((_below(checks, [element], child.name), *found))
    if not made:
        profiles = [url for one in element.types for url in one.profiles]
        tops = [checks.tree(url) for url in profiles] if not element.children else []
        return next((found for top in tops if (found := _wanted(checks, top)) is not None), None)

    def test(held: list[Held], run: Run) -> bool | None:
        return any(all(one(walk(value, run), run) for walk, one, _ in made) for value in held)

    return test, " and ".join(f"{words}" for _, _, words in made)


def _exists(elements: list[Element]) -> tuple[Test, str] | None:
    if any(one.max == 0 for one in elements):
        return (lambda held, run: not held), "absent"
    if any(one.min > 0 for one in elements):
        return (lambda held, run: bool(held)), "present"
    return None


def _kinds(elements: list[Element]) -> frozenset[str]:
    return frozenset(
        kind for one in elements for kind in ([of.code for of in one.types] or [one.path] * ("." not in one.path))
    )


def _types(elements: list[Element]) -> tuple[Test, str] | None:
    kinds = _kinds(elements)
    if not kinds:
        return None
    return (lambda held, run: any(kind in kinds for _, kind in held)), " or ".join(sorted(kinds))


def _profiles(elements: list[Element]) -> tuple[Test, str] | None:
    roots = [one.profile for one in elements if one.profile]
    urls = [*roots, *(url for element in elements for one in element.types for url in one.profiles)]
    if not urls:
        return None

    def test(held: list[Held], run: Run) -> bool | None:
        verdicts = [run.conforms(one, url) for one, _ in held for url in urls if isinstance(one, dict)]
        return True if True in verdicts else None if None in verdicts else False

    return test, f"meets {' or '.join(urls)}"
