"""What can go wrong: an expression that is none, one that cannot be evaluated, one that cannot be decided here."""

from __future__ import annotations

from typing import Any


class FHIRPathError(ValueError):
    """The expression is not FHIRPath, or FHIRPath says that evaluating it is an error.

    `position` counts characters from 1 (0: while evaluating, no place known); `nearest` is the name that would do, or "".
    """

    def __init__(self, message: str, expression: str = "", position: int = 0, nearest: str = "") -> None:
        super().__init__(message, expression, position, nearest)
        self.message, self.expression, self.position, self.nearest = message, expression, position, nearest

    def __str__(self) -> str:
        said = self.message + (f"; {self.nearest} would do" if self.nearest else "")
        if not self.expression:
            return said
        shown = self.expression if len(self.expression) <= 120 else self.expression[:117] + "..."
        return f"{said} (column {self.position} of {shown!r})" if self.position else f"{said} (in {shown!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.message, self.expression, self.position, self.nearest))


class Undecidable(Exception):
    """What the expression asks cannot be decided here: content of SNOMED CT, a profile nobody has, an unsafe pattern."""
