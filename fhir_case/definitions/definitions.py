"""`Definitions`: all that is known of profiles, types, value sets and code systems, in layers, each read on first use."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache, partial
from typing import Any

from fhir_case.definitions.entry import Entry
from fhir_case.definitions.source import Given, Resource, Source
from fhir_case.definitions.versions import fits, order, split
from fhir_case.issues import DefinitionError, Issue

CORE = "http://hl7.org/fhir/StructureDefinition/"
_KEPT = 800  # decoded resources kept for the next time they are asked for
_LONGEST = 500  # characters of a canonical whose place is kept
_DEEPEST = 50  # profiles on profiles


class Definitions:
    """R4 with packages and single resources on top: resources win over packages, packages over R4.

    Immutable for its users and safe to share between threads; what it gives must not be changed. A pickle holds what it
    was made of, not R4.
    """

    def __init__(
        self, base: Source, about: dict[str, Any], above: tuple[Source, ...] = (), issues: tuple[Issue, ...] = ()
    ):
        self._base, self._about, self._above = base, about, above
        self._found = list(issues)
        self._kept: dict[tuple[int, str], Resource] = {}
        self._generated: dict[tuple[int, str], Resource | DefinitionError] = {}
        self._lock = threading.Lock()
        self._at_work = threading.local()
        self._place_kept = lru_cache(4096)(self._place_looked_up)
        self.resources = frozenset(about["resources"])
        self.datatypes = frozenset(about["datatypes"])
        self.primitives = frozenset(about["primitives"])
        self.abstract = frozenset(about["abstract"])

    # What is known

    def type(self, name: str) -> Resource | None:
        """The StructureDefinition of one of R4's own types: a resource, data type or primitive (`Patient`, `code`)."""
        if name in self.resources or name in self.datatypes or name in self.primitives or name in self.abstract:
            entry = self._base.by_url[CORE + name][0]
            return self._read(len(self._above), entry)
        return None

    def find(self, canonical: str, kind: str | None = None, *, near: str = "") -> Resource | None:
        """The definition of that url, or `url|version`, of the resource type `kind`; None when it is not known.

        Resources given come first, then packages, then R4; among them the newest, where no version is asked for. `near`
        names the definition that refers to it (its canonical): then what that one's package and the packages it depends
        on have goes before other packages. Rules of HL7's validator.
        """
        place = self._place(canonical, kind, near)
        return self._known(*place) if place else None

    def structure(self, canonical: str, *, near: str = "") -> Resource | None:
        """The StructureDefinition of that canonical, with its snapshot, generated when it has none.

        None when it is not known, or has no snapshot and none can be made: then `issues` says why.
        """
        place = self._place(canonical, "StructureDefinition", near)
        if place is None:
            return None
        at, entry = place
        made = self._generated.get((at, entry.place))
        if made is None:
            structure = self._known(at, entry)
            if structure is None or has_snapshot(structure):
                return structure
            made = self._with_snapshot(entry, structure)
            if not self._chain() or not isinstance(made, DefinitionError):  # what fails below others may stand alone
                self._generated[at, entry.place] = made
        if not isinstance(made, DefinitionError):
            return made
        if self._chain():
            raise made  # it is wanted for the snapshot of another, which can't be made either
        self._note(Issue("profile-broken", str(made), definition=entry.canonical))
        return None

    def urls(self, kind: str) -> Iterator[str]:
        """The canonicals (`url|version`) of all definitions of a kind, each once."""
        seen: set[str] = set()
        for source in (*self._above, self._base):
            for entries in source.by_url.values():
                for entry in entries:
                    if entry.kind == kind and entry.canonical not in seen:
                        seen.add(entry.canonical)
                        yield entry.canonical

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What could not be loaded or made so far."""
        with self._lock:
            return tuple(self._found)

    @cached_property
    def digest(self) -> str:
        """sha256, hex, over what this was made of, in its order."""
        import hashlib  # 8 ms, which who needs no digest is spared

        text = "\n".join(source.digest for source in (*self._above, self._base))
        return hashlib.sha256(text.encode()).hexdigest()

    # More on top

    def extended(
        self, packages: Iterable[Source] = (), resources: Iterable[Resource] = (), issues: Iterable[Issue] = ()
    ) -> Definitions:
        """New definitions with these on top of what is here; `issues` are kept with them."""
        given, notes = _usable(resources)
        packages = tuple(packages)
        notes += [issue for package in packages for issue in package.issues]
        above = (Given(given),) if given else ()
        return Definitions(
            self._base, self._about, (*above, *packages, *self._above), (*self.issues, *issues, *notes)
        )  # fmt: skip

    def __reduce__(self) -> tuple[Any, ...]:
        return (_again, (self._above, self.issues))

    # How it is found

    def _place(self, canonical: str, kind: str | None, near: str) -> tuple[int, Entry] | None:
        short = len(canonical) <= _LONGEST and len(near) <= _LONGEST
        return (self._place_kept if short else self._place_looked_up)(canonical, kind, near)

    def _place_looked_up(self, canonical: str, kind: str | None, near: str) -> tuple[int, Entry] | None:
        url, asked = split(canonical)
        sources = (*self._above, self._base)
        found = [
            (at, entry, fits(entry.version, asked) if asked else 1)
            for at, source in enumerate(sources)
            for entry in source.by_url.get(url, ())
            if kind is None or entry.kind == kind
        ]
        found = [one for one in found if one[2]]
        if not found:
            return None
        if len(found) == 1:
            return found[0][:2]
        scope = self._scope(near)

        def rank(one: tuple[int, Entry, int]) -> tuple[Any, ...]:
            at, entry, fitting = one
            source = sources[at]
            above = isinstance(source, Given), at in scope, source is not self._base
            return (fitting, *above, order(entry.version), -at)

        at, entry, _ = max(found, key=rank)
        return at, entry

    def _scope(self, near: str) -> set[int]:
        """The sources that a definition sees first: its own package, and those that it depends on."""
        place = self._place(near, None, "") if near else None
        if place is None:
            return set()
        own = self._above[place[0]] if place[0] < len(self._above) else self._base
        return {place[0]} | {
            at for at, one in enumerate(self._above)
            if one.name in own.dependencies and fits(one.version, own.dependencies[one.name])
        }  # fmt: skip

    def _known(self, at: int, entry: Entry) -> Resource | None:
        """The resource of an entry; None, and a note, when its file can't be read."""
        try:
            return self._read(at, entry)
        except DefinitionError as error:
            self._note(Issue("definition-unreadable", str(error), "warning", definition=entry.canonical))
            return None

    def _read(self, at: int, entry: Entry) -> Resource:
        key = (at, entry.place)
        kept = self._kept.get(key)
        if kept is None:
            source = self._above[at] if at < len(self._above) else self._base
            kept = source.read(entry)
            with self._lock:
                while len(self._kept) >= _KEPT:
                    del self._kept[next(iter(self._kept))]
                self._kept[key] = kept
        return kept

    # Snapshots

    def _with_snapshot(self, entry: Entry, structure: Resource) -> Resource | DefinitionError:
        """The structure with its snapshot made, or why it can't be."""
        from fhir_case.definitions.snapshot import snapshot

        chain = self._chain()
        if entry.canonical in chain:
            raise DefinitionError(f"{' → '.join([*chain, entry.canonical])}: the profile builds on itself")
        if len(chain) >= _DEEPEST:
            raise DefinitionError(
                f"{chain[0]} stands on more than {_DEEPEST} other profiles; the last is {entry.canonical}"
            )
        chain.append(entry.canonical)
        try:
            elements = snapshot(structure, partial(self.structure, near=entry.canonical), partial(self._tell, entry))
        except DefinitionError as error:
            return error
        finally:
            chain.pop()
        made = {**structure, "snapshot": {"element": elements}}
        made.pop("differential", None)
        return made

    def _chain(self) -> list[str]:
        """The profiles whose snapshots this thread is making, each the base of the one before."""
        if not hasattr(self._at_work, "chain"):
            self._at_work.chain = []
        chain: list[str] = self._at_work.chain
        return chain

    def _tell(self, entry: Entry, told: str) -> None:
        """Note what a profile says in vain, such as a constraint of an element that its type does not have."""
        self._note(Issue("profile-broken", told, "warning", path=entry.canonical))

    def _note(self, issue: Issue) -> None:
        with self._lock:
            if issue not in self._found:
                self._found.append(issue)


def has_snapshot(structure: Resource) -> bool:
    """It has a snapshot with elements."""
    held = structure.get("snapshot")
    return isinstance(held, dict) and isinstance(held.get("element"), list) and bool(held["element"])


def _usable(resources: Iterable[Resource]) -> tuple[list[Resource], list[Issue]]:
    """The definitions among `resources`, those in Bundles too, and an issue for each that can't be one."""
    made: list[Resource] = []
    issues: list[Issue] = []
    for at, resource in enumerate(resources):
        if isinstance(resource, dict) and resource.get("resourceType") == "Bundle":
            entries = resource.get("entry")
            inside = (
                [one.get("resource") for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
            )
            made += [one for one in inside if isinstance(one, dict) and isinstance(one.get("url"), str)]
        elif isinstance(resource, dict) and isinstance(resource.get("url"), str) and resource.get("resourceType"):
            made.append(resource)
        else:
            name = (
                resource.get("resourceType", "something without resourceType")
                if isinstance(resource, dict)
                else "no object"
            )
            issues.append(Issue("definition-unusable", f"definition {at + 1} is {name} with no canonical url: it can't be "
                                "referred to and is left out", "warning", fix="give it a `url`"))  # fmt: skip
    return made, issues


def _again(above: tuple[Source, ...], issues: tuple[Issue, ...]) -> Definitions:
    from fhir_case.definitions.r4 import r4

    here = r4()
    return Definitions(here._base, here._about, above, issues)
