"""Ways to break what a profile demands: elements it needs, slices, fixed values and patterns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shapes import Node
from tree import Inapplicable, Tree, breaking

Place = tuple[Node, str, Any, str]
"""The holder, the key in it, the element of the profile, and the path."""


def _profiled(tree: Tree) -> Iterator[tuple[Node, str, list[Node]]]:
    """The resources that have a profile here, their paths, and the elements of the profile."""
    held = [(str(tree.resource["resourceType"]), tree.resource)]
    held += [(s.path, s.value) for s in tree.sites if s.kind == "Resource" and isinstance(s.value, dict)]
    for path, resource in held:
        named = (resource.get("meta") or {}).get("profile") or ()
        for url in [*named, *(tree.given if resource is tree.resource else ())]:
            structure = tree.definitions.structure(url) if isinstance(url, str) else None
            if structure is not None and structure.get("type") == resource.get("resourceType"):
                yield resource, path, structure["snapshot"]["element"]


def _places(tree: Tree) -> list[Place]:
    """Where elements that stand in no slice are present."""
    found: list[Place] = []
    for resource, path, elements in _profiled(tree):
        for element in elements:
            if ":" in element["id"] or "." not in element["path"]:
                continue
            steps = element["path"].split(".")[1:]
            found += _reached(resource, path, steps, element)
    return found


def _reached(node: Any, path: str, steps: list[str], element: Node) -> list[Place]:
    if isinstance(node, list):
        return [place for at, one in enumerate(node) for place in _reached(one, f"{path}[{at}]", steps, element)]
    if not isinstance(node, dict):
        return []
    stem = steps[0].removesuffix("[x]")
    if steps[0].endswith("[x]"):
        keys = [key for key in node if key.startswith(stem) and key != stem and key[len(stem)].isupper()]
    else:
        keys = [stem] if stem in node else []
    if len(steps) == 1:
        return [(node, key, element, f"{path}.{stem}") for key in keys]
    return [place for key in keys for place in _reached(node[key], f"{path}.{stem}", steps[1:], element)]


@breaking
def profile_needs_it(tree: Tree) -> str:
    """An element that the profile demands and its type does not."""
    demanded = [p for p in _places(tree) if p[2].get("min", 0) > 0 and not (p[2].get("base") or {}).get("min")]
    holder, key, _, path = tree.one(demanded)
    del holder[key]
    return path


@breaking
def profile_fixes_it(tree: Tree) -> str:
    """Another value where the profile fixes it, or demands a pattern."""
    fixed = [p for p in _places(tree) if any(key.startswith(("fixed", "pattern")) for key in p[2])]
    holder, key, element, path = tree.one(fixed)
    name = next(key for key in element if key.startswith(("fixed", "pattern")))
    other: dict[str, Any] = {
        "Code": "bogus", "Uri": "http://example.com/other", "String": "other", "Boolean": element[name] is not True,
        "CodeableConcept": {"coding": [{"system": "http://example.com/other", "code": "other"}]},
        "Coding": {"system": "http://example.com/other", "code": "other"}, "Integer": 7, "Canonical": "http://example.com/other",
    }  # fmt: skip
    value = other.get(name.removeprefix("fixed").removeprefix("pattern"))
    if value is None:
        raise Inapplicable
    holder[key] = [value] if isinstance(holder[key], list) else value
    return path


@breaking
def profile_forbids_it(tree: Tree) -> str:
    """More than the profile allows: of an element it limits to one, or rules out."""
    for resource, path, elements in tree.pick.sample(found := list(_profiled(tree)), len(found)):
        limited = [
            e for e in elements
            if ":" not in e["id"] and e["path"].count(".") == 1 and (e.get("base") or {}).get("max") == "*" and e["max"] == "1"
            and isinstance(resource.get(e["path"].split(".")[1]), list)
        ]  # fmt: skip
        if limited:
            key = tree.one(limited)["path"].split(".")[1]
            resource[key] = resource[key] * 2
            return f"{path}.{key}"
    raise Inapplicable


def _slices(tree: Tree) -> list[tuple[Node, str, Node, list[Node], str]]:
    """Slices with an item in the resource: holder, key, the slice, its elements, and the path."""
    found = []
    for resource, path, elements in _profiled(tree):
        for one in elements:
            if one.get("sliceName") and one["id"].count(":") == 1 and one["id"].endswith(f":{one['sliceName']}"):
                within = [e for e in elements if e["id"].startswith(one["id"] + ".")]
                for holder, key, _, where in _reached(resource, path, one["path"].split(".")[1:], one):
                    found.append((holder, key, one, within, where))
    return found


def _is(item: Any, one: Node, within: list[Node]) -> bool:
    """Whether an item is of the slice, as far as its fixed values, patterns and extension urls tell."""
    urls = [url for type in one.get("type", ()) for url in type.get("profile", ()) if type.get("code") == "Extension"]
    if urls:
        return isinstance(item, dict) and item.get("url") in urls
    told = False
    for element in (one, *within):
        for key, wanted in element.items():
            if key.startswith(("fixed", "pattern")):
                steps = element["id"][len(one["id"]) + 1 :].split(".") if element is not one else []
                told = True
                if not any(_has(held, wanted) for held in _held(item, [step.split(":")[0] for step in steps])):
                    return False
    return told


def _held(node: Any, steps: list[str]) -> Iterator[Any]:
    if isinstance(node, list):
        for one in node:
            yield from _held(one, steps)
    elif not steps:
        yield node
    elif isinstance(node, dict) and steps[0] in node:
        yield from _held(node[steps[0]], steps[1:])


def _has(held: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(held, dict) and all(key in held and _has(held[key], one) for key, one in wanted.items())
    if isinstance(wanted, list):
        return isinstance(held, list) and all(any(_has(one, want) for one in held) for want in wanted)
    return bool(held == wanted)


@breaking
def slice_removed(tree: Tree) -> str:
    """All items of a slice that must be there."""
    needed = [found for found in _slices(tree) if found[2].get("min", 0) > 0 and isinstance(found[0][found[1]], list)]
    holder, key, one, within, path = tree.one(needed)
    left = [item for item in holder[key] if not _is(item, one, within)]
    if len(left) == len(holder[key]):
        raise Inapplicable
    if left:
        holder[key] = left
    else:
        del holder[key]
    return path


@breaking
def slice_too_often(tree: Tree) -> str:
    """An item of a slice once more than it may be there."""
    single = [found for found in _slices(tree) if found[2].get("max") == "1" and isinstance(found[0][found[1]], list)]
    holder, key, one, within, path = tree.one(single)
    item = tree.one(item for item in holder[key] if _is(item, one, within))
    holder[key] = [*holder[key], item]
    return path


@breaking
def slice_broken_inside(tree: Tree) -> str:
    """An element that a slice demands, taken out of an item of it."""
    holder, key, one, within, path = tree.one(f for f in _slices(tree) if isinstance(f[0][f[1]], list))
    item = tree.one(item for item in holder[key] if isinstance(item, dict) and _is(item, one, within))
    wanted = tree.one(e for e in within if e.get("min", 0) > 0 and e["id"].count(".") == one["id"].count(".") + 1)
    name = wanted["path"].rpartition(".")[2].removesuffix("[x]")
    gone = tree.one(key for key in item if key == name or (wanted["path"].endswith("[x]") and key.startswith(name)))
    del item[gone]
    return f"{path}.{name}"


@breaking
def binding_of_the_profile(tree: Tree) -> str:
    """A code outside a value set that the profile requires."""
    bound = [p for p in _places(tree) if (p[2].get("binding") or {}).get("strength") == "required"]
    holder, key, _, path = tree.one(bound)
    for value in holder[key] if isinstance(holder[key], list) else [holder[key]]:
        if isinstance(value, dict):
            for coding in [c for c in value.get("coding", [value]) if isinstance(c, dict)]:
                coding["code"] = "bogus"
        else:
            holder[key] = ["bogus"] if isinstance(holder[key], list) else "bogus"
    return path
