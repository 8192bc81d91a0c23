"""Extensions: known, of their definition, and where they may stand (https://hl7.org/fhir/R4/extensibility.html)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fhir_case import fhirpath
from fhir_case.issues import DefinitionError
from fhir_case.validation.places import At
from fhir_case.validation.primitives import is_absolute
from fhir_case.validation.profiles import profile_or_issue
from fhir_case.validation.run import Node, Run

if TYPE_CHECKING:
    from fhir_case.validation.checks import Checks


@dataclass(frozen=True, slots=True)
class Context:
    """Where an extension may stand (https://hl7.org/fhir/R4/defining-extensions.html#context)."""

    elements: frozenset[str]
    expressions: tuple[str, ...]
    extensions: frozenset[str]
    invariants: tuple[str, ...]
    modifier: bool


def check_extension(value: Any, at: At, run: Run) -> None:
    """An extension that changes no meaning."""
    _check(value, at, run, modifier=False)


def check_modifier(value: Any, at: At, run: Run) -> None:
    """An extension in `modifierExtension`."""
    _check(value, at, run, modifier=True)


def _check(value: Node, at: At, run: Run, modifier: bool) -> None:
    url = value.get("url")
    has_value = any(key.startswith(("value", "_value")) for key in value)
    if has_value and "extension" in value:
        run.say("extension-value", at, "either a value or extensions inside, not both (ext-1)")
    elif not has_value and "extension" not in value:
        run.say("extension-value", at, "neither a value nor extensions inside (ext-1)")
    if not isinstance(url, str):
        return
    outer = at[0]
    if not is_absolute(url):
        if outer is None or outer[1].kind != "Extension":
            run.say(
                "extension-unknown", at, "the url of an extension is absolute, but for parts of an extension", value=url
            )
        return
    checks = run.checks
    if checks.definitions.find(url, "StructureDefinition") is None:
        _unknown(url, at, run, modifier)
        return
    context = _context(checks, url)
    if context.modifier != modifier:
        where, right = ("modifierExtension", "extension") if modifier else ("extension", "modifierExtension")
        run.say("extension-modifier", at, f"this extension stands in {right}, not in {where}", fix=f"move it to {right}",
                value=url)  # fmt: skip
    if outer is not None and not _allowed(context, outer, run):
        said = ", ".join(sorted(context.elements | {*context.expressions} | context.extensions)[:8])
        run.say("extension-context", at, f"this extension may not stand here; it may on {said}", value=url)
    check = profile_or_issue(checks, url, at, run)
    if check:
        check(value, at, run)


def _unknown(url: str, at: At, run: Run, modifier: bool) -> None:
    settings = run.checks.settings
    severity = "error" if modifier else settings.unknown_extensions
    if severity == "ignore" or url.startswith(settings.extension_domains):
        return
    run.say("extension-unknown", at, "the definition of this extension is not known here", severity,
            "give the package that has it", value=url)  # fmt: skip


def _context(checks: Checks, url: str) -> Context:
    kept = checks.contexts.get(url)
    if kept is None:
        kept = checks.contexts[url] = _read_context(checks, url)
    return kept


def _read_context(checks: Checks, url: str) -> Context:
    structure = checks.definitions.find(url, "StructureDefinition") or {}
    by_type: dict[str, list[str]] = {"element": [], "fhirpath": [], "extension": []}
    for one in structure.get("context", ()):
        by_type.setdefault(one.get("type", ""), []).append(one.get("expression", ""))
    try:
        modifier = checks.tree(url).modifier
    except DefinitionError:
        modifier = False
    return Context(
        frozenset(one.split("#")[-1] for one in by_type["element"]),
        tuple(by_type["fhirpath"]),
        frozenset(by_type["extension"]),
        tuple(structure.get("contextInvariant", ())),
        modifier,
    )


def _allowed(context: Context, on: At, run: Run) -> bool:
    if not (context.elements or context.expressions or context.extensions):
        return _invariants_hold(context, on, run)
    fits = any(one in context.elements for one in _names(on, run)) or (
        on[1].kind == "Extension" and bool(context.extensions) and _extension_url(on, run) in context.extensions
    )
    if not fits and context.expressions:
        fits = any(_selected(expression, on, run) for expression in context.expressions)
    return fits and _invariants_hold(context, on, run)


def _names(on: At, run: Run) -> list[str]:
    """All names that a context may use for an element: its path, its type, its types' ancestors."""
    outer, step, _ = on
    kind = step.kind
    # "Element" is any element, resources too, as HL7's validator reads it.
    names = [step.element, step.element.removesuffix("[x]"), kind, "Element", *_ancestors(run.checks, kind)]
    # An element of a data type may also be named by the way to it: Patient.name.given.
    path = []
    place: At | None = on
    while place is not None:
        place, step, _ = place
        path.append(step.key.removeprefix("_"))
        head = step.element.split(".")[0] if step.element else ""
        if head and "." in step.element and len(path) > 1:
            names.append(".".join([step.element, *reversed(path[:-1])]))
        if place is not None and place[1].kind in run.checks.definitions.resources:
            break
    return names


def _ancestors(checks: Checks, kind: str) -> tuple[str, ...]:
    return _ancestors_of(kind, kind in checks.definitions.resources)


@lru_cache(maxsize=512)
def _ancestors_of(kind: str, resource: bool) -> tuple[str, ...]:
    if resource:
        plain = kind in ("Bundle", "Binary", "Parameters")
        return ("Resource",) if plain else ("DomainResource", "Resource", "CanonicalResource")
    backbone = "." in kind or kind in ("BackboneElement", "Timing", "Dosage", "ElementDefinition")
    return ("BackboneElement", "Element") if backbone else ("Element",)


def _extension_url(on: At, run: Run) -> str:
    found = _node(on, run)
    return found.get("url", "") if isinstance(found, dict) else ""


def _node(on: At, run: Run) -> Any:
    """What stands at a place, from the resource that is being checked down."""
    steps = []
    place: At | None = on
    while place is not None and place[1].kind not in run.checks.definitions.resources:
        steps.append(place)
        place = place[0]
    found: Any = run.resource
    for _, step, index in reversed(steps):
        found = found.get(step.key) if isinstance(found, dict) else None
        if index is not None:
            found = found[index] if isinstance(found, list) and index < len(found) else None
    return found


def _selected(expression: str, on: At, run: Run) -> bool:
    try:
        found = fhirpath.compile(expression)(run.resource)
    except (fhirpath.FHIRPathError, fhirpath.Undecidable):
        return True
    node = _node(on, run)
    return any(one is node or one == node for one in found)


def _invariants_hold(context: Context, on: At, run: Run) -> bool:
    for expression in context.invariants:
        node = _node(on, run)
        try:
            # %extension and the element that has the extension: https://hl7.org/fhir/R4/structuredefinition.html#contextInvariant
            if isinstance(node, dict) and fhirpath.compile(expression, on[1].kind or None).check(node, run) is False:
                return False
        except (fhirpath.FHIRPathError, fhirpath.Undecidable):
            continue
    return True
