"""The model's complaints about a case file, said to its author: the place, the field, what was expected, the fix.

pydantic names a value by its way through the model, which passes unions and converters; here it is the way through the
file. See https://docs.pydantic.dev/latest/errors/errors/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from fhir_case.case.model import OTHER
from fhir_case.case.positions import Path, Step, dotted
from fhir_case.case.problems import Unreadable, nearest, shortened
from fhir_case.case.reading import Document
from fhir_case.issues import Issue

_EXPECTED = {
    "text": "string_type string_sub_type",
    "text that is not empty": "string_too_short",
    "at least one entry": "too_short",
    "keys and values": "model_type model_attributes_type dict_type",
    "a list": "list_type tuple_type set_type",
    "a whole number": "int_type int_parsing int_from_float int_parsing_size",
    "true or false": "bool_type bool_parsing",
    "a number": "decimal_type decimal_parsing float_type float_parsing",
    "nothing": "none_required",
}
_KINDS = {kind: what for what, kinds in _EXPECTED.items() for kind in kinds.split()}


@dataclass(frozen=True)
class _Complaint:
    """One of pydantic's errors, with its way through the file."""

    error: ErrorDetails
    path: Path
    union: tuple[Path, Step] | None
    """Where it left the file's own way (a union, a converter), and by which branch."""


def explain(error: ValidationError, document: Document, model: type[BaseModel]) -> tuple[Issue, ...]:
    """The issues of a case file that does not fit its model, in the order of the file; of a union's branches, the one
    that came furthest."""
    complaints = list(_one_branch([_located(one, document.data) for one in error.errors(include_url=False)]))
    # A mistyped key is also a missing one: one slip, one issue.
    typos = {
        (*one.path[:-1], close)
        for one in complaints
        if one.error["type"] == "extra_forbidden" and (close := _close(one.path, model, _SURE))
    }
    issues = dict.fromkeys(
        _issue(one, document, model) for one in complaints if not (one.error["type"] == "missing" and one.path in typos)
    )
    return tuple(sorted(issues, key=lambda issue: (issue.place.line, issue.place.column) if issue.place else (0, 0)))


def _located(error: ErrorDetails, data: Any) -> _Complaint:
    """The error's way through the data: steps that the data do not have are the model's own."""
    path: list[Step] = []
    union: tuple[Path, Step] | None = None
    *ways, last = error["loc"] or ("",)
    for step in (*ways, last):
        if (isinstance(data, dict) and step in data) or (isinstance(data, list) and step in range(len(data))):
            inside: Any = data
            data = inside[step]
            path.append(step)
        elif union is None and step not in ("", "[key]") and not (step is last and error["type"] == "missing"):
            union = (tuple(path), step)
    if error["type"] == "missing":
        path.append(last)
    return _Complaint(error, tuple(path), union)


def _one_branch(complaints: list[_Complaint]) -> Iterator[_Complaint]:
    """Of the branches of each union only the one whose complaints lie deepest; the first of several."""
    depth: dict[Path, dict[Step, int]] = {}
    for one in complaints:
        if one.union:
            base, branch = one.union
            branches = depth.setdefault(base, {})
            # A complaint in our own words says more than pydantic's of the same place.
            own = isinstance(one.error.get("ctx", {}).get("error"), Unreadable)
            branches[branch] = max(branches.get(branch, 0), 2 * len(one.path) + own)
    for one in complaints:
        if one.union is None or one.union[1] == max(depth[one.union[0]], key=depth[one.union[0]].__getitem__):
            yield one


def _issue(complaint: _Complaint, document: Document, model: type[BaseModel]) -> Issue:
    error, path, places = complaint.error, complaint.path, document.positions
    kind, context = error["type"], error.get("ctx", {})
    said = context.get("error")
    if kind == "extra_forbidden":
        message, fix = f"there is no key {shortened(path[-1])} here", _meant(path, model)
        return Issue("case-unknown-key", message, path=dotted(path), place=places.key(path), fix=fix)
    if kind == "missing":
        where = f"add '{path[-1]}: …' here"
        return Issue(
            "case-missing-key", f"the key {path[-1]!r} is missing", path=dotted(path), place=places.key(path), fix=where
        )
    place = places.key(path) if "[key]" in error["loc"] else places.value(path)
    if isinstance(said, Unreadable):
        if said.key is not None:
            path = (*path, said.key)
            place = places.key(path)
        return Issue(said.code, said.message, path=dotted(path), place=place, fix=said.fix)
    if kind in ("literal_error", "enum"):
        known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        fix = nearest(str(error["input"]), known)
        message = f"expected one of {', '.join(known)}; found {_found(error['input'])}"
        return Issue("case-value", message, path=dotted(path), place=place, fix=fix)
    expected = _KINDS.get(kind)
    message = f"expected {expected}, found {_found(error['input'])}" if expected else str(said or error["msg"])
    fix = _EMPTY if error["input"] is None else _shape(path, model) if expected in _EXPECTED else ""
    return Issue("case-value", message, path=dotted(path), place=place, fix=fix)


_EMPTY = "write the value after the colon, or leave the key out"
_KEYS = 6
"""Keys that are named as examples of what stands in a value."""


def _shape(path: Path, model: type[BaseModel]) -> str:
    """How a value is written that holds others: an item under its id, or keys and values."""
    if names := _own_keys(_models_at(model, path)):
        more = ", …" if len(names) > _KEYS else ""
        return f"write {{{', '.join(f'{name}: …' for name in names[:_KEYS])}{more}}}"
    inside = _own_keys(_models_at(model, (*path, "an-id")))
    return f"each item stands under an id of its own: an-id: {{{inside[0]}: …}}" if inside else ""


def _own_keys(models: list[type[BaseModel]]) -> list[str]:
    """The keys of models: those that must be there, then those that only they have, then what all items have."""
    fields = {
        field.alias or name: (not field.is_required(), name not in one.__annotations__)
        for one in models
        for name, field in one.model_fields.items()
    }
    return sorted(fields, key=fields.__getitem__)


def _found(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, dict):
        return "keys and values"
    return "a list" if isinstance(value, list) else shortened(value)


_SURE, _PERHAPS = 0.75, 0.6
"""How alike two keys are (`difflib`'s ratio) of which one is surely, or perhaps, the other mistyped."""


def _close(path: Path, model: type[BaseModel], alike: float) -> str:
    """The key of the model at this place that is nearest to the last step of the path, or nothing."""
    here = [name for one in _models_at(model, path[:-1]) for name in _fields(one)]
    return next(iter(get_close_matches(str(path[-1]), here, n=1, cutoff=alike)), "")


def _meant(path: Path, model: type[BaseModel]) -> str:
    """What may be meant by a key that the model does not have at this place."""
    key = str(path[-1])
    if close := _close(path, model, _SURE):
        return f"did you mean {close!r}?"
    for size in range(len(path) - 2, -1, -1):
        if any(key in _fields(one) for one in _models_at(model, path[:size])):
            return f"it belongs to {dotted(path[:size]) or 'the case itself'}: check its indentation"
    for label, one in _everywhere(model):
        if key in _fields(one):
            return f"it is a key of {label}"
    if close := _close(path, model, _PERHAPS):
        return f"did you mean {close!r}?"
    names = dict.fromkeys(name for one in _models_at(model, path[:-1]) for name in _fields(one))
    if len(path) == 2 and path[0] == OTHER and not names:
        return "kinds of items stand here that mappings of other packages bring; none is installed"
    return f"known here: {', '.join(names)}" if names else ""


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """The keys that a file may have for a model, and what they hold."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _models_at(model: type[BaseModel], path: Path) -> list[type[BaseModel]]:
    """The models that describe what stands at a path of the file; several, where it can be one of several."""
    found: list[Any] = [model]
    for step in path:
        found = [inner for one in found for inner in _below(one, step)]
    return [one for annotation in found for one in _models_in(annotation)]


def _below(annotation: Any, step: Step) -> Iterator[Any]:
    """What the annotation says of the value at one step further."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = _fields(annotation)
        if step in fields:
            yield fields[str(step)]
        return
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is dict:
        yield parts[1]
    elif origin is Annotated:
        yield from _below(parts[0], step)
    elif origin in (Union, UnionType):
        for part in parts:
            yield from _below(part, step)
    elif origin in (list, tuple):
        # A list of one may be written without the list.
        yield from [parts[0]] if isinstance(step, int) else _below(parts[0], step)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Annotated, Union, UnionType, list, tuple):
        for part in get_args(annotation):
            yield from _models_in(part)


def _everywhere(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """All models below a model, the nearest ones first, each with where it stands."""
    seen, level = {model}, [("", model)]
    while level:
        yield from level
        below = [
            (f"{label}.{key}" if label else key, inner)
            for label, one in level
            for key, annotation in _fields(one).items()
            for inner in _models_held(annotation)
        ]
        level = [(label, one) for label, one in below if one not in seen]
        seen.update(one for _, one in level)


def _models_held(annotation: Any) -> Iterable[type[BaseModel]]:
    inner = get_args(annotation)[1] if get_origin(annotation) is dict else annotation
    return _models_in(inner)
