"""The descriptions of a model's fields: the docstrings that stand below them in the source.

pydantic can read them too (`use_attribute_docstrings`), but does so whenever the model is imported; only the schema has
a use for them.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache

from pydantic import BaseModel


def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """What stands below each field of a model, or of the models that it is made from; fields without it are left out."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            found |= _by_class(base.__module__).get(base.__qualname__, {})
    return {name: text for name, text in found.items() if name in model.model_fields}


@cache
def _by_class(module: str) -> dict[str, dict[str, str]]:
    """The described fields of each class of a module; of none where Python has no source of it (only `.pyc` files)."""
    try:
        source = inspect.getsource(sys.modules[module])
    except OSError:
        return {}
    classes = [one for one in ast.parse(source).body if isinstance(one, ast.ClassDef)]
    return {one.name: dict(_described(one)) for one in classes}


def _described(found: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """The fields of a class with a text below them. (PEP 258: https://peps.python.org/pep-0258/#attribute-docstrings.)"""
    for field, below in zip(found.body, found.body[1:], strict=False):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str):
            yield field.target.id, inspect.cleandoc(below.value.value)
