"""Which parts of a case's plain data are FHIR JSON: the model knows, and the writer must."""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from fhir_case.case.base import Verbatim


def with_verbatim(plain: Any, kind: Any) -> Any:
    """The plain data of a model (or of any annotation), with what the model takes as it comes marked as `Verbatim`.

    A model's dump makes ordinary dicts of everything; `dict[str, Any]` in the model is what tells FHIR JSON from them.
    """
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if not isinstance(plain, dict):
            return plain
        fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        return {key: with_verbatim(value, fields.get(key)) for key, value in plain.items()}
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return with_verbatim(plain, parts[0])
    if origin in (Union, UnionType):
        holds = next((part for part in parts if _holds(part, plain)), None)
        return with_verbatim(plain, holds)
    if origin is dict and isinstance(plain, dict):
        if parts[1] is Any:
            return Verbatim(plain)
        return {key: with_verbatim(value, parts[1]) for key, value in plain.items()}
    if origin is list and isinstance(plain, list):
        return [with_verbatim(value, parts[0]) for value in plain]
    return plain


def _holds(kind: Any, plain: Any) -> bool:
    """Whether a member of a union is one that this kind of plain data can have come from."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _holds(get_args(kind)[0], plain)
    if isinstance(plain, dict):
        return origin is dict or (isinstance(kind, type) and issubclass(kind, BaseModel))
    return origin is list and isinstance(plain, list)
