"""What is accepted wherever a resource goes in: JSON or XML as text, bytes or a path; a dict; a `fhir.resources` model."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from gc import get_referents
from math import isfinite
from pathlib import Path
from typing import Any

from fhir_case.issues import CaseError, Issue, Place
from fhir_case.json import Json, JSONError, Number, canonical, dumps, loads, places

_R4B = "fhir.resources.R4B."


def resource_of(source: Any) -> dict[str, Json]:
    """The resource as plain JSON. Raises `CaseError`, with the place, for what is no resource or could only be read in part."""
    name = ""
    if isinstance(source, Path):
        name = str(source)
        try:
            source = source.read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            raise CaseError(
                (Issue("file-unreadable", f"the file cannot be read: {reason}", place=Place(name)),)
            ) from None
    if isinstance(source, bytes | str):
        resource, notes = read_text(source, name)
        if missing := tuple(one for one in notes if one.severity == "error"):
            raise CaseError(missing)
        return resource
    if type(source).__module__.startswith("fhir.resources"):
        return _of_model(source)
    if not isinstance(source, dict):
        raise CaseError((Issue("not-fhir", "expected a FHIR resource, a JSON object"),))
    return _plain(source)


def read_text(text: bytes | str, name: str = "") -> tuple[dict[str, Json], tuple[Issue, ...]]:
    """The resource of a text, JSON or XML; `name` names the text in issues. Raises `CaseError`."""
    from fhir_case.xml.sniffing import is_xml

    if is_xml(text):
        return _of_xml(text, name)
    try:
        found = loads(text)
    except JSONError as error:
        at = Place(name or "input", error.line, error.column)
        fix = "a file is named by a pathlib.Path; a str is the text itself" if not name and _names_a_file(text) else ""
        raise CaseError((Issue("not-json", f"this is no JSON: {error.message}", place=at, fix=fix),)) from None
    if not isinstance(found, dict):
        file = Place(name) if name else None
        raise CaseError((Issue("not-fhir", "expected a FHIR resource, a JSON object", place=file),))
    return found, ()


def _names_a_file(text: bytes | str) -> bool:
    return isinstance(text, str) and text.strip().endswith((".json", ".xml")) and len(text) < 1000 and "\n" not in text


def positions(text: str | bytes, paths: Iterable[places.Path]) -> dict[places.Path, places.Spot]:
    """Where the values at these paths stand in a text, JSON or XML."""
    from fhir_case.xml.sniffing import is_xml

    if is_xml(text):
        from fhir_case.xml.places import positions as in_xml

        return in_xml(text, paths)
    clear = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
    return places.positions(clear, paths)


_HARMLESS = frozenset(("xml-order", "xml-encoding", "xml-instruction", "xml-namespace"))
"""Faults of XML by which nothing of it is left out."""


def _of_xml(text: bytes | str, name: str) -> tuple[dict[str, Json], tuple[Issue, ...]]:
    from fhir_case.xml import reader

    found = reader.read(text)
    issues = tuple(
        Issue(
            one.code,
            one.message,
            "fatal" if one.fatal else "information" if one.code in _HARMLESS else "error",
            found.where(one),
            Place(name or "input", one.line, one.column),
            one.fix,
        )
        for one in found.faults
    )
    if not isinstance(found.value, dict):
        raise CaseError(tuple(one for one in issues if one.severity == "fatal"))
    return found.value, issues


def _of_model(model: Any) -> dict[str, Json]:
    module = type(model).__module__
    if not module.startswith(_R4B):
        version = module.split(".")[2] if module.count(".") > 2 else "R5"
        raise CaseError(
            (Issue("fhir-version", f"this is a model of FHIR {version}; R4 is what is read here",
                   fix="use the models of fhir.resources.R4B"),)
        )  # fmt: skip
    resource: dict[str, Json] = loads(model.model_dump_json())
    return resource


_SURELY = frozenset((str, dict, list, int, bool, type(None), Decimal, Number))
_OF_JSON = _SURELY | {float}


def _plain(source: dict[Any, Any]) -> dict[str, Json]:
    """The dict itself where it is JSON; what JSON writes for it where it holds dates, tuples, enumerations and the like.

    Raises `CaseError` for what JSON cannot hold.
    """
    try:
        return source if _is_surely_plain(source) or _is_plain(source) else loads(dumps(source))
    except RecursionError:
        raise
    except (TypeError, ValueError) as error:
        raise CaseError((Issue("not-json", f"this dict cannot be written as JSON: {error}"),)) from None


def _is_surely_plain(value: dict[Any, Any]) -> bool:
    """Whether it is JSON as `loads` gives it. No step is Python's own: most dicts are, and a walk would take as long as reading.

    Raises `ValueError` or `TypeError` for what JSON cannot hold.
    """
    try:
        text = canonical(value)
    except RecursionError:  # too deep for this: a walk tells
        return False
    except TypeError:  # keys that are no text
        dumps(value)
        return False
    kinds: set[type] = set()
    level: list[Any] = [value]
    while level:
        within = get_referents(*level)
        kinds.update(map(type, within))
        level = [one for one in within if type(one) is dict or type(one) is list]
    return kinds <= _SURELY and b"NaN" not in text and b"Infinity" not in text


def _is_plain(value: Any) -> bool:
    """Whether there is nothing in it that JSON would give back in another way. Raises `ValueError` for NaN and infinity."""
    left: list[Any] = [(value,)]
    while left:  # without recursion: whatever the depth
        for held in left.pop():
            kind = type(held)
            if kind is str:
                continue
            if kind is dict:
                if not all(type(key) is str for key in held):
                    return False
                left.append(held.values())
            elif kind is list:
                left.append(held)
            elif kind in (float, Decimal) and not isfinite(held):
                raise ValueError(f"{held} is no number there")
            elif kind not in _OF_JSON:
                return False
    return True


def has_floats(value: Any) -> bool:
    """Whether numbers of a dict have lost their digits already (`7.20` as a float is `7.2`)."""
    left: list[Any] = [(value,)]
    while left:  # without recursion: whatever the depth
        for held in left.pop():
            kind = type(held)
            if kind is str:
                continue
            if kind is dict:
                left.append(held.values())
            elif kind is list:
                left.append(held)
            elif kind is float:
                return True
    return False
