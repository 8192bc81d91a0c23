"""Element lists as trees: children by name, slices by slice name.

A snapshot and a differential are both flat lists whose structure stands in paths, ids and order. As trees they can be merged
node by node whatever order the differential was written in, and what a profile leaves alone is shared, not copied.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from fhir_case.definitions.snapshot.shape import Element, checked
from fhir_case.issues import DefinitionError

MAX_DEPTH = 64
"""Segments in a path. The deepest of R4, its profiles and its implementation guides has 11."""
MAX_ELEMENTS = 200_000
"""Elements in a snapshot. The largest published one known to us has some 3,000."""

Key = tuple[tuple[str, str | None], ...]
"""Where an element stands: (name, slice name or None) for each segment of its path."""


class Node:
    """An element, its children by the last segment of their path, and the slices of it, by slice name, reslices beside.

    Nodes of finished trees are shared between trees and never changed.
    """

    __slots__ = ("children", "element", "slices")

    def __init__(
        self, element: Element, children: dict[str, Node] | None = None, slices: dict[str, Node] | None = None
    ) -> None:
        self.element = element
        self.children: dict[str, Node] = {} if children is None else children
        self.slices: dict[str, Node] = {} if slices is None else slices


def segments(path: str, where: str) -> list[str]:
    """The names in a path. Raises DefinitionError when there are more than any resource could have."""
    if path.count(".") >= MAX_DEPTH:
        raise DefinitionError(f"{where}: the path {path[:60]}… has more than {MAX_DEPTH} segments")
    return path.split(".")


def from_snapshot(elements: list[Any], home: str, where: str) -> Node:
    """The tree of a snapshot: a list in which every element follows its parent, and slices follow what they slice."""
    root = Node(checked(elements[0], where))
    open_: list[tuple[str, Node]] = [(root.element["path"], root)]
    for entry in elements[1:]:
        element = checked(entry, where)
        parent_path, _, name = element["path"].rpartition(".")
        while open_ and open_[-1][0] != parent_path:
            open_.pop()
        if not open_:
            raise DefinitionError(
                f"{where}: the snapshot has {element['path']} where its parent {parent_path or 'element'} is not open; "
                "expected each element after its parent"
            )
        if len(open_) > MAX_DEPTH:
            raise DefinitionError(f"{where}: {element['path'][:60]}… has more than {MAX_DEPTH} segments")
        node = Node(element)
        _attach(open_[-1][1], name, element.get("sliceName"), node)
        open_.append((element["path"], node))
    return _settled(root, home)


def _settled(root: Node, home: str) -> Node:
    """The tree with what snapshots may leave unsaid: where an element comes from, and absolute content references."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        element = node.element
        reference = element.get("contentReference", "")
        if reference.startswith("#"):
            node.element = element = {**element, "contentReference": home + reference}
        if "base" not in element:
            node.element = {**element, "base": self_base(element)}
        waiting.extend(node.children.values())
        waiting.extend(node.slices.values())
    return root


def self_base(element: Element) -> Element:
    return {"path": element.get("path", ""), "min": element.get("min", 0), "max": element.get("max", "*")}


def _attach(parent: Node, name: str, slice_name: str | None, node: Node) -> None:
    sliced = parent.children.get(name)
    if slice_name and sliced is None:  # as older tools wrote it: a slice of value[x] whose path is valueQuantity
        choice = choice_of(name, parent.children)
        sliced = parent.children.get(choice) if choice else None
    if slice_name and sliced is not None:
        sliced.slices[slice_name] = node
    else:
        parent.children[name] = node


def choice_of(name: str, children: Container[str]) -> str | None:
    """The choice element among `children` that `valueQuantity` is one type of; the longest stem, when several would do."""
    stems = (f"{name[:end]}[x]" for end in range(min(len(name), 64), 0, -1))
    return next((stem for stem in stems if stem in children), None)


def from_differential(elements: Iterable[Any], root: str, where: str) -> Node:
    """The tree of a differential, which may be sparse and in any order; elements nobody wrote are empty."""
    listed = [checked(entry, where) for entry in elements]
    keys = _keys_by_id(listed, where) or _keys_by_order(listed, where)
    tree = Node({"path": root})
    for element, key in zip(listed, keys, strict=True):
        if key[0][0] != root:
            raise DefinitionError(f"{where}: the path {element['path']} starts with {key[0][0]}, expected {root}")
        node = tree
        for name, slice_name in key[1:]:
            node = node.children.setdefault(name, Node({}))
            if slice_name is not None:
                node = node.slices.setdefault(slice_name, Node({}))
        if "path" in node.element and node is not tree:
            raise DefinitionError(
                f"{where}: {element.get('id') or element['path']} is there twice in the differential; "
                "expected one entry for an element, or slices with a sliceName each"
            )
        node.element = element
    return tree


def _keys_by_id(elements: list[Element], where: str) -> list[Key] | None:
    """The place of each element as its id tells it; None when ids are missing, repeated or at odds with path and sliceName."""
    keys = []
    for element in elements:
        key = _id_key(element.get("id", ""), segments(element["path"], where))
        if key is None or (element.get("sliceName") or None) != key[-1][1]:
            return None
        keys.append(key)
    return keys if len(set(keys)) == len(keys) else None


def _id_key(identity: str, names: list[str]) -> Key | None:
    """`Observation.value[x]:valueQuantity.code` against the names of the path; slice names may themselves contain dots."""
    found: list[tuple[str, list[str] | None]] = []
    for part in identity.split("."):
        name, colon, slice_name = part.partition(":")
        if len(found) < len(names) and _names(name, names[len(found)]):
            found.append((name, [slice_name] if colon else None))
        elif found and (begun := found[-1][1]) is not None:
            begun.append(part)
        else:
            return None
    if len(found) < len(names):
        return None
    return tuple((name, ".".join(parts) if parts else None) for name, parts in found)


def _names(in_id: str, in_path: str) -> bool:
    """The same element: the path of a type slice may say valueQuantity where its id says value[x]."""
    return in_id == in_path or (in_id.endswith("[x]") and in_path.startswith(in_id[:-3]))


def _keys_by_order(elements: list[Element], where: str) -> list[Key]:
    """The place of each element as paths, slice names and order tell it: a child belongs to the slice before it."""
    keys: list[Key] = []
    current: Key = ()
    for element in elements:
        names = segments(element["path"], where)
        key: list[tuple[str, str | None]] = []
        same = True
        for depth, name in enumerate(names[:-1]):
            same = same and depth < len(current) and current[depth][0] == name
            key.append(current[depth] if same else (name, None))
        current = (*key, (names[-1], element.get("sliceName") or None))
        keys.append(current)
    return keys


def graft(onto: Node, node: Node, where: str) -> None:
    """Put what `node` of a differential says, and has below it, onto another node that means the same element."""
    if onto.element and node.element:
        raise DefinitionError(f"{where} is there twice in the differential, under two spellings; expected one")
    onto.element = onto.element or node.element
    for mine, others in ((onto.children, node.children), (onto.slices, node.slices)):
        for name, other in others.items():
            if name in mine:
                graft(mine[name], other, f"{where}.{name}")
            else:
                mine[name] = other


def flatten(root: Node, path: str, where: str) -> list[Element]:
    """The list of a tree in the order of a snapshot, with the ids and paths that belong there.

    An element that keeps its id and path is the very object of the tree it came from.
    """
    listed: list[Element] = []

    def visit(node: Node, path: str, parent: str, name: str) -> None:
        identity = f"{parent}{name}"
        element = node.element
        if element.get("path") != path or element.get("id") != identity:
            element = {**element, "id": identity, "path": path}
        listed.append(element)
        if len(listed) > MAX_ELEMENTS:
            raise DefinitionError(f"{where}: the snapshot would have more than {MAX_ELEMENTS:,} elements")
        for child, below in node.children.items():
            named = below.element.get("sliceName")  # one that can't repeat may have a name without being sliced
            visit(below, f"{path}.{child}", f"{identity}.", f"{child}:{named}" if named else child)
        for slice_name, below in node.slices.items():
            visit(below, path, parent, f"{name}:{slice_name}")

    visit(root, path, "", path)
    return listed
