"""Invariants as plain Python over dicts, where the type is known and the data is of the usual shape.

The engine of `generate` makes collections of nodes; most invariants only ask whether a key is there, or whether a code is
this or that. Those become `this.get("code") == "x"` here. Whatever is out of the ordinary (extensions on primitives, null in
arrays, an object where text should be, steps that this module does not know) raises `Bail`, and the engine answers; so the
two must agree wherever this one answers, which a property test holds.
"""

from __future__ import annotations

from typing import Any

from fhir_case.fhirpath.direct_operators import Held, Made, NotDirect, Number, Operators, Truth, textual
from fhir_case.fhirpath.elements import Type
from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.syntax import Call, Chain, External, Literal, Name, Path, Syntax, Variable

_STRINGS = {"startsWith": "{0}.startswith({1})", "endsWith": "{0}.endswith({1})", "contains": "{1} in {0}"}
_EMPTY = {
    "exists": "False", "empty": "True", "hasValue": "False", "all": "True", "isDistinct": "True", "allTrue": "True",
    "anyTrue": "False", "not": "None", "startsWith": "None", "endsWith": "None", "contains": "None", "matches": "None",
}  # fmt: skip
"""What functions say of nothing."""
_CARRY = frozenset(
    "where select first last tail distinct ofType as trace extension repeat children descendants".split()
)
"""Functions that make nothing of nothing."""


class Direct(Operators):
    """Source of a direct check, while it grows."""

    def __init__(self, expression: str, of: Type) -> None:
        super().__init__(expression)
        self.of = of
        self.depth = 2
        self.traces = False

    def decided(self, node: Syntax, this: Held) -> Truth:
        """A node as a truth value; what cannot be written bails, unless there was nothing to look at."""
        lines, places, counter, depth, loops = len(self.lines), len(self.places), self.count, self.depth, self.loops
        try:
            return self.truth_of(self.made(node, this), node)
        except NotDirect:
            del self.lines[lines:], self.places[places:]
            self.count, self.depth, self.loops = counter, depth, loops
        return self.unless_absent(node, this)

    def truth_of(self, made: Made, node: Syntax) -> Truth:
        if isinstance(made, Truth):
            return made
        if isinstance(made, Held) and all(one.name == "boolean" for one in made.types):
            self.checked(made, node)
            self.line(f"if {made.name} is not None and {made.name}.__class__ is not bool: raise Bail", node.at)
            return Truth(made.name, False)
        raise NotDirect

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

    @staticmethod
    def keys(name: str, types: tuple[Type, ...]) -> frozenset[str]:
        fields = [field for one in types for field in one.fields(name)]
        if not fields or not all(of.known for _, of in fields):
            raise NotDirect
        return frozenset(key for key, _ in fields) | {"_" + key for key, of in fields if of.primitive}

    # What a node holds

    def made(self, node: Syntax, this: Held) -> Made:
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
        if isinstance(node, External) and node.name == "resource":
            return self.resource(node)
        raise NotDirect

    def resource(self, node: External) -> Held:
        """%resource, where its type follows from the element's."""
        from fhir_case.fhirpath.elements import type_named

        root = type_named(self.of.name.partition(".")[0])
        if not root.resource or root.name in ("Resource", "DomainResource"):
            raise NotDirect
        made = self.put("scope.resource", node.at)
        self.line(
            f"if {made}.__class__ is not dict or {made}.get('resourceType') != {root.name!r}: raise Bail", node.at
        )
        return Held(made, (root,))

    def path(self, node: Path, this: Held) -> Made:
        of_type = isinstance(node.start, Name) and node.start.name == self.of.name and this.name == "this"
        made = this if of_type else self.made(node.start, this)
        for step in node.steps:
            if isinstance(step, Name):
                if not isinstance(made, Held):
                    raise NotDirect
                made = self.step(made, step)
            elif isinstance(step, Call):
                made = self.function(step, made, this)
            else:
                raise NotDirect
        return made

    def step(self, held: Held, node: Name) -> Held:
        """An element of what is held."""
        name = node.name
        if name[:1].isupper() or held.choice or not held.types or any(one.primitive for one in held.types):
            raise NotDirect
        fields = [field for one in held.types for field in one.fields(name)]
        keys = self.keys(name, held.types)
        if len(fields) > 1 or fields[0][0] != name:
            return self.chosen(held, keys, tuple(dict.fromkeys(of for _, of in fields)), node.at)
        of = fields[0][1]
        twin = self.bind(f"_{name}") if of.primitive else "''"
        key = self.word(name)
        known = held.name.startswith("this")  # a dict for certain, and never None
        if known:
            made = self.put(f"{held.name}.get({key})", node.at)
            self.line(f"if {made}.__class__ is list: {made} = whole({made})", node.at)
            bail = f"if {twin} in {held.name}: raise Bail" if of.primitive else ""
            return Held(made, (of,), bail)
        made = self.put(f"None if {held.name} is None else stepped({held.name}, {key}, {twin})", node.at)
        return Held(made, (of,))

    def chosen(self, held: Held, keys: frozenset[str], types: tuple[Type, ...], at: int) -> Held:
        if not held.name.startswith("this"):
            raise NotDirect
        names = self.bind(keys)
        made = self.put(f"None if {names}.isdisjoint({held.name}) else picked({held.name}, {names})", at)
        return Held(made, types, choice=True)

    def connected(self, node: Chain, this: Held) -> Truth:
        """`and`, `or`, `xor`, `implies`, looking at the right side only if it matters."""
        first = self.decided(node.first, this)
        made, sure = self.put(first.name, node.at), first.sure
        for link in node.links:
            word = {"and": "and_", "or": "or_"}.get(link.operator, link.operator)
            test = {"and_": "is not False", "or_": "is not True", "implies": "is not False", "xor": "is not None"}[word]
            self.line(f"if {made} {test}:", link.at)
            self.indent(link.at)
            try:
                right = self.decided(link.operand, this)
            except NotDirect:
                self.line("raise Bail", link.at)
            else:
                simple = sure and right.sure and word != "xor"
                code = right.name if simple else f"{word}({made}, {right.name})"
                self.line(f"{made} = {code}", link.at)
                sure = sure and right.sure
            self.depth -= 1
            if word == "implies":
                self.line("else:", link.at)
                self.line(f"    {made} = True", link.at)
        return Truth(made, sure)

    # Functions

    def function(self, node: Call, left: Made, this: Held) -> Made:
        name, arguments = node.name, node.arguments
        if isinstance(left, Truth):
            return self.of_truth(node, left)
        if not isinstance(left, Held):
            raise NotDirect
        if name in ("exists", "empty", "count") and not arguments:
            self.checked(left, node)
            if name == "count":
                return Number(self.put(f"count({left.name})", node.at))
            return Truth(self.put(f"{left.name} is {'not ' * (name == 'exists')}None", node.at), True)
        if name in ("exists", "all", "where") and len(arguments) == 1:
            return self.criterion(node, left)
        if name == "trace" and len(arguments) == 1 and isinstance(arguments[0], Literal):
            self.traces = True
            return left
        if name == "hasValue" and left.types and all(one.primitive for one in left.types) and not left.choice:
            self.checked(left, node)
            code = f"{left.name} is not None and {left.name}.__class__ is not dict and count({left.name}) == 1"
            self.line(f"if {left.name}.__class__ is list: raise Bail", node.at)
            return Truth(self.put(code, node.at), True)
        if name in ("startsWith", "endsWith", "contains", "matches") and len(arguments) == 1 and textual(left):
            value = self.constant(arguments[0])
            if value.__class__ is not str:
                raise NotDirect
            bound = self.bind(value)
            code = f"matched({bound}, {{}})" if name == "matches" else _STRINGS[name].format("{}", bound)
            return self.compared_text(left, code, node)
        raise NotDirect

    def of_truth(self, node: Call, left: Truth) -> Truth:
        if node.name == "not" and not node.arguments:
            return self.unless_none(left.name, f"not {left.name}", node.at, left.sure)
        raise NotDirect

    def criterion(self, node: Call, left: Held) -> Made:
        """`exists(…)`, `all(…)` and `where(…)` over objects."""
        if left.choice or any(one.primitive or one.resource for one in left.types) or self.loops >= 6:
            raise NotDirect
        name, at = node.name, node.at
        out = self.put({"exists": "False", "all": "True", "where": "[]"}[name], at)
        self.line(f"if {left.name} is not None:", at)
        self.indent(at)
        self.loops += 1
        item = f"this_{self.loops}_{self.count}"
        self.line(f"for {item} in {left.name} if {left.name}.__class__ is list else ({left.name},):", at)
        self.indent(at)
        self.line(f"if {item}.__class__ is not dict: raise Bail", at)
        inner = Held(item, left.types)
        test = self.truth_of(self.made(node.arguments[0], inner), node)
        if name == "where":
            self.line(f"if {test.name} is True: {out}.append({item})", at)
        else:
            self.line(f"if {test.name} is {'not ' * (name == 'all')}True:", at)
            self.line(f"    {out} = {name == 'exists'}", at)
            self.line("    break", at)
        self.depth -= 2
        self.loops -= 1
        if name != "where":
            return Truth(out, True)
        return Held(self.put(f"{out} or None", at), left.types)


def check_source(expression: str, node: Syntax, of: Type) -> tuple[str, dict[str, Any]] | None:
    """The source of a direct check and what it binds; None: the expression gains nothing by it."""
    if not of.known or of.primitive:
        return None
    writer = Direct(expression, of)
    try:
        made = writer.decided(node, Held("this", (of,)))
    except (NotDirect, FHIRPathError):
        return None
    guards = ["if this.__class__ is not dict: raise Bail"]
    if of.resource and of.name not in ("Resource", "DomainResource"):
        guards.append(f"if this.get('resourceType') != {of.name!r}: raise Bail")
    elif of.resource:
        guards.append("if this.get('resourceType') in ('Bundle', 'Binary', 'Parameters'): raise Bail")
    if writer.traces:
        guards.append("if scope.trace is not None: raise Bail")
    lines = [
        "def check(this, scope, twin=None):",
        "    try:",
        *("        " + guard for guard in guards),
        *writer.lines,
        f"        return {made.name}",
        "    except (Bail, FHIRPathError):",
        "        return general(this, scope, twin)",
    ]
    return "\n".join(lines) + "\n", writer.bound
