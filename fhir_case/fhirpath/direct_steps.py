"""Steps to elements, as lines of source: `get` where an object is certain, a call otherwise."""

from __future__ import annotations

from msgspec.structs import replace

from fhir_case.fhirpath.direct_values import Below, Held, NotDirect, Truth
from fhir_case.fhirpath.elements import Type, type_named
from fhir_case.fhirpath.source import Source
from fhir_case.fhirpath.syntax import External, Name, TypeName
from fhir_case.fhirpath.walks import descend, found_types, inner

UNTYPED = ("Bundle", "Binary", "Parameters")
"""Resources that are no DomainResource."""


class Steps(Source):
    """Steps as lines of source. What they cannot do raises `NotDirect`."""

    def __init__(self, expression: str, of: Type) -> None:
        super().__init__(expression)
        self.of = of
        self.depth = 2
        self.blocks: list[dict[tuple[str, str], Held]] = [{}]
        """What was stepped to, by where it began, for each block that is open."""

    def open(self, at: int) -> None:
        """Begin a block."""
        self.indent(at)
        self.blocks.append({})

    def close(self) -> None:
        """End a block."""
        self.depth -= 1
        self.blocks.pop()

    @staticmethod
    def keys(name: str, types: tuple[Type, ...]) -> frozenset[str]:
        fields = [field for one in types for field in one.fields(name)]
        if not all(one.fields(name) for one in types) or not all(of.known for _, of in fields):
            raise NotDirect
        return frozenset(key for key, _ in fields) | {"_" + key for key, of in fields if of.primitive}

    def resource(self, node: External) -> Held:
        """%resource where its type follows from the element's; otherwise, and for %rootResource, some DomainResource."""
        root = type_named(self.of.name.partition(".")[0])
        typed = node.name == "resource" and root.resource and root.name not in ("Resource", "DomainResource")
        made = self.put("scope.root" if node.name == "rootResource" else "scope.resource", node.at)
        test = f"!= {root.name!r}" if typed else f"in {UNTYPED!r}"
        self.line(f"if {made}.__class__ is not dict or {made}.get('resourceType') {test}: raise Bail", node.at)
        return Held(made, (root if typed else type_named("DomainResource"),), sure=True)

    def step(self, held: Held | Below, node: Name) -> Held:
        """An element of what is held."""
        if isinstance(held, Below):
            return self.found(held, node)
        name = node.name
        known = (block[held.name, name] for block in self.blocks if (held.name, name) in block)
        made = next(known, None)
        if made is None:
            made = self.blocks[-1][held.name, name] = self.stepped(held, node)
        return replace(made, loose=held.loose)

    def stepped(self, held: Held, node: Name) -> Held:
        name, at = node.name, node.at
        if name[:1].isupper() or held.choice or held.computed or not held.types:
            raise NotDirect
        if any(one.primitive for one in held.types):
            raise NotDirect
        keys = self.keys(name, held.types)
        fields = tuple(dict.fromkeys(field for one in held.types for field in one.fields(name)))
        if any(key != name for key, _ in fields):
            return self.chosen(held, keys, fields, at)
        types = tuple(of for _, of in fields)
        twin = self.bind(f"_{name}") if any(of.primitive for of in types) else ""
        key, start = self.word(name), held.name
        if held.sure:
            made = self.put(f"{start}.get({key})", at)
            if twin:
                self.line(f"if {twin} in {start}: beside({start}, {key}, {twin})", at)
        else:
            plain = f"{start}.__class__ is dict" + (f" and {twin} not in {start}" if twin else "")
            others = f"None if {start} is None else stepped({start}, {key}, {twin or repr('')})"
            made = self.put(f"{start}.get({key}) if {plain} else {others}", at)
        return Held(made, types, raw=True)

    def chosen(self, held: Held, keys: frozenset[str], fields: tuple[tuple[str, Type], ...], at: int) -> Held:
        """A choice element."""
        names, types = self.bind(keys), tuple(dict.fromkeys(of for _, of in fields))
        if not held.sure:
            return Held(self.put(f"picked_each({held.name}, {names})", at), types, choice=fields)
        made = self.put(f"None if {names}.isdisjoint({held.name}) else picked({held.name}, {names})", at)
        return Held(made, types, choice=fields, source=held.name)

    def found(self, below: Below, node: Name) -> Held:
        """`children().name` and `descendants().name`."""
        held, name = below.held, node.name
        if len(held.types) != 1 or held.choice or held.types[0].primitive:
            raise NotDirect
        of = held.types[0]
        if of.resource and (not held.sure or of.name in ("Resource", "DomainResource")):
            raise NotDirect
        if not below.deep:
            return self.found_in_children(held, of, node)
        types = found_types(of, name)
        if not types or not all(one.known for one in types):
            raise NotDirect
        walk = ", ".join(map(self.bind, (of, name, types)))
        self.bound["descend"] = descend
        return Held(self.put(f"descend({held.name}, {walk})", node.at), tuple(types), raw=True, loose=1)

    def found_in_children(self, held: Held, of: Type, node: Name) -> Held:
        parts = []
        if not held.sure:
            raise NotDirect
        for key, one in inner(of):
            if one.resource:
                self.line(f"if {key!r} in {held.name}: raise Bail", node.at)
            elif one.fields(node.name):
                if key not in of.plain:  # a twin, or a choice
                    raise NotDirect
                parts.append(self.step(self.step(held, Name(key, node.at)), node))
        if not parts:
            raise NotDirect
        return self.union(parts, 1, node.at)

    def union(self, parts: list[Held], loose: int, at: int) -> Held:
        """The items of all parts, equal ones too."""
        if any(one.choice or one.computed for one in parts):
            raise NotDirect
        types = tuple(dict.fromkeys(of for one in parts for of in one.types))
        made = self.put(f"together({', '.join(one.name for one in parts)})", at)
        return Held(made, types, loose=max(loose, *(one.loose for one in parts)))

    def typed(self, held: Held, of: TypeName) -> Held:
        """`as` and `ofType()`"""
        if of.namespace == "System" or held.computed or not held.types:
            raise NotDirect
        if held.choice:
            return self.typed_choice(held, of)
        one, wanted = held.types[0], type_named(of.name)
        if len(held.types) > 1:
            raise NotDirect
        if one.resource:
            if not wanted.resource or wanted.name in ("Resource", "DomainResource"):
                raise NotDirect
            made = f"None if {held.name} is None else of_type({held.name}, {self.bind(of.name)})"
            return Held(self.put(made, of.at), (wanted,), loose=held.loose)
        if one.ancestors[0] != of.name:
            raise NotDirect
        return held

    def typed_choice(self, held: Held, of: TypeName) -> Held:
        fields = [(key, one) for key, one in held.choice if one.ancestors[0] == of.name]
        if not held.source or len(fields) != 1:
            raise NotDirect
        ((key, one),) = fields
        if one.primitive:
            self.line(f"if {self.bind('_' + key)} in {held.source}: raise Bail", of.at)
        return Held(self.put(f"{held.source}.get({self.word(key)})", of.at), (one,), raw=True, loose=held.loose)

    def is_type(self, held: Held, of: TypeName) -> Truth:
        """`is`"""
        if of.namespace == "System" or held.computed or len(held.types) < 1:
            raise NotDirect
        if held.choice:
            keys = frozenset(key for key, one in held.choice if of.name in one.ancestors)
            said = f"not {self.bind(keys)}.isdisjoint({held.source})"
        elif held.types[0].resource:
            said = f"is_resource({held.name}, {self.bind(of.name)})"
        else:
            self.line(f"if {held.name}.__class__ is list: raise Bail", of.at)
            said = str(of.name in held.types[0].ancestors)
        if (held.choice and not held.source) or (not held.choice and len(held.types) > 1):
            raise NotDirect
        return Truth(self.put(f"None if {held.name} is None else {said}", of.at), False)
