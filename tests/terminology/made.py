"""Definitions by hand, for tests of terminology."""

from __future__ import annotations

from typing import Any

Resource = dict[str, Any]


class Given:
    """Definitions that are just these resources."""

    def __init__(self, *resources: Resource) -> None:
        self.resources = resources
        self.asked = 0

    def find(self, canonical: str, kind: str | None = None, *, near: str = "") -> Resource | None:
        """The one of that url, and version if one is asked for; the last given wins."""
        self.asked += 1
        url, _, version = canonical.partition("|")
        for one in reversed(self.resources):
            if one["url"] == url and one["resourceType"] == kind and version in ("", one.get("version", "")):
                return one
        return None


def code_system(url: str, *concepts: Any, content: str = "complete", case: bool | None = True, **more: Any) -> Resource:
    """A CodeSystem of concepts, each a code or a dict."""
    listed = [{"code": one, "display": f"The {one}"} if isinstance(one, str) else one for one in concepts]
    made = {"resourceType": "CodeSystem", "url": url, "content": content, "concept": listed, **more}
    return made if case is None else {**made, "caseSensitive": case}


def value_set(url: str, *include: Resource, exclude: tuple[Resource, ...] = (), **more: Any) -> Resource:
    """A ValueSet of includes and excludes."""
    compose: Resource = {"include": list(include)}
    if exclude:
        compose["exclude"] = list(exclude)
    return {"resourceType": "ValueSet", "url": url, "compose": compose, **more}


def listed(system: str, *codes: str, **more: Any) -> Resource:
    """An include of codes."""
    return {"system": system, "concept": [{"code": one} for one in codes], **more}


def filtered(system: str, *filters: tuple[str, str, str], **more: Any) -> Resource:
    """An include of filters: (property, operator, value)."""
    return {"system": system, "filter": [{"property": p, "op": o, "value": v} for p, o, v in filters], **more}
