"""A case file read whole: its text, the source beside it, the model, and what holds it together. All issues at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError, create_model

from fhir_case.case.check import Problem, check
from fhir_case.case.explaining import explain
from fhir_case.case.model import OTHER, CaseModel, NoOthers
from fhir_case.case.positions import Path, dotted
from fhir_case.case.reading import Document, read_text
from fhir_case.case.siblings import gather
from fhir_case.issues import CaseError, Issue, Place

M = TypeVar("M", bound=CaseModel)


Others = Callable[[], type[BaseModel]]
"""Gives the model of the section `other`: a field for each kind that a third party's mapping brings."""


def load(model: type[M], path: FilePath, others: Others = lambda: NoOthers) -> M:
    """The case in a file, YAML or JSON. Raises `CaseError` with every issue, each with file:line:column and field."""
    return load_text(model, _bytes(path), str(path), others, path.parent)


def document_of(path: FilePath) -> Document:
    """What a case file says, with what it keeps in files beside it. Raises `CaseError`."""
    document = read_text(_bytes(path), str(path))
    gather(document, path.parent)
    return document


def _bytes(path: FilePath) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise CaseError(
            (Issue("file-unreadable", f"the file cannot be read: {reason}", place=Place(str(path))),)
        ) from None


def load_text(
    model: type[M], text: str | bytes, name: str, others: Others = lambda: NoOthers, folder: FilePath | None = None
) -> M:
    """The case in a text; `folder` is where the files that it names may stand."""
    document = read_text(text, name)
    gather(document, folder)
    issues = list(_source(document, folder))
    if OTHER in document.data:  # few cases have it, and knowing the mappings takes its time
        case, dropped, found = _with_others(model, document, others())
    else:
        case, dropped, found = _model(model, document)
    issues += found
    if case is not None:
        issues += [_issue(problem, document) for problem in check(case, dropped)]
    if issues:
        raise CaseError(tuple(sorted(issues, key=lambda issue: _order(issue.place, name))))
    assert case is not None
    return case


def _order(place: Place | None, name: str) -> tuple[bool, str, int, int]:
    """What is wrong in the case file comes first, then file by file."""
    return (False, "", 0, 0) if place is None else (place.file != name, place.file, place.line, place.column)


def _issue(problem: Problem, document: Document) -> Issue:
    # What is wrong with an id is wrong with the key; anything else, with what stands there.
    find = document.positions.key if problem.code == "case-duplicate-id" else document.positions.value
    return Issue(problem.code, problem.message, path=dotted(problem.path), place=find(problem.path), fix=problem.fix)


def _source(document: Document, folder: FilePath | None) -> list[Issue]:
    """Put the text of the file that `source.file` names where the model has it, `source.text`."""
    source = document.data.get("source")
    if not isinstance(source, dict) or source.get("file") is None:
        return []
    path: Path = ("source", "file")
    name = source.pop("file")
    if "text" in source:
        return [
            _issue(Problem("source-file", path, "the source has a file and a text", "leave one of them out"), document)
        ]
    if folder is None:
        return [_issue(Problem("source-file", path, "a case that is no file has no file beside it",
                               "give the text itself: source.text"), document)]  # fmt: skip
    if not isinstance(name, str):
        return [_issue(Problem("source-file", path, "expected the name of a file"), document)]
    target = (folder / name).resolve()
    if not target.is_relative_to(folder.resolve()):
        return [_issue(Problem("source-file", path, f"{name!r} is not in the folder of the case",
                               "keep the source beside the case file"), document)]  # fmt: skip
    try:
        source["text"] = target.read_bytes().decode("utf-8")
    except OSError:
        near = sorted(p.name for p in folder.iterdir() if p.suffix in (".md", ".txt"))
        fix = f"there is {', '.join(near)}" if near else ""
        return [_issue(Problem("source-file", path, f"there is no file {name!r} beside the case", fix), document)]
    except UnicodeDecodeError:
        return [_issue(Problem("source-file", path, f"{name!r} is not UTF-8 text", "save it as UTF-8"), document)]
    return []


def _model(model: type[M], document: Document) -> tuple[M | None, frozenset[str], list[Issue]]:
    """The case; where parts of it cannot be read, the case without them, the ids that went with them, and why."""
    try:
        return model.model_validate(document.data), frozenset(), []
    except ValidationError as error:
        issues, first = list(explain(error, document, model)), error
    left, dropped = document.data, set[str]()
    # A field that cannot be read goes alone; where the item cannot be without it, the item goes.
    for depth in (3, 2):
        left = _without(left, [_cut(one["loc"], depth) for one in first.errors(include_url=False)], dropped)
        try:
            return model.model_validate(left), frozenset(dropped), issues
        except ValidationError as error:
            first = error
    return None, frozenset(dropped), issues


def _with_others(
    model: type[M], document: Document, others: type[BaseModel]
) -> tuple[M | None, frozenset[str], list[Issue]]:
    """The same, the section `other` held against the models of who maps it."""
    stricter = create_model(model.__name__, __base__=model, other=(others, Field(default_factory=others)))
    read, dropped, issues = _model(stricter, document)
    if read is None:
        return None, dropped, issues
    fields = {name: getattr(read, name) for name in model.model_fields}
    fields[OTHER] = {kind: section for kind, section in fields[OTHER] if section}
    return model.model_construct(None, **fields), dropped, issues


_NEEDED = frozenset({"code", "vaccine", "relationship", "name"})
"""The texts that an item cannot be without; a word in their place, and the rest of the item can still be checked."""


def _cut(location: tuple[str | int, ...], depth: int) -> tuple[str | int, ...]:
    """The first steps of a place: 3 lead to a field of an item, 2 to an item; two more into what stands in a study."""
    return location[: depth + _deeper(location)]


def _deeper(location: tuple[str | int, ...]) -> int:
    """How many steps further in than those of other sections the items are among which this place is."""
    if location[0] == OTHER:
        return 1
    return 2 if location[0] == "imaging" and location[2:3] == ("findings",) and len(location) > 3 else 0


def _without(data: dict[str, Any], locations: list[tuple[str | int, ...]], dropped: set[str]) -> dict[str, Any]:
    """The data without what stands at these places, so that the rest can still be checked."""
    left = {key: _copied(value) for key, value in data.items()}
    for location in locations:
        if location[0] in ("id", "title"):
            left[str(location[0])] = "unreadable"
            continue
        holder: Any = left
        for step in location[:-1]:
            holder = holder.get(step) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and len(location) == 3 + _deeper(location) and location[-1] in _NEEDED:
            holder[location[-1]] = "unreadable"
            continue
        if not isinstance(holder, dict) or location[-1] not in holder:
            holder, location = left, location[:1]
        gone = holder.pop(location[-1], None)
        if location[0] not in ("patient", "source") and len(location) != 3 + _deeper(location):
            dropped |= {str(location[-1])} if len(location) > 1 else set(gone) if isinstance(gone, dict) else set()
            dropped |= _inner_ids(gone)
    return left


def _copied(value: Any) -> Any:
    return {key: _copied(held) for key, held in value.items()} if isinstance(value, dict) else value


def _inner_ids(item: Any) -> set[str]:
    findings = item.get("findings") if isinstance(item, dict) else None
    return set(findings) if isinstance(findings, dict) else set()
