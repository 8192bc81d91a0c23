"""Functions over JSON values; a part of `direct`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from fhir_case.fhirpath.direct_operators import Operators
from fhir_case.fhirpath.direct_values import Below, Held, Made, NotDirect, Number, Truth, string, textual
from fhir_case.fhirpath.elements import NUMBERS, type_named
from fhir_case.fhirpath.errors import Undecidable
from fhir_case.fhirpath.patterns import pattern
from fhir_case.fhirpath.syntax import Call, Literal, Name, Path, Syntax, TypeName

LOOPS = 6
"""Criteria within criteria."""

_STRINGS = {"startsWith": "{0}.startswith({1})", "endsWith": "{0}.endswith({1})", "contains": "{1} in {0}"}


class Functions(Operators):
    """Functions as lines of source. What they cannot do raises `NotDirect`."""

    traces = False

    @abstractmethod
    def branch(self, node: Syntax, this: Held) -> Truth:
        """A truth value that is needed in some cases only."""

    def function(self, node: Call, left: Made, this: Held) -> Made:
        if isinstance(left, Truth):
            return self.inverse(node, left)
        if not isinstance(left, Held):
            raise NotDirect
        name, count = node.name, len(node.arguments)
        if count == 0 and name in _WITHOUT:
            return _WITHOUT[name](self, node, left)
        if count == 1 and name in _WITH_ONE:
            return _WITH_ONE[name](self, node, left, this)
        if name in _STRINGS and count == 1:
            value, part = self.single(left, node.at), self.text_of(node.arguments[0], this)
            code = _STRINGS[name].format(value, part)
            if isinstance(node.arguments[0], Literal):
                return self.unless_none(value, code, node.at, sure=left.sure)
            return self.unless_either(value, part, code, node.at)
        if name == "iif" and count > 1:
            return self.iif(node, left, this)
        if name == "trace" and all(isinstance(one, Literal) for one in node.arguments):
            self.traces = True
            return left
        if name in ("substring", "replaceMatches"):
            return self.part(node, left)
        raise NotDirect

    # Truth values

    def inverse(self, node: Call, left: Truth) -> Truth:
        if node.name != "not" or node.arguments:
            raise NotDirect
        return self.unless_none(left.name, f"not {left.name}", node.at, sure=left.sure)

    def opposite(self, node: Call, left: Held) -> Truth:
        return self.inverse(node, self.truth_of(left, node.at))

    def existence(self, node: Call, left: Held) -> Truth:
        name = left.name
        if left.raw:
            self.line(f"if {name}.__class__ is list and (not {name} or {name}[0] is None): raise Bail", node.at)
        return Truth(self.put(f"{name} is {'not ' * (node.name == 'exists')}None", node.at), True)

    def has_value(self, node: Call, left: Held) -> Truth:
        if not left.types or left.choice or not all(one.primitive for one in left.types):
            raise NotDirect
        self.line(f"if {left.name}.__class__ is list or {left.name}.__class__ is dict: raise Bail", node.at)
        return Truth(self.put(f"{left.name} is not None", node.at), True)

    def is_distinct(self, node: Call, left: Held) -> Truth:
        if left.loose > 1 or not textual(left):
            raise NotDirect
        return Truth(self.put(f"{left.name}.__class__ is not list or distinct({left.name})", node.at), True)

    def matched(self, node: Call, left: Held, _: Held) -> Truth:
        text = self.constant(node.arguments[0])
        if text.__class__ is not str:
            raise NotDirect
        name, whole = self.single(left, node.at), self.bind(text)
        code = f"found({whole}, {name})"
        try:
            known = pattern(text)
        except Undecidable:
            raise NotDirect from None
        if known.longest:
            code = f"{self.bind(known.search)}({name}) is not None if len({name}) <= {known.longest} else {code}"
        return self.unless_none(name, f"({code})", node.at, sure=left.sure)

    def iif(self, node: Call, left: Held, this: Held) -> Truth:
        if left is not this or len(node.arguments) > 3:
            raise NotDirect
        test = self.truth_of(self.made(node.arguments[0], this), node.at)
        out = self.put("None", node.at)
        for word, argument in zip((f"if {test.name}:", "else:"), node.arguments[1:], strict=False):
            self.line(word, node.at)
            self.open(node.at)
            self.line(f"{out} = {self.branch(argument, this).name}", node.at)
            self.close()
        return Truth(out, False)

    # Lists

    def counted(self, node: Call, left: Held) -> Number:
        if left.loose > 1:
            raise NotDirect
        name = left.name
        code = f"count({name})" if left.raw else f"len({name})"
        return Number(self.put(f"{code} if {name}.__class__ is list else 0 if {name} is None else 1", node.at))

    def subset(self, node: Call, left: Held) -> Held:
        if left.loose or left.choice:
            raise NotDirect
        made = self.put(f"None if {left.name} is None else {node.name}({left.name})", node.at)
        return Held(made, left.types, computed=left.computed)

    def combine(self, node: Call, left: Held, this: Held) -> Held:
        return self.union([left, self.held(node.arguments[0], this)], 0, node.at)

    def below(self, node: Call, left: Held) -> Below:
        return Below(left, node.name == "descendants")

    def of_type(self, node: Call, left: Held, _: Held) -> Made:
        (of,) = node.arguments
        if not isinstance(of, TypeName):
            raise NotDirect
        return self.is_type(left, of) if node.name == "is" else self.typed(left, of)

    # Strings

    def to_integer(self, node: Call, left: Held) -> Held:
        name = self.single(left, node.at)
        made = self.put(f"None if {name} is None else integer({name})", node.at)
        return Held(made, (type_named("integer"),), computed=True)

    def part(self, node: Call, left: Held) -> Held:
        values = [one.value for one in node.arguments if isinstance(one, Literal)]
        kind = int if node.name == "substring" else str
        most = 2 - (kind is int and len(values) == 1)
        if (
            len(values) != len(node.arguments)
            or len(values) != most
            or any(one.__class__ is not kind for one in values)
        ):
            raise NotDirect
        name = self.single(left, node.at)
        held = [self.bind(one) for one in values]
        if kind is int:
            code = f"part({', '.join((name, *held))})"
        else:
            code = f"replaced({held[0]}, {held[1]}, {name})"
            if not values[0]:
                raise NotDirect
        return string(self.put(f"None if {name} is None else {code}", node.at))

    # Loops

    def loop(self, left: Held, at: int) -> Held:
        """`for` over what is held; the item, an object or a string."""
        if left.choice or not left.types or self.loops >= LOOPS:
            raise NotDirect
        kind = "dict"
        if any(one.primitive for one in left.types):
            kind = {"boolean": "bool", "decimal": ""}.get(left.types[0].name, "str")
            if not kind or len(left.types) > 1 or left.types[0].name in NUMBERS:
                raise NotDirect
        name = left.name
        self.line(f"if {name} is not None:", at)
        self.open(at)
        item = f"this_{self.loops + 1}_{self.count}"
        self.line(f"for {item} in {name} if {name}.__class__ is list else ({name},):", at)
        self.open(at)
        self.line(f"if {item}.__class__ is not {kind}: raise Bail", at)
        self.loops += 1
        return Held(item, left.types, sure=True, computed=left.computed)

    def end(self) -> None:
        self.close()
        self.close()
        self.loops -= 1

    def exists(self, node: Call, left: Held, _: Held) -> Truth:
        every, at = node.name == "all", node.at
        out = self.put(str(every), at)
        test = self.truth_of(self.made(node.arguments[0], self.loop(left, at)), at)
        self.line(f"if {test.name} is {'not ' * every}True:", at)
        self.line(f"    {out} = {not every}", at)
        self.line("    break", at)
        self.end()
        return Truth(out, True)

    def where(self, node: Call, left: Held, _: Held) -> Held:
        at = node.at
        out = self.put("[]", at)
        item = self.loop(left, at)
        test = self.truth_of(self.made(node.arguments[0], item), at)
        self.line(f"if {test.name} is True: {out}.append({item.name})", at)
        self.end()
        return Held(self.put(f"{out} or None", at), left.types, loose=left.loose, computed=left.computed)

    def select(self, node: Call, left: Held, _: Held) -> Held:
        argument, at = node.arguments[0], node.at
        names = [argument] if isinstance(argument, Name) else []
        if isinstance(argument, Path) and isinstance(argument.start, Name):
            names = [argument.start, *(one for one in argument.steps if isinstance(one, Name))]
        if names and (isinstance(argument, Name) or len(names) == len(getattr(argument, "steps", ())) + 1):
            made = left
            for one in names:
                made = self.step(made, one)
            return made
        out = self.put("[]", at)
        each = self.made(argument, self.loop(left, at))
        if isinstance(each, Held) and not each.choice:
            name, types, raw, computed = each.name, each.types, each.raw, each.computed
            loose = max(left.loose, each.loose)
            self.line(f"if {name}.__class__ is list: {out} += {name}", at)
            self.line(f"elif {name} is not None: {out}.append({name})", at)
            self.line(f"if len({out}) > 1000: bounded({out})", at)
        elif isinstance(each, Truth):
            types, raw, computed, loose = (type_named("boolean"),), False, True, left.loose
            self.line(f"if {each.name} is not None: {out}.append({each.name})", at)
        else:
            raise NotDirect
        self.end()
        return Held(self.put(f"{out} or None", at), types, raw=raw, loose=loose, computed=computed)


_WITHOUT: dict[str, Callable[[Functions, Call, Held], Made]] = {
    "exists": Functions.existence, "empty": Functions.existence, "not": Functions.opposite,
    "hasValue": Functions.has_value, "isDistinct": Functions.is_distinct, "count": Functions.counted,
    "first": Functions.subset, "last": Functions.subset, "tail": Functions.subset, "children": Functions.below,
    "descendants": Functions.below, "toInteger": Functions.to_integer,
}  # fmt: skip
_WITH_ONE: dict[str, Callable[[Functions, Call, Held, Held], Made]] = {
    "exists": Functions.exists, "all": Functions.exists, "where": Functions.where, "select": Functions.select,
    "matches": Functions.matched, "combine": Functions.combine, "is": Functions.of_type, "as": Functions.of_type,
    "ofType": Functions.of_type,
}  # fmt: skip
