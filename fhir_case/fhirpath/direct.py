"""Invariants as plain Python over dicts, where the type is known and the data is of the usual shape.

The engine of `generate` makes collections of nodes; most invariants only ask whether a key is there, or whether a code is
this or that. Those become `this.get("code") == "x"` here. Whatever is out of the ordinary (extensions on primitives, null in
arrays, an object where text should be, steps that this module does not know) raises `Bail`, and the engine answers; so the
two must agree wherever this one answers, which a property test holds.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from fhir_case.fhirpath.direct_functions import Functions
from fhir_case.fhirpath.direct_values import Below, Held, Made, NotDirect, Truth, fixed, textual
from fhir_case.fhirpath.elements import Type
from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.syntax import Call, Chain, External, Index, Literal, Name, Path, Syntax, Variable

_EMPTY = {
    "exists": "False", "empty": "True", "hasValue": "False", "all": "True", "isDistinct": "True", "allTrue": "True",
    "anyTrue": "False", "not": "None", "startsWith": "None", "endsWith": "None", "contains": "None", "matches": "None",
}  # fmt: skip
"""What functions say of nothing."""
_CARRY = frozenset(
    "where select first last tail distinct ofType as trace extension repeat children descendants".split()
)
"""Functions that make nothing of nothing."""


_WIDE = 8
"""Keys of a choice element; to look for more of them takes longer than for anything else."""


class Direct(Functions):
    """Source of a direct check, while it grows."""

    def __init__(self, expression: str, of: Type) -> None:
        super().__init__(expression, of)
        self.before: list[str] = []
        """Names that are computed once, in a loop."""

    def decided(self, node: Syntax, this: Held) -> Truth:
        """A node as a truth value; what cannot be written bails, unless there was nothing to look at."""
        lines, places, before = len(self.lines), len(self.places), len(self.before)
        count, depth, loops, blocks = self.count, self.depth, self.loops, [dict(one) for one in self.blocks]
        try:
            return self.truth_of(self.made(node, this), node.at)
        except NotDirect:
            del self.lines[lines:], self.places[places:], self.before[before:]
            self.count, self.depth, self.loops, self.blocks = count, depth, loops, blocks
        return self.unless_absent(node, this)

    def branch(self, node: Syntax, this: Held) -> Truth:
        """A truth value that is needed in some cases only."""
        try:
            return self.decided(node, this)
        except NotDirect:
            self.line("raise Bail", node.at)
            return Truth("None", True)

    def unless_absent(self, node: Syntax, this: Held) -> Truth:
        """What the node says where its first element is absent; otherwise the engine is asked."""
        link = node.links[0].operator if isinstance(node, Chain) and len(node.links) == 1 else ""
        path = node.first if isinstance(node, Chain) and link in ("=", "!=", "in", "<", ">", "<=", ">=") else node
        if not isinstance(path, Path) or not isinstance(path.start, Name) or this.name != "this":
            raise NotDirect
        if link and not (isinstance(node, Chain) and isinstance(node.links[0].operand, Literal)):
            raise NotDirect
        said = "None"
        steps = path.steps
        opposite = not link and isinstance(steps[-1], Call) and steps[-1].name == "not" and len(steps) > 1
        if opposite:
            steps = steps[:-1]
        for place, step in enumerate(steps):
            last = place == len(steps) - 1
            if isinstance(step, Name) or (isinstance(step, Call) and step.name in _CARRY and not (last and not link)):
                self.traces = self.traces or (isinstance(step, Call) and step.name == "trace")
                continue
            if not last or link or not isinstance(step, Call) or step.name not in _EMPTY:
                raise NotDirect
            if step.name not in ("exists", "all") and any(not isinstance(one, Literal) for one in step.arguments):
                raise NotDirect
            said = _EMPTY[step.name]
        if opposite:
            said = {"True": "False", "False": "True"}.get(said, said)
        keys = self.keys(path.start.name, (self.of,))
        self.line(f"if not {self.bind(keys)}.isdisjoint(this): raise Bail", node.at)
        return Truth(self.put(said, node.at), said != "None")

    # What a node holds

    def made(self, node: Syntax, this: Held) -> Made:
        if self.loops and isinstance(node, Path | Chain) and fixed(node):
            return self.once(node, this)
        if isinstance(node, Name):
            return self.step(this, node)
        if isinstance(node, Path):
            return self.path(node, this)
        if isinstance(node, Chain):
            return self.operators(node, this)
        if isinstance(node, Call):
            return self.function(node, this, this)
        if isinstance(node, Variable) and node.name == "this":
            return this
        if isinstance(node, External) and node.name in ("resource", "rootResource"):
            return self.resource(node)
        raise NotDirect

    def once(self, node: Syntax, this: Held) -> Made:
        """What is the same for every item of a loop, computed for the first one."""
        name, loops = self.name(), self.loops
        self.before.append(f"{name} = UNSET")
        self.line(f"if {name} is UNSET:", node.at)
        self.open(node.at)
        self.loops = 0
        made = self.made(node, this)
        self.loops = loops
        if isinstance(made, Below):
            raise NotDirect
        self.line(f"{name} = {made.name}", node.at)
        self.close()
        return replace(made, name=name)

    def path(self, node: Path, this: Held) -> Made:
        of_type = isinstance(node.start, Name) and node.start.name == self.of.name and this.name == "this"
        made: Made = this if of_type else self.made(node.start, this)
        for step in node.steps:
            if isinstance(step, Call):
                made = self.function(step, made, this)
            elif isinstance(step, Name) and isinstance(made, Held | Below):
                made = self.step(made, step)
            elif isinstance(step, Index) and isinstance(made, Held):
                made = self.indexed(made, step)
            else:
                raise NotDirect
        return made

    def indexed(self, held: Held, step: Index) -> Held:
        place = step.index.value if isinstance(step.index, Literal) else None
        if place.__class__ is not int or held.loose or held.choice:
            raise NotDirect
        made = self.put(f"None if {held.name} is None else at({held.name}, {self.bind(place)})", step.at)
        return Held(made, held.types, computed=held.computed)

    def connected(self, node: Chain, this: Held) -> Truth:
        """`and`, `or`, `xor`, `implies`, looking at the right side only if it matters."""
        words = {link.operator for link in node.links}
        operands = [node.first, *(link.operand for link in node.links)]
        if words in ({"and"}, {"or"}):
            operands.sort(key=lambda one: self.wide(one, this))
        first = self.decided(operands[0], this)
        made, sure = self.put(first.name, node.at), first.sure
        for link, operand in zip(node.links, operands[1:], strict=True):
            word, at = link.operator, link.at
            test = {"and": "is not False", "or": "is not True", "implies": "is not False", "xor": "is not None"}[word]
            self.line(f"if {made} {test}:", at)
            self.open(at)
            right = self.branch(operand, this)
            name = right.name
            if word == "xor":
                code = f"None if {name} is None else {made} is not {name}"
            elif sure:
                code = name
            elif word == "and":
                code = f"{name} if {made} or {name} is False else None"
            else:
                code = f"{name} if {made} is {word == 'implies'} else {name} or None"
            self.line(f"{made} = {code}", at)
            sure = sure and right.sure
            self.close()
            if word == "implies":
                self.line("else:", at)
                self.line(f"    {made} = True", at)
        return Truth(made, sure)

    @staticmethod
    def wide(node: Syntax, this: Held) -> bool:
        """Does it ask for nothing but a choice element of many types? Then it is asked last."""
        path = node if isinstance(node, Path) and isinstance(node.start, Name) and len(node.steps) == 1 else None
        if path is None or not isinstance(path.steps[0], Call) or path.steps[0].name not in ("exists", "empty"):
            return False
        assert isinstance(path.start, Name)
        name = path.start.name
        return not path.steps[0].arguments and any(len(one.choices.get(name, ())) > _WIDE for one in this.types)


def check_source(expression: str, node: Syntax, of: Type) -> tuple[str, dict[str, Any]] | None:
    """The source of a direct check and what it binds; None: the expression gains nothing by it."""
    this = Held("this", (of,), sure=True)
    if not of.known or (of.primitive and not textual(this)):
        return None
    writer = Direct(expression, of)
    try:
        made = writer.decided(node, this)
    except (NotDirect, FHIRPathError):
        return None
    guards = ["if this.__class__ is not dict: raise Bail"]
    if of.primitive:
        guards = ["if this.__class__ is not str or twin is not None: raise Bail"]
    elif of.resource and of.name not in ("Resource", "DomainResource"):
        guards.append(f"if this.get('resourceType') != {of.name!r}: raise Bail")
    elif of.resource:
        guards.append("if this.get('resourceType') in ('Bundle', 'Binary', 'Parameters'): raise Bail")
    if writer.traces:
        guards.append("if scope.trace is not None: raise Bail")
    lines = [
        "def check(this, scope, twin=None):",
        "    try:",
        *("        " + line for line in (*guards, *writer.before)),
        *writer.lines,
        f"        return {made.name}",
        "    except (Bail, FHIRPathError, Undecidable):",
        "        return general(this, scope, twin)",
    ]
    return "\n".join(lines) + "\n", writer.bound
