"""Bindings: codes that must or should come from a value set (https://hl7.org/fhir/R4/terminologies.html#strength)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from fhir_case.issues import Severity
from fhir_case.validation.nearest import instead
from fhir_case.validation.places import At
from fhir_case.validation.plan import STRUCTURE, Element, Type
from fhir_case.validation.run import Node, Run

if TYPE_CHECKING:
    from fhir_case.terminology.value_set import ValueSet
    from fhir_case.validation.checks import Checks
    from fhir_case.validation.types import Item

_MAX = STRUCTURE + "elementdefinition-maxValueSet"
_MORE = "http://hl7.org/fhir/tools/StructureDefinition/additional-binding"
_PURPOSES = {"maximum": "required", "required": "required", "extensible": "extensible", "preferred": "preferred"}
"""Of the purposes of additional bindings those that are checked, and how strongly they bind."""
_OUTSIDE: dict[str, tuple[str, Severity]] = {
    "required": ("code-not-in-value-set", "error"),
    "extensible": ("code-not-in-extensible-value-set", "warning"),
    "preferred": ("code-not-preferred", "information"),
    "max": ("code-not-in-value-set", "error"),
    "limit": ("code-not-in-value-set", "warning"),
}
_LIMITS = ("max", "limit")
"""The strengths of a maxValueSet, of an extensible binding and of a weaker one.

For HL7's validator that of a weaker one is no rule, but for the sets that are a grammar: a language is one of BCP 47.
"""
_FIRM = ("required", *_LIMITS)
_CODED = ("CodeableConcept", "Coding", "Quantity")


def differs(binding: dict[str, Any], base: dict[str, Any] | None) -> bool:
    """Whether a binding says something that `base` does not."""
    if base is None:
        return True
    return _said(binding) != _said(base)


def _said(binding: dict[str, Any]) -> tuple[Any, ...]:
    return binding.get("strength"), _plain(binding), _max(binding), tuple(_additional(binding))


def _plain(binding: dict[str, Any]) -> str:
    return str(binding.get("valueSet", "")).split("|")[0]


def _max(binding: dict[str, Any]) -> str:
    for one in binding.get("extension", ()):
        if one.get("url") == _MAX:
            return one.get("valueCanonical") or one.get("valueUri") or ""
    return ""


def _additional(binding: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Strength and value set of each additional binding, and whether it is for some contexts only.

    https://hl7.org/fhir/R5/elementdefinition-definitions.html#ElementDefinition.binding.additional, an extension in R4.
    """
    for one in binding.get("extension", ()):
        if one.get("url") == _MORE:
            parts = {part.get("url"): part for part in one.get("extension", ())}
            strength = _PURPOSES.get(parts.get("purpose", {}).get("valueCode", ""), "")
            value_set = parts.get("valueSet", {})
            url = value_set.get("valueCanonical") or value_set.get("valueUri") or ""
            if strength and url:
                yield strength, url, "usage" in parts


def compiled(checks: Checks, element: Element, kind: Type, definition: str) -> list[Item]:
    """The functions for the binding of an element, for values of one type."""
    if not _holds_codes(kind.code):
        return []  # of a choice: the Reference beside a CodeableConcept (DataRequirement.subject[x])
    binding = element.binding or {}
    strength = _strength(element, binding, definition)
    near = definition.partition("#")[0] if "#" in definition else ""
    made: list[Item] = []
    main = Bound(checks, binding["valueSet"], near, strength, definition) if binding.get("valueSet") else None
    if main and strength in _OUTSIDE:
        made.append(_rule(main, kind.code))
    if limit := _max(binding):
        level = "max" if strength == "extensible" else "limit"
        made.append(_rule(Bound(checks, limit, near, level, definition, main), kind.code))
    for strength, url, sometimes in _additional(binding):
        bound = Bound(checks, url, near, strength, definition)
        made.append(partial(_sometimes, bound) if sometimes else _rule(bound, kind.code))
    return made


def _sometimes(bound: Bound, value: Any, at: At, run: Run) -> None:
    told = f"codes of {bound.words} are for some contexts only: whether this is one cannot be told here"
    run.say("code-undecided", at, told, "information", definition=bound.definition)


def codeless(element: Element, definition: str) -> Callable[[At, Run], None] | None:
    """What is said where a primitive that must be a code of a value set has extensions alone; None: it need not be one.

    https://hl7.org/fhir/R4/terminologies.html#required; Terminology_TX_Code_ValueSet_MISSING of HL7's validator.
    """
    binding = element.binding or {}
    if binding.get("strength") != "required":
        return None
    told = f"a code of {_plain(binding)} is required here: an extension is none"
    return lambda at, run: run.say("code-missing", at, told, definition=definition)


def _holds_codes(kind: str) -> bool:
    """Whether values of a type can be bound (https://hl7.org/fhir/R4/terminologies.html#binding); primitives are lowercase."""
    return kind in ("CodeableConcept", "Coding", "Quantity") or kind[:1].islower()


def _strength(element: Element, binding: dict[str, Any], definition: str) -> str:
    if (
        element.path == "Observation.component.value[x]"
        and definition.startswith(STRUCTURE)
        and _plain(binding) == "http://hl7.org/fhir/ValueSet/ucum-vitals-common"
    ):
        # R4 demands units of vital signs of every component; HL7's tools read it as "should"
        # (PackageHackerR5 of org.hl7.fhir.core).
        return "extensible"
    return str(binding.get("strength", "example"))


@dataclass(slots=True)
class Bound:
    """What an element is bound to. `max` and `limit` are strengths of a maxValueSet: what is coded must be from it."""

    checks: Checks
    url: str
    near: str
    """The canonical of the definition that says so, or ""."""
    strength: str
    definition: str
    within: Bound | None = None
    """Of a maxValueSet, the binding that it limits: what is of its value set need not be looked for in the wider one."""
    _found: ValueSet | None = None

    @property
    def values(self) -> ValueSet | None:
        """The value set; None where it is not known."""
        if self._found is None:
            found = _contained(self.checks, self.url[1:], self.near) if self.url.startswith("#") else None
            if found is not None:
                self._found = self.checks.terminology.of(found)
            else:
                self._found = self.checks.terminology.value_set(self.url, self.near)
        return self._found

    @property
    def words(self) -> str:
        """The value set and how strongly it binds."""
        return f"{self.url.partition('|')[0]} ({'required' if self.strength in _LIMITS else self.strength})"

    @property
    def outside(self) -> tuple[str, Severity]:
        """Code and severity of what is said of values that are not of the value set."""
        values = self.values
        grammar = values is not None and values.codes is None and not values.undecided
        return _OUTSIDE["max" if grammar and self.strength == "limit" else self.strength]

    def names(self, coding: Node) -> bool:
        """Whether the value set gives a Coding the display it has."""
        system, code, display = coding.get("system"), coding.get("code"), coding.get("display")
        if self.values is None or not (isinstance(system, str) and isinstance(code, str) and isinstance(display, str)):
            return False
        return any(display == named.value for named in self.values.designations(system, code))

    def instead(self, code: str) -> str:
        """The code that was likely meant, or all of a few. Where others are allowed, a code outside is no slip."""
        values = self.values if self.strength in _FIRM else None
        return instead(values.nearest(code), values.codes or ()) if values else ""


def _contained(checks: Checks, name: str, near: str) -> Node | None:
    """A value set that stands in the profile itself."""
    structure = checks.definitions.find(near, "StructureDefinition") if near else None
    held = structure.get("contained", ()) if structure else ()
    return next((one for one in held if one.get("id") == name and one.get("resourceType") == "ValueSet"), None)


def _rule(bound: Bound, kind: str) -> Item:
    if kind == "CodeableConcept":
        return partial(_concept, bound)
    if kind in ("Coding", "Quantity"):
        return partial(_coding, bound)
    values = bound.values
    codes = values.codes if values else None
    if codes is None:
        return partial(_code, bound)
    return Closed(codes, partial(_code, bound))


@dataclass(frozen=True, slots=True)
class Closed:
    """A binding whose codes are all known: a code is one of them, or `outside` says what is wrong with it."""

    codes: frozenset[str]
    outside: Item

    def __call__(self, value: Any, at: At, run: Run) -> None:
        if type(value) is not str or value not in self.codes:
            self.outside(value, at, run)


def _code(bound: Bound, value: Any, at: At, run: Run) -> None:
    """A value of type code, string or uri."""
    if not isinstance(value, str):
        return
    values = bound.values
    if values is None:
        _unknown(bound, at, run)
        return
    verdict = value in values.codes if values.codes is not None else values.contains(None, value)
    if verdict is False:
        code, severity = bound.outside
        run.say(code, at, f"not one of the codes of {bound.words}", severity, partial(bound.instead, value),
                bound.definition, value=value)  # fmt: skip
    elif verdict is None:
        run.say("code-undecided", at, f"{bound.url}: {values.undecided}", "information", definition=bound.definition)


def _unknown(bound: Bound, at: At, run: Run) -> None:
    told = f"the value set {bound.url} is not known here"
    run.say("code-undecided", at, told, "information", definition=bound.definition)


def _coding(bound: Bound, value: Any, at: At, run: Run) -> None:
    """A Coding, or the unit of a Quantity."""
    if not isinstance(value, dict) or not isinstance(value.get("code"), str):
        return
    verdict, why = _member(bound, value)
    if verdict is False:
        if bound.within and _member(bound.within, value)[0]:
            return
        code, severity = bound.outside
        run.say(code, at, f"not one of the codes of {bound.words}", severity, partial(bound.instead, value["code"]),
                bound.definition, value["code"])  # fmt: skip
    elif verdict is None:
        run.say("code-undecided", at, why, "information", definition=bound.definition)


def _concept(bound: Bound, value: Any, at: At, run: Run) -> None:
    """A CodeableConcept: one of its codings is enough."""
    if not isinstance(value, dict):
        return
    held = value.get("coding")
    codings = [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []
    coded = [one for one in codings if isinstance(one.get("code"), str)]
    if bound.strength == "limit":
        # A code without a system names nothing outside.
        coded = [one for one in coded if "system" in one]
    if not coded:
        # Where a binding is extensible up to a limit, text alone does not do: TERMINOLOGY_TX_CODE_VALUESETMAX of HL7.
        if bound.strength == "required" or (bound.strength == "max" and not codings):
            run.say(
                "code-missing",
                at,
                f"a code of {bound.url.partition('|')[0]} is required here",
                definition=bound.definition,
            )
        elif bound.strength == "extensible":
            run.say(
                "code-missing", at, f"a code of {bound.url} should stand here", "warning", definition=bound.definition
            )
        return
    verdicts = [_member(bound, one) for one in coded]
    if any(verdict for verdict, _ in verdicts):
        # What the value set calls a code is a display of it, too, whatever was said of it before.
        run.found.accept_displays(codings, bound.names)
        return
    undecided = next((why for verdict, why in verdicts if verdict is None), "")
    if undecided:
        run.say("code-undecided", at, undecided, "information", definition=bound.definition)
        return
    if bound.within and any(_member(bound.within, one)[0] for one in coded):
        return
    code, severity = bound.outside
    run.say(code, at, f"none of the codes is one of {bound.words}", severity, partial(bound.instead, coded[0]["code"]),
            bound.definition, value=coded[0]["code"])  # fmt: skip


def _member(bound: Bound, coding: Node) -> tuple[bool | None, str]:
    values = bound.values
    if values is None:
        return None, f"the value set {bound.url} is not known here"
    system, version = coding.get("system"), coding.get("version")
    verdict = values.contains(
        system if isinstance(system, str) else "", coding["code"], version if isinstance(version, str) else None
    )
    return verdict, f"{bound.url}: {values.undecided}"


def member_of(checks: Checks, value: Any, url: str) -> bool | None:
    """Whether a code, Coding or CodeableConcept is in a value set (FHIRPath `memberOf`); None: undecided."""
    if isinstance(value, str):
        values = checks.terminology.value_set(url)
        if values is None:
            return None
        return value in values.codes if values.codes is not None else values.contains(None, value)
    if not isinstance(value, dict):
        return False
    bound = Bound(checks, url, "", "required", "")
    codings = value.get("coding", []) if "coding" in value or "code" not in value else [value]
    verdicts = [
        _member(bound, one)[0]
        for one in (codings if isinstance(codings, list) else [])
        if isinstance(one, dict) and isinstance(one.get("code"), str)
    ]
    return True if True in verdicts else None if None in verdicts else False
