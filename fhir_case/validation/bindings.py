"""Bindings: codes that must or should come from a value set (https://hl7.org/fhir/R4/terminologies.html#strength)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from fhir_case.issues import Severity
from fhir_case.validation.places import At
from fhir_case.validation.plan import STRUCTURE, Element, Type
from fhir_case.validation.run import Node, Run

if TYPE_CHECKING:
    from fhir_case.validation.checks import Checks
    from fhir_case.validation.types import Item

_MAX = STRUCTURE + "elementdefinition-maxValueSet"
_OUTSIDE: dict[str, tuple[str, Severity]] = {
    "required": ("code-not-in-value-set", "error"),
    "extensible": ("code-not-in-extensible-value-set", "warning"),
    "preferred": ("code-not-preferred", "information"),
}
_CODED = ("CodeableConcept", "Coding", "Quantity")


def differs(binding: dict[str, Any], base: dict[str, Any] | None) -> bool:
    """Whether a binding says something that `base` does not."""
    if base is None:
        return True
    return (binding.get("strength"), _plain(binding), _max(binding)) != (base.get("strength"), _plain(base), _max(base))


def _plain(binding: dict[str, Any]) -> str:
    return str(binding.get("valueSet", "")).split("|")[0]


def _max(binding: dict[str, Any]) -> str:
    for one in binding.get("extension", ()):
        if one.get("url") == _MAX:
            return one.get("valueCanonical") or one.get("valueUri") or ""
    return ""


def compiled(checks: Checks, element: Element, kind: Type, definition: str) -> list[Item]:
    """The functions for the binding of an element, for values of one type."""
    binding = element.binding or {}
    strength = binding.get("strength", "example")
    made: list[Item] = []
    if strength in _OUTSIDE and binding.get("valueSet"):
        made.append(_rule(checks, kind.code, binding["valueSet"], strength, definition))
    if limit := _max(binding):
        made.append(_rule(checks, kind.code, limit, "required", definition))
    return made


def _rule(checks: Checks, kind: str, url: str, strength: str, definition: str) -> Item:
    if kind == "CodeableConcept":
        return partial(_concept, checks, url, strength, definition)
    if kind in ("Coding", "Quantity"):
        return partial(_coding, checks, url, strength, definition)
    values = checks.terminology.value_set(url)
    codes = values.codes if values else None
    if codes is None:
        return partial(_code, checks, url, strength, definition)

    return Closed(codes, partial(_code, checks, url, strength, definition))


@dataclass(frozen=True, slots=True)
class Closed:
    """A binding whose codes are all known: a code is one of them, or `outside` says what is wrong with it."""

    codes: frozenset[str]
    outside: Item

    def __call__(self, value: Any, at: At, run: Run) -> None:
        if value not in self.codes:
            self.outside(value, at, run)


def _code(checks: Checks, url: str, strength: str, definition: str, value: Any, at: At, run: Run) -> None:
    """A value of type code, string or uri."""
    if not isinstance(value, str):
        return
    values = checks.terminology.value_set(url)
    if values is None:
        run.say("code-undecided", at, f"the value set {url} is not known here", "information", definition=definition)
        return
    verdict = value in values.codes if values.codes is not None else values.contains(None, value)
    if verdict is False:
        code, severity = _OUTSIDE[strength]
        like = values.nearest(value) if strength == "required" else ""
        run.say(code, at, f"not one of the codes of {url} ({strength})", severity, f"{like}?" if like else "", definition,
                value=value)  # fmt: skip
    elif verdict is None:
        run.say("code-undecided", at, f"{url}: {values.undecided}", "information", definition=definition)


def _coding(checks: Checks, url: str, strength: str, definition: str, value: Any, at: At, run: Run) -> None:
    """A Coding, or the unit of a Quantity."""
    if not isinstance(value, dict) or not isinstance(value.get("code"), str):
        return
    verdict, why = _member(checks, url, value)
    if verdict is False:
        code, severity = _OUTSIDE[strength]
        run.say(code, at, f"not one of the codes of {url} ({strength})", severity, _like(checks, url, strength, value), definition,
                value=value["code"])  # fmt: skip
    elif verdict is None:
        run.say("code-undecided", at, why, "information", definition=definition)


def _concept(checks: Checks, url: str, strength: str, definition: str, value: Any, at: At, run: Run) -> None:
    """A CodeableConcept: one of its codings is enough."""
    if not isinstance(value, dict):
        return
    held = value.get("coding")
    codings = [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []
    coded = [one for one in codings if isinstance(one.get("code"), str)]
    if not coded:
        if strength == "required" and not any(key in value for key in ("_coding", "extension")):
            run.say("code-missing", at, f"a code of {url} is demanded here", definition=definition)
        elif strength == "extensible" and not value.get("text") and "extension" not in value:
            run.say("code-missing", at, f"a code of {url} should stand here", "warning", definition=definition)
        return
    verdicts = [_member(checks, url, one) for one in coded]
    if any(verdict for verdict, _ in verdicts):
        return
    undecided = next((why for verdict, why in verdicts if verdict is None), "")
    if undecided:
        run.say("code-undecided", at, undecided, "information", definition=definition)
        return
    code, severity = _OUTSIDE[strength]
    run.say(code, at, f"none of the codes is one of {url} ({strength})", severity, _like(checks, url, strength, coded[0]), definition,
            value=coded[0]["code"])  # fmt: skip


def _like(checks: Checks, url: str, strength: str, coding: Node) -> str:
    """The code that was likely meant. Where others are allowed, a code outside is no slip."""
    if strength != "required":
        return ""
    values = checks.terminology.value_set(url)
    like = values.nearest(coding["code"]) if values else ""
    return f"{like}?" if like else ""


def _member(checks: Checks, url: str, coding: Node) -> tuple[bool | None, str]:
    values = checks.terminology.value_set(url)
    if values is None:
        return None, f"the value set {url} is not known here"
    system, version = coding.get("system"), coding.get("version")
    verdict = values.contains(
        system if isinstance(system, str) else "", coding["code"], version if isinstance(version, str) else None
    )
    return verdict, f"{url}: {values.undecided}"


def member_of(checks: Checks, value: Any, url: str) -> bool | None:
    """Whether a code, Coding or CodeableConcept is in a value set (FHIRPath `memberOf`); None: undecided."""
    if isinstance(value, str):
        values = checks.terminology.value_set(url)
        if values is None:
            return None
        return value in values.codes if values.codes is not None else values.contains(None, value)
    if not isinstance(value, dict):
        return False
    codings = value.get("coding", []) if "coding" in value or "code" not in value else [value]
    verdicts = [
        _member(checks, url, one)[0]
        for one in (codings if isinstance(codings, list) else [])
        if isinstance(one, dict) and isinstance(one.get("code"), str)
    ]
    return True if True in verdicts else None if None in verdicts else False
