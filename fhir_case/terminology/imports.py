"""In which order value sets that import one another can be made, and which of them go in circles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Node = TypeVar("Node")


def groups(start: Node, after: Callable[[Node], Iterable[Node]]) -> Iterator[list[Node]]:
    """All that can be reached from `start`, what others need first; those that need one another form one group.

    Tarjan's strongly connected components, without Python's stack. `Node` is hashable.
    """
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    open_: list[Node] = []
    is_open: set[Node] = set()
    work: list[tuple[Node, Iterator[Node]]] = []

    def enter(node: Node) -> None:
        index[node] = low[node] = len(index)
        open_.append(node)
        is_open.add(node)
        work.append((node, iter(after(node))))

    enter(start)
    while work:
        node, rest = work[-1]
        for other in rest:
            if other not in index:
                enter(other)
                break
            if other in is_open:
                low[node] = min(low[node], index[other])
        else:
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[node])
            if low[node] == index[node]:
                group: list[Node] = []
                while not group or group[-1] != node:
                    group.append(open_.pop())
                    is_open.discard(group[-1])
                yield group
