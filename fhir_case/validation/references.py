"""References: where they lead, and whether that is what the element allows (https://hl7.org/fhir/R4/references.html)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fhir_case.issues import Severity
from fhir_case.validation.nearest import nearest
from fhir_case.validation.places import At, Step
from fhir_case.validation.plan import STRUCTURE, Type
from fhir_case.validation.primitives import is_absolute
from fhir_case.validation.run import Node, Run

if TYPE_CHECKING:
    from fhir_case.validation.checks import Checks
    from fhir_case.validation.types import Item

_TYPE = Step("type", "type", "Reference.type", "uri")
_SPACE = re.compile(r"\s")
_TYPED = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?$")

_PARTS = (1, 3)
"""Slashes in a relative reference (https://hl7.org/fhir/R4/bundle.html#references); HL7's validator counts no more than these."""

_QUERY = re.compile(r"[_A-Za-z][\w.:-]*=[^=&]*(?:&[_A-Za-z][\w.:-]*=[^=&]*)*", re.ASCII)
"""A search, as HL7's validator reads it."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference leads to, and how: contained, or bundled (https://hl7.org/fhir/R4/valueset-resource-aggregation-mode.html)."""

    resource: Node
    mode: str


def resolve(run: Run, text: str) -> Target | None:
    """The resource a reference leads to: contained in the same resource, or in the same Bundle."""
    if text.startswith("#"):
        found = run.root if text == "#" else _contained(run.root, text[1:])
        if found is None and run.root.get("resourceType") == "Bundle" and run.bundle is not None:
            # A rule of the Bundle asks for what is contained in one of its resources.
            found = next((one for _, _, held, _ in run.bundle.entries if (one := _contained(held, text[1:]))), None)
        return Target(found, "contained") if found is not None else None
    if run.bundle is None:
        return None
    found = run.bundle.find(text.split("#")[0], run.full_url)
    if found is not None and "#" in text:
        found = _contained(found, text.split("#", 1)[1])
    return Target(found, "bundled") if found is not None else None


def _contained(root: Node, name: str) -> Node | None:
    held = root.get("contained")
    for one in held if isinstance(held, list) else ():
        if isinstance(one, dict) and one.get("id") == name:
            return one
    return None


def type_in(text: str) -> str:
    """The resource type that the text of a reference names: `Patient` in `http://…/Patient/1`, or ""."""
    found = _TYPED.search(text)
    return found.group(1) if found else ""


def check_reference(node: Node, at: At, run: Run) -> None:
    """What every Reference must be, whatever it may lead to."""
    text = node.get("reference")
    stated = node.get("type")
    if isinstance(stated, str) and not _is_type(stated, run):
        like = nearest(stated, run.checks.definitions.resources)
        run.say("reference-type", (at, _TYPE, None), "the type is the name of a resource type, or the url of a logical model",
                fix=f"did you mean {like}?" if like else "", value=stated)  # fmt: skip
    if not isinstance(text, str):
        if not any(key in node for key in ("identifier", "display", "extension", "_reference")):
            run.say("reference-format", at, "a Reference needs a reference, an identifier or a display", "warning")
        return
    if text.startswith("#"):
        held = resolve(run, text)
        if held is None:
            run.say("reference-unresolved", at, f"no contained resource has the id {text[1:65]}", value=text)
        else:
            _check_stated(stated, held.resource.get("resourceType"), at, run)
        return
    kind = type_in(text)
    local = kind in run.checks.definitions.resources or "?" in text or run.bundle is not None
    if _SPACE.search(text):
        run.say(
            "reference-format", at, "an address has no white space", fix="take it out, or write it as %20", value=text
        )
    elif "?" in text and text.partition("?")[0] in run.checks.definitions.resources:
        _check_conditional(text, at, run)
    elif run.bundle is not None and run.full_url and not is_absolute(text) and text.count("/") not in _PARTS:
        told = "within a Bundle a relative reference is Type/id, or Type/id/_history/version"
        run.say("reference-format", at, told, fix="name the resource so, or by its fullUrl", value=text)
    elif not is_absolute(text) and not local:
        run.say("reference-format", at, "expected Type/id, an absolute URL, or # and the id of a contained resource",
                "warning", value=text)  # fmt: skip
    target = resolve(run, text)
    if target is None and run.bundle is not None and run.bundle.alike(text) is not None:
        run.say("reference-unresolved", at, "leads to nothing in this Bundle; a resource of this type and id is there, but its "
                "fullUrl does not fit", "warning", value=text)  # fmt: skip
    elif target is None and run.bundle is not None and text.startswith(("urn:uuid:", "urn:oid:")):
        run.say("reference-unresolved", at, "no entry of this Bundle has this fullUrl, and a urn leads nowhere else", "warning",
                "correct the reference, or add the resource", value=text)  # fmt: skip
    if target is not None and kind and target.resource.get("resourceType") != kind:
        run.say(
            "reference-type", at, f"names a {kind}, and leads to a {target.resource.get('resourceType')}", value=text
        )
    _check_stated(stated, target.resource.get("resourceType") if target else kind, at, run)


def _check_stated(stated: Any, actual: Any, at: At, run: Run) -> None:
    """The type that a reference states is that of what it leads to."""
    if isinstance(stated, str) and actual and stated.removeprefix(STRUCTURE) != actual:
        run.say(
            "reference-type",
            at,
            f"type says {stated.removeprefix(STRUCTURE)[:64]}, but the reference leads to {actual}",
        )


def _check_conditional(text: str, at: At, run: Run) -> None:
    """A search in the place of a reference: only a transaction carries it out (https://hl7.org/fhir/R4/http.html#trules)."""
    if not _QUERY.fullmatch(text.partition("?")[2]):
        run.say("reference-format", at, "what follows ? is no search: expected Type?name=value&name=value", value=text)
    elif run.bundle is not None and run.full_url and run.bundle.bundle.get("type") not in ("transaction", "batch"):
        run.say("reference-format", at, "only in a transaction or batch may a search stand for a reference",
                fix="name the resource by type and id, or by its fullUrl", value=text)  # fmt: skip


def _is_type(stated: str, run: Run) -> bool:
    """A resource type by its name; a logical model by its address.

    https://hl7.org/fhir/R4/references-definitions.html#Reference.type
    """
    definitions = run.checks.definitions
    if stated in definitions.resources or stated in ("Resource", "DomainResource"):
        return True
    structure = definitions.find(stated, "StructureDefinition") if is_absolute(stated) else None
    return structure is not None and structure.get("kind") == "logical"


def targets(checks: Checks, kind: Type, definition: str) -> Item:
    """The function that checks what a reference leads to: one of the target types, meeting one of the target profiles."""
    allowed: set[str] = set()
    unknown = False
    for url in kind.targets:
        structure = checks.definitions.structure(url)
        unknown = unknown or structure is None
        allowed.add(structure.get("type", "") if structure else url.removeprefix(STRUCTURE))
    anything = "Resource" in allowed
    known = checks.definitions.resources
    profiles = [url for url in kind.targets if url.removeprefix(STRUCTURE) not in known and not anything]
    plain = {url.removeprefix(STRUCTURE) for url in kind.targets}
    words = ", ".join(sorted(allowed))

    def check(value: Any, at: At, run: Run) -> None:
        if type(value) is not dict:
            return
        text = value.get("reference")
        target = resolve(run, text) if isinstance(text, str) else None
        found = (
            target.resource.get("resourceType")
            if target
            else type_in(text)
            if isinstance(text, str)
            else value.get("type")
        )
        if not isinstance(found, str) or not found:
            return
        found = found.removeprefix(STRUCTURE)
        if not anything and found not in allowed and found in known:
            # What a type in a URL is worth is not settled: only what can be looked at is an error.
            sure = target is not None or run.checks.settings.assume_valid_rest_references
            if unknown and not sure:
                return  # a profile that is not known may be one of this type
            level: Severity = "error" if sure else "warning"
            run.say("reference-type", at, f"leads to {found}; allowed here: {words}", level, definition=definition)
            return
        if target is None and kind.aggregation and "referenced" not in kind.aggregation and isinstance(text, str):
            told = f"leads outside; allowed here: {', '.join(sorted(kind.aggregation))}"
            run.say("reference-aggregation", at, told, definition=definition)
        if target is not None:
            if kind.aggregation and target.mode not in kind.aggregation and not (
                target.mode == "bundled" and "referenced" in kind.aggregation
            ):  # fmt: skip
                run.say("reference-aggregation", at, f"a {target.mode} resource; allowed here: {', '.join(kind.aggregation)}",
                        definition=definition)  # fmt: skip
            if profiles and found not in plain:
                _check_profiles(run, target.resource, profiles, at, definition)

    return check


def _check_profiles(run: Run, resource: Node, profiles: list[str], at: At, definition: str) -> None:
    verdicts = [run.conforms(resource, url) for url in profiles]
    if not any(verdict is not False for verdict in verdicts):
        run.say("reference-profile", at, f"leads to a resource that meets none of {', '.join(profiles)}",
                definition=definition)  # fmt: skip
