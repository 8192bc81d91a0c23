"""Extensions: known, of their definition, and where they may stand (https://hl7.org/fhir/R4/extensibility.html)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fhir_case import fhirpath
from fhir_case.issues import DefinitionError
from fhir_case.validation.nearest import nearest
from fhir_case.validation.places import At
from fhir_case.validation.primitives import is_absolute
from fhir_case.validation.profiles import profile_or_issue
from fhir_case.validation.run import Node, Run
from fhir_case.validation.whence import package_of

if TYPE_CHECKING:
    from fhir_case.validation.checks import Checks
    from fhir_case.validation.settings import Level


_SD = "http://hl7.org/fhir/StructureDefinition/"
_VERSIONS = _SD + "version-specific-use"
_EXAMPLE = re.compile(r"https?://(?:[\w.-]+\.)?example\.(?:org|com|net)/")
_ANY = frozenset(("Element", "Any"))
_VALUES = re.compile(r"^ElementDefinition\.(?:example\.value|fixed|pattern)")
_MORE_PLACES = {
    _SD + "structuredefinition-fhir-type": ("ElementDefinition.type",),
    _SD + "regex": ("ElementDefinition.type",),
    _SD + "structuredefinition-normative-version": ("Element",),
    _SD + "capabilitystatement-expectation": ("Element",),
    _SD + "capabilitystatement-prohibited": ("Element",),
}
"""Where R4's own definitions use extensions whose context does not allow it (FHIR-13328), as HL7's validator allows it."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where an extension may stand (https://hl7.org/fhir/R4/defining-extensions.html#context)."""

    elements: frozenset[str]
    expressions: tuple[str, ...]
    extensions: frozenset[str]
    invariants: tuple[str, ...]
    modifier: bool
    of: str
    """What the definition defines: Extension, or something else that is no extension at all."""


def check_extension(value: Any, at: At, run: Run) -> None:
    """An extension that changes no meaning."""
    _check(value, at, run, modifier=False)


def check_modifier(value: Any, at: At, run: Run) -> None:
    """An extension in `modifierExtension`."""
    _check(value, at, run, modifier=True)


def _check(value: Node, at: At, run: Run, modifier: bool) -> None:
    url = value.get("url")
    has_value = False
    for key in value:
        if key.startswith(("value", "_value")):
            has_value = True
    if has_value and "extension" in value:
        run.say("extension-value", at, "either a value or extensions inside, not both (ext-1)")
    elif not has_value and "extension" not in value:
        run.say("extension-value", at, "neither a value nor extensions inside (ext-1)")
    outer = at[0]
    if not isinstance(url, str) or outer is None:
        return
    if not is_absolute(url):
        _check_part(url, outer, at, run)
        return
    plain, _, version = url.partition("|")
    if version and run.checks.definitions.find(plain, "StructureDefinition") is not None:
        run.say("extension-version", at, "the url of an extension has no version", fix=f"write {plain}", value=url)
        return
    context = _context(run.checks, url)
    if context is None:
        _unknown(url, at, run, modifier)
        return
    if context.of != "Extension":
        run.say("extension-unknown", at, f"this is the definition of {context.of}, and of no extension", "error",
                value=url)  # fmt: skip
        return
    if context.modifier != modifier:
        where, right = ("modifierExtension", "extension") if modifier else ("extension", "modifierExtension")
        run.say("extension-modifier", at, f"this extension stands in {right}, not in {where}", fix=f"move it to {right}",
                value=url)  # fmt: skip
    if not _allowed(context, outer, run):
        said = ", ".join(sorted(context.elements | {*context.expressions} | context.extensions)[:8])
        run.say("extension-context", at, f"this extension may not stand here; it may on {said}", value=url)
    profile = profile_or_issue(run.checks, url, at, run, "warning")
    if profile:
        profile.check(value, at, run)


def _check_part(url: str, outer: At, at: At, run: Run) -> None:
    """A part of a complex extension: its url is the name that the definition gives it."""
    if outer[1].kind != "Extension":
        run.say(
            "extension-unknown",
            at,
            f"{url[:120]!r} is no absolute uri; only the parts of an extension have mere names",
            value=url,
        )
        return
    holder = _extension_url(outer, run)
    if not is_absolute(holder) or run.checks.definitions.find(holder, "StructureDefinition") is None:
        return
    try:
        below = run.checks.tree(holder).children.get("extension")
    except DefinitionError:
        return
    parts = {one.children["url"].fixed for one in below.slices.values() if "url" in one.children} if below else set()
    if url not in parts:
        like = nearest(url, {one for one in parts if isinstance(one, str)})
        run.say(
            "extension-unknown",
            at,
            f"the extension has no part {url[:80]!r}",
            fix=f"did you mean {like}?" if like else "",
            value=url,
        )


def _unknown(url: str, at: At, run: Run, modifier: bool) -> None:
    settings = run.checks.settings
    # One that changes the meaning is remarked on in any case.
    quiet = modifier and settings.unknown_extensions in ("ignore", "information")
    severity: Level = "warning" if quiet else settings.unknown_extensions
    if not settings.examples and _EXAMPLE.match(url):
        severity = "error"
    elif url.startswith(settings.extension_domains):
        return
    run.say("extension-unknown", at, f"the extension {url[:120]} is not known here, so it cannot be checked", severity,
            package_of(url), value=url)  # fmt: skip


def _context(checks: Checks, url: str) -> Context | None:
    """Where an extension may stand; None: its definition is not known."""
    kept = checks.contexts.get(url)
    if kept is None:
        structure = checks.definitions.find(url, "StructureDefinition") if "#" not in url else None
        if structure is None:
            return None
        kept = checks.contexts[url] = _read_context(checks, url, structure)
    return kept


def _read_context(checks: Checks, url: str, structure: Node) -> Context:
    by_type: dict[str, list[str]] = {
        "element": [*_MORE_PLACES.get(url.split("|")[0], ())],
        "fhirpath": [],
        "extension": [],
    }
    for one in structure.get("context", ()):
        if _of_r4(one):
            by_type.setdefault(one.get("type", ""), []).append(one.get("expression", ""))
    try:
        modifier = checks.tree(url).modifier
    except DefinitionError:
        modifier = False
    return Context(
        frozenset(one.split("#")[-1] for one in by_type["element"]),
        tuple(by_type["fhirpath"]),
        frozenset(by_type["extension"]),
        tuple(_on_element(one, url, checks.definitions.primitives) for one in structure.get("contextInvariant", ())),
        modifier,
        str(structure.get("type")),
    )


_THE_EXTENSION = re.compile(r"%extension(?:\.value([A-Z]\w*))?\b")


def _on_element(invariant: Any, url: str, primitives: frozenset[str]) -> str:
    """An invariant of a context, with %extension (that whose context it is) written as the element's extension.

    R4's own definitions say `%extension.valueInteger`, where FHIRPath says `value.ofType(integer)`.
    """
    here = f"extension.where(url = '{url}')"

    def written(found: re.Match[str]) -> str:
        kind = found[1] or ""
        plain = kind[:1].lower() + kind[1:]
        return f"{here}.value.ofType({plain if plain in primitives else kind})" if kind else here

    return _THE_EXTENSION.sub(written, str(invariant))


def _of_r4(context: Node) -> bool:
    """Whether a context is one for R4: packages for several versions say from when to when (version-specific-use)."""
    for one in context.get("extension", ()):
        if one.get("url") == _VERSIONS:
            said = {part.get("url"): part.get("valueCode", "") for part in one.get("extension", ())}
            if said.get("startFhirVersion", "") > "4.0" or said.get("endFhirVersion", "9") < "4.0":
                return False
    return True


def _allowed(context: Context, on: At, run: Run) -> bool:
    if not (context.elements or context.expressions or context.extensions):
        return _invariants_hold(context, on, run)
    elements = context.elements
    fits = bool(elements) and (
        on[1].element in elements
        or not elements.isdisjoint(_ANY)
        or not elements.isdisjoint(run.checks.ancestors(on[1].kind))
        or not elements.isdisjoint(_names(on, run.checks))
    )
    if not fits and context.extensions:
        fits = _extension_url(on, run) in context.extensions
    if not fits and context.expressions:
        fits = any(_selected(expression, on, run) for expression in context.expressions)
    return fits and _invariants_hold(context, on, run)


def _names(on: At, checks: Checks) -> set[str]:
    """All names that a context may use for an element: its type, its path in each type on the way down to it."""
    found = set(checks.ancestors(on[1].kind))
    if "." in on[1].kind:
        found.add(on[1].kind)  # the content of another element: its path
    tail = ""
    place: At | None = on
    while place is not None:
        place, step, _ = place
        if _VALUES.search(step.element):
            found.add("Element")  # any extension may stand in the values of ElementDefinition
        if step.element and "." in step.element:
            head, _, rest = step.element.partition(".")
            for name in checks.ancestors(head):
                found.add(f"{name}.{rest}{tail}")
                found.add(f"{name}.{rest.removesuffix('[x]')}{tail}")
        tail = "." + step.element.rpartition(".")[2].removesuffix("[x]") + tail
        if place is None or step.kind in checks.definitions.resources:
            break
    return found


def _extension_url(on: At, run: Run) -> str:
    """The url of the extension that a place is, or whose value it is."""
    place = on if on[1].kind == "Extension" else on[0]
    found = _node(place, run) if place and place[1].kind == "Extension" else None
    url = found.get("url") if isinstance(found, dict) else None
    return url if isinstance(url, str) else ""


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
    # What a backbone element is has no name but its path.
    kind = on[1].element if on[1].kind in ("BackboneElement", "Element") else on[1].kind
    for expression in context.invariants:
        node = _node(on, run)
        try:
            # Of the element that has the extension: https://hl7.org/fhir/R4/structuredefinition.html#contextInvariant
            if isinstance(node, dict) and not fhirpath.compile(expression, kind or None).check(node, run):
                return False
        except (fhirpath.FHIRPathError, fhirpath.Undecidable):
            continue
    return True
