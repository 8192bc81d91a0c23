"""Syntax as Python source: one statement a step, loops where FHIRPath has criteria, `if` where it need not look further."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from fhir_case.fhirpath import logic, nodes, running
from fhir_case.fhirpath.functions import collections, math
from fhir_case.fhirpath.functions.library import FUNCTIONS, WRITTEN_OUT
from fhir_case.fhirpath.source import Source
from fhir_case.fhirpath.syntax import (
    Call,
    Chain,
    External,
    Index,
    Link,
    Name,
    Path,
    Sign,
    Syntax,
    TypeName,
    Variable,
)  # fmt: skip
from fhir_case.fhirpath.syntax import Literal as Value

Kind = Literal["items", "truth"]

LOOPS = 12
"""Criteria within criteria; Python allows 20 loops within one another."""

_LOGIC = {"and": ("and_", "is not False"), "or": ("or_", "is not True"), "xor": ("xor", "is not None")}
_COMPARE = {"<": "< 0", ">": "> 0", "<=": "<= 0", ">=": ">= 0"}
_ARITHMETIC = {
    "+": "plus", "-": "minus", "*": "times", "/": "over", "div": "div", "mod": "mod", "&": "joined",
}  # fmt: skip
_MEMBERSHIP = {"in": "inside", "contains": "containing"}
_CONSTANTS = {
    "ucum": "http://unitsofmeasure.org", "sct": "http://snomed.info/sct", "loinc": "http://loinc.org",
}  # fmt: skip
_SYSTEM_TYPES = frozenset(
    ("Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity", "TypeInfo")
)

WORDS: dict[str, Any] = {
    **{name: getattr(logic, name) for name in ("and_", "or_", "xor", "implies", "opposite", "listed", "truth")},
    **{name: getattr(logic, name) for name in ("equal", "equivalent", "ordered")},
    **{name: getattr(nodes, name) for name in ("member", "start", "is_type")},
    **{name: getattr(collections, name) for name in ("union", "inside", "containing", "indexed", "Seen")},
    **{name: getattr(math, name) for name in ("plus", "minus", "times", "over", "div", "mod", "joined", "signed")},
    **{name: getattr(running, name) for name in ("criterion", "bounded", "traced", "sorted_by", "single", "as_type")},
    **{f"f_{name}": function.run for name, function in FUNCTIONS.items()},
}
"""What generated source may call."""


class Focus(NamedTuple):
    """The Python names of `$this` (a list), `$index` and `$total` (a list); "" where there is none."""

    this: str
    place: str = ""
    total: str = ""


class Writer(Source):
    """The steps of an expression as lines of source; `any` writes a node, and says what it holds."""

    # What a node is, as a collection or as a truth value.

    def items(self, node: Syntax, focus: Focus) -> str:
        made, kind = self.any(node, focus)
        return made if kind == "items" else self.put(f"listed({made})", node.at)

    def truth(self, node: Syntax, focus: Focus) -> str:
        made, kind = self.any(node, focus)
        return made if kind == "truth" else self.put(f"truth({made})", node.at)

    def any(self, node: Syntax, focus: Focus) -> tuple[str, Kind]:
        if isinstance(node, Path):
            return self.path(node, focus)
        if isinstance(node, Chain):
            return self.chain(node, focus)
        if isinstance(node, Name):
            return self.first(node, focus), "items"
        if isinstance(node, Call):
            return self.call(node, focus.this, focus)
        if isinstance(node, Value):
            return ("[]" if node.value is None else self.bind([node.value])), "items"
        if isinstance(node, Variable):
            return self.variable(node, focus), "items"
        if isinstance(node, External):
            return self.external(node), "items"
        if isinstance(node, Sign):
            return self.put(f"signed({self.items(node.operand, focus)}, {node.sign!r})", node.at), "items"
        raise self.wrong("expected an expression, found the name of a type", node.at)

    def first(self, node: Name, focus: Focus) -> str:
        word = "start" if node.name[:1].isupper() else "member"
        return self.put(f"{word}({focus.this}, {self.word(node.name)})", node.at)

    def variable(self, node: Variable, focus: Focus) -> str:
        if node.name == "this":
            return focus.this
        held = focus.place if node.name == "index" else focus.total
        if not held:
            where = "a criterion" if node.name == "index" else "aggregate()"
            raise self.wrong(f"${node.name} has a value in {where} only", node.at)
        return f"[{held}]" if node.name == "index" else held

    def external(self, node: External) -> str:
        name = node.name
        if name == "resource":
            return self.put("env.resource()", node.at)
        if name == "rootResource":
            return self.put("env.root()", node.at)
        if name == "context":
            return "env.context"
        if name in _CONSTANTS:
            return self.bind([_CONSTANTS[name]])
        if name.startswith("vs-"):
            return self.bind([f"http://hl7.org/fhir/ValueSet/{name[3:]}"])
        if name.startswith("ext-"):
            return self.bind([f"http://hl7.org/fhir/StructureDefinition/{name[4:]}"])
        return self.put(f"env.variable({self.bind(name)})", node.at)

    def path(self, node: Path, focus: Focus) -> tuple[str, Kind]:
        if self.loops and isinstance(node.start, External) and (fixed := _fixed(node.steps)):
            made = self.once(Path(node.start, node.steps[:fixed], node.at), focus)
            return self.steps(made, "items", node.steps[fixed:], focus)
        return self.steps(*self.any(node.start, focus), node.steps, focus)

    def once(self, node: Path, focus: Focus) -> str:
        """A path that is the same for every item of a loop (`%resource.snapshot.element.first().path`): walked once."""
        made, key = self.name(), self.name()
        self.line(f"{made} = env.memo.get({key!r})", node.at)
        self.line(f"if {made} is None:", node.at)
        self.indent(node.at)
        found, _ = self.steps(*self.any(node.start, focus), node.steps, focus)
        self.line(f"{made} = env.memo[{key!r}] = {found}", node.at)
        self.depth -= 1
        return made

    def steps(self, made: str, kind: Kind, steps: tuple[Name | Call | Index, ...], focus: Focus) -> tuple[str, Kind]:
        for step in steps:
            if kind == "truth":
                made, kind = self.put(f"listed({made})", step.at), "items"
            if isinstance(step, Name):
                made = self.put(f"member({made}, {self.word(step.name)})", step.at)
            elif isinstance(step, Index):
                made = self.put(f"indexed({made}, {self.items(step.index, focus)})", step.at)
            else:
                made, kind = self.call(step, made, focus)
        return made, kind

    # Operators

    def chain(self, node: Chain, focus: Focus) -> tuple[str, Kind]:
        operator = node.links[0].operator
        if operator in _LOGIC or operator == "implies":
            return self.boolean(node, focus), "truth"
        if operator == "|":
            # All at once: a list of a thousand codes is looked through once, not a thousand times.
            parts = [self.items(one, focus) for one in (node.first, *(link.operand for link in node.links))]
            return self.put(f"union({', '.join(parts)})", node.at), "items"
        made, kind = self.any(node.first, focus)
        for link in node.links:
            if kind == "truth":
                made, kind = self.put(f"listed({made})", link.at), "items"
            made, kind = self.operator(made, link, focus)
        return made, kind

    def operator(self, left: str, link: Link, focus: Focus) -> tuple[str, Kind]:
        operator = link.operator
        if operator in ("is", "as"):
            return self.typed(left, operator, link.operand)
        right = self.items(link.operand, focus)
        if operator in _ARITHMETIC:
            return self.put(f"{_ARITHMETIC[operator]}({left}, {right})", link.at), "items"
        if operator in _MEMBERSHIP:
            return self.put(f"{_MEMBERSHIP[operator]}({left}, {right})", link.at), "truth"
        if operator in _COMPARE:
            order = self.put(f"ordered({left}, {right}, {operator!r})", link.at)
            return self.put(f"None if {order} is None else {order} {_COMPARE[operator]}", link.at), "truth"
        code = f"equal({left}, {right})" if "=" in operator else f"equivalent({left}, {right})"
        return self.put(f"opposite({code})" if "!" in operator else code, link.at), "truth"

    def boolean(self, node: Chain, focus: Focus) -> str:
        """`and`, `or`, `xor`, `implies`: the right side is looked at only if it matters."""
        made = self.name()
        self.line(f"{made} = {self.truth(node.first, focus)}", node.at)
        for link in node.links:
            word, unless = _LOGIC.get(link.operator, ("implies", "is not False"))
            self.line(f"if {made} {unless}:", link.at)
            self.indent(link.at)
            self.line(f"{made} = {word}({made}, {self.truth(link.operand, focus)})", link.at)
            self.depth -= 1
            if word == "implies":
                self.line("else:", link.at)
                self.line(f"    {made} = True", link.at)
        return made

    def typed(self, left: str, operator: str, of: Syntax) -> tuple[str, Kind]:
        assert isinstance(of, TypeName)
        namespace, name = self.type(of)
        if operator == "is":
            single = self.put(f"single({left}, 'is')", of.at)
            code = f"is_type({single}[0], {namespace!r}, {self.bind(name)}) if {single} else None"
            return self.put(code, of.at), "truth"
        return self.put(f"as_type({left}, {namespace!r}, {self.bind(name)})", of.at), "items"

    def type(self, of: TypeName) -> tuple[str, str]:
        from fhir_case.fhirpath.elements import names, type_named

        known = of.namespace != "FHIR" and of.name in _SYSTEM_TYPES
        if not known and of.namespace != "System" and not type_named(of.name).known:
            raise self.wrong(f"there is no type {of.name}", of.at, _nearest(of.name, names() | _SYSTEM_TYPES))
        return of.namespace, of.name

    # Functions

    def call(self, node: Call, left: str, focus: Focus) -> tuple[str, Kind]:
        name, count = node.name, len(node.arguments)
        function = FUNCTIONS.get(name)
        if function is None and name not in WRITTEN_OUT:
            near = _nearest(name, (*FUNCTIONS, *WRITTEN_OUT))
            raise self.wrong(f"there is no function {name}()", node.at, near and near + "()")
        least, most = (function.least, function.most) if function else WRITTEN_OUT[name]
        if not least <= count <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise self.wrong(f"{name}() takes {wanted} argument{'s' * (wanted != '1')}, found {count}", node.at)
        if function is None:
            made: tuple[str, Kind] = getattr(self, f"call_{name}")(node, left, focus)
            return made
        arguments = "".join(f", {self.items(argument, focus)}" for argument in node.arguments)
        return self.put(f"f_{name}(env, {left}{arguments})", node.at), "truth" if function.logic else "items"

    def loop(self, left: str, focus: Focus, at: int) -> tuple[str, Focus]:
        """`for` over a collection: the item, and the focus within."""
        self.loops += 1
        if self.loops > LOOPS:
            raise self.wrong(f"more than {LOOPS} criteria within one another", at)
        index, item = self.name(), self.name()
        self.line(f"for {index}, {item} in enumerate({left}):", at)
        self.indent(at)
        return item, Focus(self.put(f"[{item}]", at), index, focus.total)

    def end(self, blocks: int = 1) -> None:
        self.depth -= blocks
        self.loops -= 1

    def call_where(self, node: Call, left: str, focus: Focus) -> tuple[str, Kind]:
        out = self.put("[]", node.at)
        item, inner = self.loop(left, focus, node.at)
        self.line(f"if {self.truth(node.arguments[0], inner)} is True: {out}.append({item})", node.at)
        self.end()
        return out, "items"

    def call_select(self, node: Call, left: str, focus: Focus) -> tuple[str, Kind]:
        out = self.put("[]", node.at)
        _, inner = self.loop(left, focus, node.at)
        self.line(f"{out} += {self.items(node.arguments[0], inner)}", node.at)
        self.end()
        return self.put(f"bounded({out})", node.at), "items"

    def call_exists(self, node: Call, left: str, focus: Focus) -> tuple[str, Kind]:
        if not node.arguments:
            return self.put(f"bool({left})", node.at), "truth"
        return self.found(node, left, focus, "False", "is True", "True")

    def call_all(self, node: Call, left: str, focus: Focus) -> tuple[str, Kind]:
        return self.found(node, left, focus, "True", "is not True", "False")

    def found(self, node: Call, left: str, focus: Focus, none: str, test: str, some: str) -> tuple[str, Kind]:
        out = self.put(none, node.at)
        _, inner = self.loop(left, focus, node.at)
        self.line(f"if {self.truth(node.arguments[0], inner)} {test}:", node.at)
        self.line(f"    {out} = {some}", node.at)
        self.line("    break", node.at)
        self.end()
        return out, "truth"

    def call_repeat(self, node: Call, left: str, focus: Focus) -> tuple[str, Kind]:
        out, seen, level = self.put("[]", node.at), self.put("Seen()", node.at), self.put(left, node.at)
        self.line(f"while {level}:", node.at)
        self.indent(node.at)
        new = self.put("[]", node.at)
        _, inner = self.loop(level, focus, node.at)
        self.line(f"{new} += [i for i in {self.items(node.arguments[0], inner)} if {seen}.new(i)]", node.at)
        self.depth -= 1
        self.line(f"{level} = {new}", node.at)
        self.line(f"{out} = bounded({out} + {new})", node.at)
        self.end()
        return out, "items"

    def call_aggregate(self, node: Call, left: str, focus: Focus) -> tuple[str, Kind]:
        begin = self.items(node.arguments[1], focus) if len(node.arguments) > 1 else "[]"
        total = self.put(begin, node.at)
        _, inner = self.loop(left, focus, node.at)
        self.line(f"{total} = {self.items(node.arguments[0], inner._replace(total=total))}", node.at)
        self.end()
        return total, "items"

    def call_iif(self, node: Call, left: str, focus: Focus) -> tuple[str, Kind]:
        inner = focus._replace(this=self.put(f"single({left}, 'iif()')", node.at))
        test, kind = self.any(node.arguments[0], inner)
        if kind == "items":
            test = self.put(f"criterion({test})", node.at)
        out = self.name()
        self.line(f"if {test}:", node.at)
        self.indent(node.at)
        self.line(f"{out} = {self.items(node.arguments[1], inner)}", node.at)
        self.depth -= 1
        self.line("else:", node.at)
        self.indent(node.at)
        self.line(f"{out} = {self.items(node.arguments[2], inner) if len(node.arguments) > 2 else '[]'}", node.at)
        self.depth -= 1
        return out, "items"

    def call_trace(self, node: Call, left: str, focus: Focus) -> tuple[str, Kind]:
        self.line("if env.scope.trace is not None:", node.at)
        self.indent(node.at)
        said = left
        if len(node.arguments) > 1:
            said, _ = self.call_select(Call("select", node.arguments[1:], node.at), left, focus)
        self.line(f"traced(env, {self.items(node.arguments[0], focus)}, {said})", node.at)
        self.depth -= 1
        return left, "items"

    def call_sort(self, node: Call, left: str, focus: Focus) -> tuple[str, Kind]:
        arguments = node.arguments or (Variable("this", node.at),)
        down = [isinstance(one, Sign) and one.sign == "-" for one in arguments]
        out = self.put("[]", node.at)
        item, inner = self.loop(left, focus, node.at)
        keys = [self.items(one.operand if isinstance(one, Sign) else one, inner) for one in arguments]
        self.line(f"{out}.append(({item}, ({', '.join(keys)},)))", node.at)
        self.end()
        return self.put(f"sorted_by({out}, {self.bind(down)})", node.at), "items"

    def call_is(self, node: Call, left: str, focus: Focus) -> tuple[str, Kind]:
        return self.typed(left, "is", node.arguments[0])

    def call_as(self, node: Call, left: str, focus: Focus) -> tuple[str, Kind]:
        return self.typed(left, "as", node.arguments[0])

    call_ofType = call_as  # noqa: N815


def _fixed(steps: tuple[Name | Call | Index, ...]) -> int:
    """How many of the first steps depend on what they are given alone, and give a collection."""
    plain = ("first", "last", "tail", "children", "descendants")
    for place, step in enumerate(steps):
        if not (isinstance(step, Name) or (isinstance(step, Call) and step.name in plain and not step.arguments)):
            return place
    return len(steps)


def _nearest(name: str, known: Any) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name[:60], known, 1, 0.6)), "")
