"""A resource as a whole: its type, the profiles it claims, and what it contains (https://hl7.org/fhir/R4/resource.html)."""

from __future__ import annotations

from typing import Any

from fhir_case.definitions.other_versions import told
from fhir_case.issues import DefinitionError
from fhir_case.validation.bundles import BundleIndex
from fhir_case.validation.nearest import instead, nearest
from fhir_case.validation.places import At, Step
from fhir_case.validation.plan import STRUCTURE
from fhir_case.validation.profiles import profile_or_issue
from fhir_case.validation.run import Node, Run
from fhir_case.validation.vital_signs import claims_vital_sign, implied_profile


def check_resource(value: Any, at: At, run: Run) -> None:
    """A resource that stands in another: the resource of a Bundle's entry, of a parameter."""
    if isinstance(value, dict):
        inner = run.within(value, contained=False)
        if run.bundle is not None:
            inner.full_url = run.bundle.full_url(value)
        check_content(value, at, inner)


def check_contained(value: Any, at: At, run: Run) -> None:
    """A contained resource (https://hl7.org/fhir/R4/references.html#contained)."""
    if not isinstance(value, dict) or not run.checks.settings.contained:
        return
    if "contained" in value:
        run.say("contained-nested", at, "a contained resource contains no others (dom-2)")
    meta = value.get("meta")
    for name, rule in (("versionId", "dom-4"), ("lastUpdated", "dom-4"), ("security", "dom-5")):
        if isinstance(meta, dict) and name in meta:
            run.say("element-not-allowed-here", at, f"a contained resource has no meta.{name} ({rule})")
    if not value.get("id"):
        run.say("element-missing", at, "a contained resource needs an id, which it is referred to by")
    inner = run.within(value, contained=True)
    check_content(value, at, inner)


def check_content(resource: Node, at: At, run: Run) -> None:
    """A resource against its type and the profiles that its meta claims."""
    kind = resource.get("resourceType")
    checks = run.checks
    if not isinstance(kind, str):
        run.say(
            "resource-type-missing",
            at,
            "there is no resourceType, so what this is cannot be known",
            fix='add "resourceType": "Patient", or what it is',
        )
        return
    if kind not in checks.definitions.resources:
        version, like = told(kind) or ("", nearest(kind, checks.definitions.resources))
        run.say(
            "type-unknown",
            at,
            f"R4 has no resource type {kind[:60]}" + (f": it is one of {version}" if version else ""),
            fix=f"R4 has {like} for it" if version and like else instead(like),
            value=kind,
            key="resourceType",
        )
        return
    if at[1].kind != kind:
        at = (at[0], Step(at[1].key, at[1].path, kind, kind), at[2])
    if kind == "Bundle":
        run.bundle = BundleIndex(resource, run.bundle)
    checks.type(kind)(resource, at, run)
    meta = resource.get("meta")
    claimed = meta.get("profile") if isinstance(meta, dict) else None
    for index, url in enumerate(claimed if isinstance(claimed, list) else ()):
        if isinstance(url, str):
            place = ((at, _META, None), _PROFILE, index)
            check_profile(resource, url, at, place, run)
    implied = implied_profile(resource) if kind == "Observation" else ""
    if implied and claims_vital_sign(claimed, checks.definitions):
        implied = ""  # which of them it meets has been said
    for url in (*checks.global_profiles(kind), *([implied] if implied else [])):
        check_profile(resource, url, at, at, run)
    if run.root is resource and isinstance(resource.get("contained"), list) and checks.settings.contained:
        _check_use(resource, at, run)


_IMPOSES = STRUCTURE + "structuredefinition-imposeProfile"
_META = Step("meta", "meta", "Resource.meta", "Meta")
_PROFILE = Step("profile", "profile", "Meta.profile", "canonical")


def check_profile(resource: Node, url: str, at: At, place: At, run: Run, imposed: tuple[str, ...] = ()) -> None:
    """A resource against one profile, and those that it imposes; `place` is where the profile is named.

    http://hl7.org/fhir/StructureDefinition/structuredefinition-imposeProfile; `imposed` are the profiles that led here.
    """
    checks = run.checks
    structure = checks.definitions.find(url, "StructureDefinition")
    kind = structure.get("type") if structure else None
    if kind not in (None, "Resource", "DomainResource", resource.get("resourceType")):
        run.say("profile-type", place, f"{url} is a profile of {kind}, not of {resource.get('resourceType')}")
        return
    profile = profile_or_issue(checks, url, place, run, "warning" if imposed else checks.settings.unresolved_profiles)
    if profile:
        run.demand(resource, profile, at)
    for one in structure.get("extension", ()) if structure else ():
        other = one.get("valueCanonical") if one.get("url") == _IMPOSES else None
        if isinstance(other, str) and other not in (url, *imposed):
            check_profile(resource, other, at, place, run, (url, *imposed))


def _check_use(resource: Node, at: At, run: Run) -> None:
    """Each contained resource is referred to, or refers to its container (dom-3)."""
    contained = [one for one in resource["contained"] if isinstance(one, dict)]
    said: set[str] = set()
    back: set[int] = set()
    for value, holder in _texts(resource):
        if value.startswith("#"):
            if value == "#" and holder is not None:
                back.add(holder)
            said.add(value[1:])
    seen: set[str] = set()
    for index, one in enumerate(contained):
        name = one.get("id")
        if isinstance(name, str) and name in seen:
            place = (at, Step("contained", "contained", "DomainResource.contained", "Resource"), index)
            run.say("contained-id-twice", place, "another contained resource has this id", value=name)
        elif isinstance(name, str):
            seen.add(name)
        if isinstance(name, str) and name not in said and index not in back:
            place = (at, Step("contained", "contained", "DomainResource.contained", "Resource"), index)
            run.say("contained-unused", place, "nothing refers to this contained resource, and it does not refer to its "
                    "container (dom-3)", fix="refer to it, or leave it out")  # fmt: skip


def _texts(resource: Node) -> list[tuple[str, int | None]]:
    """All texts in references, canonicals and uris, with the number of the contained resource they stand in."""
    found: list[tuple[str, int | None]] = []
    stack: list[tuple[Any, int | None]] = [
        (held, None) for key, held in resource.items() if key not in ("contained", "text")
    ]
    stack += [(one, index) for index, one in enumerate(resource["contained"])]
    while stack:
        held, holder = stack.pop()
        if type(held) is dict:
            stack.extend((one, holder) for key, one in held.items() if key != "id")
        elif type(held) is list:
            stack.extend((one, holder) for one in held)
        elif type(held) is str:
            found.append((held, holder))
    return found


def check_whole(resource: Any, at: At, run: Run, profiles: tuple[str, ...]) -> None:
    """The resource given to a validator, also against the profiles that were asked for."""
    if not isinstance(resource, dict):
        run.say("element-type", at, "expected a resource: a JSON object with resourceType")
        return
    check_content(resource, at, run)
    for url in profiles:
        try:
            check_profile(resource, url, at, at, run)
        except DefinitionError as error:
            run.say("profile-broken", at, str(error))
