"""Language tags: is this a tag of BCP 47 whose parts are registered? (https://www.rfc-editor.org/rfc/rfc5646, §2.1)"""

from __future__ import annotations

import re
from functools import cache
from types import ModuleType

_TAG = re.compile(
    r"""
    (?P<language>[a-z]{2,3}(?:-(?P<extended>[a-z]{3}(?:-[a-z]{3}){0,2}))?|[a-z]{4,8})
    (?:-(?P<script>[a-z]{4}))?
    (?:-(?P<region>[a-z]{2}|[0-9]{3}))?
    (?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)
    (?P<extensions>(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*)
    (?P<private>-x(?:-[a-z0-9]{1,8})+)?
    """,
    re.VERBOSE,
)
_PRIVATE = re.compile(r"x(?:-[a-z0-9]{1,8})+")
LONGEST = 200
PARTS = {
    "language": "language",
    "ext-lang": "extended",
    "script": "script",
    "region": "region",
    "variant": "variants",
    "extension": "extensions",
    "private-use": "private",
}
"""The names that filters of value sets have for the parts of a tag (US Core's simple-language), and ours."""


def problem_with(tag: str) -> str | None:
    """What is wrong with a language tag, in a sentence; None if it is one. Case does not matter (§2.1.1)."""
    registered = _registered()
    lower = tag.lower()
    if len(tag) > LONGEST or not tag.isascii():
        return f"{tag[:40]!r} is no language tag"
    if lower in registered.GRANDFATHERED or _PRIVATE.fullmatch(lower):
        return None
    found = _TAG.fullmatch(lower)
    if found is None:
        if "_" in tag and problem_with(tag.replace("_", "-")) is None:
            return f"{tag!r} is no language tag: its parts are joined by -, so {tag.replace('_', '-')!r}"
        return f"{tag!r} is no language tag (BCP 47): expected one like en, de-CH or zh-Hans"
    language = found["language"].partition("-")[0]
    if language not in registered.LANGUAGES and not "qaa" <= language <= "qtz":
        return f"{tag!r} is no language tag: no language {language!r} is registered"
    for kind, parts, known in (
        ("extended language", found["extended"] or "", registered.EXTENDED),
        ("script", found["script"] or "", registered.SCRIPTS),
        ("region", found["region"] or "", registered.REGIONS),
        ("variant", found["variants"], registered.VARIANTS),
    ):
        for part in filter(None, parts.split("-")):
            if part not in known and not _private(kind, part):
                return f"{tag!r} is no language tag: no {kind} {part!r} is registered"
    variants = found["variants"].split("-")[1:]
    singletons = re.findall(r"(?:^|-)([0-9a-wy-z])(?=-)", found["extensions"])
    if len(variants) != len(set(variants)) or len(singletons) != len(set(singletons)):
        return f"{tag!r} is no language tag: a part stands in it twice"
    return None


def parts(tag: str) -> tuple[tuple[str, str], ...]:
    """(name, value) for each part that a valid tag has."""
    lower = tag.lower()
    found = _TAG.fullmatch(lower)
    if found is None or lower in _registered().GRANDFATHERED:
        return (("private-use", lower),) if lower.startswith("x-") else (("language", lower),)
    held = {**found.groupdict(default=""), "language": found["language"].partition("-")[0]}
    return tuple((name, held[group].strip("-")) for name, group in PARTS.items() if held[group])


@cache
def _registered() -> ModuleType:
    from fhir_case.terminology import bcp_47_subtags  # some thousand names, loaded when the first tag is looked at

    return bcp_47_subtags


def _private(kind: str, part: str) -> bool:
    """The ranges that the registry keeps for private use, and AA, QM..QZ, XA..XZ, ZZ of ISO 3166."""
    if kind == "script":
        return "qaaa" <= part <= "qabx"
    return kind == "region" and (part in ("aa", "zz") or "qm" <= part <= "qz" or "xa" <= part <= "xz")
