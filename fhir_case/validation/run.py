"""One validation under way: what has been found so far, and what the resource being checked stands in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from fhir_case.fhirpath.scope import Trace
from fhir_case.issues import DefinitionError, Severity
from fhir_case.validation.places import At, Step, path_of
from fhir_case.validation.settings import Level

if TYPE_CHECKING:
    from fhir_case.validation.bundles import BundleIndex
    from fhir_case.validation.checks import Checks, Profile
    from fhir_case.validation.questionnaires.form import Form

Node = dict[str, Any]
_HERE: At = (None, Step("", "%resource"), None)


class Found(NamedTuple):
    """A finding before it is written out: its place is still steps, not text."""

    code: str
    at: At | None
    message: str
    severity: Severity = "error"
    fix: str = ""
    definition: str = ""
    link: str = ""
    value: str = ""
    """What stands there, for those who ask to see values."""
    key: str = ""
    """The key in the object at `at` that is meant, where the line to be shown is that of a part of it."""


class Findings(list[Found]):
    """What has been found, in order; of a Coding's display also by the `id()` of the Coding, so that it can be taken back."""

    def __init__(self) -> None:
        super().__init__()
        self.displays: dict[int, list[int]] = {}
        self.held: dict[tuple[int, str, str], Held] = {}
        """What is known of the resources (by `id()`) that were held against a profile (its url and version)."""

    def wants(self, severity: Severity) -> bool:
        """Whether a finding is to be written out."""
        return True

    def accept_displays(self, codings: list[Node], named: Callable[[Node], bool]) -> None:
        """Take back what was said of displays that are those of the Codings: in one step, however much has been found."""
        if self.displays:
            for coding in codings:
                if id(coding) in self.displays and named(coding):
                    for place in self.displays.pop(id(coding)):
                        self[place] = self[place]._replace(code=TAKEN_BACK)


def _is_error(one: Found) -> bool:
    return one.severity in ("error", "fatal") and one.code != TAKEN_BACK


class _Misfit(Exception):
    """An error was found where one is enough to know."""


class _Doubts(Findings):
    """What is found where only the verdict is asked for: the first error ends it, and the rest is kept until it is wanted."""

    def __init__(self, known: Findings) -> None:
        super().__init__()
        self.held = known.held
        self.accepted: list[tuple[list[Node], Callable[[Node], bool]]] = []

    def wants(self, severity: Severity) -> bool:
        if severity in ("error", "fatal"):
            raise _Misfit
        return True

    def extend(self, found: Iterable[Found]) -> None:
        for one in found:
            self.wants(one.severity)
            self.append(one)

    def accept_displays(self, codings: list[Node], named: Callable[[Node], bool]) -> None:
        self.accepted.append((codings, named))

    def told(self, to: Findings, at: At) -> None:
        """Tell what was found of a resource that stands at that place."""
        to.extend(one._replace(at=_placed(one.at, at)) for one in self)
        for codings, named in self.accepted:
            to.accept_displays(codings, named)


def _placed(at: At | None, here: At) -> At | None:
    """A place in the resource that stands `here`."""
    if at is None or at is _HERE:
        return at and here
    outer, step, index = at
    return _placed(outer, here), step, index


class Held(NamedTuple):
    """That a resource was held against a profile."""

    at: At | None
    """Where what was found is noted; None: nowhere yet."""
    meets: bool
    trial: tuple[Run, _Doubts] | None = None
    """What was found where only the verdict was asked for."""


TAKEN_BACK = ""
"""The code of what was found and does not hold."""


@dataclass(slots=True)
class Shared:
    """What all resources of one validation share."""

    conforming: dict[tuple[int, str], bool] = field(default_factory=dict)
    """Whether the resource with that `id()` meets the profile; True while that is being found out, which ends circles."""
    element_ids: dict[tuple[int, bool, str], At] = field(default_factory=dict)
    """Where the id of an element stands: by the `id()` of the resource, whether in a snapshot, and the id."""
    forms: dict[str, Form | None] = field(default_factory=dict)
    """Questionnaires by canonical, as responses name them; None: not known."""


@dataclass(slots=True)
class Run:
    """The checks of one resource. `found` is shared with the resources it is in and those in it."""

    checks: Checks
    found: Findings
    resource: Node
    """The resource being checked: `%resource` of FHIRPath."""
    root: Node
    """The resource that contains it, or itself: `%rootResource`."""
    shared: Shared
    bundle: BundleIndex | None = None
    """The Bundle it stands in."""
    full_url: str = ""
    """The fullUrl of its entry."""
    trace: Trace | None = None

    def say(
        self,
        code: str,
        at: At | None,
        message: str,
        severity: Severity | Level = "error",
        fix: str | Callable[[], str] = "",
        definition: str = "",
        value: object = "",
        key: str = "",
    ) -> None:
        """Note a finding, unless what becomes of it is to be ignored. A `fix` that must be looked for is, if it is told."""
        if severity == "ignore" or not self.found.wants(severity):
            return
        shown = str(value)[:80] if value != "" else ""
        told = fix if isinstance(fix, str) else fix()
        self.found.append(Found(code, at, message, severity, told, definition, "", shown, key))

    def within(self, resource: Node, contained: bool) -> Run:
        """The checks of a resource inside this one, with the same list of findings."""
        root = self.root if contained else resource
        return Run(self.checks, self.found, resource, root, self.shared, self.bundle, self.full_url)

    def trial(self) -> Run:
        """The same place with a list of findings of its own: to see whether something would fit."""
        return Run(self.checks, Findings(), self.resource, self.root, self.shared, self.bundle, self.full_url)

    def fits(self) -> bool:
        """Whether nothing that is an error was found."""
        return not any(map(_is_error, self.found))

    def demand(self, node: Node, profile: Profile, at: At) -> None:
        """Note what a resource lacks of a profile: once, however many ask for it."""
        key = id(node), profile.url, profile.version
        known = self.found.held.get(key)
        if known:
            if not known.meets:
                self.found.wants("error")
            if known.at is not None and (known.at == at or path_of(known.at) == path_of(at)):
                return
        about = self if self.resource is node else self._about(node)
        before = len(self.found)
        if known and known.trial and about._is_like(known.trial[0]):
            known.trial[1].told(self.found, at)
        else:
            profile.check(node, at, about)
        if not isinstance(self.found, _Doubts):
            self.found.held[key] = Held(at, not any(map(_is_error, self.found[before:])), known and known.trial)

    def _is_like(self, other: Run) -> bool:
        """Whether checks of a resource find the same in both."""
        return self.root is other.root and self.bundle is other.bundle and self.full_url == other.full_url

    def _about(self, node: Node) -> Run:
        """The checks of a resource of this Bundle, with the same list of findings."""
        made = self.within(node, contained=False)
        made.full_url = self.bundle.full_url(node) if self.bundle else ""
        return made

    # What FHIRPath asks (fhir_case.fhirpath.Scope).

    def resolve(self, reference: str) -> Node | None:
        """The resource that a reference of this resource leads to, if it is here."""
        from fhir_case.validation.references import resolve

        target = resolve(self, reference)
        return target.resource if target else None

    def member_of(self, value: Any, url: str) -> bool | None:
        """Whether a code, Coding or CodeableConcept is in the value set; None: it cannot be decided here."""
        return self.checks.member_of(value, url)

    def now(self) -> datetime:
        """The time of `now()` and `today()`."""
        return datetime.now(UTC)

    def conforms(self, node: Node, url: str) -> bool | None:
        """Whether a resource or value meets the profile; None: the profile is not known."""
        key = (id(node), url)
        if key not in self.shared.conforming:
            try:
                profile = self.checks.profile(url)
            except DefinitionError:
                profile = None
            if profile is None:
                return None
            if known := self.found.held.get((id(node), profile.url, profile.version)):
                return known.meets
            self.shared.conforming[key] = True
            self.shared.conforming[key] = self._meets(node, profile)
        return self.shared.conforming[key]

    def _meets(self, node: Node, profile: Profile) -> bool:
        actual = node.get("resourceType")
        if actual is None:
            trial = self.trial()
        elif profile.type in (actual, "Resource", "DomainResource"):
            trial = self._about(node)
        else:
            return False
        held, before = self.found.held, len(self.found.held)
        try:
            trial.found = _Doubts(self.found)
            profile.tell(node, _HERE, trial)
            trial.found = doubts = _Doubts(self.found)
            profile.check(node, _HERE, trial)
        except _Misfit:
            while len(held) > before:  # they may have been tried in the belief that this one meets the profile
                held.popitem()
            return False
        if actual is not None:
            held[id(node), profile.url, profile.version] = Held(None, True, (trial, doubts))
        return True
