"""An expression that is ready: its source, its syntax, and the doors by which it is evaluated."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cached_property, lru_cache
from types import TracebackType
from typing import Any

from fhir_case.fhirpath.elements import UNKNOWN, type_named
from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.generate import WORDS, Focus, Writer
from fhir_case.fhirpath.nodes import Items, Node, TypeInfo, node, plain, system, type_info
from fhir_case.fhirpath.parser import parse
from fhir_case.fhirpath.scope import Alone, Env, Scope, Trace
from fhir_case.fhirpath.source import function
from fhir_case.fhirpath.syntax import Syntax


class Expression:
    """A compiled expression: `expression(resource)` gives what it finds, as JSON.

    `text` and `type` are what it was made of; `source` is the Python that runs, `ast` its syntax. Threads may share it;
    it pickles as its text.
    """

    def __init__(self, text: str, type: str | None = None) -> None:
        self.text = text
        self.type = type
        try:
            self.ast: Syntax = parse(text)
            writer = Writer(text)
            result, kind = writer.any(self.ast, Focus("this"))
        except RecursionError:
            raise FHIRPathError("the expression is nested too deep", text, 1) from None
        code = "\n".join(("def expression(this, env):", *writer.lines, f"    return {result}"))
        self.source = code + "\n"
        self._places = writer.places
        self._logical = kind == "truth"
        self._bound = writer.bound
        self._type = UNKNOWN if type is None else type_named(type)

    @cached_property
    def _run(self) -> Callable[[Items, Env], Any]:
        # Made when first called: most invariants are checked directly, and never need it.
        return function("expression", self.source, {**WORDS, **self._bound})

    def __repr__(self) -> str:
        return f"compile({self.text!r}{'' if self.type is None else f', {self.type!r}'})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (compile, (self.text, self.type))

    def __call__(self, resource: Any, /, **variables: Any) -> list[Any]:
        """What the expression finds in a resource (JSON as dict), each item as JSON.

        `variables` are the values of `%name`. Raises `FHIRPathError`, and `Undecidable` for what needs more than this
        resource.
        """
        return [plain(item) for item in self.items(resource, Alone(resource), variables)]

    def items(self, value: Any, scope: Scope, variables: dict[str, Any] | None = None, twin: Any = None) -> Items:
        """The items as the engine has them: nodes and System values."""
        made = self._evaluated(node(value, self._type, twin), scope, variables)
        if not self._logical:
            return list(made)
        return [] if made is None else [made]

    def typed(self, resource: Any, trace: Trace | None = None, **variables: Any) -> list[tuple[TypeInfo, Any]]:
        """The items, each with the name of its type."""
        items = self.items(resource, Alone(resource, trace), variables)
        return [(type_info(item), plain(item)) for item in items]

    @cached_property
    def check(self) -> Callable[..., bool | None]:
        """`check(value, scope, twin=None)`: whether an invariant holds for an element.

        The element is JSON of the type that the expression was compiled for, `twin` the `{id, extension}` beside a
        primitive. None where the expression finds nothing; several items, or one that is no Boolean, are true, as in
        HL7's validator. Raises `FHIRPathError`, `Undecidable`.
        """
        # Imported here: who only evaluates expressions needs no direct checks.
        from fhir_case.fhirpath import direct, shapes

        made = direct.check_source(self.text, self.ast, self._type)
        if made is None:
            return self.general
        return function("check", made[0], {**shapes.WORDS, **made[1], "general": self.general})

    def general(self, value: Any, scope: Scope, twin: Any = None) -> bool | None:
        """`check` by the engine, whatever the shape of the data."""
        made = self._evaluated(node(value, self._type, twin), scope, None)
        if self._logical:
            return made  # type: ignore[no-any-return]
        if not made:
            return None
        only = system(made[0]) if len(made) == 1 else True
        return only if only.__class__ is bool else True

    def _evaluated(self, focus: Node, scope: Scope, variables: dict[str, Any] | None) -> Any:
        context = [focus]
        try:
            return self._run(context, Env(context, scope, variables))
        except FHIRPathError as error:
            if error.expression:
                raise
            at = self._place(sys.exc_info()[2])
            raise FHIRPathError(error.message, self.text, at, error.nearest) from None
        except RecursionError:
            raise FHIRPathError("the resource is nested too deep", self.text, 1) from None
        except (ArithmeticError, ValueError) as error:  # numbers beyond what can be computed with
            at = self._place(sys.exc_info()[2])
            raise FHIRPathError(f"it cannot be computed ({type(error).__name__})", self.text, at) from None

    def _place(self, trace: TracebackType | None) -> int:
        """The column of what was evaluated when an error came up."""
        found = 0
        while trace is not None:
            if trace.tb_frame.f_code is self._run.__code__:
                found = self._places[trace.tb_lineno - 2] + 1
            trace = trace.tb_next
        return found

    @cached_property
    def problems(self) -> tuple[FHIRPathError, ...]:
        """What cannot be right for the type, though it can be evaluated: unknown elements, wrong kinds of arguments."""
        from fhir_case.fhirpath.static import problems

        return tuple(problems(self.text, self.ast, self.type))


@lru_cache(8192)
def compile(expression: str, type: str | None = None) -> Expression:
    """An expression of FHIRPath N1 as a Python function, made once (http://hl7.org/fhirpath/N1).

    `type` is the FHIR type that it will be evaluated on (`Patient`, `HumanName`, `Bundle.entry`); a resource says its type
    itself. Raises `FHIRPathError` with position and what was expected.
    """
    return Expression(expression, type)
